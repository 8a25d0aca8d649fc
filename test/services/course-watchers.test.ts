import { expect, test } from 'vitest'
import {
  createEventWatcher,
  createProgressWatcher,
  type FeedBatch,
  type FeedEvent,
} from '../../src/services/course-watchers.js'

const ready = Promise.resolve()

const event = (number: number): FeedEvent => ({
  kind: 'attempt',
  assignmentId: 'week-1',
  attemptId: String(number),
  learner: 'mila',
  number,
})
const batch = (first: number, last: number, missed = 0): FeedBatch => ({
  courseId: 'backprop',
  events: Array.from({ length: last - first + 1 }, (_, index) => event(first + index)),
  missed,
})

function eventWatcher() {
  const leaving = new AbortController()
  const ended: string[] = []
  const clock = handClock()
  const watcher = createEventWatcher({
    assignmentId: undefined,
    ready,
    signal: leaving.signal,
    onEnd: () => ended.push('over'),
    pause: clock.pause,
  })
  return {
    ...watcher,
    clock,
    leave: () => {
      leaving.abort()
    },
    ended,
  }
}

/** A clock that a test drives. */
function handClock() {
  let time = 0
  let waiting: { until: number; signal: AbortSignal; resolve: () => void }[] = []
  return {
    now: () => time,
    pause: (milliseconds: number, signal: AbortSignal) =>
      new Promise<void>(resolve => {
        waiting.push({ until: time + milliseconds, signal, resolve })
      }),
    waiting: () => waiting.filter(({ signal }) => !signal.aborted).length,
    advance: async (milliseconds: number): Promise<void> => {
      time += milliseconds
      for (const { until, resolve } of waiting) if (until <= time) resolve()
      waiting = waiting.filter(({ until }) => until > time)
      await new Promise(setImmediate)
    },
  }
}

test('who keeps up is given every event, as all are who do', async () => {
  const { watching, push } = eventWatcher()
  const given = batch(1, 3)
  push(given)
  expect((await watching.next()).value).toBe(given)
  const next = watching.next()
  push(batch(4, 4))
  push(batch(5, 6))
  push(batch(7, 8))
  expect((await next).value).toEqual(batch(4, 4))
  expect((await watching.next()).value).toEqual(batch(5, 8))
})

test('who falls behind is told how many were left out, and goes on with the newest', async () => {
  const { watching, push } = eventWatcher()
  push(batch(1, 700))
  push(batch(704, 2_500, 3))
  push(batch(2_501, 2_600))
  expect((await watching.next()).value).toEqual(batch(1_601, 2_600, 1_600))
  push(batch(2_601, 2_601))
  expect((await watching.next()).value).toEqual(batch(2_601, 2_601))
})

test('what is missed alone is told once a second, and at once with what is told', async () => {
  const { watching, push, clock } = eventWatcher()
  const none = { ...batch(1, 1, 7), events: [] }
  push(none)
  let given: unknown
  const next = watching.next().then(({ value }) => {
    given = value
  })
  push(none)
  await clock.advance(999)
  expect(given).toBeUndefined()
  await clock.advance(1)
  await next
  expect(given).toMatchObject({ events: [], missed: 14 })
  push(none)
  push(batch(5, 6))
  expect((await watching.next()).value).toEqual(batch(5, 6, 7))
})

test('who goes away with something missed leaves no timer', () => {
  const { push, clock, end } = eventWatcher()
  push({ ...batch(1, 1, 7), events: [] })
  expect(clock.waiting()).toBe(1)
  end()
  expect(clock.waiting()).toBe(0)
})

test.each<[string, (watcher: ReturnType<typeof eventWatcher>) => unknown]>([
  [
    'by the signal',
    ({ leave }) => {
      leave()
    },
  ],
  ['by ending the iteration', ({ watching }) => watching.return!()],
  [
    'with the server',
    ({ end }) => {
      end()
    },
  ],
])('who goes away %s is told nothing any more, and is forgotten once', async (_name, goAway) => {
  const watcher = eventWatcher()
  watcher.push(batch(1, 1))
  await watcher.watching.next()
  const waiting = watcher.watching.next()
  await goAway(watcher)
  expect(await waiting).toEqual({ done: true, value: undefined })
  watcher.push(batch(2, 2))
  expect(await watcher.watching.next()).toEqual({ done: true, value: undefined })
  watcher.leave()
  watcher.end()
  await watcher.watching.return!()
  expect(watcher.ended).toEqual(['over'])
})

test('who goes away before it is ready does not wait for that', async () => {
  const { watching, end } = createEventWatcher({
    assignmentId: undefined,
    ready: new Promise(() => undefined),
    signal: new AbortController().signal,
    onEnd: () => undefined,
    pause: handClock().pause,
  })
  end()
  await watching.ready
})

function progressWatcher() {
  const clock = handClock()
  const leaving = new AbortController()
  const watcher = createProgressWatcher({
    ready,
    signal: leaving.signal,
    onEnd: () => undefined,
    now: clock.now,
    pause: clock.pause,
  })
  return {
    ...watcher,
    clock,
    leave: () => {
      leaving.abort()
    },
  }
}

test('progress is told at once and then at most every half second, of each learner once', async () => {
  const { watching, push, clock } = progressWatcher()
  push(['mila'])
  expect((await watching.next()).value).toEqual({ learners: ['mila'], all: false, missed: 0 })
  let given: unknown
  const next = watching.next().then(({ value }) => {
    given = value
  })
  for (let tenth = 0; tenth < 4; tenth += 1) {
    push(['noor', 'mila'])
    await clock.advance(100)
  }
  await clock.advance(99)
  expect(given).toBeUndefined()
  await clock.advance(1)
  await next
  expect(given).toEqual({ learners: ['noor', 'mila'], all: false, missed: 0 })
})

test('at 1,000 changes a second two are told a second', async () => {
  const { watching, push, clock } = progressWatcher()
  let told = 0
  void (async () => {
    for await (const batch of watching) told += batch.learners.length > 0 || batch.all ? 1 : 0
  })()
  for (let millisecond = 0; millisecond < 2_999; millisecond += 1) {
    push([`learner-${String(millisecond)}`])
    await clock.advance(1)
  }
  expect(told).toBe(6)
})

test('more learners than are named at once are all that may be', async () => {
  const { watching, push } = progressWatcher()
  push(Array.from({ length: 200 }, (_, index) => `learner-${String(index)}`))
  expect((await watching.next()).value).toMatchObject({ all: false, missed: 0 })
  const { watching: other, push: pushOther } = progressWatcher()
  pushOther(Array.from({ length: 201 }, (_, index) => `learner-${String(index)}`))
  pushOther(['mila'])
  expect((await other.next()).value).toEqual({ learners: [], all: true, missed: 202 })
})

test('what changes for all is told without names', async () => {
  const { watching, push } = progressWatcher()
  push(['mila'])
  push('all')
  expect((await watching.next()).value).toEqual({ learners: [], all: true, missed: 1 })
})

test('who goes away while it waits for the half second leaves no timer', async () => {
  const { watching, push, clock, leave } = progressWatcher()
  push(['mila'])
  await watching.next()
  const next = watching.next()
  push(['mila'])
  expect(clock.waiting()).toBe(1)
  leave()
  expect(await next).toEqual({ done: true, value: undefined })
  expect(clock.waiting()).toBe(0)
})
