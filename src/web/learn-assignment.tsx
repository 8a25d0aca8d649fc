/** An assignment that a session has opened. */
import { useRef, useState } from 'preact/hooks'
import type { AttemptAnswer } from '../contracts/attempt.js'
import type { Language } from '../contracts/languages.js'
import type { SessionView } from '../contracts/learn.js'
import type { PageBox } from '../contracts/practice.js'
import { stringsOf, type Strings } from '../strings/strings.js'
import { Banner } from './board/banner.js'
import { ProgressLine } from './board/progress-line.js'
import { ToolButton } from './board/tool-button.js'
import { useBoardHandlers } from './board/use-board-handlers.js'
import { WorkBoard } from './board/work-board.js'
import { useStore } from './browser/use-store.js'
import { StepsDialog } from './dialogs/steps-dialog.js'
import { LearnHeader } from './learn-header.js'
import { LearnResult } from './learn-result.js'
import { countFilled, countRight, shownVerdict } from './state/board.js'
import { isReadOnly, useAssignment, type AssignmentOptions } from './use-assignment.js'

type AssignmentProps = Omit<AssignmentOptions, 'strings'> & { readonly language: Language }

export function Assignment({ language, ...options }: AssignmentProps) {
  const strings = stringsOf(language)
  const { session, requests } = options
  const { graph, svg } = session
  const { learn, practice } = strings
  const work = useAssignment({ ...options, strings })
  const { sending, result, next, state } = work
  const readOnly = isReadOnly(state)
  const board = useStore(work.board)
  const inputs = useRef(new Map<string, HTMLInputElement>())
  const submitButton = useRef<HTMLButtonElement>(null)
  const [explained, setExplained] = useState<PageBox | null>(null)
  const undo = (): void => {
    if (!readOnly) work.board.dispatch({ kind: 'undone' })
  }
  const { handlers, current, focus } = useBoardHandlers({
    boxes: graph.boxes,
    board: work.board,
    inputs,
    typing: work.typing,
    onLeft: () => {
      if (!readOnly) work.checks.look()
    },
    onTyped: work.checks.typed,
    onUndo: undo,
    onEnd: () => submitButton.current?.focus(),
  })

  const all = graph.boxes.length
  const right = countRight(board, graph.boxes)
  const isJudged = graph.boxes.some(({ id }) => (shownVerdict(board, id)?.status ?? 'invalid') !== 'invalid')
  const filled = countFilled(board, graph.boxes)
  const currentBox = graph.boxes.find(({ id }) => id === current) ?? null
  const isAgain = result !== null && result === work.last?.result
  const canSubmit = state === 'open' && sending === 'idle' && next === null

  return (
    <div class="app">
      <LearnHeader session={session} language={language} strings={strings} />
      {state !== 'open' && <p class="notice">{stateText(strings, state)}</p>}
      {sending === 'ended' && (
        <div class="notice" role="alert">
          <h2>{learn.ended}</h2>
          <p>{learn.endedHelp}</p>
        </div>
      )}
      {all > 0 && (
        <>
          <div class="tools" role="group" aria-label={strings.board.tools}>
            <ProgressLine
              words={isJudged ? strings.board.progress(right, all) : strings.board.filled(filled, all)}
              part={isJudged ? right : filled}
              all={all}
            />
            {!readOnly && (
              <div class="buttons">
                <button type="button" disabled={board.history.length === 0} onClick={undo}>
                  {strings.board.undo}
                </button>
                <button
                  type="button"
                  disabled={board.entries.size === 0}
                  onClick={() => {
                    work.board.dispatch({ kind: 'cleared' })
                  }}
                >
                  {strings.board.clear}
                </button>
                <button
                  ref={submitButton}
                  type="button"
                  class="primary"
                  disabled={!canSubmit}
                  onClick={work.submit}
                >
                  {sending === 'sending' ? learn.submitting : learn.submit}
                </button>
              </div>
            )}
          </div>
        </>
      )}
      <Banner strings={strings} trouble={work.trouble} onRetry={work.submission.now} />
      <div role="status" class="note-place">
        {work.trouble !== null && sending === 'sending' && <p class="note">{learn.waitingToSend}</p>}
        {work.notice !== '' && <p class="note">{work.notice}</p>}
        {result !== null && (
          <LearnResult
            answer={result}
            language={language}
            strings={strings}
            isAgain={isAgain}
            remaining={attemptsLeft(session, isAgain ? null : result)}
            canSubmitAgain={(next ?? session).state === 'open'}
            onNext={
              next === null
                ? null
                : () => {
                    options.onSession(next, null)
                  }
            }
          />
        )}
      </div>
      {all > 0 && (
        <>
          <WorkBoard
            graph={graph}
            drawing={svg}
            strings={strings}
            board={board}
            current={current}
            isReadOnly={readOnly}
            handlers={handlers}
            inputs={inputs}
            hint={readOnly ? learn.reviewHint : learn.hint}
            note={readOnly ? null : work.keepsDrafts ? strings.board.draftKept : strings.board.draftNotKept}
            last=""
            end={null}
            onGo={focus}
          >
            {currentBox !== null && session.revealed.includes(currentBox.id) && (
              <ToolButton
                onClick={() => {
                  setExplained(currentBox)
                }}
              >
                {practice.showHow}
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
      )}
    </div>
  )
}

/** How many attempts are left after a result that has just come, or now; null: without a limit, or none is taken any more. */
function attemptsLeft(
  { state, assignment: { maxAttempts }, number }: SessionView,
  result: AttemptAnswer | null,
): number | null {
  if (state === 'closed') return null
  if (result !== null) return 'progress' in result ? result.progress.remaining : result.remaining
  return maxAttempts === null ? null : Math.max(0, maxAttempts - number + 1)
}

function stateText({ learn }: Strings, state: 'not-open' | 'closed' | 'no-attempts-left'): string {
  return { 'not-open': learn.notOpen, closed: learn.closed, 'no-attempts-left': learn.noAttemptsLeft }[state]
}
