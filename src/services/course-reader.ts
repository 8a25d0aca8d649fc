/**
 * Reads what is new in one course, for all who watch it in this process. It does one thing at a time: what hints name is
 * read by id, and where the tables hold other ids than it knows of, these ranges are read.
 *
 * A learner's numbers on an assignment have no gap, and the next is given only after the one before was committed. So when a
 * number comes, all before it can be read: they are told of first, whatever order hints and looks come in.
 */
import type {
  AttemptFeedRepository,
  BucketCount,
  FeedAttempt,
  IdRange,
  NumberRange,
} from '../database/attempt-feed.js'
import { groupBy } from './group-by.js'
import type { LookBack } from './course-looker.js'
import type { Pause } from './live-clock.js'
import {
  bucketAt,
  bucketOf,
  createSeenAttempts,
  firstIdOf,
  timeOfId,
  type SeenAttempts,
} from './seen-attempts.js'

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

/** Milliseconds between two readings of what hints name, so that what comes at once is read at once. */
const BREATH_MILLISECONDS = 50
/** Before what failed is tried again. */
const RETRY_MILLISECONDS = 1_000

/** How many numbers before one are looked at first, and each time so many times more while none of them is known. */
const FIRST_LOOK_BACK = 1
const FURTHER = 8

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
  /** Given what was committed: every attempt once, and a learner's in order of their numbers. */
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
    const attempts = await withEarlier(found)
    if (signal.aborted || attempts.length === 0) return
    const inOrder = attempts.toSorted((one, other) => one.number - other.number)
    for (const attempt of inOrder) {
      seen.add(attempt.id, now())
      seen.told(attempt, now())
    }
    onAttempts(inOrder)
  }

  const withEarlier = async (found: readonly FeedAttempt[]): Promise<readonly FeedAttempt[]> => {
    const all = new Map(found.map(attempt => [attempt.id, attempt]))
    const { from, to } = windowOf(newId())
    const isOfLate = (id: string): boolean => id >= from && id < to
    let gaps = gapsBefore(found, seen, FIRST_LOOK_BACK)
    for (let size = FIRST_LOOK_BACK * FURTHER; gaps.length > 0; size *= FURTHER) {
      const earlier = await repository.findNumbers(
        courseId,
        gaps.map(({ range }) => range),
      )
      const next: Gap[] = []
      const byLane = groupBy(earlier, laneOf)
      for (const { range, goesOn } of gaps) {
        const numbers = byLane.get(laneOf(range)) ?? []
        const news = numbers.filter(({ id }) => !seen.has(id) && !all.has(id) && (!goesOn || isOfLate(id)))
        for (const attempt of news) all.set(attempt.id, attempt)
        // As long as each of them is new, those before them may be as well.
        if (goesOn && range.first > 1 && news.length > 0 && news.length === numbers.length) {
          const first = Math.max(1, range.first - size)
          next.push({ range: { ...range, first, last: range.first - 1 }, goesOn })
        }
      }
      gaps = next
    }
    return [...all.values()]
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
      await readNamed()
      await pause(BREATH_MILLISECONDS, signal)
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

const laneOf = ({ assignmentId, learner }: Pick<FeedAttempt, 'assignmentId' | 'learner'>): string =>
  `${assignmentId}/${learner}`

/** Numbers to be read; those before them as well while all are new, where it is not known how far was told. */
type Gap = { readonly range: NumberRange; readonly goesOn: boolean }

/** The numbers before these attempts that may not have been told of. */
function gapsBefore(found: readonly FeedAttempt[], seen: SeenAttempts, lookBack: number): Gap[] {
  const gaps: Gap[] = []
  for (const attempts of groupBy(found, laneOf).values()) {
    const numbers = new Set(attempts.map(({ number }) => number))
    for (const { assignmentId, learner, number } of attempts) {
      const last = number - 1
      if (last === 0 || numbers.has(last)) continue
      const told = seen.lastNumber({ assignmentId, learner })
      // Numbers begin anew once a learner was erased and came again.
      const isKnown = told !== undefined && told < number
      const first = isKnown ? told + 1 : Math.max(1, number - lookBack)
      if (first <= last) gaps.push({ range: { assignmentId, learner, first, last }, goesOn: !isKnown })
    }
  }
  return gaps
}

/** The lowest id above one. */
function followingId(id: string): string {
  const next = (BigInt(`0x${id.replaceAll('-', '')}`) + 1n).toString(16).padStart(32, '0')
  const parts = [next.slice(0, 8), next.slice(8, 12), next.slice(12, 16), next.slice(16, 20), next.slice(20)]
  return parts.join('-')
}
