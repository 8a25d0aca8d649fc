/** An assignment that a session has opened. */
import type { RefObject } from 'preact'
import { useRef, useState } from 'preact/hooks'
import type { Language } from '../contracts/languages.js'
import type { PageBox } from '../contracts/practice.js'
import { stringsOf } from '../strings/strings.js'
import { Banner } from './board/banner.js'
import { ToolButton } from './board/tool-button.js'
import { useBoardHandlers } from './board/use-board-handlers.js'
import { WorkBoard } from './board/work-board.js'
import { StepsDialog } from './dialogs/steps-dialog.js'
import { useFirstFocus, useFocusAtEnd } from './learn-focus.js'
import { LearnHeader } from './learn-header.js'
import { LearnNotes, StateNotices } from './learn-notes.js'
import type { SessionRequests } from './learn-session.js'
import { LearnTools } from './learn-tools.js'
import type { WorkOptions } from './learn-work.js'
import { isReadOnly } from './state/standing.js'
import { useAssignment, type PartProps } from './use-assignment.js'

type AssignmentProps = Omit<WorkOptions, 'strings' | 'typing'> & {
  readonly language: Language
  /** Whether it takes the place of what had the focus. */
  readonly takesFocus: boolean
}

export function Assignment({ language, takesFocus, ...options }: AssignmentProps) {
  const strings = stringsOf(language)
  const { work, typing, board, standing, isKept } = useAssignment({ ...options, strings })
  const { session, next } = standing
  const { boxes } = session.graph
  const inputs = useRef(new Map<string, HTMLInputElement>())
  const submitButton = useRef<HTMLButtonElement>(null)
  const { handlers, current, focus } = useBoardHandlers({
    boxes,
    board: work.board,
    inputs,
    typing,
    onLeft: work.left,
    onTyped: work.typed,
    onUndo: work.undo,
    onEnd: () => submitButton.current?.focus(),
  })
  useFirstFocus(takesFocus, () => session.state === 'open' && focus(boxes[0]?.id))
  useFocusAtEnd(isReadOnly(standing))
  const goOn = (): void => {
    if (next !== null) options.onAnother(next, null, '')
  }
  const parts = { strings, language, work, board, standing, isKept }
  const { progress } = next ?? session
  return (
    <div class="app">
      <LearnHeader session={session} progress={progress} language={language} strings={strings} />
      <StateNotices {...parts} />
      {boxes.length > 0 && <LearnTools {...parts} submitButton={submitButton} />}
      <Banner strings={strings} trouble={standing.trouble} onRetry={work.now} />
      <LearnNotes {...parts} onNext={goOn} />
      {boxes.length > 0 && (
        <AssignmentBoard
          {...parts}
          handlers={handlers}
          current={current}
          inputs={inputs}
          requests={options.requests}
          onGo={focus}
        />
      )}
    </div>
  )
}

type AssignmentBoardProps = Omit<PartProps, 'language'> &
  Pick<ReturnType<typeof useBoardHandlers>, 'handlers' | 'current'> & {
    readonly inputs: RefObject<Map<string, HTMLInputElement>>
    readonly requests: SessionRequests
    readonly onGo: (box: string) => void
  }

/** The boxes, and how those are worked out of which that is told. */
function AssignmentBoard({ isKept, standing, requests, ...view }: AssignmentBoardProps) {
  const { strings, current } = view
  const { graph, svg, revealed } = standing.session
  const [explained, setExplained] = useState<PageBox | null>(null)
  const readOnly = isReadOnly(standing)
  const currentBox = graph.boxes.find(({ id }) => id === current) ?? null
  const kept = isKept ? strings.board.draftKept : strings.board.draftNotKept
  return (
    <>
      <WorkBoard
        {...view}
        graph={graph}
        drawing={svg}
        isReadOnly={readOnly}
        hint={readOnly ? strings.learn.reviewHint : strings.learn.hint}
        note={readOnly ? null : kept}
        last=""
        end={null}
      >
        {currentBox !== null && revealed.includes(currentBox.id) && (
          <ToolButton
            onClick={() => {
              setExplained(currentBox)
            }}
          >
            {strings.practice.showHow}
          </ToolButton>
        )}
      </WorkBoard>
      {explained !== null && (
        <StepsDialog
          strings={strings}
          box={explained}
          path={requests.stepsOf(explained.id)}
          headers={requests.headers}
          onClose={() => {
            setExplained(null)
          }}
        />
      )}
    </>
  )
}
