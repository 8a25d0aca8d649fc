import type { PageGraph } from '../../contracts/practice.js'
import { entryOf, shownVerdict, type Board } from '../state/board.js'

type Props = { readonly graph: PageGraph; readonly board: Board; readonly scale: number }

/** Beneath the arrow that leaves a node: how far under the box of its value. */
const UNDER = 14

/** Gradients that are right, once more at their places in the row: under the arrow that bears the value of their node. */
export function RowGradients({ graph, board, scale }: Props) {
  const values = new Map(graph.boxes.filter(({ kind }) => kind === 'forward').map(box => [box.of, box.place]))
  return graph.boxes.map(({ id, kind, wrt }) => {
    const place = kind === 'gradient' && wrt !== null ? values.get(wrt) : undefined
    if (place === null || place === undefined) return null
    const isRight = shownVerdict(board, id)?.status === 'correct'
    const text = board.revealed?.get(id) ?? (isRight ? entryOf(board, id) : undefined)
    if (text === undefined) return null
    return (
      <span
        key={id}
        class="row-gradient"
        aria-hidden="true"
        style={{
          left: `${String(place.x * scale)}px`,
          top: `${String((place.y + place.height + UNDER) * scale)}px`,
          width: `${String(place.width * scale)}px`,
          fontSize: `${String(Math.max(13, 14 * scale))}px`,
        }}
      >
        {text.trim()}
      </span>
    )
  })
}
