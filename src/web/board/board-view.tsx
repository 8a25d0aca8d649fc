import type { RefObject } from 'preact'
import { useRef } from 'preact/hooks'
import type { PageBox, PageGraph } from '../../contracts/practice.js'
import type { Strings } from '../../strings/strings.js'
import { entryOf, shownVerdict, type Board } from '../state/board.js'
import { askedForm, boxTitle } from '../state/wording.js'
import { BoxInput, type BoxInputProps } from './box-input.js'
import { FigureDrawing, type Drawing } from './figure-drawing.js'
import { RowGradients } from './row-gradients.js'
import type { BoardHandlers } from './use-board-handlers.js'
import { useScale } from './use-scale.js'

type BoardViewProps = {
  readonly graph: PageGraph
  readonly drawing: Drawing | null
  readonly strings: Strings
  readonly board: Board
  readonly current: string | null
  readonly isReadOnly: boolean
  readonly handlers: BoardHandlers
  readonly inputs: RefObject<Map<string, HTMLInputElement>>
}

/** The figure with a field over each box, and a list of those boxes that have no place in it. */
export function BoardView(props: BoardViewProps) {
  const { graph, drawing, strings } = props
  const size = drawing === null ? null : graph.figure
  const listed = graph.boxes.filter(({ place }) => size === null || place === null)
  return (
    <section class="board" aria-label={strings.board.figure}>
      {drawing !== null && size !== null ? (
        <FigureBoxes {...props} drawing={drawing} size={size} />
      ) : (
        graph.boxes.length > 0 && <p class="notice">{strings.board.noFigure}</p>
      )}
      {listed.length > 0 && (
        <ol class="box-list">
          {listed.map(box => (
            <li key={box.id}>
              <span class="box-name" aria-hidden="true">
                {boxTitle(strings, box)}
                <small>{askedForm(strings, box)?.words}</small>
              </span>
              <span class="box-list-field">
                <BoxInput {...inputProps(props, box)} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

type FigureBoxesProps = BoardViewProps & {
  readonly drawing: Drawing
  readonly size: { readonly width: number; readonly height: number }
}

/** Characters take about this much of the height of the text. */
const CHARACTER_WIDTH = 0.6
/** No field grows wider than this. */
const WIDEST = 320

function FigureBoxes({ drawing, size, ...props }: FigureBoxesProps) {
  const { graph, board, current } = props
  const column = useRef<HTMLDivElement>(null)
  const scale = useScale(column, size.width)
  const fontSize = Math.max(16, Math.round(16 * scale))
  return (
    <div class="figure-column" ref={column}>
      <div class="figure-canvas" style={{ width: px(size.width * scale), height: px(size.height * scale) }}>
        <FigureDrawing drawing={drawing} />
        {graph.boxes.map(box => {
          if (box.place === null) return null
          const { x, y, width, height } = box.place
          const isCurrent = box.id === current
          const text = board.revealed?.get(box.id) ?? entryOf(board, box.id)
          // What is longer than its box is seen whole where it is worked on.
          const wanted = isCurrent ? (text.length + 1) * fontSize * CHARACTER_WIDTH + 14 : 0
          return (
            <span
              key={box.id}
              class={isCurrent ? 'place current' : 'place'}
              style={{
                left: px(x * scale),
                top: px(y * scale),
                width: px(Math.max(width * scale, Math.min(wanted, WIDEST))),
                height: px(height * scale),
                fontSize: px(fontSize),
              }}
            >
              <BoxInput {...inputProps(props, box)} />
            </span>
          )
        })}
        <RowGradients graph={graph} board={board} scale={scale} />
      </div>
    </div>
  )
}

function inputProps(props: Omit<BoardViewProps, 'drawing'>, box: PageBox): BoxInputProps {
  const { graph, strings, board, current, isReadOnly, handlers, inputs } = props
  const shown = board.revealed?.get(box.id)
  return {
    box,
    index: graph.boxes.indexOf(box),
    strings,
    text: shown ?? entryOf(board, box.id),
    isRevealed: shown !== undefined,
    isReadOnly: isReadOnly || board.revealed !== null,
    isCurrent: current === box.id,
    verdict: shownVerdict(board, box.id),
    handlers,
    inputs,
  }
}

function px(length: number): string {
  return `${String(Math.round(length * 100) / 100)}px`
}
