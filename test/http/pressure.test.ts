import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { buildApp, type AppOptions } from '../../src/app.js'
import type { Services } from '../../src/services/services.js'
import { eventually } from '../support/server.js'
import { createTestService, type TestService } from '../support/service.js'

const ATTEMPTS = '/v1/courses/deadline/assignments/week-1/attempts'

let service: TestService
let key: string
let apps: FastifyInstance[] = []

beforeAll(async () => {
  service = await createTestService()
  key = (await service.tenant('owner')).key
  await service.call('PUT /v1/courses/deadline', { key, body: { title: 'Deadline' } })
  await service.call('PUT /v1/courses/deadline/assignments/week-1', { key, body: { graph: 'lab-network0' } })
})
afterEach(async () => {
  for (const app of apps) await app.close()
  apps = []
})
afterAll(() => service.close())

/** The application over some other services and options, and all keys that were looked up. */
async function under(services: Partial<Services>, options: AppOptions = {}) {
  const lookedUp: string[] = []
  const authenticate: Services['authenticate'] = key => {
    lookedUp.push(key)
    return service.services.authenticate(key)
  }
  const app = await buildApp(
    { ...service.services, authenticate, ...services },
    pino({ level: 'silent' }),
    options,
  )
  apps.push(app)
  return { app, lookedUp }
}

const withQueue = (queued: number) =>
  under({ writer: { ...service.services.writer, load: () => ({ queued, capacity: 10 }) } })

const submit = (app: FastifyInstance, learner: string) =>
  app.inject({
    method: 'POST',
    url: ATTEMPTS,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    payload: JSON.stringify({ learner, answers: { a: '11' } }),
  })

const get = (app: FastifyInstance, url: string) =>
  app.inject({ url, headers: { authorization: `Bearer ${key}` } })

const stored = (learner: string) => service.database.attempt.count({ where: { learner } })

/** What every early refusal has to be. */
const REFUSED = { status: 503, code: 'unavailable', type: 'urn:chainmark:problem:unavailable' }

describe('a full queue of submissions', () => {
  test.each([10, 11])(
    'with %s of 10 waiting one more is refused before its key is looked up',
    async queued => {
      const { app, lookedUp } = await withQueue(queued)
      const answer = await submit(app, `refused-${String(queued)}`)
      expect(answer.statusCode).toBe(503)
      expect(answer.headers['content-type']).toContain('application/problem+json')
      expect(answer.headers['x-request-id']).toBeTruthy()
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expect(answer.json()).toMatchObject(REFUSED)
      expect(lookedUp).toEqual([])
      expect(await stored(`refused-${String(queued)}`)).toBe(0)
    },
  )

  test('with room for one it is taken', async () => {
    const { app } = await withQueue(9)
    expect((await submit(app, 'taken')).statusCode).toBe(201)
    expect(await stored('taken')).toBe(1)
  })

  test.each(['/livez', '/readyz', '/v1/courses/deadline', ATTEMPTS])(
    'GET %s does not go through it and is answered',
    async url => {
      const { app } = await withQueue(10)
      expect((await get(app, url)).statusCode).toBe(200)
    },
  )
})

describe('an event loop that is late', () => {
  let holding: NodeJS.Timeout | undefined
  afterEach(() => {
    clearInterval(holding)
  })

  /** Lets every turn of the loop take long, until the test is over. */
  const slowDown = () => {
    holding = setInterval(() => {
      const until = performance.now() + 40
      while (performance.now() < until);
    }, 1)
  }

  test('refuses everything but the two routes of health, before a key is looked up, and stores nothing', async () => {
    const { app, lookedUp } = await under({}, { pressure: { maxLoopDelay: 5, sampleMilliseconds: 10 } })
    slowDown()
    await eventually(async () => (await get(app, '/openapi.json')).statusCode === 503)
    for (const answer of [
      await submit(app, 'late'),
      await get(app, '/v1/courses'),
      await get(app, '/nowhere'),
    ]) {
      expect(answer.statusCode).toBe(503)
      expect(answer.headers['content-type']).toContain('application/problem+json')
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expect(answer.json()).toMatchObject(REFUSED)
      expect((await get(app, '/livez')).statusCode).toBe(200)
      expect((await get(app, '/readyz')).statusCode).toBe(200)
    }
    expect(lookedUp).toEqual([])
    expect(await stored('late')).toBe(0)
  })

  test('is borne where no bound is set', async () => {
    const { app } = await under({})
    slowDown()
    expect((await get(app, '/v1/courses')).statusCode).toBe(200)
  })
})
