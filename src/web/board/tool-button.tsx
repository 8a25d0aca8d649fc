import type { ComponentChildren } from 'preact'

type ToolButtonProps = {
  readonly isOff?: boolean
  readonly isPrimary?: boolean
  readonly onClick: () => void
  readonly children: ComponentChildren
}

/** A button that does nothing while it is off, but keeps the focus: who has just pressed it is not sent elsewhere. */
export function ToolButton({ isOff = false, isPrimary = false, onClick, children }: ToolButtonProps) {
  return (
    <button
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
