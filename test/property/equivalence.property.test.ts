import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAlgebra } from '../../src/engine/algebra.js'
import { createFormComparer } from '../../src/engine/equivalence.js'
import { createExpressionPool, type Expression } from '../../src/engine/expression.js'
import { OPERATIONS } from '../../src/engine/operations.js'
import { createSimplifier } from '../../src/engine/simplify.js'
import { SCALAR } from '../../src/engine/tensor.js'
import { compile, graph, plenty } from '../support/engine.js'
import { build } from '../support/expressions.js'
import { SMALL_NAMES, smallSketch } from '../support/small-expressions.js'

const { graph: FREE } = compile(
  graph(Object.fromEntries(SMALL_NAMES.map((name, index) => [name, 0.6 + index / 4])), {
    J: SMALL_NAMES.join(' + '),
  }),
)

describe('the comparison of forms', () => {
  const seed = fc.nat(0xffffffff)

  test('never tells an expression from its simplified form, of which it is told that they are the same', () => {
    const outcomes = new Map<string, number>()
    fc.assert(
      fc.property(smallSketch, seed, (from, drawn) => {
        const algebra = createAlgebra(() => SCALAR)
        const expression = algebra.take(build(createExpressionPool(), from))
        const simplified = createSimplifier(algebra, plenty())(expression)
        // A part that no rule looks into, so that values decide.
        const hidden = algebra.apply(OPERATIONS.codeOf('max'), simplified, simplified)
        const outcome = createFormComparer(FREE, { seed: drawn, budget: plenty() })(expression, hidden)
        expect(outcome).not.toBe('different')
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }),
      { numRuns: 1500 },
    )
    expect(outcomes.get('equal')).toBeGreaterThan(800)
  })

  test('never takes an expression for one that is larger by a thousandth', () => {
    const outcomes = new Map<string, number>()
    fc.assert(
      fc.property(smallSketch, seed, (from, drawn) => {
        const algebra = createAlgebra(() => SCALAR)
        const expression = algebra.take(build(createExpressionPool(), from))
        const apply = (name: string, ...operands: Expression[]) =>
          algebra.apply(OPERATIONS.codeOf(name), ...operands)
        const share = (numerator: number) => apply('/', algebra.integer(numerator), algebra.integer(100_000))
        // 1.001·v + 0.00173 is v only where v is −1.73, which nothing here is.
        const larger = apply('+', apply('*', expression, share(100_100)), share(173))
        const compareForms = createFormComparer(FREE, { seed: drawn, budget: plenty() })
        const outcome = compareForms(larger, expression)
        expect(outcome).not.toBe('equal')
        expect(compareForms(expression, larger)).toBe(outcome)
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }),
      { numRuns: 1000 },
    )
    expect(outcomes.get('different')).toBeGreaterThan(500)
  })
})
