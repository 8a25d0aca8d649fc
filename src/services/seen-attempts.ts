/**
 * Which attempts of a course were told of already, and in which order: what makes every event come once, and a learner's in
 * order of their numbers. It remembers what is recent, and no more than it may.
 */
import type { BucketCount, FeedAttempt, IdRange } from '../database/attempt-feed.js'

/** Hexadecimal digits of an id that are its bucket: 256 ms each. */
const BUCKET_DIGITS = 10
const BUCKET_MILLISECONDS = 256
const REST_OF_ID = '00-0000-0000-000000000000'

type ToldAttempt = Pick<FeedAttempt, 'id' | 'number'>
type Tally = { count: number; tails: number }

/** The bucket of an id of version 7. */
export const bucketOf = (id: string): string => id.slice(0, 8) + id.slice(9, 11)

/** The bucket of a time in milliseconds since 1970. */
export const bucketAt = (milliseconds: number): string =>
  Math.max(0, Math.floor(milliseconds / BUCKET_MILLISECONDS))
    .toString(16)
    .padStart(BUCKET_DIGITS, '0')

const nextBucket = (bucket: string): string =>
  (Number.parseInt(bucket, 16) + 1).toString(16).padStart(BUCKET_DIGITS, '0')

/** The lowest id of a bucket. */
export const firstIdOf = (bucket: string): string => `${bucket.slice(0, 8)}-${bucket.slice(8)}${REST_OF_ID}`

/** The time that an id of version 7 begins with, in milliseconds since 1970. */
export const timeOfId = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

/** The number that an id ends in, of 16 bits: with how many there are, it tells one set of ids from another. */
export const tailOf = (id: string): number => Number.parseInt(id.slice(-4), 16)

/** A learner's attempts on an assignment, which are numbered. */
export const laneOf = ({ assignmentId, learner }: Pick<FeedAttempt, 'assignmentId' | 'learner'>): string =>
  `${assignmentId}/${learner}`

export type SeenAttempts = ReturnType<typeof createSeenAttempts>

/** Nothing seen yet; at most so many ids are remembered. */
export function createSeenAttempts(most: number) {
  /** Id → when it was seen, in the order of that. */
  const ids = new Map<string, number>()
  const tallies = new Map<string, Tally>()
  /** Assignment and learner → the attempt told of last, and when. */
  const lanes = new Map<string, ToldAttempt & { readonly at: number }>()
  /** Buckets before this one are not looked at: what was seen in them is forgotten. */
  let floor = bucketAt(0)

  const forget = (isOver: (id: string, at: number) => boolean): void => {
    for (const [id, at] of ids) if (isOver(id, at)) ids.delete(id)
  }

  const raise = (bucket: string): void => {
    if (bucket <= floor) return
    floor = bucket
    for (const known of tallies.keys()) if (known < floor) tallies.delete(known)
  }

  return {
    has: (id: string): boolean => ids.has(id),
    size: (): number => ids.size,
    floor: (): string => floor,

    /** The attempt of a learner on an assignment that was told of last; undefined where that is long ago. */
    lastTold: (attempt: Pick<FeedAttempt, 'assignmentId' | 'learner'>): ToldAttempt | undefined =>
      lanes.get(laneOf(attempt)),

    /** Remembers an id that is told of, or that was there before; false where it is known. */
    add: (id: string, at: number): boolean => {
      if (ids.has(id)) return false
      ids.set(id, at)
      const bucket = bucketOf(id)
      const tally = tallies.get(bucket)
      if (tally === undefined) tallies.set(bucket, { count: 1, tails: tailOf(id) })
      else {
        tally.count += 1
        tally.tails += tailOf(id)
      }
      if (ids.size > most) {
        // The oldest eighth goes; what is committed late under an id as old as theirs comes by hints alone.
        let newest = ''
        let left = most >> 3
        for (const old of ids.keys()) {
          if (left === 0) break
          left -= 1
          ids.delete(old)
          if (old > newest) newest = old
        }
        raise(nextBucket(bucketOf(newest)))
      }
      return true
    },

    /** Remembers that an attempt is told of. */
    told: (attempt: FeedAttempt, at: number): void => {
      lanes.set(laneOf(attempt), { id: attempt.id, number: attempt.number, at })
    },

    /** The ranges of ids in which other attempts are stored than are known. */
    differing: (counts: readonly Omit<BucketCount, 'courseId'>[]): readonly IdRange[] => {
      const buckets = counts
        .filter(({ bucket, count, tails }) => {
          const tally = tallies.get(bucket)
          return bucket >= floor && (tally?.count !== count || tally.tails !== tails)
        })
        .map(({ bucket }) => bucket)
        .sort()
      const ranges: { from: string; to: string }[] = []
      for (const bucket of buckets) {
        const [from, to] = [firstIdOf(bucket), firstIdOf(nextBucket(bucket))]
        const last = ranges.at(-1)
        if (last?.to === from) last.to = to
        else ranges.push({ from, to })
      }
      return ranges
    },

    /** Says what is stored in a range by now, all of it known: of what was erased nothing is left. */
    settle: ({ from, to }: IdRange, stored: readonly string[]): void => {
      for (const bucket of tallies.keys()) {
        if (bucket >= bucketOf(from) && bucket < bucketOf(to)) tallies.delete(bucket)
      }
      for (const id of stored) {
        const tally = tallies.get(bucketOf(id)) ?? { count: 0, tails: 0 }
        tallies.set(bucketOf(id), { count: tally.count + 1, tails: tally.tails + tailOf(id) })
      }
    },

    /**
     * Forgets what is neither in the window of ids, which begins at a bucket, nor was seen after a time. An id that comes
     * late is thereby known for as long as one that came in time.
     */
    prune: (window: string, before: number): void => {
      raise(window)
      forget((id, at) => at < before && bucketOf(id) < floor)
      for (const [lane, { at }] of lanes) if (at < before) lanes.delete(lane)
    },
  }
}
