import { describe, expect, test } from 'vitest'
import { createAlgebra } from '../../src/engine/algebra.js'
import type { Expression } from '../../src/engine/expression.js'
import { createStepBudget } from '../../src/engine/faults.js'
import { OPERATIONS } from '../../src/engine/operations.js'
import { printExpression } from '../../src/engine/print.js'
import { createSimplifier } from '../../src/engine/simplify.js'
import { SCALAR, type Shape } from '../../src/engine/tensor.js'
import { plenty, read, refusalOf } from '../support/engine.js'

const NAMES = ['a', 'b', 'c', 'd', 'h', 'i', 'k', 'w', 'x', 'y', 'z']

function simplified(text: string, shapes: ReadonlyMap<string, Shape> = new Map()): string {
  const algebra = createAlgebra(name => shapes.get(name) ?? SCALAR)
  const { root } = read(text, [...NAMES, ...shapes.keys()])
  return printExpression(createSimplifier(algebra, plenty())(algebra.take(root)))
}

describe('simplified', () => {
  test.each([
    // Numbers and signs in front, in the order of appearance behind.
    ['2*w*3', '6*w'],
    ['x*2*w', '2*x*w'],
    ['x*2*pi', '2*pi*x'],
    ['22*a/11', '2*a'],
    ['d*2/2', 'd'],
    ['2*d^(2 - 1)/2', 'd'],
    ['d^2/2', 'd^2/2'],
    ['a*(-1)', '-a'],
    ['(-a)*(-b)', 'a*b'],
    ['a*(-b)', '-a*b'],
    ['--a', 'a'],
    ['-1/i^2', '-1/i^2'],
    ['-2*k*(-1/i^2)*h*(-1)', '-2*k*h/i^2'],
    // 0 and 1.
    ['1*a + 0', 'a'],
    ['0*ln(x)', '0'],
    ['a^1', 'a'],
    ['a^0', '1'],
    ['1^x', '1'],
    ['0/x', '0'],
    ['x - x', '0'],
    ['exp(0) + ln(1) + sqrt(4)', '3'],
    ['ln(e)', '1'],
    // Like terms, in sums within sums.
    ['a + a', '2*a'],
    ['a + b - (a - b)', '2*b'],
    ['3*a - 5*a', '-2*a'],
    ['w + 1 + 2', 'w + 3'],
    ['c - (a + b)', 'c - a - b'],
    ['-(a + b)', '-(a + b)'],
    ['-a + b', 'b - a'],
    ['2*(a + b) - (a + b)', '2*(a + b) - a - b'],
    ['a/2 + a/3', '5*a/6'],
    ['a*b + 2*b*a', '3*a*b'],
    // Powers of one base, in products within products.
    ['a*a', 'a^2'],
    ['x^2/x', 'x'],
    ['x/x', '1'],
    ['(2*x)^3', '8*x^3'],
    ['(a*b)^2/a', 'a*b^2'],
    ['a/b/c', 'a/(b*c)'],
    ['a/(b/c)', 'a*c/b'],
    ['x^(-2)', '1/x^2'],
    ['(x^2)^3', 'x^6'],
    ['(x^2)^0.5', '(x^2)^0.5'],
    ['sqrt(x)*sqrt(x)', 'x'],
    ['sqrt(x)^3', 'sqrt(x)^3'],
    ['x^(1/3)*x', 'x^(4/3)'],
    ['2^0.5*2^0.5', '2'],
    ['(a + b)/(a + b)', '1'],
    ['square(a)*3', '3*a^2'],
    ['x^y*x', 'x^y*x'],
    // Decimals stay decimals, fractions fractions.
    ['0.25*x*3', '0.75*x'],
    ['x/4', 'x/4'],
    ['0.5*x*2', 'x'],
    ['1/3 + x/3', '1/3 + x/3'],
    ['0.1 + 0.2', '0.3'],
    ['0.01 + 0.99*sign(relu(x))', '0.01 + 0.99*sign(relu(x))'],
    // Inside functions, and what is no product or sum.
    ['sin(a + a)', 'sin(2*a)'],
    ['(1 + sign(a - a))/2', '1/2'],
    ['max(a*a, 2 + 1)', 'max(a^2, 3)'],
  ])('%s is %s', (text, expected) => {
    expect(simplified(text)).toBe(expected)
  })

  test.each([
    ['1/0*x', '1/0*x'],
    ['a/(a/0)', 'a/(a/0)'],
    ['x/(a - a)', 'x/(a - a)'],
    ['1/(a + a/0)', '1/(a + a/0)'],
    ['0^(-1)', '0^(-1)'],
    ['1e400*1e400*x', '1e400*1e400*x'],
    ['x^1e300/x', 'x^1e300/x'],
    ['(1/3)^100*a', '(1/3)^100*a'],
    ['a + 1/7^60', 'a + 1/7^60'],
  ])('%s, with a number that is none or too long to write, is %s', (text, expected) => {
    expect(simplified(text)).toBe(expected)
  })

  test.each([
    ['sum(2*u)/4', 'sum(u)/2'],
    ['matmul(transpose(X), 2*(u - v)/4)', 'matmul(transpose(X), u - v)/2'],
    ['sum(u - u + 1)', 'sum(u - u + 1)'],
    ['u - u + 1', '1'],
    ['sum(a*2)', '2*a'],
    ['transpose(transpose(X))', 'transpose(transpose(X))'],
    ['softmax(u + u)', 'softmax(2*u)'],
    ['logsumexp(0*u)', 'logsumexp(0*u)'],
  ])('of arrays, %s is %s: what goes into a sum keeps its shape', (text, expected) => {
    const shapes = new Map<string, Shape>([
      ['X', [4, 2]],
      ['u', [4]],
      ['v', [4]],
    ])
    expect(simplified(text, shapes)).toBe(expected)
  })

  test('a sum and a product of 5,000 terms each take steps by their length', () => {
    const algebra = createAlgebra(() => SCALAR)
    const name = algebra.name('a')
    for (const operation of [OPERATIONS.add, OPERATIONS.multiply]) {
      const budget = createStepBudget(100_000)
      let root: Expression = name
      for (let count = 1; count < 5000; count += 1) root = algebra.apply(operation, root, name)
      const form = createSimplifier(algebra, budget)(root)
      expect(printExpression(form)).toBe(operation === OPERATIONS.add ? '5000*a' : 'a^5000')
    }
  })

  test('10,000 functions within each other overflow no stack', () => {
    const algebra = createAlgebra(() => SCALAR)
    let root = algebra.name('a')
    for (let depth = 0; depth < 10_000; depth += 1)
      root = algebra.apply(OPERATIONS.add, algebra.apply(OPERATIONS.codeOf('sin'), root), algebra.zero)
    expect(printExpression(createSimplifier(algebra, plenty())(root))).toBe(
      `${'sin('.repeat(10_000)}a${')'.repeat(10_000)}`,
    )
  })

  test('past its steps it refuses', () => {
    const algebra = createAlgebra(() => SCALAR)
    const root = algebra.take(read('a + b*c + a', NAMES).root)
    expect(refusalOf(() => createSimplifier(algebra, createStepBudget(5))(root)).code).toBe('too-complex')
  })
})
