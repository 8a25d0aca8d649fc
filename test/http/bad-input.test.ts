import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestService, START, type Answer, type TestService } from '../support/service.js'

let service: TestService
let key: string

const ATTEMPTS = 'POST /v1/courses/algebra/assignments/week-1/attempts'
const GRAPH = 'PUT /v1/graphs/refused'

beforeAll(async () => {
  service = await createTestService()
  key = (await service.tenant('owner')).key
  await service.call('PUT /v1/courses/algebra', { key, body: { title: 'Algebra' } })
  await service.call('PUT /v1/courses/algebra/assignments/week-1', { key, body: { graph: 'lab-network0' } })
})
afterAll(() => service.close())

/** What is stored, in numbers: a refusal changes none of them. */
async function stored(): Promise<readonly number[]> {
  const { database } = service
  return Promise.all([
    database.graph.count(),
    database.graphVersion.count(),
    database.course.count(),
    database.assignment.count(),
    database.member.count(),
    database.attempt.count(),
    database.progress.count(),
    database.idempotencyKey.count(),
  ])
}

async function expectRefused(
  send: () => Promise<Answer>,
  expected: { status: number; code: string; entry?: { path: string; code: string } | undefined },
): Promise<Answer> {
  const before = await stored()
  const answer = await send()
  expect(answer.body).toMatchObject({ status: expected.status, code: expected.code })
  expect(answer.status).toBe(expected.status)
  expect(answer.headers['content-type']).toContain('application/problem+json')
  if (expected.entry !== undefined) {
    expect((answer.body as { errors: unknown[] }).errors).toContainEqual(
      expect.objectContaining(expected.entry),
    )
  }
  expect(await stored()).toEqual(before)
  expect((await service.call('GET /livez')).status).toBe(200)
  return answer
}

function attempt(answers: unknown): Promise<Answer> {
  return service.call(ATTEMPTS, { key, body: { learner: 'ada', answers } })
}

function definition(change: object): object {
  return {
    title: 'Refused',
    inputs: [{ name: 'w', role: 'parameter', value: 3 }],
    nodes: [{ name: 'J', expression: 'w^2' }],
    output: 'J',
    ...change,
  }
}

function withExpression(expression: string): object {
  return definition({ nodes: [{ name: 'J', expression }] })
}

describe('a request that is not well-formed', () => {
  test.each([
    ['JSON cut short', '{"learner":', 400, 'malformed-json'],
    ['no body', '', 400, 'malformed-json'],
    ['NaN as a literal', '{"learner":"ada","answers":{"a":NaN}}', 400, 'malformed-json'],
    ['a body over 256 KiB', JSON.stringify({ learner: 'a'.repeat(256 * 1024) }), 413, 'body-too-large'],
  ])('%s is refused by its own code', async (_name, text, status, code) => {
    await expectRefused(() => service.call(ATTEMPTS, { key, text }), { status, code })
  })

  test('an empty body is none where a route does without one, whatever its content type', async () => {
    const url = '/v1/courses/algebra/assignments/week-1'
    const regrade = await service.call(`POST ${url}/regrade`, { key, text: '' })
    expect(regrade).toMatchObject({ status: 202, body: { dryRun: false } })
    await service.call(`PUT ${url}/overrides/ada`, { key, body: {} })
    expect((await service.call(`DELETE ${url}/overrides/ada`, { key, text: '' })).status).toBe(204)
    expect((await service.call('DELETE /v1/courses/algebra/members/ada', { key, text: '' })).status).toBe(204)
    for (const route of [`PUT ${url}`, `PUT ${url}/overrides/ada`, 'POST /v1/evaluate']) {
      await expectRefused(() => service.call(route, { key, text: '' }), {
        status: 400,
        code: 'malformed-json',
      })
    }
  })

  test('bytes that are not UTF-8 are malformed', async () => {
    await expectRefused(
      async () => {
        const response = await service.app.inject({
          method: 'POST',
          url: ATTEMPTS.split(' ')[1]!,
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          payload: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
        })
        return { status: response.statusCode, body: response.json(), text: '', headers: response.headers }
      },
      { status: 400, code: 'malformed-json' },
    )
  })

  test.each([['text/plain'], ['application/x-www-form-urlencoded'], ['application/xml']])(
    'a body of %s is an unsupported media type',
    async type => {
      await expectRefused(
        () => service.call(ATTEMPTS, { key, text: 'a=1', headers: { 'content-type': type } }),
        {
          status: 415,
          code: 'unsupported-media-type',
        },
      )
    },
  )

  test('a body nested deeper than any contract is refused where it gets too deep', async () => {
    const text = `{"learner":"ada","answers":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`
    const answer = await expectRefused(() => service.call(ATTEMPTS, { key, text }), {
      status: 422,
      code: 'invalid-request',
    })
    expect(answer.text).toContain('too-deep')
  })

  test('an address with a broken percent-encoding is malformed', async () => {
    await expectRefused(() => service.call('GET /v1/courses/%zz', { key }), {
      status: 400,
      code: 'malformed-request',
    })
  })

  test.each([
    ['course%00key'],
    ['a%20b'],
    ['a%2Fb'],
    ['k'.repeat(129)],
    ['%F0%9F%98%80'],
    ['k'.repeat(5000)],
  ])('the key %s in a path is refused by its form', async course => {
    await expectRefused(() => service.call(`PUT /v1/courses/${course}`, { key, body: { title: 'x' } }), {
      status: 422,
      code: 'invalid-request',
      entry: { path: '/path/course', code: 'wrong-format' },
    })
  })

  test.each([
    ['limit=0', '/query/limit', 'out-of-range'],
    ['limit=-1', '/query/limit', 'wrong-format'],
    ['limit=0x10', '/query/limit', 'wrong-format'],
    ['limit=100000', '/query/limit', 'out-of-range'],
    ['limit=ten', '/query/limit', 'wrong-format'],
    ['limits=10', '/query/limits', 'unknown-field'],
  ])('the query %s is refused at its path', async (query, path, code) => {
    await expectRefused(() => service.call(`GET /v1/courses?${query}`, { key }), {
      status: 422,
      code: 'invalid-request',
      entry: { path, code },
    })
  })

  test('a cursor whose position was altered is refused, not read', async () => {
    for (const name of ['one', 'two'])
      await service.call(`PUT /v1/courses/${name}`, { key, body: { title: 'x' } })
    const { body } = await service.call('GET /v1/courses?limit=1', { key })
    const { nextCursor } = body as { nextCursor: string }
    const digest = Buffer.from(nextCursor, 'base64url').toString().split('.')[0]!
    for (const position of ['', '\u0000', 'a b', "' OR 1=1"]) {
      const cursor = Buffer.from(`${digest}.${position}`).toString('base64url')
      await expectRefused(() => service.call(`GET /v1/courses?cursor=${cursor}`, { key }), {
        status: 400,
        code: 'invalid-cursor',
      })
    }
    const twice = await service.call(`GET /v1/courses?cursor=${nextCursor}&cursor=${nextCursor}`, { key })
    expect(twice).toMatchObject({ status: 400, body: { code: 'invalid-cursor' } })
  })

  test('a body in another character set is an unsupported media type', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-16' }
    await expectRefused(() => service.call(ATTEMPTS, { key, text: '{}', headers }), {
      status: 415,
      code: 'unsupported-media-type',
    })
  })

  test('bytes that are no HTTP request are answered with a problem', async () => {
    await service.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = service.app.server.address() as AddressInfo
    const flood = `GET /livez HTTP/1.1\r\nhost: x\r\ncookie: ${'x'.repeat(20_000)}\r\n\r\n`
    for (const [bytes, status, code] of [
      ['FOO / HTTP/1.1\r\n\r\n', 400, 'malformed-request'],
      ['nonsense\r\n\r\n', 400, 'malformed-request'],
      [flood, 431, 'headers-too-large'],
    ] as const) {
      const socket = connect(port, '127.0.0.1')
      socket.write(bytes)
      let answer = ''
      for await (const chunk of socket) answer += String(chunk)
      expect(answer).toContain(`HTTP/1.1 ${String(status)}`)
      expect(answer).toContain('application/problem+json')
      expect(answer).toContain(`"code":"${code}"`)
    }
  })

  test.each([['nonsense'], [''], ['AAAA'], [Buffer.from('another.list').toString('base64url')]])(
    'the cursor "%s" is refused',
    async cursor => {
      await expectRefused(() => service.call(`GET /v1/courses?cursor=${cursor}`, { key }), {
        status: 400,
        code: 'invalid-cursor',
      })
    },
  )

  test.each([['with space'], ['ümlaut'], [''], ['k'.repeat(256)]])(
    'the Idempotency-Key "%s" is refused',
    async idempotencyKey => {
      await expectRefused(
        () =>
          service.call(ATTEMPTS, {
            key,
            body: { learner: 'ada', answers: { a: '11' } },
            headers: { 'idempotency-key': idempotencyKey },
          }),
        { status: 400, code: 'invalid-idempotency-key' },
      )
    },
  )

  test('an unknown address has its own code', async () => {
    await expectRefused(() => service.call('GET /v2/graphs', { key }), {
      status: 404,
      code: 'route-not-found',
    })
    await expectRefused(() => service.call('DELETE /v1/graphs/lab-network0', { key }), {
      status: 404,
      code: 'route-not-found',
    })
  })
})

describe('a submission that does not fit', () => {
  test.each([
    ['an unknown field', { learner: 'ada', answers: { a: 1 }, extra: 1 }, '/extra', 'unknown-field'],
    ['no learner', { answers: { a: 1 } }, '/learner', 'missing-field'],
    ['a learner of the wrong type', { learner: 7, answers: { a: 1 } }, '/learner', 'wrong-type'],
    ['a learner that is no key', { learner: 'a b', answers: { a: 1 } }, '/learner', 'wrong-format'],
    ['answers in a list', { learner: 'ada', answers: ['11'] }, '/answers', 'wrong-type'],
    ['no answers', { learner: 'ada' }, '/answers', 'missing-field'],
    ['a list as the body', [1], '', 'wrong-type'],
  ])('%s is refused at its path', async (_name, body, path, code) => {
    await expectRefused(() => service.call(ATTEMPTS, { key, body }), {
      status: 422,
      code: 'invalid-request',
      entry: { path, code },
    })
  })

  test.each([
    ['11abc', 'unknown-name'],
    ['nan', 'not-a-number'],
    ['inf', 'infinite'],
    ['1e999', 'too-large'],
    ['1e-999999999', 'too-large'],
    ['9^9^9^9^9', 'too-large'],
    ['1,000', 'separator'],
    ['3,14', 'separator'],
    ['0x0b', 'hexadecimal'],
    ['1/0', 'outside-domain'],
    ['1 2', 'two-numbers'],
    ['2**3', 'double-star'],
    ['J', 'graph-name'],
    ['('.repeat(50) + '1' + ')'.repeat(50), 'answer-too-complex'],
    [`1${'+1'.repeat(70)}`, 'answer-too-complex'],
    ['1'.repeat(201), 'answer-too-long'],
    ['1'.repeat(41), 'too-many-digits'],
    ['\u0000', 'not-readable'],
    ['\uD800', 'not-readable'],
    ['<script>', 'not-readable'],
    [true, 'not-a-text-or-number'],
    [{ value: 11 }, 'not-a-text-or-number'],
    [[11], 'not-one-number'],
  ])('the answer %j is refused with a message at its box', async (typed, code) => {
    await expectRefused(() => attempt({ a: typed, J: '121' }), {
      status: 422,
      code: 'unreadable-answer',
      entry: { path: '/answers/a', code },
    })
  })

  test('a number past the largest double in the JSON itself is too large', async () => {
    await expectRefused(
      () => service.call(ATTEMPTS, { key, text: '{"learner":"ada","answers":{"a":1e999}}' }),
      { status: 422, code: 'unreadable-answer', entry: { path: '/answers/a', code: 'too-large' } },
    )
  })

  test('every unreadable answer has a message of its own', async () => {
    const answer = await attempt({ a: 'nan', J: '1,5', dJ_da: '22' })
    expect((answer.body as { errors: unknown[] }).errors).toMatchObject([
      { path: '/answers/a', code: 'not-a-number' },
      { path: '/answers/J', code: 'separator' },
    ])
  })

  test.each([['zz'], ['constructor'], ['toString'], ['hasOwnProperty'], ['a~/b']])(
    'the unknown box %s is refused at its path',
    async box => {
      const path = `/answers/${box.replaceAll('~', '~0').replaceAll('/', '~1')}`
      await expectRefused(() => attempt({ a: '11', [box]: '1' }), {
        status: 422,
        code: 'unknown-box',
        entry: { path, code: 'unknown-box' },
      })
    },
  )

  test('the box __proto__ is refused at its path and reaches no prototype', async () => {
    const text = '{"learner":"ada","answers":{"a":"11","__proto__":{"polluted":"1"}}}'
    await expectRefused(() => service.call(ATTEMPTS, { key, text }), {
      status: 422,
      code: 'invalid-request',
      entry: { path: '/answers/__proto__', code: 'reserved-name' },
    })
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test.each([[{}], [{ a: '' }], [{ a: null, J: '  ' }]])('answers %j are nothing answered', async answers => {
    await expectRefused(() => attempt(answers), { status: 422, code: 'nothing-answered' })
  })

  test('a variant that is not the current one is stale', async () => {
    await expectRefused(
      () => service.call(ATTEMPTS, { key, body: { learner: 'ada', answers: { a: '11' }, variant: 'other' } }),
      { status: 409, code: 'stale-variant' },
    )
  })

  test.each([
    ['not open yet', { opensAt: START + 1 }, 'assignment-not-open'],
    ['closed', { closesAt: START }, 'assignment-closed'],
  ])('an assignment that is %s refuses by its own code', async (name, times, code) => {
    const assignment = name.replaceAll(' ', '-')
    const iso = Object.fromEntries(
      Object.entries(times).map(([field, time]) => [field, new Date(time).toISOString()]),
    )
    const url = `/v1/courses/algebra/assignments/${assignment}`
    await service.call(`PUT ${url}`, { key, body: { graph: 'lab-network0', ...iso } })
    await expectRefused(
      () => service.call(`POST ${url}/attempts`, { key, body: { learner: 'ada', answers: { a: '11' } } }),
      { status: 403, code },
    )
  })
})

describe('a definition that cannot be published', () => {
  const names = ['__proto__', 'constructor', 'toString', 'prototype', 'valueOf']

  test.each<[string, object, string, string]>([
    [
      'a cycle',
      definition({
        nodes: [
          { name: 'J', expression: 'K*w' },
          { name: 'K', expression: 'J + 1' },
        ],
      }),
      '/nodes/0/expression',
      'cycle',
    ],
    ['a node that uses itself', withExpression('J + w'), '/nodes/0/expression', 'cycle'],
    [
      'duplicate names',
      definition({
        nodes: [
          { name: 'w', expression: '1' },
          { name: 'J', expression: 'w' },
        ],
      }),
      '/nodes/0/name',
      'duplicate-name',
    ],
    ['an output that is no node', definition({ output: 'w' }), '/output', 'unknown-output'],
    [
      'an output that another node uses',
      definition({
        nodes: [
          { name: 'J', expression: 'w' },
          { name: 'K', expression: 'J' },
        ],
      }),
      '/output',
      'output-feeds-node',
    ],
    ['a division by zero', withExpression('1/(w - 3)'), '/nodes/0/expression', 'domain-error'],
    ['a logarithm of a negative number', withExpression('ln(-w)'), '/nodes/0/expression', 'domain-error'],
    ['an overflow', withExpression('exp(1000*w)'), '/nodes/0/expression', 'domain-error'],
    ['1e-999999999', withExpression('w*1e-999999999'), '/nodes/0/expression', 'exponent-too-large'],
    ['9^9^9^9^9', withExpression('w*9^9^9^9^9'), '/nodes/0/expression', 'domain-error'],
    [
      '10,000 levels',
      withExpression(`${'('.repeat(10_000)}w${')'.repeat(10_000)}`),
      '/nodes/0/expression',
      'expression-too-long',
    ],
    [
      '4,000 levels',
      withExpression(`${'('.repeat(4_000)}w${')'.repeat(4_000)}`),
      '/nodes/0/expression',
      'expression-too-deep',
    ],
    ['4,000 signs', withExpression(`${'-'.repeat(4_000)}w`), '/nodes/0/expression', 'expression-too-deep'],
    ['4,000 powers', withExpression(`w${'^w'.repeat(4_000)}`), '/nodes/0/expression', 'expression-too-deep'],
    ['an unknown name', withExpression('w + q'), '/nodes/0/expression', 'unknown-name'],
    ['code', withExpression('process.exit(1)'), '/nodes/0/expression', 'syntax'],
    ['an unknown box', definition({ boxes: ['J', 'dJ_dq'] }), '/boxes/1', 'unknown-box'],
    ['a box twice', definition({ boxes: ['J', 'J'] }), '/boxes/1', 'duplicate-box'],
    ['no box', definition({ boxes: [] }), '/boxes', 'no-box'],
    ['boxes without weight', definition({ boxes: [{ id: 'J', weight: 0 }] }), '/boxes', 'no-weight'],
    ...names.map(
      name =>
        [
          `the name ${name}`,
          definition({ nodes: [{ name, expression: 'w' }], output: name }),
          '/nodes/0/name',
          'reserved-name',
        ] satisfies [string, object, string, string],
    ),
  ])('%s is refused at its path', async (_name, body, path, code) => {
    await expectRefused(() => service.call(GRAPH, { key, body }), {
      status: 422,
      code: 'invalid-graph',
      entry: { path, code },
    })
  })

  test.each([
    ['an unknown field', definition({ titel: 'x' }), '/titel', 'unknown-field'],
    [
      'a value of the wrong type',
      definition({ inputs: [{ name: 'w', role: 'parameter', value: '3' }] }),
      '/inputs/0/value',
      'wrong-type',
    ],
    [
      'an unknown role',
      definition({ inputs: [{ name: 'w', role: 'weight', value: 3 }] }),
      '/inputs/0/role',
      'unknown-value',
    ],
    [
      'a negative weight',
      definition({ boxes: [{ id: 'J', weight: -1 }] }),
      '/boxes/0/weight',
      'out-of-range',
    ],
    [
      'an unknown field of a box',
      definition({ boxes: [{ id: 'J', wait: 1 }] }),
      '/boxes/0/wait',
      'unknown-field',
    ],
    ['a title with a NUL', definition({ title: 'a\u0000b' }), '/title', 'invalid'],
    ['a title with half a character', definition({ title: '\uD800' }), '/title', 'invalid'],
    [
      'a tolerance of no kind',
      definition({ tolerance: { digits: 2 } }),
      '/tolerance/digits',
      'unknown-field',
    ],
  ])('%s is refused at its path by its form', async (_name, body, path, code) => {
    await expectRefused(() => service.call(GRAPH, { key, body }), {
      status: 422,
      code: 'invalid-request',
      entry: { path, code },
    })
  })

  test('an infinite value is refused at its path', async () => {
    const text = JSON.stringify(definition({})).replace('"value":3', '"value":1e999')
    await expectRefused(() => service.call(GRAPH, { key, text }), {
      status: 422,
      code: 'invalid-request',
      entry: { path: '/inputs/0/value', code: 'not-finite' },
    })
  })

  test('a graph of 5,000 nodes is refused', async () => {
    const nodes = Array.from({ length: 5000 }, (_, i) => ({
      name: `n${String(i)}`,
      expression: i === 0 ? 'w' : `n${String(i - 1)} + 1`,
    }))
    await expectRefused(() => service.call(GRAPH, { key, body: definition({ nodes, output: 'n4999' }) }), {
      status: 422,
      code: 'invalid-graph',
      entry: { path: '/nodes', code: 'too-many-nodes' },
    })
  })

  test('a definition over 2 MiB is too large, one under it is read', async () => {
    const padded = (bytes: number) => definition({ description: 'x'.repeat(bytes) })
    await expectRefused(() => service.call(GRAPH, { key, body: padded(2 * 1024 * 1024) }), {
      status: 413,
      code: 'body-too-large',
    })
    await expectRefused(() => service.call(GRAPH, { key, body: padded(1024 * 1024) }), {
      status: 422,
      code: 'invalid-request',
      entry: { path: '/description', code: 'out-of-range' },
    })
  })

  test('all faults are listed at once, each with its position', async () => {
    const nodes = [
      { name: 'a', expression: 'w +' },
      { name: 'b', expression: '2 ** w' },
      { name: '1x', expression: 'w' },
    ]
    const answer = await expectRefused(
      () => service.call(GRAPH, { key, body: definition({ nodes, output: 'a' }) }),
      {
        status: 422,
        code: 'invalid-graph',
      },
    )
    expect((answer.body as { errors: unknown[] }).errors).toMatchObject([
      { path: '/nodes/2/name', code: 'invalid-name' },
      { path: '/nodes/0/expression', code: 'syntax', position: 3 },
      { path: '/nodes/1/expression', code: 'double-star', position: 2 },
    ])
  })
})

describe('an assignment that does not fit its graph', () => {
  test.each([
    ['an unknown graph', { graph: 'nowhere' }, '/graph', 'unknown-graph'],
    ['an unknown version', { graph: 'lab-network0', graphVersion: 9 }, '/graphVersion', 'unknown-version'],
    [
      'a weight for an unknown box',
      { graph: 'lab-network0', weights: { zz: 1 } },
      '/weights/zz',
      'unknown-box',
    ],
    [
      'weights that are all 0',
      { graph: 'lab-network0', weights: { a: 0, J: 0, dJ_da: 0, da_dw: 0, dJ_dw: 0 } },
      '/weights',
      'no-weight',
    ],
    [
      'closing before opening',
      { graph: 'lab-network0', opensAt: '2026-03-02T00:00:00Z', closesAt: '2026-03-01T00:00:00Z' },
      '/closesAt',
      'closes-before-opening',
    ],
  ])('%s is refused at its path', async (_name, body, path, code) => {
    await expectRefused(() => service.call('PUT /v1/courses/algebra/assignments/refused', { key, body }), {
      status: 422,
      code: 'invalid-assignment',
      entry: { path, code },
    })
  })

  test.each([
    ['a time without a zone', { dueAt: '2026-03-01T00:00:00' }, '/dueAt', 'wrong-format'],
    ['a day that does not exist', { dueAt: '2026-02-30T00:00:00Z' }, '/dueAt', 'wrong-format'],
    ['negative points', { points: -1 }, '/points', 'out-of-range'],
    ['half an attempt', { maxAttempts: 1.5 }, '/maxAttempts', 'wrong-type'],
    ['an unknown rule of keeping', { keep: 'worst' }, '/keep', 'unknown-value'],
    ['more than full late credit', { lateCredit: 1.1 }, '/lateCredit', 'out-of-range'],
  ])('%s is refused at its path by its form', async (_name, change, path, code) => {
    const body = { graph: 'lab-network0', ...change }
    await expectRefused(() => service.call('PUT /v1/courses/algebra/assignments/refused', { key, body }), {
      status: 422,
      code: 'invalid-request',
      entry: { path, code },
    })
  })
})

test('an error inside the service says nothing of its inside and is logged', async () => {
  const broken = await createTestService()
  try {
    const { key: brokenKey } = await broken.tenant('owner')
    await broken.database.$executeRawUnsafe('ALTER TABLE courses RENAME TO mislaid')
    const answer = await broken.call('GET /v1/courses/algebra', { key: brokenKey })
    expect(answer.body).toEqual({
      type: 'urn:chainmark:problem:internal-error',
      title: 'Something went wrong here',
      status: 500,
      code: 'internal-error',
      detail: 'This is a fault of the service; it was logged.',
    })
    expect(broken.logged()).toContain('internal error')
  } finally {
    await broken.close()
  }
})
