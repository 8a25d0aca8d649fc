import { expect, test } from 'vitest'
import type { SummaryPlace } from '../../src/database/summaries.js'
import { createSummaryFolder, type SummaryFolderServices } from '../../src/services/summary-folder.js'

const PLACES: readonly SummaryPlace[] = ['a', 'b', 'c'].map(assignmentId => ({
  courseId: 'course',
  assignmentId,
  generation: 'stored',
}))

/** Summaries that need no database: each place has so many changes, and one of them may fail. */
function fakeServices(fold: (place: SummaryPlace) => Promise<number>) {
  const asked: { least: number; before: Date }[] = []
  const services: SummaryFolderServices = {
    effects: { now: () => Date.parse('2026-03-01T12:00:00Z') },
    summaries: {
      toFold: when => {
        asked.push(when)
        return Promise.resolve([...PLACES])
      },
      fold,
    },
  }
  return { services, asked }
}

test('a place that cannot be folded keeps no other waiting', async () => {
  const errors: unknown[] = []
  const { services, asked } = fakeServices(({ assignmentId }) =>
    assignmentId === 'b' ? Promise.reject(new Error('poisoned')) : Promise.resolve(3),
  )
  const folder = createSummaryFolder(services, { onError: error => errors.push(error) })
  expect(await folder.step()).toBe(6)
  expect(errors).toEqual([new Error('poisoned')])
  expect(asked).toEqual([{ least: 200, before: new Date('2026-03-01T11:59:00Z') }])
})

test('it folds every five seconds until it is stopped, and goes on after a failure', async () => {
  const pauses: number[] = []
  const errors: unknown[] = []
  const { services } = fakeServices(() => Promise.resolve(0))
  const away = new Error('the database is away')
  let thirdPause = (): void => undefined
  const hasPausedThrice = new Promise<void>(resolve => {
    thirdPause = resolve
  })
  const folder = createSummaryFolder(
    { ...services, summaries: { ...services.summaries, toFold: () => Promise.reject(away) } },
    {
      onError: error => errors.push(error),
      pause: (milliseconds, stopping) => {
        pauses.push(milliseconds)
        if (pauses.length < 3) return Promise.resolve()
        thirdPause()
        return new Promise(resolve => {
          stopping.addEventListener('abort', () => {
            resolve()
          })
        })
      },
    },
  )
  folder.start()
  folder.start()
  await hasPausedThrice
  await folder.stop()
  expect(pauses).toEqual([5_000, 5_000, 5_000])
  expect(errors).toEqual([away, away, away])
})

test('told to stop, it begins no other fold and ends once the one under way is over', async () => {
  const folded: string[] = []
  let release = (): void => undefined
  const underWay = new Promise<void>(resolve => {
    release = resolve
  })
  let begun = (): void => undefined
  const hasBegun = new Promise<void>(resolve => {
    begun = resolve
  })
  const { services } = fakeServices(async ({ assignmentId }) => {
    begun()
    await underWay
    folded.push(assignmentId)
    return 1
  })
  const folder = createSummaryFolder(services, {
    onError: error => {
      throw error
    },
  })
  folder.start()
  await hasBegun
  const stopped = folder.stop()
  expect(folded).toEqual([])
  release()
  await stopped
  expect(folded).toEqual(['a'])
})
