/**
 * The exact numbers of simplification: coefficients and exponents. Every operation answers undefined rather than a
 * number that no literal of the language could write, so that what is simplified can be printed and read back.
 */
import { decimalOf } from './decimal.js'
import * as rational from './rational.js'
import type { Rational } from './rational.js'
import { MAX_LITERAL_DIGITS, MAX_LITERAL_EXPONENT } from './tokens.js'

/** A rational, and whether decimals went into it: 0.5·x is shown as it was written, x/2 as x/2. */
export type Amount = { readonly value: Rational; readonly decimal: boolean }

export const AMOUNT_ZERO: Amount = { value: rational.ZERO, decimal: false }
export const AMOUNT_ONE: Amount = { value: rational.ONE, decimal: false }
export const AMOUNT_MINUS_ONE: Amount = { value: rational.negate(rational.ONE), decimal: false }
export const AMOUNT_TWO: Amount = { value: { numerator: 2n, denominator: 1n }, decimal: false }
export const AMOUNT_HALF: Amount = { value: { numerator: 1n, denominator: 2n }, decimal: false }

/** More significant digits than this are shown as a fraction. */
const MAX_SHOWN_DIGITS = 15

/** The amount that a number of an expression stands for: not whole, it was written as a decimal. */
export function amountOfNumber(value: Rational): Amount {
  return { value, decimal: value.denominator !== 1n }
}

/** The amount of a rational, unless its fraction is too long to be written. */
export function amountOf(value: Rational | undefined, decimal: boolean): Amount | undefined {
  return value !== undefined && isWritable(value.numerator) && isWritable(value.denominator)
    ? { value, decimal }
    : undefined
}

function isWritable(integer: bigint): boolean {
  const size = integer < 0n ? -integer : integer
  if (size < 1_000_000_000_000n) return true
  const decimal = decimalOf({ numerator: size, denominator: 1n })
  return (
    decimal !== undefined &&
    decimal.digits.length <= MAX_LITERAL_DIGITS &&
    decimal.exponent <= MAX_LITERAL_EXPONENT
  )
}

export function addAmounts(a: Amount, b: Amount): Amount | undefined {
  return amountOf(rational.add(a.value, b.value), a.decimal || b.decimal)
}

export function multiplyAmounts(a: Amount, b: Amount): Amount | undefined {
  return amountOf(rational.multiply(a.value, b.value), a.decimal || b.decimal)
}

/** base^exponent for a whole exponent; undefined for 0 to a negative one. */
export function powerOfAmount(base: Amount, exponent: Amount): Amount | undefined {
  return amountOf(rational.power(base.value, exponent.value), base.decimal)
}

export function negateAmount({ value, decimal }: Amount): Amount {
  return { value: rational.negate(value), decimal }
}

export function isWhole({ value }: Amount): boolean {
  return value.denominator === 1n
}

export function isZero({ value }: Amount): boolean {
  return value.numerator === 0n
}

export function isNegative({ value }: Amount): boolean {
  return value.numerator < 0n
}

export function isOne({ value }: Amount): boolean {
  return value.numerator === 1n && value.denominator === 1n
}

/** Whether it is 1 or −1. */
export function isUnit({ value }: Amount): boolean {
  return value.denominator === 1n && (value.numerator === 1n || value.numerator === -1n)
}

/** Whether it is shown as one decimal instead of a fraction. */
export function isShownAsDecimal(amount: Amount): boolean {
  if (!amount.decimal || isWhole(amount)) return false
  const decimal = decimalOf(rational.absolute(amount.value))
  return (
    decimal !== undefined &&
    decimal.digits.length <= MAX_SHOWN_DIGITS &&
    decimal.exponent >= -MAX_LITERAL_EXPONENT
  )
}
