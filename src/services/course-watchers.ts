/**
 * Those who watch a course: each has a queue with an end to it. Who falls behind is told how many events that cost, and
 * keeps nothing alive: who goes away, by the signal or by ending the iteration, is forgotten at once.
 */
import type { Pause } from './live-clock.js'

/** An attempt was graded and stored. Ids only; what may be seen of it is looked up with the watcher's rights. */
export type FeedEvent = {
  readonly kind: 'attempt'
  readonly assignmentId: string
  readonly attemptId: string
  readonly learner: string
  readonly number: number
}

/** Events of a course in order, and how many before or among them were left out. All who keep up are given the same one. */
export type FeedBatch = {
  readonly courseId: string
  readonly events: readonly FeedEvent[]
  readonly missed: number
}

/** Learners whose progress changed; `all`: anybody's may have, and the changes that name nobody are counted as missed. */
export type ProgressBatch = {
  readonly learners: readonly string[]
  readonly all: boolean
  readonly missed: number
}

/** What a watcher is given, until it or its signal ends it. One at a time asks for the next. */
export type Watching<Batch> = AsyncIterableIterator<Batch, undefined> & {
  /** Resolves once everything that is committed from now on is given to the watcher; at the latest when it ends. */
  readonly ready: Promise<void>
}

/** Events that wait for a watcher at most. */
const MOST_EVENTS = 1_000

/** Learners that are named at once, and milliseconds between two times. */
const MOST_LEARNERS = 200
const PROGRESS_MILLISECONDS = 500

type WatchingOptions<Batch> = {
  readonly ready: Promise<void>
  readonly signal: AbortSignal | undefined
  /** What there is to give; undefined: nothing yet, and it is woken when there is. */
  readonly take: () => Batch | undefined
  /** Told once, when it is over. */
  readonly onEnd: () => void
}

const DONE = { done: true, value: undefined } as const

/** An iterator over what can be taken, and the two calls by which it learns that there is something and that it is over. */
function createWatching<Batch>({ ready, signal, take, onEnd }: WatchingOptions<Batch>): {
  readonly watching: Watching<Batch>
  readonly wake: () => void
  readonly end: () => void
} {
  let isOver = false
  let overNow = (): void => undefined
  const over = new Promise<void>(resolve => {
    overNow = resolve
  })
  const waiting: ((result: IteratorResult<Batch, undefined>) => void)[] = []

  const wake = (): void => {
    while (!isOver && waiting.length > 0) {
      const batch = take()
      if (batch === undefined) return
      waiting.shift()?.({ done: false, value: batch })
    }
  }
  const end = (): void => {
    if (isOver) return
    isOver = true
    signal?.removeEventListener('abort', end)
    overNow()
    for (const resolve of waiting.splice(0)) resolve(DONE)
    onEnd()
  }
  signal?.addEventListener('abort', end, { once: true })

  const watching: Watching<Batch> = {
    ready: Promise.race([ready, over]),
    [Symbol.asyncIterator]: () => watching,
    next: () =>
      new Promise(resolve => {
        if (isOver) {
          resolve(DONE)
          return
        }
        waiting.push(resolve)
        wake()
      }),
    return: () => {
      end()
      return Promise.resolve(DONE)
    },
  }
  return { watching, wake, end }
}

/** Milliseconds after which a watcher is told of what it missed where it is told of nothing else. */
const MISSED_MILLISECONDS = 1_000

/** A watcher of events. What it watches of them is for its feed to know. */
export function createEventWatcher(options: {
  readonly assignmentId: string | undefined
  readonly ready: Promise<void>
  readonly signal: AbortSignal | undefined
  readonly onEnd: () => void
  readonly pause: Pause
}) {
  const leaving = new AbortController()
  let waiting: FeedBatch | undefined
  let isHeld = false
  const { watching, wake, end } = createWatching<FeedBatch>({
    ...options,
    take: () => {
      if (isHeld && waiting?.events.length === 0) return undefined
      const batch = waiting
      waiting = undefined
      return batch
    },
    onEnd: () => {
      leaving.abort()
      waiting = undefined
      options.onEnd()
    },
  })
  /** A message for each event that is left out would cost as much as one that tells of it. */
  const hold = async (): Promise<void> => {
    if (isHeld || leaving.signal.aborted) return
    isHeld = true
    await options.pause(MISSED_MILLISECONDS, leaving.signal)
    isHeld = false
    wake()
  }
  return {
    /** Of which assignment it is told; undefined: of all. */
    assignmentId: options.assignmentId,
    watching,
    end,
    push: (batch: FeedBatch): void => {
      waiting = bounded(waiting === undefined ? batch : joined(waiting, batch))
      if (waiting.events.length === 0) void hold()
      else wake()
    },
  }
}

const joined = (one: FeedBatch, next: FeedBatch): FeedBatch => ({
  courseId: next.courseId,
  events: [...one.events, ...next.events],
  missed: one.missed + next.missed,
})

/** As many as may wait. The oldest are dropped. */
function bounded(batch: FeedBatch): FeedBatch {
  const tooMany = batch.events.length - MOST_EVENTS
  if (tooMany <= 0) return batch
  return { ...batch, events: batch.events.slice(tooMany), missed: batch.missed + tooMany }
}

export type EventWatcher = ReturnType<typeof createEventWatcher>

/** A watcher of progress, told at most every half second. */
export function createProgressWatcher(options: {
  readonly ready: Promise<void>
  readonly signal: AbortSignal | undefined
  readonly onEnd: () => void
  /** Milliseconds, by a clock that only goes on. */
  readonly now: () => number
  readonly pause: Pause
}) {
  const { now, pause } = options
  const leaving = new AbortController()
  let learners = new Set<string>()
  let all = false
  let missed = 0
  let next = -Infinity
  let isWaiting = false

  const take = (): ProgressBatch | undefined => {
    if (learners.size === 0 && !all) return undefined
    const left = next - now()
    if (left > 0) {
      if (!isWaiting) {
        isWaiting = true
        void pause(left, leaving.signal).then(() => {
          isWaiting = false
          wake()
        })
      }
      return undefined
    }
    const batch = { learners: [...learners], all, missed }
    learners = new Set()
    all = false
    missed = 0
    next = now() + PROGRESS_MILLISECONDS
    return batch
  }
  const { watching, wake, end } = createWatching<ProgressBatch>({
    ...options,
    take,
    onEnd: () => {
      leaving.abort()
      learners = new Set()
      options.onEnd()
    },
  })
  /** From here on it names nobody: how many that are is counted. */
  const nameNobody = (): void => {
    all = true
    missed += learners.size
    learners = new Set()
  }
  return {
    watching,
    end,
    push: (given: readonly string[] | 'all'): void => {
      if (given === 'all') nameNobody()
      else {
        for (const learner of given) {
          if (all) missed += 1
          else learners.add(learner)
        }
        if (learners.size > MOST_LEARNERS) nameNobody()
      }
      wake()
    },
  }
}

export type ProgressWatcher = ReturnType<typeof createProgressWatcher>
