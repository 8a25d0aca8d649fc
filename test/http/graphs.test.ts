import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Solution } from '../../src/contracts/graph.js'
import { numberOf } from '../support/engine.js'
import { createTestService, type TestService } from '../support/service.js'

let service: TestService
let key: string

beforeAll(async () => {
  service = await createTestService()
  key = (await service.tenant('owner')).key
})
afterAll(() => service.close())

const SQUARE = {
  title: 'Square',
  inputs: [{ name: 'w', role: 'parameter', value: 3 }],
  nodes: [{ name: 'J', expression: 'w^2' }],
  output: 'J',
}

async function solution(graph: string): Promise<Solution> {
  const answer = await service.call(`GET /v1/graphs/${graph}/solution`, { key })
  expect(answer.status).toBe(200)
  return answer.body as Solution
}

describe('the built-in graphs', () => {
  test('are readable by every key, and are these', async () => {
    const { body } = await service.call('GET /v1/graphs', { key })
    expect((body as { items: { key: string; builtIn: boolean }[] }).items).toMatchObject([
      { key: 'fan-out', builtIn: true },
      { key: 'lab-network0', builtIn: true },
      { key: 'lab-network1', builtIn: true },
      { key: 'linear-regression', builtIn: true },
      { key: 'logistic-neuron', builtIn: true },
      { key: 'two-layer-network', builtIn: true },
    ])
  })

  test.each([
    ['lab-network0', { a: 11, J: 121, dJ_da: 22, da_dw: 3, dJ_dw: 66 }],
    [
      'lab-network1',
      {
        c: -4,
        a: 4,
        d: 3,
        J: 4.5,
        dJ_dd: 3,
        dd_da: 1,
        dJ_da: 3,
        da_dc: 1,
        dJ_dc: 3,
        da_db: 1,
        dJ_db: 3,
        dc_dw: 2,
        dJ_dw: 6,
      },
    ],
    [
      'fan-out',
      {
        u: 6,
        v: -2,
        J: 34,
        dJ_dv: -4,
        local_dJ_du: 5,
        dv_du: -1,
        dJ_du: 9,
        dv_db: 6,
        dJ_db: -24,
        du_dw: 3,
        dJ_dw: 27,
      },
    ],
  ])("%s has the lab's boxes in order with the lab's values", async (graph, truth) => {
    const { boxes } = await solution(graph)
    expect(boxes.map(box => [box.id, box.value])).toEqual(Object.entries(truth))
  })

  test('the logistic neuron agrees with the logistic function', async () => {
    const { values, gradients } = await solution('logistic-neuron')
    const a = 1 / (1 + Math.exp(0))
    expect(values['a']).toBeCloseTo(a, 12)
    const slope = 2 * (1 - a) * -1 * a * (1 - a)
    expect(gradients).toMatchObject({
      w0: expect.closeTo(slope * 1, 12),
      w1: expect.closeTo(slope * 2, 12),
      b: expect.closeTo(slope, 12),
    })
  })

  test.each([
    ['lab-network0', 'da_dw', 3.0000000000001137],
    ['lab-network0', 'dJ_da', 22.000999999988835],
    ['lab-network0', 'dJ_dw', 66.0090000000082],
    ['lab-network1', 'dJ_dd', 3.0004999999997395],
    ['lab-network1', 'dd_da', 1.000000000000334],
    ['lab-network1', 'dJ_da', 3.0005000000006277],
    ['lab-network1', 'dJ_dw', 6.001999999999619],
  ])("%s: the notebook's finite difference for %s is answered", async (graph, id, quotient) => {
    const { boxes } = await solution(graph)
    const box = boxes.find(candidate => candidate.id === id)!
    expect(box.finiteDifferences).toMatchObject({ epsilon: 0.001, forward: expect.closeTo(quotient, 9) })
  })

  test('a published graph is read without any answer', async () => {
    const { body, text } = await service.call('GET /v1/graphs/lab-network1', { key })
    expect(body).toMatchObject({
      key: 'lab-network1',
      version: 1,
      title: 'A simple neural network',
      output: 'J',
      nodes: [
        { name: 'c', expression: 'w*x' },
        { name: 'a', expression: 'c + b' },
        { name: 'd', expression: 'a - y' },
        { name: 'J', expression: 'd^2/2' },
      ],
    })
    expect((body as { boxes: unknown[] }).boxes[4]).toEqual({
      id: 'dJ_dd',
      kind: 'gradient',
      of: 'J',
      wrt: 'd',
      label: { text: '∂J/∂d', tex: '\\frac{\\partial J}{\\partial d}' },
    })
    expect(text).not.toContain('4.5')
  })
})

describe('publishing', () => {
  test('is new, then unchanged, then the next version; older versions stay readable', async () => {
    const first = await service.call('PUT /v1/graphs/versions', { key, body: SQUARE })
    expect(first).toMatchObject({ status: 201, body: { key: 'versions', version: 1, warnings: [] } })
    const same = await service.call('PUT /v1/graphs/versions', { key, body: { ...SQUARE } })
    expect(same).toMatchObject({ status: 200, body: { version: 1 } })
    const next = await service.call('PUT /v1/graphs/versions', { key, body: { ...SQUARE, title: 'Squared' } })
    expect(next).toMatchObject({ status: 200, body: { version: 2, title: 'Squared' } })
    expect((await service.call('GET /v1/graphs/versions', { key })).body).toMatchObject({ version: 2 })
    expect((await service.call('GET /v1/graphs/versions?version=1', { key })).body).toMatchObject({
      title: 'Square',
    })
    expect((await service.call('GET /v1/graphs/versions?version=3', { key })).status).toBe(404)
  })

  test('ten publications at once make one version each, without a gap', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        service.call('PUT /v1/graphs/at-once', { key, body: { ...SQUARE, title: `Square ${String(i)}` } }),
      ),
    )
    expect(answers.filter(answer => answer.status === 201)).toHaveLength(1)
    const versions = answers.map(answer => (answer.body as { version: number }).version)
    expect(versions.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  test("a tenant's own graph shadows the built-in one of its key, for that tenant alone", async () => {
    const [one, two] = [await service.tenant('shadow'), await service.tenant('no-shadow')]
    await service.call('PUT /v1/graphs/lab-network0', { key: one.key, body: SQUARE })
    expect((await service.call('GET /v1/graphs/lab-network0', { key: one.key })).body).toMatchObject({
      title: 'Square',
      builtIn: false,
    })
    expect((await service.call('GET /v1/graphs/lab-network0', { key: two.key })).body).toMatchObject({
      builtIn: true,
    })
    const { body } = await service.call('GET /v1/graphs', { key: one.key })
    const listed = (body as { items: { key: string; builtIn: boolean }[] }).items.filter(
      item => item.key === 'lab-network0',
    )
    expect(listed).toMatchObject([{ builtIn: false }])
    // A version that only the built-in graph has is not found behind the shadow.
    await service.call('PUT /v1/graphs/lab-network0', { key: one.key, body: { ...SQUARE, title: 'Again' } })
    expect((await service.call('GET /v1/graphs/lab-network0?version=2', { key: two.key })).status).toBe(404)
  })

  test('warnings name what an author may not have meant', async () => {
    const { body } = await service.call('PUT /v1/graphs/warnings', {
      key,
      body: {
        title: 'Warnings',
        inputs: [{ name: 'w', role: 'parameter', value: 0 }],
        nodes: [
          { name: 'a', expression: 'relu(w)' },
          { name: 'u', expression: '1/2w' },
          { name: 'J', expression: 'a + 1e-9' },
        ],
        output: 'J',
      },
    })
    expect((body as { warnings: unknown[] }).warnings).toMatchObject([
      { code: 'ambiguous-multiplication', path: '/nodes/1/expression', position: 3 },
      { code: 'unused-node', path: '/nodes/1/name' },
      { code: 'kink', path: '/nodes/0/expression' },
      { code: 'near-zero' },
      { code: 'same-value' },
    ])
  })

  test('a graph of 2,000 nodes is published and solved', async () => {
    const nodes = Array.from({ length: 2000 }, (_, i) => ({
      name: `n${String(i)}`,
      expression: i === 0 ? 'w*x' : `sin(n${String(i - 1)}) + w`,
    }))
    const body = {
      title: 'Long',
      inputs: [
        { name: 'w', role: 'parameter', value: 0.3 },
        { name: 'x', role: 'data', value: 2 },
      ],
      nodes,
      output: 'n1999',
      boxes: ['n0', 'dn1999_dw'],
    }
    expect((await service.call('PUT /v1/graphs/long', { key, body })).status).toBe(201)
    const { boxes } = await solution('long')
    const [, gradient] = boxes
    expect(gradient!.value).toBeCloseTo(numberOf(gradient!.finiteDifferences!.central), 4)
  })
})

describe('boxes that ask for an expression', () => {
  const EXPRESSIONS = {
    ...SQUARE,
    title: 'Expressions',
    nodes: [
      { name: 'a', expression: '2 + 3*w' },
      { name: 'J', expression: 'a^2' },
    ],
    boxes: ['a', { id: 'dJ_da', answer: 'expression' }, { id: 'da_dw', answer: 'number' }],
  }
  type Asked = { boxes: { id: string; answer?: string }[] }
  const asked = (body: unknown): (string | undefined)[] => (body as Asked).boxes.map(box => box.answer)

  test('are shown as such wherever boxes are shown, and no others', async () => {
    const published = await service.call('PUT /v1/graphs/expressions', { key, body: EXPRESSIONS })
    expect(published).toMatchObject({ status: 201, body: { warnings: [] } })
    expect(asked(published.body)).toEqual([undefined, 'expression', undefined])
    const shown = await service.call('GET /v1/graphs/expressions', { key })
    expect(asked(shown.body)).toEqual([undefined, 'expression', undefined])
    const solved = await solution('expressions')
    expect(asked(solved)).toEqual([undefined, 'expression', undefined])
    expect(solved.boxes[1]).toMatchObject({ id: 'dJ_da', value: 22, symbolic: { text: '2*a' } })
    const tried = await service.call('POST /v1/evaluate', { key, body: EXPRESSIONS })
    expect(asked(tried.body)).toEqual([undefined, 'expression', undefined])
  })

  test('leave the figure and the grading of numbers as they are', async () => {
    await service.call('PUT /v1/graphs/drawn', { key, body: EXPRESSIONS })
    expect((await service.call('GET /v1/graphs/drawn/figure.svg', { key })).status).toBe(200)
    const graded = await service.call('POST /v1/graphs/drawn/grade', {
      key,
      body: { answers: { a: '11', dJ_da: '2*a', da_dw: '4' } },
    })
    expect(graded).toMatchObject({
      status: 200,
      body: { boxes: [{ status: 'correct' }, { id: 'dJ_da', answer: '2*a' }, { status: 'incorrect' }] },
    })
  })

  test('are pointed out where no answer could be decided', async () => {
    const body = {
      ...SQUARE,
      inputs: [{ name: 'w', role: 'parameter', value: 100 }],
      nodes: [{ name: 'J', expression: 'ln(1 - 100*(w - 100)^2)' }],
      boxes: [{ id: 'J', answer: 'expression' }],
    }
    const { status, body: view } = await service.call('PUT /v1/graphs/narrow', { key, body })
    expect(status).toBe(201)
    expect(view).toMatchObject({ warnings: [{ code: 'undecidable-expression', path: '/boxes/0' }] })
  })

  test('of another kind are refused', async () => {
    const body = { ...SQUARE, boxes: [{ id: 'J', answer: 'formula' }] }
    expect(await service.call('PUT /v1/graphs/formula', { key, body })).toMatchObject({
      status: 422,
      body: { code: 'invalid-request' },
    })
  })
})

describe('evaluating a definition', () => {
  test('answers its solution and stores nothing', async () => {
    const before = await service.database.graphVersion.count()
    const { status, body } = await service.call('POST /v1/evaluate', { key, body: SQUARE })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      values: { w: 3, J: 9 },
      gradients: { w: 6, J: 1 },
      locals: [{ node: 'J', operand: 'w', value: 6 }],
      warnings: [],
    })
    expect(await service.database.graphVersion.count()).toBe(before)
  })

  test('a finite difference that leaves the domain is left out with a reason', async () => {
    const body = {
      ...SQUARE,
      inputs: [{ name: 'w', role: 'parameter', value: 0.0005 }],
      nodes: [{ name: 'J', expression: 'ln(w)' }],
    }
    const answer = await service.call('POST /v1/evaluate', { key, body })
    const box = (answer.body as Solution).boxes.find(candidate => candidate.id === 'dJ_dw')!
    expect(box.finiteDifferences).toEqual({
      epsilon: 0.001,
      forward: expect.any(Number),
      reason: 'w − 0.001 leaves the domain',
    })
  })
})

describe('practice', () => {
  const url = 'POST /v1/graphs/lab-network0/grade'

  test('grades without storing, and marks what cannot be read as invalid', async () => {
    const { status, body } = await service.call(url, {
      key,
      body: { answers: { a: '11', J: '12,1', dJ_da: '3' } },
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      credit: 0.2,
      boxes: [
        { id: 'a', status: 'correct', credit: 1, answer: '11' },
        { id: 'J', status: 'invalid', credit: 0, answer: '12,1', feedback: [{ code: 'separator' }] },
        { id: 'dJ_da', status: 'incorrect', credit: 0 },
        { id: 'da_dw', status: 'blank', answer: null },
        { id: 'dJ_dw', status: 'blank' },
      ],
    })
    expect(await service.database.attempt.count()).toBe(0)
  })

  test('other inputs have other right answers', async () => {
    const answers = { a: '5', J: '25', dJ_da: '10', da_dw: '3', dJ_dw: '30' }
    expect((await service.call(url, { key, body: { answers, inputs: { w: 1 } } })).body).toMatchObject({
      credit: 1,
    })
    // At the graph's own, one is wrong, and three follow from it.
    const statuses = ['incorrect', 'follows', 'follows', 'correct', 'follows']
    expect((await service.call(url, { key, body: { answers } })).body).toMatchObject({
      credit: 0.5,
      boxes: statuses.map(status => ({ status })),
    })
  })

  test.each([
    [{ q: 1 }, 'unknown-input', '/inputs/q'],
    [{ w: 1e300 }, 'domain-error', '/inputs'],
  ])('inputs %j are refused', async (inputs, code, path) => {
    const answer = await service.call(url, { key, body: { answers: { a: '1' }, inputs } })
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-inputs', errors: [{ code, path }] } })
  })

  test('an unknown box and nothing answered are refused', async () => {
    expect(await service.call(url, { key, body: { answers: { b: '1' } } })).toMatchObject({
      status: 422,
      body: { code: 'unknown-box' },
    })
    expect(await service.call(url, { key, body: { answers: {} } })).toMatchObject({
      status: 422,
      body: { code: 'nothing-answered' },
    })
  })
})

test('a graph published with a sample that would be refused today keeps that input as it is', async () => {
  const own = (await service.tenant('elder')).key
  await service.call('PUT /v1/graphs/older', { key: own, body: SQUARE })
  const graph = (await service.database.graph.findFirst({ where: { key: 'older' } }))!
  const samples = [
    { uniform: [0.05, 0.06], decimals: 1 },
    { integer: [1, 2], exclude: [1, 2] },
  ]
  for (const [index, sample] of samples.entries()) {
    const definition = { ...SQUARE, inputs: [{ ...SQUARE.inputs[0]!, sample }] }
    const place = { graphId: graph.id, version: index + 2 }
    await service.database.graphVersion.create({ data: { ...place, definition, createdAt: new Date() } })
  }
  await service.call('PUT /v1/courses/older', { key: own, body: { title: 'Older' } })
  for (const graphVersion of [2, 3]) {
    const url = `/v1/courses/older/assignments/v${String(graphVersion)}`
    const body = { graph: 'older', graphVersion, variants: 'per-learner' }
    expect((await service.call(`PUT ${url}`, { key: own, body })).status).toBe(201)
    expect(await service.call(`GET ${url}/variants/ada`, { key: own })).toMatchObject({
      status: 200,
      body: { graphVersion, inputs: [{ name: 'w', value: 3 }] },
    })
  }
})
