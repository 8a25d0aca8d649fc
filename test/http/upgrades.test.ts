import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RIGHTS } from '../../src/http/rights.js'
import { createTestService, type TestService } from '../support/service.js'

let service: TestService

beforeAll(async () => {
  service = await createTestService()
  await service.app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => service.close())

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-protocol': 'graphql-transport-ws',
}
const HEADERS = Object.entries(UPGRADE).map(([name, value]) => `${name}: ${value}\r\n`)

/** A connection without a word yet, which may end in any way. */
async function open({ app }: TestService): Promise<Socket> {
  const { port } = app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

/** The status of the first answer that comes; 0 where the connection ends without one. */
async function statusOf(socket: Socket): Promise<number> {
  const ended = once(socket, 'close').then(() => '')
  const text = await Promise.race([once(socket, 'data').then(([data]) => String(data)), ended])
  return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0)
}

async function upgrade(method: string, path: string): Promise<{ status: number; socket: Socket }> {
  const socket = await open(service)
  const body = method === 'GET' ? [] : ['content-type: application/json\r\n', 'content-length: 2\r\n']
  socket.write([`${method} ${path} HTTP/1.1\r\n`, 'host: x\r\n', ...HEADERS, ...body, '\r\n'].join(''))
  if (method !== 'GET') socket.write('{}')
  return { status: await statusOf(socket), socket }
}

const guarded = [...RIGHTS].filter(([, right]) => right !== 'open')

describe.each(guarded)('%s without a key', (route, right) => {
  const [method = '', pattern = ''] = route.split(' ')
  const path = pattern.replaceAll(/:\w+/g, 'some')

  test('is refused where a header speaks of an upgrade that is none', async () => {
    const answer = await service.call(`${method} ${path}`, {
      headers: UPGRADE,
      ...(method === 'GET' ? {} : { body: { query: '{ __typename' } }),
    })
    expect(answer.status).toBe(401)
    expect(answer.text).toContain(right === 'session' ? 'missing-session' : 'missing-key')
  })

  test('becomes no socket, but where it is asked who comes', async () => {
    const { status, socket } = await upgrade(method, path)
    expect(status).toBe(method !== 'GET' ? 401 : path === '/graphql' ? 101 : 404)
    socket.destroy()
  })
})

test.each([...RIGHTS].filter(([, right]) => right === 'open').map(([route]) => route.slice('GET '.length)))(
  '%s is open, and yet no place for sockets',
  async path => {
    const { status, socket } = await upgrade('GET', path)
    expect(status).toBe(404)
    if (!socket.closed) await once(socket, 'close')
    expect(service.app.websocketServer.clients.size).toBe(0)
  },
)

test('a socket that comes after a stop has begun is refused, and the stop does not wait for it', async () => {
  const second = await createTestService()
  await second.app.listen({ port: 0, host: '127.0.0.1' })
  const socket = await open(second)
  // The second request is begun when the stop comes, and so keeps its connection.
  socket.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\nGET /graphql HTTP/1.1\r\nhost: x\r\n')
  expect(await statusOf(socket)).toBe(200)
  const stopping = new Promise<void>(resolve => {
    second.app.server.once('close', resolve)
  })
  const closing = second.close()
  while (second.app.server.listening) await new Promise(resolve => setImmediate(resolve))
  socket.write(`${HEADERS.join('')}\r\n`)
  expect(await statusOf(socket)).toBe(503)
  await stopping
  await closing
})
