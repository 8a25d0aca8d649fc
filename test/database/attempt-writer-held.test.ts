import { afterAll, describe, expect, test } from 'vitest'
import { createDatabase } from '../../src/database/client.js'
import { hold, holdAssignment, waiting } from '../support/hold.js'
import { eventually } from '../support/server.js'
import { createObservedWriter, createWritingRoom, newKey } from '../support/writing.js'

const { service, database, desks, close } = await createWritingRoom()
/** Another process over the same database. */
const otherDatabase = createDatabase(service.url)
afterAll(async () => {
  await otherDatabase.$disconnect()
  await close()
})

/** What became of promises so far. */
function watch<Outcome extends { readonly kind: string }>(promises: readonly Promise<Outcome>[]) {
  const kinds = promises.map((): string | undefined => undefined)
  promises.forEach((promise, index) => {
    void promise.then(({ kind }) => (kinds[index] = kind))
  })
  return kinds
}

test('a submission to an assignment that somebody has alone waits, and others are stored meanwhile', async () => {
  const [held, free] = await desks(2, { together: true })
  const { submit } = createObservedWriter(database)
  const holder = await holdAssignment(service.url, held!.assignmentId, 'alone')
  const waits = [submit(held!, { learner: 'ada' }), submit(held!, { learner: 'bob', key: 'of bob' })]
  const first = submit(free!, { learner: 'cyd' }) // In the same flush.
  const kinds = watch(waits)
  expect(await first).toMatchObject({ kind: 'stored', number: 1 })
  await eventually(async () => (await waiting(service.url)) === 1)
  const more = Array.from({ length: 5 }, (_, index) => submit(free!, { learner: `dan-${String(index)}` }))
  expect((await Promise.all(more)).map(({ kind }) => kind)).toEqual(Array<string>(5).fill('stored'))
  // Those who come later wait as well, and keep nobody.
  const later = submit(held!, { learner: 'eve' })
  expect(await submit(free!, { learner: 'fay' })).toMatchObject({ kind: 'stored' })
  expect(kinds).toEqual([undefined, undefined])
  expect(await database.attempt.count({ where: { assignmentId: held!.assignmentId } })).toBe(0)
  expect(await waiting(service.url)).toBe(1)
  await holder.letGo()
  expect((await Promise.all([...waits, later])).map(({ kind }) => kind)).toEqual([
    'stored',
    'stored',
    'stored',
  ])
})

test('one learner keeps the order of arrival on an assignment that was held', async () => {
  const [held] = await desks(1)
  const { submit } = createObservedWriter(database, { limits: { batch: 2 } })
  const holder = await holdAssignment(service.url, held!.assignmentId, 'alone')
  const written = Array.from({ length: 3 }, () => submit(held!, { learner: 'ada' }))
  await eventually(async () => (await waiting(service.url)) === 1)
  written.push(...Array.from({ length: 3 }, () => submit(held!, { learner: 'ada' })))
  await holder.letGo()
  expect((await Promise.all(written)).map(outcome => 'number' in outcome && outcome.number)).toEqual([
    1, 2, 3, 4, 5, 6,
  ])
})

test('many assignments that are held at once keep no others waiting, and all that was sent is stored in the end', async () => {
  const rooms = await desks(9)
  const free = rooms.pop()!
  const { submit } = createObservedWriter(database)
  const holders = await Promise.all(
    rooms.map(({ assignmentId }) => holdAssignment(service.url, assignmentId, 'alone')),
  )
  const waits = rooms.flatMap(room => [submit(room, { learner: 'ada' }), submit(room, { learner: 'bob' })])
  const kinds = watch(waits)
  // Each wait takes a connection; some are left for others.
  await eventually(async () => (await waiting(service.url)) === 4)
  for (let count = 1; count <= 3; count += 1) {
    expect(await submit(free, { learner: 'ada' })).toMatchObject({ kind: 'stored', number: count })
  }
  expect(await waiting(service.url)).toBe(4)
  expect(new Set(kinds)).toEqual(new Set([undefined]))
  // Those that nobody waits for at the database may be let go first.
  for (const holder of holders.toReversed()) await holder.letGo()
  expect(new Set((await Promise.all(waits)).map(({ kind }) => kind))).toEqual(new Set(['stored']))
})

test('whoever drains it waits until all are answered, those included who wait for an assignment', async () => {
  const [held, free] = await desks(2)
  const { submit, drain, load } = createObservedWriter(database)
  await drain() // Nothing waits.
  const holder = await holdAssignment(service.url, held!.assignmentId, 'alone')
  const written = [submit(held!, { learner: 'ada' })]
  await eventually(async () => (await waiting(service.url)) === 1)
  const attempts = await hold(service.url, 'LOCK TABLE attempts IN SHARE MODE')
  written.push(submit(free!, { learner: 'ada' }), submit(free!, { learner: 'bob' }, { most: 0 }))
  const kinds = watch(written)
  let answeredThen: number | undefined
  const drained = drain().then(() => (answeredThen = kinds.filter(kind => kind !== undefined).length))
  await eventually(async () => (await waiting(service.url)) === 2)
  expect(answeredThen).toBeUndefined()
  await attempts.letGo()
  await written[1]
  expect(await submit(free!, { learner: 'cyd' })).toMatchObject({ kind: 'stored' })
  expect(answeredThen).toBeUndefined()
  await holder.letGo()
  await drained
  expect(answeredThen).toBe(3)
  expect(kinds).toEqual(['stored', 'stored', 'refused'])
  expect(load().queued).toBe(0)
})

test('nobody else waits for one whose key another process has while that waits for the assignment', async () => {
  const [held, free] = await desks(2, { together: true })
  const [one, other] = [createObservedWriter(database), createObservedWriter(otherDatabase)]
  const holder = await holdAssignment(service.url, held!.assignmentId, 'alone')
  const first = one.submit(held!, { learner: 'ada', key: 'sent again' })
  await eventually(async () => (await waiting(service.url)) === 1)
  const second = other.submit(held!, { learner: 'ada', key: 'sent again' })
  const stranger = other.submit(free!, { learner: 'bob' })
  const kinds = watch([first, second, stranger])
  await eventually(() => kinds[2] !== undefined)
  expect(kinds).toEqual([undefined, undefined, 'stored'])
  await holder.letGo()
  expect((await Promise.all([first, second])).map(({ kind }) => kind).sort()).toEqual(['key-taken', 'stored'])
})

describe('on connections that wait for no lock for long', () => {
  const impatient = createDatabase(service.url, { lockTimeout: 200 })
  afterAll(() => impatient.$disconnect())

  test('an assignment is waited for again and again, and what was sent is stored in the end', async () => {
    const [held] = await desks(1)
    const { submit, flushes } = createObservedWriter(impatient)
    const holder = await holdAssignment(service.url, held!.assignmentId, 'alone')
    const written = [1, 2, 3].map(() => submit(held!, { learner: 'ada', key: newKey() }))
    await eventually(() => flushes.length > 4)
    expect(await database.attempt.count({ where: { assignmentId: held!.assignmentId } })).toBe(0)
    await holder.letGo()
    expect(await Promise.all(written)).toMatchObject([1, 2, 3].map(number => ({ kind: 'stored', number })))
  })

  test('many that are held take turns: one that is free again is found though four others are not', async () => {
    const rooms = await desks(6)
    const { submit } = createObservedWriter(impatient)
    const holders = await Promise.all(
      rooms.map(({ assignmentId }) => holdAssignment(service.url, assignmentId, 'alone')),
    )
    const written = rooms.map(room => submit(room, { learner: 'ada' }))
    await eventually(async () => (await waiting(service.url)) === 4)
    await holders.pop()!.letGo()
    expect(await written.pop()).toMatchObject({ kind: 'stored' })
    for (const holder of holders) await holder.letGo()
    expect(new Set((await Promise.all(written)).map(({ kind }) => kind))).toEqual(new Set(['stored']))
  })

  test('one that has waited for too long is told to come again, and one that came later is stored', async () => {
    const [held] = await desks(1)
    let time = 0
    const { submit, flushes } = createObservedWriter(impatient, { now: () => time })
    const holder = await holdAssignment(service.url, held!.assignmentId, 'alone')
    const first = submit(held!, { learner: 'ada', key: 'old' })
    await eventually(() => flushes.length > 1)
    time = 10_000
    const second = submit(held!, { learner: 'bob' })
    time = 15_001
    expect(await first).toEqual({ kind: 'busy' })
    await holder.letGo()
    expect(await second).toMatchObject({ kind: 'stored' })
    // The key of the first stands for nothing.
    expect(await submit(held!, { learner: 'ada', key: 'old' })).toMatchObject({ kind: 'stored', number: 1 })
  })
})

test('submissions to an assignment that is held fill a quarter of the queue, and the rest is left to others', async () => {
  const [held, free] = await desks(2)
  const { submit, load } = createObservedWriter(database, { limits: { capacity: 12, batch: 4 } })
  const holder = await holdAssignment(service.url, held!.assignmentId, 'alone')
  const waits = [submit(held!, { learner: 'first' })]
  await eventually(async () => (await waiting(service.url)) === 1)
  const learners = ['ada', 'bob', 'cyd', 'dan', 'eve']
  waits.push(...learners.slice(0, 3).map(learner => submit(held!, { learner })))
  for (const learner of learners.slice(3)) {
    expect(await submit(held!, { learner })).toEqual({ kind: 'busy' })
  }
  expect(load().queued).toBe(3)
  const others = Array.from({ length: 9 }, (_, index) => submit(free!, { learner: `l-${String(index)}` }))
  expect(new Set((await Promise.all(others)).map(({ kind }) => kind))).toEqual(new Set(['stored']))
  await holder.letGo()
  expect(new Set((await Promise.all(waits)).map(({ kind }) => kind))).toEqual(new Set(['stored']))
  expect(await submit(held!, { learner: 'eve' })).toMatchObject({ kind: 'stored' })
})

test('an assignment that is said to be held again and again, while nobody has it, is given up', async () => {
  const [desk] = await desks(1)
  let tries = 0
  const isHeld = () => {
    tries += 1
    return Promise.reject(Object.assign(new Error('division by zero'), { code: '22012' }))
  }
  const riddle: Partial<Record<string | symbol, unknown>> = { $transaction: isHeld, $executeRaw: isHeld }
  const riddling = new Proxy(database, {
    get: (target, name) => riddle[name] ?? (Reflect.get(target, name) as unknown),
  })
  const { submit } = createObservedWriter(riddling)
  const outcomes = await Promise.all(['ada', 'bob'].map(learner => submit(desk!, { learner })))
  expect(outcomes).toEqual([{ kind: 'busy' }, { kind: 'busy' }])
  expect(tries).toBeGreaterThan(1)
})
