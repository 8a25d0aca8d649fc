/** The work itself: the boxes, what there is to say of them, and the box that is worked on. */
import type { ComponentChildren } from 'preact'
import { entryOf, shownVerdict } from '../state/board.js'
import { Announcer } from './announcer.js'
import { BoardView, type BoardViewProps } from './board-view.js'
import { Dock } from './dock.js'
import { Remarks } from './remarks.js'

type WorkBoardProps = BoardViewProps & {
  /** How to begin. */
  readonly hint: string
  /** What is to be read below. */
  readonly note: string | null
  /** Said last to those who do not see the page, such as that all is done. */
  readonly last: string
  /** Shown with the box that is worked on when all is done. */
  readonly end: ComponentChildren
  readonly onGo: (box: string) => void
  /** What can be done with the box that is worked on. */
  readonly children?: ComponentChildren
}

export function WorkBoard({ hint, note, last, end, onGo, children, ...view }: WorkBoardProps) {
  const { graph, strings, board, current } = view
  const box = graph.boxes.find(({ id }) => id === current) ?? null
  return (
    <>
      <p class="quiet">{hint}</p>
      <BoardView {...view} />
      <Remarks strings={strings} boxes={graph.boxes} board={board} onGo={onGo} />
      {note !== null && <p class="quiet">{note}</p>}
      <Dock
        strings={strings}
        box={box}
        verdict={box === null ? null : shownVerdict(board, box.id)}
        text={box === null ? '' : (board.revealed?.get(box.id) ?? entryOf(board, box.id))}
        end={end}
      >
        {children}
      </Dock>
      <Announcer strings={strings} boxes={graph.boxes} board={board} last={last} />
    </>
  )
}
