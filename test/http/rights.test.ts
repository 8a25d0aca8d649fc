import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { buildApp } from '../../src/app.js'
import {
  attemptAnswerSchema,
  attemptRecordSchema,
  learnerProgressSchema,
  practiceSchema,
  variantSchema,
} from '../../src/contracts/attempt.js'
import { assignmentSchema, courseSchema, memberSchema, overrideSchema } from '../../src/contracts/course.js'
import {
  evaluatedSchema,
  graphSchema,
  graphSummarySchema,
  publishedSchema,
  solutionSchema,
} from '../../src/contracts/graph.js'
import { changeSchema, jobSchema } from '../../src/contracts/job.js'
import { answerCheckSchema, createdSessionSchema, sessionSchema } from '../../src/contracts/learn.js'
import {
  cascadePageSchema,
  practiceGraphSchema,
  publicGraphsSchema,
  revealSchema,
  stepsSchema,
} from '../../src/contracts/practice.js'
import { assignmentStatisticsSchema, courseOverviewSchema } from '../../src/contracts/statistics.js'
import { pageOf } from '../../src/contracts/text.js'
import { deliverySchema, webhookSchema, webhookWithSecretSchema } from '../../src/contracts/webhook.js'
import { Refusal } from '../../src/errors.js'
import { batchAnswerSchema } from '../../src/http/routes/attempt-batch.js'
import { SCOPES } from '../../src/contracts/scopes.js'
import { RIGHTS, SUBMISSIONS } from '../../src/http/rights.js'
import { createTestService, type Call, type TestService } from '../support/service.js'

/** How to call a route so that a key with the right scope succeeds, and what that answers. */
type Row = {
  readonly url: string
  readonly status: number
  readonly answer: z.ZodType
  readonly body?: unknown
  /** Of routes for sessions: what the session is on, in place of week-1. */
  readonly assignment?: string
}

const DEFINITION = {
  title: 'Square',
  inputs: [{ name: 'w', role: 'parameter', value: 3 }],
  nodes: [{ name: 'J', expression: 'w^2' }],
  output: 'J',
}
const ANSWERS = { J: '9', dJ_dw: '6' }
const WEBHOOK = { url: 'https://example.com/hook', events: ['attempt.graded'], course: 'algebra' }

/** Every route of the service. `:attempt` and `:job` stand for ones that were stored before. */
const ROWS: Readonly<Record<string, Row>> = {
  'GET /v1/graphs': { url: '/v1/graphs', status: 200, answer: pageOf(graphSummarySchema) },
  'GET /v1/graphs/:graph': { url: '/v1/graphs/square', status: 200, answer: graphSchema },
  'PUT /v1/graphs/:graph': {
    url: '/v1/graphs/square',
    status: 200,
    answer: publishedSchema,
    body: DEFINITION,
  },
  'GET /v1/graphs/:graph/figure.svg': {
    url: '/v1/graphs/square/figure.svg',
    status: 200,
    answer: z.string().startsWith('<svg '),
  },
  'GET /v1/graphs/:graph/solution': {
    url: '/v1/graphs/square/solution',
    status: 200,
    answer: solutionSchema,
  },
  'POST /v1/graphs/:graph/grade': {
    url: '/v1/graphs/square/grade',
    status: 200,
    answer: practiceSchema,
    body: { answers: ANSWERS },
  },
  'POST /v1/evaluate': { url: '/v1/evaluate', status: 200, answer: evaluatedSchema, body: DEFINITION },
  'GET /v1/courses': { url: '/v1/courses', status: 200, answer: pageOf(courseSchema) },
  'GET /v1/courses/:course': { url: '/v1/courses/algebra', status: 200, answer: courseSchema },
  'PUT /v1/courses/:course': {
    url: '/v1/courses/algebra',
    status: 200,
    answer: courseSchema,
    body: { title: 'Algebra' },
  },
  'GET /v1/courses/:course/members': {
    url: '/v1/courses/algebra/members',
    status: 200,
    answer: pageOf(memberSchema),
  },
  'PUT /v1/courses/:course/members/:member': {
    url: '/v1/courses/algebra/members/ada',
    status: 200,
    answer: memberSchema,
    body: { role: 'learner' },
  },
  'DELETE /v1/courses/:course/members/:member': {
    url: '/v1/courses/algebra/members/bob',
    status: 204,
    answer: z.literal(''),
  },
  'GET /v1/courses/:course/assignments': {
    url: '/v1/courses/algebra/assignments',
    status: 200,
    answer: pageOf(assignmentSchema),
  },
  'GET /v1/courses/:course/assignments/:assignment': {
    url: '/v1/courses/algebra/assignments/week-1',
    status: 200,
    answer: assignmentSchema,
  },
  'PUT /v1/courses/:course/assignments/:assignment': {
    url: '/v1/courses/algebra/assignments/week-1',
    status: 200,
    answer: assignmentSchema,
    body: { graph: 'square' },
  },
  'GET /v1/courses/:course/assignments/:assignment/overrides': {
    url: '/v1/courses/algebra/assignments/week-1/overrides',
    status: 200,
    answer: pageOf(overrideSchema),
  },
  'PUT /v1/courses/:course/assignments/:assignment/overrides/:learner': {
    url: '/v1/courses/algebra/assignments/week-1/overrides/ada',
    status: 200,
    answer: overrideSchema,
    body: { extraAttempts: 1 },
  },
  'DELETE /v1/courses/:course/assignments/:assignment/overrides/:learner': {
    url: '/v1/courses/algebra/assignments/week-1/overrides/bob',
    status: 204,
    answer: z.literal(''),
  },
  'GET /v1/courses/:course/assignments/:assignment/solution': {
    url: '/v1/courses/algebra/assignments/week-1/solution',
    status: 200,
    answer: solutionSchema,
  },
  'GET /v1/courses/:course/assignments/:assignment/variants/:learner': {
    url: '/v1/courses/algebra/assignments/week-1/variants/ada',
    status: 200,
    answer: variantSchema,
  },
  'POST /v1/courses/:course/assignments/:assignment/sessions': {
    url: '/v1/courses/algebra/assignments/week-1/sessions',
    status: 201,
    answer: createdSessionSchema,
    body: { learner: 'ada' },
  },
  'POST /v1/courses/:course/assignments/:assignment/attempts': {
    url: '/v1/courses/algebra/assignments/week-1/attempts',
    status: 201,
    answer: attemptAnswerSchema,
    body: { learner: 'ada', answers: ANSWERS },
  },
  'POST /v1/courses/:course/assignments/:assignment/attempts/batch': {
    url: '/v1/courses/algebra/assignments/week-1/attempts/batch',
    status: 200,
    answer: batchAnswerSchema,
    body: { items: [{ learner: 'ada', answers: ANSWERS }] },
  },
  'GET /v1/courses/:course/assignments/:assignment/attempts': {
    url: '/v1/courses/algebra/assignments/week-1/attempts',
    status: 200,
    answer: pageOf(attemptRecordSchema),
  },
  'GET /v1/courses/:course/assignments/:assignment/attempts/:id': {
    url: '/v1/courses/algebra/assignments/week-1/attempts/:attempt',
    status: 200,
    answer: attemptRecordSchema,
  },
  'GET /v1/courses/:course/assignments/:assignment/attempts.ndjson': {
    url: '/v1/courses/algebra/assignments/week-1/attempts.ndjson?tail=true',
    status: 200,
    answer: z.string(),
  },
  'POST /v1/courses/:course/assignments/:assignment/regrade': {
    url: '/v1/courses/algebra/assignments/week-1/regrade',
    status: 202,
    answer: jobSchema,
    body: {},
  },
  'GET /v1/jobs/:id': { url: '/v1/jobs/:job', status: 200, answer: jobSchema },
  'GET /v1/jobs/:id/changes': { url: '/v1/jobs/:job/changes', status: 200, answer: pageOf(changeSchema) },
  'GET /v1/courses/:course/progress': {
    url: '/v1/courses/algebra/progress',
    status: 200,
    answer: pageOf(learnerProgressSchema),
  },
  'GET /v1/courses/:course/learners/:learner/progress': {
    url: '/v1/courses/algebra/learners/ada/progress',
    status: 200,
    answer: learnerProgressSchema,
  },
  'GET /v1/courses/:course/overview': {
    url: '/v1/courses/algebra/overview',
    status: 200,
    answer: courseOverviewSchema,
  },
  'GET /v1/courses/:course/assignments/:assignment/statistics': {
    url: '/v1/courses/algebra/assignments/week-1/statistics',
    status: 200,
    answer: assignmentStatisticsSchema,
  },
  'GET /v1/courses/:course/gradebook.csv': {
    url: '/v1/courses/algebra/gradebook.csv',
    status: 200,
    answer: z.string().startsWith('learner,name,'),
  },
  'GET /v1/webhooks': { url: '/v1/webhooks', status: 200, answer: pageOf(webhookSchema) },
  'GET /v1/webhooks/:webhook': { url: '/v1/webhooks/hook-1', status: 200, answer: webhookSchema },
  'PUT /v1/webhooks/:webhook': {
    url: '/v1/webhooks/hook-1',
    status: 200,
    answer: webhookSchema,
    body: WEBHOOK,
  },
  'DELETE /v1/webhooks/:webhook': { url: '/v1/webhooks/spare', status: 204, answer: z.literal('') },
  'POST /v1/webhooks/:webhook/rotate': {
    url: '/v1/webhooks/hook-1/rotate',
    status: 200,
    answer: webhookWithSecretSchema,
  },
  'GET /v1/webhooks/:webhook/deliveries': {
    url: '/v1/webhooks/hook-1/deliveries',
    status: 200,
    answer: pageOf(deliverySchema),
  },
  'POST /v1/webhooks/:webhook/deliveries/:id/resend': {
    url: '/v1/webhooks/hook-1/deliveries/:delivery/resend',
    status: 202,
    answer: deliverySchema,
  },
  'GET /learn/session': { url: '/learn/session', status: 200, answer: sessionSchema },
  'GET /learn/steps': {
    url: '/learn/steps?box=J',
    status: 200,
    answer: stepsSchema,
    assignment: 'week-0',
  },
  'POST /learn/check': {
    url: '/learn/check',
    status: 200,
    answer: answerCheckSchema,
    body: { answers: ANSWERS },
  },
  'POST /learn/attempts': {
    url: '/learn/attempts',
    status: 201,
    answer: attemptAnswerSchema,
    body: { answers: ANSWERS },
  },
  'GET /': { url: '/', status: 200, answer: z.string().startsWith('<!doctype html>') },
  'GET /graphs/:graph': {
    url: '/graphs/lab-network0',
    status: 200,
    answer: z.string().startsWith('<!doctype html>'),
  },
  'GET /learn': { url: '/learn', status: 200, answer: z.string().startsWith('<!doctype html>') },
  'GET /practice/graphs': { url: '/practice/graphs', status: 200, answer: publicGraphsSchema },
  'GET /practice/graphs/:graph': {
    url: '/practice/graphs/lab-network0',
    status: 200,
    answer: practiceGraphSchema,
  },
  'POST /practice/graphs/:graph/grade': {
    url: '/practice/graphs/lab-network0/grade',
    status: 200,
    answer: practiceSchema,
    body: { answers: { a: '11' } },
  },
  'GET /practice/graphs/:graph/steps': {
    url: '/practice/graphs/lab-network0/steps?box=dJ_dw',
    status: 200,
    answer: stepsSchema,
  },
  'GET /practice/graphs/:graph/reveal': {
    url: '/practice/graphs/lab-network0/reveal',
    status: 200,
    answer: revealSchema,
  },
  'GET /practice/graphs/:graph/cascade': {
    url: '/practice/graphs/lab-network0/cascade',
    status: 200,
    answer: cascadePageSchema,
  },
  'GET /livez': { url: '/livez', status: 200, answer: z.strictObject({ status: z.literal('ok') }) },
  'GET /readyz': { url: '/readyz', status: 200, answer: z.strictObject({ status: z.literal('ok') }) },
  'GET /openapi.json': { url: '/openapi.json', status: 200, answer: z.looseObject({ openapi: z.string() }) },
  'GET /docs': { url: '/docs', status: 200, answer: z.string() },
}

let service: TestService
let owner: { id: string; key: string }
let attempt: string
let job: string
let delivery: string
let strangers = 0

/** Another tenant, which has nothing yet. */
function stranger(): Promise<{ id: string; key: string }> {
  strangers += 1
  return service.tenant(`stranger-${String(strangers)}`)
}

beforeAll(async () => {
  service = await createTestService()
  owner = await service.tenant('owner')
  const { key } = owner
  await service.call('PUT /v1/graphs/square', { key, body: DEFINITION })
  await service.call('PUT /v1/courses/algebra', { key, body: { title: 'Algebra' } })
  await service.call('PUT /v1/courses/algebra/assignments/week-1', { key, body: { graph: 'square' } })
  // Whose answers are due.
  const over = { graph: 'square', closesAt: '2026-01-01T00:00:00Z', reveal: 'after-close' }
  await service.call('PUT /v1/courses/algebra/assignments/week-0', { key, body: over })
  for (const member of ['ada', 'bob']) {
    await service.call(`PUT /v1/courses/algebra/members/${member}`, { key, body: { role: 'learner' } })
  }
  for (const learner of ['ada', 'bob']) {
    const url = `/v1/courses/algebra/assignments/week-1/overrides/${learner}`
    await service.call(`PUT ${url}`, { key, body: {} })
  }
  await service.call('PUT /v1/webhooks/hook-1', { key, body: WEBHOOK })
  const stored = await service.call('POST /v1/courses/algebra/assignments/week-1/attempts', {
    key,
    body: { learner: 'ada', answers: ANSWERS },
  })
  attempt = (stored.body as { id: string }).id
  const deliveries = await service.call('GET /v1/webhooks/hook-1/deliveries', { key })
  delivery = (deliveries.body as { items: { id: string }[] }).items[0]!.id
  const asked = await service.call('POST /v1/courses/algebra/assignments/week-1/regrade', { key })
  job = (asked.body as { id: string }).id
})
afterAll(() => service.close())

function request(route: string, key: string | undefined): Promise<Awaited<ReturnType<TestService['call']>>> {
  const row = ROWS[route]!
  const call: Call = { key, ...(row.body === undefined ? {} : { body: row.body }) }
  return service.call(`${route.split(' ')[0]!} ${placed(row.url)}`, call)
}

function placed(url: string): string {
  return url.replace(':attempt', attempt).replace(':job', job).replace(':delivery', delivery)
}

test('every registered route has a row here and in the table of rights, and no row stands for nothing', () => {
  expect(Object.keys(ROWS).sort()).toEqual([...open, ...guarded, ...ofSessions].sort())
  for (const route of RIGHTS.keys()) {
    const [method, url] = route.split(' ') as ['GET', string]
    expect(service.app.hasRoute({ method, url }), route).toBe(true)
  }
})

test('a route without a right cannot be registered', async () => {
  const { default: Fastify } = await import('fastify')
  const { registerAuthentication } = await import('../../src/http/authentication.js')
  const app = Fastify()
  registerAuthentication(app, { authenticate: () => Promise.resolve(undefined), now: () => 0 })
  expect(() => app.get('/v1/forgotten', () => 'secret')).toThrow('no right is stated for GET /v1/forgotten')
})

const open = [...RIGHTS].filter(([, right]) => right === 'open').map(([route]) => route)
const ofSessions = [...RIGHTS].filter(([, right]) => right === 'session').map(([route]) => route)
// What any key may ask of GraphQL is decided field by field: test/graphql/rights.test.ts.
const guarded = [...RIGHTS]
  .filter(([, right]) => right !== 'open' && right !== 'any-key' && right !== 'session')
  .map(([route]) => route)

test.each(open)('%s answers anyone', async route => {
  expectAnswer(route, await request(route, undefined))
})

describe.each(guarded)('%s', route => {
  const scope = RIGHTS.get(route)!

  test('answers 401 without a key and with one that is unknown', async () => {
    expect(await request(route, undefined)).toMatchObject({ status: 401, body: { code: 'missing-key' } })
    const unknown = `cm_${'A'.repeat(43)}`
    expect(await request(route, unknown)).toMatchObject({ status: 401, body: { code: 'unknown-key' } })
  })

  test('answers 403 to a key with every scope but its own', async () => {
    const { key } = await service.key(
      owner.id,
      SCOPES.filter(other => other !== scope),
    )
    expect(await request(route, key)).toMatchObject({ status: 403, body: { code: 'missing-scope' } })
  })

  test('answers 403 to a key of another tenant without the scope before it looks anything up', async () => {
    const { key } = await service.key(
      (await stranger()).id,
      SCOPES.filter(other => other !== scope),
    )
    expect(await request(route, key)).toMatchObject({ status: 403, body: { code: 'missing-scope' } })
  })

  test("answers another tenant's key as if nothing were there", async () => {
    const { key } = await stranger()
    const { url, body } = ROWS[route]!
    if (route === 'PUT /v1/webhooks/:webhook') {
      // It names a course, which is the owner's.
      expect(await request(route, key)).toMatchObject({ status: 422, body: { code: 'invalid-webhook' } })
      return
    }
    if (route === 'PUT /v1/graphs/:graph' || route === 'PUT /v1/courses/:course') {
      // A key of the caller's own choice: it makes the stranger's own, and touches nobody else's.
      expect((await request(route, key)).status).toBe(201)
      return
    }
    const answer = await request(route, key)
    if (!/algebra|square|:job|hook-1|spare/.test(url)) {
      expect(answer.status).toBe(200)
      expect(answer.text).not.toContain('algebra')
      return
    }
    const missing = await service.call(`${route.split(' ')[0]!} ${missingUrl(url)}`, { key, body })
    expect(missing).toMatchObject({ status: 404, body: { code: 'not-found' } })
    expect(answer).toMatchObject({ status: 404, body: missing.body })
  })

  test('answers a key that has just the scope, in the documented form', async () => {
    if (route === 'DELETE /v1/courses/:course/members/:member') {
      await service.call('PUT /v1/courses/algebra/members/bob', { key: owner.key, body: { role: 'learner' } })
    }
    if (route === 'DELETE /v1/webhooks/:webhook') {
      await service.call('PUT /v1/webhooks/spare', { key: owner.key, body: WEBHOOK })
    }
    if (route === 'DELETE /v1/courses/:course/assignments/:assignment/overrides/:learner') {
      const url = '/v1/courses/algebra/assignments/week-1/overrides/bob'
      // Whom another row has erased is welcome again.
      await service.call('PUT /v1/courses/algebra/members/bob', { key: owner.key, body: { role: 'learner' } })
      await service.call(`PUT ${url}`, { key: owner.key, body: {} })
    }
    const { key } = await service.key(owner.id, [scope as (typeof SCOPES)[number]])
    expectAnswer(route, await request(route, key))
  })

  test('answers 401 within 5 seconds of the revocation of a key that was in use', async () => {
    const { id, key } = await service.key(owner.id, SCOPES)
    expect((await service.call('GET /v1/courses', { key })).status).toBe(200)
    await service.services.keys.revoke(id, new Date(service.clock.now))
    service.clock.now += 5_000
    expect(await request(route, key)).toMatchObject({ status: 401, body: { code: 'unknown-key' } })
  })
})

test.each(guarded.filter(route => route.includes(':course')))(
  '%s answers 403 to a key restricted to other courses',
  async route => {
    const { key } = await service.key(owner.id, SCOPES, ['geometry'])
    expect(await request(route, key)).toMatchObject({ status: 403, body: { code: 'course-not-allowed' } })
  },
)

/** The token of a session on the owner's assignment that a route is about. */
async function openSession(route: string, learner: string, key = owner.key): Promise<string> {
  const assignment = ROWS[route]?.assignment ?? 'week-1'
  const url = `/v1/courses/algebra/assignments/${assignment}/sessions`
  const answer = await service.call(`POST ${url}`, { key, body: { learner, ttlSeconds: 60 } })
  expect(answer.status).toBe(201)
  return (answer.body as { token: string }).token
}

describe.each(ofSessions)('%s', route => {
  const missing = { status: 401, body: { code: 'missing-session' } }
  const ended = { status: 401, body: { code: 'unknown-session' } }

  test('answers 401 without a token, and to an API key of every scope', async () => {
    expect(await request(route, undefined)).toMatchObject(missing)
    expect(await request(route, owner.key)).toMatchObject(missing)
  })

  test('answers 401 to a token that is unknown, one of another course, and what is none', async () => {
    const token = await openSession(route, 'ada')
    const elsewhere = `cl_${'A'.repeat(22)}${token.slice(25)}`
    for (const wrong of [`cl_${'A'.repeat(65)}`, elsewhere, `${token}A`, token.slice(0, -1), 'cl_', 'cl_é']) {
      expect(await request(route, wrong), wrong).toMatchObject(ended)
    }
  })

  test('answers the token of a session, in the documented form', async () => {
    expectAnswer(route, await request(route, await openSession(route, 'ada')))
  })

  test('answers 401 from the moment at which the session ends', async () => {
    const token = await openSession(route, 'ada')
    service.clock.now += 59_999
    expect((await request(route, token)).status).toBe(ROWS[route]!.status)
    service.clock.now += 1
    expect(await request(route, token)).toMatchObject(ended)
  })

  test('answers 401 as soon as the API key that made it is revoked', async () => {
    const { id, key } = await service.key(owner.id, ['attempts:write'])
    const token = await openSession(route, 'ada', key)
    expect((await request(route, token)).status).toBe(ROWS[route]!.status)
    await service.services.keys.revoke(id, new Date(service.clock.now))
    expect(await request(route, token)).toMatchObject(ended)
  })

  test('answers 401 as soon as the learner is erased, and to the same learner enrolled again', async () => {
    const learner = `erased-${route.length.toString()}`
    const url = `/v1/courses/algebra/members/${learner}`
    const token = await openSession(route, learner)
    expect((await request(route, token)).status).toBe(ROWS[route]!.status)
    expect((await service.call(`DELETE ${url}`, { key: owner.key })).status).toBe(204)
    expect(await request(route, token)).toMatchObject(ended)
    await service.call(`PUT ${url}`, { key: owner.key, body: { role: 'learner' } })
    expect(await request(route, token)).toMatchObject(ended)
  })
})

test.each([...guarded, 'POST /graphql'])('%s takes no token of a session for a key', async route => {
  const token = await openSession(route, 'ada')
  const answer =
    route === 'POST /graphql'
      ? await service.call(route, { key: token, body: { query: '{ __typename }' } })
      : await request(route, token)
  expect(answer.status).toBe(401)
  expect(answer.text).toContain('missing-key')
})

test('while the queue of submissions is full no route hands an attempt over, and what would is refused at once', async () => {
  let handed = 0
  const writer: TestService['services']['writer'] = {
    ...service.services.writer,
    load: () => ({ queued: 1, capacity: 1 }),
    write: () => {
      handed += 1
      return Promise.reject(new Refusal('unavailable', 'full'))
    },
  }
  const app = await buildApp({ ...service.services, writer }, pino({ level: 'silent' }))
  const refused: string[] = []
  for (const route of [...guarded, ...ofSessions].filter(name => name.startsWith('POST '))) {
    const { url, body } = ROWS[route]!
    const key = ofSessions.includes(route) ? await openSession(route, 'ada') : owner.key
    const answer = await app.inject({
      method: 'POST',
      url: placed(url),
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      payload: JSON.stringify(body ?? {}),
    })
    if (answer.statusCode === 503) refused.push(route)
  }
  expect(handed).toBe(0)
  expect(refused.sort()).toEqual([...SUBMISSIONS].sort())
  await app.close()
})

function expectAnswer(route: string, answer: Awaited<ReturnType<TestService['call']>>): void {
  const row = ROWS[route]!
  expect(answer.status).toBe(row.status)
  row.answer.parse(answer.body)
}

function missingUrl(url: string): string {
  return url
    .replace('algebra', 'nowhere')
    .replace('square', 'nothing')
    .replace(/hook-1|spare/, 'nowhere')
    .replace(':attempt', attempt)
    .replace(':job', attempt)
    .replace(':delivery', attempt)
}
