import { once } from 'node:events'
import { connect } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { createStreamedReplies } from '../../src/http/streamed-reply.js'
import { begin, placeOf, readAll } from '../support/downloads.js'

const PIECE = 'x'.repeat(64 * 1024)

let app: FastifyInstance
let asked: number
let lines: string[]
afterEach(() => app.close())

/** Serves pieces at /, each asked for counted. */
async function serve(
  pieces: () => AsyncIterable<string>,
  limits: Parameters<typeof createStreamedReplies>[2] = {},
): Promise<void> {
  asked = 0
  lines = []
  app = Fastify({ logger: { level: 'warn', stream: { write: line => lines.push(line) } } })
  const streamed = createStreamedReplies(app, () => false, limits)
  async function* counted(): AsyncGenerator<string> {
    for await (const piece of pieces()) {
      asked += 1
      yield piece
    }
  }
  app.get('/', async (request, reply) =>
    reply.send(await streamed.bodyOf(request, reply.raw, { pieces: counted() })),
  )
  await app.listen({ port: 0 })
}

async function* endless(): AsyncGenerator<string> {
  for (;;) yield await Promise.resolve(PIECE)
}

async function* failing(after: number): AsyncGenerator<string> {
  for (let count = 0; count < after; count += 1) yield await Promise.resolve(PIECE)
  throw new Error('it went wrong')
}

async function* threePieces(): AsyncGenerator<string> {
  for (const piece of ['one ', 'two ', 'three']) yield await Promise.resolve(piece)
}

async function* noPiece(): AsyncGenerator<string> {
  await Promise.resolve()
}

test('pieces arrive in order, and the end of the last is the end of the answer', async () => {
  await serve(threePieces)
  expect(await readAll(await begin(placeOf(app), '/'))).toEqual({ text: 'one two three', whole: true })
})

test('no piece at all is an empty answer', async () => {
  await serve(noPiece)
  const response = await begin(placeOf(app), '/')
  expect(response.statusCode).toBe(200)
  expect(await readAll(response)).toEqual({ text: '', whole: true })
})

test('what fails before the first piece is answered as a failure', async () => {
  await serve(() => failing(0))
  expect((await begin(placeOf(app), '/')).statusCode).toBe(500)
})

test('what fails later breaks the answer off, and is logged', async () => {
  await serve(() => failing(2))
  expect(await readAll(await begin(placeOf(app), '/'))).toMatchObject({ whole: false })
  expect(lines.join('')).toContain('it went wrong')
  expect(lines.join('')).toContain('an answer was broken off')
})

test('a client of HTTP/1.0, for whom the end of the connection is the end of the answer, gets an error', async () => {
  const arrived = createGate()
  await serve(async function* () {
    yield PIECE
    await arrived.opened
    throw new Error('it went wrong')
  })
  const { port } = placeOf(app) as { port: number }
  const socket = connect(port, '127.0.0.1')
  let bytes = 0
  socket.on('data', part => {
    bytes += part.length
    // Only then: what arrives together with the reset of a connection may hide it from Node.
    if (bytes >= PIECE.length) arrived.open()
  })
  socket.write('GET / HTTP/1.0\r\n\r\n')
  await expect(once(socket, 'end')).rejects.toMatchObject({ code: 'ECONNRESET' })
})

test('once the client has left no piece is asked for, and what makes them is ended', async () => {
  const left = createGate()
  const ended = createGate()
  await serve(async function* () {
    try {
      yield PIECE
      await left.opened
      for (;;) yield PIECE
    } finally {
      ended.open()
    }
  })
  const response = await begin(placeOf(app), '/')
  response.destroy()
  await expect.poll(connections, { timeout: 20_000 }).toBe(0)
  left.open()
  await ended.opened
  expect(asked).toBeLessThanOrEqual(2)
})

test('a client that takes nothing for too long is left', async () => {
  await serve(endless, { silentMilliseconds: 50 })
  const response = await begin(placeOf(app), '/')
  await expect.poll(connections, { timeout: 20_000 }).toBe(0)
  expect(await readAll(response)).toMatchObject({ whole: false })
})

test('a stop breaks off what is still being sent', async () => {
  await serve(endless, { stopMilliseconds: 0 })
  const response = await begin(placeOf(app), '/')
  await app.close()
  expect(await readAll(response)).toMatchObject({ whole: false })
})

function connections(): Promise<number> {
  return new Promise(resolve => {
    app.server.getConnections((_error, count) => {
      resolve(count)
    })
  })
}

function createGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { opened, open }
}
