import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createExpressionPool } from '../../src/engine/expression.js'
import { formulaOf } from '../../src/engine/formula.js'
import { texName } from '../../src/engine/names.js'
import { read } from '../support/engine.js'
import { build, sketch } from '../support/expressions.js'
import {
  evaluateExpression,
  largestPart,
  SMALL_NAMES,
  smallSketch,
  smallValues,
} from '../support/small-expressions.js'
import { readTex } from '../support/tex-reader.js'

function closeTo(value: number, expected: number): boolean {
  return Math.abs(value - expected) <= 1e-9 * Math.max(1, Math.abs(expected))
}

/** e^x is read as exp(x), of which the last bit may differ; the cosine of something large would show no other. */
const TOO_LARGE = 1e6

describe('the TeX of an expression', () => {
  test('is read as the expression: every bracket that matters is there', () => {
    let compared = 0
    fc.assert(
      fc.property(smallSketch, smallValues, (from, values) => {
        const expression = build(createExpressionPool(), from)
        const expected = evaluateExpression(expression, values)
        const names = new Map([...values].map(([name, value]) => [texName(name), value]))
        const value = readTex(formulaOf(expression).tex, names)
        if (!Number.isFinite(expected) || largestPart(expression, values) > TOO_LARGE) return
        compared += 1
        expect(closeTo(value, expected)).toBe(true)
      }),
      { numRuns: 3000 },
    )
    expect(compared).toBeGreaterThan(1000)
  })

  test('of arrays is read as the expression at every entry, and no sign follows a sign', () => {
    let compared = 0
    fc.assert(
      fc.property(smallSketch, smallValues, (from, values) => {
        const expression = build(createExpressionPool(), from)
        const { tex } = formulaOf(expression, { shapeOfName: () => [2] })
        expect(tex).not.toMatch(/[+-]-|\\(odot|cdot) -/)
        const expected = evaluateExpression(expression, values)
        const names = new Map([...values].map(([name, value]) => [texName(name), value]))
        const value = readTex(tex.replaceAll('\\odot', '\\cdot'), names)
        if (!tex.includes('\\odot') || !Number.isFinite(expected)) return
        if (largestPart(expression, values) > TOO_LARGE) return
        compared += 1
        expect(closeTo(value, expected)).toBe(true)
      }),
      { numRuns: 3000 },
    )
    expect(compared).toBeGreaterThan(100)
  })

  test('with numbers put in for names, it and the text have the value that the expression has there', () => {
    let compared = 0
    fc.assert(
      fc.property(smallSketch, smallValues, fc.subarray([...SMALL_NAMES]), (from, values, kept) => {
        const expression = build(createExpressionPool(), from)
        const numberOf = (name: string): number | undefined =>
          kept.includes(name) ? undefined : values.get(name)
        const { text, tex } = formulaOf(expression, { numberOf })
        const expected = evaluateExpression(expression, values)
        const names = new Map(kept.map(name => [texName(name), values.get(name) ?? Number.NaN]))
        const inTex = readTex(tex, names)
        const inText = evaluateExpression(read(text, kept).root, values)
        if (!Number.isFinite(expected) || largestPart(expression, values) > TOO_LARGE) return
        compared += 1
        expect(closeTo(inTex, expected)).toBe(true)
        expect(closeTo(inText, expected)).toBe(true)
      }),
      { numRuns: 2000 },
    )
    expect(compared).toBeGreaterThan(600)
  })

  test('holds only commands of its own, whatever the names', () => {
    fc.assert(
      fc.property(sketch, from => {
        const { tex } = formulaOf(build(createExpressionPool(), from))
        const commands = tex.match(/\\[A-Za-z]+|\\./g) ?? []
        const own =
          /^\\(left|right|frac|sqrt|cdot|ln|log|sin|cos|tan|arcsin|arccos|arctan|sinh|cosh|tanh|min|max|sigma|operatorname|mathbf|mathrm|lambda|pi|_)$/
        expect(commands.filter(command => !own.test(command))).toEqual([])
        expect(tex).not.toMatch(/[#$%&~]/)
      }),
      { numRuns: 500 },
    )
  })
})
