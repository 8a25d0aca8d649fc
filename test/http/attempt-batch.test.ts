import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { buildApp } from '../../src/app.js'
import type { AttemptView } from '../../src/contracts/attempt.js'
import { createTestService, type Answer, type TestService } from '../support/service.js'

const RIGHT = { a: '11', J: 121, dJ_da: '22', da_dw: '3', dJ_dw: '66' }
const NDJSON = 'application/x-ndjson'

let service: TestService
let key: string
let assignments = 0

beforeAll(async () => {
  service = await createTestService()
  key = (await service.tenant('owner')).key
  await service.call('PUT /v1/courses/algebra', { key, body: { title: 'Algebra' } })
})
afterAll(() => service.close())

async function assign(policy: object = {}): Promise<string> {
  assignments += 1
  const url = `/v1/courses/algebra/assignments/week-${String(assignments)}`
  await service.call(`PUT ${url}`, { key, body: { graph: 'lab-network0', ...policy } })
  return url
}

type Result = {
  readonly index: number
  readonly status: number
  readonly replayed?: boolean
  readonly attempt?: AttemptView
  readonly problem?: {
    readonly code: string
    readonly errors?: readonly { path: string; code: string }[]
    readonly retryAfter?: number
  }
}

const sendItems = (url: string, items: readonly unknown[], headers = {}): Promise<Answer> =>
  service.call(`POST ${url}/attempts/batch`, { key, body: { items }, headers })

const sendLines = (url: string, text: string, headers = {}): Promise<Answer> =>
  service.call(`POST ${url}/attempts/batch`, { key, text, headers: { 'content-type': NDJSON, ...headers } })

const itemsIn = ({ body }: Answer): Result[] => (body as { items: Result[] }).items

const linesIn = ({ text }: Answer): Result[] =>
  text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Result)

const stored = (url: string): Promise<number> =>
  service.database.attempt.count({
    where: { countedIn: { assignment: { key: url.split('/').at(-1) ?? '' } } },
  })

/** As JSON and as NDJSON: what is answered to the same attempts. */
const FORMS: readonly [string, (url: string, items: readonly unknown[]) => Promise<Result[]>][] = [
  ['JSON', async (url, items) => itemsIn(await sendItems(url, items))],
  [
    'NDJSON',
    async (url, items) =>
      linesIn(await sendLines(url, items.map(item => `${JSON.stringify(item)}\n`).join(''))),
  ],
]

describe.each(FORMS)('as %s', (form, send) => {
  test('every attempt is answered in its place, as it would have been by itself', async () => {
    const url = await assign()
    const results = await send(url, [
      { learner: 'ada', answers: RIGHT },
      { learner: 'bob', answers: { a: '12' }, idempotencyKey: `bob-${form}` },
    ])
    expect(results.map(({ index, status }) => [index, status])).toEqual([
      [0, 201],
      [1, 201],
    ])
    expect(results[0]?.attempt).toMatchObject({ learner: 'ada', number: 1, credit: 1 })
    expect(results[1]?.attempt).toMatchObject({ learner: 'bob', number: 1, credit: 0 })
    expect(await stored(url)).toBe(2)
  })

  test('one that is refused fails alone, with the place of each fault', async () => {
    const url = await assign({ maxAttempts: 1 })
    const results = await send(url, [
      { learner: 'ada', answers: { a: '11' } },
      { learner: 'ada', answers: { a: '11' } },
      { learner: 'bob', answers: { a: '1,1' } },
      { learner: 'bob' },
      'no object',
      { learner: 'cyd', answers: { z: '1' } },
      { learner: 'cyd', answers: RIGHT, idempotencyKey: 'a blank' },
      { learner: 'cyd', answers: RIGHT },
    ])
    expect(results.map(({ status, problem }) => [status, problem?.code])).toEqual([
      [201, undefined],
      [403, 'no-attempts-left'],
      [422, 'unreadable-answer'],
      [422, 'invalid-request'],
      [422, 'invalid-request'],
      [422, 'unknown-box'],
      [422, 'invalid-request'],
      [201, undefined],
    ])
    const prefix = (index: number) => (form === 'JSON' ? `/items/${String(index)}` : '')
    const paths = results.map(({ problem }) => problem?.errors?.map(({ path }) => path))
    expect(paths).toEqual([
      undefined,
      undefined,
      [`${prefix(2)}/answers/a`],
      [`${prefix(3)}/answers`],
      [prefix(4)],
      [`${prefix(5)}/answers/z`],
      [`${prefix(6)}/idempotencyKey`],
      undefined,
    ])
    expect(await stored(url)).toBe(2)
  })

  test('attempts of one learner are numbered in the order in which they were sent', async () => {
    const url = await assign()
    const items = Array.from({ length: 60 }, (_, index) => ({
      learner: index % 3 === 0 ? 'ada' : `other-${String(index)}`,
      answers: { a: String(index) },
    }))
    const results = await send(url, items)
    const ada = results.filter(({ attempt }) => attempt?.learner === 'ada')
    expect(ada.map(({ attempt }) => attempt?.number)).toEqual(ada.map((_, index) => index + 1))
  })

  test('the same batch again stores nothing and answers the same; so does a key twice in one batch', async () => {
    const url = await assign()
    const name = `${form}-${url}`
    const items = [
      { learner: 'ada', answers: RIGHT, idempotencyKey: `${name}-1` },
      { learner: 'bob', answers: RIGHT, idempotencyKey: `${name}-2` },
      { learner: 'ada', answers: RIGHT, idempotencyKey: `${name}-1` },
      { learner: 'ada', answers: { a: '1' }, idempotencyKey: `${name}-1` },
    ]
    const first = await send(url, items)
    expect(first.map(({ status, replayed }) => [status, replayed])).toEqual([
      [201, undefined],
      [201, undefined],
      [201, true],
      [409, undefined],
    ])
    const again = await send(url, items)
    expect(again.map(({ status, replayed }) => [status, replayed])).toEqual([
      [201, true],
      [201, true],
      [201, true],
      [409, undefined],
    ])
    expect(again.map(({ attempt }) => attempt)).toEqual(first.map(({ attempt }) => attempt))
    expect(await stored(url)).toBe(2)
  })

  test('1,000 attempts are stored; what is beyond them is refused', async () => {
    const url = await assign()
    const items = Array.from({ length: 1_000 }, (_, index) => ({
      learner: `learner-${String(index)}`,
      answers: { a: '11' },
    }))
    expect((await send(url, items)).map(({ status }) => status)).toEqual(items.map(() => 201))
    expect(await stored(url)).toBe(1_000)
  })
})

test('a JSON batch of none or of more than 1,000 is refused as a whole', async () => {
  const url = await assign()
  const item = { learner: 'ada', answers: { a: '11' } }
  for (const items of [[], Array.from({ length: 1_001 }, () => item)]) {
    const answer = await sendItems(url, items)
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({ code: 'invalid-request', errors: [{ path: '/items' }] })
  }
  expect(await stored(url)).toBe(0)
})

test('of NDJSON with more than 1,000 lines, the first 1,000 are taken and the next is told so', async () => {
  const url = await assign()
  const lines = Array.from({ length: 1_003 }, (_, index) =>
    JSON.stringify({ learner: `learner-${String(index)}`, answers: { a: '11' } }),
  )
  const results = linesIn(await sendLines(url, lines.join('\n')))
  expect(results).toHaveLength(1_001)
  expect(results.at(-1)).toMatchObject({ index: 1_000, status: 422, problem: { code: 'invalid-request' } })
  expect(await stored(url)).toBe(1_000)
})

test.each<[string, string, number, string]>([
  ['no JSON', '{"learner":', 400, 'malformed-json'],
  ['no UTF-8 in a line', '"\uD800"', 422, 'invalid-request'],
  ['longer than a body may be', `{"learner":"ada","x":"${'x'.repeat(256 * 1024)}"}`, 413, 'body-too-large'],
  ['a reserved name', '{"learner":"ada","answers":{"__proto__":{}}}', 422, 'invalid-request'],
])('a line that is %s fails alone; blank lines are no lines', async (_name, line, status, code) => {
  const url = await assign()
  const good = JSON.stringify({ learner: 'bob', answers: { a: '11' } })
  const results = linesIn(await sendLines(url, `${good}\r\n\n${line}\n  \n${good}`))
  expect(results.map(result => [result.index, result.status, result.problem?.code])).toEqual([
    [0, 201, undefined],
    [1, status, code],
    [2, 201, undefined],
  ])
})

test('the form of the answer is the one that Accept names, else that of the request', async () => {
  const url = await assign()
  const item = { learner: 'ada', answers: { a: '11' } }
  const asLines = await sendItems(url, [item], { accept: NDJSON })
  expect(asLines.headers['content-type']).toContain(NDJSON)
  expect(linesIn(asLines)).toHaveLength(1)
  const asList = await sendLines(url, JSON.stringify(item), { accept: 'application/json' })
  expect(asList.headers['content-type']).toContain('application/json')
  expect(itemsIn(asList)).toHaveLength(1)
})

test('an assignment that is not there is 404 for the whole batch, and other media are 415', async () => {
  const missing = '/v1/courses/algebra/assignments/none'
  const items = [{ learner: 'ada', answers: {} }]
  expect((await sendItems(missing, items)).status).toBe(404)
  expect((await sendLines(missing, '{}')).status).toBe(404)
  const url = await assign()
  const text = await service.call(`POST ${url}/attempts/batch`, {
    key,
    text: 'a',
    headers: { 'content-type': 'text/plain' },
  })
  expect(text.status).toBe(415)
})

test.each<[string, string, number, string, string | undefined]>([
  [
    'a reserved name',
    '{"learner":"ada","answers":{"__proto__":{}}}',
    422,
    'invalid-request',
    '/answers/__proto__',
  ],
  [
    'too many levels',
    `{"learner":"ada","answers":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`,
    422,
    'invalid-request',
    `/answers/a${'/0'.repeat(31)}`,
  ],
  [
    'more than 256 KiB',
    `{"learner":"ada","answers":{"a":"1"},"x":"${'x'.repeat(256 * 1024)}"}`,
    413,
    'body-too-large',
    undefined,
  ],
])('in a JSON batch an attempt with %s fails alone', async (_name, item, status, code, path) => {
  const url = await assign()
  const good = JSON.stringify({ learner: 'bob', answers: { a: '11' } })
  const text = `{ "items" : [ ${good},${item} , ${good} ] }`
  const results = itemsIn(await service.call(`POST ${url}/attempts/batch`, { key, text }))
  expect(results.map(result => [result.index, result.status, result.problem?.code])).toEqual([
    [0, 201, undefined],
    [1, status, code],
    [2, 201, undefined],
  ])
  expect(results[1]?.problem?.errors?.[0]?.path).toBe(path && `/items/1${path}`)
  expect(await stored(url)).toBe(2)
})

test('a reserved name or too many levels outside the attempts refuse a JSON batch', async () => {
  const url = await assign()
  const items = '"items":[{"learner":"bob","answers":{"a":"11"}}]'
  for (const [text, path] of [
    [`{"__proto__":{},${items}}`, '/__proto__'],
    [`{${items},"more":${'['.repeat(40)}${']'.repeat(40)}}`, `/more${'/0'.repeat(32)}`],
  ] as const) {
    const answer = await service.call(`POST ${url}/attempts/batch`, { key, text })
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ path }] } })
  }
  expect(await stored(url)).toBe(0)
})

test('what says that it is over 8 MiB is 413 before anything of it is read, in either form', async () => {
  const url = await assign()
  const line = JSON.stringify({ learner: 'ada', answers: { a: 'x'.repeat(200_000) } })
  const items = Array.from({ length: 50 }, () => JSON.parse(line) as unknown)
  for (const answer of [await sendItems(url, items), await sendLines(url, `${line}\n`.repeat(50))]) {
    expect(answer).toMatchObject({ status: 413, body: { code: 'body-too-large' } })
    expect(answer.headers['connection']).toBe('close')
  }
})

test('lines in another character set are an unsupported media type', async () => {
  const url = await assign()
  const line = JSON.stringify({ learner: 'ada', answers: { a: '11' } })
  const type = (charset: string) => ({ 'content-type': `${NDJSON}; charset=${charset}` })
  const refused = await sendLines(url, line, type('utf-16'))
  expect(refused).toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } })
  expect(linesIn(await sendLines(url, line, type('"UTF-8"')))).toMatchObject([{ status: 201 }])
})

/** A batch of lines that is sent and answered over one connection, a piece at a time. */
async function converse(url: string) {
  if (!service.app.server.listening) await service.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = service.app.server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => {
    agent.destroy()
  })
  const client = httpRequest({
    agent,
    host: '127.0.0.1',
    port,
    path: `${url}/attempts/batch`,
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': NDJSON },
  })
  // What the server no longer reads cannot be written.
  client.on('error', () => undefined)
  let answers: AsyncIterator<string> | undefined
  const response = new Promise<IncomingMessage>(resolve => client.on('response', resolve))
  return {
    send: (text: string) => client.write(text),
    end: () => client.end(),
    /** The next line of the answer; undefined after the last. */
    next: async (): Promise<Result | undefined> => {
      answers ??= createInterface({ input: await response })[Symbol.asyncIterator]()
      const { value, done } = await answers.next()
      return done === true ? undefined : (JSON.parse(value) as Result)
    },
    closed: new Promise<void>(resolve => {
      client.on('socket', socket =>
        socket.once('close', () => {
          resolve()
        }),
      )
    }),
  }
}

const lineOf = (learner: string) => `${JSON.stringify({ learner, answers: { a: '11' } })}\n`

test('a line is answered as soon as it is stored, whenever the next comes', async () => {
  const { send, end, next } = await converse(await assign())
  for (const learner of ['ada', 'bob', 'cyd']) {
    send(lineOf(learner))
    expect(await next()).toMatchObject({ status: 201, attempt: { learner } })
  }
  end()
  expect(await next()).toBeUndefined()
})

test('a line is received when it has come: late after the due date, refused after the close', async () => {
  const before = service.clock.now
  onTestFinished(() => {
    service.clock.now = before
  })
  const at = (milliseconds: number) => new Date(before + milliseconds).toISOString()
  const { send, end, next } = await converse(await assign({ dueAt: at(1_000), closesAt: at(3_000) }))
  send(lineOf('in-time'))
  expect(await next()).toMatchObject({ attempt: { late: false, submittedAt: at(0) } })
  // Its beginning came in time, its end did not.
  send(lineOf('late').slice(0, 10))
  service.clock.now = before + 2_000
  send(lineOf('late').slice(10))
  expect(await next()).toMatchObject({ attempt: { late: true, submittedAt: at(2_000) } })
  service.clock.now = before + 3_000
  send(lineOf('closed'))
  expect(await next()).toMatchObject({ status: 403, problem: { code: 'assignment-closed' } })
  end()
})

test('what is sent beyond 8 MiB is told so and not read, and the connection is closed', async () => {
  const { send, next, closed } = await converse(await assign())
  const long = `${JSON.stringify({ learner: 'ada', answers: { a: 'x'.repeat(200_000) } })}\n`
  for (let index = 0; index < 50; index += 1) send(long)
  const results: Result[] = []
  for (let result = await next(); result !== undefined; result = await next()) results.push(result)
  expect(results).toHaveLength(1 + Math.floor((8 * 2 ** 20) / long.length))
  expect(results.at(-1)).toMatchObject({ status: 413, problem: { code: 'body-too-large' } })
  await closed
})

test('what is sent beyond 1,000 lines is told so, and the connection is closed though its answer had begun', async () => {
  const { send, next, closed } = await converse(await assign())
  send(lineOf('first'))
  expect(await next()).toMatchObject({ status: 201 })
  send(lineOf('ada').repeat(1_000))
  const results: Result[] = []
  for (let result = await next(); result !== undefined; result = await next()) results.push(result)
  expect(results).toHaveLength(1_000)
  expect(results.at(-1)).toMatchObject({ index: 1_000, status: 422, problem: { code: 'invalid-request' } })
  await closed
})

describe('while the queue of submissions is full', () => {
  /** The batch's answers where the queue takes nothing for so many pauses; and how long these were. */
  async function sendBusy(items: readonly unknown[], pauses: number) {
    const url = await assign()
    const waited: number[] = []
    const { writer } = service.services
    const isFull = () => waited.length < pauses
    const write: typeof writer.write = (...given) =>
      isFull() ? Promise.resolve({ kind: 'busy' }) : writer.write(...given)
    // As full as may be without being refused before anything is read.
    let asked = 0
    const load = () => {
      asked += 1
      return { queued: asked > 1 && isFull() ? 10 : 9, capacity: 10 }
    }
    const pause = (milliseconds: number) => {
      waited.push(milliseconds)
      return Promise.resolve()
    }
    const services = { ...service.services, writer: { ...writer, write, load }, pause }
    const app = await buildApp(services, pino({ level: 'silent' }))
    onTestFinished(() => app.close())
    const answer = await app.inject({
      method: 'POST',
      url: `${url}/attempts/batch`,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      payload: JSON.stringify({ items }),
    })
    return { url, results: answer.json<{ items: Result[] }>().items, waited }
  }

  const items = Array.from({ length: 300 }, (_, index) => ({
    learner: `learner-${String(index % 100)}`,
    answers: { a: String(index) },
  }))

  test('a batch waits, longer each time, and is stored in order once there is room', async () => {
    const { url, results, waited } = await sendBusy(items, 5)
    expect(results.map(({ status }) => status)).toEqual(items.map(() => 201))
    expect(results.map(({ attempt }) => attempt?.number)).toEqual(
      items.map((_, index) => 1 + Math.floor(index / 100)),
    )
    expect(waited).toEqual([50, 100, 200, 400, 800])
    expect(await stored(url)).toBe(300)
  })

  test('after ten seconds in all each is refused with the seconds after which it may come again', async () => {
    const { url, results, waited } = await sendBusy(items, Infinity)
    expect(results.map(({ status }) => status)).toEqual(items.map(() => 503))
    expect(new Set(results.map(({ problem }) => problem?.retryAfter))).toEqual(new Set([2]))
    expect(waited.reduce((sum, each) => sum + each)).toBe(10_000)
    expect(await stored(url)).toBe(0)
  })
})

test('only what may be sent again says when', async () => {
  const url = await assign()
  const [result] = itemsIn(await sendItems(url, [{ learner: 'ada', answers: { z: '1' } }]))
  expect(result?.problem).not.toHaveProperty('retryAfter')
})
