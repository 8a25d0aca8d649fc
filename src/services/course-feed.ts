/**
 * What happens in courses, for those who watch them. However many watch a course, this process reads it once: what hints
 * name at once (course-reader.ts), and every two seconds what the tables hold, so that neither a lost hint nor a lost
 * connection nor a server that was killed loses anything. While nobody watches, nothing is read and nothing listens.
 */
import type { AttemptFeedRepository, BucketCount } from '../database/attempt-feed.js'
import type { ListenForHints } from '../database/live-hints.js'
import { Refusal } from '../errors.js'
import { createLooker, type LookBack } from './course-looker.js'
import { createCourseReader, windowOf, type CourseReader } from './course-reader.js'
import {
  createEventWatcher,
  createProgressWatcher,
  type EventWatcher,
  type FeedBatch,
  type ProgressBatch,
  type ProgressWatcher,
  type Watching,
} from './course-watchers.js'
import { groupBy } from './group-by.js'
import type { Pause } from './live-clock.js'
import { createLingering } from './lingering.js'
import { createHintSender, readHints, type LiveHint } from './live-hints.js'
import { createTelling, createTellingBudget } from './telling-budget.js'

export type { FeedBatch, FeedEvent, ProgressBatch, Watching } from './course-watchers.js'

/** Watchers of a process at most, and those of one key. */
const MOST_WATCHERS = 5_000
const MOST_WATCHERS_PER_KEY = 2_000
/** Seconds after which another may find room. */
const RETRY_SECONDS = 5

/** Courses that are looked at in one statement. */
const COURSES_AT_ONCE = 200

/** Milliseconds that it goes on listening after the last watcher has gone: most come back. */
const LINGER_MILLISECONDS = 10_000

export type CourseFeedOptions = {
  readonly repository: AttemptFeedRepository
  readonly listen: ListenForHints
  /** Sends a payload to all servers. */
  readonly notify: (payload: string) => Promise<void>
  readonly newId: () => string
  /** Milliseconds, by a clock that only goes on. */
  readonly now: () => number
  readonly pause: Pause
  /** Told what failed; whatever it was is made good by the next look. */
  readonly onError: (error: unknown) => void
  readonly mostWatchers?: number
  readonly mostWatchersPerKey?: number
}

/** Who watches, and whether it is one assignment alone. */
export type WatchOptions = {
  readonly keyId: string
  readonly assignmentId?: string | undefined
}

type WatchedCourse = {
  readonly reader: CourseReader
  readonly events: Set<EventWatcher>
  readonly progress: Set<ProgressWatcher>
  /** The marks of what changes progress beside attempts, as they were seen last; undefined while nobody asks. */
  mark: string | undefined
  /** Told once the marks are known. */
  readonly onMarked: Set<() => void>
}

export type CourseFeeds = ReturnType<typeof createCourseFeeds>

/** Feeds of all courses, at rest until somebody watches one. */
export function createCourseFeeds(options: CourseFeedOptions) {
  const { repository, listen, newId, now, pause, onError } = options
  const { mostWatchers = MOST_WATCHERS, mostWatchersPerKey = MOST_WATCHERS_PER_KEY } = options
  const sender = createHintSender(options)
  const budget = createTellingBudget(now)
  const courses = new Map<string, WatchedCourse>()
  let watchers = 0
  const watchersOf = new Map<string, number>()
  let isStopped = false

  const courseOf = (courseId: string): WatchedCourse => {
    const known = courses.get(courseId)
    if (known !== undefined) return known
    const events = new Set<EventWatcher>()
    const progress = new Set<ProgressWatcher>()
    const batchesFor = createTelling(courseId, budget)
    const reader = createCourseReader({
      repository,
      courseId,
      newId,
      now,
      pause,
      onError,
      look: () => {
        looker.lookSoon(courseId)
      },
      onAttempts: attempts => {
        const told = attempts.map(({ id, assignmentId, learner, number }) => ({
          kind: 'attempt' as const,
          assignmentId,
          attemptId: id,
          learner,
          number,
        }))
        for (const [to, batch] of batchesFor(events, told)) {
          for (const watcher of to) watcher.push(batch)
        }
        const learners = progress.size === 0 ? [] : [...new Set(attempts.map(({ learner }) => learner))]
        for (const watcher of progress) watcher.push(learners)
      },
    })
    const course: WatchedCourse = { reader, events, progress, mark: undefined, onMarked: new Set() }
    courses.set(courseId, course)
    return course
  }

  const tellProgress = ({ progress }: WatchedCourse): void => {
    for (const watcher of progress) watcher.push('all')
  }

  const onHint = (payload: string): void => {
    const hints = readHints(payload)
    if (hints === 'everything') {
      for (const course of courses.values()) tellProgress(course)
      looker.lookSoon(...courses.keys())
      return
    }
    for (const [courseId, { attempts, progress }] of hints) {
      const course = courses.get(courseId)
      if (course === undefined) continue
      if (progress) tellProgress(course)
      if (attempts === undefined || !course.reader.name(attempts)) looker.lookSoon(courseId)
    }
  }

  const looker = createLooker({
    look: async (courseIds, back) => {
      const known = courseIds.filter(courseId => courses.has(courseId))
      for (let at = 0; at < known.length; at += COURSES_AT_ONCE) {
        await lookAt(known.slice(at, at + COURSES_AT_ONCE), back)
      }
    },
    all: () => [...courses.keys()],
    now,
    pause,
    onError,
  })

  const lookAt = async (courseIds: readonly string[], back: LookBack): Promise<void> => {
    const counts = await repository.count(courseIds, windowOf(newId(), back))
    const byCourse = groupBy(counts, ({ courseId }) => courseId)
    for (const courseId of courseIds) {
      const none: readonly BucketCount[] = []
      courses.get(courseId)?.reader.compare(byCourse.get(courseId) ?? none)
    }
    const ofProgress = courseIds.filter(courseId => (courses.get(courseId)?.progress.size ?? 0) > 0)
    if (ofProgress.length === 0) return
    const marks = new Map((await repository.marks(ofProgress)).map(({ courseId, mark }) => [courseId, mark]))
    for (const courseId of ofProgress) {
      const course = courses.get(courseId)
      if (course === undefined) continue
      const mark = marks.get(courseId) ?? ''
      if (course.mark !== undefined && course.mark !== mark) tellProgress(course)
      course.mark = mark
      for (const tell of course.onMarked) tell()
      course.onMarked.clear()
    }
  }

  const listening = createLingering(pause, LINGER_MILLISECONDS, () =>
    listen({
      onHint,
      onListening: () => {
        looker.lookSoon(...courses.keys())
      },
      onError,
    }),
  )

  /** Has a watcher of a course made, which is forgotten when it ends, and the course with its last. */
  const admit = <Watcher extends EventWatcher | ProgressWatcher>(
    courseId: string,
    keyId: string,
    signal: AbortSignal | undefined,
    kind: (course: WatchedCourse) => Set<Watcher>,
    make: (course: WatchedCourse, onEnd: () => void) => Watcher,
  ): Watcher['watching'] => {
    if (isStopped) throw new Refusal('unavailable', 'The server is stopping.', [], RETRY_SECONDS)
    if (watchers >= mostWatchers) {
      const detail = 'This server has as many subscriptions as it takes; please try again later.'
      throw new Refusal('too-many-subscriptions', detail, [], RETRY_SECONDS)
    }
    const ofKey = watchersOf.get(keyId) ?? 0
    if (ofKey >= mostWatchersPerKey) {
      const detail = 'This key has as many subscriptions as one may have.'
      throw new Refusal('too-many-subscriptions', detail, [], RETRY_SECONDS)
    }
    const course = courseOf(courseId)
    watchers += 1
    watchersOf.set(keyId, ofKey + 1)
    const watcher = make(course, () => {
      watchers -= 1
      const left = (watchersOf.get(keyId) ?? 1) - 1
      if (left > 0) watchersOf.set(keyId, left)
      else watchersOf.delete(keyId)
      kind(course).delete(watcher)
      if (course.progress.size === 0) course.mark = undefined
      if (course.events.size + course.progress.size > 0) return
      course.reader.stop()
      courses.delete(courseId)
      if (courses.size > 0) return
      looker.rest()
      listening.linger()
    })
    kind(course).add(watcher)
    listening.begin()
    looker.begin()
    if (signal?.aborted === true) watcher.end()
    return watcher.watching
  }

  const endAll = (): void => {
    isStopped = true
    for (const { events, progress } of [...courses.values()]) {
      for (const watcher of [...events, ...progress]) watcher.end()
    }
  }

  return {
    /** How many watch, and how many courses. */
    load: (): { readonly watchers: number; readonly courses: number } => ({
      watchers,
      courses: courses.size,
    }),

    /**
     * The attempts on a course, or on one of its assignments, that are committed from now on: each once, a learner's in order
     * of their numbers, until the signal, if there is one, is aborted or the iteration ended. Who does not keep up, and who
     * watches what takes more than is told of (telling-budget.ts), is told how many were dropped. Throws a Refusal where too many watch already,
     * in all or with the same key. Whether the course may be seen is the caller's to know.
     */
    watch: (
      courseId: string,
      { keyId, assignmentId }: WatchOptions,
      signal?: AbortSignal,
    ): Watching<FeedBatch> =>
      admit(
        courseId,
        keyId,
        signal,
        course => course.events,
        ({ reader: { ready } }, onEnd) => createEventWatcher({ assignmentId, ready, signal, onEnd, pause }),
      ),

    /** Whose progress in a course changes from now on, at most twice a second; the rest as above. */
    watchProgress: (
      courseId: string,
      { keyId }: Pick<WatchOptions, 'keyId'>,
      signal?: AbortSignal,
    ): Watching<ProgressBatch> =>
      admit(
        courseId,
        keyId,
        signal,
        course => course.progress,
        (course, onEnd) => {
          // The marks as they are now: what changes them later is told of.
          let markedNow = (): void => undefined
          const marked = new Promise<void>(resolve => {
            markedNow = resolve
          })
          if (course.mark === undefined) course.onMarked.add(markedNow)
          else markedNow()
          looker.lookSoon(courseId)
          const ready = Promise.all([course.reader.ready, marked]).then(() => undefined)
          const forget = (): void => {
            course.onMarked.delete(markedNow)
            onEnd()
          }
          return createProgressWatcher({ ready, signal, onEnd: forget, now, pause })
        },
      ),

    /** Says, to all servers, what was committed just now. Nobody waits for it. */
    tell: (hint: LiveHint): void => {
      sender.tell(hint)
    },

    /** Ends every watcher, and takes nobody any more. What is told is sent all the same. */
    endAll,

    /** The same; resolves once nothing listens any more and what was told is sent. */
    stop: async (): Promise<void> => {
      endAll()
      await Promise.all([looker.stop(), listening.stop(), sender.stop()])
    },
  }
}
