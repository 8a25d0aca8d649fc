/**
 * Many submissions in one request. Each stands for itself: it has its own idempotency key, is stored or refused by itself,
 * and is answered in its place. Those of one learner are taken one after the other, so that they are numbered in the order
 * in which they were sent.
 */
import { setImmediate as letOthersRun } from 'node:timers/promises'
import type { AttemptAnswer, AttemptBody } from '../contracts/attempt.js'
import { findAssignment } from './assignments.js'
import type { Principal } from './principal.js'
import { submitAttempt, type SubmissionServices } from './submit-attempt.js'

/** One of a batch, as it was read: a submission, or why there is none. */
export type BatchItem =
  | {
      readonly kind: 'read'
      readonly body: AttemptBody
      readonly idempotencyKey: string | undefined
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

export type Batch = {
  readonly course: string
  readonly assignment: string
  /** The server's clock at receipt, in milliseconds: the same for all of it. */
  readonly receivedAt: number
  readonly items: AsyncIterable<BatchItem> | Iterable<BatchItem>
}

/** Milliseconds of one batch after which other requests of this process get their turn. */
const TURN_MILLISECONDS = 5

/** Submissions of one request that are under way at once: as many as a flush takes well. */
const MOST_UNDER_WAY = 200

/**
 * Submits a batch and answers as it goes, in order; it reads no further ahead than that many. Throws `not-found` before
 * anything is read where there is no such assignment.
 */
export async function submitBatch(
  services: SubmissionServices,
  principal: Principal,
  batch: Batch,
): Promise<AsyncIterable<BatchResult>> {
  const { course, assignment, receivedAt } = batch
  const known = await services.assignmentCache.find(principal, course, assignment)
  if (known === undefined) await findAssignment(services, principal, course, assignment)
  const latest = new Map<string, Promise<unknown>>()

  const submit = async (index: number, item: BatchItem & { kind: 'read' }): Promise<BatchResult> => {
    const { learner } = item.body
    const earlier = latest.get(learner)
    const now = (async () => {
      await earlier
      return submitAttempt(services, principal, { ...item, course, assignment, receivedAt })
    })()
    const over = now.catch(() => undefined)
    latest.set(learner, over)
    try {
      return { kind: 'stored', index, ...(await now) }
    } catch (error) {
      return { kind: 'refused', index, error }
    } finally {
      if (latest.get(learner) === over) latest.delete(learner)
    }
  }
  return inOrder(services.effects.monotonic, batch.items, (item, index) =>
    item.kind === 'refused' ? Promise.resolve({ ...item, index }) : submit(index, item),
  )
}

/** Begins work on items as they come, a bounded number ahead, and yields what comes of them in order. */
async function* inOrder(
  monotonic: () => number,
  items: AsyncIterable<BatchItem> | Iterable<BatchItem>,
  work: (item: BatchItem, index: number) => Promise<BatchResult>,
): AsyncGenerator<BatchResult> {
  const underWay: Promise<BatchResult>[] = []
  let index = 0
  let turn = monotonic()
  for await (const item of items) {
    if (monotonic() - turn > TURN_MILLISECONDS) {
      await letOthersRun()
      turn = monotonic()
    }
    underWay.push(work(item, index))
    index += 1
    if (underWay.length < MOST_UNDER_WAY) continue
    const [first] = underWay.splice(0, 1)
    if (first !== undefined) yield await first
  }
  for (const result of underWay) yield await result
}
