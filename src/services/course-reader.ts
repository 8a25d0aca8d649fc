/**
 * Reads what is new in one course, for all who watch it in this process. It does one thing at a time: what hints name is
 * read by id, and where the tables hold other ids than it knows of, these ranges are read. Whatever order hints and looks
 * come in, a learner's numbers on an assignment are told of in order (earlier-attempts.ts).
 */
import type { AttemptFeedRepository, BucketCount, FeedAttempt, IdRange } from '../database/attempt-feed.js'
import type { LookBack } from './course-looker.js'
import { withEarlier } from './earlier-attempts.js'
import type { Pause } from './live-clock.js'
import { bucketAt, bucketOf, createSeenAttempts, firstIdOf, timeOfId } from './seen-attempts.js'

/**
 * Milliseconds between the making of an id and the last moment at which it may still be committed: 27 s at most, by
 * database/attempt-tries.ts and writer-database.ts, and by how much the clocks of servers differ.
 */
const WINDOW_MILLISECONDS = 60_000
/** Most attempts are committed sooner: how far a look goes back where more would take long. */
const SHORT_WINDOW_MILLISECONDS = 5_000
/** Ids of clocks that are ahead by more are known by hints alone, as are ids that are no uuid v7. */
const AHEAD_MILLISECONDS = 600_000

/** Ids that a course remembers: a minute of 3,000 attempts a second. */
const MOST_SEEN = 200_000

/** Ids that hints have named and that are not read yet; of more, the tables tell. */
const MOST_NAMED = 5_000
/** Ids that are read at once. */
const NAMED_AT_ONCE = 1_000
const PAGE = 2_000

/**
 * Milliseconds between two readings of what hints name, so that what comes at once is read at once; and where so many ids came
 * at once that each reading, and each message that comes of it, had better be larger.
 */
const BREATH_MILLISECONDS = 50
const LONG_BREATH_MILLISECONDS = 240
const MANY_NAMED = 20
/** Before what failed is tried again. */
const RETRY_MILLISECONDS = 1_000

/** The ids that may still be committed, as an id made just now has the time; or that most which are committed now have. */
export function windowOf(newestId: string, back: LookBack = 'far'): IdRange {
  const time = timeOfId(newestId)
  const width = back === 'far' ? WINDOW_MILLISECONDS : SHORT_WINDOW_MILLISECONDS
  return {
    from: firstIdOf(bucketAt(time - width)),
    to: firstIdOf(bucketAt(time + AHEAD_MILLISECONDS)),
  }
}

export type CourseReaderOptions = {
  readonly repository: Pick<AttemptFeedRepository, 'page' | 'find' | 'findNumbers'>
  readonly courseId: string
  readonly newId: () => string
  /** Milliseconds, by a clock that only goes on. */
  readonly now: () => number
  readonly pause: Pause
  /**
   * Given what was committed: every attempt once, a learner's on an assignment in order of their numbers. What is read at once
   * is in the order of the ids for the rest.
   */
  readonly onAttempts: (attempts: readonly FeedAttempt[]) => void
  /** Asks for the tables to be looked at before it is time to. */
  readonly look: () => void
  readonly onError: (error: unknown) => void
}

export type CourseReader = ReturnType<typeof createCourseReader>

/** Begins to read: what is committed from now on is told of, and nothing that was there before. */
export function createCourseReader(options: CourseReaderOptions) {
  const { repository, courseId, newId, now, pause, onAttempts, look, onError } = options
  const seen = createSeenAttempts(MOST_SEEN)
  const stopping = new AbortController()
  const { signal } = stopping
  /** Made before anything is read: what has a higher id was committed later. */
  const firstId = newId()
  let named = new Set<string>()
  let ranges: readonly IdRange[] = []
  let working = false
  let isReady = false
  let readyNow = (): void => undefined
  const ready = new Promise<void>(resolve => {
    readyNow = resolve
  })

  /** Remembers what is there already. */
  const begin = async (): Promise<void> => {
    const { to, ...window } = windowOf(firstId)
    let { from } = window
    for (;;) {
      const attempts = await repository.page(courseId, { from, to }, PAGE)
      for (const { id } of attempts) if (id < firstId) seen.add(id, now())
      const last = attempts.at(-1)
      if (last === undefined || attempts.length < PAGE || signal.aborted) return
      from = followingId(last.id)
    }
  }

  const readNamed = async (): Promise<void> => {
    const ids = [...named].slice(0, NAMED_AT_ONCE)
    for (const id of ids) named.delete(id)
    const unknown = ids.filter(id => !seen.has(id))
    if (unknown.length === 0) return
    try {
      await tell(await repository.find(courseId, unknown))
    } catch (error) {
      for (const id of unknown) named.add(id)
      throw error
    }
  }

  const readRange = async (range: IdRange): Promise<void> => {
    const stored: string[] = []
    let { from } = range
    for (;;) {
      const attempts = await repository.page(courseId, { from, to: range.to }, PAGE)
      await tell(attempts.filter(({ id }) => !seen.has(id)))
      for (const { id } of attempts) stored.push(id)
      const last = attempts.at(-1)
      if (last === undefined || attempts.length < PAGE || signal.aborted) break
      from = followingId(last.id)
    }
    seen.settle(range, stored)
  }

  /** Tells of attempts that are not known yet, and of those before them that are not. */
  const tell = async (found: readonly FeedAttempt[]): Promise<void> => {
    if (found.length === 0) return
    const { from, to } = windowOf(newId())
    const attempts = await withEarlier(found, {
      seen,
      findNumbers: numbers => repository.findNumbers(courseId, numbers),
      isOfLate: id => id >= from && id < to,
    })
    if (signal.aborted) return
    for (const attempt of attempts) {
      seen.add(attempt.id, now())
      seen.told(attempt, now())
    }
    onAttempts(attempts)
  }

  const isIdle = (): boolean => named.size === 0 && ranges.length === 0

  const step = async (): Promise<void> => {
    if (!isReady) {
      await begin()
      isReady = true
      readyNow()
      // Of those committed since then, some were seen just now, and not told of.
      look()
    }
    const given = ranges
    ranges = []
    for (const range of given) if (!signal.aborted) await readRange(range)
    if (named.size > 0 && !signal.aborted) {
      const isMany = named.size > MANY_NAMED
      await readNamed()
      // Of a backlog there is always more to read.
      if (named.size < NAMED_AT_ONCE) {
        await pause(isMany ? LONG_BREATH_MILLISECONDS : BREATH_MILLISECONDS, signal)
      }
    }
  }

  const work = async (): Promise<void> => {
    if (working) return
    working = true
    while (!signal.aborted && !(isReady && isIdle())) {
      try {
        await step()
      } catch (error) {
        onError(error)
        await pause(RETRY_MILLISECONDS, signal)
        look()
      }
    }
    working = false
  }
  void work()

  return {
    ready,

    /** Reads attempts that were committed. False where too many wait: then the tables must be looked at. */
    name: (ids: readonly string[]): boolean => {
      const isRoom = named.size + ids.length <= MOST_NAMED
      if (isRoom) for (const id of ids) named.add(id)
      void work()
      return isRoom
    },

    /** Compares what is stored, as it was counted just now within a window, with what is known. */
    compare: (counts: readonly Omit<BucketCount, 'courseId'>[]): void => {
      if (!isReady) return
      seen.prune(bucketOf(windowOf(newId()).from), now() - WINDOW_MILLISECONDS)
      ranges = seen.differing(counts)
      void work()
    },

    /** Reads and tells nothing any more. */
    stop: (): void => {
      stopping.abort()
      named = new Set()
      ranges = []
      readyNow()
    },
  }
}

/** The lowest id above one. */
function followingId(id: string): string {
  const next = (BigInt(`0x${id.replaceAll('-', '')}`) + 1n).toString(16).padStart(32, '0')
  const parts = [next.slice(0, 8), next.slice(8, 12), next.slice(12, 16), next.slice(16, 20), next.slice(20)]
  return parts.join('-')
}
