import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventWatcher, type FeedEvent } from '../../src/services/course-watchers.js'
import { createTelling, createTellingBudget } from '../../src/services/telling-budget.js'

const never = new Promise<void>(() => undefined)

/** Watchers of a course, of all of it or of one assignment; what they are given goes nowhere. */
const watchersOf = (...assignments: readonly (string | undefined)[]) =>
  new Set(
    assignments.map(assignmentId =>
      createEventWatcher({
        assignmentId,
        ready: never,
        signal: undefined,
        onEnd: () => undefined,
        pause: () => never,
      }),
    ),
  )

const eventsFrom = (first: number, count: number, assignmentId = 'week-1'): FeedEvent[] =>
  Array.from({ length: count }, (_, index) => ({
    kind: 'attempt',
    assignmentId,
    attemptId: String(first + index),
    learner: 'mila',
    number: first + index,
  }))

type Course = { readonly watchers: number; readonly events: number; readonly times: number }

/** Which part of its events each course is told, each read so many times a second, in the second half of a minute. */
function play(courses: readonly Course[]): number[] {
  let time = 0
  const budget = createTellingBudget(() => time)
  const playing = courses.map((course, index) => ({
    ...course,
    tell: createTelling(String(index), budget),
    set: watchersOf(...Array.from({ length: course.watchers }, () => undefined)),
    next: 0,
    told: 0,
    missed: 0,
  }))
  for (; time < 60_000; time += 10) {
    for (const course of playing) {
      if (time < course.next) continue
      course.next += 1_000 / course.times
      for (const [, batch] of course.tell(course.set, eventsFrom(1, course.events))) {
        if (time < 30_000) continue
        course.told += batch.events.length
        course.missed += batch.missed
      }
    }
  }
  return playing.map(({ told, missed }) => told / (told + missed))
}

test.each<[string, Course]>([
  ['20 watchers of 200 attempts a second', { watchers: 20, events: 10, times: 20 }],
  ['200 watchers of 20 attempts a second', { watchers: 200, events: 4, times: 5 }],
  ['2,000 watchers of 2 attempts a second', { watchers: 2_000, events: 1, times: 2 }],
])('%s: all of it is told', (_name, course) => {
  expect(play([course])).toEqual([1])
})

test('what was not read for two seconds is told at once', () => {
  let time = 0
  const budget = createTellingBudget(() => time)
  for (; time < 20_000; time += 50) budget.share('geometry', 200)
  time += 2_000
  expect(budget.share('geometry', 8_000)).toBe(1)
})

test.each<[string, Course]>([
  ['single attempts', { watchers: 2_000, events: 1, times: 2.75 }],
  ['large batches', { watchers: 20, events: 69, times: 4 }],
])('a tenth more than can be told costs less than a third of it, in %s', (_name, course) => {
  const [part] = play([course])
  expect(part).toBeGreaterThan(0.66)
  expect(part).toBeLessThan(1)
})

test('four times as much as can be told is told in part', () => {
  const [part] = play([{ watchers: 20, events: 250, times: 4 }])
  expect(part).toBeGreaterThan(0.04)
  expect(part).toBeLessThan(0.1)
})

test('small courses are told all of it, however many large ones are beside them', () => {
  const large = { watchers: 20, events: 100, times: 4 }
  const small = { watchers: 10, events: 1, times: 4 }
  const parts = play([large, large, large, large, large, large, small, small])
  expect(parts.slice(-2)).toEqual([1, 1])
  for (const part of parts.slice(0, -2)) expect(part).toBeLessThan(0.2)
})

test('whoever is told what: none twice, none of another assignment, and what is left out is counted', () => {
  const chunk = fc.record({
    later: fc.nat({ max: 500 }),
    one: fc.nat({ max: 40 }),
    other: fc.nat({ max: 40 }),
  })
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 30 }), fc.integer({ min: 1, max: 200 }), (chunks, crowd) => {
      let time = 0
      const tell = createTelling(
        'geometry',
        createTellingBudget(() => time),
      )
      const watchers = watchersOf('week-1', 'week-2', ...Array.from({ length: crowd }, () => undefined))
      let first = 1
      for (const { later, one, other } of chunks) {
        time += later
        const told = [...eventsFrom(first, one), ...eventsFrom(first + one, other, 'week-2')]
        first += one + other
        const seen = new Map([...watchers].map(watcher => [watcher, 0]))
        for (const [to, { events, missed }] of tell(watchers, told)) {
          for (const watcher of to) {
            const { assignmentId } = watcher
            const wanted = told.filter(event => (assignmentId ?? event.assignmentId) === event.assignmentId)
            expect(events).toEqual(wanted.slice(missed))
            seen.set(watcher, (seen.get(watcher) ?? 0) + events.length + missed)
          }
        }
        for (const [{ assignmentId }, count] of seen) {
          expect(count).toBe({ 'week-1': one, 'week-2': other }[assignmentId ?? ''] ?? one + other)
        }
      }
    }),
  )
})
