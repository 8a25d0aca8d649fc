/** What keys and focus do in the boxes. */
import type { RefObject } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { PageBox } from '../../contracts/practice.js'
import { entryOf, type Board, type BoardAction } from '../state/board.js'
import { nearestBox, type Direction } from '../state/geometry.js'
import type { Store } from '../state/store.js'

export type BoardHandlers = {
  readonly onInput: (box: string, input: HTMLInputElement) => void
  readonly onKeyDown: (box: string, event: KeyboardEvent) => void
  readonly onFocus: (box: string) => void
  readonly onBlur: (box: string) => void
}

type Options = {
  readonly boxes: readonly PageBox[]
  readonly board: Store<Board, BoardAction>
  readonly inputs: RefObject<Map<string, HTMLInputElement>>
  readonly onLeft: (box: string) => void
  readonly onTyped: (box: string) => void
  readonly onUndo: () => void
  /** After the last box. */
  readonly onEnd: () => void
  /** The box that is typed in, for those who are not to write over it. */
  readonly typing: { current: string | null }
}

const ARROWS: ReadonlyMap<string, Direction> = new Map([
  ['ArrowLeft', 'left'],
  ['ArrowRight', 'right'],
  ['ArrowUp', 'up'],
  ['ArrowDown', 'down'],
])

/** The handlers of all boxes, and the box that is worked on: the one that has the focus, or had it last. */
export function useBoardHandlers({ boxes, board, inputs, onLeft, onTyped, onUndo, onEnd, typing }: Options) {
  const [current, setCurrent] = useState<string | null>(null)
  /** Counts visits to boxes; and what stood in the box when this one began. */
  const visit = useRef({ number: 0, before: '' })

  const focus = (box: string | undefined): boolean => {
    const input = box === undefined ? undefined : inputs.current.get(box)
    if (input === undefined) return false
    input.focus()
    input.select()
    return true
  }
  /** The box so many places further in the order of work. */
  const beside = (box: string, step: 1 | -1): string | undefined =>
    boxes[boxes.findIndex(({ id }) => id === box) + step]?.id

  const towards = (box: string, direction: Direction): string | undefined => {
    const hasPlace = boxes.some(({ id, place }) => id === box && place !== null)
    if (hasPlace) return nearestBox(boxes, box, direction)
    if (direction === 'left' || direction === 'right') return undefined
    return beside(box, direction === 'up' ? -1 : 1)
  }

  const handlers: BoardHandlers = {
    onInput(box, input) {
      typing.current = box
      board.dispatch({ kind: 'typed', box, text: input.value, visit: visit.current.number })
      onTyped(box)
    },
    onFocus(box) {
      visit.current = { number: visit.current.number + 1, before: inputs.current.get(box)?.value ?? '' }
      setCurrent(box)
      const field = inputs.current.get(box)
      const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
      field?.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: isCalm ? 'auto' : 'smooth' })
    },
    onBlur(box) {
      typing.current = null
      board.dispatch({ kind: 'left', box })
      onLeft(box)
    },
    onKeyDown(box, event) {
      const input = inputs.current.get(box)
      if (event.isComposing || input === undefined) return
      const { key, altKey, shiftKey } = event
      const isCommand = event.ctrlKey || event.metaKey
      if (key === 'Enter') {
        event.preventDefault()
        board.dispatch({ kind: 'left', box })
        onLeft(box)
        if (!focus(beside(box, shiftKey ? -1 : 1)) && !shiftKey) onEnd()
        return
      }
      // While there is something typed since the box was entered, the browser's own undo knows it better.
      if (isCommand && !shiftKey && key.toLowerCase() === 'z' && input.value === visit.current.before) {
        event.preventDefault()
        onUndo()
        visit.current = { ...visit.current, before: entryOf(board.get(), box) }
        return
      }
      const direction = ARROWS.get(key)
      if (direction === undefined || isCommand || shiftKey) return
      if (!altKey && !isAtEdge(input, direction)) return
      // Even where there is no such box: Alt and an arrow would leave the page.
      if (altKey || direction === 'up' || direction === 'down') event.preventDefault()
      if (focus(towards(box, direction))) event.preventDefault()
    },
  }
  return { handlers, current, focus }
}

/** Whether the caret can go no farther in a direction; a text that is selected as a whole has no caret in it. */
function isAtEdge(input: HTMLInputElement, direction: Direction): boolean {
  const { selectionStart, selectionEnd, value } = input
  if (direction === 'up' || direction === 'down') return true
  if (selectionStart === 0 && selectionEnd === value.length) return true
  const edge = direction === 'left' ? 0 : value.length
  return selectionStart === edge && selectionEnd === edge
}
