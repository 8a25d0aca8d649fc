import { expect, test } from 'vitest'
import type { CourseToFold } from '../../src/database/standings.js'
import { createBell } from '../../src/services/bell.js'
import { createStandingFolder } from '../../src/services/standing-folder.js'

function fakeServices(courses: readonly CourseToFold[], fold: (courseId: string) => Promise<number>) {
  const standings = { toFold: () => Promise.resolve([...courses]), fold }
  const effects = { randomBytes: (count: number) => new Uint8Array(count) }
  return { standings, effects, standingBell: createBell() }
}

test('a course whose standings cannot be counted keeps no other waiting', async () => {
  const errors: unknown[] = []
  const services = fakeServices(
    ['a', 'b', 'c'].map(courseId => ({ courseId, changes: 2 })),
    courseId => (courseId === 'b' ? Promise.reject(new Error('poisoned')) : Promise.resolve(2)),
  )
  const folder = createStandingFolder(services, { onError: error => errors.push(error) })
  expect(await folder.step()).toEqual({ folded: 4, more: false })
  expect(errors).toEqual([new Error('poisoned')])
})

test('it counts every second, and again at once while a course has more marks than are folded at once', async () => {
  const pauses: number[] = []
  let left = 1_200
  let rested = (): void => undefined
  const hasRested = new Promise<void>(resolve => {
    rested = resolve
  })
  const courses = () => (left === 0 ? [] : [{ courseId: 'a', changes: left }])
  const folder = createStandingFolder(
    {
      ...fakeServices([], () => Promise.resolve(0)),
      standings: {
        toFold: () => Promise.resolve(courses()),
        fold: () => {
          const folded = Math.min(left, 500)
          left -= folded
          return Promise.resolve(folded)
        },
      },
    },
    {
      onError: error => {
        throw error
      },
      pause: milliseconds => {
        pauses.push(milliseconds)
        if (pauses.length < 4) return Promise.resolve()
        void folder.stop()
        rested()
        return Promise.resolve()
      },
    },
  )
  folder.start()
  await hasRested
  await folder.stop()
  expect([pauses, left]).toEqual([[10, 10, 1_000, 1_000], 0])
})

test('a bell wakes it: it counts at once, and once more where it rang meanwhile, and rests again', async () => {
  const [rests, folds]: [AbortSignal[], number[]] = [[], []]
  let resting = (): void => undefined
  const services = fakeServices([{ courseId: 'a', changes: 1 }], () => {
    folds.push(rests.length)
    // One that rings while it is counting has left more to count.
    if (folds.length === 2) services.standingBell.ring()
    return Promise.resolve(1)
  })
  const folder = createStandingFolder(services, {
    onError: error => {
      throw error
    },
    pause: async (_milliseconds, ended) => {
      rests.push(ended)
      if (ended.aborted) return
      resting()
      await new Promise(resolve => {
        ended.addEventListener('abort', resolve)
      })
    },
  })
  const nextRest = (act: () => void) =>
    new Promise<void>(resolve => {
      resting = resolve
      act()
    })
  await nextRest(folder.start)
  expect(folds).toEqual([0])
  await nextRest(services.standingBell.ring)
  expect(folds).toEqual([0, 1, 2])
  expect(rests.map(({ aborted }) => aborted)).toEqual([true, true, false])
  await folder.stop()
  expect(rests.map(({ aborted }) => aborted)).toEqual([true, true, true])
})
