/**
 * The one place where attempts are written. Submissions that arrive together are committed together: a flush takes all
 * that waits; what arrives meanwhile is the next. One that comes alone is flushed at once, and no timer ever runs. Each
 * caller is answered after its commit.
 */
import { performance } from 'node:perf_hooks'
import { setImmediate as letOthersArrive } from 'node:timers/promises'
import {
  flush,
  type AttemptDecision,
  type AttemptDraft,
  type FlushItem,
  type FlushOptions,
  type LearnerBefore,
  type Patience,
  type WriteOutcome,
} from './attempt-flush.js'
import { createAttemptQueue, type Queued, type QueueLimits } from './attempt-queue.js'
import type { Database } from './client.js'
import { isDatabaseUnavailable, isTakenBack } from './faults.js'
import type { WriterLoad, WriterObserver } from './writer-observer.js'

export type WriterOptions = FlushOptions & {
  readonly limits?: Partial<QueueLimits>
  readonly observer?: WriterObserver | undefined
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

/** Assignments that are waited for at once, each on a connection; others wait until one of these is free. */
const MOST_HELD = 4

/** Tries of a flush that the database took back for others' sake, before its items are tried one by one. */
const MOST_TRIES = 3

/** The queue is full: nothing was stored, and the same may be tried a little later. */
export type Busy = { readonly kind: 'busy' }

export type AttemptWriter = ReturnType<typeof createAttemptWriter>

type Item = FlushItem & {
  readonly arrived: number
  readonly resolve: (outcome: WriteOutcome<unknown>) => void
  readonly reject: (error: unknown) => void
}

/** What has become of the items of a batch. */
type Work = { readonly stored: Set<Item>; readonly putBack: Set<Item> }

type Flush = (items: readonly Item[], patience: Patience) => ReturnType<typeof flush<Item>>

/** The writer of attempts over a database. */
export function createAttemptWriter(database: Database, options: WriterOptions) {
  const limits = { ...LIMITS, ...options.limits }
  const queue = createAttemptQueue<Item>(limits)
  const idle: (() => void)[] = []
  /** Assignments that somebody has alone, and whose submissions are flushed apart. */
  const held = new Set<string>()
  const waitedFor = new Set<string>()
  let flushes = 0
  let scheduled = false

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
    flushes += 1
    await work(queue.take(), 'does not wait')
    flushes -= 1
    goOn()
  }

  /** Waits for an assignment that somebody has alone, and stores what is submitted to it meanwhile. */
  const runApart = async (assignmentId: string): Promise<void> => {
    await work(queue.take(assignmentId), 'waits')
    queue.release(assignmentId)
    held.delete(assignmentId)
    waitedFor.delete(assignmentId)
    goOn()
  }

  /** Has submissions to an assignment wait apart; for the first few such assignments somebody asks the database. */
  const setApart = (assignmentId: string): void => {
    if (held.has(assignmentId)) return
    held.add(assignmentId)
    queue.hold(assignmentId)
  }

  const waitForHeld = (): void => {
    for (const assignmentId of [...held].slice(0, MOST_HELD)) {
      if (waitedFor.has(assignmentId)) continue
      waitedFor.add(assignmentId)
      void runApart(assignmentId)
    }
  }

  const goOn = (): void => {
    waitForHeld()
    schedule()
    if (flushes === 0 && held.size === 0 && queue.waiting() === 0)
      for (const resolve of idle.splice(0)) resolve()
  }

  const work = async (batch: readonly Queued<Item>[], patience: Patience): Promise<void> => {
    const over: Work = { stored: new Set(), putBack: new Set() }
    await flushApart(
      batch.map(({ item }) => item),
      patience,
      over,
    )
    const back = batch.filter(({ item }) => over.putBack.has(item))
    queue.putBack(back)
    const done = batch.filter(({ item }) => !over.putBack.has(item))
    for (const late of queue.settle(done, item => over.stored.has(item))) late.resolve({ kind: 'key-taken' })
    for (const { item } of back) setApart(item.draft.assignmentId)
  }

  /** Stores items; where the database refuses them together, each half by itself, down to the one that it refuses. */
  const flushApart = async (items: readonly Item[], patience: Patience, over: Work): Promise<void> => {
    try {
      for (const [item, outcome] of await flushTogether(items, patience)) {
        if (outcome.kind === 'assignment-held') {
          over.putBack.add(item)
          continue
        }
        if (outcome.kind === 'stored') over.stored.add(item)
        item.resolve(outcome)
      }
    } catch (error) {
      const [first] = items
      // What may have been committed is not stored again by us.
      if (items.length === 1 || isDatabaseUnavailable(error)) {
        // What a course or an assignment lacks by now is for the caller to find out.
        if (first !== undefined && isTakenBack(error)) first.resolve({ kind: 'policy-changed' })
        else for (const item of items) item.reject(error)
        return
      }
      const middle = items.length >> 1
      await flushApart(items.slice(0, middle), patience, over)
      await flushApart(items.slice(middle), patience, over)
    }
  }

  const flushTogether: Flush = async (items, patience) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await flushOnce(items, patience)
      } catch (error) {
        if (tries === MOST_TRIES || !isTakenBack(error)) throw error
      }
    }
  }

  const flushOnce: Flush = async (items, patience) => {
    const start = performance.now()
    const seen = { statements: 0, began: start }
    let outcome: 'committed' | 'failed' = 'failed'
    try {
      const outcomes = await flush(database, items, { ...options, patience }, seen)
      outcome = 'committed'
      return outcomes
    } finally {
      options.observer?.flushed({
        size: items.length,
        statements: seen.statements,
        seconds: (performance.now() - start) / 1000,
        waitSeconds: (seen.began - start) / 1000,
        queuedSeconds: items.map(item => (start - item.arrived) / 1000),
        outcome,
      })
    }
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
      const outcome = await new Promise<WriteOutcome<unknown> | Busy>((resolve, reject) => {
        const item: Item = { draft, decide, arrived: performance.now(), resolve, reject }
        if (queue.add({ item, size })) schedule()
        else resolve({ kind: 'busy' })
      })
      return outcome as WriteOutcome<Refused> | Busy // Refusals are those of this draft's own decision.
    },

    /** How full the queue is. */
    load: (): WriterLoad => ({ queued: queue.waiting(), capacity: limits.capacity }),

    /** Resolves once nothing waits and nothing is under way. */
    drain: (): Promise<void> =>
      new Promise(resolve => {
        if (flushes === 0 && held.size === 0 && queue.waiting() === 0) resolve()
        else idle.push(resolve)
      }),
  }
}
