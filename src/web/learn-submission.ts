/** One attempt at a time on its way to the server, sent until it is answered, and stored once however often it is sent. */
import type { AttemptAnswer } from '../contracts/attempt.js'
import { wait } from './browser/requests.js'
import type { SessionRequests } from './learn-session.js'
import type { PendingAttempt, PendingStore } from './state/drafts.js'
import { createPersistent, type Problem, type Trouble } from './state/persistent.js'

type Options = {
  readonly requests: SessionRequests
  /** Keeps what is on its way, so that a reload, another tab or the next session sends it again. */
  readonly pendings: PendingStore
  /** Whether no later attempt is known of: an earlier one is not sent over later ones. */
  readonly isNewest: (attempt: PendingAttempt) => boolean
  readonly onSent: () => void
  readonly onStored: (answer: AttemptAnswer, attempt: PendingAttempt) => void
  readonly onRefused: (problem: Problem, attempt: PendingAttempt) => void
  /** The session has ended. The attempt may be stored all the same: it stays on its way. */
  readonly onEnded: () => void
  readonly onTrouble: (trouble: Trouble | null) => void
}

export function createSubmission(options: Options) {
  const { requests, pendings, isNewest, onSent, onStored, onRefused, onEnded, onTrouble } = options
  let pending: PendingAttempt | null = null
  const settle = (attempt: PendingAttempt): void => {
    pending = null
    pendings.remove(attempt)
  }
  const sending = createPersistent<PendingAttempt, AttemptAnswer>({
    send: requests.submit,
    wait,
    onTrouble,
    onAnswer(answer, attempt) {
      settle(attempt)
      onStored(answer, attempt)
    },
    onProblem(problem, attempt) {
      if (problem.status === 401) {
        onEnded()
        return
      }
      settle(attempt)
      onRefused(problem, attempt)
    },
  })
  const send = (attempt: PendingAttempt): void => {
    pending = attempt
    onSent()
    sending.start(attempt)
  }
  /** Sends what is kept, of an earlier visit or another tab: whoever is answered first, it is stored once. */
  const resume = (): void => {
    const kept = pendings.read()
    if (pending === null && kept !== null && isNewest(kept)) send(kept)
  }
  const onStorage = (event: StorageEvent): void => {
    if (event.key === pendings.key) resume()
  }
  return {
    /** Sends an attempt; while one is on its way, also from another tab, that one is sent instead. */
    submit: (attempt: PendingAttempt): void => {
      resume()
      if (pending !== null) return
      // Kept before it is sent: what is lost after that is found again.
      pendings.write(attempt)
      send(attempt)
    },
    now: sending.now,
    /** Begins with what is kept. */
    start: (): void => {
      window.addEventListener('online', sending.now)
      window.addEventListener('storage', onStorage)
      resume()
    },
    stop: (): void => {
      window.removeEventListener('online', sending.now)
      window.removeEventListener('storage', onStorage)
      sending.stop()
    },
  }
}

/** A key that no other attempt has. */
export function newAttemptKey(): string {
  // Pages that do not come over HTTPS have no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}
