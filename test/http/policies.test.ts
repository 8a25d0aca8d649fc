import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assignmentBodySchema, type AssignmentView } from '../../src/contracts/course.js'
import { createTestService, START, type Answer, type TestService } from '../support/service.js'

const LATER = new Date(START + 3_600_000).toISOString()

let service: TestService
let key: string
let assignments = 0

beforeAll(async () => {
  service = await createTestService()
  key = (await service.tenant('owner')).key
  await service.call('PUT /v1/courses/algebra', { key, body: { title: 'Algebra' } })
  for (const [name, extra, sample] of [
    ['open', { public: true }, { integer: [2, 9] }],
    ['secret', {}, { integer: [2, 9] }],
    ['rigid', {}, undefined],
  ] as const) {
    const input = { name: 'w', role: 'parameter', value: 3, ...(sample === undefined ? {} : { sample }) }
    const nodes = [{ name: 'J', expression: 'w^2' }]
    const body = { title: name, ...extra, inputs: [input], nodes, output: 'J' }
    expect((await service.call(`PUT /v1/graphs/${name}`, { key, body })).status).toBe(201)
  }
})
afterAll(() => service.close())

function put(url: string, policy: object): Promise<Answer> {
  return service.call(`PUT ${url}`, { key, body: { graph: 'secret', ...policy } })
}

function newUrl(): string {
  assignments += 1
  return `/v1/courses/algebra/assignments/week-${String(assignments)}`
}

const FULL = { feedback: 'score', reveal: 'after-close', variants: 'per-attempt', followThrough: 0.25 }
const DEFAULTS = { feedback: 'full', reveal: 'never', variants: 'fixed', followThrough: 0.5 }

test('a policy is answered as it was given, and what is left out returns to its default', async () => {
  const url = newUrl()
  const created = await put(url, { ...FULL, closesAt: LATER })
  expect(created).toMatchObject({ status: 201, body: { ...FULL, revision: 1 } })
  expect((await service.call(`GET ${url}`, { key })).body).toEqual(created.body)
  expect(await put(url, {})).toMatchObject({ status: 200, body: { ...DEFAULTS, revision: 2 } })
})

test('what GET answers of the policy can be PUT again and changes nothing', async () => {
  const url = newUrl()
  await put(url, { ...FULL, closesAt: LATER, weights: { J: 2 }, tolerance: { decimals: 1 } })
  const { body } = await service.call(`GET ${url}`, { key })
  const fields = Object.keys(assignmentBodySchema.shape)
  const policy = Object.fromEntries(Object.entries(body as object).filter(([name]) => fields.includes(name)))
  expect(Object.keys(policy).sort()).toEqual(fields.sort())
  service.clock.now = START + 1000
  const again = await put(url, policy)
  service.clock.now = START
  expect(again).toMatchObject({ status: 200, body: body as object })
})

test.each([
  ['a level that there is not', { feedback: 'verdict' }, 'invalid-request', '/feedback'],
  ['a time of revealing that there is not', { reveal: 'always' }, 'invalid-request', '/reveal'],
  ['variants that there are not', { variants: 'random' }, 'invalid-request', '/variants'],
  ['full credit for what follows', { followThrough: 1 }, 'invalid-request', '/followThrough'],
  ['credit just above the bound', { followThrough: 0.991 }, 'invalid-request', '/followThrough'],
  ['less than no credit', { followThrough: -0.1 }, 'invalid-request', '/followThrough'],
  ['revealing after a close that never comes', { reveal: 'after-close' }, 'invalid-assignment', '/reveal'],
])('%s is refused at its place', async (_, policy, code, path) => {
  const answer = await put(newUrl(), policy)
  expect(answer).toMatchObject({ status: 422, body: { code, errors: [{ path }] } })
})

test('the refusal of revealing without a close has a code of its own', async () => {
  const { body } = await put(newUrl(), { reveal: 'after-close', closesAt: null })
  expect(body).toMatchObject({ errors: [{ code: 'reveal-without-close' }] })
})

test.each([0, 0.99])('followThrough may be %d', async followThrough => {
  expect(await put(newUrl(), { followThrough })).toMatchObject({ status: 201, body: { followThrough } })
})

describe('warnings', () => {
  test.each([
    ['open', 'fixed', ['practisable-answers']],
    ['open', 'per-learner', []],
    ['secret', 'fixed', []],
    ['secret', 'per-attempt', []],
    ['rigid', 'fixed', []],
    ['rigid', 'per-learner', ['nothing-to-vary']],
    ['rigid', 'per-attempt', ['nothing-to-vary']],
  ])('on a graph that is %s, variants that are %s: %j', async (graph, variants, codes) => {
    const url = newUrl()
    const answers = [await put(url, { graph, variants }), await service.call(`GET ${url}`, { key })]
    for (const { body } of answers) {
      const { warnings } = body as AssignmentView
      expect(warnings.map(({ code }) => code)).toEqual(codes)
      expect(warnings.every(({ path }) => path === '/variants')).toBe(true)
    }
    // The list is read by another statement.
    const list = await service.call('GET /v1/courses/algebra/assignments?limit=200', { key })
    const listed = (list.body as { items: AssignmentView[] }).items.find(item => url.endsWith(`/${item.key}`))
    expect(listed?.warnings.map(({ code }) => code)).toEqual(codes)
  })
})
