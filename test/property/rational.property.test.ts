import fc from 'fast-check'
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
  rational,
  squareRoot,
  subtract,
  toDouble,
  ZERO,
  type Rational,
} from '../../src/engine/rational.js'
import { literal } from '../support/expressions.js'

function rationals(bits: bigint): fc.Arbitrary<Rational> {
  const limit = 2n ** bits
  return fc
    .tuple(fc.bigInt({ min: -limit, max: limit }), fc.bigInt({ min: 1n, max: limit }))
    .map(([numerator, denominator]) => rational(numerator, denominator) ?? ZERO)
}

const small = fc.oneof(rationals(4n), rationals(20n), rationals(200n))
const large = fc.oneof(rationals(8n), rationals(1000n), rationals(2047n))

/** Two that may share factors, above and below: where what is done faster has something to find. */
const related = fc
  .tuple(large, large, fc.array(fc.bigInt({ min: 1n, max: 2n ** 700n }), { minLength: 3, maxLength: 3 }))
  .map(([a, b, factors]) => {
    const [f = 1n, g = 1n, h = 1n] = factors
    return [
      rational(a.numerator * f, a.denominator * g) ?? a,
      rational(b.numerator * g, b.denominator * f * h) ?? b,
    ] as const
  })

function defined(value: Rational | undefined): Rational {
  if (value === undefined) throw new Error('there is no exact value')
  return value
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b)
}

/** By the rules of school, and in lowest terms at the end: what all that is done faster must come to. */
function plainly(numerator: bigint, denominator: bigint): Rational | undefined {
  if (denominator === 0n) return undefined
  const size = numerator < 0n ? -numerator : numerator
  const divisor = greatestCommonDivisor(denominator < 0n ? -denominator : denominator, size)
  const sign = denominator < 0n ? -1n : 1n
  const result = { numerator: (sign * numerator) / divisor, denominator: (sign * denominator) / divisor }
  const fits = (value: bigint): boolean => value > -(2n ** 2048n) && value < 2n ** 2048n
  return fits(result.numerator) && fits(result.denominator) ? result : undefined
}

function isNormal({ numerator, denominator }: Rational): boolean {
  const size = numerator < 0n ? -numerator : numerator
  return denominator > 0n && greatestCommonDivisor(size, denominator) === 1n
}

describe('rational numbers', () => {
  test('are a field: sums and products commute, associate and distribute, and have inverses', () => {
    fc.assert(
      fc.property(small, small, small, (a, b, c) => {
        const sum = (x: Rational, y: Rational): Rational => defined(add(x, y))
        const product = (x: Rational, y: Rational): Rational => defined(multiply(x, y))
        expect(sum(a, b)).toEqual(sum(b, a))
        expect(product(a, b)).toEqual(product(b, a))
        expect(sum(sum(a, b), c)).toEqual(sum(a, sum(b, c)))
        expect(product(product(a, b), c)).toEqual(product(a, product(b, c)))
        expect(product(a, sum(b, c))).toEqual(sum(product(a, b), product(a, c)))
        expect(sum(a, negate(a))).toEqual(ZERO)
        expect(subtract(a, b)).toEqual(sum(a, negate(b)))
        if (b.numerator !== 0n) expect(product(defined(divide(a, b)), b)).toEqual(a)
        else expect(divide(a, b)).toBeUndefined()
        for (const value of [sum(a, b), product(a, b), negate(a)]) expect(isNormal(value)).toBe(true)
      }),
    )
  })

  test('agree with integers on integers', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 500n), max: 2n ** 500n }),
        fc.bigInt({ min: -(2n ** 500n), max: 2n ** 500n }),
        (m, n) => {
          const [a, b] = [defined(rational(m)), defined(rational(n))]
          expect(add(a, b)).toEqual(rational(m + n))
          expect(multiply(a, b)).toEqual(rational(m * n))
          expect(compare(a, b)).toBe(m < n ? -1 : m > n ? 1 : 0)
        },
      ),
    )
  })

  test('have powers that are repeated products', () => {
    fc.assert(
      fc.property(rationals(12n), fc.integer({ min: -12, max: 12 }), (base, exponent) => {
        const repeated = Array<Rational>(Math.abs(exponent))
          .fill(base)
          .reduce((x, y) => defined(multiply(x, y)), ONE)
        const expected = exponent >= 0 ? repeated : divide(ONE, repeated)
        expect(power(base, defined(rational(BigInt(exponent))))).toEqual(expected)
      }),
    )
  })

  test('never grow past their bound: a result is exact and within it, or there is none', () => {
    fc.assert(
      fc.property(large, large, fc.bigInt({ min: -3000n, max: 3000n }), (a, b, exponent) => {
        const exact: readonly (readonly [Rational | undefined, bigint, bigint])[] = [
          [
            add(a, b),
            a.numerator * b.denominator + b.numerator * a.denominator,
            a.denominator * b.denominator,
          ],
          [multiply(a, b), a.numerator * b.numerator, a.denominator * b.denominator],
          [divide(a, b), a.numerator * b.denominator, a.denominator * b.numerator],
        ]
        for (const [value, numerator, denominator] of exact) {
          if (value === undefined) continue
          expect(value.numerator * denominator).toBe(value.denominator * numerator)
        }
        const results = [...exact.map(([value]) => value), power(a, { numerator: exponent, denominator: 1n })]
        for (const value of results) {
          if (value === undefined) continue
          expect(isNormal(value)).toBe(true)
          expect(value.numerator.toString(2).replace('-', '').length).toBeLessThanOrEqual(MAX_BITS)
          expect(value.denominator.toString(2).length).toBeLessThanOrEqual(MAX_BITS)
        }
      }),
    )
  })

  test('are what plain fractions brought to lowest terms are, those past the bound included', () => {
    fc.assert(
      fc.property(related, ([a, b]) => {
        expect(rational(a.numerator * b.numerator, -a.denominator * b.numerator)).toEqual(
          plainly(a.numerator * b.numerator, -a.denominator * b.numerator),
        )
        const sum = a.numerator * b.denominator + b.numerator * a.denominator
        const difference = a.numerator * b.denominator - b.numerator * a.denominator
        const denominator = a.denominator * b.denominator
        expect(add(a, b)).toEqual(plainly(sum, denominator))
        expect(subtract(a, b)).toEqual(plainly(difference, denominator))
        expect(multiply(a, b)).toEqual(plainly(a.numerator * b.numerator, denominator))
        expect(divide(a, b)).toEqual(plainly(a.numerator * b.denominator, a.denominator * b.numerator))
      }),
      { numRuns: 2000 },
    )
  })

  test('have powers and roots that are those of their parts', () => {
    fc.assert(
      fc.property(small, fc.integer({ min: 0, max: 40 }), (base, times) => {
        const exponent = BigInt(times)
        const [top, bottom] = [base.numerator ** exponent, base.denominator ** exponent]
        expect(power(base, { numerator: exponent, denominator: 1n })).toEqual(plainly(top, bottom))
        const inverse = times === 0 ? plainly(1n, 1n) : plainly(bottom, top)
        expect(power(base, { numerator: -exponent, denominator: 1n })).toEqual(inverse)
        const square = multiply(base, base)
        if (square !== undefined) expect(squareRoot(square)).toEqual(absolute(base))
      }),
    )
  })

  test('order as doubles do, wherever doubles tell two apart', () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        const [x, y] = [toDouble(a), toDouble(b)]
        if (x !== y) expect(compare(a, b)).toBe(x < y ? -1 : 1)
      }),
    )
  })
})

describe('doubles and decimals', () => {
  test('a decimal becomes the double that its text is', () => {
    fc.assert(
      fc.property(literal, text => {
        expect(toDouble(fromDecimal(text))).toBe(Number(text))
      }),
      { numRuns: 2000 },
    )
  })

  test('so does one near the smallest doubles, where they thin out', () => {
    const digits = fc.bigInt({ min: 1n, max: 10n ** 25n })
    fc.assert(
      fc.property(digits, fc.integer({ min: -350, max: -305 }), (mantissa, exponent) => {
        const text = `${String(mantissa)}e${String(exponent)}`
        expect(toDouble(fromDecimal(text))).toBe(Number(text))
      }),
      { numRuns: 2000 },
    )
  })

  test('every finite double comes back from its exact form', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => {
        expect(toDouble(fromDouble(value))).toBe(value === 0 ? 0 : value)
      }),
      { numRuns: 1000 },
    )
  })
})
