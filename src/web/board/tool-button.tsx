import type { ComponentChildren, RefObject } from 'preact'

type ToolButtonProps = {
  readonly isOff?: boolean
  readonly isPrimary?: boolean
  readonly button?: RefObject<HTMLButtonElement | null>
  readonly onClick: () => void
  readonly children: ComponentChildren
}

/** A button that does nothing while it is off, but keeps the focus: who has just pressed it is not sent elsewhere. */
export function ToolButton({ isOff = false, isPrimary = false, button, onClick, children }: ToolButtonProps) {
  return (
    <button
      {...(button === undefined ? {} : { ref: button })}
      type="button"
      class={isPrimary ? 'primary' : undefined}
      aria-disabled={isOff}
      onClick={() => {
        if (!isOff) onClick()
      }}
    >
      {children}
    </button>
  )
}
