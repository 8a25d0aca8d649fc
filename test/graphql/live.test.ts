import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { SCOPES } from '../../src/contracts/scopes.js'
import { connect, liveUrl, type LiveClient } from '../support/live.js'
import { createTestService, type TestService } from '../support/service.js'

const RIGHT = { a: '11', J: '121', dJ_da: '22', da_dw: '3', dJ_dw: '66' }
const GRADED =
  'subscription ($course: String!, $assignment: String) { attemptGraded(course: $course, assignment: $assignment) { missed attempts { assignment attempt { learner number credit boxes { id status } } } } }'
const CHANGED = 'subscription { progressChanged(course: "c") { learners all missed } }'

let service: TestService
let tenant: { id: string; key: string }
let client: LiveClient

beforeAll(async () => {
  service = await createTestService()
  await service.app.listen({ port: 0, host: '127.0.0.1' })
  tenant = await service.tenant('one')
  const { key } = tenant
  await service.call('PUT /v1/courses/c', { key, body: { title: 'C' } })
  for (const name of ['a', 'b']) {
    await service.call(`PUT /v1/courses/c/assignments/${name}`, { key, body: { graph: 'lab-network0' } })
  }
})
afterAll(() => service.close())

beforeEach(async () => {
  client = await connect(service, tenant.key)
})
afterEach(async () => {
  client.socket.terminate()
  await client.until(() => client.closed())
  // Nobody's subscription outlives a test.
  await expect.poll(() => service.services.feeds.load().watchers).toBe(0)
})

async function submit(assignment: string, learner: string): Promise<void> {
  const route = `POST /v1/courses/c/assignments/${assignment}/attempts`
  const { status } = await service.call(route, { key: tenant.key, body: { learner, answers: RIGHT } })
  expect(status).toBe(201)
}

type Told = {
  data: {
    attemptGraded: {
      missed: number
      attempts: { assignment: string; attempt: { learner: string; number: number } }[]
    }
  }
}

/** Every attempt that a subscription was told of, once there are so many. */
async function toldOf(id: string, count: number): Promise<string[]> {
  const told = () =>
    (client.of(id) as Told[]).flatMap(({ data }) =>
      data.attemptGraded.attempts.map(
        ({ assignment, attempt }) => `${assignment}/${attempt.learner}/${String(attempt.number)}`,
      ),
    )
  await client.until(() => (told().length >= count ? true : undefined))
  return told()
}

describe('what is watched', () => {
  test('attempts come as teachers read them, in order for each learner, of the assignment that is asked for', async () => {
    expect(await client.subscribe(GRADED, { course: 'c', assignment: 'a' })).toEqual([])
    expect(await client.subscribe(GRADED, { course: 'c' })).toEqual([])
    for (const learner of ['ada', 'bob', 'ada']) await submit('a', learner)
    await submit('b', 'ada')
    const all = await toldOf('2', 4)
    expect(all.toSorted()).toEqual(['a/ada/1', 'a/ada/2', 'a/bob/1', 'b/ada/1'])
    expect(all.filter(one => one.startsWith('a/ada'))).toEqual(['a/ada/1', 'a/ada/2'])
    expect((await toldOf('1', 3)).toSorted()).toEqual(['a/ada/1', 'a/ada/2', 'a/bob/1'])
    const [first] = client.of('2') as Told[]
    expect(first?.data.attemptGraded).toMatchObject({
      missed: 0,
      attempts: [{ attempt: { credit: 1, boxes: [{ id: 'a', status: 'CORRECT' }, {}, {}, {}, {}] } }],
    })
  })

  test('learners whose progress changes are named', async () => {
    expect(await client.subscribe(CHANGED)).toEqual([])
    await submit('b', 'cleo')
    const named = () =>
      (client.of('1') as { data: { progressChanged: { learners: string[]; all: boolean } } }[]).find(
        ({ data }) => data.progressChanged.learners.includes('cleo') || data.progressChanged.all,
      )
    expect(await client.until(named)).toBeDefined()
  })

  test('whoever goes away, or leaves a subscription, is forgotten', async () => {
    expect(await client.subscribe(GRADED, { course: 'c' })).toEqual([])
    expect(await client.subscribe(CHANGED)).toEqual([])
    const { feeds } = service.services
    expect(feeds.load().watchers).toBe(2)
    client.send({ id: '1', type: 'complete' })
    client.send({ type: 'ping' })
    await client.until(() => client.messages.find(({ type }) => type === 'pong'))
    expect(feeds.load().watchers).toBe(1)
    client.socket.terminate()
    await expect.poll(() => feeds.load().watchers).toBe(0)
  })

  test('a key in the header of the request will do', async () => {
    const other = await connect(service, tenant.key, 'header')
    expect(await other.subscribe(CHANGED)).toEqual([])
    other.close()
  })
})

describe('what is refused', () => {
  const codes = (errors: unknown[]) =>
    (errors as { extensions: { code: string } }[]).map(({ extensions }) => extensions.code)

  test.each([
    ['a query', '{ courses { edges { cursor } } }', 'graphql-invalid'],
    ['a mutation', 'mutation { putCourse(key: "d", input: { title: "D" }) { created } }', 'graphql-invalid'],
    ['a text that is no query', 'what is new?', 'graphql-syntax'],
    ['a field that is not there', 'subscription { passwords }', 'graphql-invalid'],
    [
      'two fields',
      'subscription { progressChanged(course: "c") { all } attemptGraded(course: "c") { missed } }',
      'graphql-invalid',
    ],
    ['many words', `subscription { ${'progressChanged '.repeat(3_000)} }`, 'query-too-complex'],
    [
      'many aliases',
      `subscription { progressChanged(course: "c") { ${Array.from({ length: 31 }, (_, index) => `a${String(index)}: all`).join(' ')} } }`,
      'query-too-complex',
    ],
    [
      'a cycle of fragments',
      'subscription { progressChanged(course: "c") { ...a } } fragment a on ProgressChanged { ...a }',
      'graphql-invalid',
    ],
    [
      'a field that may be skipped',
      'subscription { progressChanged(course: "c") @skip(if: true) { all } }',
      'graphql-invalid',
    ],
    [
      'a field that is left out through a fragment',
      'subscription { ...a } fragment a on Subscription { ... @include(if: false) { progressChanged(course: "c") { all } } }',
      'graphql-invalid',
    ],
    [
      'a fragment that is skipped by a variable that is not given',
      'subscription ($no: Boolean!) { ...a @skip(if: $no) } fragment a on Subscription { progressChanged(course: "c") { all } }',
      'graphql-invalid',
    ],
    ['the schema', 'subscription { __schema { types { name } } }', 'graphql-invalid'],
    ['a course that is not there', 'subscription { progressChanged(course: "z") { all } }', 'not-found'],
    ['a key that is none', 'subscription { progressChanged(course: "..") { all } }', 'invalid-request'],
  ])('%s: with a code, and the connection stands', async (_name, query, code) => {
    const errors = await client.subscribe(query)
    expect(codes(errors)[0]).toBe(code)
    expect(JSON.stringify(errors)).not.toMatch(/node_modules|TypeError|Cannot read|\.ts\b/)
    expect(await client.subscribe(CHANGED)).toEqual([])
    expect(service.services.feeds.load().watchers).toBe(1)
  })

  test('the 21st subscription of a connection', async () => {
    for (let index = 0; index < 20; index += 1) {
      client.send({ id: `s${String(index)}`, type: 'subscribe', payload: { query: CHANGED } })
    }
    await expect.poll(() => service.services.feeds.load().watchers).toBe(20)
    expect(codes(await client.subscribe(CHANGED))).toEqual(['too-many-subscriptions'])
    expect(client.closed()).toBeUndefined()
  })

  test.each([
    ['what is no JSON', '{', 4_400],
    ['null', 'null', 4_400],
    ['a message of no kind', '{"type":"start","id":"1"}', 4_400],
    [
      'a parsed document',
      JSON.stringify({ id: '1', type: 'subscribe', payload: { query: { kind: 'Document' } } }),
      4_400,
    ],
    ['no payload', '{"id":"1","type":"subscribe"}', 4_400],
    ['a second first message', '{"type":"connection_init"}', 4_429],
    [
      'a message of more than 64 KiB',
      JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(70_000) } }),
      1_009,
    ],
  ])('%s ends the connection', async (_name, message, code) => {
    client.send(message)
    await client.until(() => client.closed())
    expect(client.closed()?.code).toBe(code)
  })

  test('the same id twice', async () => {
    const message = { id: 'same', type: 'subscribe', payload: { query: CHANGED } }
    client.send(message)
    client.send(message)
    await client.until(() => client.closed())
    expect(client.closed()?.code).toBe(4_409)
    await expect.poll(() => service.services.feeds.load().watchers).toBe(0)
  })

  test('a flood of messages', async () => {
    for (let index = 0; index < 200; index += 1) client.send({ type: 'ping' })
    await client.until(() => client.closed())
    expect(client.closed()?.code).toBe(1_008)
  })

  test('who subscribes before a first message, and who speaks another protocol', async () => {
    const close = async (protocol: string, message?: string) => {
      const socket = new WebSocket(liveUrl(service), protocol)
      socket.on('error', () => undefined)
      if (message !== undefined) {
        await once(socket, 'open')
        socket.send(message)
      }
      return new Promise<number>(resolve => socket.once('close', resolve))
    }
    expect(
      await close(
        'graphql-transport-ws',
        JSON.stringify({ id: '1', type: 'subscribe', payload: { query: CHANGED } }),
      ),
    ).toBe(4_401)
    expect(await close('graphql-ws')).not.toBe(1_000)
  })

  test('a header with a key that is unknown: 401, before there is a connection', async () => {
    const other = await connect(service, `cm_${'A'.repeat(43)}`, 'header')
    expect(other.closed()?.reason).toContain('401')
  })

  test('another address', async () => {
    const socket = new WebSocket(liveUrl(service).replace('/graphql', '/livez'))
    socket.on('error', () => undefined)
    await new Promise(resolve => socket.once('close', resolve))
  })
})

test('a key that is revoked ends its subscriptions', async () => {
  const { id, key } = await service.key(tenant.id, SCOPES)
  const other = await connect(service, key)
  expect(await other.subscribe(CHANGED)).toEqual([])
  await service.services.keys.revoke(id, new Date(service.clock.now))
  service.clock.now += 5_000
  await other.until(() => other.closed())
  expect(other.closed()).toEqual({ code: 4_401, reason: 'unknown-key' })
  // The other key holds.
  expect(client.closed()).toBeUndefined()
})

test('who asks for another protocol beside is answered in this one, with the body that was sent', async () => {
  const { port } = service.app.server.address() as AddressInfo
  const payload = JSON.stringify({ learner: 'h2c', answers: RIGHT })
  const asked = request({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/v1/courses/c/assignments/a/attempts',
    headers: {
      authorization: `Bearer ${tenant.key}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(payload),
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAAQAoAAAAAIAAAAA',
    },
  })
  asked.end(payload)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(201)
  expect(JSON.parse(await text(response))).toMatchObject({ learner: 'h2c', credit: 1 })
})

test('a server that stops says so, and does not wait for who watches', async () => {
  const second = await createTestService()
  await second.app.listen({ port: 0, host: '127.0.0.1' })
  const { key } = await second.tenant('two')
  await second.call('PUT /v1/courses/c', { key, body: { title: 'C' } })
  const other = await connect(second, key)
  expect(await other.subscribe(CHANGED)).toEqual([])
  await second.close()
  await other.until(() => other.closed())
  expect(other.closed()?.code).toBe(1_001)
})
