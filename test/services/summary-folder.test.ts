import { expect, test } from 'vitest'
import type { FoldWhen, PlaceToFold } from '../../src/database/summaries.js'
import type { SummaryPlace } from '../../src/database/summary-folding.js'
import { createSummaryFolder, type SummaryFolderServices } from '../../src/services/summary-folder.js'

const PLACES = placesOf('a', 'b', 'c')

function placesOf(...ids: readonly string[]): PlaceToFold[] {
  return ids.map(assignmentId => ({ courseId: 'course', assignmentId, generation: 'stored', changes: 3 }))
}

/** Summaries that need no database: each place has so many changes, and one of them may fail. */
function fakeServices(fold: (place: SummaryPlace) => Promise<number>, places = PLACES) {
  const asked: FoldWhen[] = []
  const services: SummaryFolderServices = {
    effects: {
      now: () => Date.parse('2026-03-01T12:00:00Z'),
      randomBytes: count => new Uint8Array(count).fill(asked.length + 1),
    },
    summaries: {
      toFold: when => {
        asked.push(when)
        return Promise.resolve([...places])
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
  expect(await folder.step()).toEqual({ folded: 6, more: false })
  expect(errors).toEqual([new Error('poisoned')])
  const when = { least: 200, before: new Date('2026-03-01T11:59:00Z'), most: 100 }
  expect(asked).toEqual([{ ...when, order: '01'.repeat(8) }])
  await folder.step()
  // In another order each time: what fails comes first for once, and last another time.
  expect(asked[1]).toEqual({ ...when, order: '02'.repeat(8) })
})

const ALL = placesOf(...Array.from({ length: 100 }, (_, index) => String(index)))
test.each<[string, PlaceToFold[], (place: SummaryPlace) => Promise<number>, boolean]>([
  ['as many places as were asked for', ALL, () => Promise.resolve(3), true],
  ['a place that has more than is folded at once', PLACES, () => Promise.resolve(2), true],
  ['few places, each of which is folded', PLACES, () => Promise.resolve(3), false],
  ['places that others are folding', ALL, () => Promise.resolve(0), false],
  [
    'a place that fails',
    ALL,
    ({ assignmentId }) => (assignmentId === '7' ? Promise.reject(new Error('poisoned')) : Promise.resolve(3)),
    false,
  ],
])('the next step follows at once, or after a rest: %s', async (_name, places, fold, expected) => {
  const folder = createSummaryFolder(fakeServices(fold, places).services, { onError: () => undefined })
  expect((await folder.step()).more).toBe(expected)
})

test('it goes on at once for as long as there is more to do, and lets others run in between', async () => {
  const pauses: number[] = []
  let left = 250
  let rested = (): void => undefined
  const hasRested = new Promise<void>(resolve => {
    rested = resolve
  })
  const { services } = fakeServices(() => Promise.resolve(1))
  const folder = createSummaryFolder(
    {
      ...services,
      summaries: {
        ...services.summaries,
        toFold: ({ most = 0 }) => {
          const found = ALL.slice(0, Math.min(left, most)).map(place => ({ ...place, changes: 1 }))
          left -= found.length
          return Promise.resolve(found)
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
  expect([pauses, left]).toEqual([[10, 10, 5_000, 5_000], 0])
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
