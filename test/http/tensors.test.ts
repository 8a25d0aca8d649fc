import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AttemptView, PracticeView } from '../../src/contracts/attempt.js'
import type { GraphView, Solution } from '../../src/contracts/graph.js'
import type { Value } from '../../src/engine/tensor.js'
import { filled } from '../support/plain-arrays.js'
import { createTestService, type Answer, type TestService } from '../support/service.js'

let service: TestService
let key: string

beforeAll(async () => {
  service = await createTestService()
  key = (await service.tenant('owner')).key
  await service.call('PUT /v1/courses/algebra', { key, body: { title: 'Algebra' } })
})
afterAll(() => service.close())

const REGRESSION_TRUTH = {
  u: [-1, 2, -1, 4],
  p: [1, 4, 1, 6],
  r: [1, 1, -2, 2],
  J: 2.5,
  dJ_dr: [0.5, 0.5, -1, 1],
  dr_dp: [1, 1, 1, 1],
  dJ_dp: [0.5, 0.5, -1, 1],
  dp_du: [1, 1, 1, 1],
  dJ_du: [0.5, 0.5, -1, 1],
  dJ_db: 1,
  dJ_dw: [4.5, -1],
}

/** A definition with parameters of these values; the last node is the output. */
function definition(
  parameters: Readonly<Record<string, unknown>>,
  expressions: Readonly<Record<string, string>>,
) {
  return {
    title: 'Arrays',
    inputs: Object.entries(parameters).map(([name, value]) => ({ name, role: 'parameter', value })),
    nodes: Object.entries(expressions).map(([name, expression]) => ({ name, expression })),
    output: Object.keys(expressions).at(-1),
  }
}

describe('the built-in graphs on arrays', () => {
  test('say of which shape each box is, and hold no answer', async () => {
    const { body, text } = await service.call('GET /v1/graphs/two-layer-network', { key })
    const { boxes, inputs } = body as GraphView
    expect(Object.fromEntries(boxes.map(({ id, shape }) => [id, shape]))).toEqual({
      ...{ z1: [3], h: [3], z2: [3], L: undefined, dL_dz2: [3], dL_dW2: [3, 3], dL_dh: [3], dz2_db2: [3] },
      ...{ dL_db2: [3], dh_dz1: [3], dL_dz1: [3], dL_dW1: [3, 2], dz1_db1: [3], dL_db1: [3] },
    })
    expect(inputs.find(({ name }) => name === 'W1')?.value).toEqual([
      [1, 0],
      [-1, 1],
      [1, -1],
    ])
    expect(text).not.toContain('0.2447')
  })

  test('are solved in nested arrays, every box with its finite differences in its own shape', async () => {
    const { status, body, text } = await service.call('GET /v1/graphs/linear-regression/solution', { key })
    expect(status).toBe(200)
    const { values, gradients, locals, boxes } = body as Solution
    expect(values).toMatchObject({ u: [-1, 2, -1, 4], J: 2.5, b: 2, w: [1, -1] })
    expect(gradients).toMatchObject({ w: [4.5, -1], b: 1, y: [-0.5, -0.5, 1, -1] })
    expect(gradients['X']).toEqual([
      [0.5, -0.5],
      [0.5, -0.5],
      [-1, 1],
      [1, -1],
    ])
    expect(locals.map(({ node, operand }) => `${node}/${operand}`)).toEqual(['p/u', 'r/p', 'r/y', 'J/r'])
    expect(Object.fromEntries(boxes.map(({ id, value }) => [id, value]))).toEqual(REGRESSION_TRUTH)
    for (const { kind, value, finiteDifferences } of boxes) {
      if (kind === 'forward') continue
      expect(shapeText(finiteDifferences?.forward)).toBe(shapeText(value))
      expect(shapeText(finiteDifferences?.central)).toBe(shapeText(value))
    }
    expect(text.replaceAll('"wrt":null', '')).not.toContain('null')
  })

  test('are solved for the two-layer network as well', async () => {
    const { status, body } = await service.call('GET /v1/graphs/two-layer-network/solution', { key })
    expect(status).toBe(200)
    const { values, gradients } = body as Solution
    expect(values).toMatchObject({
      z1: [2, 1, -2],
      h: [2, 1, 0],
      z2: [1, 2, 0],
      L: expect.closeTo(0.40760596444438013, 12),
    })
    expect(gradients['W1']).toEqual([
      [expect.closeTo(0.15469789788441723, 12), expect.closeTo(0.30939579576883447, 12)],
      [expect.closeTo(-0.3994263689392147, 12), expect.closeTo(-0.7988527378784294, 12)],
      [0, 0],
    ])
  })
})

/** How a value is nested: its JSON without the numbers. */
function shapeText(value: Value | undefined): string {
  return JSON.stringify(value ?? null).replaceAll(/[-+\d.e]+/g, '')
}

describe('a definition on arrays that is refused, at publication and at evaluation', () => {
  const twice = async (body: unknown, text?: string): Promise<readonly Answer[]> => {
    const call = text === undefined ? { key, body } : { key, text }
    return [await service.call('PUT /v1/graphs/refused', call), await service.call('POST /v1/evaluate', call)]
  }

  test.each<[string, object, string, string]>([
    ['an empty vector', definition({ v: [] }, { J: 'sum(v)' }), '/inputs/0/value', 'ragged-array'],
    ['an empty row', definition({ v: [[]] }, { J: 'sum(v)' }), '/inputs/0/value', 'ragged-array'],
    ['empty rows', definition({ w: 1, v: [[], []] }, { J: 'sum(v)' }), '/inputs/1/value', 'ragged-array'],
    ['ragged rows', definition({ v: [[1, 2], [3]] }, { J: 'sum(v)' }), '/inputs/0/value', 'ragged-array'],
    ['a row that is empty', definition({ v: [[1], []] }, { J: 'sum(v)' }), '/inputs/0/value', 'ragged-array'],
    ['a tensor output', definition({ v: [1, 2] }, { J: '2*v' }), '/output', 'tensor-output'],
    ['a tensor output of one entry', definition({ v: [1] }, { J: '2*v' }), '/output', 'tensor-output'],
    [
      'shapes that do not conform',
      definition({ v: [1, 2], u: [1, 2, 3] }, { a: 'v', J: 'sum(a*u)' }),
      '/nodes/1/expression',
      'shape-mismatch',
    ],
    [
      'a product that does not conform',
      definition({ A: [[1, 2, 3]] }, { J: 'sum(matmul(A, A))' }),
      '/nodes/0/expression',
      'shape-mismatch',
    ],
    [
      'a matmul with a number',
      definition({ A: [[1, 2, 3]] }, { J: 'sum(matmul(2, A))' }),
      '/nodes/0/expression',
      'shape-mismatch',
    ],
    [
      'too few operands',
      definition({ A: [[1, 2, 3]] }, { J: 'matmul(A)' }),
      '/nodes/0/expression',
      'wrong-argument-count',
    ],
    [
      'the logarithm of an entry that is 0',
      definition({ v: [1, 0] }, { a: 'ln(v)', J: 'sum(a)' }),
      '/nodes/0/expression',
      'domain-error',
    ],
    [
      'a division by an entry that is 0',
      definition(
        {
          v: [
            [1, 2],
            [0, 3],
          ],
        },
        { J: 'mean(1/v)' },
      ),
      '/nodes/0/expression',
      'domain-error',
    ],
    [
      'an overflow in one entry',
      definition({ v: [1, 1000] }, { J: 'sum(exp(v))' }),
      '/nodes/0/expression',
      'domain-error',
    ],
    [
      'a local box that there is not',
      { ...definition({ v: [1, 2] }, { a: 'softmax(v)', J: 'sum(a)' }), boxes: ['a', 'da_dv'] },
      '/boxes/1',
      'unknown-box',
    ],
  ])('%s', async (_what, body, path, code) => {
    for (const answer of await twice(body)) {
      expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-graph', errors: [{ path, code }] } })
      expect(answer.headers['content-type']).toContain('application/problem+json')
      expect(answer.text).not.toContain('null')
    }
  })

  test('by its shapes: the message names the node, the part and both shapes', async () => {
    const [answer] = await twice(
      definition(
        {
          A: [
            [1, 2],
            [3, 4],
          ],
          v: [1, 2, 3],
        },
        { u: 'relu(matmul(A, v)) + 1', J: 'sum(u)' },
      ),
    )
    const message = 'Node "u": "matmul(A, v)" has operands of shapes (2, 2) and (3,), which do not conform.'
    expect(answer?.body).toMatchObject({ detail: message, errors: [{ message }] })
  })

  test('by its domain: the message names the node and its expression', async () => {
    const [answer] = await twice(definition({ v: [1, 2], u: [3, 0] }, { a: 'v/u', J: 'sum(a)' }))
    expect(answer?.body).toMatchObject({ detail: 'Node "a" = v/u: a division by zero.' })
  })

  test.each<[string, string, string, string]>([
    ['an infinite entry of a vector', '[1, 1e999]', '/inputs/0/value/1', 'not-finite'],
    ['an infinite entry alone', '[1e999]', '/inputs/0/value/0', 'not-finite'],
    ['an infinite entry of a matrix', '[[1, 2], [-1e999, 4]]', '/inputs/0/value/1/0', 'not-finite'],
    ['a row of infinite entries', '[[1e999, 1e999, -1e999]]', '/inputs/0/value/0/2', 'not-finite'],
    ['a text in a vector', '[1, "2"]', '/inputs/0/value/1', 'wrong-type'],
    ['texts in a matrix', '[["1", "2"], ["3", "4"]]', '/inputs/0/value/1/1', 'wrong-type'],
    ['null in a vector', '[1, null]', '/inputs/0/value/1', 'wrong-type'],
    ['a number after a row', '[[1], 2]', '/inputs/0/value/1', 'wrong-type'],
    ['a row after numbers', '[1, 2, [3]]', '/inputs/0/value/2', 'wrong-type'],
    ['three axes', '[[[1]]]', '/inputs/0/value/0/0', 'wrong-type'],
    ['a text', '"[1, 2]"', '/inputs/0/value', 'wrong-type'],
    ['an object', '{"0": 1}', '/inputs/0/value', 'wrong-type'],
  ])('by its form: %s', async (_what, value, path, code) => {
    const text = JSON.stringify(definition({ v: 'HERE' }, { J: 'sum(v)' })).replace('"HERE"', value)
    for (const answer of await twice(undefined, text)) {
      expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-request' } })
      expect((answer.body as { errors: unknown[] }).errors).toContainEqual(
        expect.objectContaining({ path, code }),
      )
    }
  })

  test('a flood of faults in thousands of arrays is told in a bounded answer', async () => {
    const inputs = Array.from({ length: 4000 }, (_, index) => ({
      name: `v${String(index)}`,
      role: 'data',
      value: Array<string>(20).fill(''),
    }))
    const text = JSON.stringify({ ...definition({}, { J: '1' }), inputs })
    for (const answer of await twice(undefined, text)) {
      expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-request' } })
      const { detail, errors } = answer.body as { detail: string; errors: { path: string }[] }
      expect(errors).toHaveLength(10_000)
      expect(detail).toContain('not listed')
      expect(errors[0]?.path).toBe('/inputs/0/value/0')
      expect(errors[5]?.path).toBe('/inputs/1/value/0')
    }
  })

  test('a flood of faults in one array is told in a bounded answer', async () => {
    const text = JSON.stringify(definition({ v: 'HERE' }, { J: 'sum(v)' })).replace(
      '"HERE"',
      JSON.stringify(Array.from({ length: 200 }, () => Array<string>(700).fill(''))),
    )
    for (const answer of await twice(undefined, text)) {
      expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-request' } })
      expect((answer.body as { errors: unknown[] }).errors).toHaveLength(5)
    }
  })

  test.each<[string, object]>([
    [
      'an outer sum, twice',
      definition(
        { c: filled([1000, 1], 1), r: filled([1, 1000], 1) },
        { a: 'c + r', J: 'sum(a) + sum(r + c)' },
      ),
    ],
    ['a product of matrices', definition({ A: filled([300, 300], 1) }, { J: 'sum(matmul(A, A))' })],
    [
      'copies',
      definition(
        { v: filled([5000], 1) },
        { ...Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`n${String(i)}`, 'v'])), J: 'sum(v)' },
      ),
    ],
  ])('%s that would take too many operations is too complex', async (_what, body) => {
    for (const answer of await twice(body))
      expect(answer).toMatchObject({
        status: 422,
        body: { code: 'too-complex', errors: [{ path: '/nodes', code: 'too-complex' }] },
      })
  })
})

describe('evaluating a definition on arrays', () => {
  test('answers nested arrays, and leaves out what has no number', async () => {
    const body = {
      ...definition({ w: [3, 4] }, { r: 'sqrt(x)*w', J: 'sum(r)' }),
      inputs: [
        { name: 'w', role: 'parameter', value: [3, 4] },
        { name: 'x', role: 'data', value: [4, 0] },
      ],
    }
    const answer = await service.call('POST /v1/evaluate', { key, body })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      values: { r: [6, 0], J: 6 },
      locals: [
        { node: 'r', operand: 'w', value: [2, 0] },
        { node: 'J', operand: 'r', value: [1, 1] },
      ],
    })
    expect((answer.body as Solution).gradients).toEqual({ w: [2, 0], r: [1, 1], J: 1 })
  })

  test('a matrix of 90,000 entries is worked out', async () => {
    const body = {
      ...definition({ A: filled([300, 300], 2) }, { a: 'A^2', J: 'mean(a)' }),
      boxes: ['J', 'da_dA', 'dJ_dA'],
    }
    const answer = await service.call('POST /v1/evaluate', { key, body })
    expect(answer.status).toBe(200)
    const { boxes } = answer.body as Solution
    expect(boxes.map(({ value }) => (typeof value === 'number' ? value : value.length))).toEqual([
      4, 300, 300,
    ])
  })

  test('warnings tell a kink in one entry, once', async () => {
    const body = definition({ v: [-1, 0, 0] }, { a: 'relu(v)', J: 'sum(a)' })
    expect((await service.call('POST /v1/evaluate', { key, body })).body).toMatchObject({
      warnings: [{ code: 'kink', path: '/nodes/0/expression' }, { code: 'same-value' }],
    })
  })
})

describe('practice on arrays', () => {
  const practise = (answers: object, inputs?: object): Promise<Answer> =>
    service.call('POST /v1/graphs/linear-regression/grade', {
      key,
      body: { answers, ...(inputs === undefined ? {} : { inputs }) },
    })

  test('grades entry by entry, and marks what cannot be read as invalid', async () => {
    const { status, body } = await practise({
      u: '[-1, 2, -1, 4]',
      p: [1, '4', null, 7],
      r: [1, 1],
      dJ_dw: '[9/2, 1/0]',
      dJ_dr: 3,
      J: [2.5],
    })
    expect(status).toBe(200)
    const { boxes, credit } = body as PracticeView
    expect(credit).toBe(1.5 / 11)
    expect(boxes.slice(0, 6)).toMatchObject([
      {
        id: 'u',
        status: 'correct',
        credit: 1,
        answer: '[-1, 2, -1, 4]',
        entries: Array(4).fill({ status: 'correct', credit: 1 }),
      },
      {
        id: 'p',
        status: 'incorrect',
        credit: 0.5,
        answer: [1, '4', null, 7],
        entries: ['correct', 'correct', 'blank', 'incorrect'].map(entry => ({ status: entry })),
      },
      {
        id: 'r',
        status: 'invalid',
        answer: [1, 1],
        feedback: [{ code: 'wrong-shape', message: expect.stringMatching(/\(4,\).*\(2,\)/) }],
      },
      { id: 'J', status: 'invalid', answer: [2.5], feedback: [{ code: 'not-one-number' }] },
      { id: 'dJ_dr', status: 'invalid', answer: 3, feedback: [{ code: 'not-an-array' }] },
      { id: 'dr_dp', status: 'blank', answer: null },
    ])
    expect(boxes.at(-1)).toMatchObject({
      status: 'invalid',
      feedback: [{ code: 'outside-domain', message: 'Entry 2: This contains a division by zero.' }],
    })
  })

  test('takes arrays as inputs, in the shapes of the graph', async () => {
    const inputs = { y: [0, 0, 0, 0], b: 1 }
    const { body } = await practise({ r: [0, 3, 0, 5], dJ_dw: [10.5, -2.5] }, inputs)
    expect((body as PracticeView).credit).toBe(2 / 11)
    expect(((await practise({ r: [0, 3, 0, 5] })).body as PracticeView).credit).toBe(0)
  })

  test.each<[string, object, string, string, string]>([
    ['a vector too short', { y: [0, 0, 0] }, '/inputs/y', 'shape-mismatch', '(4,)'],
    [
      'a matrix turned',
      {
        X: [
          [1, 2, 3, 4],
          [1, 2, 3, 4],
        ],
      },
      '/inputs/X',
      'shape-mismatch',
      '(4, 2)',
    ],
    ['a number for a vector', { w: 1 }, '/inputs/w', 'shape-mismatch', '(2,)'],
    ['a vector for a number', { b: [1] }, '/inputs/b', 'shape-mismatch', '()'],
    ['ragged rows', { X: [[1, 2], [1], [1, 2], [1, 2]] }, '/inputs/X', 'shape-mismatch', '(4, 2)'],
    ['an empty vector', { w: [] }, '/inputs/w', 'shape-mismatch', '(2,)'],
    ['an unknown name', { q: [1, 2] }, '/inputs/q', 'unknown-input', 'input'],
    ['values that overflow', { w: [1e300, 1e300] }, '/inputs', 'domain-error', 'Node'],
  ])('refuses inputs: %s', async (_what, inputs, path, code, said) => {
    const answer = await practise({ J: 1 }, inputs)
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-inputs', errors: [{ path, code }] } })
    expect(answer.text).toContain(said)
  })

  test.each<[string, unknown]>([
    ['a text', ['1', 2]],
    ['three axes', [[[1]], [[2]]]],
  ])('refuses inputs by their form: %s', async (_what, w) => {
    expect(await practise({ J: 1 }, { w })).toMatchObject({ status: 422, body: { code: 'invalid-request' } })
  })

  test('an infinite entry comes back as what it was read as, never as null', async () => {
    const text = '{"answers":{"r":[1,1e999,-1e999,2],"J":"2.5"}}'
    const { status, body } = await service.call('POST /v1/graphs/linear-regression/grade', { key, text })
    expect(status).toBe(200)
    expect((body as PracticeView).boxes[2]).toMatchObject({
      id: 'r',
      status: 'invalid',
      answer: [1, 'Infinity', '-Infinity', 2],
      feedback: [{ code: 'too-large' }],
    })
  })

  test('arrays of blanks are nothing answered', async () => {
    expect(await practise({ r: [null, '', ' ', null], u: '[,,,]' })).toMatchObject({
      status: 422,
      body: { code: 'nothing-answered' },
    })
  })
})

describe('an attempt on arrays', () => {
  let assignments = 0
  const assign = async (policy: object): Promise<string> => {
    assignments += 1
    const url = `/v1/courses/algebra/assignments/arrays-${String(assignments)}`
    expect((await service.call(`PUT ${url}`, { key, body: policy })).status).toBe(201)
    return url
  }
  const submit = (url: string, answers: object, headers: Record<string, string> = {}): Promise<Answer> =>
    service.call(`POST ${url}/attempts`, { key, body: { learner: 'ada', answers }, headers })

  test('with every entry right completes the assignment', async () => {
    const url = await assign({ graph: 'linear-regression' })
    expect((await submit(url, REGRESSION_TRUTH)).body).toMatchObject({
      credit: 1,
      points: 10,
      progress: { completed: true },
    })
    const typed = Object.fromEntries(
      Object.entries(REGRESSION_TRUTH).map(([id, value]) => [id, JSON.stringify(value)]),
    )
    expect((await submit(url, typed)).body).toMatchObject({ credit: 1, number: 2 })
  })

  test('is weighted, answered entry by entry, and read back as it was typed', async () => {
    const weights = {
      ...Object.fromEntries(Object.keys(REGRESSION_TRUTH).map(id => [id, 0])),
      r: 3,
      dJ_dw: 1,
    }
    const url = await assign({ graph: 'linear-regression', weights, points: 20 })
    const answers = { r: ['1', ' 2/2 ', null, 7], dJ_dw: ' [ 9/2 , -1 ] ', J: '2.5' }
    const { status, body } = await submit(url, answers)
    expect(status).toBe(201)
    const attempt = body as AttemptView
    expect(attempt).toMatchObject({ credit: (3 * 0.5 + 1) / 4, points: 12.5 })
    const byId = new Map(attempt.boxes.map(box => [box.id, box]))
    expect(byId.get('r')).toEqual({
      id: 'r',
      status: 'incorrect',
      credit: 0.5,
      entries: [
        { status: 'correct', credit: 1 },
        { status: 'correct', credit: 1 },
        { status: 'blank', credit: 0 },
        { status: 'incorrect', credit: 0 },
      ],
      answer: ['1', ' 2/2 ', null, 7],
      feedback: [],
    })
    expect(byId.get('dJ_dw')).toMatchObject({ status: 'correct', answer: ' [ 9/2 , -1 ] ' })
    expect(byId.get('J')).not.toHaveProperty('entries')
    expect(byId.get('u')).toMatchObject({ status: 'blank', answer: null })
    expect((await service.call(`GET ${url}/attempts/${attempt.id}`, { key })).body).toEqual(attempt)
    expect((await service.call(`GET ${url}/attempts`, { key })).body).toMatchObject({ items: [attempt] })
  })

  test('is replayed as it was', async () => {
    const url = await assign({ graph: 'two-layer-network' })
    const answers = {
      dL_dW1: [
        ['0.1547', '0.3094'],
        [-0.3994, -0.7989],
        [0, null],
      ],
      z1: '[2, 1, -2]',
    }
    const first = await submit(url, answers, { 'idempotency-key': 'arrays' })
    expect(first.status).toBe(201)
    const again = await submit(url, answers, { 'idempotency-key': 'arrays' })
    expect(again.body).toEqual(first.body)
    expect(again.headers['idempotent-replayed']).toBe('true')
    const other = await submit(url, { ...answers, z1: '[2, 1, −2]' }, { 'idempotency-key': 'arrays' })
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency-key-reused' } })
  })

  test('that cannot be read is refused whole, each box with its place', async () => {
    const url = await assign({ graph: 'linear-regression', maxAttempts: 1 })
    const refused = await submit(url, { r: [1, 1, -2], dJ_dw: '[4.5, x]', u: '[1, 2, 3, 4', p: true, J: 2.5 })
    expect(refused).toMatchObject({
      status: 422,
      body: {
        code: 'unreadable-answer',
        errors: [
          { path: '/answers/u', code: 'not-an-array' },
          { path: '/answers/p', code: 'not-an-array' },
          { path: '/answers/r', code: 'wrong-shape' },
          { path: '/answers/dJ_dw', code: 'unknown-name', message: expect.stringMatching(/^Entry 2: /) },
        ],
      },
    })
    expect((await submit(url, { J: 2.5 })).status).toBe(201)
  })

  test('of very many entries is graded, stored and listed', async () => {
    const many = definition({ v: Array<number>(20_000).fill(1) }, { a: '2*v', J: 'sum(a)' })
    expect(
      (await service.call('PUT /v1/graphs/many-entries', { key, body: { ...many, boxes: ['a'] } })).status,
    ).toBe(201)
    const url = await assign({ graph: 'many-entries' })
    const answer = Array<number>(20_000).fill(2).with(7, 3)
    const made = [
      await submit(url, { a: answer }),
      await submit(url, { a: answer }),
      await submit(url, { a: answer }),
    ]
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(made[0]?.body).toMatchObject({ credit: 19_999 / 20_000, progress: { completed: false } })
    // A page holds so many boxes at most, and an entry of an array counts like one.
    const page = (await service.call(`GET ${url}/attempts`, { key })).body as {
      items: unknown[]
      nextCursor: string | null
    }
    expect(page.items).toHaveLength(1)
    expect(page.nextCursor).not.toBeNull()
  })
})

test('a variant shows arrays and the shapes of its boxes', async () => {
  await service.call('PUT /v1/courses/algebra/assignments/shown', {
    key,
    body: { graph: 'linear-regression' },
  })
  const { body } = await service.call('GET /v1/courses/algebra/assignments/shown/variants/ada', { key })
  expect(body).toMatchObject({
    inputs: [
      {
        name: 'X',
        value: [
          [1, 2],
          [2, 0],
          [0, 1],
          [3, -1],
        ],
      },
      {},
      {},
      {},
    ],
  })
  expect((body as GraphView).boxes.find(({ id }) => id === 'dJ_dw')).toMatchObject({ shape: [2] })
})
