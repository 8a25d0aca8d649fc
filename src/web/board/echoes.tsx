import type { PageGraph } from '../../contracts/practice.js'
import type { Board } from '../state/board.js'
import { echoText } from '../state/echoes.js'
import { CHARACTER_WIDTH, type Place } from '../state/geometry.js'
import { px } from './figure-canvas.js'

type EchoesProps = { readonly graph: PageGraph; readonly board: Board; readonly scale: number }

/** Given values and right entries at their places in the figure. They are told elsewhere to those who hear the page. */
export function Echoes({ graph, board, scale }: EchoesProps) {
  return graph.echoes.map((echo, index) => {
    const text = echoText(graph, board, echo)
    return text === null ? null : (
      <FigureLabel key={index} text={text} place={echo.place} scale={scale} kind={echo.kind} />
    )
  })
}

type FigureLabelProps = {
  readonly text: string
  readonly place: Place
  readonly scale: number
  readonly kind: string
}

/** Text that would have to be smaller than this ends in an ellipsis. */
const LEAST_PIXELS = 10

/** A text in a place of a figure, as large as the place lets it be. */
export function FigureLabel({ text, place, scale, kind }: FigureLabelProps) {
  const { x, y, width, height } = place
  const fitting = (width * scale) / (text.length * CHARACTER_WIDTH)
  const size = Math.max(LEAST_PIXELS, Math.min(height * scale, 16 * scale, fitting))
  return (
    <span
      class={`echo ${kind}`}
      aria-hidden="true"
      style={{
        left: px(x * scale),
        top: px(y * scale),
        width: px(width * scale),
        height: px(height * scale),
        fontSize: px(size),
        lineHeight: px(height * scale),
      }}
    >
      {text}
    </span>
  )
}
