/**
 * Tries of a batch. Where the database refuses submissions together, each half is tried by itself, down to the one that it
 * refuses; where it took a flush back for others' sake, the same again. Each caller is answered after its commit. Those
 * who were in time, and for whom others were in the way, are handed back.
 */
import { flushAtOnce } from './attempt-flush-at-once.js'
import {
  flush,
  type FlushEffort,
  type FlushMeter,
  type FlushOptions,
  type WriteOutcome,
} from './attempt-flush.js'
import type { QueueItem } from './attempt-queue.js'
import type { Database } from './client.js'
import { isDatabaseUnavailable, isLockTimedOut, isTakenBack } from './faults.js'
import type { WriterObserver } from './writer-observer.js'

/** There is no room, or somebody else is in the way: nothing was stored, and the same may be tried a little later. */
export type Busy = { readonly kind: 'busy' }

export const BUSY: Busy = { kind: 'busy' }

/** A submission that somebody waits for. */
export type Item = QueueItem & {
  /** As the writer's clock has it, in milliseconds. */
  readonly arrived: number
  readonly resolve: (outcome: WriteOutcome<unknown> | Busy) => void
  readonly reject: (error: unknown) => void
}

/** What has become of the items that were tried: those that are nowhere here are answered. */
export type Tried = {
  /** What those are told who wait with the idempotency key of an item; behind all others the next is tried. */
  readonly tells: Map<Item, (follower: Item) => void>
  /** Somebody has their assignments alone. */
  readonly held: Set<Item>
  /** Groups of whom somebody waits for a lock that another has. */
  readonly locked: (readonly Item[])[]
}

/** Tries of a flush that the database took back for others' sake, before its items are tried one by one. */
const MOST_TRIES = 3

/** Milliseconds after which a submission is answered that it found no place: whoever sent it will soon have given up. */
const OLDEST = 10_000

/**
 * Milliseconds after which a flush that could not be done at once is given up, and not begun anew: nothing was stored, and
 * whoever waits is to be told in time.
 */
const LONG = 3_000

export type CommittedAttempt = { readonly courseId: string; readonly id: string }

export type TryOptions = FlushOptions & {
  readonly observer?: WriterObserver | undefined
  /** Told of attempts once they are committed. Does not throw. */
  readonly onCommitted?: ((attempts: readonly CommittedAttempt[]) => void) | undefined
  /** Told of courses of which webhooks are to be told something, once that is committed. Does not throw. */
  readonly onDeliveries?: ((courseIds: readonly string[]) => void) | undefined
  /** Milliseconds, by a clock that only goes on. */
  readonly now: () => number
}

const tellTaken = (follower: Item): void => {
  follower.resolve({ kind: 'key-taken' })
}

/** What those are told whose key or learner somebody else has locked, and all who wait with the same key. */
export const tellBusy = (item: Item): void => {
  item.resolve(BUSY)
}

/** Whether nothing is known to be in the way. */
function isCommon({ patience, lockMilliseconds }: FlushEffort): boolean {
  return patience === 'does not wait' && lockMilliseconds === undefined
}

/** Tries groups of items, one after the other. */
export type TryAll = (groups: readonly (readonly Item[])[], effort: FlushEffort) => Promise<Tried>

/** Tries of batches over a database. */
export function createTries(database: Database, options: TryOptions): TryAll {
  const { now, observer } = options

  const flushOnce = async (items: readonly Item[], effort: FlushEffort): ReturnType<typeof flush<Item>> => {
    const start = now()
    const seen: FlushMeter = { statements: 0, waited: undefined, announced: [] }
    let outcome: 'committed' | 'failed' = 'failed'
    try {
      const atOnce = isCommon(effort) ? await flushAtOnce(database, items, options, seen) : undefined
      if (atOnce === undefined && now() - start > LONG) return new Map(items.map(item => [item, BUSY]))
      const outcomes = atOnce ?? (await flush(database, items, options, effort, seen))
      outcome = 'committed'
      tellOthers(outcomes, seen)
      return outcomes
    } finally {
      observer?.flushed({
        size: items.length,
        statements: seen.statements,
        seconds: (now() - start) / 1000,
        waitSeconds: seen.waited === undefined ? undefined : seen.waited / 1000,
        queuedSeconds: items.map(item => (start - item.arrived) / 1000),
        outcome,
      })
    }
  }

  const tellOthers = (outcomes: Awaited<ReturnType<typeof flush<Item>>>, { announced }: FlushMeter): void => {
    const stored = [...outcomes].flatMap(([{ draft }, { kind }]) => (kind === 'stored' ? draft : []))
    if (stored.length > 0) options.onCommitted?.(stored.map(({ courseId, id }) => ({ courseId, id })))
    if (announced.length > 0) options.onDeliveries?.([...new Set(announced.map(({ courseId }) => courseId))])
  }

  const flushTogether: typeof flushOnce = async (items, effort) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await flushOnce(items, effort)
      } catch (error) {
        if (tries === MOST_TRIES || !isTakenBack(error)) throw error
      }
    }
  }

  /** Those that have not waited for too long; the others are answered. */
  const inTime = (items: readonly Item[]): readonly Item[] => {
    const earliest = now() - OLDEST
    if (items.every(item => item.arrived >= earliest)) return items
    for (const item of items) if (item.arrived < earliest) item.resolve(BUSY)
    return items.filter(item => item.arrived >= earliest)
  }

  const fail = (items: readonly Item[], error: unknown, { tells, locked }: Tried): void => {
    if (isLockTimedOut(error)) {
      locked.push(items)
    } else if (isDatabaseUnavailable(error)) {
      // What may have been committed is not stored again by us, nor by those behind.
      const tell = (item: Item): void => {
        item.reject(error)
      }
      for (const item of items) {
        tell(item)
        tells.set(item, tell)
      }
    } else {
      for (const item of items) {
        // What a course or an assignment lacks by now is for the caller to find out.
        if (isTakenBack(error)) item.resolve({ kind: 'policy-changed' })
        else item.reject(error)
      }
    }
  }

  return async (groups, effort) => {
    const tried: Tried = { tells: new Map(), held: new Set(), locked: [] }
    const open = groups.toReversed()
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const items = inTime(next)
      if (items.length === 0) continue
      try {
        for (const [item, outcome] of await flushTogether(items, effort)) {
          if (outcome.kind === 'assignment-held') {
            tried.held.add(item)
            continue
          }
          if (outcome.kind === 'stored') tried.tells.set(item, tellTaken)
          item.resolve(outcome)
        }
      } catch (error) {
        const isSplit = items.length > 1 && !isLockTimedOut(error) && !isDatabaseUnavailable(error)
        if (isSplit) open.push(...halves(items).toReversed())
        else fail(items, error, tried)
      }
    }
    return tried
  }
}

/**
 * Two halves of more than one. A learner's stay together while there is another's: their order is that of arrival, whatever
 * becomes of the halves.
 */
export function halves(items: readonly Item[]): readonly [readonly Item[], readonly Item[]] {
  const learners = [...new Set(items.map(item => item.person))]
  if (learners.length === 1) {
    const middle = items.length >> 1
    return [items.slice(0, middle), items.slice(middle)]
  }
  const some = new Set(learners.slice(0, learners.length >> 1))
  const isOfSome = ({ person }: Item): boolean => some.has(person)
  return [items.filter(isOfSome), items.filter(item => !isOfSome(item))]
}
