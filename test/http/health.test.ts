import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { buildApp, type AppOptions } from '../../src/app.js'
import { createTraffic } from '../../src/http/traffic.js'
import type { Services } from '../../src/services/services.js'
import { eventually } from '../support/server.js'
import { createTestService, type TestService } from '../support/service.js'

let service: TestService
let key: string
let closing: (() => Promise<void>)[] = []

beforeAll(async () => {
  service = await createTestService()
  key = (await service.tenant('owner')).key
})
afterEach(async () => {
  for (const close of closing) await close()
  closing = []
})
afterAll(() => service.close())

async function build(services: Partial<Services>, options: AppOptions = {}) {
  const app = await buildApp({ ...service.services, ...services }, pino({ level: 'silent' }), options)
  closing.push(() => app.close())
  return app
}

/** Something that is waited for until it is let go. */
function hold() {
  let letGo = (): void => undefined
  const held = new Promise<void>(resolve => {
    letGo = resolve
  })
  return { held, letGo }
}

describe('/readyz', () => {
  test('asks the database once, however many ask, and says no when it does not answer', async () => {
    const { held, letGo } = hold()
    let pings = 0
    const ping = () => {
      pings += 1
      return held
    }
    const app = await build({ ping }, { pingMilliseconds: 1 })
    const together = await Promise.all(Array.from({ length: 20 }, () => app.inject('/readyz')))
    // After the others have been told no, the first is still under way.
    for (const answer of [...together, await app.inject('/readyz')]) {
      expect(answer.statusCode).toBe(503)
      expect(answer.json()).toMatchObject({ code: 'unavailable' })
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    }
    expect(pings).toBe(1)
    expect((await app.inject('/livez')).statusCode).toBe(200)

    letGo()
    await eventually(async () => (await app.inject('/readyz')).statusCode === 200)
    expect(pings).toBe(2)
  })

  test('asks anew once the last answer is there, be it yes or no', async () => {
    const answers = [true, false, true]
    let pings = 0
    const ping = () => (answers[pings++] === true ? Promise.resolve() : Promise.reject(new Error('no')))
    const app = await build({ ping, isUnavailable: () => true })
    for (const status of [200, 503, 200]) expect((await app.inject('/readyz')).statusCode).toBe(status)
  })
})

describe('while draining', () => {
  test('/readyz says no, requests are answered, and each answer closes its connection', async () => {
    const traffic = createTraffic()
    const app = await build({}, { traffic })
    const headers = { authorization: `Bearer ${key}` }
    expect((await app.inject('/readyz')).statusCode).toBe(200)
    expect((await app.inject({ url: '/v1/courses', headers })).headers['connection']).not.toBe('close')

    traffic.drain()
    const answer = await app.inject('/readyz')
    expect(answer.statusCode).toBe(503)
    expect(answer.json()).toMatchObject({ code: 'unavailable' })
    expect((await app.inject('/livez')).statusCode).toBe(200)
    const courses = await app.inject({ url: '/v1/courses', headers })
    expect(courses.statusCode).toBe(200)
    expect(courses.headers['connection']).toBe('close')
  })

  test('a request that is under way when the application is closed gets its answer before that is over', async () => {
    const traffic = createTraffic()
    const { held, letGo } = hold()
    const authenticate: Services['authenticate'] = async key => {
      await held
      return service.services.authenticate(key)
    }
    const app = await build({ authenticate }, { traffic })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const asked = fetch(`http://127.0.0.1:${String(port)}/v1/courses`, {
      headers: { authorization: `Bearer ${key}` },
    })
    await eventually(() => traffic.inFlight() === 1)
    const closed = app.close()
    await eventually(() => traffic.isDraining())
    letGo()
    const answer = await asked
    expect(answer.status).toBe(200)
    expect(answer.headers.get('connection')).toBe('close')
    await answer.json()
    await closed
    expect(traffic.inFlight()).toBe(0)
  })

  test('a request whose client has left is under way no more', async () => {
    const traffic = createTraffic()
    const { held, letGo } = hold()
    const app = await build({ ping: () => held }, { traffic })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write('GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n')
    await eventually(() => traffic.inFlight() === 1)
    socket.destroy()
    await eventually(() => traffic.inFlight() === 0)
    letGo()
  })
})
