import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createDatabase } from '../../src/database/client.js'
import { hold, waiting } from '../support/hold.js'
import { eventually } from '../support/server.js'
import {
  countStatements,
  createObservedWriter,
  createWritingRoom,
  deadlocks,
  newKey,
  type Desk,
  type Written,
} from '../support/writing.js'

const { service, database, key, desks, close } = await createWritingRoom()
/** Another process over the same database. */
const otherDatabase = createDatabase(service.url)
let desk: Desk

beforeAll(async () => {
  desk = (await desks(1))[0]!
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})
afterAll(async () => {
  await otherDatabase.$disconnect()
  await close()
})

/** Attempts of a learner as they are stored, by number. */
const attemptsOf = (learner: string, { courseId, assignmentId } = desk) =>
  database.attempt.findMany({
    where: { courseId, assignmentId, learner },
    orderBy: { number: 'asc' },
    select: { id: true, number: true },
  })

/** What there is of a learner. */
const tracesOf = async (learner: string, { courseId } = desk) => ({
  members: await database.member.count({ where: { courseId, key: learner } }),
  progress: await database.progress.count({ where: { courseId, learner } }),
  attempts: await database.attempt.count({ where: { courseId, learner } }),
})
const NONE = { members: 0, progress: 0, attempts: 0 }

const keysOf = ({ courseId } = desk) => database.idempotencyKey.count({ where: { courseId } })

describe('flushes', () => {
  test('a lone submission is flushed at once: no time goes by that anybody waits for', async () => {
    const { submit, flushes } = createObservedWriter(database)
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] })
    expect(await submit(desk, { learner: 'lone' })).toMatchObject({ kind: 'stored', number: 1 })
    expect(await submit(desk, { learner: 'lone' })).toMatchObject({ kind: 'stored', number: 2 })
    expect(flushes.map(({ size }) => size)).toEqual([1, 1])
  })

  test('submissions that arrive together are committed together', async () => {
    const { submit, flushes } = createObservedWriter(database)
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => submit(desk, { learner: `with-${String(index)}` })),
    )
    expect(flushes.map(({ size, outcome }) => ({ size, outcome }))).toEqual([
      { size: 30, outcome: 'committed' },
    ])
  })

  test('a flush takes as many statements for 500 attempts in 20 courses as for few', async () => {
    const rooms = await desks(20)
    const table: object[] = []
    const flushed = async (
      learners: 'new' | 'known' | 'twice, new' | 'twice, known',
      attempts: number,
      courses: number,
      keys: boolean,
      prefix: string,
    ) => {
      const counted = countStatements(database)
      const { submit, flushes } = createObservedWriter(counted.database)
      const people = learners.startsWith('twice') ? attempts / 2 : attempts
      const outcomes = await Promise.all(
        Array.from({ length: attempts }, (_, index) =>
          submit(rooms[(index % people) % courses]!, {
            learner: `${prefix}-${String(index % people)}`,
            ...(keys ? { key: newKey() } : {}),
          }),
        ),
      )
      expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['stored']))
      expect(flushes).toHaveLength(1)
      expect(flushes[0]).toMatchObject({ size: attempts, statements: counted.sent() })
      table.push({ learners, keys, attempts, courses, statements: counted.sent() })
      return counted.sent()
    }
    for (const keys of [false, true]) {
      for (const learners of ['new', 'known'] as const) {
        expect(await flushed(learners, 1, 1, keys, `one-${String(keys)}`)).toBe(2)
        expect(await flushed(learners, 500, 1, keys, `many-${String(keys)}`)).toBe(2)
        expect(await flushed(learners, 500, 20, keys, `all-${String(keys)}`)).toBe(2)
      }
      // Several of one learner have to be decided under the learner's lock.
      for (const learners of ['twice, new', 'twice, known'] as const) {
        const few = await flushed(learners, 2, 1, keys, `few-${String(keys)}`)
        expect(await flushed(learners, 500, 20, keys, `twice-${String(keys)}`)).toBe(few)
      }
    }
    console.table(table)
  })

  test('several attempts of one learner at once are numbered in order of arrival, in each assignment', async () => {
    const [one, other] = await desks(2, { together: true })
    const { submit, flushes } = createObservedWriter(database)
    const order = ['ada', 'bob', 'ada', 'ada', 'bob', 'cyd', 'ada']
    const written = await Promise.all(
      order.flatMap(learner => [submit(one!, { learner }), submit(other!, { learner })]),
    )
    expect(flushes).toHaveLength(1)
    const numbers = [1, 1, 2, 3, 2, 1, 4].flatMap(number => [number, number])
    expect(written.map(outcome => 'number' in outcome && outcome.number)).toEqual(numbers)
    for (const where of [one, other]) {
      expect((await attemptsOf('ada', where)).map(({ number }) => number)).toEqual([1, 2, 3, 4])
    }
  })

  test('of one learner over several flushes as well', async () => {
    const { submit, flushes } = createObservedWriter(database, { limits: { batch: 2 } })
    const written = await Promise.all(Array.from({ length: 9 }, () => submit(desk, { learner: 'eve' })))
    expect(flushes.length).toBeGreaterThan(1)
    expect(written.map(outcome => 'number' in outcome && outcome.number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})

describe('what is refused leaves nothing', () => {
  test('alone: no member, no progress, no key, and the key works afterwards', async () => {
    const { submit } = createObservedWriter(database)
    const used = await keysOf()
    const once = newKey()
    expect(await submit(desk, { learner: 'nobody', key: once }, { most: 0 })).toEqual({
      kind: 'refused',
      refusal: 'no-attempts-left',
    })
    expect(await tracesOf('nobody')).toEqual(NONE)
    expect(await keysOf()).toBe(used)
    expect(await submit(desk, { learner: 'nobody', key: once })).toMatchObject({ kind: 'stored', number: 1 })
    expect(await submit(desk, { learner: 'nobody', key: once })).toEqual({ kind: 'key-taken' })
    expect(await tracesOf('nobody')).toEqual({ members: 1, progress: 1, attempts: 1 })
  })

  test('beside others, and of one learner between others: numbers have no gaps, and the keys are free', async () => {
    const { submit, flushes } = createObservedWriter(database)
    const [refused, between] = [newKey(), newKey()]
    const outcomes = await Promise.all([
      submit(desk, { learner: 'taken' }),
      submit(desk, { learner: 'refused', key: refused }, { most: 0 }),
      submit(desk, { learner: 'taken', key: between }, { most: 0 }),
      submit(desk, { learner: 'taken', key: newKey() }),
      submit(desk, { learner: 'old', policyRevision: 7 }),
    ])
    expect(flushes).toHaveLength(1)
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      'stored',
      'refused',
      'refused',
      'stored',
      'policy-changed',
    ])
    expect((await attemptsOf('taken')).map(({ number }) => number)).toEqual([1, 2])
    expect(await tracesOf('refused')).toEqual(NONE)
    expect(await tracesOf('old')).toEqual(NONE)
    const again = await Promise.all([
      submit(desk, { learner: 'refused', key: refused }),
      submit(desk, { learner: 'taken', key: between }),
    ])
    expect(again).toMatchObject([
      { kind: 'stored', number: 1 },
      { kind: 'stored', number: 3 },
    ])
  })

  test('of somebody who is enrolled, beside others who are: the key is free', async () => {
    const { submit } = createObservedWriter(database)
    await Promise.all(['here', 'there'].map(learner => submit(desk, { learner })))
    const used = await keysOf()
    const [refused, taken] = [newKey(), newKey()]
    const outcomes = await Promise.all([
      submit(desk, { learner: 'here', key: refused }, { most: 1 }),
      submit(desk, { learner: 'there', key: taken }),
    ])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['refused', 'stored'])
    expect(await keysOf()).toBe(used + 1)
    expect(await submit(desk, { learner: 'there', key: taken })).toEqual({ kind: 'key-taken' })
    expect(await submit(desk, { learner: 'here', key: refused })).toMatchObject({ kind: 'stored', number: 2 })
  })

  test('in the transaction that stores the others, of a constant number of statements', async () => {
    const counts: number[] = []
    for (const [name, refused] of [
      ['few', 1],
      ['many', 60],
    ] as const) {
      let transactions = 0
      const counting = countStatements(database)
      const once = new Proxy(counting.database, {
        get: (target, property) => {
          if (property === '$transaction') transactions += 1
          return Reflect.get(target, property) as unknown
        },
      })
      const { submit } = createObservedWriter(once)
      const strangers = Array.from({ length: refused }, (_, index) => `${name}-${String(index)}`)
      const outcomes = await Promise.all([
        submit(desk, { learner: `${name}-taken`, key: newKey() }),
        ...strangers.map(learner => submit(desk, { learner, key: newKey() }, { most: 0 })),
        // Of whom something is taken is a member.
        submit(desk, { learner: `${name}-taken`, key: newKey() }, { most: 1 }),
      ])
      expect(outcomes.map(({ kind }) => kind)).toEqual([
        'stored',
        ...strangers.map(() => 'refused'),
        'refused',
      ])
      for (const learner of strangers) expect(await tracesOf(learner)).toEqual(NONE)
      expect(await tracesOf(`${name}-taken`)).toEqual({ members: 1, progress: 1, attempts: 1 })
      expect(transactions).toBe(1)
      counts.push(counting.sent())
    }
    expect(new Set(counts).size).toBe(1)
  })

  test('somebody who was erased is not enrolled again, and whoever comes along is stored', async () => {
    const { submit } = createObservedWriter(database)
    await submit(desk, { learner: 'gone', key: 'of the gone' })
    const { key: course } = await database.course.findFirstOrThrow({ where: { id: desk.courseId } })
    const erased = await service.call(`DELETE /v1/courses/${course}/members/gone`, { key })
    expect(erased.status).toBe(204)
    const used = await keysOf()
    const outcomes = await Promise.all([
      submit(desk, { learner: 'gone', key: newKey() }),
      submit(desk, { learner: 'comes along' }),
    ])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['learner-erased', 'stored'])
    expect(await tracesOf('gone')).toEqual(NONE)
    expect(await keysOf()).toBe(used)
  })

  test('an assignment that is not there is told, and whoever comes along is stored', async () => {
    const { submit } = createObservedWriter(database)
    const nowhere = { ...desk, assignmentId: '01930f5e-8a5c-7c3e-9d1b-2f6b8f0c1a2b' }
    const outcomes = await Promise.all([
      submit(nowhere, { learner: 'lost' }),
      submit(desk, { learner: 'comes with the lost' }),
      submit({ ...desk, courseId: nowhere.assignmentId }, { learner: 'lost' }),
    ])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['policy-changed', 'stored', 'policy-changed'])
    expect(await tracesOf('lost')).toEqual(NONE)
  })
})

describe('one that the database refuses fails alone', () => {
  test.each<[string, object]>([
    ['text that jsonb does not hold', { answers: { a: 'null: \u0000' } }],
    ['a credit that is none', { credit: NaN }],
    ['a credit beyond all of it', { credit: 2 }],
    ['an id of another form', { id: 'none' }],
  ])('%s', async (name, poison) => {
    const { submit } = createObservedWriter(database)
    const once = newKey()
    const settled = await Promise.allSettled(
      Array.from({ length: 21 }, (_, index) => {
        const learner = `${name} ${String(index % 7)}`
        return index === 9
          ? submit(desk, { learner, key: once, ...poison })
          : submit(desk, { learner, key: newKey() })
      }),
    )
    const failed = settled.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))
    expect(failed).toEqual([9])
    // The learner of the poisoned one has the two others, without a gap.
    expect((await attemptsOf(`${name} 2`)).map(({ number }) => number)).toEqual([1, 2])
    expect((await attemptsOf(`${name} 3`)).map(({ number }) => number)).toEqual([1, 2, 3])
    expect(await submit(desk, { learner: `${name} 2`, key: once })).toMatchObject({
      kind: 'stored',
      number: 3,
    })
  })

  test('and so does one whose decision fails, and a newcomer leaves no trace', async () => {
    const { submit, write, load } = createObservedWriter(database)
    const draft = { ...desk, policyRevision: 1 }
    const [good, bad] = await Promise.allSettled([
      submit(draft, { learner: 'good' }),
      write(
        {
          ...draft,
          ...{
            id: newKey(),
            learner: 'bad',
            credit: 0,
            variant: undefined,
            feedback: 'full',
            reveal: 'never',
          },
          ...{ submittedAt: new Date(), answers: {}, boxes: [], idempotency: undefined },
        },
        () => {
          throw new Error('no decision')
        },
        1,
      ),
    ])
    expect(good).toMatchObject({ status: 'fulfilled', value: { kind: 'stored' } })
    expect(bad).toMatchObject({ status: 'rejected' })
    expect(String(bad.status === 'rejected' && bad.reason)).toContain('no decision')
    expect(await tracesOf('bad')).toEqual(NONE)
    expect(load().queued).toBe(0)
  })
})

describe('a full queue', () => {
  test('refuses what comes, stores none of it, and all that it took', async () => {
    const { submit, load } = createObservedWriter(database, { limits: { capacity: 3, batch: 2 } })
    // Attempts can be read, and none can be stored.
    const holder = await hold(service.url, 'LOCK TABLE attempts IN SHARE MODE')
    const learners = ['q1', 'q2', 'q3', 'q4', 'q5', 'q6', 'q7', 'q8', 'q9']
    const flushing = learners.slice(0, 2).map(learner => submit(desk, { learner }))
    await eventually(async () => (await waiting(service.url)) === 1)
    flushing.push(...learners.slice(2, 4).map(learner => submit(desk, { learner })))
    await eventually(async () => (await waiting(service.url)) === 2)
    const queued = learners.slice(4, 7).map(learner => submit(desk, { learner }))
    expect(load()).toEqual({ queued: 3, capacity: 3 })
    for (const learner of learners.slice(7)) expect(await submit(desk, { learner })).toEqual({ kind: 'busy' })
    await holder.letGo()
    const taken = await Promise.all([...flushing, ...queued])
    expect(taken.map(({ kind }) => kind)).toEqual(Array<string>(7).fill('stored'))
    for (const learner of learners.slice(7)) expect(await tracesOf(learner)).toEqual(NONE)
    expect(await submit(desk, { learner: 'q8' })).toMatchObject({ kind: 'stored' })
  })

  test('is full of few that are large, and takes one that is larger than all when it is empty', async () => {
    const { submit } = createObservedWriter(database, { limits: { characters: 1_000 } })
    const written = await Promise.all([
      submit(desk, { learner: 'large' }, { size: 5_000 }),
      submit(desk, { learner: 'small' }, { size: 1 }),
    ])
    expect(written.map(({ kind }) => kind)).toEqual(['stored', 'busy'])
    const later = await Promise.all([
      submit(desk, { learner: 'half' }, { size: 500 }),
      submit(desk, { learner: 'other half' }, { size: 500 }),
      submit(desk, { learner: 'too much' }, { size: 1 }),
    ])
    expect(later.map(({ kind }) => kind)).toEqual(['stored', 'stored', 'busy'])
  })

  test('is 503 unavailable with Retry-After for the client, and nothing is stored', async () => {
    const small = createObservedWriter(database, { limits: { capacity: 1, batch: 1 } })
    vi.spyOn(service.services.writer, 'write').mockImplementation(small.write)
    await service.call('PUT /v1/courses/full', { key, body: { title: 'Full' } })
    const url = '/v1/courses/full/assignments/week-1'
    await service.call(`PUT ${url}`, { key, body: { graph: 'lab-network0' } })
    const submit = (learner: string) =>
      service.call(`POST ${url}/attempts`, { key, body: { learner, answers: { a: '11' } } })
    await submit('warm')
    const holder = await hold(service.url, 'LOCK TABLE attempts IN SHARE MODE')
    const taken: ReturnType<typeof submit>[] = []
    for (const count of [1, 2]) {
      taken.push(submit(`flushed-${String(count)}`))
      await eventually(async () => (await waiting(service.url)) === count)
    }
    taken.push(submit('queued'))
    await eventually(() => small.load().queued === 1)
    const refused = await submit('too-many')
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    await holder.letGo()
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([201, 201, 201])
    expect(await database.member.count({ where: { key: 'too-many' } })).toBe(0)
  })
})

describe('two replicas', () => {
  test('and one learner at the limit: exactly so many are stored, numbered without gaps', async () => {
    const replicas = [createObservedWriter(database), createObservedWriter(otherDatabase)]
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        replicas[index % 2]!.submit(desk, { learner: 'limited', key: newKey() }, { most: 7 }),
      ),
    )
    expect(outcomes.filter(({ kind }) => kind === 'stored')).toHaveLength(7)
    expect(outcomes.filter(({ kind }) => kind === 'refused')).toHaveLength(53)
    expect((await attemptsOf('limited')).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  test.each<[string, (index: number, replica: number) => Written, string, unknown[]]>([
    [
      'learners',
      index => ({ learner: `ordered-${String(index)}` }),
      'SELECT FROM members WHERE course_id = $1 AND key = $2 FOR UPDATE',
      ['ordered-3'],
    ],
    [
      'keys',
      (index, replica) => ({
        learner: `o-${String(replica)}-${String(index)}`,
        key: `ordered ${String(index)}`,
      }),
      `INSERT INTO idempotency_keys (course_id, key_hash, fingerprint, attempt_id, created_at)
       VALUES ($1, convert_to($2, 'UTF8'), '', gen_random_uuid(), now())`,
      ['ordered 3'],
    ],
  ])(
    'that are both stopped in the middle of the same %s, one in the opposite order, go on one after the other',
    async (_, written, inTheWay, which) => {
      const replicas = [createObservedWriter(database), createObservedWriter(otherDatabase)]
      const indices = [1, 2, 3, 4, 5]
      await Promise.all(
        indices.map(index => replicas[0]!.submit(desk, { ...written(index, 0), key: newKey() })),
      )
      const holder = await hold(service.url, inTheWay, [desk.courseId, ...which])
      const outcomes = replicas.flatMap(({ submit }, replica) =>
        (replica === 0 ? indices : indices.toReversed()).map(index => submit(desk, written(index, replica))),
      )
      await eventually(async () => (await waiting(service.url)) === 2)
      await holder.letGo()
      for (const { kind } of await Promise.all(outcomes)) expect(['stored', 'key-taken']).toContain(kind)
      const flushes = replicas.flatMap(replica => replica.flushes)
      expect(flushes.map(({ size, outcome }) => ({ size, outcome }))).toEqual(
        Array(3).fill({ size: 5, outcome: 'committed' }),
      )
      expect(await deadlocks(database)).toBe(0)
    },
  )

  test('with the same learners and keys in opposite orders never wait for each other in a circle', async () => {
    const rooms = await desks(3)
    const replicas = [
      createObservedWriter(database, { limits: { batch: 20 } }),
      createObservedWriter(otherDatabase, { limits: { batch: 20 } }),
    ]
    const rounds = 25
    const keys = Array.from({ length: 15 }, () => newKey())
    for (let round = 0; round < rounds; round += 1) {
      const places = rooms.flatMap((room, at) =>
        keys.map((one, index) => ({
          room,
          written: { learner: `l-${String(index)}`, key: `${String(round)}${String(at)}${one}` },
        })),
      )
      const outcomes = await Promise.all(
        replicas.flatMap(({ submit }, replica) =>
          (replica === 0 ? places : places.toReversed()).map(({ room, written }) => submit(room, written)),
        ),
      )
      const kinds = outcomes.map(({ kind }) => kind)
      expect(kinds.filter(kind => kind === 'stored')).toHaveLength(places.length)
      expect(kinds.filter(kind => kind === 'key-taken')).toHaveLength(places.length)
    }
    for (const room of rooms) {
      const numbers = (await attemptsOf('l-3', room)).map(({ number }) => number)
      expect(numbers).toEqual(Array.from({ length: rounds }, (_, index) => index + 1))
    }
    const flushes = replicas.flatMap(replica => replica.flushes)
    expect(flushes.filter(({ outcome }) => outcome !== 'committed')).toEqual([])
    expect(await deadlocks(database)).toBe(0)
  })
})

test('those who wait with a key whose first cannot reach the database are told the same, and are not tried', async () => {
  let tries = 0
  const away = new Proxy(database, {
    get: (target, name) =>
      name === '$transaction' || name === '$queryRaw'
        ? () => {
            tries += 1
            return Promise.reject(Object.assign(new Error('away'), { code: 'P1001' }))
          }
        : (Reflect.get(target, name) as unknown),
  })
  const { submit, load } = createObservedWriter(away)
  const settled = await Promise.allSettled(
    Array.from({ length: 5 }, () => submit(desk, { learner: 'away', key: 'of the one away' })),
  )
  expect(settled.map(outcome => outcome.status === 'rejected' && String(outcome.reason))).toEqual(
    Array(5).fill('Error: away'),
  )
  expect(tries).toBe(1)
  expect(load().queued).toBe(0)
})

test('what has waited for too long is told to come again and not stored, and its key is left to the next', async () => {
  let time = 0
  const { submit } = createObservedWriter(database, { limits: { batch: 1 }, now: () => time })
  const holder = await hold(service.url, 'LOCK TABLE attempts IN SHARE MODE')
  const flushing: ReturnType<typeof submit>[] = []
  for (const count of [1, 2]) {
    flushing.push(submit(desk, { learner: `before-${String(count)}` }))
    await eventually(async () => (await waiting(service.url)) === count)
  }
  const old = submit(desk, { learner: 'too old', key: 'of the old' })
  time = 1
  const inTime = submit(desk, { learner: 'in time' })
  const next = submit(desk, { learner: 'next', key: 'of the old' })
  time = 10_001
  await holder.letGo()
  expect(await old).toEqual({ kind: 'busy' })
  expect((await Promise.all([...flushing, inTime, next])).map(({ kind }) => kind)).toEqual(
    Array(4).fill('stored'),
  )
  expect(await tracesOf('too old')).toEqual(NONE)
})
