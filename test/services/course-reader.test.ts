import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BucketCount, FeedAttempt, IdRange } from '../../src/database/attempt-feed.js'
import { createCourseReader, windowOf } from '../../src/services/course-reader.js'
import { bucketOf, createSeenAttempts, firstIdOf, tailOf } from '../../src/services/seen-attempts.js'

const START = Date.parse('2026-03-01T12:00:00Z')
const COURSE = 'course'

function idAt(milliseconds: number, count: number): string {
  const time = (START + milliseconds).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${count.toString(16).padStart(12, '0')}`
}

/** A course in memory, which commits what a test says, and a reader of it. */
function createRoom() {
  let time = 0
  let made = 0
  const stored = new Map<string, FeedAttempt>()
  const told: FeedAttempt[] = []
  const errors: unknown[] = []
  let isAway = false
  let looks = 0
  const inRange = ({ from, to }: IdRange): FeedAttempt[] =>
    [...stored.values()]
      .filter(({ id }) => id >= from && id < to)
      .sort((one, other) => (one.id < other.id ? -1 : 1))
  const answer = <Rows>(rows: () => Rows): Promise<Rows> =>
    isAway ? Promise.reject(new Error('the database is away')) : Promise.resolve().then(rows)
  const newId = (): string => idAt(time, (made += 1))
  const start = () =>
    createCourseReader({
      courseId: COURSE,
      newId,
      now: () => time,
      pause: async () => {
        await new Promise(setImmediate)
      },
      onAttempts: attempts => told.push(...attempts),
      look: () => (looks += 1),
      onError: error => errors.push(error),
      repository: {
        page: (_course, range, limit) => answer(() => inRange(range).slice(0, limit)),
        find: (_course, ids) => answer(() => ids.flatMap(id => stored.get(id) ?? [])),
        findNumbers: (_course, ranges) =>
          answer(() =>
            ranges.flatMap(({ assignmentId, learner, first, last }) =>
              [...stored.values()].filter(
                attempt =>
                  attempt.assignmentId === assignmentId &&
                  attempt.learner === learner &&
                  attempt.number >= first &&
                  attempt.number <= last,
              ),
            ),
          ),
      },
    })
  const counts = (window: IdRange): BucketCount[] => {
    const byBucket = new Map<string, { count: number; tails: number }>()
    for (const { id } of inRange(window)) {
      const { count, tails } = byBucket.get(bucketOf(id)) ?? { count: 0, tails: 0 }
      byBucket.set(bucketOf(id), { count: count + 1, tails: tails + tailOf(id) })
    }
    return [...byBucket].map(([bucket, tally]) => ({ courseId: COURSE, bucket, ...tally }))
  }
  return {
    told,
    errors,
    looks: () => looks,
    start,
    newId,
    idBefore: (milliseconds: number) => idAt(time - milliseconds, (made += 1)),
    advance: (milliseconds: number) => {
      time += milliseconds
    },
    away: (is: boolean) => {
      isAway = is
    },
    /** Commits a learner's next attempt on an assignment, of an id made some time before. */
    commit: (learner: string, id: string, assignmentId = 'week-1'): string => {
      const before = [...stored.values()].filter(
        attempt => attempt.learner === learner && attempt.assignmentId === assignmentId,
      )
      stored.set(id, { id, assignmentId, learner, number: before.length + 1 })
      return id
    },
    erase: (learner: string) => {
      for (const [id, attempt] of stored) if (attempt.learner === learner) stored.delete(id)
    },
    look: (reader: ReturnType<typeof start>) => {
      reader.compare(counts(windowOf(newId())))
    },
    settled: async () => {
      for (let turn = 0; turn < 30; turn += 1) await new Promise(setImmediate)
    },
    numbers: () => told.map(({ learner, number }) => `${learner} ${String(number)}`),
  }
}

type Step =
  | {
      readonly kind: 'commit'
      readonly learner: number
      readonly age: number
      /** Whether it is hinted: alone, or together with others of which one hint speaks. */
      readonly hint: 'none' | 'alone' | 'together'
    }
  | { readonly kind: 'look' | 'settle' | 'hint' }
  | { readonly kind: 'wait'; readonly milliseconds: number }

/** Most are one learner's, and few of them are hinted: what is between has to be found. */
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      learner: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(3) }),
      age: fc.nat(27_000),
      hint: fc.oneof(
        { weight: 4, arbitrary: fc.constant('none' as const) },
        { weight: 1, arbitrary: fc.constant('alone' as const) },
        { weight: 2, arbitrary: fc.constant('together' as const) },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('look' as const, 'settle' as const, 'hint' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), milliseconds: fc.nat(2_000) }) },
)

test('whatever is hinted, lost or late: every attempt once, and a learner’s in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const room = createRoom()
      const before = room.commit('learner-0', room.idBefore(5_000))
      room.advance(1)
      const reader = room.start()
      await reader.ready
      const committed: string[] = []
      let together: string[] = []
      const hint = (): void => {
        reader.name(together)
        together = []
      }
      for (const given of steps) {
        if (given.kind === 'commit') {
          const id = room.commit(`learner-${String(given.learner)}`, room.idBefore(given.age))
          committed.push(id)
          if (given.hint === 'alone') reader.name([id])
          if (given.hint === 'together') together.push(id)
        } else if (given.kind === 'wait') {
          room.advance(given.milliseconds)
          room.look(reader)
        } else if (given.kind === 'look') room.look(reader)
        else if (given.kind === 'hint') hint()
        else await room.settled()
      }
      hint()
      await room.settled()
      room.look(reader)
      await room.settled()
      const ids = room.told.map(({ id }) => id)
      expect(ids).not.toContain(before)
      expect(ids.toSorted()).toEqual(committed.toSorted())
      for (const learner of ['learner-0', 'learner-1', 'learner-2', 'learner-3']) {
        const numbers = room.told.filter(attempt => attempt.learner === learner).map(({ number }) => number)
        expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
      }
      reader.stop()
    }),
    { numRuns: 150 },
  )
})

test('a hint for the third brings the first two before it', async () => {
  const room = createRoom()
  const reader = room.start()
  await reader.ready
  room.commit('mila', room.newId())
  room.commit('mila', room.newId())
  reader.name([room.commit('mila', room.newId())])
  await room.settled()
  expect(room.numbers()).toEqual(['mila 1', 'mila 2', 'mila 3'])
})

test('a hint for the third and the seventh brings all seven, in order', async () => {
  const room = createRoom()
  const reader = room.start()
  await reader.ready
  const ids = Array.from({ length: 7 }, () => room.commit('mila', room.newId()))
  reader.name([ids[2]!, ids[6]!])
  await room.settled()
  expect(room.told.map(({ id }) => id)).toEqual(ids)
})

test('a learner’s attempts on several assignments come in the order of their ids', async () => {
  const room = createRoom()
  const reader = room.start()
  await reader.ready
  const first = ['week-1', 'week-1', 'week-1', 'week-2'].map(week => room.commit('mila', room.newId(), week))
  room.look(reader)
  await room.settled()
  expect(room.told.map(({ id }) => id)).toEqual(first)
  // Where ids are not in order of the numbers, the numbers are: here, on either assignment.
  const [oldest, older] = [room.idBefore(20), room.idBefore(10)]
  room.commit('mila', older)
  room.commit('mila', room.newId(), 'week-2')
  room.commit('mila', oldest)
  room.look(reader)
  await room.settled()
  expect(room.told.slice(4).map(({ assignmentId, number }) => [assignmentId, number])).toEqual([
    ['week-1', 4],
    ['week-1', 5],
    ['week-2', 2],
  ])
})

test('of many before it, all that are new, and none that was there before', async () => {
  const room = createRoom()
  for (let count = 0; count < 30; count += 1) room.commit('mila', room.idBefore(100))
  room.advance(1)
  const reader = room.start()
  await reader.ready
  for (let count = 0; count < 100; count += 1) room.commit('mila', room.newId())
  reader.name([room.commit('mila', room.newId())])
  await room.settled()
  expect(room.told.map(({ number }) => number)).toEqual(Array.from({ length: 101 }, (_, index) => 31 + index))
})

test('what was committed before a course is watched is not told of, however much', async () => {
  const room = createRoom()
  for (let count = 0; count < 4_500; count += 1)
    room.commit(`learner-${String(count)}`, room.idBefore(50_000 - count))
  room.advance(1)
  const reader = room.start()
  await reader.ready
  room.commit('mila', room.newId())
  room.look(reader)
  await room.settled()
  expect(room.numbers()).toEqual(['mila 1'])
})

test('what is committed while the reader begins is told of', async () => {
  const room = createRoom()
  const reader = room.start()
  room.commit('mila', room.newId())
  await reader.ready
  await room.settled()
  expect(room.looks()).toBe(1)
  room.look(reader)
  await room.settled()
  expect(room.numbers()).toEqual(['mila 1'])
})

test('a learner who was erased and comes again begins with the first', async () => {
  const room = createRoom()
  const reader = room.start()
  await reader.ready
  reader.name([room.commit('mila', room.newId()), room.commit('mila', room.newId())])
  await room.settled()
  room.erase('mila')
  room.look(reader)
  await room.settled()
  reader.name([room.commit('mila', room.newId()), room.commit('mila', room.newId())])
  room.look(reader)
  await room.settled()
  expect(room.numbers()).toEqual(['mila 1', 'mila 2', 'mila 1', 'mila 2'])
})

test('of a learner who was erased and comes again, a hint for a higher number brings all before it', async () => {
  const room = createRoom()
  const reader = room.start()
  await reader.ready
  const before = Array.from({ length: 3 }, () => room.commit('mila', room.newId()))
  reader.name(before)
  await room.settled()
  room.erase('mila')
  const after = Array.from({ length: 6 }, () => room.commit('mila', room.newId()))
  reader.name([after[5]!])
  await room.settled()
  expect(room.told.map(({ id }) => id)).toEqual([...before, ...after])
})

test('as many erased as are new in a bucket hide nothing', async () => {
  const room = createRoom()
  const reader = room.start()
  await reader.ready
  reader.name([room.commit('mila', room.newId())])
  await room.settled()
  room.erase('mila')
  room.commit('noor', room.newId())
  room.look(reader)
  await room.settled()
  expect(room.numbers()).toEqual(['mila 1', 'noor 1'])
})

test('a database that is away for a while loses nothing', async () => {
  const room = createRoom()
  room.away(true)
  const reader = room.start()
  await room.settled()
  room.away(false)
  await reader.ready
  room.away(true)
  reader.name([room.commit('mila', room.newId())])
  room.commit('noor', room.newId())
  room.look(reader)
  await room.settled()
  expect(room.errors.length).toBeGreaterThan(0)
  expect(room.told).toEqual([])
  room.away(false)
  await room.settled()
  room.look(reader)
  await room.settled()
  expect(room.numbers().toSorted()).toEqual(['mila 1', 'noor 1'])
})

test('more than may wait to be read is refused, and the tables tell', async () => {
  const room = createRoom()
  const reader = room.start()
  await reader.ready
  const ids = Array.from({ length: 6_000 }, (_, index) =>
    room.commit(`learner-${String(index)}`, room.newId()),
  )
  expect(reader.name(ids)).toBe(false)
  room.look(reader)
  await room.settled()
  expect(room.told.map(({ id }) => id)).toEqual(ids)
})

test('stopped, it tells nothing any more', async () => {
  const room = createRoom()
  const reader = room.start()
  await reader.ready
  reader.name([room.commit('mila', room.newId())])
  reader.stop()
  room.look(reader)
  await room.settled()
  expect(room.told).toEqual([])
})

test('it remembers as many as it may, and looks no further back than it remembers', () => {
  const seen = createSeenAttempts(800)
  for (let count = 0; count < 5_000; count += 1) seen.add(idAt(10 * count, count), count)
  expect(seen.size()).toBeLessThanOrEqual(800)
  const oldest = bucketOf(idAt(0, 0))
  const newest = bucketOf(idAt(60_000, 0))
  expect(seen.differing([oldest, newest].map(bucket => ({ bucket, count: 1, tails: 1 })))).toEqual([
    { from: firstIdOf(newest), to: firstIdOf(bucketOf(idAt(60_256, 0))) },
  ])
})

test('what is neither recent by its id nor by when it was seen is forgotten', () => {
  const seen = createSeenAttempts(800)
  seen.add(idAt(0, 1), 0)
  seen.add(idAt(0, 2), 90_000)
  seen.add(idAt(90_000, 3), 0)
  seen.told({ id: '', assignmentId: 'week-1', learner: 'mila', number: 3 }, 0)
  seen.prune(bucketOf(idAt(60_000, 0)), 60_000)
  expect([1, 2].map(count => seen.has(idAt(0, count)))).toEqual([false, true])
  expect(seen.has(idAt(90_000, 3))).toBe(true)
  expect(seen.lastTold({ assignmentId: 'week-1', learner: 'mila' })).toBeUndefined()
})
