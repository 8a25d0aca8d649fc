import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { AttemptRecord, AttemptView, VariantView } from '../../src/contracts/attempt.js'
import type { Solution } from '../../src/contracts/graph.js'
import { variantToken } from '../../src/services/variant-draw.js'
import { createRunner } from '../support/regrading.js'
import { createTestService, START, type Answer, type TestService } from '../support/service.js'

let service: TestService
/** Another process over the same database. */
let replica: TestService
let key: string
let courses = 0

const SAMPLES = { w: { integer: [2, 40] }, x: { integer: [2, 40], exclude: [7] } }

function definition(extra: object = {}) {
  return {
    title: 'Product',
    inputs: [
      { name: 'w', role: 'parameter', value: 3, sample: SAMPLES.w },
      { name: 'x', role: 'data', value: 5, sample: SAMPLES.x },
      { name: 'y', role: 'data', value: 1 },
    ],
    nodes: [
      { name: 'a', expression: 'w*x' },
      { name: 'J', expression: '(a - y)^2' },
    ],
    output: 'J',
    ...extra,
  }
}

beforeAll(async () => {
  service = await createTestService()
  replica = await createTestService({ url: service.url, database: service.database })
  key = (await service.tenant('owner')).key
  await service.call('PUT /v1/graphs/product', { key, body: definition() })
})
afterAll(async () => {
  await replica.close()
  await service.close()
})

/** An assignment in a course of its own. Answers its URL. */
async function assign(variants: string, policy: object = {}): Promise<string> {
  courses += 1
  const course = `/v1/courses/course-${String(courses)}`
  await service.call(`PUT ${course}`, { key, body: { title: 'Course' } })
  const url = `${course}/assignments/week-1`
  const answer = await service.call(`PUT ${url}`, { key, body: { graph: 'product', variants, ...policy } })
  expect(answer.status).toBe(201)
  return url
}

function read(url: string, learner: string, from = service): Promise<Answer> {
  return from.call(`GET ${url}/variants/${learner}`, { key })
}

async function variantOf(url: string, learner: string): Promise<VariantView> {
  const answer = await read(url, learner)
  expect(answer.status).toBe(200)
  return answer.body as VariantView
}

function submit(
  url: string,
  learner: string,
  variant: string | undefined,
  { answers = { a: '1' }, idempotencyKey }: { answers?: object; idempotencyKey?: string } = {},
): Promise<Answer> {
  return service.call(`POST ${url}/attempts`, {
    key,
    body: { learner, answers, ...(variant === undefined ? {} : { variant }) },
    headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
  })
}

function values({ inputs }: VariantView): unknown {
  return inputs.map(({ value }) => value)
}

/** What is right at a variant, by the route for solutions. */
async function solution(url: string, query: string): Promise<Record<string, unknown>> {
  const answer = await service.call(`GET ${url}/solution?${query}`, { key })
  expect(answer.status).toBe(200)
  return Object.fromEntries((answer.body as Solution).boxes.map(box => [box.id, box.value]))
}

async function course(url: string) {
  const found = await service.database.course.findFirst({ where: { key: url.split('/')[3]! } })
  return found!
}

const stale = { status: 409, body: { code: 'stale-variant' } }

describe('per learner', () => {
  test('a learner gets the same inputs for ever, and others get others', async () => {
    const url = await assign('per-learner')
    const first = await read(url, 'ada')
    expect((first.body as VariantView).number).toBe(1)
    expect((await read(url, 'ada')).text).toBe(first.text)
    const learners = Array.from({ length: 12 }, (_, i) => `learner-${String(i)}`)
    const all = await Promise.all(learners.map(learner => variantOf(url, learner)))
    expect(new Set(all.map(({ variant }) => variant)).size).toBe(12)
    expect(new Set(all.map(variant => JSON.stringify(values(variant)))).size).toBeGreaterThan(6)
    for (const { inputs } of all) {
      const [w, x, y] = inputs.map(({ value }) => value as number)
      expect(w).toSatisfy((value: number) => Number.isInteger(value) && value >= 2 && value <= 40)
      expect(x).toSatisfy((value: number) => Number.isInteger(value) && value >= 2 && value !== 7)
      expect(y).toBe(1)
    }
    const attempt = await submit(url, 'ada', (first.body as VariantView).variant)
    expect(attempt.status).toBe(201)
    expect(await variantOf(url, 'ada')).toEqual({ ...(first.body as VariantView), number: 2 })
  })

  test('two assignments give a learner two variants', async () => {
    const [one, two] = [await assign('per-learner'), await assign('per-learner')]
    expect((await variantOf(one, 'ada')).variant).not.toBe((await variantOf(two, 'ada')).variant)
  })

  test('what is stored stands, not what would be drawn today', async () => {
    const url = await assign('per-learner')
    const { variant } = await variantOf(url, 'ada')
    await service.database.variant.updateMany({
      where: { courseId: (await course(url)).id },
      data: { inputs: { w: 50, x: 60, y: 2 } },
    })
    expect(values(await variantOf(url, 'ada'))).toEqual([50, 60, 2])
    const { body } = await submit(url, 'ada', variant, { answers: { a: '3000' } })
    expect((body as AttemptView).boxes[0]).toMatchObject({ id: 'a', status: 'correct' })
  })

  test('two replicas asked at once agree, and one variant is stored', async () => {
    const url = await assign('per-learner')
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, i) => read(url, 'ada', i % 2 === 0 ? service : replica)),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    const courseId = (await course(url)).id
    expect(await service.database.variant.count({ where: { courseId } })).toBe(1)
  })

  test('nothing is drawn for a variant that is stored', async () => {
    const url = await assign('per-learner')
    const draw = vi.spyOn(service.services.draws, 'draw')
    const answers = [await read(url, 'ada'), await read(url, 'ada')]
    expect(draw).toHaveBeenCalledTimes(1)
    draw.mockRestore()
    expect(answers[1]!.text).toBe(answers[0]!.text)
  })

  test('of two that draw differently at once, both answer what was stored first', async () => {
    const url = await assign('per-learner')
    // Another release, which stores its draw while we still find nothing stored.
    vi.spyOn(replica.services.draws, 'draw').mockReturnValueOnce(
      new Map([
        ['w', 77],
        ['x', 88],
        ['y', 1],
      ]),
    )
    let other: Answer | undefined
    vi.spyOn(service.services.variants, 'find').mockImplementationOnce(async () => {
      other = await read(url, 'ada', replica)
      return undefined
    })
    const own = await read(url, 'ada')
    expect(values(own.body as VariantView)).toEqual([77, 88, 1])
    expect(own.text).toBe(other?.text)
  })

  test('answers are graded at the inputs drawn, and the inputs are stored with the attempt', async () => {
    const url = await assign('per-learner')
    const variant = await variantOf(url, 'ada')
    const [w, x] = values(variant) as [number, number]
    const right = await solution(url, 'learner=ada')
    expect(right).toMatchObject({ a: w * x, J: (w * x - 1) ** 2, da_dw: x })
    const { body } = await submit(url, 'ada', variant.variant, { answers: right })
    expect(body).toMatchObject({ credit: 1, number: 1 })
    const stored = await service.database.attempt.findFirst({ where: { id: (body as AttemptView).id } })
    expect(stored).toMatchObject({ variant: variant.variant, inputs: { w, x, y: 1 } })
  })
})

describe('per attempt', () => {
  test('each attempt has its own, and the one answered is stale afterwards', async () => {
    const url = await assign('per-attempt')
    const seen = new Set<string>()
    for (const number of [1, 2, 3]) {
      const variant = await variantOf(url, 'ada')
      expect(variant.number).toBe(number)
      seen.add(variant.variant)
      const right = await solution(url, `learner=ada&number=${String(number)}`)
      expect(await solution(url, 'learner=ada')).toEqual(right)
      expect(await submit(url, 'ada', variant.variant, { answers: right })).toMatchObject({
        status: 201,
        body: { number, credit: 1 },
      })
      expect(await submit(url, 'ada', variant.variant, { answers: right })).toMatchObject(stale)
    }
    expect(seen.size).toBe(3)
  })

  test('of attempts that race with one variant one is stored and no number is burnt', async () => {
    const url = await assign('per-attempt')
    const { variant } = await variantOf(url, 'ada')
    const answers = await Promise.all(Array.from({ length: 8 }, () => submit(url, 'ada', variant)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(409)])
    const next = await variantOf(url, 'ada')
    expect(next.number).toBe(2)
    expect((await submit(url, 'ada', next.variant)).body).toMatchObject({ number: 2 })
  })

  test('retries that race answer the stored attempt, though it made their variant stale', async () => {
    const url = await assign('per-attempt', { maxAttempts: 1 })
    const { variant } = await variantOf(url, 'ada')
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => submit(url, 'ada', variant, { idempotencyKey: 'race' })),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    // Later as well: a replay is answered before limits and variants are looked at.
    expect((await submit(url, 'ada', variant, { idempotencyKey: 'race' })).text).toBe(answers[0]!.text)
  })
})

test.each([
  ['its variant', {}],
  ['the last attempt', { maxAttempts: 1 }],
])('a request that was stored just after the look for it, and used %s, is a replay', async (_, policy) => {
  const url = await assign('per-attempt', policy)
  const { variant } = await variantOf(url, 'ada')
  const request = {
    key,
    body: { learner: 'ada', answers: { a: '1' }, variant },
    headers: { 'idempotency-key': 'just-after' },
  }
  let first: Answer | undefined
  // It is written at once, without a look; where that comes to nothing it is looked for, and then written.
  vi.spyOn(service.services.writer, 'write').mockResolvedValueOnce({ kind: 'key-taken' })
  vi.spyOn(service.services.attempts, 'findIdempotencyKey').mockImplementationOnce(async () => {
    first = await replica.call(`POST ${url}/attempts`, request)
    return undefined
  })
  const second = await service.call(`POST ${url}/attempts`, request)
  expect(first?.status).toBe(201)
  expect(second).toMatchObject({
    status: 201,
    text: first?.text,
    headers: { 'idempotent-replayed': 'true' },
  })
})

describe('an attempt', () => {
  test.each(['per-learner', 'per-attempt'])('names its variant where they are %s', async variants => {
    const url = await assign(variants)
    await variantOf(url, 'ada')
    expect(await submit(url, 'ada', undefined)).toMatchObject({
      status: 422,
      body: { code: 'variant-required', errors: [{ path: '/variant', code: 'variant-required' }] },
    })
    for (const other of ['fixed', '', (await variantOf(url, 'bob')).variant]) {
      expect(await submit(url, 'ada', other)).toMatchObject(stale)
    }
  })

  test('needs none while variants are fixed, and any other than "fixed" is stale', async () => {
    const url = await assign('fixed')
    expect((await submit(url, 'ada', undefined)).status).toBe(201)
    expect((await submit(url, 'ada', 'fixed')).status).toBe(201)
    expect(await submit(url, 'ada', 'other')).toMatchObject(stale)
  })

  test('for a variant that nobody was shown is stale, were its name right', async () => {
    const url = await assign('per-learner')
    const assignment = (await service.database.assignment.findFirst({
      where: { courseId: (await course(url)).id },
    }))!
    const { graphId, graphVersion, seed } = assignment
    const guessed = variantToken(seed, { learner: 'ada', number: 0, graphId, graphVersion })
    expect(await submit(url, 'ada', guessed)).toMatchObject(stale)
    expect((await variantOf(url, 'ada')).variant).toBe(guessed)
    expect((await submit(url, 'ada', guessed)).status).toBe(201)
  })

  test('is refused for dates and limits before its variant, and for its variant before its answers', async () => {
    const closesAt = new Date(START + 1000).toISOString()
    const url = await assign('per-attempt', { maxAttempts: 1, closesAt })
    const unreadable = { answers: { a: 'abc' } }
    expect(await submit(url, 'ada', 'other', unreadable)).toMatchObject(stale)
    const { variant } = await variantOf(url, 'ada')
    expect((await submit(url, 'ada', variant, unreadable)).status).toBe(422)
    expect((await submit(url, 'ada', variant)).status).toBe(201)
    const refused = await submit(url, 'ada', variant, unreadable)
    expect(refused).toMatchObject({ status: 403, body: { code: 'no-attempts-left' } })
    service.clock.now = START + 1000
    const closed = await submit(url, 'bob', undefined, unreadable)
    service.clock.now = START
    expect(closed).toMatchObject({ status: 403, body: { code: 'assignment-closed' } })
  })
})

describe('a change', () => {
  test('of the version makes old variants stale', async () => {
    await service.call('PUT /v1/graphs/growing', { key, body: definition() })
    const url = await assign('per-learner', { graph: 'growing' })
    const before = await variantOf(url, 'ada')
    await service.call('PUT /v1/graphs/growing', { key, body: definition({ title: 'Another' }) })
    expect(await variantOf(url, 'ada')).toEqual(before)
    await service.call(`PUT ${url}`, {
      key,
      body: { graph: 'growing', graphVersion: 2, variants: 'per-learner' },
    })
    expect(await submit(url, 'ada', before.variant)).toMatchObject(stale)
    const after = await variantOf(url, 'ada')
    expect(after.graphVersion).toBe(2)
    expect((await submit(url, 'ada', after.variant)).status).toBe(201)
  })

  test('of whose variants they are makes old ones stale, and of nothing else', async () => {
    const url = await assign('per-learner')
    const { variant } = await variantOf(url, 'ada')
    const change = (policy: object) =>
      service.call(`PUT ${url}`, { key, body: { graph: 'product', ...policy } })
    await change({ variants: 'per-learner', points: 5 })
    expect((await submit(url, 'ada', variant)).status).toBe(201)
    await change({ variants: 'per-attempt' })
    expect(await submit(url, 'ada', variant)).toMatchObject(stale)
    await change({ variants: 'fixed' })
    expect(await submit(url, 'ada', variant)).toMatchObject(stale)
    await change({ variants: 'per-learner' })
    expect((await submit(url, 'ada', variant)).status).toBe(201)
  })
})

test('an erasure takes the variants of someone who never answered, and they are not drawn again', async () => {
  const url = await assign('per-learner')
  const { variant } = await variantOf(url, 'ada')
  await variantOf(url, 'bob')
  const erased = await service.call(`DELETE ${url.replace(/\/assignments.*/, '')}/members/ada`, { key })
  expect(erased.status).toBe(204)
  const gone = { status: 410, body: { code: 'learner-erased' } }
  expect(await read(url, 'ada')).toMatchObject(gone)
  expect(await submit(url, 'ada', variant)).toMatchObject(gone)
  expect(await service.call(`GET ${url}/solution?learner=ada`, { key })).toMatchObject(gone)
  const left = await service.database.variant.findMany({ where: { courseId: (await course(url)).id } })
  expect(left.map(({ learner }) => learner)).toEqual(['bob'])
})

test('an erasure that comes between the look and the draw keeps the variant from being stored', async () => {
  const url = await assign('per-learner')
  const members = `${url.replace(/\/assignments.*/, '')}/members/ada`
  await service.call(`PUT ${members}`, { key, body: { role: 'learner' } })
  const { variants } = replica.services
  vi.spyOn(service.services.variants, 'keep').mockImplementationOnce(async (...given) => {
    await replica.call(`DELETE ${members}`, { key })
    return variants.keep(...given)
  })
  expect(await read(url, 'ada')).toMatchObject({ status: 410, body: { code: 'learner-erased' } })
  const { id: courseId } = await course(url)
  expect(await service.database.variant.count({ where: { courseId } })).toBe(0)
  expect(await service.database.member.count({ where: { courseId } })).toBe(0)
})

test('where nothing can be drawn everyone gets the values of the graph', async () => {
  const inputs = [{ name: 'w', role: 'parameter', value: 2, sample: { integer: [-9, -1] } }]
  const body = { title: 'Logarithm', inputs, nodes: [{ name: 'J', expression: 'ln(w)' }], output: 'J' }
  await service.call('PUT /v1/graphs/logarithm', { key, body })
  const url = await assign('per-learner', { graph: 'logarithm' })
  const variant = await variantOf(url, 'ada')
  expect(values(variant)).toEqual([2])
  const answers = { dJ_dw: '1/2' }
  expect((await submit(url, 'ada', variant.variant, { answers })).body).toMatchObject({ credit: 0.5 })
})

describe('the solution of an assignment', () => {
  test('is that of the graph while variants are fixed, whoever is named', async () => {
    const url = await assign('fixed')
    expect(await solution(url, '')).toEqual(await solution(url, 'learner=ada&number=7'))
    expect(await solution(url, '')).toMatchObject({ a: 15, J: 196 })
  })

  test('asks for the learner where variants are drawn, and for an attempt that there may be', async () => {
    const url = await assign('per-attempt')
    expect(await service.call(`GET ${url}/solution`, { key })).toMatchObject({
      status: 422,
      body: { code: 'invalid-request', errors: [{ path: '/query/learner', code: 'missing-field' }] },
    })
    expect((await service.call(`GET ${url}/solution?learner=ada&number=2`, { key })).status).toBe(404)
    expect((await service.call(`GET ${url}/solution?learner=ada&number=0`, { key })).status).toBe(422)
  })

  test('is at what a learner who was shown nothing yet will be shown, and stores nothing', async () => {
    const url = await assign('per-learner')
    const { a } = await solution(url, 'learner=ada')
    const where = { courseId: (await course(url)).id }
    expect(await service.database.variant.count({ where })).toBe(0)
    expect(await service.database.member.count({ where })).toBe(0)
    const [w, x] = values(await variantOf(url, 'ada')) as [number, number]
    expect(a).toBe(w * x)
  })

  describe('of an attempt that was made', () => {
    /** The right value of the first box, as the attempt that stands shows it. */
    async function expected(url: string): Promise<unknown> {
      const { body } = await service.call(`GET ${url}/attempts`, { key })
      return (body as { items: AttemptRecord[] }).items[0]?.boxes[0]?.expected
    }

    /** One where the first box holds 1000 more. */
    const publishSecondVersion = (graph: string) => {
      const nodes = [
        { name: 'a', expression: 'w*x + 1000' },
        { name: 'J', expression: '(a - y)^2' },
      ]
      return service.call(`PUT /v1/graphs/${graph}`, { key, body: definition({ nodes }) })
    }

    const change = (url: string, policy: object) =>
      service.call(`PUT ${url}`, { key, body: { graph: 'product', reveal: 'when-correct', ...policy } })

    test.each([
      ['the next version', { variants: 'per-attempt', graphVersion: 2 }],
      ['one variant a learner', { variants: 'per-learner' }],
      ['fixed values', { variants: 'fixed' }],
    ])('is at the inputs it answered, though the assignment asks %s by now', async (_, policy) => {
      await service.call('PUT /v1/graphs/replaced', { key, body: definition() })
      const url = await assign('per-attempt', { graph: 'replaced', graphVersion: 1, reveal: 'when-correct' })
      const { variant, inputs } = await variantOf(url, 'ada')
      const [w, x] = inputs.map(({ value }) => value as number) as [number, number]
      await submit(url, 'ada', variant)
      await publishSecondVersion('replaced')
      expect((await change(url, { graph: 'replaced', ...policy })).status).toBe(200)
      expect(await solution(url, 'learner=ada&number=1')).toMatchObject({ a: w * x, J: (w * x - 1) ** 2 })
      expect(await expected(url)).toBe(w * x)
    })

    test('is at the values of the graph where they were fixed then', async () => {
      const url = await assign('fixed', { reveal: 'when-correct' })
      await submit(url, 'ada', undefined)
      await change(url, { variants: 'per-attempt' })
      expect(await solution(url, 'learner=ada&number=1')).toMatchObject({ a: 15, J: 196 })
      expect(await expected(url)).toBe(15)
      expect((await service.call(`GET ${url}/solution?learner=ada&number=3`, { key })).status).toBe(404)
    })

    test('is of the version that a regrading has put in its place', async () => {
      await service.call('PUT /v1/graphs/mended', { key, body: definition() })
      const url = await assign('per-learner', { graph: 'mended', reveal: 'when-correct' })
      const { variant, inputs } = await variantOf(url, 'ada')
      const [w, x] = inputs.map(({ value }) => value as number) as [number, number]
      await submit(url, 'ada', variant)
      await publishSecondVersion('mended')
      await change(url, { graph: 'mended', graphVersion: 2, variants: 'per-learner' })
      await service.call(`POST ${url}/regrade`, { key, body: {} })
      await createRunner(service.services).runUntilIdle()
      expect(await expected(url)).toBe(w * x + 1000)
      expect(await solution(url, 'learner=ada&number=1')).toMatchObject({ a: w * x + 1000 })
    })
  })
})
