import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { AttemptView, LearnerProgress } from '../../src/contracts/attempt.js'
import { hold, waiting } from '../support/hold.js'
import { eventually } from '../support/server.js'
import { createTestService, START, type Answer, type TestService } from '../support/service.js'

const RIGHT = { a: '11', J: 121, dJ_da: '22', da_dw: '3', dJ_dw: '66' }
const HOUR = 3_600_000
const iso = (time: number): string => new Date(time).toISOString()

let service: TestService
let key: string
let courses = 0

beforeAll(async () => {
  service = await createTestService()
  key = (await service.tenant('owner')).key
})
afterAll(() => service.close())

/** An assignment in a course of its own. Answers its URL. */
async function assign(policy: object = {}): Promise<string> {
  courses += 1
  const course = `/v1/courses/course-${String(courses)}`
  await service.call(`PUT ${course}`, { key, body: { title: 'Course' } })
  const url = `${course}/assignments/week-1`
  const answer = await service.call(`PUT ${url}`, { key, body: { graph: 'lab-network0', ...policy } })
  expect(answer.status).toBe(201)
  return url
}

function override(url: string, learner: string, body: object): Promise<Answer> {
  return service.call(`PUT ${url}/overrides/${learner}`, { key, body })
}

function submit(url: string, learner: string): Promise<Answer> {
  return service.call(`POST ${url}/attempts`, { key, body: { learner, answers: RIGHT } })
}

async function at<Result>(time: number, work: () => Promise<Result>): Promise<Result> {
  service.clock.now = time
  try {
    return await work()
  } finally {
    service.clock.now = START
  }
}

const NOBODY = { dueAt: null, closesAt: null, extraAttempts: 0 }

describe('routes', () => {
  test('PUT makes and replaces, and what is left out is the policy', async () => {
    const url = await assign()
    const dates = { dueAt: iso(START + HOUR), closesAt: iso(START + 2 * HOUR) }
    const made = await override(url, 'ada', { ...dates, extraAttempts: 2 })
    expect(made).toMatchObject({
      status: 201,
      body: { learner: 'ada', ...dates, extraAttempts: 2, createdAt: iso(START), updatedAt: iso(START) },
    })
    const replaced = await at(START + 1000, () => override(url, 'ada', { closesAt: null }))
    expect(replaced).toMatchObject({
      status: 200,
      body: { learner: 'ada', ...NOBODY, createdAt: iso(START), updatedAt: iso(START + 1000) },
    })
    const same = await at(START + 2000, () => override(url, 'ada', {}))
    expect(same).toMatchObject({ status: 200, body: replaced.body as object })
  })

  test('DELETE takes it away once', async () => {
    const url = await assign()
    await override(url, 'ada', { extraAttempts: 1 })
    await override(url, 'bob', { extraAttempts: 1 })
    expect(await service.call(`DELETE ${url}/overrides/ada`, { key })).toMatchObject({
      status: 204,
      text: '',
    })
    expect((await service.call(`DELETE ${url}/overrides/ada`, { key })).status).toBe(404)
    const { body } = await service.call(`GET ${url}/overrides`, { key })
    expect(body).toMatchObject({ items: [{ learner: 'bob' }], nextCursor: null })
  })

  test('they are listed by learner, page by page', async () => {
    const url = await assign()
    for (const learner of ['c', 'a', 'b']) await override(url, learner, { extraAttempts: 1 })
    const first = await service.call(`GET ${url}/overrides?limit=2`, { key })
    const { items, nextCursor } = first.body as { items: { learner: string }[]; nextCursor: string }
    expect(items.map(({ learner }) => learner)).toEqual(['a', 'b'])
    const second = await service.call(`GET ${url}/overrides?cursor=${nextCursor}`, { key })
    expect(second.body).toMatchObject({ items: [{ learner: 'c' }], nextCursor: null })
  })

  test.each([
    ['fewer attempts', { extraAttempts: -1 }, '/extraAttempts'],
    ['half an attempt', { extraAttempts: 1.5 }, '/extraAttempts'],
    ['a time without a zone', { dueAt: '2026-03-01T12:00:00' }, '/dueAt'],
    ['an earlier opening', { opensAt: iso(START) }, '/opensAt'],
  ])('%s is refused', async (_, body, path) => {
    const answer = await override(await assign(), 'ada', body)
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-request', errors: [{ path }] } })
  })

  test('a close that is not after the opening is refused', async () => {
    const url = await assign({ opensAt: iso(START) })
    expect(await override(url, 'ada', { closesAt: iso(START) })).toMatchObject({
      status: 422,
      body: { code: 'invalid-override', errors: [{ path: '/closesAt', code: 'closes-before-opening' }] },
    })
    expect((await override(url, 'ada', { closesAt: iso(START + 1) })).status).toBe(201)
  })

  test('of an erased learner: 410, and nothing is kept of them', async () => {
    const url = await assign()
    const member = `${url.replace(/\/assignments.*/, '')}/members/ada`
    await service.call(`PUT ${member}`, { key, body: { role: 'learner' } })
    await override(url, 'ada', { extraAttempts: 1 })
    await service.call(`DELETE ${member}`, { key })
    expect(await override(url, 'ada', {})).toMatchObject({ status: 410, body: { code: 'learner-erased' } })
    expect((await service.call(`GET ${url}/overrides`, { key })).body).toMatchObject({ items: [] })
  })

  test('one enrols its learner, and an erasure takes it away from someone who never answered too', async () => {
    const url = await assign()
    await override(url, 'stranger', { extraAttempts: 1 })
    const members = `${url.replace(/\/assignments.*/, '')}/members`
    expect((await service.call(`GET ${members}`, { key })).body).toMatchObject({
      items: [{ key: 'stranger', role: 'learner' }],
    })
    const member = `${members}/stranger`
    expect((await service.call(`DELETE ${member}`, { key })).status).toBe(204)
    expect((await service.call(`GET ${url}/overrides`, { key })).body).toMatchObject({ items: [] })
    expect((await service.call(`DELETE ${member}`, { key })).status).toBe(404)
  })

  test('an assignment that is not there has none', async () => {
    const url = (await assign()).replace('week-1', 'week-2')
    for (const route of [`GET ${url}/overrides`, `DELETE ${url}/overrides/ada`]) {
      expect(await service.call(route, { key })).toMatchObject({ status: 404, body: { code: 'not-found' } })
    }
    expect((await override(url, 'ada', {})).status).toBe(404)
  })
})

/** Answered, or waiting for a lock beside so many others. */
function settles(answer: Promise<Answer>, others: number): Promise<unknown> {
  return Promise.race([answer, eventually(async () => (await waiting(service.url)) > others)])
}

async function courseIdOf(url: string): Promise<string> {
  return (await service.database.course.findFirst({ where: { key: url.split('/')[3]! } }))!.id
}

describe('an erasure of someone who had no more than an override', () => {
  test('waits for a first attempt that is being stored, and leaves nothing of it', async () => {
    const url = await assign()
    const courseId = await courseIdOf(url)
    await override(url, 'zed', { extraAttempts: 1 })
    const held = await hold(service.url, 'SELECT id FROM assignments WHERE course_id = $1 FOR UPDATE', [
      courseId,
    ])
    const attempt = submit(url, 'zed')
    await eventually(async () => (await waiting(service.url)) === 1)
    const erasure = service.call(`DELETE ${url.replace(/\/assignments.*/, '')}/members/zed`, { key })
    await settles(erasure, 1)
    await held.letGo()
    expect([(await attempt).status, (await erasure).status]).toEqual([201, 204])
    const { database } = service
    const where = { courseId }
    expect(await database.attempt.count({ where })).toBe(0)
    expect(await database.progress.count({ where })).toBe(0)
    expect(await database.member.count({ where })).toBe(0)
    expect(await submit(url, 'zed')).toMatchObject({ status: 410, body: { code: 'learner-erased' } })
  })

  test('lets no other override be stored meanwhile', async () => {
    const url = await assign()
    const courseId = await courseIdOf(url)
    const other = url.replace('week-1', 'week-2')
    await service.call(`PUT ${other}`, { key, body: { graph: 'lab-network0' } })
    await override(url, 'zed', { extraAttempts: 1 })
    const held = await hold(service.url, 'SELECT learner FROM overrides WHERE course_id = $1 FOR UPDATE', [
      courseId,
    ])
    const erasure = service.call(`DELETE ${url.replace(/\/assignments.*/, '')}/members/zed`, { key })
    await eventually(async () => (await waiting(service.url)) === 1)
    const put = override(other, 'zed', { extraAttempts: 2 })
    await settles(put, 1)
    await held.letGo()
    expect((await erasure).status).toBe(204)
    expect(await put).toMatchObject({ status: 410, body: { code: 'learner-erased' } })
    expect(await service.database.override.count({ where: { courseId } })).toBe(0)
    expect(await service.database.member.count({ where: { courseId } })).toBe(0)
  })
})

describe('an override wins over the policy', () => {
  test('in when attempts are taken, for its learner alone', async () => {
    const url = await assign({ closesAt: iso(START) })
    await override(url, 'later', { closesAt: iso(START + HOUR) })
    await override(url, 'other-field', { extraAttempts: 3 })
    const closed = { status: 403, body: { code: 'assignment-closed' } }
    expect((await submit(url, 'later')).status).toBe(201)
    expect(await submit(url, 'ada')).toMatchObject(closed)
    expect(await submit(url, 'other-field')).toMatchObject(closed)
    expect(await at(START + HOUR, () => submit(url, 'later'))).toMatchObject(closed)
  })

  test('in closing earlier', async () => {
    const url = await assign({ closesAt: iso(START + HOUR) })
    await override(url, 'ada', { closesAt: iso(START) })
    expect((await submit(url, 'ada')).status).toBe(403)
    expect((await submit(url, 'bob')).status).toBe(201)
  })

  test('in lateness', async () => {
    const url = await assign({ dueAt: iso(START - HOUR), lateCredit: 0.5 })
    await override(url, 'ada', { dueAt: iso(START) })
    expect((await submit(url, 'ada')).body).toMatchObject({ late: false, points: 10 })
    expect((await submit(url, 'bob')).body).toMatchObject({ late: true, points: 5 })
    expect((await at(START + 1, () => submit(url, 'ada'))).body).toMatchObject({ late: true })
  })

  test('in attempts left, in the answer, in progress and at the limit', async () => {
    const url = await assign({ maxAttempts: 1 })
    const course = url.replace(/\/assignments.*/, '')
    await override(url, 'ada', { extraAttempts: 1 })
    await service.call(`PUT ${course}/members/eve`, { key, body: { role: 'learner' } })
    await override(url, 'eve', { extraAttempts: 5 })
    expect(((await submit(url, 'ada')).body as AttemptView).progress.remaining).toBe(1)
    expect(((await submit(url, 'bob')).body as AttemptView).progress.remaining).toBe(0)
    const { body } = await service.call(`GET ${course}/progress`, { key })
    const rows = (body as { items: LearnerProgress[] }).items
    expect(rows.map(({ learner, progress }) => [learner, progress[0]?.remaining])).toEqual([
      ['ada', 1],
      ['bob', 0],
      ['eve', 6],
    ])
    expect((await service.call(`GET ${course}/learners/ada/progress`, { key })).body).toMatchObject({
      progress: [{ remaining: 1 }],
    })
    expect((await submit(url, 'ada')).status).toBe(201)
    for (const learner of ['ada', 'bob']) {
      expect(await submit(url, learner)).toMatchObject({ status: 403, body: { code: 'no-attempts-left' } })
    }
  })

  test('and not where there is no limit', async () => {
    const url = await assign()
    await override(url, 'ada', { extraAttempts: 1 })
    expect(((await submit(url, 'ada')).body as AttemptView).progress.remaining).toBeNull()
  })

  test('until it is taken away', async () => {
    const url = await assign({ closesAt: iso(START) })
    await override(url, 'ada', { closesAt: iso(START + HOUR) })
    await service.call(`DELETE ${url}/overrides/ada`, { key })
    expect((await submit(url, 'ada')).status).toBe(403)
  })
})

test('a page of progress asks for all overrides at once', async () => {
  const url = await assign({ maxAttempts: 1 })
  const course = url.replace(/\/assignments.*/, '')
  for (let i = 0; i < 20; i += 1) {
    const learner = `learner-${String(i).padStart(2, '0')}`
    await service.call(`PUT ${course}/members/${learner}`, { key, body: { role: 'learner' } })
    await override(url, learner, { extraAttempts: i })
  }
  const { overrides } = service.services
  const [ofLearners, find] = [vi.spyOn(overrides, 'ofLearners'), vi.spyOn(overrides, 'find')]
  const { body } = await service.call(`GET ${course}/progress`, { key })
  const rows = (body as { items: LearnerProgress[] }).items
  expect(rows.map(({ progress }) => progress[0]?.remaining)).toEqual(
    Array.from({ length: 20 }, (_, i) => i + 1),
  )
  expect([ofLearners.mock.calls.length, find.mock.calls.length]).toEqual([1, 0])
})
