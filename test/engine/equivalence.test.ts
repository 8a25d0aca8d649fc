import { describe, expect, test } from 'vitest'
import type { Box } from '../../src/engine/boxes.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { createFormComparer, type Equivalence } from '../../src/engine/equivalence.js'
import { createStepBudget } from '../../src/engine/faults.js'
import type { CompiledGraph } from '../../src/engine/graph.js'
import { createSymbolics } from '../../src/engine/symbolic.js'
import { compile, graph, plenty, read, refusalOf } from '../support/engine.js'
import { BUILT_IN_GRAPHS } from '../support/lab-graphs.js'

function compared(compiled: CompiledGraph, answer: string, truth: string, seed = 1): Equivalence {
  const names = [...compiled.shapes.keys()]
  const [given, right] = [answer, truth].map(text => read(text, names).root) as [never, never]
  return createFormComparer(compiled, { seed, budget: plenty() })(given, right)
}

function boxOf(compiled: CompiledGraph, id: string): Exclude<Box, { kind: 'forward' }> {
  const box = compiled.boxes.get(id)
  if (box === undefined || box.kind === 'forward') throw new Error(`no derivative ${id}`)
  return box
}

const FREE = compile(graph({ x: 0.5, y: -1.5, n: 3 }, { p: 'x*y', J: 'p + n' })).graph

describe('two expressions in free names', () => {
  const PAIRS: readonly (readonly [string, string, Equivalence])[] = [
    // By structure.
    ['x + x', '2*x', 'equal'],
    ['1/0', '1/0', 'equal'],
    // By values.
    ['(x + y)^2', 'x^2 + 2*x*y + y^2', 'equal'],
    ['sin(x)^2 + cos(x)^2', '1', 'equal'],
    ['1 - sin(x)^2 - cos(x)^2', '0', 'equal'],
    ['cosh(x)^2 - sinh(x)^2', '1', 'equal'],
    ['sigmoid(x)*(1 - sigmoid(x))', 'exp(-x)/(1 + exp(-x))^2', 'equal'],
    ['1 - tanh(x)^2', '1/cosh(x)^2', 'equal'],
    ['p', 'x*y', 'equal'],
    ['p/x', 'y', 'equal'],
    ['max(x, y)', '(x + y + abs(x - y))/2', 'equal'],
    ['ln(exp(x))', 'x', 'equal'],
    ['(-2)^n', '(-2)^n + 0*x', 'equal'],
    // Where both have a value, and nowhere else.
    ['sqrt(x)^2', 'x', 'equal'],
    ['ln(x^2)', '2*ln(x)', 'equal'],
    ['x^2/x', 'x', 'equal'],
    ['sqrt(x)*sqrt(y)', 'sqrt(x*y)', 'equal'],
    // Different, some of them only on one side of 0 or by a little.
    ['x', 'y', 'different'],
    ['relu(x)', 'x', 'different'],
    ['abs(x)', 'x', 'different'],
    ['sqrt(x^2)', 'x', 'different'],
    ['x + y', 'x - y', 'different'],
    ['x*1.00000001', 'x', 'different'],
    ['x + 0.0000001', 'x', 'different'],
    ['2*ln(x)', 'ln(2*x)', 'different'],
    ['sin(x)', 'x - x^3/6', 'different'],
    ['0', '1', 'different'],
    ['p', 'x', 'different'],
    ['(-1)^n', '1', 'different'],
    ['1e-30*x', '1e-30*y', 'different'],
    // Nowhere, or at too few places, do both have a value.
    ['ln(-x^2)', 'x', 'undecidable'],
    ['x', 'sqrt(-1 - y^2)', 'undecidable'],
    ['ln(x)', 'ln(-x)', 'undecidable'],
    ['exp(exp(exp(9 + x^2)))', 'x', 'undecidable'],
    ['(x + 1e22 - 1e22)^2', '4*x^2', 'undecidable'], // Rounding leaves nothing of x.
  ]

  test.each(PAIRS)('%s and %s are %s, either way round', (one, other, expected) => {
    for (const seed of [1, 2, 3, 4_000_000_000]) {
      expect(compared(FREE, one, other, seed)).toBe(expected)
      expect(compared(FREE, other, one, seed)).toBe(expected)
    }
  })

  test.each([0.2, 3, 50, -3])('that part on one side of 0 alone are told apart by every seed, at %d', own => {
    const { graph: compiled } = compile(graph({ x: own, y: own, z: 2 * own }, { c: 'relu(x*y)', J: 'c + z' }))
    const pairs = [
      ['abs(x)', 'x'],
      ['relu(x)', 'x'],
      ['relu(x)', '0'],
      ['leaky_relu(x)', 'x'],
      ['sqrt(x^2)', 'x'],
      ['sign(x)', '1'],
      ['sign(x)', '-1'],
      ['max(x, -2.9)', 'x'],
      ['min(x, 9)', 'x'],
      ['abs(x)*abs(y)', 'x*y'],
      ['abs(x)*abs(z)', 'x*z'],
      ['c', 'x*y'],
    ] as const
    for (const [one, other] of pairs) {
      for (let seed = 0; seed < 20; seed += 1) {
        expect([one, other, compared(compiled, one, other, seed)]).toEqual([one, other, 'different'])
      }
    }
  })

  test('that are nothing but rounding are not told by it', () => {
    // At 30 to 40 nothing is left of a difference between these but what rounding makes of them.
    const { graph: large } = compile(graph({ x: 35 }, { J: 'x^2' }))
    expect(compared(large, 'cosh(x)^2 - sinh(x)^2', '1')).toBe('equal')
    expect(compared(large, 'cosh(x)^2 - sinh(x)^2', '2')).toBe('different')
    expect(compared(large, 'cosh(x)^2 - sinh(x)^2', '2*sqrt(x - 30)/sqrt(x - 30)')).toBe('undecidable')
  })
})

describe('in a graph, nodes have the values that the inputs give them', () => {
  const logistic: GraphDefinition = graph(
    { w: 0.3, b: -0.2 },
    { z: 'w*x + b', a: 'sigmoid(z)', J: '(a - y)^2' },
    { data: { x: 1.5, y: 1 } },
  )
  const { graph: compiled } = compile(logistic)

  test.each([
    ['da_dz', 'a*(1 - a)', 'equal'],
    ['da_dz', 'a - a^2', 'equal'],
    ['da_dz', 'sigmoid(w*x + b)*(1 - sigmoid(z))', 'equal'],
    ['da_dz', 'a*(1 + a)', 'different'],
    ['da_dz', 'a', 'different'],
    ['dJ_dw', '2*(a - y)*a*(1 - a)*x', 'equal'],
    ['dJ_dw', '-2*(y - a)*a*(1 - a)*x', 'equal'],
    ['dJ_dw', '2*(a - y)*a*(1 - a)', 'different'],
    ['dJ_dw', '(a - y)*a*(1 - a)*x', 'different'],
    ['dz_dw', 'x', 'equal'],
    ['dz_dw', '1.5', 'different'],
    ['dz_dw', 'ln(-1 - x^2)', 'undecidable'],
  ] as const)('in box %s, %s is %s', (id, answer, expected) => {
    const box = boxOf(compiled, id)
    const { root } = read(answer, [...compiled.shapes.keys()])
    const compareForms = createFormComparer(compiled, { seed: 7, budget: plenty() })
    expect(compareForms(root, box)).toBe(expected)
    const symbolics = createSymbolics(compiled, plenty())
    const form = box.kind === 'local' ? symbolics.local(box.of, box.wrt) : symbolics.full(box.wrt)
    expect(form && compareForms(root, form)).toBe(expected)
  })

  test.each(Object.keys(BUILT_IN_GRAPHS) as (keyof typeof BUILT_IN_GRAPHS)[])(
    'every form of %s is equal to its own box, and to that with a factor -1 only where that is 0',
    key => {
      const { graph: built } = compile(BUILT_IN_GRAPHS[key])
      const symbolics = createSymbolics(built, plenty())
      const compareForms = createFormComparer(built, { seed: 3, budget: plenty() })
      let equal = 0
      for (const box of built.asked) {
        if (box.kind === 'forward') continue
        const form = box.kind === 'local' ? symbolics.local(box.of, box.wrt) : symbolics.full(box.wrt)
        if (form === undefined) continue
        expect([box.id, compareForms(form, box)]).toEqual([box.id, 'equal'])
        const { root } = read('0.5', [])
        expect(compareForms(root, box)).toBe('different')
        equal += 1
      }
      expect(equal).toBeGreaterThan(2)
    },
  )

  test('an array and the number that stands for all of its entries are equal; other shapes are not', () => {
    const { graph: built } = compile(
      graph({ u: [1, 2, 3] }, { s: 'u + 1', J: 'sum(s)' }, { data: { v: [1, 2], m: [[1, 2, 3]] } }),
    )
    expect(compared(built, '1', 'u/u')).toBe('equal')
    expect(compared(built, 'u/u', '1')).toBe('different')
    expect(compared(built, 'v', 'u')).toBe('different')
    expect(compared(built, 'u + v', 'u')).toBe('different')
    expect(compared(built, 'm', 'u')).toBe('different')
    expect(compared(built, 'sum(u*s)', 'dot(u, s)')).toBe('equal')
    expect(compared(built, 's - 1', 'u')).toBe('equal')
  })

  test('nodes that neither form uses need have no value', () => {
    const { graph: built } = compile(graph({ x: 2 }, { p: 'x^2', J: 'p + ln(x - 1.999)' }))
    expect(compared(built, 'p', 'x*x')).toBe('equal')
  })
})

describe('no sample falls on a kink, whatever the values of the inputs are', () => {
  const OWN = [-3, -2, -1, -0.5, 0, 0.1, 0.5, 1, 2, 3]
  const FORMS: readonly (readonly [string, GraphDefinition, string, readonly string[]])[] = [
    ['relu', graph({ w: 1 }, { a: 'relu(w)', J: 'a + w' }), 'da_dw', ['(1 + sign(w))/2', 'a/w', 'sign(a)']],
    ['abs', graph({ w: 1 }, { a: 'abs(w - 1)', J: 'a^2' }), 'da_dw', ['(w - 1)/a', '2*sign(a + w - 1) - 1']],
    ['leaky_relu', graph({ w: 1 }, { a: 'leaky_relu(w)', J: 'a' }), 'da_dw', ['0.505 + 0.495*sign(w)']],
    // 3·0.1 − 0.3 is 5.6·10⁻¹⁷ in doubles.
    [
      'a kink but for rounding',
      graph({ w: 1 }, { z: '0.1*w - 0.3', a: 'relu(z)', J: 'a' }),
      'da_dz',
      ['(1 + sign(w - 3))/2', '(1 + sign(z))/2'],
    ],
    [
      'max',
      graph({ w: 1, v: 1 }, { a: 'max(w, v)', J: 'a' }),
      'da_dw',
      ['(1 + sign(w - v))/2', 'sign(a - v)'],
    ],
    [
      'behind a kink',
      graph({ w: 1 }, { a: 'relu(2*w)', J: 'a + w' }),
      'dJ_dw',
      ['2 + sign(w)', '1 + 2*sign(a)'],
    ],
  ]

  test.each(FORMS)('%s', (_name, definition, id, answers) => {
    for (const own of OWN) {
      const inputs = definition.inputs.map(input => ({ ...input, value: own }))
      const { graph: built } = compile({ ...definition, inputs })
      for (let seed = 0; seed < 15; seed += 1) {
        const compareForms = createFormComparer(built, { seed, budget: plenty() })
        for (const answer of answers) {
          const { root } = read(answer, [...built.shapes.keys()])
          expect([own, seed, answer, compareForms(root, boxOf(built, id))]).toEqual([
            own,
            seed,
            answer,
            'equal',
          ])
        }
        const { root } = read('0.25', [])
        expect(compareForms(root, boxOf(built, id))).toBe('different')
      }
    }
  })

  test('a derivative that is always on one cannot be decided, and no other box is the worse for it', () => {
    const { graph: built } = compile(graph({ w: 2 }, { z: 'w - w', a: 'relu(z)', b: 'w^2', J: 'a + b' }))
    const compareForms = createFormComparer(built, { seed: 1, budget: plenty() })
    const outcome = (id: string, answer: string) =>
      compareForms(read(answer, [...built.shapes.keys()]).root, boxOf(built, id))
    for (const answer of ['0', '1', '0.5', 'w']) expect(outcome('da_dz', answer)).toBe('undecidable')
    expect(outcome('db_dw', '2*w')).toBe('equal')
    expect(outcome('dJ_da', '1')).toBe('equal')
    expect(outcome('dJ_db', '1')).toBe('equal')
  })
})

describe('what rounding does to the truth itself is no fault of the answer', () => {
  // Far out nothing is left of a difference of squares of 10¹⁶ but what rounding makes of it.
  const { graph: built } = compile(graph({ w: 1 }, { s: 'cosh(w)^2 - sinh(w)^2', J: 's^2' }))

  test.each([
    ['dJ_ds', '2', 'equal'],
    ['dJ_ds', '2*s', 'equal'],
    ['dJ_ds', '2.001', 'different'],
    ['dJ_dw', '0', 'equal'],
    ['dJ_dw', '0.001', 'different'],
  ] as const)('in box %s, %s is %s', (id, answer, expected) => {
    const { root } = read(answer, ['s'])
    expect(createFormComparer(built, { seed: 1, budget: plenty() })(root, boxOf(built, id))).toBe(expected)
  })

  test('be it too small for its square', () => {
    const { graph: small } = compile(graph({ w: 1.4 }, { p: 'sigmoid(-w^2)', J: 'p' }))
    const compareForms = createFormComparer(small, { seed: 3, budget: plenty() })
    for (const answer of ['p^2*(1 - p)*(-2*w)/p', '-2*w*sqrt(p^2)*(1 - p)', '-2*w*p*(1 - p)'])
      expect(compareForms(read(answer, ['w', 'p']).root, boxOf(small, 'dp_dw'))).toBe('equal')
  })

  test('and a node that is a power of a negative number has a value', () => {
    // Right where a is positive alone.
    const { graph: square } = compile(graph({ w: 3 }, { a: '2 + 3*w', J: 'a^2' }))
    const { root } = read('2*sqrt(J)', ['J'])
    expect(createFormComparer(square, { seed: 1, budget: plenty() })(root, boxOf(square, 'dJ_da'))).toBe(
      'different',
    )
  })
})

test('all boxes share the sweeps of a graph, and no verdict depends on those before it', () => {
  const { graph: built } = compile(BUILT_IN_GRAPHS['logistic-neuron'])
  const names = [...built.shapes.keys()]
  const asked = [...built.asked].filter(box => box.kind !== 'forward')
  const answers = ['x0', 'a*(1 - a)', '-1/i^2', 'ln(k)', '2*k', 'ln(-1 - k^2)', '1'].map(
    text => read(text, names).root,
  )
  const shared = createStepBudget(1_000_000)
  const compareForms = createFormComparer(built, { seed: 1, budget: shared })
  let alone = 0
  for (const box of asked.toReversed()) {
    for (const answer of answers) {
      const budget = createStepBudget(1_000_000)
      const expected = createFormComparer(built, { seed: 1, budget })(answer, box)
      expect(compareForms(answer, box)).toBe(expected)
      alone += 1_000_000 - budget.remaining
    }
  }
  expect(1_000_000 - shared.remaining).toBeLessThan(alone / 2)
})

test('the same seed gives the same answer, and a spent budget a refusal', () => {
  const answer = read('(x + y)^3', ['x', 'y']).root
  const truth = read('x^3 + y^3', ['x', 'y']).root
  const outcome = (seed: number) => createFormComparer(FREE, { seed, budget: plenty() })(answer, truth)
  expect(outcome(5)).toBe(outcome(5))
  const refusal = refusalOf(() =>
    createFormComparer(FREE, { seed: 5, budget: createStepBudget(60) })(answer, truth),
  )
  expect(refusal.code).toBe('too-complex')
})
