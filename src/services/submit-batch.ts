/**
 * Many submissions in one request. Each stands for itself: it has its own idempotency key, is stored or refused by itself,
 * and is answered in its place. Those of one learner are taken one after the other, so that they are numbered in the order
 * in which they were sent.
 */
import { setImmediate as afterThisTurn, setTimeout as sleep } from 'node:timers/promises'
import type { AttemptAnswer, AttemptBody } from '../contracts/attempt.js'
import { Refusal } from '../errors.js'
import { findAssignment } from './assignments.js'
import { createPatience, type Pause } from './patience.js'
import type { Principal } from './principal.js'
import { submitAttempt, type SubmissionServices } from './submit-attempt.js'

/** One of a batch, as it was read: a submission, or why there is none. */
export type BatchItem =
  | {
      readonly kind: 'read'
      readonly body: AttemptBody
      readonly idempotencyKey: string | undefined
      /** The server's clock at its receipt, in milliseconds. */
      readonly receivedAt: number
      readonly bytes: number
    }
  | { readonly kind: 'refused'; readonly error: unknown }

/** What became of one of a batch, in its place. */
export type BatchResult =
  | {
      readonly kind: 'stored'
      readonly index: number
      readonly attempt: AttemptAnswer
      readonly replayed: boolean
    }
  | { readonly kind: 'refused'; readonly index: number; readonly error: unknown }

type BatchOptions<Sent> = {
  readonly course: string
  readonly assignment: string
  /** Reads what was sent, right before it is submitted. Does not throw. */
  readonly read: (sent: Sent) => BatchItem
  /** Resolves after so many milliseconds. */
  readonly pause?: Pause | undefined
}

/** A batch that is under way. */
export type Batch<Sent> = {
  /** Takes what has arrived; it is begun at once, or as soon as earlier ones are answered. */
  readonly add: (sent: readonly Sent[]) => void
  /** Nothing more comes. */
  readonly end: () => void
  /** What was to come will not; results that are ready are still told, then this error. */
  readonly fail: (error: unknown) => void
  /** What becomes of each, in order, several at once where they are ready. To be read once; who stops reading stops the batch. */
  readonly results: () => AsyncGenerator<readonly BatchResult[]>
}

/** Milliseconds of one batch after which other requests of this process get their turn. */
const TURN_MILLISECONDS = 5

/** Submissions of one request that are under way at once: as many as a flush takes well. */
const MOST_UNDER_WAY = 200

/** Results that are told together: some 50 kB of text. */
const MOST_TOGETHER = 32

/** Opens a batch. Throws `not-found` where there is no such assignment, so that nothing need be read. */
export async function openBatch<Sent extends object>(
  services: SubmissionServices,
  principal: Principal,
  options: BatchOptions<Sent>,
): Promise<Batch<Sent>> {
  const { course, assignment, read, pause = sleep } = options
  const known = await services.assignmentCache.find(principal, course, assignment)
  if (known === undefined) await findAssignment(services, principal, course, assignment)
  const { monotonic } = services.effects
  const patience = createPatience(services.writer.load, pause)
  const waiting: Sent[] = []
  const latest = new Map<string, Promise<void>>()
  const done = new Map<number, BatchResult>()
  let begun = 0
  let answered = 0
  let resting = false
  let closed = false
  let end: { readonly error?: unknown } | undefined
  let wake = (): void => undefined

  const finish = (result: BatchResult): void => {
    done.set(result.index, result)
    if (result.index === answered) wake()
  }

  const submit = async (index: number, item: BatchItem & { kind: 'read' }): Promise<void> => {
    for (;;) {
      try {
        const stored = await submitAttempt(services, principal, { ...item, course, assignment })
        finish({ kind: 'stored', index, attempt: stored.attempt, replayed: stored.replayed })
        return
      } catch (error) {
        if (isBusy(error) && (await patience())) continue
        finish({ kind: 'refused', index, error })
        return
      }
    }
  }

  const beginOne = (index: number, item: BatchItem): void => {
    if (item.kind === 'refused') {
      finish({ kind: 'refused', index, error: item.error })
      return
    }
    const { learner } = item.body
    const earlier = latest.get(learner)
    latest.set(learner, earlier === undefined ? submit(index, item) : earlier.then(() => submit(index, item)))
  }

  /** Begins what waits, as far as so many are not under way already; reads no further ahead of the answers. */
  const begin = (): void => {
    if (resting || closed) return
    const turn = monotonic()
    while (begun - answered < MOST_UNDER_WAY) {
      const next = waiting.shift()
      if (next === undefined) return
      beginOne(begun, read(next))
      begun += 1
      if (monotonic() - turn <= TURN_MILLISECONDS) continue
      resting = true
      void afterThisTurn().then(() => {
        resting = false
        begin()
      })
      return
    }
  }

  const takeDone = (): BatchResult[] => {
    const ready: BatchResult[] = []
    while (ready.length < MOST_TOGETHER) {
      const result = done.get(answered)
      if (result === undefined) break
      done.delete(answered)
      answered += 1
      ready.push(result)
    }
    return ready
  }

  async function* results(): AsyncGenerator<readonly BatchResult[]> {
    try {
      for (;;) {
        const ready = takeDone()
        if (ready.length > 0) {
          begin()
          yield ready
        } else if (end !== undefined && (answered === begun + waiting.length || 'error' in end)) {
          if ('error' in end) throw end.error
          return
        } else {
          await new Promise<void>(resolve => {
            wake = resolve
          })
          // Those of one commit are told one after another, and answered together.
          await afterThisTurn()
        }
      }
    } finally {
      closed = true
    }
  }

  return {
    add: sent => {
      for (const each of sent) waiting.push(each)
      begin()
    },
    end: () => {
      end ??= {}
      wake()
    },
    fail: error => {
      end ??= { error }
      wake()
    },
    results,
  }
}

/** Whether a submission was refused only for the moment, and nothing of it stored. */
function isBusy(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'unavailable'
}
