import { afterAll, expect, test } from 'vitest'
import { createDatabase } from '../../src/database/client.js'
import { createWriterDatabase } from '../../src/database/writer-database.js'
import { hold } from '../support/hold.js'
import { eventually } from '../support/server.js'
import { createObservedWriter, createWritingRoom, newKey, type Desk } from '../support/writing.js'

const { service, desks, close } = await createWritingRoom()
/** Nothing is asserted of how long a lock is waited for: here it is short. */
const database = createDatabase(service.url, { lockTimeout: 300 })
const patient = createWriterDatabase(service.url)
afterAll(async () => {
  await database.$disconnect()
  await patient.$disconnect()
  await close()
})

const learners = Array.from({ length: 24 }, (_, index) => `learner-${String(index)}`)

/** A desk whose learners have an attempt each. */
async function begun(): Promise<Desk> {
  const [desk] = await desks(1)
  const { submit } = createObservedWriter(service.database)
  await Promise.all(learners.map(learner => submit(desk!, { learner })))
  return desk!
}

const numbersOf = async ({ courseId, assignmentId }: Desk, learner: string) =>
  (
    await service.database.attempt.findMany({
      where: { courseId, assignmentId, learner },
      orderBy: { number: 'asc' },
      select: { number: true },
    })
  ).map(({ number }) => number)

const LOCK_MEMBERS = 'SELECT FROM members WHERE course_id = $1 AND key = ANY($2) FOR UPDATE'

test.each<[string, string, string, string]>([
  ['whose membership', 'learner-7', LOCK_MEMBERS.replace('ANY($2)', '$2'), 'learner-7'],
  [
    'who',
    'newcomer',
    `INSERT INTO members (course_id, key, role, created_at, updated_at) VALUES ($1, $2, 'learner', now(), now())`,
    'newcomer',
  ],
  [
    'whose idempotency key',
    'learner-7',
    `INSERT INTO idempotency_keys (course_id, key_hash, fingerprint, attempt_id, created_at)
     VALUES ($1, convert_to($2, 'UTF8'), '', gen_random_uuid(), now())`,
    'claimed',
  ],
])(
  'one %s another transaction has is told to come again, and all others of the flush are stored once',
  async (_, learner, inTheWay, which) => {
    const desk = await begun()
    const { submit } = createObservedWriter(database)
    const holder = await hold(service.url, inTheWay, [desk.courseId, which])
    const neighbours = learners.filter(neighbour => neighbour !== learner)
    const locked = submit(desk, { learner, key: 'claimed' })
    const others = await Promise.all(neighbours.map(one => submit(desk, { learner: one, key: newKey() })))
    expect(new Set(others.map(({ kind }) => kind))).toEqual(new Set(['stored']))
    expect(await locked).toEqual({ kind: 'busy' })
    for (const one of neighbours) expect(await numbersOf(desk, one)).toEqual([1, 2])
    await holder.run('ROLLBACK')
    await holder.letGo()
    const before = await numbersOf(desk, learner)
    expect(await submit(desk, { learner, key: 'claimed' })).toMatchObject({
      kind: 'stored',
      number: before.length + 1,
    })
  },
)

test('one that comes alone and is locked is told to come again', async () => {
  const desk = await begun()
  const { submit, flushes } = createObservedWriter(database)
  const holder = await hold(service.url, LOCK_MEMBERS, [desk.courseId, ['learner-3']])
  expect(await submit(desk, { learner: 'learner-3' })).toEqual({ kind: 'busy' })
  expect(flushes).toHaveLength(1)
  await holder.letGo()
  expect(await submit(desk, { learner: 'learner-3' })).toMatchObject({ kind: 'stored', number: 2 })
})

test('of a batch of which half are locked the others are stored', async () => {
  const desk = await begun()
  const { submit } = createObservedWriter(database)
  const some = learners.slice(0, 10)
  const locked = some.filter((_, index) => index % 2 === 0)
  const holder = await hold(service.url, LOCK_MEMBERS, [desk.courseId, locked])
  const outcomes = await Promise.all(
    some.map(async learner => [learner, (await submit(desk, { learner })).kind] as const),
  )
  await holder.letGo()
  for (const [learner, kind] of outcomes) {
    expect(kind, learner).toBe(locked.includes(learner) ? 'busy' : 'stored')
    expect(await numbersOf(desk, learner)).toEqual(kind === 'busy' ? [1] : [1, 2])
  }
})

test('one that is found to be locked is waited for once more, while its neighbours are answered', async () => {
  const desk = await begun()
  const { submit, flushes } = createObservedWriter(patient)
  const holder = await hold(service.url, LOCK_MEMBERS, [desk.courseId, ['learner-5']])
  const locked = submit(desk, { learner: 'learner-5' })
  const others = await Promise.all(learners.slice(6).map(learner => submit(desk, { learner })))
  await eventually(() => flushes.some(({ size, outcome }) => size === 1 && outcome === 'failed'))
  await holder.letGo()
  expect(new Set(others.map(({ kind }) => kind))).toEqual(new Set(['stored']))
  expect(await locked).toMatchObject({ kind: 'stored', number: 2 })
})

test('while somebody is locked, others who come later are stored, in flushes of their own', async () => {
  const desk = await begun()
  const { submit, load, drain } = createObservedWriter(database)
  const holder = await hold(service.url, LOCK_MEMBERS, [desk.courseId, ['learner-0']])
  for (let round = 0; round < 3; round += 1) {
    const locked = submit(desk, { learner: 'learner-0' })
    const free = await Promise.all(learners.slice(1).map(learner => submit(desk, { learner })))
    expect(new Set(free.map(({ kind }) => kind))).toEqual(new Set(['stored']))
    expect(await locked).toEqual({ kind: 'busy' })
  }
  await drain()
  expect(load().queued).toBe(0)
  await holder.letGo()
  expect(await numbersOf(desk, 'learner-1')).toEqual([1, 2, 3, 4])
  expect(await numbersOf(desk, 'learner-0')).toEqual([1])
})

test('a learner who is locked keeps the order of arrival', async () => {
  const desk = await begun()
  const { submit } = createObservedWriter(patient)
  const holder = await hold(service.url, LOCK_MEMBERS, [desk.courseId, ['learner-1']])
  const written = Array.from({ length: 4 }, () => submit(desk, { learner: 'learner-1' }))
  await submit(desk, { learner: 'learner-2' })
  await holder.letGo()
  const outcomes = await Promise.all(written)
  expect(outcomes.map(outcome => 'number' in outcome && outcome.number)).toEqual([2, 3, 4, 5])
})

test('those beside a learner who is locked keep the order of arrival', async () => {
  const desk = await begun()
  const { submit } = createObservedWriter(database)
  const holder = await hold(service.url, LOCK_MEMBERS, [desk.courseId, ['learner-1']])
  const order = ['learner-2', 'learner-1', ...Array<string>(6).fill('learner-2')]
  const outcomes = await Promise.all(order.map(learner => submit(desk, { learner })))
  await holder.letGo()
  expect(outcomes.map(outcome => ('number' in outcome ? outcome.number : outcome.kind))).toEqual([
    ...[2, 'busy', 3, 4, 5, 6, 7, 8],
  ])
})

test('after one was locked flushes wait for a moment only, until that is long ago', async () => {
  const desk = await begun()
  let time = 0
  const { submit, flushes } = createObservedWriter(database, { now: () => time })
  const statementsOf = async () => {
    await submit(desk, { learner: 'learner-9' })
    return flushes.at(-1)!.statements
  }
  const usual = await statementsOf()
  const holder = await hold(service.url, LOCK_MEMBERS, [desk.courseId, ['learner-8']])
  expect(await submit(desk, { learner: 'learner-8' })).toEqual({ kind: 'busy' })
  await holder.letGo()
  // That takes a transaction, which says so first.
  expect(await statementsOf()).toBeGreaterThan(usual)
  time += 60_000
  expect(await statementsOf()).toBe(usual)
})

test('those who wait with the key of one that is locked are told to come again with it', async () => {
  const desk = await begun()
  const { submit, flushes } = createObservedWriter(database)
  const holder = await hold(service.url, LOCK_MEMBERS, [desk.courseId, ['learner-4']])
  const written = Array.from({ length: 5 }, () => submit(desk, { learner: 'learner-4', key: 'sent again' }))
  expect(new Set((await Promise.all(written)).map(({ kind }) => kind))).toEqual(new Set(['busy']))
  expect(flushes).toHaveLength(1)
  await holder.letGo()
})

test('while a table is locked callers are told to come again, and what still waits is stored once when it is free', async () => {
  const desk = await begun()
  const { submit, load, drain } = createObservedWriter(database, { limits: { batch: 4, capacity: 100 } })
  const holder = await hold(service.url, 'LOCK TABLE attempts IN SHARE MODE')
  const kinds: string[] = []
  const written = learners.map(async learner => kinds.push((await submit(desk, { learner })).kind))
  await eventually(() => kinds.includes('busy'))
  await holder.letGo()
  await Promise.all(written)
  await drain()
  expect(load().queued).toBe(0)
  const stored = kinds.filter(kind => kind === 'stored').length
  expect(stored + kinds.filter(kind => kind === 'busy').length).toBe(learners.length)
  const { courseId } = desk
  expect(await service.database.attempt.count({ where: { courseId } })).toBe(learners.length + stored)
})
