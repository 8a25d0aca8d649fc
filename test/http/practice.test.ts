import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildApp } from '../../src/app.js'
import { practiceSchema } from '../../src/contracts/attempt.js'
import {
  cascadePageSchema,
  practiceGraphSchema,
  publicGraphsSchema,
  revealSchema,
  stepsSchema,
} from '../../src/contracts/practice.js'
import { elementsOf } from '../support/figures.js'
import { BUILT_IN_GRAPHS } from '../support/lab-graphs.js'
import { createTestService, type Answer, type TestService } from '../support/service.js'

let service: TestService

const SQUARE = {
  title: 'Square',
  public: true,
  inputs: [{ name: 'w', role: 'parameter', value: 3 }],
  nodes: [{ name: 'J', expression: 'w^2' }],
  output: 'J',
}

const chain = (count: number) => ({
  ...SQUARE,
  title: 'A long chain',
  nodes: Array.from({ length: count }, (_, i) => ({
    name: `n${String(i)}`,
    expression: i === 0 ? 'w + 1' : `n${String(i - 1)} + 1`,
  })),
  output: `n${String(count - 1)}`,
})

const BOXES = {
  title: 'Kinds of boxes',
  public: true,
  inputs: [
    { name: 'w', role: 'parameter', value: [0.1, -2e-9, 3e25] },
    { name: 'x', role: 'data', value: [1 / 3, 2, 1e-7] },
    {
      name: 'v',
      role: 'parameter',
      value: [
        [1.5, 2],
        [3, -0.25],
      ],
    },
  ],
  nodes: [
    { name: 'p', expression: 'w*x' },
    { name: 'q', expression: '-2*v' },
    { name: 'z', expression: '0*sum(x)' },
    { name: 'J', expression: 'sum(p) + sum(q) + z^2' },
  ],
  output: 'J',
}

const ASKS_EXPRESSIONS = {
  title: 'Expressions',
  public: true,
  inputs: [{ name: 'w', role: 'parameter', value: 3 }],
  nodes: [
    { name: 'a', expression: '2 + 3*w' },
    { name: 'J', expression: 'a^2' },
  ],
  output: 'J',
  boxes: ['a', { id: 'dJ_da', answer: 'expression' }, 'da_dw', { id: 'dJ_dw', answer: 'expression' }],
}

beforeAll(async () => {
  service = await createTestService()
  const [owner, other] = [await service.tenant('owner'), await service.tenant('other')]
  const put = async (key: string, graph: string, body: unknown): Promise<void> => {
    expect((await service.call(`PUT /v1/graphs/${graph}`, { key, body })).status).toBeLessThan(300)
  }
  await put(owner.key, 'open', SQUARE)
  await put(owner.key, 'long', chain(151))
  await put(owner.key, 'kinds', BOXES)
  await put(owner.key, 'expressions', ASKS_EXPRESSIONS)
  await put(owner.key, 'closed', { ...SQUARE, public: false })
  await put(owner.key, 'unsaid', { ...SQUARE, public: undefined })
  await put(owner.key, 'opened', { ...SQUARE, public: false })
  await put(owner.key, 'opened', SQUARE)
  await put(owner.key, 'withdrawn', SQUARE)
  await put(owner.key, 'withdrawn', { ...SQUARE, public: false })
  // A tenant's own graph under the key of one that is built in.
  await put(owner.key, 'fan-out', { ...SQUARE, public: false })
  await put(other.key, 'others', SQUARE)
})
afterAll(() => service.close())

const get = (path: string): Promise<Answer> => service.call(`GET /practice/graphs${path}`)
const grade = (path: string, answers: unknown, text?: string): Promise<Answer> =>
  service.call(`POST /practice/graphs/${path}`, text === undefined ? { body: { answers } } : { text })

describe('the list', () => {
  test('without a tenant holds what is built in, with how many boxes there are', async () => {
    const { status, body } = await get('')
    expect(status).toBe(200)
    const { items } = publicGraphsSchema.parse(body)
    expect(items.map(({ key }) => key)).toEqual(Object.keys(BUILT_IN_GRAPHS).sort())
    expect(items.find(({ key }) => key === 'lab-network1')).toMatchObject({ boxes: 13 })
  })

  test('of a tenant holds what it has made public, and nothing that is built in', async () => {
    const { items } = publicGraphsSchema.parse((await get('?tenant=owner')).body)
    expect(items.map(({ key }) => key)).toEqual(['expressions', 'kinds', 'long', 'open', 'opened'])
    // From what was kept as well.
    expect((await get('?tenant=owner')).body).toEqual({ items })
  })

  test('of a tenant without any, and of one that is not there, is empty', async () => {
    await service.tenant('empty')
    expect((await get('?tenant=empty')).body).toEqual({ items: [] })
    expect((await get('?tenant=nobody')).body).toEqual({ items: [] })
    expect((await get('?tenant=~built-in')).body).toEqual({ items: [] })
  })
})

describe('what is not public is not there', () => {
  const HIDDEN = [
    ['unknown', ''],
    ['open', ''],
    ['open', '?tenant=other'],
    ['open', '?tenant=nobody'],
    ['open', '?tenant=owner&version=2'],
    ['closed', '?tenant=owner'],
    ['closed', '?tenant=owner&version=1'],
    ['unsaid', '?tenant=owner'],
    ['opened', '?tenant=owner&version=1'],
    ['withdrawn', '?tenant=owner'],
    ['withdrawn', '?tenant=owner&version=1'],
    ['fan-out', '?tenant=owner'],
    ['lab-network0', '?tenant=owner'],
    ['lab-network0', '?tenant=~built-in'],
    ['lab-network0', '?version=2147483647'],
  ] as const

  test.each(HIDDEN)('%s%s is answered alike by every route', async (graph, query) => {
    const and = query === '' ? '?' : `${query}&`
    const answers = [
      await get(`/${graph}${query}`),
      await get(`/${graph}/steps${and}box=J`),
      await get(`/${graph}/reveal${query}`),
      await get(`/${graph}/cascade${query}`),
      await grade(`${graph}/grade${query}`, { J: '9' }),
    ]
    const missing = await get('/nothing-of-that-key')
    for (const answer of answers) expect(answer).toMatchObject({ status: 404, body: missing.body })
    expect(missing.body).toMatchObject({ code: 'not-found' })
  })

  test.each(['open?tenant=owner', 'opened?tenant=owner', 'opened?tenant=owner&version=2', 'fan-out'])(
    '%s is there',
    async path => {
      expect((await get(`/${path}`)).status).toBe(200)
    },
  )

  test('a key opens nothing more', async () => {
    const { key } = await service.tenant('curious')
    await service.call('PUT /v1/graphs/mine', { key, body: { ...SQUARE, public: false } })
    expect((await service.call('GET /practice/graphs/mine?tenant=curious', { key })).status).toBe(404)
  })
})

describe('a graph', () => {
  test('has its boxes in the order of work, each at its place in the figure', async () => {
    const { graph, svg } = practiceGraphSchema.parse((await get('/lab-network0')).body)
    expect(graph.boxes.map(({ id }) => id)).toEqual(['a', 'J', 'dJ_da', 'da_dw', 'dJ_dw'])
    const elements = elementsOf(svg ?? '')
    expect(elements[0]!.attributes['viewBox']).toBe(
      `0 0 ${String(graph.figure!.width)} ${String(graph.figure!.height)}`,
    )
    for (const { id, place } of graph.boxes) {
      const { x, y, width, height } = elements.find(
        element => element.attributes['id'] === `box-${id}`,
      )!.attributes
      for (const [drawn, told] of [
        [x, place!.x],
        [y, place!.y],
        [width, place!.width],
        [height, place!.height],
      ]) {
        expect(Number(drawn)).toBeCloseTo(Number(told), 1)
      }
    }
  })

  test('takes its colours from the page', async () => {
    const { svg } = practiceGraphSchema.parse((await get('/lab-network1')).body)
    const colours = elementsOf(svg ?? '').flatMap(({ attributes }) =>
      ['fill', 'stroke'].flatMap(name => attributes[name] ?? []),
    )
    expect(colours.length).toBeGreaterThan(20)
    for (const colour of colours) expect(colour).toMatch(/^(none|var\(--cm-[a-z-]+, #[0-9a-f]{6}\))$/)
  })

  test('too large to be drawn is a list of boxes', async () => {
    const { graph, svg } = practiceGraphSchema.parse((await get('/long?tenant=owner')).body)
    expect(svg).toBeNull()
    expect(graph.figure).toBeNull()
    expect(graph.boxes.length).toBeGreaterThan(300)
    for (const { place } of graph.boxes) expect(place).toBeNull()
    expect(cascadePageSchema.parse((await get('/long/cascade?tenant=owner')).body)).toMatchObject({
      svg: null,
      width: 0,
      height: 0,
    })
  })
})

test('grading tells of the boxes that hold an answer; what cannot be read is invalid', async () => {
  const { status, body } = await grade('lab-network0/grade', { a: '11', J: '11abc', da_dw: '', dJ_dw: '9/2' })
  expect(status).toBe(200)
  const { boxes } = practiceSchema.parse(body)
  expect(boxes.map(box => [box.id, box.status])).toEqual([
    ['a', 'correct'],
    ['J', 'invalid'],
    ['dJ_dw', 'incorrect'],
  ])
})

describe('within bounds', () => {
  test('a graph of more boxes than anybody fills in is graded with a key alone', async () => {
    const { key } = await service.tenant('large')
    const put = (count: number) => service.call('PUT /v1/graphs/large', { key, body: chain(count) })
    expect((await put(334)).status).toBe(201)
    const refused = { status: 422, body: { code: 'too-complex' } }
    expect(await grade('large/grade?tenant=large', { n0: '4' })).toMatchObject(refused)
    expect(await get('/large/steps?tenant=large&box=n0')).toMatchObject(refused)
    const keyed = await service.call('POST /v1/graphs/large/grade', { key, body: { answers: { n0: '4' } } })
    expect((keyed.body as { boxes: unknown[] }).boxes).toHaveLength(1001)
    expect((await put(333)).status).toBe(200)
    expect(await grade('large/grade?tenant=large', { n0: '4' })).toMatchObject({
      status: 200,
      body: { boxes: [{ id: 'n0', status: 'correct' }] },
    })
    expect(await get('/large/steps?tenant=large&box=n0')).toMatchObject({ status: 200 })
  })

  test('what takes too much work to compute is invalid, and with it no attempt is taken', async () => {
    const costly = Object.fromEntries(
      Array.from({ length: 151 }, (_, i) => [`n${String(i)}`, '2^2047/3^1200+7^700/11^590']),
    )
    const { status, body } = await grade('long/grade?tenant=owner', costly)
    expect(status).toBe(200)
    const invalid = practiceSchema.parse(body).boxes.filter(box => box.status === 'invalid')
    expect(invalid.length).toBeGreaterThan(110)
    expect(new Set(invalid.flatMap(({ feedback }) => feedback.map(({ code }) => code)))).toEqual(
      new Set(['answer-too-complex']),
    )
    const { key } = await service.tenant('teacher')
    const call = (route: string, sent: unknown) => service.call(route, { key, body: sent })
    await call('PUT /v1/graphs/long', chain(151))
    await call('PUT /v1/courses/c', { title: 'C' })
    await call('PUT /v1/courses/c/assignments/a', { graph: 'long' })
    const attempts = 'POST /v1/courses/c/assignments/a/attempts'
    // With a key there is room for four times as much, and no more.
    const { boxes } = (await call('GET /v1/graphs/long', undefined)).body as { boxes: { id: string }[] }
    const inAll = Object.fromEntries(boxes.map(({ id }) => [id, costly['n0']]))
    const refused = await call(attempts, { learner: 'ada', answers: inAll })
    expect(refused).toMatchObject({ status: 422, body: { code: 'unreadable-answer' } })
    const { errors } = refused.body as { errors: { code: string }[] }
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['answer-too-complex']))
    expect(errors.length).toBeLessThan(boxes.length - 50)
    // It cost no attempt.
    expect(await call(attempts, { learner: 'ada', answers: { n0: '4' } })).toMatchObject({
      status: 201,
      body: { number: 1 },
    })
  })

  test('of made-up boxes and fields a hundred are listed, and how many more there are', async () => {
    const invented = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`q${String(i)}`, 1]))
    const boxes = await grade('lab-network0/grade', invented)
    expect(boxes).toMatchObject({ status: 422, body: { code: 'unknown-box', errors: { length: 100 } } })
    expect((boxes.body as { detail: string }).detail).toContain('4900 more')
    const fields = await grade('lab-network0/grade', undefined, JSON.stringify({ answers: {}, ...invented }))
    const { errors } = fields.body as { errors: { path: string; code: string; message: string }[] }
    expect(errors).toHaveLength(101)
    expect(errors.at(-1)).toMatchObject({ path: '', code: 'unknown-field' })
    expect(errors.at(-1)?.message).toContain('4900 more')
  })

  test('a body that holds more than a thousand boxes take is not even read', async () => {
    const text = JSON.stringify({ answers: { a: '1'.repeat(64 * 1024) } })
    expect(await grade('lab-network0/grade', undefined, text)).toMatchObject({
      status: 413,
      body: { code: 'body-too-large' },
    })
  })

  test('a class behind one address that asks all at once is answered', async () => {
    const answers = await Promise.all(
      Array.from({ length: 300 }, () => grade('lab-network0/grade', { a: '11' })),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })
})

const PATHS = [
  ...Object.keys(BUILT_IN_GRAPHS).map(key => [key, ''] as const),
  ['kinds', '?tenant=owner'] as const,
  ['expressions', '?tenant=owner'] as const,
]

describe.each(PATHS)('%s', (key, query) => {
  const and = query === '' ? '?' : `${query}&`
  const statusesOf = async (answers: unknown): Promise<string[]> => {
    const { body } = await grade(`${key}/grade${query}`, answers)
    return practiceSchema.parse(body).boxes.map(({ id, status }) => `${id} ${status}`)
  }

  test('what is revealed is right when it is typed, box by box and all at once', async () => {
    const { boxes } = revealSchema.parse((await get(`/${key}/reveal${query}`)).body)
    const { graph } = practiceGraphSchema.parse((await get(`/${key}${query}`)).body)
    expect(boxes.map(({ id }) => id)).toEqual(graph.boxes.map(({ id }) => id))
    const statuses = await statusesOf(Object.fromEntries(boxes.map(({ id, value }) => [id, value])))
    expect(statuses.sort()).toEqual(boxes.map(({ id }) => `${id} correct`).sort())
  })

  test('the steps of each box end at a value that is right when it is typed', async () => {
    const { graph } = practiceGraphSchema.parse((await get(`/${key}${query}`)).body)
    const values: [string, string][] = []
    for (const { id } of graph.boxes) {
      const { box, value, steps } = stepsSchema.parse(
        (await get(`/${key}/steps${and}box=${encodeURIComponent(id)}`)).body,
      )
      expect(box).toBe(id)
      expect(steps.length).toBeGreaterThan(0)
      expect(steps.some(({ html }) => html.includes('<math'))).toBe(true)
      values.push([id, value])
    }
    const statuses = await statusesOf(Object.fromEntries(values))
    expect(statuses.sort()).toEqual(values.map(([id]) => `${id} correct`).sort())
  })

  test('no answer can be read in the graph, nor in what grading says of wrong entries', async () => {
    const { boxes } = revealSchema.parse((await get(`/${key}/reveal${query}`)).body)
    const { body } = await get(`/${key}${query}`)
    const { graph } = practiceGraphSchema.parse(body)
    // What is given is no answer, and neither is a number that the formulas hold.
    const given = new Set(
      numbersIn([graph.inputs, graph.nodes, graph.boxes.map(box => [box.shape, box.place])]),
    )
    for (const number of [0, 1, graph.version, ...numbersIn(graph.figure)]) given.add(number)
    const answers = boxes.flatMap(({ value }) => numbersIn(value)).filter(number => !given.has(number))
    const shown = new Set(numbersIn(graph))
    for (const answer of answers) expect(shown.has(answer)).toBe(false)
    const wrong = Object.fromEntries(boxes.map(({ id }) => [id, '987654.321']))
    const { body: graded } = await grade(`${key}/grade${query}`, wrong)
    const said = new Set(
      numbersIn(practiceSchema.parse(graded).boxes.map(({ feedback, answer }) => [feedback, answer])),
    )
    for (const answer of answers) expect(said.has(answer)).toBe(false)
  })
})

/** Every number in a value, as itself or written in a text. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  if (typeof value === 'string') {
    return [...value.matchAll(/(?<![A-Za-z_\d])-?\d+(\.\d+)?([eE][+-]?\d+)?/g)].map(([text]) => Number(text))
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(numbersIn)
}

describe('the language of steps', () => {
  const stepsIn = async (lang: string) =>
    stepsSchema.parse((await get(`/lab-network1/steps?box=dJ_dw${lang}`)).body)

  test('is the one asked for, from the first time and from what was kept; only the words are others', async () => {
    for (const from of ['work', 'what was kept']) {
      const [english, german] = [await stepsIn('&lang=en'), await stepsIn('&lang=de')]
      expect(await stepsIn(''), from).toEqual(english)
      expect({ ...german, steps: [] }).toEqual({ ...english, steps: [] })
      expect(german.steps.map(({ kind }) => kind)).toEqual(english.steps.map(({ kind }) => kind))
      const said = german.steps.filter(({ text }, index) => text !== english.steps[index]!.text)
      expect(said.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
        'nudge: Addiere ε = 0.001 zu w und berechne alles, was folgt, neu: w_ε = −1.999, und aus J = 4.5 wird J_ε = 4.506002',
        'words: Wenn sich w ein wenig (ε) ändert, ändert sich c um das 2-Fache davon und J wiederum um das 3-Fache davon; also ändert sich J um das 6-Fache von ε',
      ])
      expect(said[1]!.html).toContain('ändert sich ')
    }
  })

  test('an unknown one is refused at its place in the query', async () => {
    expect(await get('/lab-network1/steps?box=dJ_dw&lang=fr')).toMatchObject({
      status: 422,
      body: { code: 'invalid-request', errors: [{ path: '/query/lang' }] },
    })
  })
})

describe('the cascade', () => {
  test('tells how a change of a parameter runs through, as text and typeset, beside its figure', async () => {
    const page = cascadePageSchema.parse((await get('/lab-network0/cascade')).body)
    expect(page.cascades.map(({ from }) => from)).toEqual(['w'])
    expect(page.cascades[0]!.lines.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['w ↑ ε', 'a ↑ 3ε', 'J ↑ 66ε']),
    )
    expect(elementsOf(page.svg ?? '')[0]!.attributes['viewBox']).toBe(
      `0 0 ${String(page.width)} ${String(page.height)}`,
    )
  })
})

describe('bad input is refused', () => {
  test.each([
    ['GET', 'lab-network0?version=0', 422, 'invalid-request'],
    ['GET', 'lab-network0?version=x', 422, 'invalid-request'],
    ['GET', 'lab-network0?tenant=a%20b', 422, 'invalid-request'],
    ['GET', 'lab-network0?tenant=', 422, 'invalid-request'],
    ['GET', 'lab-network0?colour=red', 422, 'invalid-request'],
    ['GET', 'a%20b', 422, 'invalid-request'],
    ['GET', 'lab-network0/steps', 422, 'invalid-request'],
    ['GET', 'lab-network0/steps?box=', 422, 'invalid-request'],
    ['GET', 'lab-network0/steps?box=J&lang=fr', 422, 'invalid-request'],
    ['GET', 'lab-network0/steps?box=J&lang=', 422, 'invalid-request'],
    ['GET', 'lab-network0/steps?box=dJ_dq', 422, 'unknown-box'],
    ['GET', 'lab-network0/steps?box=__proto__', 422, 'unknown-box'],
    ['GET', `lab-network0/steps?box=${'x'.repeat(201)}`, 422, 'invalid-request'],
  ])('%s %s', async (_method, path, status, code) => {
    expect(await get(`/${path}`)).toMatchObject({ status, body: { code } })
  })

  test.each([
    ['an unknown box', '{"answers":{"q":"1"}}', 422, 'unknown-box'],
    ['no answers', '{}', 422, 'invalid-request'],
    ['a list of answers', '{"answers":["1"]}', 422, 'invalid-request'],
    ['other inputs', '{"answers":{},"inputs":{"w":4}}', 422, 'invalid-request'],
    ['no JSON', '{', 400, 'malformed-json'],
    ['a reserved name', '{"answers":{"__proto__":"1"}}', 422, 'invalid-request'],
    [
      'a body that is too large',
      JSON.stringify({ answers: { a: 'x'.repeat(300_000) } }),
      413,
      'body-too-large',
    ],
  ])('grade: %s', async (_name, text, status, code) => {
    expect(await grade('lab-network0/grade', undefined, text)).toMatchObject({ status, body: { code } })
  })
})

test('practice of an address is counted, and so are pages, each by itself; what is beyond the limit waits', async () => {
  const app = await buildApp(service.services, pino({ level: 'silent' }), {
    rateLimits: { perKey: 0, practice: 2, failedKeys: 0, perSession: 0 },
  })
  const ask = (url: string) => app.inject({ url, remoteAddress: '203.0.113.7' })
  for (const url of ['/practice/graphs', '/practice/graphs/fan-out/reveal', '/', '/graphs/lab-network0']) {
    expect((await ask(url)).statusCode).toBe(200)
  }
  const refused = await ask('/practice/graphs/fan-out')
  expect(refused.statusCode).toBe(429)
  expect(refused.json()).toMatchObject({ code: 'too-many-requests' })
  const page = await ask('/graphs/fan-out')
  expect(page.statusCode).toBe(429)
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(page.headers['retry-after']).toBeDefined()
  expect((await ask('/livez')).statusCode).toBe(200)
  await app.close()
})
