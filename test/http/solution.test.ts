import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Solution } from '../../src/contracts/graph.js'
import { BUILT_IN_GRAPHS } from '../support/lab-graphs.js'
import { createTestService, type TestService } from '../support/service.js'

let service: TestService
let key: string

beforeAll(async () => {
  service = await createTestService()
  key = (await service.tenant('owner')).key
})
afterAll(() => service.close())

async function solution(path: string): Promise<Solution> {
  const answer = await service.call(`GET /v1/graphs/${path}`, { key })
  expect(answer.status).toBe(200)
  return answer.body as Solution
}

type SolvedBox = Solution['boxes'][number]

function boxOf({ boxes }: Solution, id: string): SolvedBox {
  const box = boxes.find(candidate => candidate.id === id)
  if (box === undefined) throw new Error(`no box ${id}`)
  return box
}

/** Ids of the boxes that are explained. */
function explained({ boxes }: Solution): string[] {
  return boxes.filter(({ steps }) => steps !== undefined).map(({ id }) => id)
}

/** Four numbers a node and more than 100 boxes. */
const WIDE = {
  title: 'Wide',
  inputs: [{ name: 'w', role: 'parameter', value: 0.5 }],
  nodes: [
    ...Array.from({ length: 50 }, (_, i) => ({
      name: `n${String(i)}`,
      expression: `sin(${String(i + 1)}*w)`,
    })),
    { name: 'J', expression: Array.from({ length: 50 }, (_, i) => `n${String(i)}`).join(' + ') },
  ],
  output: 'J',
}

describe('the solution of a graph', () => {
  test("holds the lab's symbolic forms, as text and as TeX", async () => {
    const { boxes } = await solution('lab-network0/solution')
    expect(boxes.map(({ id, symbolic }) => [id, symbolic?.text, symbolic?.tex])).toEqual([
      ['a', '2 + 3*w', '2+3 w'],
      ['J', 'a^2', 'a^{2}'],
      ['dJ_da', '2*a', '2 a'],
      ['da_dw', '3', '3'],
      ['dJ_dw', '6*a', '6 a'],
    ])
  })

  test('explains every box as the notebook does', async () => {
    const solved = await solution('lab-network0/solution')
    expect(explained(solved)).toEqual(['a', 'J', 'dJ_da', 'da_dw', 'dJ_dw'])
    expect(boxOf(solved, 'dJ_dw').steps?.map(({ text }) => text)).toEqual([
      'Add ε = 0.001 to w and compute all that follows again: w_ε = 3.001, and J = 121 becomes J_ε = 121.066009',
      '∂J/∂w ≈ (J_ε − J)/ε = 66.0090000000082',
      'When w changes by a little (ε), a changes by 3 times that, and J by 22 times that; so J changes by 66 times ε',
      '∂J/∂w = ∂a/∂w · ∂J/∂a',
      '∂J/∂w = 3 · 2*a = 6*a',
      '∂J/∂w = ∂a/∂w · ∂J/∂a = 3 · 22 = 66',
    ])
  })

  test('shows how a nudge runs through the graph, for every parameter', async () => {
    const { cascades } = await solution('lab-network1/solution')
    expect(cascades?.map(({ lines }) => lines.map(({ text }) => text))).toEqual([
      ['w ↑ ε', 'c ↑ 2ε', 'a ↑ 2ε', 'd ↑ 2ε', 'J ↑ 6ε'],
      ['b ↑ ε', 'a ↑ ε', 'd ↑ ε', 'J ↑ 3ε'],
    ])
    expect(cascades?.[0]?.edges[0]).toEqual({ from: 'w', to: 'c', local: 2 })
  })

  test('explains only the box that the query names', async () => {
    expect(explained(await solution('lab-network0/solution?box=da_dw'))).toEqual(['da_dw'])
  })

  test.each(Object.keys(BUILT_IN_GRAPHS))(
    '%s: holds no null but that of forward boxes, and explains every box',
    async graph => {
      const { text, body } = await service.call(`GET /v1/graphs/${graph}/solution`, { key })
      // A forward box is derived by nothing; nothing else may be null.
      expect(text.replaceAll('"wrt":null', '')).not.toContain('null')
      const { boxes } = body as Solution
      for (const { kind, wrt, steps } of boxes) {
        expect(wrt === null).toBe(kind === 'forward')
        expect(steps?.length).toBeGreaterThan(0)
      }
    },
  )

  test('refuses a box that is not asked, by the place in the query', async () => {
    const unknown = await service.call('GET /v1/graphs/lab-network0/solution?box=dJ_dx', { key })
    expect(unknown).toMatchObject({
      status: 422,
      body: { code: 'unknown-box', errors: [{ path: '/query/box', code: 'unknown-box' }] },
    })
  })
})

describe('the solution of a graph with more than 100 boxes', () => {
  test('explains no box by itself, and the one that is named', async () => {
    expect((await service.call('PUT /v1/graphs/wide', { key, body: WIDE })).status).toBe(201)
    const all = await solution('wide/solution')
    expect(all.boxes.length).toBeGreaterThan(100)
    expect(explained(all)).toEqual([])
    expect(all.cascades).toHaveLength(1)
    expect(boxOf(all, 'dn2_dw').symbolic?.text).toBe('3*cos(3*w)')

    const one = await solution('wide/solution?box=dJ_dw')
    expect(explained(one)).toEqual(['dJ_dw'])
    expect(boxOf(one, 'dJ_dw').steps?.at(-1)?.text).toContain('∂J/∂w')
    expect(one.boxes.map(({ value }) => value)).toEqual(all.boxes.map(({ value }) => value))
  })

  test('shows no cascades where there would be too many, however few boxes are asked', async () => {
    const names = Array.from({ length: 200 }, (_, i) => `w${String(i)}`)
    const chain = Array.from({ length: 100 }, (_, i) => `n${String(i)}`)
    const body = {
      title: 'Many parameters',
      inputs: names.map(name => ({ name, role: 'parameter', value: 1 })),
      nodes: [
        { name: 'n0', expression: names.join(' + ') },
        ...chain.slice(1).map((name, i) => ({ name, expression: `sin(n${String(i)})` })),
      ],
      output: 'n99',
      boxes: ['n99'],
    }
    const answer = await service.call('POST /v1/evaluate', { key, body })
    expect(answer.status).toBe(200)
    expect(answer.body).not.toHaveProperty('cascades')
    expect(explained(answer.body as Solution)).toEqual(['n99'])
  })

  test('is that of the same definition evaluated', async () => {
    const evaluated = await service.call('POST /v1/evaluate?box=dJ_dw', { key, body: WIDE })
    const { warnings, ...rest } = evaluated.body as Solution & { warnings: unknown[] }
    expect(warnings).toMatchObject([{ code: 'same-value' }])
    expect(rest).toEqual(await solution('wide/solution?box=dJ_dw'))
  })

  test('leaves out forms that are too long to read, and all beyond a bound', async () => {
    // A product of 600 factors: each of its local derivatives would be the other 599.
    const names = Array.from({ length: 600 }, (_, i) => `w${String(i)}`)
    const body = {
      title: 'Product',
      inputs: names.map(name => ({ name, role: 'parameter', value: 1 })),
      nodes: [{ name: 'J', expression: names.join('*') }],
      output: 'J',
    }
    const { status, body: answer } = await service.call('POST /v1/evaluate', { key, body })
    expect(status).toBe(200)
    const { boxes } = answer as Solution
    expect(boxes).toHaveLength(601)
    for (const { value, symbolic } of boxes) {
      expect(value).toBe(1)
      expect(symbolic?.text.length ?? 0).toBeLessThanOrEqual(2000)
    }
  })

  test('the largest graph that can be published is solved', async () => {
    const before = (i: number, back: number): string => (i < back ? 'w' : `n${String(i - back)}`)
    const body = {
      title: 'Largest',
      inputs: [{ name: 'w', role: 'parameter', value: 0.5 }],
      nodes: Array.from({ length: 2000 }, (_, i) => ({
        name: `n${String(i)}`,
        expression:
          i === 1999
            ? Array.from({ length: 10 }, (__, k) => `n${String(1998 - k)}`).join(' + ')
            : Array.from({ length: 10 }, (__, k) => `${before(i, 1 + 3 * k)}*.1`).join(' + '),
      })),
      output: 'n1999',
    }
    const { status, body: answer } = await service.call('POST /v1/evaluate?box=dn1999_dw', { key, body })
    expect(status).toBe(200)
    const solved = answer as Solution
    expect(solved.boxes.length).toBeGreaterThan(20_000)
    expect(explained(solved)).toEqual(['dn1999_dw'])
  })
})
