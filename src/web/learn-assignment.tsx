/** An assignment that a session has opened. */
import { useRef } from 'preact/hooks'
import { stringsOf, type Language, type Strings } from '../strings/strings.js'
import { Announcer } from './board/announcer.js'
import { Banner } from './board/banner.js'
import { BoardView } from './board/board-view.js'
import { Dock } from './board/dock.js'
import { GivenValues } from './board/given-values.js'
import { ProgressLine } from './board/progress-line.js'
import { Remarks } from './board/remarks.js'
import { useBoardHandlers } from './board/use-board-handlers.js'
import { useStore } from './browser/use-store.js'
import { LearnHeader } from './learn-header.js'
import { LearnResult } from './learn-result.js'
import { countFilled, countRight, shownVerdict } from './state/board.js'
import { useAssignment, type AssignmentOptions } from './use-assignment.js'

type AssignmentProps = Omit<AssignmentOptions, 'strings'> & { readonly language: Language }

export function Assignment({ language, ...options }: AssignmentProps) {
  const strings = stringsOf(language)
  const { session } = options
  const { graph, svg, state } = session
  const { learn } = strings
  const work = useAssignment({ ...options, strings })
  const { sending, result, next } = work
  const board = useStore(work.board)
  const inputs = useRef(new Map<string, HTMLInputElement>())
  const undo = (): void => {
    work.board.dispatch({ kind: 'undone' })
  }
  const { handlers, current, focus } = useBoardHandlers({
    boxes: graph.boxes,
    board: work.board,
    inputs,
    typing: work.typing,
    onLeft: () => undefined,
    onTyped: () => undefined,
    onUndo: undo,
  })

  const all = graph.boxes.length
  const right = countRight(board, graph.boxes)
  const isJudged = graph.boxes.some(({ id }) => shownVerdict(board, id) !== null)
  const filled = countFilled(board, graph.boxes)
  const currentBox = graph.boxes.find(({ id }) => id === current) ?? null
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
          <GivenValues graph={graph} strings={strings} />
          <div class="tools" role="group" aria-label={strings.board.tools}>
            <ProgressLine
              words={isJudged ? strings.board.progress(right, all) : strings.board.filled(filled, all)}
              part={isJudged ? right : filled}
              all={all}
            />
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
              <button type="button" class="primary" disabled={!canSubmit} onClick={work.submit}>
                {sending === 'sending' ? learn.submitting : learn.submit}
              </button>
            </div>
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
          <BoardView
            graph={graph}
            drawing={svg}
            strings={strings}
            board={board}
            current={current}
            isReadOnly={state === 'closed' || state === 'no-attempts-left'}
            handlers={handlers}
            inputs={inputs}
          />
          <Remarks strings={strings} boxes={graph.boxes} board={board} onGo={focus} />
          <p class="quiet">{work.keepsDrafts ? strings.board.draftKept : strings.board.draftNotKept}</p>
          <Dock
            strings={strings}
            box={currentBox}
            verdict={currentBox === null ? null : shownVerdict(board, currentBox.id)}
            hint={learn.hint}
          />
          <Announcer strings={strings} boxes={graph.boxes} board={board} last="" />
        </>
      )}
    </div>
  )
}

function stateText({ learn }: Strings, state: 'not-open' | 'closed' | 'no-attempts-left'): string {
  return { 'not-open': learn.notOpen, closed: learn.closed, 'no-attempts-left': learn.noAttemptsLeft }[state]
}
