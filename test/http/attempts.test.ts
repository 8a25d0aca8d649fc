import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AttemptView } from '../../src/contracts/attempt.js'
import { createTestService, START, type Answer, type TestService } from '../support/service.js'

const RIGHT = { a: '11', J: 121, dJ_da: '22', da_dw: '3', dJ_dw: '66' }
const HOUR = 3_600_000

let service: TestService
let key: string
let assignments = 0

beforeAll(async () => {
  service = await createTestService()
  key = (await service.tenant('owner')).key
  await service.call('PUT /v1/courses/algebra', { key, body: { title: 'Algebra' } })
})
afterAll(() => service.close())

/** A new assignment on lab-network0, so that no test sees another's attempts. Answers its URL. */
async function assign(policy: object = {}): Promise<string> {
  assignments += 1
  const url = `/v1/courses/algebra/assignments/week-${String(assignments)}`
  const answer = await service.call(`PUT ${url}`, { key, body: { graph: 'lab-network0', ...policy } })
  expect(answer.status).toBe(201)
  return url
}

function submit(
  url: string,
  answers: object,
  options: { learner?: string; idempotencyKey?: string } = {},
): Promise<Answer> {
  const { learner = 'ada', idempotencyKey } = options
  return service.call(`POST ${url}/attempts`, {
    key,
    body: { learner, answers },
    headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
  })
}

async function graded(url: string, answers: object, learner = 'ada'): Promise<AttemptView> {
  const answer = await submit(url, answers, { learner })
  expect(answer.status).toBe(201)
  return answer.body as AttemptView
}

const iso = (time: number): string => new Date(time).toISOString()

describe('grading', () => {
  test('a right answer in every box earns credit 1 and completes the assignment', async () => {
    const attempt = await graded(await assign(), RIGHT)
    expect(attempt).toMatchObject({
      learner: 'ada',
      number: 1,
      credit: 1,
      points: 10,
      maxPoints: 10,
      submittedAt: iso(START),
      late: false,
      progress: { attempts: 1, credit: 1, points: 10, remaining: null, completed: true },
    })
    expect(attempt.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  })

  test('every asked box is answered in order, with what was typed as it was typed', async () => {
    const attempt = await graded(await assign(), { dJ_dw: ' 6.6e1 ', J: 121, a: '12', da_dw: '' })
    expect(attempt.boxes).toEqual([
      { id: 'a', status: 'incorrect', credit: 0, answer: '12', feedback: [] },
      { id: 'J', status: 'correct', credit: 1, answer: 121, feedback: [] },
      { id: 'dJ_da', status: 'blank', credit: 0, answer: null, feedback: [] },
      { id: 'da_dw', status: 'blank', credit: 0, answer: '', feedback: [] },
      { id: 'dJ_dw', status: 'correct', credit: 1, answer: ' 6.6e1 ', feedback: [] },
    ])
    expect(attempt.credit).toBeCloseTo(0.4, 12)
    expect(attempt.points).toBe(4)
  })

  test("the assignment's weights and tolerance decide", async () => {
    const url = await assign({
      weights: { a: 3, J: 0, dJ_da: 0, da_dw: 0, dJ_dw: 1 },
      tolerance: { decimals: 0 },
      points: 100,
    })
    expect(await graded(url, { a: '11.5' })).toMatchObject({ credit: 0.75, points: 75, maxPoints: 100 })
    expect(await graded(url, { a: '11.51' })).toMatchObject({ credit: 0 })
    // A box without weight does not stand in the way of full credit.
    expect(await graded(url, { a: '11', dJ_dw: '66', J: '5' })).toMatchObject({
      credit: 1,
      progress: { completed: true },
    })
  })

  test('points are rounded to four decimals and credit is not', async () => {
    const url = await assign({ weights: { a: 5, J: 8, dJ_da: 0, da_dw: 0, dJ_dw: 0 }, points: 1000 })
    const attempt = await graded(url, { a: '11' })
    expect(attempt.credit).toBe(5 / 13)
    expect(attempt.points).toBe(384.6154)
  })

  test('an attempt on a graph of the tenant is graded by the version it is pinned to', async () => {
    const definition = (expression: string) => ({
      title: 'Line',
      inputs: [{ name: 'w', role: 'parameter', value: 2 }],
      nodes: [{ name: 'J', expression }],
      output: 'J',
    })
    await service.call('PUT /v1/graphs/line', { key, body: definition('3*w') })
    const url = await assign({ graph: 'line' })
    await service.call('PUT /v1/graphs/line', { key, body: definition('4*w') })
    expect(await graded(url, { J: '6' })).toMatchObject({ credit: 0.5 })
    // Replacing the policy keeps the version; asking for it moves on.
    await service.call(`PUT ${url}`, { key, body: { graph: 'line', points: 5 } })
    expect(await graded(url, { J: '6' })).toMatchObject({ credit: 0.5, points: 2.5 })
    await service.call(`PUT ${url}`, { key, body: { graph: 'line', graphVersion: 2 } })
    expect(await graded(url, { J: '6' })).toMatchObject({ credit: 0 })
  })
})

describe('policy', () => {
  test('attempts are numbered for each learner and assignment, and refusals burn no number', async () => {
    const [one, two] = [await assign(), await assign()]
    expect((await graded(one, RIGHT)).number).toBe(1)
    expect((await submit(one, { a: 'abc' })).status).toBe(422)
    expect((await graded(one, RIGHT)).number).toBe(2)
    expect((await graded(one, RIGHT, 'bob')).number).toBe(1)
    expect((await graded(two, RIGHT)).number).toBe(1)
  })

  test('an attempt is taken while opensAt ≤ t < closesAt', async () => {
    const url = await assign({ opensAt: iso(START + HOUR), closesAt: iso(START + 2 * HOUR) })
    const at = async (time: number): Promise<unknown> => {
      service.clock.now = time
      const { status, body } = await submit(url, RIGHT)
      return status === 201 ? 'taken' : (body as { code: string }).code
    }
    try {
      expect(await at(START + HOUR - 1)).toBe('assignment-not-open')
      expect(await at(START + HOUR)).toBe('taken')
      expect(await at(START + 2 * HOUR - 1)).toBe('taken')
      expect(await at(START + 2 * HOUR)).toBe('assignment-closed')
    } finally {
      service.clock.now = START
    }
  })

  test('an attempt after dueAt is late and earns lateCredit of its credit', async () => {
    const url = await assign({ dueAt: iso(START), lateCredit: 0.5 })
    expect(await graded(url, RIGHT, 'on-time')).toMatchObject({ late: false, credit: 1, points: 10 })
    service.clock.now = START + 1
    try {
      expect(await graded(url, RIGHT, 'late')).toMatchObject({
        late: true,
        credit: 1,
        points: 5,
        progress: { credit: 0.5, points: 5, completed: true },
      })
    } finally {
      service.clock.now = START
    }
  })

  test('attempts run out at maxAttempts, whatever they earned', async () => {
    const url = await assign({ maxAttempts: 2 })
    expect((await graded(url, { a: '1' })).progress.remaining).toBe(1)
    expect((await graded(url, RIGHT)).progress.remaining).toBe(0)
    expect(await submit(url, RIGHT)).toMatchObject({ status: 403, body: { code: 'no-attempts-left' } })
    expect((await graded(url, RIGHT, 'bob')).number).toBe(1)
  })

  test('two attempts at once cannot both be the last one', async () => {
    const url = await assign({ maxAttempts: 3 })
    const answers = await Promise.all(Array.from({ length: 8 }, () => submit(url, RIGHT)))
    expect(answers.map(answer => answer.status).sort()).toEqual([201, 201, 201, 403, 403, 403, 403, 403])
    const numbers = answers.flatMap(({ status, body }) =>
      status === 201 ? [(body as AttemptView).number] : [],
    )
    expect(numbers.sort()).toEqual([1, 2, 3])
  })

  test.each([
    ['best', [0.2, 0.6, 0.6, 0.6]],
    ['last', [0.2, 0.6, 0, 0.4]],
    ['first', [0.2, 0.2, 0.2, 0.2]],
    ['mean', [0.2, 0.4, 0.266667, 0.3]],
  ])('keep %s makes the progress credit', async (keep, expected) => {
    const url = await assign({ keep })
    const tries = [{ a: 11 }, { a: 11, J: 121, dJ_da: 22 }, { a: 1 }, { a: 11, J: 121 }]
    const credits: number[] = []
    for (const answers of tries) credits.push((await graded(url, answers)).progress.credit)
    expect(credits).toEqual(expected)
  })
})

describe('idempotency', () => {
  test('the same request again answers the stored original and stores nothing', async () => {
    const url = await assign()
    const first = await submit(url, RIGHT, { idempotencyKey: 'again-1' })
    await graded(url, { a: '1' })
    const again = await submit(url, RIGHT, { idempotencyKey: 'again-1' })
    expect(again.status).toBe(201)
    expect(again.body).toEqual(first.body)
    expect(first.headers['idempotent-replayed']).toBeUndefined()
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect((await graded(url, RIGHT)).number).toBe(3)
  })

  test('the order of fields does not make another request, the way of typing does', async () => {
    const url = await assign()
    await submit(url, { a: '11', J: '121' }, { idempotencyKey: 'order-1' })
    expect((await submit(url, { J: '121', a: '11' }, { idempotencyKey: 'order-1' })).status).toBe(201)
    expect(await submit(url, { a: 11, J: '121' }, { idempotencyKey: 'order-1' })).toMatchObject({
      status: 409,
      body: { code: 'idempotency-key-reused' },
    })
  })

  test('a key is unique in its course, not in one assignment', async () => {
    await submit(await assign(), RIGHT, { idempotencyKey: 'course-wide' })
    expect((await submit(await assign(), RIGHT, { idempotencyKey: 'course-wide' })).status).toBe(409)
    await service.call('PUT /v1/courses/geometry', { key, body: { title: 'Geometry' } })
    await service.call('PUT /v1/courses/geometry/assignments/week-1', {
      key,
      body: { graph: 'lab-network0' },
    })
    expect(
      (await submit('/v1/courses/geometry/assignments/week-1', RIGHT, { idempotencyKey: 'course-wide' }))
        .status,
    ).toBe(201)
  })

  test('a replay is answered before dates, limits and a new version are looked at', async () => {
    const url = await assign({ maxAttempts: 1 })
    const first = await submit(url, RIGHT, { idempotencyKey: 'before-all' })
    await service.call(`PUT ${url}`, {
      key,
      body: { graph: 'lab-network1', closesAt: iso(START - HOUR), maxAttempts: 1 },
    })
    const again = await submit(url, RIGHT, { idempotencyKey: 'before-all' })
    expect(again.body).toEqual(first.body)
  })

  test('a refusal is not stored under its key', async () => {
    const url = await assign()
    expect((await submit(url, { a: 'abc' }, { idempotencyKey: 'refused-first' })).status).toBe(422)
    expect((await submit(url, RIGHT, { idempotencyKey: 'refused-first' })).status).toBe(201)
  })

  test('a refusal under the lock leaves its key free', async () => {
    const url = await assign({ maxAttempts: 1 })
    await graded(url, RIGHT)
    expect((await submit(url, RIGHT, { idempotencyKey: 'no-attempts' })).status).toBe(403)
    await service.call(`PUT ${url}`, { key, body: { graph: 'lab-network0', maxAttempts: 2 } })
    const answer = await submit(url, RIGHT, { idempotencyKey: 'no-attempts' })
    expect(answer).toMatchObject({ status: 201, body: { number: 2 } })
  })

  test('30 requests at once with one key store one attempt and answer the same', async () => {
    const url = await assign()
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => submit(url, RIGHT, { idempotencyKey: 'at-once' })),
    )
    expect(new Set(answers.map(answer => answer.status))).toEqual(new Set([201]))
    expect(new Set(answers.map(answer => answer.text)).size).toBe(1)
    const listed = await service.call(`GET ${url}/attempts`, { key })
    expect((listed.body as { items: unknown[] }).items).toHaveLength(1)
  })

  test('another API key of the tenant replays as well', async () => {
    const url = await assign()
    const first = await submit(url, RIGHT, { idempotencyKey: 'other-api-key' })
    const tenant = (await service.services.tenants.find('owner'))!
    const other = await service.key(tenant.id, ['attempts:write'])
    const again = await service.call(`POST ${url}/attempts`, {
      key: other.key,
      body: { learner: 'ada', answers: RIGHT },
      headers: { 'idempotency-key': 'other-api-key' },
    })
    expect(again.body).toEqual(first.body)
  })
})

describe('reading', () => {
  test('an attempt is read back as it was answered', async () => {
    const url = await assign()
    const attempt = await graded(url, RIGHT)
    const read = await service.call(`GET ${url}/attempts/${attempt.id}`, { key })
    expect(read.body).toEqual(attempt)
  })

  test('an attempt is not found under another assignment', async () => {
    const attempt = await graded(await assign(), RIGHT)
    const answer = await service.call(`GET ${await assign()}/attempts/${attempt.id}`, { key })
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } })
  })

  test('pages hold every attempt once, in the order of their making, of one learner if asked', async () => {
    const url = await assign()
    const made: string[] = []
    for (let i = 0; i < 7; i += 1) made.push((await graded(url, RIGHT, i % 2 === 0 ? 'ada' : 'bob')).id)
    const pages = async (query: string): Promise<string[]> => {
      const seen: string[] = []
      for (let cursor = ''; ;) {
        const answer = await service.call(`GET ${url}/attempts?limit=2${query}${cursor}`, { key })
        const { items, nextCursor } = answer.body as { items: AttemptView[]; nextCursor: string | null }
        expect(items.length).toBeLessThanOrEqual(2)
        seen.push(...items.map(item => item.id))
        if (nextCursor === null) return seen
        cursor = `&cursor=${nextCursor}`
      }
    }
    expect(await pages('')).toEqual(made)
    expect(await pages('&learner=bob')).toEqual(made.filter((_id, i) => i % 2 === 1))
  })

  test('what can be no id of an attempt names none', async () => {
    const answer = await service.call(`GET ${await assign()}/attempts/not-an-id`, { key })
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } })
  })

  test('a cursor of another list is refused', async () => {
    const [one, two] = [await assign(), await assign()]
    await graded(one, RIGHT)
    await graded(one, RIGHT)
    const page = await service.call(`GET ${one}/attempts?limit=1`, { key })
    const { nextCursor } = page.body as { nextCursor: string }
    expect((await service.call(`GET ${one}/attempts?cursor=${nextCursor}`, { key })).status).toBe(200)
    for (const url of [`${two}/attempts?`, `${one}/attempts?learner=ada&`]) {
      expect(await service.call(`GET ${url}cursor=${nextCursor}`, { key })).toMatchObject({
        status: 400,
        body: { code: 'invalid-cursor' },
      })
    }
  })

  test('the variant names inputs, boxes and the next number, and no answer', async () => {
    const url = await assign()
    await graded(url, RIGHT)
    const answer = await service.call(`GET ${url}/variants/ada`, { key })
    expect(answer.body).toMatchObject({
      variant: 'fixed',
      number: 2,
      graph: 'lab-network0',
      graphVersion: 1,
      inputs: [{ name: 'w', role: 'parameter', value: 3 }],
      boxes: ['a', 'J', 'dJ_da', 'da_dw', 'dJ_dw'].map(id => ({ id })),
    })
    for (const value of ['121', '66', '22']) expect(answer.text).not.toContain(value)
    expect(await service.call(`GET ${url}/variants/new-here`, { key })).toMatchObject({
      status: 200,
      body: { number: 1 },
    })
    const submitted = await service.call(`POST ${url}/attempts`, {
      key,
      body: { learner: 'ada', answers: RIGHT, variant: 'fixed' },
    })
    expect(submitted.status).toBe(201)
  })
})

test('no key and no answer is ever logged, and every line of a request has its id', async () => {
  const url = await assign()
  const secret = '11.000000123456'
  const answer = await submit(url, { a: secret, J: 'garbled-answer' }, { learner: 'learner-in-the-log' })
  await submit(url, { a: secret }, { learner: 'learner-in-the-log' })
  const log = service.logged()
  expect(log).toContain(String(answer.headers['x-request-id']))
  expect(log).toContain('"route":"/v1/courses/:course/assignments/:assignment/attempts"')
  for (const hidden of [key, secret, 'garbled-answer', 'learner-in-the-log', 'cm_'])
    expect(log).not.toContain(hidden)
})
