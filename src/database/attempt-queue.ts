/**
 * Where submissions wait for a flush: in order of arrival, never more than fit. One that has the idempotency key of
 * another, or its learner, is not flushed beside it: the first decides what becomes of the second. Submissions to an
 * assignment that somebody has alone wait apart, and nobody waits for them.
 */
import type { FlushItem } from './attempt-flush.js'

export type QueueLimits = {
  /** Submissions that wait at most, and how much of them in characters. */
  readonly capacity: number
  readonly characters: number
  /** Submissions of one flush at most, and how much of them. */
  readonly batch: number
  readonly batchCharacters: number
}

export type Queued<Item extends FlushItem> = {
  readonly item: Item
  /** About as many characters as it takes to send it. */
  readonly size: number
}

/** An empty queue. */
export function createAttemptQueue<Item extends FlushItem>(limits: QueueLimits) {
  let waiting: Queued<Item>[] = []
  let characters = 0
  /** Those with the idempotency key of one that waits or is being flushed; by that one. */
  const followers = new Map<Item, Queued<Item>[]>()
  const holders = new Map<string, Item>()
  const flushing = new Set<string>()
  const held = new Set<string>()
  let following = 0

  const isFree = ({ item }: Queued<Item>): boolean =>
    !flushing.has(personOf(item)) && !held.has(item.draft.assignmentId)

  const place = (queued: Queued<Item>): void => {
    const key = keyOf(queued.item)
    const holder = key === undefined ? undefined : holders.get(key)
    characters += queued.size
    if (holder !== undefined) {
      const behind = followers.get(holder)
      if (behind === undefined) followers.set(holder, [queued])
      else behind.push(queued)
      following += 1
      return
    }
    if (key !== undefined) holders.set(key, queued.item)
    waiting.push(queued)
  }

  return {
    /** Submissions that wait. */
    waiting: (): number => waiting.length + following,

    /** Takes a submission in; false where there is no room. */
    add(queued: Queued<Item>): boolean {
      if (waiting.length + following >= limits.capacity) return false
      // One that is larger than all that may wait is taken by an empty queue.
      if (characters > 0 && characters + queued.size > limits.characters) return false
      place(queued)
      return true
    },

    /** Whether so many could be flushed now; those of learners whose last one is being flushed wait. */
    has(count: number): boolean {
      let found = 0
      for (const queued of waiting) {
        if (found === count) break
        if (isFree(queued)) found += 1
      }
      return found === count
    },

    /** Takes the next batch out, of one held assignment where it is given; whoever takes it says when it is over. */
    take(heldAssignment?: string): Queued<Item>[] {
      const batch: Queued<Item>[] = []
      const rest: Queued<Item>[] = []
      let size = 0
      for (const queued of waiting) {
        const full =
          batch.length >= limits.batch || (batch.length > 0 && size + queued.size > limits.batchCharacters)
        const isNext =
          heldAssignment === undefined
            ? isFree(queued)
            : queued.item.draft.assignmentId === heldAssignment && !flushing.has(personOf(queued.item))
        if (full || !isNext) {
          rest.push(queued)
          continue
        }
        batch.push(queued)
        size += queued.size
      }
      waiting = rest
      characters -= size
      for (const { item } of batch) flushing.add(personOf(item))
      return batch
    },

    /** From now on submissions to an assignment wait apart, those among the batch that was just tried included. */
    hold(assignmentId: string): void {
      held.add(assignmentId)
    },

    /** They no longer do. */
    release(assignmentId: string): void {
      held.delete(assignmentId)
    },

    /** Puts back what was taken out and not tried; it is first again. */
    putBack(batch: readonly Queued<Item>[]): void {
      for (const { item, size } of batch) {
        flushing.delete(personOf(item))
        characters += size
      }
      waiting = [...batch, ...waiting]
    },

    /**
     * A batch is over: those of its learners may be flushed. Answers who had the idempotency key of one that was stored,
     * and so come too late; where it was not stored, the next of that key waits in its place.
     */
    settle(batch: readonly Queued<Item>[], isStored: (item: Item) => boolean): Item[] {
      const late: Item[] = []
      for (const { item } of batch) {
        flushing.delete(personOf(item))
        const key = keyOf(item)
        if (key === undefined) continue
        holders.delete(key)
        const behind = followers.get(item) ?? []
        followers.delete(item)
        following -= behind.length
        for (const queued of behind) characters -= queued.size
        if (isStored(item)) late.push(...behind.map(queued => queued.item))
        else for (const queued of behind) place(queued)
      }
      return late
    },
  }
}

function personOf({ draft: { courseId, learner } }: FlushItem): string {
  return `${courseId}/${learner}`
}

function keyOf({ draft: { courseId, idempotency } }: FlushItem): string | undefined {
  return idempotency === undefined ? undefined : `${courseId}/${idempotency.keyHash}`
}
