import type { RefObject } from 'preact'
import { useState } from 'preact/hooks'
import type { PageBox, PageGraph } from '../../contracts/practice.js'
import type { Strings } from '../../strings/strings.js'
import { entryOf, shownVerdict, type Board } from '../state/board.js'
import { CHARACTER_WIDTH, roomAround, type Place } from '../state/geometry.js'
import { askedForm, boxTitle } from '../state/wording.js'
import { BoxInput, type BoxInputProps } from './box-input.js'
import { Echoes } from './echoes.js'
import { FigureCanvas, px, type Drawing } from './figure-canvas.js'
import { GivenValues } from './given-values.js'
import type { BoardHandlers } from './use-board-handlers.js'

export type BoardViewProps = {
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
      {graph.valuesApart && <GivenValues graph={graph} hasFormulas={drawing === null} strings={strings} />}
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

function FigureBoxes({ drawing, size, ...props }: FigureBoxesProps) {
  const { graph, board } = props
  /** The box that has the focus: it may be larger than it is drawn. */
  const [focused, setFocused] = useState<string | null>(null)
  const places = graph.boxes.flatMap(({ place }) => place ?? [])
  return (
    <FigureCanvas drawing={drawing} size={size}>
      {scale => (
        <>
          {graph.boxes.map(box => {
            const { id, place } = box
            if (place === null) return null
            const fontSize = Math.max(16, Math.round(16 * scale))
            const text = board.revealed?.get(id) ?? entryOf(board, id)
            const area = id === focused ? grownArea(place, places, { text, fontSize, scale, size }) : place
            return (
              <span
                key={id}
                class="place"
                style={{ ...styleOf(area, scale), fontSize: px(fontSize) }}
                onFocusIn={() => {
                  setFocused(id)
                }}
                onFocusOut={() => {
                  setFocused(null)
                }}
              >
                <BoxInput {...inputProps(props, box)} />
              </span>
            )
          })}
          <Echoes graph={graph} board={board} scale={scale} />
        </>
      )}
    </FigureCanvas>
  )
}

/** Room beside a text. */
const PADDING = 14

/** The place of a field that is as wide as its text, as far as there is room beside it: to the right, then to the left. */
function grownArea(
  place: Place,
  places: readonly Place[],
  shown: {
    readonly text: string
    readonly fontSize: number
    readonly scale: number
    readonly size: FigureBoxesProps['size']
  },
): Place {
  const wanted = ((shown.text.length + 1) * shown.fontSize * CHARACTER_WIDTH + PADDING) / shown.scale
  const missing = Math.max(0, wanted - place.width)
  const others = places.filter(other => other !== place)
  const { left, right } = roomAround(place, others, shown.size.width)
  const toRight = Math.min(missing, right)
  const toLeft = Math.min(missing - toRight, left)
  return { ...place, x: place.x - toLeft, width: place.width + toLeft + toRight }
}

function styleOf({ x, y, width, height }: Place, scale: number) {
  return { left: px(x * scale), top: px(y * scale), width: px(width * scale), height: px(height * scale) }
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
