import { expect, test } from 'vitest'
import { createLooker } from '../../src/services/course-looker.js'

/** A looker by a clock that a test drives; each look takes so many milliseconds of it. */
function createRoom(costs: { readonly far: number; readonly near: number } = { far: 0, near: 0 }) {
  let time = 0
  let waiting: { until: number; signal: AbortSignal; resolve: () => void }[] = []
  const looks: { at: number; back: string; courses: readonly string[] }[] = []
  const errors: unknown[] = []
  let isAway = false
  const looker = createLooker({
    look: (courses, back) => {
      looks.push({ at: time, back, courses })
      time += costs[back]
      return isAway ? Promise.reject(new Error('away')) : Promise.resolve()
    },
    all: () => ['one', 'two'],
    now: () => time,
    pause: (milliseconds, signal) =>
      new Promise(resolve => {
        waiting.push({ until: time + milliseconds, signal, resolve })
      }),
    onError: error => errors.push(error),
  })
  const goOn = async (): Promise<void> => {
    await new Promise(setImmediate)
    for (const { until, signal, resolve } of waiting) if (until <= time || signal.aborted) resolve()
    waiting = waiting.filter(({ until, signal }) => until > time && !signal.aborted)
    await new Promise(setImmediate)
  }
  return {
    looker,
    looks,
    errors,
    away: (is: boolean) => {
      isAway = is
    },
    until: async (end: number): Promise<void> => {
      await goOn()
      while (time < end) {
        time += 10
        await goOn()
      }
    },
    stop: async (): Promise<void> => {
      const stopped = looker.stop()
      await goOn()
      await stopped
    },
  }
}

test('all courses are looked at every two seconds, as far back as need be', async () => {
  const { looker, looks, until, stop } = createRoom()
  looker.begin()
  looker.begin()
  await until(6_500)
  const courses = ['one', 'two']
  expect(looks).toEqual([2_000, 4_000, 6_000].map(at => ({ at, back: 'far', courses })))
  await stop()
  await until(20_000)
  expect(looks).toHaveLength(3)
})

test('where looking far takes long, it takes a twentieth of the time, and the near is looked at all the same', async () => {
  const { looker, looks, until, stop } = createRoom({ far: 500, near: 10 })
  looker.begin()
  await until(60_000)
  const far = looks.filter(({ back }) => back === 'far').map(({ at }) => at)
  expect(far.length).toBeGreaterThanOrEqual(5)
  expect(far.length).toBeLessThanOrEqual(7)
  for (const [index, { at }] of looks.slice(1).entries()) expect(at - looks[index]!.at).toBeLessThan(3_500)
  await stop()
})

test('a hint is followed at once, of its course alone, and no more than four times a second', async () => {
  const { looker, looks, until, stop } = createRoom()
  looker.begin()
  await until(100)
  for (let at = 110; at <= 1_100; at += 10) {
    looker.lookSoon('two')
    await until(at)
  }
  expect(looks.map(({ courses }) => courses)).toEqual(looks.map(() => ['two']))
  expect(looks[0]!.at).toBe(100)
  expect(looks.length).toBeLessThanOrEqual(5)
  expect(looks.length).toBeGreaterThanOrEqual(4)
  await stop()
})

test('what fails is told, and looked at again', async () => {
  const { looker, looks, errors, until, away, stop } = createRoom()
  away(true)
  looker.begin()
  await until(2_500)
  away(false)
  await until(4_500)
  expect([looks.length, errors.length]).toEqual([2, 1])
  await stop()
})

test('at rest it looks at nothing; begun again, it goes on', async () => {
  const { looker, looks, until, stop } = createRoom()
  looker.begin()
  looker.rest()
  await until(5_000)
  expect(looks).toEqual([])
  looker.begin()
  await until(7_500)
  expect(looks.map(({ at }) => at)).toEqual([7_000])
  await stop()
})
