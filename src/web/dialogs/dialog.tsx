import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

type DialogProps = {
  readonly title: string
  readonly closeLabel: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}

/** A dialog over the page. The browser keeps the focus in it, closes it at Escape and gives the focus back. */
export function Dialog({ title, closeLabel, onClose, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null)
  /** Where the pointer went down: a text that is selected beyond the edge closes nothing. */
  const pressed = useRef<EventTarget | null>(null)
  useEffect(() => {
    const dialog = element.current
    const before = document.activeElement
    dialog?.showModal()
    return () => {
      dialog?.close()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby="dialog-title"
      onClose={onClose}
      onPointerDown={event => {
        pressed.current = event.target
      }}
      onClick={event => {
        // The dialog itself is hit only beside what it holds.
        if (event.target === element.current && pressed.current === element.current) onClose()
      }}
    >
      <div class="dialog-body">
        <header>
          <h2 id="dialog-title">{title}</h2>
          <button type="button" onClick={onClose}>
            {closeLabel}
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}
