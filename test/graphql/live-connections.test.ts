import { once } from 'node:events'
import { connect as connectPlain, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { buildApp, type AppOptions } from '../../src/app.js'
import { SCOPES } from '../../src/contracts/scopes.js'
import { MAX_NAMELESS_PER_ADDRESS } from '../../src/graphql/live-limits.js'
import type { Services } from '../../src/services/services.js'
import { connect, liveUrl } from '../support/live.js'
import { createTestService, type TestService } from '../support/service.js'

const CHANGED = 'subscription { progressChanged(course: "c") { all } }'
const FAST = { introspection: false, keyMilliseconds: 10 }
const HERE = '198.51.100.7'
const ELSEWHERE = '203.0.113.9'

let service: TestService
let tenant: { id: string; key: string }
let key: string
/** What is connected to: an application of its own for each test, over the same database. */
let under: TestService

beforeAll(async () => {
  service = await createTestService()
  tenant = await service.tenant('one')
  await service.call('PUT /v1/courses/c', { key: tenant.key, body: { title: 'C' } })
})
afterAll(() => service.close())

beforeEach(async () => {
  key = (await service.key(tenant.id, SCOPES)).key
})
afterEach(() => under.app.close())

async function listen(options: AppOptions, services: Partial<Services> = {}): Promise<void> {
  const app = await buildApp({ ...service.services, ...services }, pino({ level: 'silent' }), options)
  await app.listen({ port: 0, host: '127.0.0.1' })
  under = { ...service, app }
}

/** A connection that says nothing, from an address as a proxy tells it. Its close code, or undefined while it stands. */
async function silent(from: string, authorization?: string) {
  const socket = new WebSocket(liveUrl(under), 'graphql-transport-ws', {
    headers: { 'x-forwarded-for': from, ...(authorization === undefined ? {} : { authorization }) },
  })
  let code: number | undefined
  socket.on('error', () => undefined)
  socket.once('close', one => {
    code = one
  })
  await Promise.race([once(socket, 'open'), once(socket, 'close')])
  // What stands answers.
  if (socket.readyState === socket.OPEN) socket.ping()
  if (socket.readyState !== socket.CLOSED) {
    await Promise.race([once(socket, 'pong'), once(socket, 'close')])
  }
  return { socket, code: () => code }
}

describe('those who do not say who they are', () => {
  test('take no room from other addresses, from keys in the header, or from who has said it', async () => {
    await listen({ trustedProxies: 1 })
    const named = await connect(under, key)
    const all = await Promise.all(Array.from({ length: MAX_NAMELESS_PER_ADDRESS }, () => silent(HERE)))
    expect(all.flatMap(({ code }) => code() ?? [])).toEqual([])
    expect((await silent(HERE)).code()).toBe(1_013)
    expect((await silent(ELSEWHERE)).code()).toBeUndefined()
    expect((await silent(HERE, `Bearer ${key}`)).code()).toBeUndefined()
    expect(await named.subscribe(CHANGED)).toEqual([])
    // Whoever leaves makes room.
    all[0]?.socket.terminate()
    await expect.poll(async () => (await silent(HERE)).code()).toBeUndefined()
  })

  test('are cut off where they do not answer our close', async () => {
    await listen({})
    const socket = await deaf()
    // A frame that is no message of the protocol; who sent it reads on, and says nothing.
    socket.write(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x7b]))
    await once(socket, 'close')
    await expect.poll(() => under.app.websocketServer.clients.size).toBe(0)
  })
})

/** A connection that has been upgraded and answers nothing that comes. */
async function deaf(): Promise<Socket> {
  const { port } = under.app.server.address() as AddressInfo
  const socket = connectPlain({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => undefined)
  const lines = [
    'GET /graphql HTTP/1.1',
    'host: x',
    'connection: Upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol: graphql-transport-ws',
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toContain(' 101 ')
  // Read to the end, or that it has ended would never be told; by whom it is, this side ends as well.
  socket.resume().once('end', () => socket.end())
  return socket
}

describe('the limit on a key', () => {
  const codes = (errors: unknown[]) =>
    (errors as { extensions: { code: string } }[]).map(({ extensions }) => extensions.code)

  test('counts who connects and each subscription as a request', async () => {
    await listen({ rateLimits: { perKey: 3, practice: 0, failedKeys: 0 } })
    const client = await connect(under, key)
    expect(await client.subscribe(CHANGED)).toEqual([])
    expect(codes(await client.subscribe('subscription { nothing }'))).toEqual(['graphql-invalid'])
    expect(codes(await client.subscribe(CHANGED))).toEqual(['too-many-requests'])
    // Requests are counted together with them, and a new connection is told to come later.
    const { statusCode } = await under.app.inject({
      url: '/v1/courses',
      headers: { authorization: `Bearer ${key}` },
    })
    expect(statusCode).toBe(429)
    const other = await connect(under, key)
    expect(other.closed()).toEqual({ code: 1_013, reason: 'too-many-requests' })
    expect(client.closed()).toBeUndefined()
    client.socket.terminate()
  })
})

describe('the key of a connection', () => {
  test.each([
    ['scopes', { scopes: ['progress:read'] }],
    ['courses', { courses: ['c', 'd'] }],
  ])('whose %s change ends it', async (_what, data) => {
    await listen({ graphql: FAST })
    const made = await service.key(tenant.id, ['courses:read', 'progress:read'], ['c'])
    const client = await connect(under, made.key)
    expect(await client.subscribe(CHANGED)).toEqual([])
    await service.database.apiKey.update({ where: { id: made.id }, data })
    service.clock.now += 5_000
    await client.until(() => client.closed())
    expect(client.closed()).toEqual({ code: 4_403, reason: 'rights-changed' })
  })

  /** The keys of the service, until they cannot be asked for any more; and how often they were since. */
  function failing() {
    const asked = { isAway: false, times: 0, atOnce: 0, most: 0 }
    const authenticate: Services['authenticate'] = async one => {
      if (!asked.isAway) return service.services.authenticate(one)
      asked.times += 1
      asked.atOnce += 1
      asked.most = Math.max(asked.most, asked.atOnce)
      // Longer than from one look to the next.
      await sleep(4 * FAST.keyMilliseconds)
      asked.atOnce -= 1
      throw new Error('the database is away')
    }
    return { asked, authenticate }
  }

  test('is asked for one look at a time, and believed for 30 seconds while nobody can be asked', async () => {
    const { asked, authenticate } = failing()
    await listen({ graphql: FAST }, { authenticate })
    const client = await connect(under, key)
    expect(await client.subscribe(CHANGED)).toEqual([])
    asked.isAway = true
    await expect.poll(() => asked.times).toBeGreaterThan(4)
    expect(asked.most).toBe(1)
    service.clock.now += 30_000
    const before = asked.times
    // Longer than until the next look at who was not asked for long enough.
    await expect.poll(() => asked.times, { timeout: 10_000 }).toBeGreaterThan(before + 24)
    expect(client.closed()).toBeUndefined()
    service.clock.now += 1
    await client.until(() => client.closed())
    expect(client.closed()).toEqual({ code: 1_013, reason: 'unavailable' })
  })
})
