/** Learners' pages as an LMS opens them: assignments on a graph whose answers are unmistakable, sessions, submissions. */
import { expect } from 'vitest'
import { sessionSchema, type CreatedSession, type SessionView } from '../../src/contracts/learn.js'
import { createTestService, type Answer, type Call } from './service.js'

/** Its right values have more decimals than anything else on a page. */
export const DEFINITION = {
  title: 'Product',
  inputs: [
    { name: 'w', role: 'parameter', value: 3.75, sample: { integer: [51, 99] } },
    { name: 'x', role: 'data', value: 41.25, sample: { integer: [51, 99] } },
  ],
  nodes: [
    { name: 'a', expression: 'w*x' },
    { name: 'J', expression: 'a^2' },
  ],
  output: 'J',
}
export const RIGHT = {
  a: '154.6875',
  J: '23928.22265625',
  dJ_da: '309.375',
  da_dw: '41.25',
  dJ_dw: '12761.71875',
}

/** A service with a tenant whose graph `product` is that one. */
export async function createLearnerPages() {
  const service = await createTestService()
  const owner = await service.tenant('owner')
  await service.call('PUT /v1/graphs/product', { key: owner.key, body: DEFINITION })
  let courses = 0

  const put = async (url: string, policy: object): Promise<void> => {
    const answer = await service.call(`PUT ${url}`, {
      key: owner.key,
      body: { graph: 'product', ...policy },
    })
    expect(answer.status).toBeLessThan(300)
  }
  const create = (url: string, body: object, call: Call = {}): Promise<Answer> =>
    service.call(`POST ${url}/sessions`, { key: owner.key, body, ...call })
  const courseOf = (url: string) =>
    service.database.course.findFirstOrThrow({ where: { key: url.split('/')[3]!, tenantId: owner.id } })

  return {
    service,
    owner,
    put,
    create,
    courseOf,

    /** An assignment in a course of its own. Answers its URL. */
    assign: async (policy: object = {}): Promise<string> => {
      courses += 1
      const course = `/v1/courses/course-${String(courses)}`
      await service.call(`PUT ${course}`, { key: owner.key, body: { title: 'Deep learning' } })
      const url = `${course}/assignments/week-1`
      await put(url, policy)
      return url
    },

    inTime: (milliseconds: number) => new Date(service.clock.now + milliseconds).toISOString(),

    /** Opens an assignment for a learner. Answers the token. */
    open: async (url: string, learner: string): Promise<string> => {
      const answer = await create(url, { learner, ttlSeconds: 86_400 })
      expect(answer.status).toBe(201)
      return (answer.body as CreatedSession).token
    },

    view: async (token: string): Promise<SessionView> => {
      const answer = await service.call('GET /learn/session', { key: token })
      expect(answer.status).toBe(200)
      expect(answer.headers['cache-control']).toBe('no-store')
      return sessionSchema.parse(answer.body)
    },

    submit: (token: string, body: object, idempotencyKey?: string): Promise<Answer> => {
      const headers = idempotencyKey === undefined ? undefined : { 'idempotency-key': idempotencyKey }
      return service.call('POST /learn/attempts', { key: token, body, headers })
    },

    sessionsOf: async (url: string) =>
      service.database.learnerSession.count({ where: { courseId: (await courseOf(url)).id } }),
  }
}
