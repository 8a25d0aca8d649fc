import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LearnerProgress } from '../../src/contracts/attempt.js'
import { createTestService, START, type Answer, type TestService } from '../support/service.js'

const RIGHT = { a: '11', J: 121, dJ_da: '22', da_dw: '3', dJ_dw: '66' }

let service: TestService
let key: string
let courses = 0

beforeAll(async () => {
  service = await createTestService()
  key = (await service.tenant('owner')).key
})
afterAll(() => service.close())

/** A new course with the assignments named, on lab-network0. Answers its URL. */
async function course(...assignments: readonly string[]): Promise<string> {
  courses += 1
  const url = `/v1/courses/course-${String(courses)}`
  await service.call(`PUT ${url}`, { key, body: { title: 'Course' } })
  for (const assignment of assignments) {
    await service.call(`PUT ${url}/assignments/${assignment}`, { key, body: { graph: 'lab-network0' } })
  }
  return url
}

function submit(url: string, learner: string, answers: object, idempotencyKey?: string): Promise<Answer> {
  return service.call(`POST ${url}/attempts`, {
    key,
    body: { learner, answers },
    headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
  })
}

async function keysOf(url: string): Promise<string[]> {
  const { body } = await service.call(`GET ${url}`, { key })
  return (body as { items: { key: string }[] }).items.map(item => item.key)
}

describe('courses', () => {
  test('PUT creates once and then changes the title', async () => {
    const url = '/v1/courses/put-twice'
    const created = await service.call(`PUT ${url}`, { key, body: { title: 'One' } })
    expect(created).toMatchObject({ status: 201, body: { key: 'put-twice', title: 'One' } })
    service.clock.now = START + 1000
    const changed = await service.call(`PUT ${url}`, { key, body: { title: 'Two' } })
    service.clock.now = START
    expect(changed).toMatchObject({
      status: 200,
      body: { title: 'Two', updatedAt: '2026-03-01T12:00:01.000Z' },
    })
    expect((await service.call(`GET ${url}`, { key })).body).toEqual(changed.body)
    const same = await service.call(`PUT ${url}`, { key, body: { title: 'Two' } })
    expect(same.body).toEqual(changed.body)
  })

  test('every character that a key may have goes through a path', async () => {
    const name = 'Aa0._~@:|+-'
    const url = `/v1/courses/${encodeURIComponent(name)}`
    expect((await service.call(`PUT ${url}`, { key, body: { title: 'x' } })).body).toMatchObject({
      key: name,
    })
    expect((await service.call(`GET ${url}`, { key })).body).toMatchObject({ key: name })
    const long = 'k'.repeat(128)
    expect((await service.call(`PUT /v1/courses/${long}`, { key, body: { title: 'x' } })).status).toBe(201)
  })

  test('keys are case-sensitive', async () => {
    await service.call('PUT /v1/courses/Case', { key, body: { title: 'x' } })
    expect((await service.call('GET /v1/courses/case', { key })).status).toBe(404)
  })

  test('a key restricted to courses lists those alone', async () => {
    const [one, two] = [await course(), await course()]
    const tenant = (await service.services.tenants.find('owner'))!
    const name = one.split('/').at(-1)!
    const restricted = await service.key(tenant.id, ['courses:read'], [name])
    const { body } = await service.call('GET /v1/courses', { key: restricted.key })
    expect((body as { items: { key: string }[] }).items.map(item => item.key)).toEqual([name])
    expect((await service.call(`GET ${two}`, { key: restricted.key })).status).toBe(403)
  })

  test('pages of a list hold every item once', async () => {
    const tenant = await service.tenant('pages')
    for (let i = 0; i < 5; i += 1) {
      await service.call(`PUT /v1/courses/c${String(i)}`, { key: tenant.key, body: { title: 'x' } })
    }
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`
      const { body } = await service.call(`GET /v1/courses?limit=2${query}`, { key: tenant.key })
      const page = body as { items: { key: string }[]; nextCursor: string | null }
      seen.push(...page.items.map(item => item.key))
      cursor = page.nextCursor
    }
    expect(seen).toEqual(['c0', 'c1', 'c2', 'c3', 'c4'])
  })
})

describe('assignments', () => {
  test('PUT replaces: what is left out returns to its default, except the version', async () => {
    const url = `${await course()}/assignments/week-1`
    const full = {
      graph: 'lab-network0',
      title: 'Week one',
      points: 7,
      opensAt: '2026-03-01T10:00:00+01:00',
      dueAt: '2026-03-02T00:00:00Z',
      closesAt: '2026-03-03T00:00:00Z',
      lateCredit: 0.5,
      maxAttempts: 3,
      keep: 'mean',
      tolerance: { decimals: 2 },
      weights: { a: 2 },
    }
    const created = await service.call(`PUT ${url}`, { key, body: full })
    expect(created).toMatchObject({
      status: 201,
      body: {
        ...full,
        opensAt: '2026-03-01T09:00:00.000Z',
        dueAt: '2026-03-02T00:00:00.000Z',
        closesAt: '2026-03-03T00:00:00.000Z',
        graphVersion: 1,
        revision: 1,
      },
    })
    const replaced = await service.call(`PUT ${url}`, { key, body: { graph: 'lab-network0' } })
    expect(replaced).toMatchObject({
      status: 200,
      body: {
        title: 'A first network',
        points: 10,
        opensAt: null,
        dueAt: null,
        closesAt: null,
        lateCredit: 1,
        maxAttempts: null,
        keep: 'best',
        tolerance: null,
        weights: null,
        graphVersion: 1,
        revision: 2,
      },
    })
    expect((await service.call(`GET ${url}`, { key })).body).toEqual(replaced.body)
  })

  test('the same PUT again changes nothing, the revision included', async () => {
    const url = `${await course()}/assignments/week-1`
    const body = { graph: 'lab-network0', dueAt: '2026-03-02T00:00:00Z', weights: { a: 2, J: 1 } }
    const created = await service.call(`PUT ${url}`, { key, body })
    service.clock.now = START + 1000
    const again = await service.call(`PUT ${url}`, { key, body: { ...body, weights: { J: 1, a: 2 } } })
    service.clock.now = START
    expect(again).toMatchObject({ status: 200, body: created.body })
  })

  test('a PUT that leaves the version out never undoes one that sets it', async () => {
    const url = `${await course()}/assignments/week-1`
    const line = (title: string) => ({
      title,
      inputs: [{ name: 'w', role: 'parameter', value: 1 }],
      nodes: [{ name: 'J', expression: 'w' }],
      output: 'J',
    })
    for (const title of ['One', 'Two'])
      await service.call('PUT /v1/graphs/racing', { key, body: line(title) })
    await service.call(`PUT ${url}`, { key, body: { graph: 'racing', graphVersion: 1 } })
    const bodies = [{ graphVersion: 2, points: 1 }, { points: 5 }, { points: 6 }, { points: 7 }]
    const answers = await Promise.all(
      bodies.map(body => service.call(`PUT ${url}`, { key, body: { graph: 'racing', ...body } })),
    )
    expect(answers.map(answer => answer.status)).toEqual([200, 200, 200, 200])
    expect((await service.call(`GET ${url}`, { key })).body).toMatchObject({ graphVersion: 2, revision: 5 })
  })

  test('what GET answers can be PUT again, though the tenant has shadowed the built-in graph since', async () => {
    const tenant = await service.tenant('echo')
    const url = '/v1/courses/echo/assignments/week-1'
    await service.call('PUT /v1/courses/echo', { key: tenant.key, body: { title: 'Echo' } })
    await service.call(`PUT ${url}`, { key: tenant.key, body: { graph: 'lab-network0' } })
    const own = {
      title: 'Own',
      inputs: [{ name: 'w', role: 'parameter', value: 1 }],
      nodes: [{ name: 'J', expression: 'w' }],
      output: 'J',
    }
    await service.call('PUT /v1/graphs/lab-network0', { key: tenant.key, body: own })
    const again = await service.call(`PUT ${url}`, {
      key: tenant.key,
      body: { graph: 'lab-network0', graphVersion: 1 },
    })
    expect(again).toMatchObject({ status: 200, body: { title: 'A first network', revision: 1 } })
  })

  test('assignments are listed by key', async () => {
    const url = await course('b', 'a')
    expect(await keysOf(`${url}/assignments`)).toEqual(['a', 'b'])
  })
})

describe('members', () => {
  test('a learner unknown to the course is enrolled by the first attempt', async () => {
    const url = await course('week-1')
    await submit(`${url}/assignments/week-1`, 'ada', RIGHT)
    const { body } = await service.call(`GET ${url}/members`, { key })
    expect(body).toMatchObject({ items: [{ key: 'ada', role: 'learner', name: null }] })
  })

  test('enrolling again changes role and name', async () => {
    const url = await course()
    const first = await service.call(`PUT ${url}/members/ada`, {
      key,
      body: { role: 'learner', name: 'Ada' },
    })
    expect(first).toMatchObject({ status: 201, body: { key: 'ada', role: 'learner', name: 'Ada' } })
    const second = await service.call(`PUT ${url}/members/ada`, { key, body: { role: 'instructor' } })
    expect(second).toMatchObject({ status: 200, body: { role: 'instructor', name: null } })
  })

  test('an erasure removes attempts and progress, and nothing else', async () => {
    const url = await course('week-1')
    const week = `${url}/assignments/week-1`
    await submit(week, 'ada', RIGHT)
    await submit(week, 'bob', RIGHT)
    expect(await service.call(`DELETE ${url}/members/ada`, { key })).toMatchObject({ status: 204, text: '' })
    expect(await keysOf(`${url}/members`)).toEqual(['bob'])
    const { body } = await service.call(`GET ${week}/attempts`, { key })
    expect(body).toMatchObject({ items: [{ learner: 'bob' }] })
    expect((await service.call(`GET ${url}/learners/ada/progress`, { key })).status).toBe(404)
    expect((await service.call(`GET ${url}/learners/bob/progress`, { key })).status).toBe(200)
    expect((await service.call(`DELETE ${url}/members/ada`, { key })).status).toBe(404)
  })

  test('after an erasure neither a retry nor a new attempt brings the learner back', async () => {
    const url = await course('week-1')
    const week = `${url}/assignments/week-1`
    await submit(week, 'ada', RIGHT, 'retry-me')
    await service.call(`DELETE ${url}/members/ada`, { key })
    const gone = { status: 410, body: { code: 'learner-erased' } }
    expect(await submit(week, 'ada', RIGHT, 'retry-me')).toMatchObject(gone)
    expect(await submit(week, 'bob', { a: '1' }, 'retry-me')).toMatchObject(gone)
    expect(await submit(week, 'ada', RIGHT)).toMatchObject(gone)
    expect(await keysOf(`${url}/members`)).toEqual([])
    const { id: courseId } = await service.database.course.findFirstOrThrow({
      where: { key: url.split('/').at(-1)! },
    })
    const left = await service.database.idempotencyKey.findMany({ where: { courseId } })
    expect(left).toMatchObject([{ fingerprint: null, attemptId: null }])
  })

  test('someone erased and enrolled again starts from nothing', async () => {
    const url = await course('week-1')
    const week = `${url}/assignments/week-1`
    await submit(week, 'ada', RIGHT)
    await service.call(`DELETE ${url}/members/ada`, { key })
    await service.call(`PUT ${url}/members/ada`, { key, body: { role: 'learner' } })
    expect(await submit(week, 'ada', { a: 11 })).toMatchObject({ status: 201, body: { number: 1 } })
  })

  test('enrolments that race with erasures are answered as one of the two, never as a fault', async () => {
    const url = await course()
    const calls = Array.from({ length: 40 }, (_, i) =>
      i % 2 === 0
        ? service.call(`PUT ${url}/members/ada`, { key, body: { role: 'learner' } })
        : service.call(`DELETE ${url}/members/ada`, { key }),
    )
    for (const { status } of await Promise.all(calls)) expect([200, 201, 204, 404]).toContain(status)
  })

  test('there is no variant for someone who was erased', async () => {
    const url = await course('week-1')
    await submit(`${url}/assignments/week-1`, 'ada', RIGHT)
    await service.call(`DELETE ${url}/members/ada`, { key })
    expect(await service.call(`GET ${url}/assignments/week-1/variants/ada`, { key })).toMatchObject({
      status: 410,
      body: { code: 'learner-erased' },
    })
  })

  test('attempts that race with an erasure are stored before it or refused after it', async () => {
    const url = await course('week-1')
    const week = `${url}/assignments/week-1`
    await submit(week, 'ada', RIGHT)
    const racing = await Promise.all([
      ...Array.from({ length: 6 }, () => submit(week, 'ada', RIGHT)),
      service.call(`DELETE ${url}/members/ada`, { key }),
      ...Array.from({ length: 6 }, () => submit(week, 'ada', RIGHT)),
    ])
    expect(racing[6]!.status).toBe(204)
    for (const { status } of racing.toSpliced(6, 1)) expect([201, 410]).toContain(status)
    const { database } = service
    const where = { course: { key: url.split('/').at(-1)! } }
    expect(await database.member.count({ where })).toBe(0)
    expect(await database.attempt.count({ where: { countedIn: { assignment: where } } })).toBe(0)
    expect(await database.progress.count({ where: { assignment: where } })).toBe(0)
  })
})

describe('progress', () => {
  test('every learner has an entry for every assignment, begun or not; instructors have none', async () => {
    const url = await course('week-1', 'week-2')
    await service.call(`PUT ${url}/members/bob`, { key, body: { role: 'learner', name: 'Bob' } })
    await service.call(`PUT ${url}/members/teacher`, { key, body: { role: 'instructor' } })
    await submit(`${url}/assignments/week-2`, 'ada', { a: 11 })
    await submit(`${url}/assignments/week-2`, 'teacher', RIGHT)
    const { body } = await service.call(`GET ${url}/progress`, { key })
    const nothing = {
      attempts: 0,
      credit: 0,
      points: 0,
      remaining: null,
      completed: false,
      maxPoints: 10,
      lastSubmittedAt: null,
    }
    expect(body).toEqual({
      items: [
        {
          learner: 'ada',
          name: null,
          progress: [
            { assignment: 'week-1', ...nothing },
            {
              assignment: 'week-2',
              ...nothing,
              attempts: 1,
              credit: 0.2,
              points: 2,
              lastSubmittedAt: '2026-03-01T12:00:00.000Z',
            },
          ],
        },
        {
          learner: 'bob',
          name: 'Bob',
          progress: [
            { assignment: 'week-1', ...nothing },
            { assignment: 'week-2', ...nothing },
          ],
        },
      ],
      nextCursor: null,
    })
    const own = await service.call(`GET ${url}/learners/ada/progress`, { key })
    expect(own.body).toEqual((body as { items: LearnerProgress[] }).items[0])
  })

  test('a summary is what a recount of the attempts gives', async () => {
    const url = await course('week-1')
    const answers = [{ a: 11 }, { a: 11, J: 121 }, { a: 1 }, RIGHT]
    for (const typed of answers) await submit(`${url}/assignments/week-1`, 'ada', typed)
    const [row] = await service.database.$queryRaw<Record<string, unknown>[]>`
      SELECT p.attempts = count(*) AND p.best_millionths = max(a.earned_millionths)
        AND p.sum_millionths = sum(a.earned_millionths) AND bool_or(a.credit = 1) = (p.completed_at IS NOT NULL)
        AND p.last_submitted_at = max(a.submitted_at) AS agrees
      FROM progress p
      JOIN attempts a USING (course_id, assignment_id, learner)
      JOIN courses c ON c.id = p.course_id
      WHERE c.key = ${url.split('/').at(-1)!}
      GROUP BY p.course_id, p.assignment_id, p.learner`
    expect(row).toEqual({ agrees: true })
  })
})

test('deleting a tenant deletes all it has and nothing of others', async () => {
  const doomed = await service.tenant('doomed')
  await service.call('PUT /v1/graphs/own', {
    key: doomed.key,
    body: {
      title: 'Own',
      inputs: [{ name: 'w', role: 'parameter', value: 1 }],
      nodes: [{ name: 'J', expression: 'w' }],
      output: 'J',
    },
  })
  await service.call('PUT /v1/courses/c', { key: doomed.key, body: { title: 'C' } })
  await service.call('PUT /v1/courses/c/assignments/a', { key: doomed.key, body: { graph: 'own' } })
  const body = { learner: 'ada', answers: { J: '1' } }
  const headers = { 'idempotency-key': 'x' }
  expect(
    (await service.call('POST /v1/courses/c/assignments/a/attempts', { key: doomed.key, body, headers }))
      .status,
  ).toBe(201)
  const kept = await service.database.course.count({ where: { tenant: { key: 'owner' } } })
  await service.services.tenants.delete(doomed.id)
  expect(await service.services.tenants.find('doomed')).toBeUndefined()
  // Its keys are believed for a moment longer, in which nothing of it is found any more.
  const late = await service.call('POST /v1/courses/c/assignments/a/attempts', { key: doomed.key, body })
  expect(late.status).toBe(404)
  service.clock.now += 5_000
  expect((await service.call('GET /v1/courses', { key: doomed.key })).status).toBe(401)
  expect(await service.database.course.count({ where: { tenant: { key: 'owner' } } })).toBe(kept)
})
