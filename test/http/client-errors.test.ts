import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestService, type TestService } from '../support/service.js'

let service: TestService
let key: string
let port: number

beforeAll(async () => {
  service = await createTestService()
  key = (await service.tenant('owner')).key
  await service.call('PUT /v1/courses/algebra', { key, body: { title: 'Algebra' } })
  await service.call('PUT /v1/courses/algebra/assignments/week-1', { key, body: { graph: 'lab-network0' } })
  await service.app.listen({ port: 0, host: '127.0.0.1' })
  port = (service.app.server.address() as AddressInfo).port
})
afterAll(() => service.close())

const head = (path: string, ...headers: readonly string[]) =>
  [`POST ${path} HTTP/1.1`, 'host: x', `authorization: Bearer ${key}`, ...headers, '', ''].join('\r\n')

const ATTEMPTS = '/v1/courses/algebra/assignments/week-1/attempts'
const BODY = JSON.stringify({ learner: 'ada', answers: { a: '11' } })
const NO_HTTP = 'this is no HTTP\r\n\r\n'

/** Sends, and sends more once something is answered; all that is answered until the connection is closed. */
async function receive(first: string, then?: (socket: Socket) => void): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(first)
  let received = ''
  let more = then
  try {
    for await (const chunk of socket) {
      received += String(chunk)
      more?.(socket)
      more = undefined
    }
  } catch {
    // Reset rather than ended: closed all the same.
  }
  return received
}

test('bytes that are no HTTP end a connection on which an answer has begun, and nothing is put into that answer', async () => {
  const line = `${BODY}\n`
  const chunk = `${line.length.toString(16)}\r\n${line}\r\n`
  const batch = head(`${ATTEMPTS}/batch`, 'content-type: application/x-ndjson', 'transfer-encoding: chunked')
  const received = await receive(batch + chunk, socket => socket.write(`no length of a chunk\r\n`))
  expect(received).toContain('HTTP/1.1 200')
  expect(received).toContain('"status":201')
  expect(received.match(/HTTP\/1\.1/g)).toHaveLength(1)
  expect(received).not.toContain('malformed-request')
})

test('bytes that are no HTTP are no answer to the request before them', async () => {
  const attempt = head(ATTEMPTS, 'content-type: application/json', `content-length: ${String(BODY.length)}`)
  expect(await receive(attempt + BODY + NO_HTTP)).not.toContain('malformed-request')
})

test('after an answer that is over they are answered', async () => {
  const get = 'GET /livez HTTP/1.1\r\nhost: x\r\n\r\n'
  const received = await receive(get, socket => socket.write(NO_HTTP))
  expect(received).toMatch(/^HTTP\/1\.1 200[^]*HTTP\/1\.1 400[^]*malformed-request/)
})

test('a request whose own body is no HTTP is answered', async () => {
  const attempt = head(ATTEMPTS, 'content-type: application/json', 'transfer-encoding: chunked')
  expect(await receive(`${attempt}no length of a chunk\r\n`)).toMatch(/^HTTP\/1\.1 400[^]*malformed-request/)
})
