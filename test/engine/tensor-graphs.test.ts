import { describe, expect, test } from 'vitest'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { finiteDifferences } from '../../src/engine/differences.js'
import { boxValue } from '../../src/engine/evaluate.js'
import { createStepBudget } from '../../src/engine/faults.js'
import { entriesOf, type Value } from '../../src/engine/tensor.js'
import { compile, evaluate, faultsOf, graph, plenty } from '../support/engine.js'
import { LINEAR_REGRESSION, TWO_LAYER_NETWORK } from '../support/lab-graphs.js'
import { filled, plainShape } from '../support/plain-arrays.js'

function asked(definition: GraphDefinition): string {
  return compile(definition)
    .graph.asked.map(box => box.id)
    .join(' ')
}

const M: Value = [
  [1, 2],
  [3, 4],
]

describe('the built-in graphs on arrays', () => {
  // As NumPy works them out.
  test.each<[string, GraphDefinition, Readonly<Record<string, Value>>]>([
    [
      'linear-regression',
      LINEAR_REGRESSION,
      {
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
      },
    ],
    [
      'two-layer-network',
      TWO_LAYER_NETWORK,
      {
        z1: [2, 1, -2],
        h: [2, 1, 0],
        z2: [1, 2, 0],
        L: 0.40760596444438013,
        dL_dz2: [0.2447284710547977, -0.334759044225178, 0.09003057317038048],
        dL_dW2: [
          [0.4894569421095954, 0.2447284710547977, 0],
          [-0.669518088450356, -0.334759044225178, 0],
          [0.18006114634076095, 0.09003057317038048, 0],
        ],
        dL_dh: [0.15469789788441723, -0.3994263689392147, 0.1546978978844174],
        dz2_db2: [1, 1, 1],
        dL_db2: [0.2447284710547977, -0.334759044225178, 0.09003057317038048],
        dh_dz1: [1, 1, 0],
        dL_dz1: [0.15469789788441723, -0.3994263689392147, 0],
        dL_dW1: [
          [0.15469789788441723, 0.30939579576883447],
          [-0.3994263689392147, -0.7988527378784294],
          [0, 0],
        ],
        dz1_db1: [1, 1, 1],
        dL_db1: [0.15469789788441723, -0.3994263689392147, 0],
      },
    ],
  ])('%s has these boxes in order, with these values', (_key, definition, truth) => {
    const { graph: compiled } = compile(definition)
    const evaluation = evaluate(compiled)
    expect(compiled.asked.map(({ id }) => id)).toEqual(Object.keys(truth))
    for (const box of compiled.asked) {
      const [found, expected] = [boxValue(evaluation, box), truth[box.id]].map(value => value ?? Number.NaN)
      expect(JSON.stringify(found).replaceAll(/[-\d.e]+/g, '')).toBe(
        JSON.stringify(expected).replaceAll(/[-\d.e]+/g, ''),
      )
      entriesOf(expected ?? Number.NaN).forEach((entry, index) => {
        expect(entriesOf(found ?? Number.NaN)[index]).toBeCloseTo(entry, 12)
      })
    }
  })
})

describe('local boxes of an array', () => {
  const INPUTS = { A: M, B: M, v: [1, 2], r: [[1, 2]], c: [[1], [2]], s: 2 }

  test.each<[string, string, string]>([
    ['an operation entry by entry', 'A*B', 'dz_dA dz_dB'],
    ['several of them', 'sin(A)*exp(-B)/(1 + A^2)', 'dz_dA dz_dB'],
    ['the same operand twice', 'A*A + A', 'dz_dA'],
    ['another name for it', 'A', 'dz_dA'],
    ['a number that is repeated', 's*A', 'dz_dA'],
    ['a vector that is repeated', 'A + v', 'dz_dA'],
    ['a row and a column that are repeated', 'A + r*c', 'dz_dA'],
    ['a row and a vector of its length', 'r + v', 'dz_dr'],
    ['one path that is repeated, another that is not', 'A*v + v', 'dz_dA'],
    ['a vector beside its sum', 'v + sum(v)', ''],
    ['a vector times its mean', '(v - mean(v))^2', ''],
    ['a matrix beside its transpose', 'A + transpose(A)', ''],
    ['the transpose of one, the other as it is', 'transpose(A) + B', 'dz_dB'],
    ['an operand below an operation on the whole', 'softmax(A*B)', ''],
    ['operations on the whole', 'matmul(A, B)', ''],
    ['a softmax', 'softmax(v)', ''],
    ['an operand that cancels out', 'A - A + B', 'dz_dA dz_dB'],
  ])('%s: %s', (_what, expression, expected) => {
    const { graph: compiled } = compile(
      graph(INPUTS, { z: expression, J: 'sum(z) + 0*(sum(A) + sum(B) + sum(v) + sum(r) + sum(c) + s)' }),
    )
    const locals = [...compiled.boxes.keys()].filter(id => id.startsWith('dz_'))
    expect(locals.join(' ')).toBe(expected)
    expect(
      [...(evaluate(compiled).locals.get('z') ?? new Map<string, Value>()).keys()].map(name => `dz_d${name}`),
    ).toEqual(locals)
    // Gradients there are of every operand, used or not.
    for (const name of Object.keys(INPUTS)) expect(compiled.boxes.has(`dJ_d${name}`)).toBe(true)
  })

  test('of a number are there for every operand, of its shape', () => {
    const definition = graph(INPUTS, { z: 'sum(matmul(A, v)*softmax(v)) + s', J: 'z^2 + s' })
    const { locals } = evaluate(compile(definition).graph)
    expect(asked(definition)).toBe('z J dJ_dz local_dJ_ds dz_dA dJ_dA dz_dv dJ_dv dz_ds dJ_ds')
    const [byA, byV, byS] = ['A', 'v', 's'].map(operand => locals.get('z')?.get(operand))
    expect([byA, byV].map(value => (value as number[]).length)).toEqual([2, 2])
    expect(byS).toBe(1)
  })

  test('hold the diagonal of the Jacobian', () => {
    const expressions = { z: 'A*A + 3*A*s - v', y: 'relu(z)', J: 'mean(y)' }
    const { locals, gradients } = evaluate(compile(graph({ A: M, v: [100, 0], s: 2 }, expressions)).graph)
    expect(Object.fromEntries(locals.get('z') ?? [])).toEqual({
      A: [
        [8, 10],
        [12, 14],
      ],
    })
    expect(locals.get('y')?.get('z')).toEqual([
      [0, 1],
      [0, 1],
    ])
    expect(gradients.get('v')).toEqual([0, -0.5])
  })

  test('the default boxes pass over those that are not there, and keep the order of the others', () => {
    const expressions = { a: 'matmul(W, x) + b', d: 'a*a + b', e: 'a - s', J: 'sum(d) + dot(e, e) + s' }
    const definition = graph({ W: M, b: [1, 2], s: 1 }, expressions, { data: { x: [1, -1] } })
    expect(asked(definition)).toBe(
      'a d e J dJ_dd dJ_de local_dJ_ds de_da dJ_ds dd_da dJ_da dd_db dJ_dW da_db dJ_db',
    )
  })

  test.each([
    ['a matrix by what it is multiplied with', ['u', 'du_dw'], 1],
    ['a vector by a number', ['dp_db'], 0],
    ['data, by the same rule', ['dr_dy', 'du_dX'], 1],
  ])('%s has none that could be asked', (_what, boxes, index) => {
    expect(faultsOf({ ...LINEAR_REGRESSION, boxes })).toMatchObject([
      { code: 'unknown-box', path: ['boxes', index] },
    ])
  })

  test('those that are there may be asked, by data too', () => {
    expect(asked({ ...LINEAR_REGRESSION, boxes: ['dr_dy', 'dJ_dX', 'dp_du'] })).toBe('dr_dy dJ_dX dp_du')
  })

  test('names collide only with boxes that there are', () => {
    expect(asked(graph({ w: [1, 2] }, { z: 'softmax(w)', dz_dw: 'z*z', J: 'sum(dz_dw)' }))).toContain('dz_dw')
    expect(faultsOf(graph({ w: [1, 2] }, { z: 'sin(w)', dz_dw: 'z*z', J: 'sum(dz_dw)' }))).toMatchObject([
      { code: 'box-collision' },
    ])
  })
})

describe('finite differences of an array', () => {
  const differencesOf = (definition: GraphDefinition, id: string, steps = 1e9) => {
    const { graph: compiled } = compile(definition)
    const box = compiled.boxes.get(id)
    if (box === undefined) throw new Error(`no box ${id}`)
    return finiteDifferences(compiled, evaluate(compiled), box, createStepBudget(steps))
  }

  test('have its shape, in every box', () => {
    for (const definition of [LINEAR_REGRESSION, TWO_LAYER_NETWORK]) {
      const { graph: compiled } = compile(definition)
      const evaluation = evaluate(compiled)
      for (const box of compiled.asked) {
        const differences = finiteDifferences(compiled, evaluation, box, plenty())
        if (box.kind === 'forward') continue
        const truth = entriesOf(boxValue(evaluation, box) ?? Number.NaN)
        for (const quotients of [differences?.forward, differences?.central]) {
          expect(plainShape(quotients ?? Number.NaN)).toEqual(compiled.shapes.get(box.wrt))
          entriesOf(quotients ?? Number.NaN).forEach((quotient, entry) => {
            expect(Math.abs(quotient - (truth[entry] ?? Number.NaN))).toBeLessThan(0.01)
          })
        }
      }
    }
  })

  test('nudge each entry alone', () => {
    expect(differencesOf(graph({ v: [2, 3] }, { J: 'dot(v, v)' }), 'dJ_dv')).toEqual({
      epsilon: 0.001,
      forward: [expect.closeTo(4.001, 9), expect.closeTo(6.001, 9)],
      central: [expect.closeTo(4, 9), expect.closeTo(6, 9)],
    })
  })

  test('are left out where one entry leaves the domain', () => {
    const differences = differencesOf(graph({ v: [5, 0.0005] }, { a: 'ln(v)', J: 'sum(a)' }), 'dJ_dv')
    expect(differences).toEqual({
      epsilon: 0.001,
      forward: expect.any(Array),
      reason: { kind: 'domain', nudged: 'v − 0.001' },
    })
  })

  test('of 200,000 entries are worked out where that is one nudge, and left out where it is one an entry', () => {
    const definition = graph({ v: filled([400, 500], 2) }, { a: 'v^2', J: 'sum(a)' })
    expect(entriesOf(differencesOf(definition, 'da_dv', 10_000_000)?.central ?? 0)).toHaveLength(200_000)
    expect(differencesOf(definition, 'dJ_dv', 10_000_000)).toEqual({
      epsilon: 0.001,
      reason: { kind: 'work' },
    })
  })
})
