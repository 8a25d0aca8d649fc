/** Where the focus goes when what had it goes away: who works with the keyboard is not sent back to the beginning. */
import { useEffect, useRef } from 'preact/hooks'

/** The heading of a result. */
export const RESULT_TITLE_ID = 'done-title'

/** Sets the focus once, where this piece of work takes the place of one that had it; false: there is no such box. */
export function useFirstFocus(takesFocus: boolean, focusFirst: () => boolean): void {
  useEffect(() => {
    if (takesFocus && !focusFirst()) document.getElementById('app')?.focus({ preventScroll: true })
    // Only what is there at first is asked.
  }, [])
}

/** Leads to the result when the boxes take nothing more, and with that the buttons are gone. */
export function useFocusAtEnd(isAtEnd: boolean): void {
  const wasAtEnd = useRef(isAtEnd)
  useEffect(() => {
    if (isAtEnd && !wasAtEnd.current && document.activeElement === document.body)
      document.getElementById(RESULT_TITLE_ID)?.focus()
    wasAtEnd.current = isAtEnd
  }, [isAtEnd])
}
