import { describe, expect, test } from 'vitest'
import type { GraphDefinition } from '../../src/engine/definition.js'
import type { Equivalence } from '../../src/engine/equivalence.js'
import { createStepBudget } from '../../src/engine/faults.js'
import { createExpressionComparer } from '../../src/grading/compare-expression.js'
import { createExpressionReader } from '../../src/grading/read-expression.js'
import { compile, graph, plenty, refusalOf } from '../support/engine.js'
import { BUILT_IN_GRAPHS, LAB_NETWORK_0 } from '../support/lab-graphs.js'

function verdict(definition: GraphDefinition, id: string, typed: unknown, budget = plenty()): string {
  const compiled = compile(definition).graph
  const box = compiled.boxes.get(id)
  if (box === undefined) throw new Error(`no box ${id}`)
  const read = createExpressionReader(compiled, plenty())(typed, box)
  return read.kind === 'expression' ? createExpressionComparer(compiled, budget)(box, read.root) : read.kind
}

const SIGMOID = graph({ z: 0.3 }, { a: 'sigmoid(z)', t: 'tanh(a)', J: 't^2' })
/** w reaches J over u, over v behind u, and directly. */
const PATHS = graph({ w: 2 }, { u: '3*w', v: 'u^2', J: 'u*v + w' })
const LAYER = graph(
  { W: [0.5, -1] },
  { r: 'matmul(X, W) - y', J: 'sum(r^2)/4' },
  {
    data: {
      X: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      y: [1, 0, 1],
    },
  },
)
const ENTRYWISE = graph({ v: [1, 2, 3], b: 2 }, { h: 'v^2 + b', J: 'sum(h)' })

describe('an answer is compared as a function of the inputs', () => {
  const ROWS: readonly (readonly [string, GraphDefinition, string, string | number, Equivalence])[] = [
    ['lab-network0', LAB_NETWORK_0, 'dJ_da', '2*a', 'equal'],
    ['lab-network0', LAB_NETWORK_0, 'dJ_da', '2a', 'equal'],
    ['lab-network0', LAB_NETWORK_0, 'dJ_da', 'a+a', 'equal'],
    ['lab-network0', LAB_NETWORK_0, 'dJ_da', '22*a/11', 'equal'],
    ['lab-network0', LAB_NETWORK_0, 'dJ_da', '4 + 6w', 'equal'],
    ['lab-network0', LAB_NETWORK_0, 'dJ_da', '2*J/a', 'equal'],
    ['lab-network0', LAB_NETWORK_0, 'dJ_da', '22', 'different'], // Right at w = 3 alone.
    ['lab-network0', LAB_NETWORK_0, 'dJ_da', 'a + 11', 'different'],
    ['lab-network0', LAB_NETWORK_0, 'dJ_da', '22*w/3', 'different'],
    ['lab-network0', LAB_NETWORK_0, 'da_dw', '3', 'equal'],
    ['lab-network0', LAB_NETWORK_0, 'da_dw', 3, 'equal'],
    ['lab-network0', LAB_NETWORK_0, 'da_dw', '(a - 2)/w', 'equal'],
    ['lab-network0', LAB_NETWORK_0, 'da_dw', '3.000001', 'different'],
    ['lab-network0', LAB_NETWORK_0, 'dJ_dw', '6a', 'equal'],
    // Forward boxes.
    ['lab-network0', LAB_NETWORK_0, 'a', '3w + 2', 'equal'],
    ['lab-network0', LAB_NETWORK_0, 'a', '11', 'different'],
    ['lab-network0', LAB_NETWORK_0, 'J', '(2 + 3w)^2', 'equal'],
    ['lab-network0', LAB_NETWORK_0, 'J', '9w^2 + 12w + 4', 'equal'],
    ['lab-network0', LAB_NETWORK_0, 'J', '2*a', 'different'],
    // A local derivative in terms of the node itself.
    ['a sigmoid', SIGMOID, 'da_dz', 'a*(1-a)', 'equal'],
    ['a sigmoid', SIGMOID, 'da_dz', 'exp(-z)/(1 + exp(-z))^2', 'equal'],
    ['a sigmoid', SIGMOID, 'da_dz', 'a', 'different'],
    ['a sigmoid', SIGMOID, 'dt_da', '1 - t^2', 'equal'],
    // Over several paths.
    ['paths', PATHS, 'dJ_dw', '81w^2 + 1', 'equal'],
    ['paths', PATHS, 'dJ_dw', '3*v + 6*u^2 + 1', 'equal'],
    ['paths', PATHS, 'dJ_dw', '3*v + 1', 'different'],
    ['paths', PATHS, 'dJ_du', 'v + 2u^2', 'equal'],
    ['paths', PATHS, 'dJ_du', 'v', 'different'],
    ['paths', PATHS, 'local_dJ_du', 'v', 'equal'],
    ['paths', PATHS, 'local_dJ_dw', '1', 'equal'],
    // Arrays, in which one number stands for all entries.
    ['a layer', LAYER, 'dJ_dW', 'matmul(transpose(X), r)/2', 'equal'],
    ['a layer', LAYER, 'dJ_dW', 'matmul(r, X)/2', 'equal'],
    ['a layer', LAYER, 'dJ_dW', 'matmul(transpose(X), r)', 'different'],
    ['a layer', LAYER, 'dJ_dr', 'r/2', 'equal'],
    ['a layer', LAYER, 'r', 'matmul(X, W) - y', 'equal'],
    ['a layer', LAYER, 'r', 'dot(X, W) + (-1)*y', 'equal'],
    ['entry by entry', ENTRYWISE, 'dh_dv', '2v', 'equal'],
    ['entry by entry', ENTRYWISE, 'dJ_dh', '1', 'equal'],
    ['entry by entry', ENTRYWISE, 'dJ_db', '3', 'equal'],
    ['entry by entry', ENTRYWISE, 'dJ_dv', 'sum(v)', 'different'],
  ]

  test.each(ROWS.map(([name, definition, ...row]) => [name, ...row, definition] as const))(
    '%s: in %s, %s is %s',
    (_name, id, typed, expected, definition) => {
      expect(verdict(definition, id, typed)).toBe(expected)
    },
  )

  test('the boxes of built-in graphs as a teacher writes them', () => {
    const forms = {
      c: 'w*x',
      a: 'c + b',
      d: 'a - y',
      J: 'd*d/2',
      dJ_dd: 'd',
      dd_da: '1',
      dJ_da: 'd',
      da_dc: '1',
    }
    for (const [id, typed] of Object.entries({ ...forms, dJ_dw: 'd*x', dc_dw: 'x', dJ_db: 'w*x + b - y' }))
      expect([id, verdict(BUILT_IN_GRAPHS['lab-network1'], id, typed)]).toEqual([id, 'equal'])
  })

  test('no verdict where too few inputs give a value to both', () => {
    expect(verdict(LAB_NETWORK_0, 'dJ_da', 'ln(-a^2)')).toBe('undecidable')
    expect(verdict(LAB_NETWORK_0, 'dJ_da', '2*a + 0*sqrt(-1 - w^2)')).toBe('undecidable')
    expect(verdict(LAB_NETWORK_0, 'dJ_da', 'a*1/0')).toBe('undecidable')
  })

  test('in work that hundreds of boxes of a large graph may ask for in one request', () => {
    const nodes: Record<string, string> = {}
    for (let index = 0; index < 2000; index += 1) {
      const before = index === 0 ? 'x' : `n${String(index - 1)}`
      nodes[`n${String(index)}`] = index % 2 === 0 ? `w*${before} + b` : `tanh(${before})`
    }
    const compiled = compile(graph({ w: 0.5, b: 0.2 }, nodes, { data: { x: 1.5 } })).graph
    const compare = createExpressionComparer(compiled, createStepBudget(10_000_000))
    const read = createExpressionReader(compiled, plenty())
    for (let index = 1; index < 1000; index += 2) {
      const [of, by] = [`n${String(index)}`, `n${String(index - 1)}`]
      const box = compiled.boxes.get(`d${of}_d${by}`)
      if (box === undefined) throw new Error('no box')
      const reading = read(`1 - ${of}^2`, box)
      expect(reading.kind === 'expression' && compare(box, reading.root)).toBe('equal')
    }
  })

  test('within its budget', () => {
    const poor = (): unknown => verdict(LAB_NETWORK_0, 'dJ_da', '3*a', createStepBudget(50))
    expect(refusalOf(poor).code).toBe('too-complex')
    const budget = createStepBudget(1_000_000)
    verdict(LAB_NETWORK_0, 'dJ_da', '3*a', budget)
    expect(budget.remaining).toBeLessThan(999_000)
    expect(budget.remaining).toBeGreaterThan(980_000)
    // A budget without a bound stays one.
    const boundless = createStepBudget(Number.POSITIVE_INFINITY)
    expect(verdict(LAB_NETWORK_0, 'dJ_da', '2*a', boundless)).toBe('equal')
    expect(boundless.remaining).toBe(Number.POSITIVE_INFINITY)
  })
})
