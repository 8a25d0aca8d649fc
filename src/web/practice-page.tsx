/** A public graph to be practised. */
import { useRef, useState } from 'preact/hooks'
import type { PageBox } from '../contracts/practice.js'
import { stringsOf, type Strings } from '../strings/strings.js'
import { Banner } from './board/banner.js'
import type { Drawing } from './board/figure-canvas.js'
import { ToolButton } from './board/tool-button.js'
import { useBoardHandlers } from './board/use-board-handlers.js'
import { WorkBoard } from './board/work-board.js'
import type { PracticeData } from './browser/page-data.js'
import { useStore } from './browser/use-store.js'
import { CascadeDialog } from './dialogs/cascade-dialog.js'
import { StepsDialog } from './dialogs/steps-dialog.js'
import { addressOf, otherGraphsOf } from './practice-addresses.js'
import { PracticeTools } from './practice-tools.js'
import { countRight, shownVerdict } from './state/board.js'
import { usePractice } from './use-practice.js'

type PracticePageProps = { readonly data: PracticeData; readonly drawing: Drawing | null }

/** The page below its title. */
export function PracticePage({ data, drawing }: PracticePageProps) {
  const { graph } = data
  const strings = stringsOf(data.language)
  const { practice } = strings
  const [opened, setOpened] = useState<Opened | null>(null)
  const inputs = useRef(new Map<string, HTMLInputElement>())
  const typing = useRef<string | null>(null)
  const work = usePractice(data, strings, typing)
  const board = useStore(work.board)
  const { handlers, current, focus } = useBoardHandlers({
    boxes: graph.boxes,
    board: work.board,
    inputs,
    typing,
    onLeft: work.check,
    onTyped: work.typed,
    onUndo: work.undo,
    onEnd: () =>
      focus(graph.boxes.find(({ id }) => shownVerdict(work.board.get(), id)?.status !== 'correct')?.id),
  })
  const all = graph.boxes.length
  const right = countRight(board, graph.boxes)
  const isSolved = all > 0 && right === all

  return (
    <div class="app">
      <PracticeTools
        strings={strings}
        board={board}
        work={work}
        right={right}
        all={all}
        onCascade={() => {
          setOpened({ kind: 'cascade' })
        }}
      />
      <Banner strings={strings} trouble={work.trouble} onRetry={work.retry} />
      <div role="status" class="note-place">
        {work.said !== '' && <p class="note">{work.said}</p>}
      </div>
      <WorkBoard
        graph={graph}
        drawing={drawing}
        strings={strings}
        board={board}
        current={current}
        isReadOnly={false}
        handlers={handlers}
        inputs={inputs}
        hint={strings.board.startHint}
        note={work.isKept ? null : strings.board.draftNotKept}
        last={isSolved ? practice.solvedTitle : ''}
        end={isSolved && <SolvedEnd strings={strings} all={all} address={otherGraphsOf(data)} />}
        onGo={focus}
      >
        <ToolButton
          onClick={() => {
            const box = graph.boxes.find(({ id }) => id === current)
            if (box !== undefined) setOpened({ kind: 'steps', box })
          }}
        >
          {practice.showHow}
        </ToolButton>
      </WorkBoard>
      <PracticeDialog
        opened={opened}
        data={data}
        strings={strings}
        onClose={() => {
          setOpened(null)
        }}
      />
    </div>
  )
}

type Opened = { readonly kind: 'steps'; readonly box: PageBox } | { readonly kind: 'cascade' }

type PracticeDialogProps = {
  readonly opened: Opened | null
  readonly data: PracticeData
  readonly strings: Strings
  readonly onClose: () => void
}

function PracticeDialog({ opened, data, strings, onClose }: PracticeDialogProps) {
  switch (opened?.kind) {
    case 'steps': {
      const { box } = opened
      return (
        <StepsDialog strings={strings} box={box} path={addressOf(data, 'steps', box.id)} onClose={onClose} />
      )
    }
    case 'cascade':
      return <CascadeDialog strings={strings} path={addressOf(data, 'cascade')} onClose={onClose} />
    case undefined:
      return null
  }
}

type SolvedEndProps = { readonly strings: Strings; readonly all: number; readonly address: string }

/** A friendly end. */
function SolvedEnd({ strings, all, address }: SolvedEndProps) {
  const { solvedTitle, solvedText, moreGraphs } = strings.practice
  return (
    <>
      <div>
        <p class="dock-title">{solvedTitle}</p>
        <p>{solvedText(all)}</p>
      </div>
      <a class="button" href={address}>
        {moreGraphs}
      </a>
    </>
  )
}
