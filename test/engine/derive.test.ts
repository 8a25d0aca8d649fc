import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAlgebra } from '../../src/engine/algebra.js'
import { createDeriver } from '../../src/engine/derive.js'
import { OPERATIONS, type Operation } from '../../src/engine/operations.js'
import { createSimplifier } from '../../src/engine/simplify.js'
import { SCALAR } from '../../src/engine/tensor.js'
import { plenty, read } from '../support/engine.js'
import { DOMAINS } from '../support/operation-domains.js'
import { evaluateExpression } from '../support/small-expressions.js'

/** Every operation that can be typed. */
const ROWS: readonly (readonly [string, Operation, number])[] = OPERATIONS.rows.flatMap((row, code) =>
  ['copy', 'log_add_exp'].includes(row.name) ? [] : [[row.name, row, code] as const],
)

/** The partials of f(x, y) at a point: as the table computes them, and from its symbolic column, simplified and not. */
function partialsAt(row: Operation, code: number, operands: readonly number[]) {
  const algebra = createAlgebra(() => SCALAR)
  const names = ['x', 'y'].slice(0, row.arity)
  const root = algebra.apply(code, ...names.map(algebra.name))
  const value = algebra.name('value')
  const [x = Number.NaN, y = Number.NaN] = operands
  const result = row.arity === 1 ? row.value(x) : row.value(x, y)
  const values = new Map([
    ['x', x],
    ['y', y],
    ['value', result],
  ])
  const simplify = createSimplifier(algebra, plenty())
  const [named, plain] = [value, root].map(own =>
    createDeriver(algebra)({ root, value: own, seed: algebra.one }),
  )
  return names.map((name, index) => {
    const numeric =
      row.arity === 1 ? row.partial(x, result) : (row.partials[index]?.(x, y, result) ?? Number.NaN)
    const forms = [named, plain].flatMap(derivatives => {
      const form = derivatives?.get(name)
      return form === undefined ? [] : [form, simplify(form)]
    })
    return { numeric, symbolic: forms.map(form => evaluateExpression(form, values)) }
  })
}

describe('the symbolic column', () => {
  test.each(ROWS)('of %s has the value of the numeric one everywhere in its domain', (name, row, code) => {
    let compared = 0
    fc.assert(
      fc.property(DOMAINS[name] as fc.Arbitrary<readonly number[]>, operands => {
        for (const { numeric, symbolic } of partialsAt(row, code, operands)) {
          expect(symbolic).toHaveLength(4)
          for (const value of symbolic) {
            expect(Math.abs(value - numeric)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(numeric)))
            compared += 1
          }
        }
      }),
    )
    expect(compared).toBeGreaterThan(300)
  })

  test.each([
    ['relu', [0]],
    ['relu', [-0]],
    ['leaky_relu', [0]],
    ['abs', [0]],
    ['abs', [-2]],
    ['sign', [0]],
    ['max', [2, 2]],
    ['max', [0, -0]],
    ['min', [2, 2]],
    ['min', [-1, 3]],
    ['^', [-3, 2]],
    ['^', [0, 2]],
    ['^', [0, 1]],
    ['square', [0]],
    ['sigmoid', [-800]],
    ['sigmoid', [800]],
    ['softplus', [800]],
    ['tanh', [400]],
    ['atan', [1e150]],
  ])('of %s at %j, on its kink or at its edge, too', (name, operands) => {
    const [, row, code] = ROWS.find(([candidate]) => candidate === name) as (typeof ROWS)[number]
    const [first] = partialsAt(row, code, operands)
    for (const value of first?.symbolic ?? []) expect(value + 0).toBeCloseTo(first?.numeric ?? Number.NaN, 12)
    expect(first?.symbolic.length).toBeGreaterThan(0)
  })
})

describe('a derivative by all names at once', () => {
  const NAMES = ['a', 'b', 'x']

  function derivativesOf(text: string): Record<string, string> {
    const algebra = createAlgebra(() => SCALAR)
    const root = algebra.take(read(text, NAMES).root)
    const derivatives = createDeriver(algebra)({ root, value: root, seed: algebra.one })
    const values = new Map([
      ['a', 2],
      ['b', 3],
      ['x', 5],
    ])
    return Object.fromEntries(
      [...derivatives].map(([name, form]) => [
        name,
        form === undefined ? '-' : String(evaluateExpression(form, values)),
      ]),
    )
  }

  test.each([
    ['a*b + x', { a: '3', b: '2', x: '1' }],
    ['a*a*a', { a: '12' }],
    ['(a + b)*(a - b)', { a: '4', b: '-6' }],
    ['2 + 3', {}],
    ['x^0', { x: '0' }],
    ['0*a', { a: '0' }],
    ['sign(a)*b', { a: '0', b: '1' }],
  ])('of %s at a = 2, b = 3, x = 5 is %j', (text, expected) => {
    expect(derivativesOf(text)).toEqual(expected)
  })
})
