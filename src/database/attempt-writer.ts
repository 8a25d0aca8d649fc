/**
 * The one place where attempts are written. Submissions that arrive together are committed together: a flush takes all
 * that waits; what arrives meanwhile is the next. One that comes alone is flushed at once, and no timer ever runs. Each
 * caller is answered after its commit.
 *
 * Nobody waits for others' sake for long. A batch of which somebody waits for a lock that another transaction has is set
 * aside once the lock was not to be had in time: beside the flushes that go on, its learners are halved until it is known
 * whose lock it is. All others are stored; that one is tried once more, alone, and then told to come again.
 */
import { performance } from 'node:perf_hooks'
import { setImmediate as letOthersArrive } from 'node:timers/promises'
import type {
  AttemptDecision,
  AttemptDraft,
  FlushEffort,
  LearnerBefore,
  WriteOutcome,
} from './attempt-flush.js'
import { createAttemptQueue, type QueueLimits } from './attempt-queue.js'
import {
  BUSY,
  createTries,
  tellBusy,
  type Busy,
  type Item,
  type Tried,
  type TryOptions,
  halves,
} from './attempt-tries.js'
import type { Database } from './client.js'
import { createWorkApart } from './work-apart.js'
import type { WriterLoad } from './writer-observer.js'

export type WriterOptions = Omit<TryOptions, 'now'> & {
  readonly limits?: Partial<QueueLimits>
  readonly now?: TryOptions['now']
}

/** A body has at most 256 KiB; what waits is bounded in memory, and a flush in the time that it takes. */
const LIMITS: QueueLimits = {
  capacity: 5_000,
  characters: 64 * 2 ** 20,
  batch: 500,
  batchCharacters: 4 * 2 ** 20,
}

/** Flushes under way at once: while one waits for the disk, another is sent. */
const MOST_FLUSHES = 2

/** A second flush begins beside another only for so many submissions: fewer do better to wait for more. */
const WORTH_A_SECOND = 32

/** Assignments that are waited for, and batches set aside, that are worked on at once. */
const MOST_APART = 4

/** The most connections that a writer has at once. */
export const WRITER_CONNECTIONS = MOST_FLUSHES + MOST_APART

/**
 * Milliseconds that a lock is waited for while it is looked for who is locked, longer than most flushes take. Who is in
 * nobody's way but another flush's is found to be locked now and then, and stored when tried alone.
 */
const SHORT_WAIT = 100

/** Milliseconds for which, after somebody was locked, all flushes wait no longer than that: the same will come again. */
const WARY = 10_000

/** Waits for a lock as long as the connection says. */
const FLUSH: FlushEffort = { patience: 'does not wait' }
const SHORT_FLUSH: FlushEffort = { ...FLUSH, lockMilliseconds: SHORT_WAIT }
const HELD_FLUSH: FlushEffort = { patience: 'waits' }

export type AttemptWriter = ReturnType<typeof createAttemptWriter>

/** The writer of attempts over a database. */
export function createAttemptWriter(database: Database, options: WriterOptions) {
  const { now = () => performance.now() } = options
  const limits = { ...LIMITS, ...options.limits }
  const queue = createAttemptQueue<Item>(limits)
  const tryAll = createTries(database, { ...options, now })
  const apart = createWorkApart(MOST_APART, () => {
    goOn()
  })
  const idle: (() => void)[] = []
  /** Assignments that somebody has alone, and whose submissions are flushed apart. */
  const held = new Set<string>()
  let flushes = 0
  let scheduled = false
  let waryUntil = -Infinity

  const isDue = (): boolean =>
    flushes < MOST_FLUSHES && queue.has(flushes === 0 ? 1 : Math.min(WORTH_A_SECOND, limits.batch))

  const schedule = (): void => {
    if (scheduled || !isDue()) return
    scheduled = true
    // What has arrived on other connections by now comes along.
    void letOthersArrive().then(() => {
      scheduled = false
      while (isDue()) void run()
    })
  }

  const run = async (): Promise<void> => {
    const batch = queue.take()
    // All that waits is of learners whose last one is being flushed.
    if (batch.length === 0) return
    flushes += 1
    await work(batch, now() < waryUntil ? SHORT_FLUSH : FLUSH)
    flushes -= 1
    goOn()
  }

  const isIdle = (): boolean => flushes === 0 && apart.isIdle() && queue.waiting() === 0

  const goOn = (): void => {
    schedule()
    if (isIdle()) for (const resolve of idle.splice(0)) resolve()
  }

  /** Has a batch tried and goes on with what is not over. Answers whether somebody has an assignment of it alone. */
  const work = async (batch: readonly Item[], effort: FlushEffort, groups = [batch]): Promise<boolean> => {
    const { tells, held: back, locked } = await tryAll(groups, effort)
    if (back.size === 0 && locked.length === 0) {
      queue.settle(batch, tells)
      return false
    }
    const isOver = new Set(batch)
    for (const item of [...back, ...locked.flat()]) isOver.delete(item)
    for (const item of goOnWith(locked, effort)) {
      isOver.add(item)
      tells.set(item, tellBusy)
      tellBusy(item)
    }
    queue.putBack([...back])
    queue.settle([...isOver], tells)
    for (const { draft } of back) setApart(draft.assignmentId)
    return back.size > 0
  }

  /** Goes on with groups of whom somebody is locked. Answers those whose full time is over. */
  const goOnWith = (locked: Tried['locked'], { lockMilliseconds }: FlushEffort): readonly Item[] => {
    const over: Item[] = []
    for (const group of locked) {
      waryUntil = now() + WARY
      if (new Set(group.map(item => item.person)).size > 1) {
        for (const half of halves(group)) setAside('search', half)
      } else if (group.length > 1 || lockMilliseconds !== undefined) {
        setAside('alone', group)
      } else {
        over.push(...group)
      }
    }
    return over
  }

  /** Has items tried beside the flushes that go on. They wait until then, and have their room in the queue. */
  const setAside = (kind: 'search' | 'alone', items: readonly Item[]): void => {
    queue.setAside(items)
    apart.add(kind, () => {
      queue.resume(items)
      if (kind === 'search') return work(items, SHORT_FLUSH)
      const oneByOne = items.map(item => [item])
      return work(items, FLUSH, oneByOne)
    })
  }

  /** Has submissions to an assignment wait apart, which are stored once nobody has it alone any more. */
  const setApart = (assignmentId: string): void => {
    if (held.has(assignmentId)) return
    held.add(assignmentId)
    queue.hold(assignmentId)
    apart.add('held', () => waitForHeld(assignmentId))
  }

  const waitForHeld = async (assignmentId: string): Promise<void> => {
    const batch = queue.take(assignmentId)
    if (batch.length > 0 && (await work(batch, HELD_FLUSH))) {
      // Others had their turn meanwhile; what has waited for too long by the next is answered then.
      apart.add('held', () => waitForHeld(assignmentId))
      return
    }
    held.delete(assignmentId)
    queue.release(assignmentId)
  }

  return {
    /**
     * Stores a draft. Resolves once it is committed, or with the reason why nothing was stored. Rejects where the
     * database cannot be reached, or refuses the draft.
     */
    async write<Refused>(
      draft: AttemptDraft,
      decide: (before: LearnerBefore) => AttemptDecision<Refused>,
      /** About how many characters it takes to send it. */
      size: number,
    ): Promise<WriteOutcome<Refused> | Busy> {
      const { courseId, learner, idempotency } = draft
      const person = `${courseId}/${learner}`
      const key = idempotency === undefined ? undefined : `${courseId}/${idempotency.keyHash}`
      const outcome = await new Promise<WriteOutcome<unknown> | Busy>((resolve, reject) => {
        if (queue.add({ draft, decide, person, key, size, arrived: now(), resolve, reject })) schedule()
        else resolve(BUSY)
      })
      return outcome as WriteOutcome<Refused> | Busy // Refusals are those of this draft's own decision.
    },

    /** How full the queue is. */
    load: (): WriterLoad => ({ queued: queue.waiting(), capacity: limits.capacity }),

    /** Resolves once nothing waits and nothing is under way. */
    drain: (): Promise<void> =>
      new Promise(resolve => {
        if (isIdle()) resolve()
        else idle.push(resolve)
      }),
  }
}
