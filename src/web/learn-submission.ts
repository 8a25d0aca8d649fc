/** One attempt at a time on its way to the server, sent until it is answered, and stored once however often it is sent. */
import type { AttemptAnswer } from '../contracts/attempt.js'
import { wait } from './browser/requests.js'
import type { SessionRequests } from './learn-session.js'
import type { Entries } from './state/board.js'
import type { PendingAttempt } from './state/drafts.js'
import { createPersistent, type Problem, type Trouble } from './state/persistent.js'

type Options = {
  readonly requests: SessionRequests
  /** Keeps what is on its way, so that a reload sends it again; null: nothing is. */
  readonly onPending: (pending: PendingAttempt | null) => void
  readonly onStored: (answer: AttemptAnswer, sent: Entries) => void
  readonly onRefused: (problem: Problem, sent: Entries) => void
  readonly onTrouble: (trouble: Trouble | null) => void
}

export function createSubmission({ requests, onPending, onStored, onRefused, onTrouble }: Options) {
  let pending: PendingAttempt | null = null
  const settle = (): void => {
    pending = null
    onPending(null)
  }
  const sending = createPersistent<PendingAttempt, AttemptAnswer>({
    send: requests.submit,
    wait,
    onTrouble,
    onAnswer(answer, { entries }) {
      settle()
      onStored(answer, entries)
    },
    onProblem(problem, { entries }) {
      settle()
      onRefused(problem, entries)
    },
  })
  return {
    pending: () => pending,
    /** Sends an attempt; while one is on its way, that one is sent again instead. */
    submit(attempt: PendingAttempt): void {
      if (pending !== null) {
        sending.now()
        return
      }
      pending = attempt
      // Kept before it is sent: what is lost after that is found again.
      onPending(attempt)
      sending.start(attempt)
    },
    now: sending.now,
    stop: sending.stop,
  }
}

/** A key that no other attempt has. */
export function newAttemptKey(): string {
  // Pages that do not come over HTTPS have no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}
