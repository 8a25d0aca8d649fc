/** Reads the session again while the page is open, and tells what has become of the work. */
import { useEffect } from 'preact/hooks'
import type { AttemptAnswer } from '../contracts/attempt.js'
import { wait } from './browser/requests.js'
import type { Kept } from './learn-kept.js'
import type { SessionRequests } from './learn-session.js'
import type { WorkOptions } from './learn-work.js'
import type { Entries } from './state/board.js'
import { millisecondsUntil, nextMoment, SPREAD_MILLISECONDS } from './state/moments.js'
import { createPersistent } from './state/persistent.js'
import { afterRefresh, type ReadSession, type Standing, type StandingAction } from './state/standing.js'
import type { Store } from './state/store.js'

type Options = Pick<Kept, 'board' | 'drafts' | 'pendings'> & {
  readonly requests: SessionRequests
  readonly standing: Store<Standing, StandingAction>
  readonly judge: (answer: AttemptAnswer, sent: Entries) => void
  readonly onAnother: WorkOptions['onAnother']
}

type Question = {
  /** Whether an attempt was refused as one on old values: then it was not made, whatever else has come meanwhile. */
  readonly isStale: boolean
  /** Why it is read again, which is still to be said of what comes then. */
  readonly notice: string
}

export type Reading = ReturnType<typeof createReading>

export function createReading(options: Options) {
  const { requests, standing, board, drafts, pendings, judge, onAnother } = options

  const take = (action: StandingAction): void => {
    const before = standing.get().result
    standing.dispatch(action)
    const { result, submitted } = standing.get()
    // Submitted from another tab or device.
    if (result !== null && result !== before && submitted !== null) judge(result.answer, submitted)
  }
  const reading = createPersistent<Question, ReadSession>({
    send: () => requests.read(),
    wait,
    // Nobody has asked for it: it is read when it can be.
    onTrouble: () => undefined,
    onAnswer(session, { isStale, notice }) {
      const { entries } = board.get()
      const refreshed = afterRefresh(standing.get(), session, entries)
      if (refreshed === 'same') take({ kind: 'refreshed', session })
      else if (refreshed === 'next' && !isStale) {
        // Nothing more is taken on the values that are shown.
        drafts.remove()
        take({ kind: 'next-waits', session })
      } else {
        const { subject, state } = standing.get().session
        const isCarried = state === 'open' && session.state === 'open' && entries.size > 0
        onAnother(session, isCarried ? { entries, from: subject } : null, notice)
      }
    },
    onProblem({ status }) {
      if (status === 401) standing.dispatch({ kind: 'ended', isUnanswered: pendings.read() !== null })
    },
  })
  return {
    start: (): void => {
      window.addEventListener('online', reading.now)
    },
    stop: (): void => {
      window.removeEventListener('online', reading.now)
      reading.stop()
    },
    refresh: (): void => {
      reading.start({ isStale: false, notice: '' })
    },
    refreshAfterRefusal: (question: Question): void => {
      reading.start(question)
    },
    now: reading.now,
  }
}

/** So often the clock is looked at: a device that was asleep finds out that a time has passed. */
const TICK_MILLISECONDS = 60_000

/** Calls back when the assignment opens or closes, by the server's clock; anew for each session that was read. */
export function useMoments(session: ReadSession, onMoment: () => void): void {
  useEffect(() => {
    const moment = nextMoment(session)
    if (moment === null) return undefined
    const spread = Math.random() * SPREAD_MILLISECONDS
    const leftNow = (): number => millisecondsUntil(moment, session.now, Date.now() - session.readAt, spread)
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = (): void => {
      const left = leftNow()
      if (left <= 0) onMoment()
      else timer = setTimeout(look, Math.min(left, TICK_MILLISECONDS))
    }
    // Opened long after it was read, as the next attempt may be, it has been open for a while already.
    timer = setTimeout(look, Math.min(leftNow(), TICK_MILLISECONDS))
    return () => {
      clearTimeout(timer)
    }
  }, [session, onMoment])
}
