/**
 * Exact rational numbers over BigInt: the constants of an expression, what a learner typed, and the comparisons
 * that must not depend on float bits. Numerator and denominator never grow past MAX_BITS: an operation that
 * would take them there answers undefined, and its caller goes on in doubles.
 *
 * What is in lowest terms is kept there with as few and as small common divisors as there can be (Knuth, The Art of
 * Computer Programming, 4.5.1): finding one takes longer than all the rest.
 */
import { bitLength, greatestCommonDivisor } from './greatest-common-divisor.js'

/** numerator / denominator in lowest terms; the denominator is positive. */
export type Rational = { readonly numerator: bigint; readonly denominator: bigint }

/** Past this size of numerator or denominator, exact arithmetic gives up. */
export const MAX_BITS = 2048

const LIMIT = 1n << BigInt(MAX_BITS)

export const ZERO: Rational = { numerator: 0n, denominator: 1n }
export const ONE: Rational = { numerator: 1n, denominator: 1n }

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}

/** Bits of the larger of numerator and denominator, rounded up to whole hexadecimal digits. */
export function sizeInBits(value: Rational): number {
  return Math.max(bitLength(magnitude(value.numerator)), bitLength(value.denominator))
}

/** The fraction in lowest terms, or undefined when it is too large or the denominator is 0. */
export function rational(numerator: bigint, denominator = 1n): Rational | undefined {
  if (denominator === 0n) return undefined
  const sign = denominator < 0n ? -1n : 1n
  return bounded(lowestTerms(sign * numerator, sign * denominator))
}

function bounded(value: Rational): Rational | undefined {
  return magnitude(value.numerator) >= LIMIT || value.denominator >= LIMIT ? undefined : value
}

/** a + b, or undefined when it is too large. */
export function add(a: Rational, b: Rational): Rational | undefined {
  const shared = greatestCommonDivisor(a.denominator, b.denominator)
  if (shared === 1n) {
    const numerator = a.numerator * b.denominator + b.numerator * a.denominator
    return bounded({ numerator, denominator: a.denominator * b.denominator })
  }
  const [left, right] = [a.denominator / shared, b.denominator / shared]
  const sum = a.numerator * right + b.numerator * left
  // What the sum has in common with the denominators, it has in common with what they share.
  const divisor = greatestCommonDivisor(magnitude(sum), shared)
  return bounded({ numerator: sum / divisor, denominator: left * (b.denominator / divisor) })
}

/** a − b, or undefined when it is too large. */
export function subtract(a: Rational, b: Rational): Rational | undefined {
  return add(a, negate(b))
}

/** a · b, or undefined when it is too large. */
export function multiply(a: Rational, b: Rational): Rational | undefined {
  const x = lowestTerms(a.numerator, b.denominator)
  const y = lowestTerms(b.numerator, a.denominator)
  return bounded({ numerator: x.numerator * y.numerator, denominator: x.denominator * y.denominator })
}

/** a / b, or undefined when it is too large or b is 0. */
export function divide(a: Rational, b: Rational): Rational | undefined {
  return b.numerator === 0n ? undefined : multiply(a, reciprocal(b))
}

/** Of any number but 0. */
function reciprocal({ numerator, denominator }: Rational): Rational {
  return numerator < 0n
    ? { numerator: -denominator, denominator: -numerator }
    : { numerator: denominator, denominator: numerator }
}

/** −a. */
export function negate(a: Rational): Rational {
  return { numerator: -a.numerator, denominator: a.denominator }
}

/** |a|. */
export function absolute(a: Rational): Rational {
  return a.numerator < 0n ? negate(a) : a
}

/** Negative, 0 or positive as a is less than, equal to or greater than b. Exact. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** base^exponent for an integer exponent, or undefined when it is not exact, too large, or 0 to a negative power. */
export function power(base: Rational, exponent: Rational): Rational | undefined {
  if (exponent.denominator !== 1n) return undefined
  // The size is bounded before any digit is computed: 10n**1000000000n would block the process.
  const size = sizeInBits(base)
  const times = magnitude(exponent.numerator)
  if (base.numerator !== 0n && magnitude(base.numerator) + base.denominator > 2n) {
    // The size is rounded up to whole hexadecimal digits, so allow that slack here and let `rational` decide.
    if (times > BigInt(MAX_BITS) || (size - 4) * Number(times) > MAX_BITS) return undefined
  } else if (base.numerator === 0n) {
    return times === 0n ? ONE : exponent.numerator > 0n ? ZERO : undefined
  } else {
    return base.numerator > 0n || times % 2n === 0n ? ONE : negate(ONE)
  }
  const { numerator, denominator } = exponent.numerator >= 0n ? base : reciprocal(base)
  return bounded({ numerator: numerator ** times, denominator: denominator ** times })
}

function integerSquareRoot(value: bigint): bigint | undefined {
  if (value < 2n) return value
  let guess = 1n << BigInt(bitLength(value) / 2)
  for (;;) {
    const next = (guess + value / guess) >> 1n
    if (next >= guess) return guess * guess === value ? guess : undefined
    guess = next
  }
}

/** The square root where it is rational, else undefined. */
export function squareRoot(x: Rational): Rational | undefined {
  if (x.numerator < 0n) return undefined
  const numerator = integerSquareRoot(x.numerator)
  const denominator = integerSquareRoot(x.denominator)
  return numerator === undefined || denominator === undefined ? undefined : { numerator, denominator }
}

/** 10^exponent; exponent is an integer within ±500. */
export function powerOfTen(exponent: number): Rational {
  const digits = 10n ** BigInt(Math.abs(exponent))
  return exponent >= 0 ? { numerator: digits, denominator: 1n } : { numerator: 1n, denominator: digits }
}

/**
 * The value of an unsigned decimal literal such as `12`, `.5`, `4.` or `1.1e-3`, exactly.
 * Expects text of that form with at most 40 digits and |exponent| ≤ 400; both are checked by the tokenizer.
 */
export function fromDecimal(text: string): Rational {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = BigInt(`${whole}${fraction}`)
  const scale = powerOfTen(Number(exponent) - fraction.length)
  return lowestTerms(digits * scale.numerator, scale.denominator)
}

/** The shortest decimal that reads back as this double, exactly: 0.1 is 1/10. Expects a finite number. */
export function fromDouble(value: number): Rational {
  const exact = fromDecimal(String(Math.abs(value)))
  return value < 0 ? negate(exact) : exact
}

/** The denominator is positive. */
function lowestTerms(numerator: bigint, denominator: bigint): Rational {
  if (denominator === 1n) return { numerator, denominator }
  const divisor = greatestCommonDivisor(magnitude(numerator), denominator)
  if (divisor === 1n) return { numerator, denominator }
  return { numerator: numerator / divisor, denominator: denominator / divisor }
}

/** The nearest double, ties to even; ±Infinity past the largest. */
export function toDouble(value: Rational): number {
  const { denominator } = value
  const top = magnitude(value.numerator)
  if (top <= 9007199254740992n && denominator <= 9007199254740992n) {
    // Both are exact doubles, and one division of two exact doubles is correctly rounded.
    return Number(value.numerator) / Number(denominator)
  }
  // Scale so that the integer quotient has 64 bits or more, whatever the sizes were rounded up by, let its last bit
  // stand for all that is cut off, and let BigInt → Number round once. Below 2^-1022 the scaling at the end rounds as
  // well; the quotient then ends two bits past the result, so that the first rounding neither makes nor hides a tie of
  // the second.
  const exponent = bitLength(top) - bitLength(denominator)
  const shift = Math.min(68 - exponent, 1074 + 2)
  const scaledTop = shift >= 0 ? top << BigInt(shift) : top
  const scaledBottom = shift >= 0 ? denominator : denominator << BigInt(-shift)
  const quotient = scaledTop / scaledBottom
  const sticky = quotient * scaledBottom === scaledTop ? 0n : 1n
  const size = scaleByPowerOfTwo(Number(quotient | sticky), -shift)
  return value.numerator < 0n ? -size : size
}

/** significand · 2^exponent, in two steps where one factor alone would leave the range of doubles. */
function scaleByPowerOfTwo(significand: number, exponent: number): number {
  if (exponent >= -1022 && exponent <= 1023) return significand * 2 ** exponent
  const half = Math.trunc(exponent / 2)
  return significand * 2 ** half * 2 ** (exponent - half)
}
