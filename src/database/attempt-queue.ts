/**
 * Where submissions wait for a flush: in order of arrival, never more than fit. One that has the idempotency key of
 * another, or its learner, is not flushed beside it: the first decides what becomes of the second. Submissions to an
 * assignment that somebody has alone wait apart, and nobody waits for them; they take a part of the room and no more.
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

/** A submission, and what the queue goes by, worked out once. */
export type QueueItem = FlushItem & {
  /** The learner in the course. */
  readonly person: string
  /** The idempotency key in the course; undefined without one. */
  readonly key: string | undefined
  /** About as many characters as it takes to send it. */
  readonly size: number
}

/** Of the room, what may be taken by submissions to assignments that somebody has alone: one part in so many. */
const HELD_PART = 4

/** What most learners have waiting behind a flush. */
const NONE: readonly never[] = []

/** Submissions to an assignment that somebody has alone. */
type Held<Item> = {
  items: Item[]
  /** All that wait for it, those included who wait behind one with their key or of their learner. */
  count: number
  characters: number
}

/** An empty queue. */
export function createAttemptQueue<Item extends QueueItem>(limits: QueueLimits) {
  let waiting: Item[] = []
  /** All that wait here, wherever. */
  let count = 0
  let characters = 0
  /** Those with the idempotency key of one that waits or is being flushed; by that one. */
  const followers = new Map<Item, Item[]>()
  const holders = new Map<string, Item>()
  /** Learners whose submissions are being flushed, how many of them, and those that were found to wait for these. */
  const flushing = new Map<string, number>()
  const behind = new Map<string, Item[]>()
  const held = new Map<string, Held<Item>>()

  const heldOf = ({ draft }: Item): Held<Item> | undefined =>
    held.size === 0 ? undefined : held.get(draft.assignmentId)

  const enter = (item: Item): void => {
    count += 1
    characters += item.size
    const apart = heldOf(item)
    if (apart === undefined) return
    apart.count += 1
    apart.characters += item.size
  }

  const leave = (item: Item): void => {
    count -= 1
    characters -= item.size
    const apart = heldOf(item)
    if (apart === undefined) return
    apart.count -= 1
    apart.characters -= item.size
  }

  const place = (item: Item): void => {
    const holder = item.key === undefined ? undefined : holders.get(item.key)
    if (holder !== undefined) {
      append(followers, holder, item)
      return
    }
    if (item.key !== undefined) holders.set(item.key, item)
    const list = heldOf(item)?.items ?? waiting
    list.push(item)
  }

  /** Puts submissions before all others that wait. */
  const putFirst = (items: readonly Item[]): void => {
    if (items.length === 0) return
    const free = items.filter(item => heldOf(item) === undefined)
    waiting = [...free, ...waiting]
    if (free.length === items.length) return
    for (const [assignmentId, apart] of held) {
      apart.items = [...items.filter(({ draft }) => draft.assignmentId === assignmentId), ...apart.items]
    }
  }

  /** One of a learner's submissions is flushed no longer; answers those that wait for none of theirs any more. */
  const free = ({ person }: Item): readonly Item[] => {
    const others = (flushing.get(person) ?? 1) - 1
    if (others > 0) {
      flushing.set(person, others)
      return NONE
    }
    flushing.delete(person)
    const freed = behind.get(person) ?? NONE
    behind.delete(person)
    return freed
  }

  const hasRoomApart = (item: Item): boolean => {
    if (heldOf(item) === undefined) return true
    let apart = 0
    let size = 0
    for (const one of held.values()) {
      apart += one.count
      size += one.characters
    }
    return apart < limits.capacity / HELD_PART && size < limits.characters / HELD_PART
  }

  return {
    /** Submissions that wait. */
    waiting: (): number => count,

    /** Takes a submission in; false where there is no room. */
    add(item: Item): boolean {
      if (count >= limits.capacity || !hasRoomApart(item)) return false
      // One that is larger than all that may wait is taken by an empty queue.
      if (characters > 0 && characters + item.size > limits.characters) return false
      enter(item)
      place(item)
      return true
    },

    /** Whether so many wait for a flush; of some it may turn out that they wait for one of their learner. */
    has: (least: number): boolean => waiting.length >= least,

    /** Takes the next batch out, of one held assignment where it is given; whoever takes it says when it is over. */
    take(heldAssignment?: string): Item[] {
      const source = heldAssignment === undefined ? waiting : (held.get(heldAssignment)?.items ?? [])
      const batch: Item[] = []
      let size = 0
      let looked = 0
      for (const item of source) {
        if (batch.length >= limits.batch) break
        if (batch.length > 0 && size + item.size > limits.batchCharacters) break
        looked += 1
        if (flushing.has(item.person)) {
          append(behind, item.person, item)
          continue
        }
        batch.push(item)
        size += item.size
      }
      source.splice(0, looked)
      for (const item of batch) {
        leave(item)
        flushing.set(item.person, (flushing.get(item.person) ?? 0) + 1)
      }
      return batch
    },

    /** From now on submissions to an assignment wait apart, those that are here included. */
    hold(assignmentId: string): void {
      const isOfIt = ({ draft }: Item): boolean => draft.assignmentId === assignmentId
      const items = waiting.filter(isOfIt)
      waiting = waiting.filter(item => !isOfIt(item))
      const all = [items, ...behind.values(), ...followers.values()].flatMap(list => list.filter(isOfIt))
      const size = all.reduce((sum, item) => sum + item.size, 0)
      held.set(assignmentId, { items, count: all.length, characters: size })
    },

    /** They no longer do. */
    release(assignmentId: string): void {
      const items = held.get(assignmentId)?.items ?? []
      held.delete(assignmentId)
      putFirst(items)
    },

    /** Puts back what was taken out and not stored; it is first again. */
    putBack(batch: readonly Item[]): void {
      const freed = batch.flatMap(free)
      for (const item of batch) enter(item)
      putFirst([...batch, ...freed])
    },

    /** What was taken out waits elsewhere for another try, and has its room here meanwhile. */
    setAside(batch: readonly Item[]): void {
      for (const item of batch) enter(item)
    },

    /** It is being tried again. */
    resume(batch: readonly Item[]): void {
      for (const item of batch) leave(item)
    },

    /**
     * A batch is over: those of its learners may be flushed. Whoever waits with the idempotency key of one of these is
     * told what was found out with it; where nothing was, the next of that key waits in its place.
     */
    settle(batch: readonly Item[], tells: ReadonlyMap<Item, (follower: Item) => void>): void {
      const freed: Item[] = []
      for (const item of batch) {
        freed.push(...free(item))
        if (item.key === undefined) continue
        holders.delete(item.key)
        const late = followers.get(item)
        if (late === undefined) continue
        followers.delete(item)
        const tell = tells.get(item)
        for (const follower of late) {
          if (tell === undefined) {
            place(follower)
          } else {
            leave(follower)
            tell(follower)
          }
        }
      }
      putFirst(freed)
    },
  }
}

function append<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}
