import { describe, expect, test } from 'vitest'
import { createExpressionPool, type Expression } from '../../src/engine/expression.js'
import { OPERATIONS } from '../../src/engine/operations.js'
import { printExpression } from '../../src/engine/print.js'
import { exactly, read } from '../support/engine.js'

const NAMES = ['a', 'b', 'c']

describe('an expression as text', () => {
  test.each([
    ['a+b*c', 'a + b*c'],
    ['((a+b))*(c)', '(a + b)*c'],
    ['a-(b-c)', 'a - (b - c)'],
    ['(a-b)-c', 'a - b - c'],
    ['a+(b+c)', 'a + (b + c)'],
    ['a/(b*c)', 'a/(b*c)'],
    ['(a/b)*c', 'a/b*c'],
    ['2a b', '2*a*b'],
    ['1/2a', '1/2*a'],
    ['(a^b)^c', '(a^b)^c'],
    ['a^(b^c)', 'a^b^c'],
    ['(-a)^2', '(-a)^2'],
    ['-(a^2)', '-a^2'],
    ['-(a*b)', '-(a*b)'],
    ['(-a)*b', '-a*b'],
    ['a*(-b)', 'a*(-b)'],
    ['a - (-b)', 'a - -b'],
    ['--a', '-(-a)'],
    ['a^(-2)', 'a^(-2)'],
    ['log(a)+max(a,b+c)', 'ln(a) + max(a, b + c)'],
    ['π·e', 'pi*e'],
  ])('%s is written %s: every product shown, no bracket too many', (text, printed) => {
    expect(printExpression(read(text, NAMES).root)).toBe(printed)
  })

  test.each([
    ['0', '0'],
    ['0.50', '0.5'],
    ['.125', '0.125'],
    ['1e3', '1000'],
    ['1e20', '100000000000000000000'],
    ['1e21', '1e21'],
    ['1e30', '1e30'],
    ['1e-20', '0.00000000000000000001'],
    ['1e-30', '1e-30'],
    ['12.5e-40', '125e-41'],
    ['1e400', '1e400'],
    ['120e400', '120e400'],
    ['1e-400', '1e-400'],
    ['0.01e-400', '.01e-400'],
    [`.${'0'.repeat(39)}3e-400`, `.${'0'.repeat(39)}3e-400`],
    [`${'9'.repeat(40)}e400`, `${'9'.repeat(40)}e400`],
  ])('the number %s is written %s, which reads as the same number', (text, printed) => {
    const pool = createExpressionPool()
    const { root } = read(text, [], { pool })
    expect(printExpression(root)).toBe(printed)
    expect(read(printed, [], { pool }).root).toBe(root)
  })

  test.each([
    ['1/3', '1/3'],
    ['-2', '-2'],
    ['-1/3', '-1/3'],
  ])('a number that no literal is, %s, is written %s, in brackets where it must be', (value, printed) => {
    const pool = createExpressionPool()
    const number = pool.number(exactly(value))
    expect(printExpression(number)).toBe(printed)
    expect(printExpression(pool.apply(OPERATIONS.power, [number, pool.name('a')]))).toBe(`(${printed})^a`)
  })

  test('an expression 10,000 levels deep overflows no stack', () => {
    const pool = createExpressionPool()
    let root: Expression = pool.name('a')
    for (let level = 0; level < 10_000; level += 1)
      root = pool.apply(OPERATIONS.power, [pool.name('b'), root])
    expect(printExpression(root)).toBe(`${'b^'.repeat(10_000)}a`)
  })
})
