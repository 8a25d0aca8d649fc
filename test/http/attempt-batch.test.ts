import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
  readonly problem?: { readonly code: string; readonly errors?: readonly { path: string; code: string }[] }
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

test('a batch over 8 MiB is 413: of JSON the whole, of NDJSON what lies beyond', async () => {
  const url = await assign()
  const line = JSON.stringify({ learner: 'ada', answers: { a: 'x'.repeat(200_000) } })
  const items = Array.from({ length: 50 }, () => JSON.parse(line) as unknown)
  expect((await sendItems(url, items)).status).toBe(413)
  const results = linesIn(await sendLines(url, `${line}\n`.repeat(50)))
  expect(results.length).toBeLessThan(50)
  expect(results.at(-1)).toMatchObject({ status: 413, problem: { code: 'body-too-large' } })
})

test('lines are answered while later ones are still to come', async () => {
  const url = await assign()
  await service.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = service.app.server.address() as AddressInfo
  const client = httpRequest({
    host: '127.0.0.1',
    port,
    path: `${url}/attempts/batch`,
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': NDJSON },
  })
  const line = (learner: string) => `${JSON.stringify({ learner, answers: { a: '11' } })}\n`
  // More than are under way at once: the first are answered before the last is sent.
  for (let index = 0; index < 300; index += 1) client.write(line(`early-${String(index)}`))
  const text = await new Promise<string>((resolve, reject) => {
    client.on('error', reject)
    client.on('response', response => {
      let received = ''
      let sent = false
      response.on('data', (chunk: Buffer) => {
        received += chunk.toString()
        if (!sent) client.end(line('last'))
        sent = true
      })
      response.on('end', () => {
        resolve(received)
      })
    })
  })
  const results = text.trimEnd().split('\n')
  expect(results).toHaveLength(301)
  expect(JSON.parse(results[300] ?? '')).toMatchObject({ index: 300, attempt: { learner: 'last' } })
})
