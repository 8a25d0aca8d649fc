/** What a flush that locks nothing beforehand comes to when others come between its reading and its storing. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../src/database/client.js'
import { hold, waiting } from '../support/hold.js'
import { eventually } from '../support/server.js'
import { createObservedWriter, createWritingRoom, newKey, type Desk } from '../support/writing.js'

const { service, database, key: apiKey, desks, close } = await createWritingRoom()
let desk: Desk

beforeEach(async () => {
  desk = (await desks(1))[0]!
})
afterAll(close)

/** The database, with something else happening once between what a flush reads and what it stores. */
function between(change: () => Promise<unknown>): Database {
  let come = false
  return new Proxy(database, {
    get: (target, name) => {
      if (name !== '$executeRaw' || come) return Reflect.get(target, name) as unknown
      return async (...given: Parameters<Database['$executeRaw']>) => {
        come = true
        await change()
        return target.$executeRaw(...given)
      }
    },
  })
}

const member = (learner: string, role = 'learner') =>
  database.member.create({
    data: { courseId: desk.courseId, key: learner, role, createdAt: new Date(0), updatedAt: new Date(0) },
  })

const url = async (): Promise<string> => {
  const { key } = await database.course.findFirstOrThrow({ where: { id: desk.courseId } })
  return `/v1/courses/${key}`
}

const numbers = async () => {
  const rows = await database.attempt.findMany({
    where: { courseId: desk.courseId },
    orderBy: [{ learner: 'asc' }, { number: 'asc' }],
  })
  return rows.map(({ learner, number }) => `${learner} ${String(number)}`)
}

const changePolicy = () =>
  database.assignment.update({
    where: { courseId_id: { courseId: desk.courseId, id: desk.assignmentId } },
    data: { revision: { increment: 1 } },
  })

describe('while nothing comes between, a flush is two statements', () => {
  test.for([1, 500])('for %i attempts, of people who are new or known', async count => {
    const { submit, flushes } = createObservedWriter(database)
    const all = () =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          submit(desk, { learner: `l${String(index)}`, key: newKey() }),
        ),
      )
    expect(new Set((await all()).map(({ kind }) => kind))).toEqual(new Set(['stored']))
    expect(new Set((await all()).map(outcome => 'number' in outcome && outcome.number))).toEqual(new Set([2]))
    expect(flushes.map(({ size, statements }) => ({ size, statements }))).toEqual([
      { size: count, statements: 2 },
      { size: count, statements: 2 },
    ])
  })

  test('with keys that were used before and submissions that are refused', async () => {
    const used = newKey()
    const { submit, flushes } = createObservedWriter(database)
    await submit(desk, { learner: 'ada', key: used })
    const outcomes = await Promise.all([
      submit(desk, { learner: 'ada', key: used }),
      submit(desk, { learner: 'bob', key: newKey() }, { most: 0 }),
      submit(desk, { learner: 'cyd', key: newKey() }),
    ])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['key-taken', 'refused', 'stored'])
    expect(flushes.at(-1)).toMatchObject({ size: 3, statements: 2 })
    expect(await numbers()).toEqual(['ada 1', 'cyd 1'])
    const { courseId } = desk
    expect(await database.member.count({ where: { courseId } })).toBe(2)
    expect(await database.idempotencyKey.count({ where: { courseId } })).toBe(2)
  })
})

describe('between reading and storing', () => {
  /** Two submissions, of whom the second has nothing to do with what comes between. */
  const submitTwo = async (change: () => Promise<unknown>, key = newKey()) => {
    const { submit, flushes } = createObservedWriter(between(change))
    const outcomes = await Promise.all([
      submit(desk, { learner: 'ada', key }),
      submit(desk, { learner: 'zoe', key: newKey() }),
    ])
    expect(flushes).toHaveLength(1)
    expect(flushes[0]?.statements, 'it was tried again').toBeGreaterThan(2)
    return outcomes.map(({ kind }) => kind)
  }

  test('another process stores an attempt of the learner: this one comes after it', async () => {
    await member('ada')
    const other = createObservedWriter(database)
    expect(await submitTwo(() => other.submit(desk, { learner: 'ada' }))).toEqual(['stored', 'stored'])
    expect(await numbers()).toEqual(['ada 1', 'ada 2', 'zoe 1'])
  })

  test('and of one who had attempts before', async () => {
    const other = createObservedWriter(database)
    await other.submit(desk, { learner: 'ada' })
    expect(await submitTwo(() => other.submit(desk, { learner: 'ada' }))).toEqual(['stored', 'stored'])
    expect(await numbers()).toEqual(['ada 1', 'ada 2', 'ada 3', 'zoe 1'])
  })

  test('another process uses the idempotency key: nothing is stored with it', async () => {
    const key = newKey()
    const other = createObservedWriter(database)
    expect(await submitTwo(() => other.submit(desk, { learner: 'ada', key }), key)).toEqual([
      'key-taken',
      'stored',
    ])
    expect(await numbers()).toEqual(['ada 1', 'zoe 1'])
  })

  test('the policy changes: nothing is stored that was graded under the former one', async () => {
    expect(await submitTwo(changePolicy)).toEqual(['policy-changed', 'policy-changed'])
    expect(await numbers()).toEqual([])
    const { courseId } = desk
    expect(await database.member.count({ where: { courseId } })).toBe(0)
    expect(await database.idempotencyKey.count({ where: { courseId } })).toBe(0)
  })

  test('a regrading comes to stand: the attempts are counted beside its results', async () => {
    const regradeId = randomUUID()
    const change = () =>
      database.assignment.update({
        where: { courseId_id: { courseId: desk.courseId, id: desk.assignmentId } },
        data: { regradeId },
      })
    expect(await submitTwo(change)).toEqual(['stored', 'stored'])
    const changes = await database.summaryChange.findMany({ where: { courseId: desk.courseId } })
    expect(changes.map(({ generation }) => generation)).toEqual([regradeId])
  })

  test.for([
    ['somebody enrolled', true],
    ['somebody new', false],
  ] as const)('%s becomes an instructor: the attempt is stored and not counted', async ([, enrolled]) => {
    if (enrolled) await member('ada')
    const change = async () =>
      service.call(`PUT ${await url()}/members/ada`, { key: apiKey, body: { role: 'instructor' } })
    expect(await submitTwo(change)).toEqual(['stored', 'stored'])
    expect(await numbers()).toEqual(['ada 1', 'zoe 1'])
    const [ada] = await database.member.findMany({ where: { courseId: desk.courseId, key: 'ada' } })
    expect(ada?.role).toBe('instructor')
    const changes = await database.summaryChange.findMany({ where: { courseId: desk.courseId } })
    expect(changes.map(({ change: counted }) => (counted as { attempts: number }).attempts)).toEqual([1])
  })

  test('the learner is erased: nothing is stored of them', async () => {
    await member('ada')
    const change = async () => service.call(`DELETE ${await url()}/members/ada`, { key: apiKey })
    expect(await submitTwo(change)).toEqual(['learner-erased', 'stored'])
    expect(await numbers()).toEqual(['zoe 1'])
    expect(await database.member.count({ where: { courseId: desk.courseId } })).toBe(1)
  })

  test('somebody comes and is erased who was not there when it was read', async () => {
    const change = async () => {
      await service.call(`PUT ${await url()}/members/ada`, { key: apiKey, body: { role: 'learner' } })
      await service.call(`DELETE ${await url()}/members/ada`, { key: apiKey })
    }
    expect(await submitTwo(change)).toEqual(['learner-erased', 'stored'])
    expect(await numbers()).toEqual(['zoe 1'])
  })
})

describe('while the storing statement waits, and sees only what was there before', () => {
  /** Somebody claims a key, for which the statement waits while something happens, and gives it up. */
  const submitWhile = async (change: () => Promise<unknown>) => {
    const key = newKey()
    const holder = await hold(
      service.url,
      `INSERT INTO idempotency_keys (course_id, key_hash, created_at) VALUES ($1, $2, now())`,
      [desk.courseId, Buffer.from(key)],
    )
    const { submit } = createObservedWriter(database)
    const submitted = submit(desk, { learner: 'ada', key })
    await eventually(async () => (await waiting(service.url)) === 1)
    await change()
    await holder.run('ROLLBACK')
    await holder.letGo()
    return submitted
  }

  test('the policy changes: nothing is stored', async () => {
    expect(await submitWhile(changePolicy)).toEqual({ kind: 'policy-changed' })
    expect(await numbers()).toEqual([])
  })

  test('the learner is enrolled and erased: nothing is stored', async () => {
    const change = async () => {
      await service.call(`PUT ${await url()}/members/ada`, { key: apiKey, body: { role: 'learner' } })
      await service.call(`DELETE ${await url()}/members/ada`, { key: apiKey })
    }
    expect(await submitWhile(change)).toEqual({ kind: 'learner-erased' })
    expect(await numbers()).toEqual([])
  })
})
