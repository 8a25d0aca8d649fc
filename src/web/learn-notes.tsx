/** What is said of an assignment above its boxes. */
import type { Strings } from '../strings/strings.js'
import { LearnResult } from './learn-result.js'
import type { Standing } from './state/standing.js'
import type { PartProps } from './use-assignment.js'

type StateNoticesProps = Pick<PartProps, 'strings' | 'standing' | 'board' | 'isKept'>

/** That nothing is taken now, and that the session has ended. */
export function StateNotices({ strings, standing, board, isKept }: StateNoticesProps) {
  const { learn } = strings
  const { state } = standing.session
  return (
    <>
      {state !== 'open' && (
        <p class="notice" role="status">
          {stateText(strings, state)}
        </p>
      )}
      {standing.sending === 'ended' && (
        <div class="notice" role="alert">
          <h2>{learn.ended}</h2>
          <p>{endedText(strings, isKept, board.entries.size > 0)}</p>
          {standing.isUnanswered && <p>{learn.endedUnanswered}</p>}
        </div>
      )}
    </>
  )
}

type LearnNotesProps = Omit<PartProps, 'board' | 'work' | 'isKept'> & { readonly onNext: () => void }

/** What has come of a submission, or is to be known before one. */
export function LearnNotes({ strings, language, standing, onNext }: LearnNotesProps) {
  const { notice, result } = standing
  const waiting = waitingText(strings, standing)
  return (
    <div role="status" class="note-place">
      {waiting !== null && <p class="note">{waiting}</p>}
      {notice !== '' && <p class="note">{notice}</p>}
      {result !== null && <LearnResult {...{ result, standing, language, strings, onNext }} />}
    </div>
  )
}

/** How to go on when the session has ended, and what becomes of what was typed. */
export function endedText({ learn }: Strings, isKept: boolean, hasEntries: boolean): string {
  if (isKept) return learn.endedHelp
  return hasEntries ? learn.endedHelpNotKept : learn.endedHelpNothing
}

function waitingText({ learn }: Strings, { trouble, sending }: Standing): string | null {
  if (trouble === null || sending !== 'sending') return null
  return trouble.kind === 'lost' ? learn.waitingToSend : learn.waitingForServer
}

function stateText({ learn }: Strings, state: 'not-open' | 'closed' | 'no-attempts-left'): string {
  return { 'not-open': learn.notOpen, closed: learn.closed, 'no-attempts-left': learn.noAttemptsLeft }[state]
}
