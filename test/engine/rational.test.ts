import { describe, expect, test } from 'vitest'
import {
  absolute,
  add,
  compare,
  divide,
  fromDecimal,
  fromDouble,
  MAX_BITS,
  multiply,
  negate,
  ONE,
  power,
  powerOfTen,
  rational,
  sizeInBits,
  subtract,
  toDouble,
  ZERO,
  type Rational,
} from '../../src/engine/rational.js'
import { constantParts } from '../../src/engine/constants.js'
import { operandsFirst } from '../../src/engine/expression.js'
import { exactly, fraction, plenty, read } from '../support/engine.js'

const HUGE: Rational = { numerator: 2n ** 2047n, denominator: 1n }
const TINY: Rational = { numerator: 1n, denominator: 2n ** 2047n }

function shown(value: Rational | undefined): string | undefined {
  return value === undefined ? undefined : fraction(value)
}

describe('arithmetic is exact and in lowest terms', () => {
  test.each([
    [6n, 4n, '3/2'],
    [-6n, 4n, '-3/2'],
    [6n, -4n, '-3/2'],
    [-6n, -4n, '3/2'],
    [0n, -7n, '0'],
    [5n, 0n, undefined],
  ])('%s over %s is %s', (numerator, denominator, expected) => {
    expect(shown(rational(numerator, denominator))).toBe(expected)
  })

  test.each([
    ['1/6', '1/3', '1/2', '-1/6', '1/18', '1/2'],
    ['-3/4', '3/4', '0', '-3/2', '-9/16', '-1'],
    ['0.1', '0.2', '3/10', '-1/10', '1/50', '1/2'],
    ['7', '0', '7', '7', '0', undefined],
  ])(
    '%s and %s: sum %s, difference %s, product %s, quotient %s',
    (a, b, sum, difference, product, quotient) => {
      const [x, y] = [exactly(a), exactly(b)]
      expect([add(x, y), subtract(x, y), multiply(x, y), divide(x, y)].map(shown)).toEqual([
        sum,
        difference,
        product,
        quotient,
      ])
    },
  )

  test.each([
    ['2/3', '3', '8/27'],
    ['2/3', '-3', '27/8'],
    ['-2/3', '3', '-8/27'],
    ['-2/3', '-2', '9/4'],
    ['5', '0', '1'],
    ['0', '0', '1'],
    ['0', '3', '0'],
    ['0', '-1', undefined],
    ['4', '1/2', undefined],
    ['1', '1000000000000000', '1'],
    ['-1', '1000000000000001', '-1'],
    ['-1', '1000000000000000', '1'],
  ])('%s to the power of %s is %s', (base, exponent, expected) => {
    expect(shown(power(exactly(base), exactly(exponent)))).toBe(expected)
  })

  test('comparison, sign and absolute value', () => {
    expect(compare(exactly('1/3'), exactly('0.3333333333333333333333333333'))).toBe(1)
    expect(compare(exactly('-1/2'), exactly('1/3'))).toBe(-1)
    expect(compare(exactly('2/4'), exactly('0.5'))).toBe(0)
    expect([negate(exactly('1/3')), absolute(exactly('-1/3')), absolute(exactly('1/3'))].map(shown)).toEqual([
      '-1/3',
      '1/3',
      '1/3',
    ])
  })
})

describe('exact arithmetic ends at 2,048 bits', () => {
  test('a numerator or denominator has at most that many', () => {
    expect(rational(2n ** 2048n - 1n)).toBeDefined()
    expect(rational(-(2n ** 2048n - 1n))).toBeDefined()
    expect(rational(2n ** 2048n)).toBeUndefined()
    expect(rational(-(2n ** 2048n))).toBeUndefined()
    expect(rational(1n, 2n ** 2048n - 1n)).toBeDefined()
    expect(rational(1n, 2n ** 2048n)).toBeUndefined()
    expect(rational(2n ** 2048n, 2n)).toBeDefined()
    expect(sizeInBits(HUGE)).toBe(MAX_BITS)
    expect(sizeInBits(TINY)).toBe(MAX_BITS)
  })

  test('whatever would pass it has no exact result', () => {
    const two = exactly('2')
    expect(add(HUGE, HUGE)).toBeUndefined()
    expect(subtract(negate(HUGE), HUGE)).toBeUndefined()
    expect(multiply(HUGE, two)).toBeUndefined()
    expect(divide(TINY, two)).toBeUndefined()
    expect(add(TINY, exactly('1/3'))).toBeUndefined()
    expect(power(two, exactly('2047'))).toEqual(HUGE)
    expect(power(two, exactly('-2047'))).toEqual(TINY)
    expect(power(two, exactly('2048'))).toBeUndefined()
    expect(power(exactly('1/2'), exactly('2048'))).toBeUndefined()
    expect(shown(multiply(HUGE, TINY))).toBe('1')
  })

  test.each([
    ['10', '1000000000'],
    ['1/10', '1e400'],
    ['-3', '-1e400'],
    ['1.0000000001', '123456789012345'],
    ['1e400', '1e400'],
  ])('%s to the power of %s is given up at once', (base, exponent) => {
    expect(power(exactly(base), exactly(exponent))).toBeUndefined()
  })

  test.each([
    ['9^9^9', Number.POSITIVE_INFINITY],
    // What is built on an overflow has no value.
    ['9^9^9^9^9', Number.NaN],
    ['0.9^9^9^9^9', Number.NaN],
    ['1^9^9', 1],
    ['(1 + 1e-40)^9^9', 1],
    ['2^2000/2^1999', 2],
  ])('%s is worked out at once, going on in doubles past the bound', (text, expected) => {
    const { root } = read(text)
    const value = constantParts(operandsFirst(root), plenty()).get(root)
    expect(typeof value === 'object' ? toDouble(value) : value).toBe(expected)
  })
})

describe('doubles', () => {
  test.each([
    [0.1, '1/10'],
    [-0.1, '-1/10'],
    [1e21, '1000000000000000000000'],
    [1.5e-7, '3/20000000'],
    [-0, '0'],
    [123456789.25, '493827157/4'],
  ])('the double %d stands for its shortest decimal, %s', (value, expected) => {
    expect(fraction(fromDouble(value))).toBe(expected)
  })

  test.each([0, 1, -1, 0.1, Number.MIN_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** -1022, 2 ** 53 + 2])(
    '%d comes back unchanged',
    value => {
      expect(toDouble(fromDouble(value))).toBe(value)
    },
  )

  // Halfway between two doubles, and just beside it.
  test.each([
    '9007199254740993',
    '9007199254740993.0000000000000001',
    '9007199254740992.9999999999999999',
    '9007199254740995',
    '1.00000000000000011102230246251565404236',
    '1.00000000000000011102230246251565404237',
    '1.7976931348623158e308',
    '1.7976931348623159e308',
    '2.4703282292062327e-324',
    '2.4703282292062328e-324',
    '2.2250738585072011e-308',
    '2.2250738585072014e-308',
    '6.8016218262528041e-309',
    '7.4109846876186981e-324',
    '7.4109846876186982e-324',
    '1e400',
    '1e-400',
  ])('%s becomes the nearest double, a tie the even one', text => {
    expect(toDouble(fromDecimal(text))).toBe(Number(text))
    expect(toDouble(negate(fromDecimal(text)))).toBe(-Number(text))
  })

  test('past the range of doubles a rational is infinite, or 0', () => {
    expect(toDouble(HUGE)).toBe(Number.POSITIVE_INFINITY)
    expect(toDouble(negate(HUGE))).toBe(Number.NEGATIVE_INFINITY)
    expect(toDouble(TINY)).toBe(0)
    expect(toDouble({ numerator: 2n ** 2047n + 1n, denominator: 2n ** 2047n })).toBe(1)
  })

  test('powers of ten and the two units', () => {
    expect([powerOfTen(3), powerOfTen(-2), powerOfTen(0), ZERO, ONE].map(fraction)).toEqual([
      '1000',
      '1/100',
      '1',
      '0',
      '1',
    ])
  })
})
