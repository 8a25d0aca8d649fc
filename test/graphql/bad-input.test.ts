import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildSchema, parse, specifiedRules, validate } from 'graphql'
import { readFileSync } from 'node:fs'
import type { Scope } from '../../src/contracts/scopes.js'
import { PROBLEMS, type ProblemCode } from '../../src/errors.js'
import { checkOperation } from '../../src/graphql/check-operation.js'
import { requestRules } from '../../src/graphql/document-rules.js'
import type { Principal } from '../../src/services/principal.js'
import { ask, codeOf, DASHBOARD, type GraphqlAnswer } from '../support/graphql.js'
import { createTestService, type TestService } from '../support/service.js'

const SDL = readFileSync(new URL('../../src/graphql/schema.graphql', import.meta.url), 'utf8')

let service: TestService
let key: string
let other: string

beforeAll(async () => {
  service = await createTestService()
  ;({ key } = await service.tenant('one'))
  other = (await service.tenant('two')).key
  for (const owner of [key, other]) {
    await service.call('PUT /v1/courses/c', { key: owner, body: { title: 'C' } })
    for (const name of ['a', 'b']) {
      await service.call(`PUT /v1/courses/c/members/${name}`, { key: owner, body: { role: 'learner' } })
      await service.call(`PUT /v1/courses/c/assignments/${name}`, {
        key: owner,
        body: { graph: 'lab-network0' },
      })
    }
  }
})
afterAll(() => service.close())

/** That an answer says what is wrong, in a form and with a code that are documented, and nothing else. */
function expectRefused(answer: GraphqlAnswer, status: number, code: ProblemCode): void {
  expect([answer.status, codeOf(answer)]).toEqual([status, code])
  expect(answer.text.length).toBeLessThan(16_000)
  expect(answer.text).not.toMatch(
    /node_modules|at \w+ \(|prisma|SELECT |TypeError|Cannot read|undefined|\.ts\b|\.js\b/,
  )
  for (const { message, extensions } of answer.errors) {
    expect(message).not.toBe('')
    expect(PROBLEMS[extensions.code as ProblemCode].status).toBe(extensions.status)
  }
}

async function send(
  call: Parameters<TestService['call']>[1],
  route = 'POST /graphql',
): Promise<GraphqlAnswer> {
  const { status, body, text } = await service.call(route, { key, ...call })
  const { data, errors = [] } = body as Partial<GraphqlAnswer>
  return { status, data, errors, text }
}

const repeat = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ')

/** Fields so many levels deep. */
const nested = (depth: number, inner: string): string =>
  'course(key: "c") { assignments { edges { node { ' +
  `${'learners { edges { node { '.repeat(depth)}${inner}${' } } }'.repeat(depth)} } } } }`

const DEEP = `{ ${nested(4, 'key')} }`
const HIDDEN = `query { course(key: "c") { ...a } } ${repeat(12, index => {
  const name = String.fromCodePoint(97 + index)
  const next = String.fromCodePoint(98 + index)
  return `fragment ${name} on Course { key assignments { edges { node { learners { edges { node { key } } } } } } ...${next} }`
})} fragment m on Course { key }`

const documents: readonly (readonly [name: string, query: string, code: ProblemCode])[] = [
  ['a text that is no query', 'give me all', 'graphql-syntax'],
  ['a query that does not end', '{ courses { edges', 'graphql-syntax'],
  ['no text', '', 'graphql-invalid'],
  ['spaces', '   ', 'graphql-syntax'],
  ['signs that GraphQL has not', '{ courses { \u0000 } }', 'graphql-syntax'],
  ['a parsed document as JSON', '{"kind":"Document","definitions":[]}', 'graphql-syntax'],
  ['JSON', '[]', 'graphql-syntax'],
  ['a JSON text', '"courses"', 'graphql-syntax'],
  ['a number', '7', 'graphql-syntax'],
  ['fragments alone', 'fragment a on Course { key }', 'graphql-invalid'],
  [
    'two operations, none named',
    'query a { courses { edges { cursor } } } query b { courses { edges { cursor } } }',
    'graphql-invalid',
  ],
  ['a field that is not there', '{ passwords }', 'graphql-invalid'],
  ['a field with a long name', `{ ${'x'.repeat(200_000)} }`, 'graphql-invalid'],
  [
    'a thousand fields that are not there',
    `{ ${repeat(1_000, index => `x${String(index)}`)} }`,
    'graphql-invalid',
  ],
  ['an argument of the wrong type', '{ course(key: 7) { key } }', 'graphql-invalid'],
  ['an argument that is missing', '{ course { key } }', 'graphql-invalid'],
  [
    'a long text as an order',
    `{ course(key: "c") { learners(orderBy: ${'X'.repeat(10_000)}) { totalCount } } }`,
    'graphql-invalid',
  ],
  [
    'a cycle of fragments',
    '{ course(key: "c") { ...a } } fragment a on Course { ...b } fragment b on Course { ...a }',
    'graphql-invalid',
  ],
  [
    'a fragment in itself',
    '{ course(key: "c") { ...a } } fragment a on Course { assignments { edges { node { key } } } ...a }',
    'graphql-invalid',
  ],
  ['10,000 aliases', `{ ${repeat(10_000, index => `a${String(index)}:courses`)} }`, 'query-too-complex'],
  [
    '31 aliases',
    `{ ${repeat(31, index => `a${String(index)}: courses { __typename }`)} }`,
    'query-too-complex',
  ],
  [
    '31 aliases of a name that every type has',
    `{ ${repeat(31, index => `a${String(index)}: __typename`)} }`,
    'query-too-complex',
  ],
  ['a field 900 times', `{ ${'__typename '.repeat(900)} }`, 'query-too-complex'],
  [
    'medians of many assignments',
    '{ course(key: "c") { assignments(first: 150) { edges { node { statistics { medianCredit } } } } } }',
    'query-too-complex',
  ],
  [
    'times of many assignments, in a fragment',
    '{ course(key: "c") { assignments(first: 150) { edges { node { statistics { ...a } } } } } } fragment a on AssignmentStatistics { timeToCompletion { median } }',
    'query-too-complex',
  ],
  [
    'many overviews',
    `{ course(key: "c") { progress { ${repeat(29, index => `a${String(index)}: overview { learners }`)} } } }`,
    'query-too-complex',
  ],
  [
    'many counts of filtered lists',
    `{ course(key: "c") { ${repeat(29, index => `a${String(index)}: learners(filter: { search: "${String(index)}" }) { totalCount }`)} } }`,
    'query-too-complex',
  ],
  [
    'more graphs to publish than are compiled for one request',
    `mutation { ${repeat(6, index => `a${String(index)}: publishGraph(key: "g", definition: {}) { created }`)} }`,
    'query-too-complex',
  ],
  ['31 directives', `{ courses { __typename ${'@include(if: true) '.repeat(31)} } }`, 'query-too-complex'],
  [
    'directives all over',
    `{ ${repeat(31, () => 'courses @include(if: true) { __typename }')} }`,
    'query-too-complex',
  ],
  ['many words', `{ ${'courses '.repeat(3_000)} }`, 'query-too-complex'],
  ['a nest without end', `{ ${'a { '.repeat(50_000)}`, 'query-too-complex'],
  ['lists in lists without end', `{ course(key: ${'['.repeat(50_000)} }`, 'query-too-complex'],
  ['depth', DEEP, 'query-too-complex'],
  [
    'pages in pages',
    '{ courses(first: 200) { edges { node { assignments(first: 200) { edges { node { key } } } } } } }',
    'query-too-complex',
  ],
  ['what fragments hide', HIDDEN, 'query-too-complex'],
  ['the schema', '{ __schema { types { name } } }', 'graphql-invalid'],
  [
    'the schema, deep',
    `{ __schema { types ${'{ fields { type '.repeat(20)} { name } ${'} }'.repeat(20)} } }`,
    'graphql-invalid',
  ],
  ['a type', '{ __type(name: "Course") { name } }', 'graphql-invalid'],
  ['a subscription', 'subscription { attemptGraded(course: "c") { missed } }', 'graphql-invalid'],
]

test.each(documents)('a document is refused: %s', async (_name, query, code) => {
  expectRefused(await ask(service, key, query), 400, code)
})

test('pages in pages are as large in a variable, and in its default', async () => {
  const query = (first: string) =>
    `query ($first: Int${first}) { courses(first: $first) { edges { node { assignments(first: $first) { edges { node { key } } } } } } }`
  expectRefused(await ask(service, key, query(''), { first: 200 }), 400, 'query-too-complex')
  expectRefused(await ask(service, key, query(' = 200')), 400, 'query-too-complex')
  expect((await ask(service, key, query(''), { first: 5 })).errors).toEqual([])
})

test('the dashboard passes with the largest page', async () => {
  expect((await ask(service, key, DASHBOARD, { course: 'c', first: 200 })).errors).toEqual([])
})

test('the medians of a page of assignments can be asked for', async () => {
  const query =
    '{ course(key: "c") { assignments(first: 50) { edges { node { statistics { medianCredit } } } } } }'
  expect((await ask(service, key, query)).errors).toEqual([])
})

test('a document tells at most some of its faults, and no name from the schema', async () => {
  const answer = await ask(service, key, `{ ${repeat(500, index => `cours${String(index)}`)} }`)
  expect(answer.errors.length).toBeLessThanOrEqual(21)
  expect(answer.text).not.toContain('Did you mean')
})

const variables: readonly (readonly [name: string, variables: unknown, code: ProblemCode])[] = [
  ['a variable of the wrong type', { first: 'many' }, 'graphql-invalid'],
  ['a number with a fraction', { first: 1.5 }, 'graphql-invalid'],
  ['a number that no Int holds', { first: 1e12 }, 'graphql-invalid'],
  ['a list of variables', [1], 'graphql-invalid'],
  ['a text of variables', 'first', 'graphql-invalid'],
]

test.each(variables)('variables are refused: %s', async (_name, given, code) => {
  const query = 'query ($first: Int) { courses(first: $first) { edges { cursor } } }'
  expectRefused(await send({ body: { query, variables: given } }), 400, code)
})

describe('of wrong variables one is told', () => {
  const select =
    '($a: Int, $b: Int, $c: Int, $filter: LearnerFilter) { course(key: "c") { members(first: $a) { edges { cursor } } ' +
    'assignments(first: $b) { edges { cursor } } learners(first: $c, filter: $filter) { totalCount } } }'
  const one = `query ${select}`
  const named = `query one${select} query two { courses { edges { cursor } } }`
  const strange = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`x${String(index)}`, 1]))

  test.each([
    ['of wrong types', one, { a: 'x', b: 'y', c: 'z' }],
    ['with names that no input has', one, { filter: strange }],
    ['with names that no input has, of one of two operations', named, { filter: strange }],
  ])('%s', (_name, query, given) => {
    const schema = buildSchema(SDL)
    const document = parse(query)
    const rules = requestRules(false)({
      variables: given,
      operationName: query === named ? 'one' : undefined,
    })
    const faults = validate(schema, document, [...specifiedRules, ...rules])
    expect(faults).toHaveLength(1)
    expect(faults[0]?.message.length).toBeLessThan(200)
    const principal = { scopes: new Set<Scope>(['courses:read', 'progress:read']) } as unknown as Principal
    expect(() => {
      checkOperation(schema, document, principal, given, 'one')
    }).toThrow(faults[0]?.message)
  })

  test('and variables that another operation of the document needs are not missed', async () => {
    const query = `query one { course(key: "c") { key } } query two($key: String!) { course(key: $key) { key } }`
    const answer = await send({ body: { query, operationName: 'one' } })
    expect([answer.data, answer.errors]).toEqual([{ course: { key: 'c' } }, []])
  })
})

const requests: readonly (readonly [
  name: string,
  call: Parameters<TestService['call']>[1],
  status: number,
  code: ProblemCode,
])[] = [
  ['a body that is no JSON', { text: '{"query":' }, 400, 'malformed-json'],
  ['no body', { text: '', headers: { 'content-type': 'application/json' } }, 400, 'malformed-json'],
  ['no type and no body', { headers: { 'mercurius-require-preflight': 'true' } }, 400, 'graphql-invalid'],
  ['null', { text: 'null' }, 400, 'graphql-invalid'],
  ['a list of requests', { body: [{ query: '{ courses { edges { cursor } } }' }] }, 400, 'graphql-invalid'],
  ['no query', { body: {} }, 400, 'graphql-invalid'],
  [
    'a query that is an object',
    { body: { query: { kind: 'Document', definitions: [] } } },
    400,
    'graphql-invalid',
  ],
  ['a body of more than 256 KiB', { body: { query: `# ${'x'.repeat(300_000)}` } }, 413, 'body-too-large'],
  [
    'a body that nests too deeply',
    { text: `{"query":"{ a }","variables":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}` },
    422,
    'invalid-request',
  ],
  ['a reserved name', { text: '{"query":"{ a }","variables":{"__proto__":{}}}' }, 422, 'invalid-request'],
  [
    'plain text, as a page of another site may send it',
    { text: '{"query":"{ a }"}', headers: { 'content-type': 'text/plain' } },
    415,
    'unsupported-media-type',
  ],
  [
    'a form',
    { text: 'query=%7Ba%7D', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    415,
    'unsupported-media-type',
  ],
  [
    'bytes of another character set',
    { text: '{"query":"{ a }"}', headers: { 'content-type': 'application/json; charset=latin1' } },
    415,
    'unsupported-media-type',
  ],
]

test.each(requests)('a request is refused: %s', async (_name, call, status, code) => {
  expectRefused(await send(call), status, code)
})

describe('by GET', () => {
  const preflight = { 'mercurius-require-preflight': 'true' }
  const url = (query: string): string => `GET /graphql?query=${encodeURIComponent(query)}`

  test('a query is answered that no page of another site can have sent', async () => {
    const answer = await send({ headers: preflight }, url('{ course(key: "c") { key } }'))
    expect([answer.status, answer.data]).toEqual([200, { course: { key: 'c' } }])
    expectRefused(await send({}, url('{ course(key: "c") { key } }')), 400, 'preflight-needed')
  })

  test.each([
    [
      'a mutation',
      url('mutation { putCourse(key: "c", input: { title: "D" }) { created } }'),
      405,
      'method-not-allowed',
    ],
    [
      'operations of which none is named',
      url(
        'query a { courses { edges { cursor } } } mutation b { putCourse(key: "c", input: { title: "D" }) { created } }',
      ),
      400,
      'graphql-invalid',
    ],
    [
      'variables that are no JSON',
      `${url('{ courses { edges { cursor } } }')}&variables=x`,
      400,
      'graphql-invalid',
    ],
    [
      'variables with a reserved name',
      `${url('{ courses { edges { cursor } } }')}&variables=${encodeURIComponent('{"__proto__":{}}')}`,
      400,
      'graphql-invalid',
    ],
    ['no query', 'GET /graphql', 400, 'graphql-invalid'],
  ] as const)('%s is refused', async (_name, route, status, code) => {
    expectRefused(await send({ headers: preflight }, route), status, code)
  })
})

describe('a field is refused and the others answered', () => {
  const fields: readonly (readonly [name: string, query: string, code: ProblemCode, path?: string])[] = [
    ['a page of no size', '{ courses(first: 0) { edges { cursor } } }', 'invalid-request', '/first'],
    ['a negative page', '{ courses(first: -5) { edges { cursor } } }', 'invalid-request', '/first'],
    ['a huge page', '{ courses(first: 201) { edges { cursor } } }', 'invalid-request', '/first'],
    ['a cursor that is none', '{ courses(after: "xyz") { edges { cursor } } }', 'invalid-cursor'],
    ['an empty cursor', '{ courses(after: "") { edges { cursor } } }', 'invalid-cursor'],
    ['a key that is none', '{ course(key: "a b") { key } }', 'invalid-request', '/key'],
    ['a key that is a path', '{ course(key: "..") { key } }', 'invalid-request', '/key'],
    ['an id that is none', '{ attempt(course: "c", assignment: "a", id: "x") { id } }', 'not-found'],
    [
      'a version that there is not',
      '{ graph(key: "lab-network0", version: 0) { key } }',
      'invalid-request',
      '/version',
    ],
    [
      'a credit of more than all',
      '{ learners: course(key: "c") { learners(filter: { maxCredit: 2 }) { totalCount } } }',
      'invalid-request',
      '/filter/maxCredit',
    ],
    [
      'a time that is none',
      '{ course(key: "c") { learners(filter: { inactiveSince: "yesterday" }) { totalCount } } }',
      'invalid-request',
      '/filter/inactiveSince',
    ],
    [
      'a search that is too long',
      `{ course(key: "c") { learners(filter: { search: "${'x'.repeat(100)}" }) { totalCount } } }`,
      'invalid-request',
      '/filter/search',
    ],
    [
      'an assignment that is not there',
      '{ course(key: "c") { learners(filter: { assignment: "z" }) { totalCount } } }',
      'not-found',
    ],
    [
      'a title that is empty',
      'mutation { putCourse(key: "c", input: { title: " " }) { created } }',
      'invalid-request',
      '/input/title',
    ],
    [
      'a definition that is none',
      'mutation { publishGraph(key: "g", definition: { title: "G" }) { created } }',
      'invalid-request',
      '/definition/inputs',
    ],
    [
      'a box that is not asked',
      'mutation { submitAttempt(course: "c", assignment: "a", input: { learner: "a", answers: { zz: 1 } }) { replayed } }',
      'unknown-box',
      '/answers/zz',
    ],
    [
      'answers that are no object',
      'mutation { submitAttempt(course: "c", assignment: "a", input: { learner: "a", answers: [1] }) { replayed } }',
      'invalid-request',
      '/input/answers',
    ],
    [
      'an idempotency key with spaces',
      'mutation { submitAttempt(course: "c", assignment: "a", input: { learner: "a", answers: { a: 1 }, idempotencyKey: "a b" }) { replayed } }',
      'invalid-request',
      '/input/idempotencyKey',
    ],
  ]

  test.each(fields.map(([name, ...row]) => ({ name, row })))(
    '$name',
    async ({ row: [query, code, path] }) => {
      const answer = await ask(service, key, query)
      expectRefused(answer, 200, code)
      expect(answer.errors[0]?.path?.length).toBeGreaterThan(0)
      if (path !== undefined) expect(answer.errors[0]?.extensions.errors?.[0]?.path).toBe(path)
    },
  )

  test('a value that nests too deeply in the text of the query is refused with it', async () => {
    const answers = `${'{ a: '.repeat(40)}1${' }'.repeat(40)}`
    const submit = (given: string) =>
      `mutation { submitAttempt(course: "c", assignment: "a", input: { learner: "a", answers: ${given} }) { replayed } }`
    expectRefused(await ask(service, key, submit(answers)), 400, 'graphql-invalid')
    expectRefused(await ask(service, key, submit('{ __proto__: { a: 1 } }')), 400, 'graphql-invalid')
  })

  test('a value that nests too deeply by what a variable in it holds is refused', async () => {
    const deep = (levels: number, inner: unknown): unknown =>
      levels === 0 ? inner : { a: deep(levels - 1, inner) }
    const query = `mutation ($deep: JSON) { submitAttempt(course: "c", assignment: "a", input: { learner: "a",
      answers: ${'{ a: '.repeat(20)}$deep${' }'.repeat(20)} }) { replayed } }`
    expectRefused(await ask(service, key, query, { deep: deep(20, 1) }), 200, 'graphql-invalid')
    // One that does not is read, and found to be no answer.
    expectRefused(await ask(service, key, query, { deep: deep(5, 1) }), 200, 'unreadable-answer')
  })

  test('a cursor of another list, and one of another tenant', async () => {
    const cursors = async (owner: string) => {
      const query =
        '{ course(key: "c") { assignments(first: 1) { pageInfo { endCursor } } members(first: 1) { pageInfo { endCursor } } } }'
      const { course } = (await ask(service, owner, query)).data as {
        course: Record<'assignments' | 'members', { pageInfo: { endCursor: string } }>
      }
      return {
        assignments: course.assignments.pageInfo.endCursor,
        members: course.members.pageInfo.endCursor,
      }
    }
    const [own, theirs] = [await cursors(key), await cursors(other)]
    const after = (cursor: string) =>
      ask(
        service,
        key,
        'query ($cursor: String) { assignments(course: "c", after: $cursor) { edges { node { key } } } }',
        { cursor },
      )
    expect((await after(own.assignments)).data).toEqual({ assignments: { edges: [{ node: { key: 'b' } }] } })
    expectRefused(await after(own.members), 200, 'invalid-cursor')
    expectRefused(await after(theirs.assignments), 200, 'invalid-cursor')
    expect((await after(own.members)).errors[0]?.message).toContain('`endCursor`')
  })

  test('beside it, what can be answered is', async () => {
    const answer = await ask(service, key, '{ course(key: "c") { key } nobody: course(key: "z") { key } }')
    expect(answer.status).toBe(200)
    expect(answer.data).toEqual({ course: { key: 'c' }, nobody: null })
    expect(answer.errors).toMatchObject([
      { path: ['nobody'], extensions: { code: 'not-found', status: 404 } },
    ])
  })
})

test('a query that takes too long is not gone on with', async () => {
  const { courses } = service.services
  const original = { ...courses }
  const slow: typeof courses.find = (...asked) => {
    service.clock.now += 30_000
    return original.find(...asked)
  }
  Object.assign(courses, { find: slow })
  try {
    const answer = await ask(service, key, '{ course(key: "c") { key assignments { edges { cursor } } } }')
    expectRefused(answer, 200, 'query-too-complex')
    expect(answer.data).toEqual({ course: { key: 'c', assignments: null } })
  } finally {
    Object.assign(courses, original)
  }
})

describe('an answer that is too large ends where it becomes so', () => {
  const SIZE = 400
  beforeAll(async () => {
    const nodes = Array.from({ length: SIZE }, (_, index) => ({
      name: `n${String(index)}`,
      expression:
        index === 0 ? 'w + 1' : `n${String(index - 1)} + ${index < 41 ? `${' '.repeat(9_000)}w` : 'w'}`,
    }))
    const long = Array.from({ length: 10 }, (_, index) => `x${String(index)}`)
    const body = {
      title: 'Long',
      inputs: [
        { name: 'w', role: 'parameter', value: 1 },
        ...long.map(name => ({ name, role: 'data', value: Array.from({ length: 900 }, () => 1) })),
      ],
      nodes: [
        ...nodes,
        { name: 'J', expression: [`n${String(SIZE - 1)}`, ...long.map(name => `sum(${name})`)].join(' + ') },
      ],
      output: 'J',
    }
    const { status, text } = await service.call('PUT /v1/graphs/long', { key, body })
    expect([status, status < 300 ? '' : text]).toEqual([201, ''])
  })

  /** What so many aliases of a graph answer. */
  const graphs = (count: number, inner: string) =>
    ask(service, key, `{ ${repeat(count, index => `a${String(index)}: graph(key: "long") { ${inner} }`)} }`)

  test.each([
    ['by the number of its objects', 'boxes { id kind of wrt answer shape label { text tex } }', 28],
    ['by objects of which nothing is asked', `boxes { ${repeat(15, () => '__typename')} }`, 28],
    ['by the entries of its values', 'inputs { value }', 29],
    ['by its texts', 'b: nodes { expression } c: nodes { expression } d: nodes { expression }', 7],
  ])('%s', async (_name, inner, count) => {
    const few = await graphs(1, inner)
    expect(few.errors).toEqual([])
    const answer = await graphs(count, inner)
    expect(answer.errors.length).toBeGreaterThan(0)
    expect(answer.errors.length).toBeLessThanOrEqual(28)
    for (const { extensions } of answer.errors) expect(extensions.code).toBe('query-too-complex')
    expect(answer.text.length).toBeLessThan(count * few.text.length)
  })
})

test('one operation has few reads under way at once, and answers all of them', async () => {
  const { courses } = service.services
  const original = { ...courses }
  let [now, most] = [0, 0]
  const slow: typeof courses.find = async (...asked) => {
    now += 1
    most = Math.max(most, now)
    const found = await original.find(...asked)
    now -= 1
    return found
  }
  Object.assign(courses, { find: slow })
  try {
    const answer = await ask(
      service,
      key,
      `{ ${repeat(20, index => `a${String(index)}: course(key: "c${index === 0 ? '' : String(index)}") { key }`)} }`,
    )
    expect(answer.data?.['a0']).toEqual({ key: 'c' })
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(Array(19).fill('not-found'))
    expect(most).toBe(3)
  } finally {
    Object.assign(courses, original)
  }
})

test.each(['Argument "secret" is not known', 'Syntax Error: secret', 'secret'])(
  'a fault that many fields run into is told of each, never in its words, and logged once: %s',
  async message => {
    const { courses } = service.services
    const original = { ...courses }
    Object.assign(courses, { find: () => Promise.reject(new Error(message)) })
    try {
      const lines = () => service.logged().split('internal error').length
      const before = lines()
      const answer = await ask(
        service,
        key,
        `{ ${repeat(10, index => `a${String(index)}: course(key: "c") { key }`)} }`,
      )
      expectRefused(answer, 200, 'internal-error')
      expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(Array(10).fill('internal-error'))
      expect(answer.text).not.toContain('secret')
      expect(lines()).toBe(before + 1)
    } finally {
      Object.assign(courses, original)
    }
  },
)

test('what goes wrong inside is logged, and not a word of it answered', async () => {
  const { courses } = service.services
  const original = { ...courses }
  Object.assign(courses, { find: () => Promise.reject(new Error('secret: SELECT password')) })
  try {
    const answer = await ask(service, key, '{ course(key: "c") { key } }')
    expectRefused(answer, 200, 'internal-error')
    expect(answer.text).not.toContain('secret')
    expect(service.logged()).toContain('secret')
  } finally {
    Object.assign(courses, original)
  }
})
