/** The work on an assignment while it is open in a tab: entries kept, attempts sent, what the server says of them. */
import type { AttemptAnswer } from '../contracts/attempt.js'
import type { Strings } from '../strings/strings.js'
import { keepDraft } from './browser/draft-keeping.js'
import { createAttempts } from './learn-attempts.js'
import { createReadingChecks } from './learn-checks.js'
import { createKept, type Carried } from './learn-kept.js'
import { createReading } from './learn-reading.js'
import type { SessionRequests } from './learn-session.js'
import type { Board, BoardAction, Entries } from './state/board.js'
import { isReadOnly, reduceStanding, startStanding, type ReadSession } from './state/standing.js'
import { createStore, subscribeToPart, type Store } from './state/store.js'
import { verdictsOf } from './state/verdicts.js'

export type WorkOptions = {
  readonly session: ReadSession
  readonly carried: Carried | null
  /** What is said at first. */
  readonly notice: string
  readonly requests: SessionRequests
  readonly strings: Strings
  /** The box that is being typed in. */
  readonly typing: () => string | null
  /** The session has become another piece of work. */
  readonly onAnother: (session: ReadSession, carried: Carried | null, notice: string) => void
}

export type Work = ReturnType<typeof createWork>

/** What belongs to one piece of work; nothing is sent and nothing written before it is started. */
export function createWork(options: WorkOptions) {
  const { session, carried, requests, strings, typing, onAnother } = options
  const kept = createKept(session, carried)
  const { board, drafts } = kept
  const notice = carried === null ? options.notice : strings.learn.staleVariant
  const standing = createStore(reduceStanding, startStanding(session, notice))
  const checks = createReadingChecks({ board, boxes: session.graph.boxes, check: requests.check })
  const judge = createJudge(board, checks.wasRead)
  const reading = createReading({ ...kept, requests, standing, judge, onAnother })
  const attempts = createAttempts({ session, requests, strings, kept, standing, checks, judge, reading })

  return {
    board,
    standing,
    keeping: drafts.keeping,
    /** Begins to keep, to listen and to send what is on its way, until what it returns is called. */
    start: (): (() => void) => {
      kept.takeCarried()
      const { result, submitted } = standing.get()
      if (result !== null && submitted !== null) judge(result.answer, submitted)
      const stopKeeping = keepDraft({
        drafts,
        board,
        typing,
        onMerged: checks.look,
        onRemoved: reading.refresh,
      })
      const stopHearing = subscribeToPart(board, ({ entries }) => entries, attempts.changed)
      attempts.start()
      reading.start()
      return () => {
        stopKeeping()
        stopHearing()
        checks.stop()
        attempts.stop()
        reading.stop()
      }
    },
    submit: attempts.submit,
    refresh: reading.refresh,
    /** Sends at once what waits to be sent again. */
    now: (): void => {
      attempts.now()
      reading.now()
    },
    /** To be called while something is typed in a box. */
    typed: (box: string): void => {
      checks.typed(box)
    },
    /** To be called when a box was left. */
    left: (): void => {
      if (!isReadOnly(standing.get())) checks.look()
    },
    undo: (): void => {
      if (!isReadOnly(standing.get())) board.dispatch({ kind: 'undone' })
    },
    clear: (): void => {
      board.dispatch({ kind: 'cleared' })
    },
  }
}

/** Shows what came of an attempt in its boxes, as far as that is told. */
function createJudge(board: Store<Board, BoardAction>, wasRead: (sent: Entries) => void) {
  let sequence = 0
  return (answer: AttemptAnswer, sent: Entries): void => {
    wasRead(sent)
    if (!('boxes' in answer)) return
    sequence += 1
    board.dispatch({ kind: 'judged', sequence, verdicts: verdictsOf(answer.boxes, sent) })
  }
}
