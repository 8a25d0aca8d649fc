import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AttemptRecord } from '../../src/contracts/attempt.js'
import type { Solution } from '../../src/contracts/graph.js'
import { createTestService, START, type Answer, type TestService } from '../support/service.js'

const LEVELS = ['full', 'verdicts', 'score', 'none'] as const
type Level = (typeof LEVELS)[number]
type Reveal = 'never' | 'when-correct' | 'after-close'

/** Right values of many digits, so that none occurs by chance. */
const GRAPH = {
  title: 'Digits',
  inputs: [
    { name: 'w', role: 'parameter', value: 1.7 },
    { name: 'x', role: 'data', value: 2.3 },
    { name: 'b', role: 'data', value: -0.9 },
  ],
  nodes: [
    { name: 'u', expression: 'w^2*x + b' },
    { name: 'v', expression: 'u^2' },
    { name: 'J', expression: '0.37*v + u' },
  ],
  output: 'J',
  boxes: ['u', 'v', 'J', 'dv_du', 'dJ_du', 'dJ_dw'],
}
/** Right within the tolerance, wrong, left blank, and dJ_dw with the upstream gradient forgotten. */
const ANSWERS = { u: '5.75', v: '12', dv_du: '11.5', dJ_du: '3', dJ_dw: '7.82' }

const CLOSE = START + 3_600_000
const MINIMAL = { closesAt: new Date(CLOSE).toISOString(), maxAttempts: 9 }

let service: TestService
let key: string
let truths: ReadonlyMap<string, number>
let assignments = 0

beforeAll(async () => {
  service = await createTestService()
  key = (await service.tenant('owner')).key
  await service.call('PUT /v1/courses/algebra', { key, body: { title: 'Algebra' } })
  expect((await service.call('PUT /v1/graphs/digits', { key, body: GRAPH })).status).toBe(201)
  const solved = (await service.call('GET /v1/graphs/digits/solution', { key })).body as Solution
  truths = new Map(solved.boxes.map(({ id, value }) => [id, value as number]))
  expect(truths.size).toBe(6)
})
afterAll(() => service.close())

type Shown = { readonly feedback: Level; readonly reveal: Reveal }

/** A new assignment. Answers its URL. */
async function assign(policy: object = {}): Promise<string> {
  assignments += 1
  const url = `/v1/courses/algebra/assignments/week-${String(assignments)}`
  const answer = await change(url, policy)
  expect(answer.status).toBe(201)
  return url
}

function change(url: string, policy: object): Promise<Answer> {
  return service.call(`PUT ${url}`, { key, body: { graph: 'digits', ...MINIMAL, ...policy } })
}

function submit(url: string, answers: object = ANSWERS, idempotencyKey?: string): Promise<Answer> {
  return service.call(`POST ${url}/attempts`, {
    key,
    body: { learner: 'ada', answers },
    headers: idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey },
  })
}

async function afterClose<Result>(work: () => Promise<Result>): Promise<Result> {
  service.clock.now = CLOSE
  try {
    return await work()
  } finally {
    service.clock.now = START
  }
}

/** Every place in a value, with the elements of a list taken together: `boxes[].id`. */
function places(value: unknown, path = ''): Set<string> {
  if (Array.isArray(value)) {
    const inside = value.flatMap(item => [...places(item, `${path}[]`)])
    return new Set(inside.length > 0 ? inside : [`${path}[]`])
  }
  if (typeof value !== 'object' || value === null) return new Set([path])
  const prefix = path === '' ? '' : `${path}.`
  return new Set(Object.entries(value).flatMap(([name, part]) => [...places(part, prefix + name)]))
}

const NONE = ['id', 'number', 'submittedAt', 'late', 'attempts', 'remaining']
const SCORE = [
  ...['id', 'learner', 'number', 'credit', 'points', 'maxPoints', 'submittedAt', 'late'],
  ...['attempts', 'credit', 'points', 'remaining', 'completed'].map(name => `progress.${name}`),
]
const VERDICTS = [...SCORE, ...['id', 'status', 'credit', 'answer'].map(name => `boxes[].${name}`)]
const PLACES: Readonly<Record<Level, readonly string[]>> = {
  full: [...VERDICTS, 'boxes[].feedback[]', 'boxes[].feedback[].code', 'boxes[].feedback[].message'],
  verdicts: VERDICTS,
  score: SCORE,
  none: NONE,
}

function expectPlaces(answer: Answer, level: Level, revealed: boolean): void {
  const expected = [...PLACES[level], ...(revealed ? ['boxes[].expected'] : [])]
  expect([...places(answer.body)].sort()).toEqual([...new Set(expected)].sort())
}

/** Whatever tells of a verdict, a mistake or a right value. */
const TELLING =
  /correct|incorrect|follows|invalid|blank|status|feedback|boxes|expected|misconception|forgot|upstream|sign"|missing-path|gave-/

/** Right values that a response holds, in its body or a header; none was typed. */
function rightValuesIn({ text, headers }: Answer): string[] {
  const all = text + JSON.stringify(headers)
  return [...truths].flatMap(([id, value]) => (all.includes(String(value).slice(0, 7)) ? [id] : []))
}

/** The stricter of two levels. */
function stricter(a: Level, b: Level): Level {
  return LEVELS[Math.max(LEVELS.indexOf(a), LEVELS.indexOf(b))]!
}

describe.each(LEVELS)('feedback %s', level => {
  test('answers an attempt with exactly what it may', async () => {
    const answer = await submit(await assign({ feedback: level }))
    expect(answer.status).toBe(201)
    expectPlaces(answer, level, false)
    expect(rightValuesIn(answer)).toEqual([])
    if (level === 'score' || level === 'none') expect(answer.text).not.toMatch(TELLING)
    if (level === 'none') expect(answer.text).not.toMatch(/credit|points|completed/)
  })

  test.each(LEVELS)('replays no more than that when the level has become %s', async now => {
    const url = await assign({ feedback: level })
    const first = await submit(url, ANSWERS, `${level}-${now}`)
    await change(url, { feedback: now })
    const again = await submit(url, ANSWERS, `${level}-${now}`)
    expect(again).toMatchObject({ status: 201, headers: { 'idempotent-replayed': 'true' } })
    expectPlaces(again, stricter(level, now), false)
    const { id } = again.body as AttemptRecord
    expect(first.body).toMatchObject({ id, number: 1 })
  })

  test('is the same for a replay in the same policy, to the letter', async () => {
    const url = await assign({ feedback: level })
    const first = await submit(url, ANSWERS, `same-${level}`)
    await submit(url, { u: '1' })
    expect((await submit(url, ANSWERS, `same-${level}`)).text).toBe(first.text)
  })

  test.each([
    ['unreadable answers', { ...ANSWERS, v: 'abc' }, 422, 'unreadable-answer'],
    ['an unknown box', { ...ANSWERS, z: '1' }, 422, 'unknown-box'],
    ['nothing', {}, 422, 'nothing-answered'],
  ])('refuses %s in the same words as any other', async (_, answers, status, code) => {
    const refused = await submit(await assign({ feedback: level }), answers)
    expect(refused).toMatchObject({ status, body: { code } })
    expect(refused.body).toEqual((await submit(await assign(), answers)).body)
    expect(rightValuesIn(refused)).toEqual([])
  })

  test('hides nothing from those who may read progress', async () => {
    const url = await assign({ feedback: level })
    await submit(url)
    const { body } = await service.call(`GET ${url}/attempts`, { key })
    const [record] = (body as { items: AttemptRecord[] }).items
    expect(record).toMatchObject({ learner: 'ada', number: 1, progress: { attempts: 1 } })
    expect(record!.boxes.map(({ id, status, answer }) => [id, status, answer])).toEqual([
      ['u', 'correct', '5.75'],
      ['v', 'incorrect', '12'],
      ['J', 'blank', null],
      ['dv_du', 'correct', '11.5'],
      ['dJ_du', 'incorrect', '3'],
      ['dJ_dw', 'incorrect', '7.82'],
    ])
    expect(record!.boxes.at(-1)).toMatchObject({
      feedback: [{ code: 'forgot-upstream' }],
      misconceptions: ['forgot-upstream'],
    })
    const read = await service.call(`GET ${url}/attempts/${record!.id}`, { key })
    expect(read.body).toEqual(record)
  })
})

test.each(['score', 'none'])('at %s, answers are of one size whatever is right', async feedback => {
  const url = await assign({ feedback })
  // Two boxes right, or two others, and any wrong ones: the credit is the same.
  const tries = [
    { u: '5.75', dv_du: '11.5', v: '12', dJ_dw: '7.82' },
    { v: '33.028', J: '17.967', u: '-5.747', dJ_du: '1' },
  ]
  const [one, two] = [await submit(url, tries[0]), await submit(url, tries[1])]
  expect(one.status).toBe(201)
  expect(two.text.length).toBe(one.text.length)
})

describe('revealing', () => {
  test.each([
    ['full', 'never', []],
    ['full', 'when-correct', ['u', 'dv_du']],
    ['full', 'after-close', []],
    ['verdicts', 'never', []],
    ['verdicts', 'when-correct', ['u', 'dv_du']],
    ['verdicts', 'after-close', []],
    ['score', 'when-correct', []],
    ['none', 'when-correct', []],
  ] as const)('at %s, %s shows with an attempt: %j', async (feedback, reveal, ids) => {
    const answer = await submit(await assign({ feedback, reveal }))
    expectPlaces(answer, feedback, ids.length > 0)
    expect(rightValuesIn(answer)).toEqual(ids)
  })

  const all = GRAPH.boxes
  const right = ['u', 'dv_du']
  test.each<readonly [Reveal, Reveal, readonly string[], readonly string[]]>([
    ['never', 'never', [], []],
    ['never', 'when-correct', [], []],
    ['never', 'after-close', [], []],
    ['when-correct', 'never', [], []],
    ['when-correct', 'when-correct', right, right],
    ['when-correct', 'after-close', [], right],
    ['after-close', 'never', [], []],
    ['after-close', 'when-correct', [], right],
    ['after-close', 'after-close', [], all],
  ])('%s then and %s now: a replay shows %j, and %j once closed', async (then, now, open, closed) => {
    const url = await assign({ reveal: then })
    const retry = `${then}-${now}`
    await submit(url, ANSWERS, retry)
    await change(url, { reveal: now })
    expect(rightValuesIn(await submit(url, ANSWERS, retry))).toEqual(open)
    const late = await afterClose(() => submit(url, ANSWERS, retry))
    expect(late.status).toBe(201)
    expect(rightValuesIn(late)).toEqual(closed)
    const { boxes } = late.body as AttemptRecord
    for (const { id, expected } of boxes) {
      expect(expected).toBe(closed.includes(id) ? truths.get(id) : undefined)
    }
  })

  test.each<Shown>([
    { feedback: 'score', reveal: 'after-close' },
    { feedback: 'none', reveal: 'after-close' },
  ])('after the close shows nothing at $feedback', async policy => {
    const url = await assign(policy)
    await submit(url, ANSWERS, `closed-${policy.feedback}`)
    const late = await afterClose(() => submit(url, ANSWERS, `closed-${policy.feedback}`))
    expectPlaces(late, policy.feedback, false)
    expect(rightValuesIn(late)).toEqual([])
  })

  test('after the close waits for the close of this learner', async () => {
    const url = await assign({ reveal: 'after-close' })
    const closesAt = new Date(CLOSE + 1).toISOString()
    await service.call(`PUT ${url}/overrides/ada`, { key, body: { closesAt } })
    await submit(url, ANSWERS, 'own-close')
    expect(rightValuesIn(await afterClose(() => submit(url, ANSWERS, 'own-close')))).toEqual([])
    await service.call(`DELETE ${url}/overrides/ada`, { key })
    expect(rightValuesIn(await afterClose(() => submit(url, ANSWERS, 'own-close')))).toEqual(all)
  })

  test.each([
    ['never', []],
    ['when-correct', all],
    ['after-close', all],
  ])('%s lets those who may read progress see: %j', async (reveal, ids) => {
    const url = await assign({ reveal, feedback: 'none' })
    await submit(url)
    const list = await service.call(`GET ${url}/attempts`, { key })
    expect(rightValuesIn(list)).toEqual(ids)
  })

  test('shows arrays as arrays and expressions as text', async () => {
    const body = {
      title: 'Forms',
      inputs: [
        { name: 'w', role: 'parameter', value: [1, 2] },
        { name: 'x', role: 'data', value: [3, 4] },
      ],
      nodes: [
        { name: 'a', expression: 'dot(w, x)' },
        { name: 'J', expression: 'a^2' },
      ],
      output: 'J',
      boxes: ['a', { id: 'dJ_da', answer: 'expression' }, 'dJ_dw'],
    }
    expect((await service.call('PUT /v1/graphs/forms', { key, body })).status).toBe(201)
    const url = await assign({ graph: 'forms', reveal: 'when-correct' })
    const answer = await submit(url, { a: '11', dJ_da: 'a + a', dJ_dw: '[66, 88]' })
    const { boxes } = answer.body as AttemptRecord
    expect(boxes.map(({ status, expected }) => [status, expected])).toEqual([
      ['correct', 11],
      ['correct', '2*a'],
      ['correct', [66, 88]],
    ])
  })

  test('shows what was right at the variant answered', async () => {
    const sample = { uniform: [2, 9], decimals: 3 }
    const [w, ...data] = GRAPH.inputs
    const body = { ...GRAPH, inputs: [{ ...w, sample }, ...data] }
    await service.call('PUT /v1/graphs/varied', { key, body })
    const url = await assign({ graph: 'varied', variants: 'per-learner', reveal: 'when-correct' })
    const { variant } = (await service.call(`GET ${url}/variants/ada`, { key })).body as { variant: string }
    const solved = await service.call(`GET ${url}/solution?learner=ada`, { key })
    const u = (solved.body as Solution).boxes[0]!.value
    const answer = await service.call(`POST ${url}/attempts`, {
      key,
      body: { learner: 'ada', answers: { u }, variant },
    })
    expect((answer.body as AttemptRecord).boxes[0]).toMatchObject({ status: 'correct', expected: u })
    const list = await service.call(`GET ${url}/attempts`, { key })
    expect((list.body as { items: AttemptRecord[] }).items[0]!.boxes.map(box => box.expected)).toEqual(
      (solved.body as Solution).boxes.map(box => box.value),
    )
  })
})

test.each(LEVELS)(
  'at %s and never revealing, no response but a solution holds a right value',
  async level => {
    const url = await assign({ feedback: level, maxAttempts: 2 })
    const retry = `never-${level}`
    const responses = [
      await service.call(`GET ${url}/variants/ada`, { key }),
      await submit(url, ANSWERS, retry),
      await submit(url, { u: '-5.8', v: '1', J: '2', dJ_dw: '0' }, retry), // 409
      await submit(url, { u: '6', v: '0.03', J: '100', dv_du: '3.4', dJ_du: '0.19', dJ_dw: '1.1' }),
      await submit(url, ANSWERS), // 403
      await submit(url, ANSWERS, retry),
      await service.call(`GET ${url}/variants/ada`, { key }),
      await service.call(`GET ${url}/attempts`, { key }),
      await service.call(`GET ${url}`, { key }),
      await service.call('GET /v1/courses/algebra/progress', { key }),
      await service.call('GET /v1/courses/algebra/learners/ada/progress', { key }),
      await afterClose(() => submit(url, ANSWERS)), // 403
      await afterClose(() => submit(url, ANSWERS, retry)),
    ]
    expect(responses.map(({ status }) => status)).toEqual([
      ...[200, 201, 409, 201, 403, 201],
      ...[200, 200, 200, 200, 200, 403, 201],
    ])
    for (const response of responses) expect(rightValuesIn(response)).toEqual([])
  },
)
