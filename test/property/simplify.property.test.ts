import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAlgebra } from '../../src/engine/algebra.js'
import { createExpressionPool } from '../../src/engine/expression.js'
import { createStepBudget, ExpressionError } from '../../src/engine/faults.js'
import { formulaOf } from '../../src/engine/formula.js'
import { texName } from '../../src/engine/names.js'
import { printExpression } from '../../src/engine/print.js'
import { createSimplifier } from '../../src/engine/simplify.js'
import { SCALAR } from '../../src/engine/tensor.js'
import { plenty, read } from '../support/engine.js'
import { build, NAMES, sketch, type Sketch } from '../support/expressions.js'
import {
  evaluateExpression,
  largestPart,
  SMALL_NAMES,
  smallSketch,
  smallValues,
} from '../support/small-expressions.js'
import { readTex } from '../support/tex-reader.js'

const WIDE = { characters: 1_000_000, depth: 1000, operations: 1_000_000 }

function workplace() {
  const algebra = createAlgebra(() => SCALAR)
  const simplify = createSimplifier(algebra, plenty())
  return { algebra, simplify, make: (from: Sketch) => algebra.take(build(createExpressionPool(), from)) }
}

describe('simplifying', () => {
  test('never changes the value where both have one', () => {
    const counts = { compared: 0, changed: 0 }
    fc.assert(
      fc.property(smallSketch, smallValues, (from, values) => {
        const { simplify, make } = workplace()
        const expression = make(from)
        const simplified = simplify(expression)
        const [expected, value] = [expression, simplified].map(form => evaluateExpression(form, values))
        if (!Number.isFinite(expected) || !Number.isFinite(value)) return
        counts.compared += 1
        if (simplified !== expression) counts.changed += 1
        // An inner sum that cancels leaves nothing to compare: its rounding is as large as its value.
        const size = largestPart(expression, values) * largestPart(simplified, values)
        expect(Math.abs((value ?? NaN) - (expected ?? NaN))).toBeLessThanOrEqual(1e-9 * size)
      }),
      { numRuns: 5000 },
    )
    expect(counts.compared).toBeGreaterThan(2000)
    expect(counts.changed).toBeGreaterThan(1000)
  })

  test.each([
    ['small', smallSketch, SMALL_NAMES],
    ['any', sketch, NAMES],
  ] as const)(
    'of %s expressions: what it gives is read back as the same, and twice is once',
    (_kind, from, names) => {
      // Somewhere where most expressions have a value; of those that have none, twice need not be once.
      const values = new Map(names.map((name, index) => [name, 0.7 + index / 10]))
      let again = 0
      fc.assert(
        fc.property(from, drawn => {
          const { algebra, simplify, make } = workplace()
          const expression = make(drawn)
          const simplified = simplify(expression)
          const text = printExpression(simplified)
          expect(read(text, names, { pool: algebra.pool, limits: WIDE }).root).toBe(simplified)
          if (!Number.isFinite(evaluateExpression(expression, values))) return
          const other = workplace()
          expect(printExpression(other.simplify(other.algebra.take(simplified)))).toBe(text)
          again += 1
        }),
        { numRuns: 3000 },
      )
      expect(again).toBeGreaterThan(500)
    },
  )

  test('leaves a formula whose TeX is read as its value', () => {
    fc.assert(
      fc.property(smallSketch, smallValues, (from, values) => {
        const { simplify, make } = workplace()
        const simplified = simplify(make(from))
        const expected = evaluateExpression(simplified, values)
        const names = new Map([...values].map(([name, value]) => [texName(name), value]))
        const value = readTex(formulaOf(simplified).tex, names)
        if (!Number.isFinite(expected)) return
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-9 * largestPart(simplified, values))
      }),
      { numRuns: 1500 },
    )
  })

  test('takes no more steps than it is given, and with any number of them says the same or that it is too much', () => {
    const outcomes = new Set<boolean>()
    fc.assert(
      fc.property(smallSketch, fc.nat(60), (from, steps) => {
        const { algebra, simplify, make } = workplace()
        const expression = make(from)
        const expected = simplify(expression)
        try {
          const other = createAlgebra(() => SCALAR)
          const within = createSimplifier(other, createStepBudget(steps))(other.take(expression))
          expect(algebra.take(within)).toBe(expected)
          outcomes.add(true)
        } catch (error) {
          if (!(error instanceof ExpressionError)) throw error
          expect(error.code).toBe('too-complex')
          outcomes.add(false)
        }
      }),
      { numRuns: 500 },
    )
    expect(outcomes.size).toBe(2)
  })
})
