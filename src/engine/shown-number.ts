/**
 * Numbers as a person reads them: 0.3 and not 0.30000000000000004, a minus sign that a screen reader speaks.
 */
import type { Formula } from './formula.js'

/** A number on show. `exact` is false where digits were left out; `value` is what its digits say. */
export type ShownNumber = Formula & { readonly value: number; readonly exact: boolean }

/** A number with more significant digits than this is one that nobody would copy. */
const READABLE_DIGITS = 12
/** To how many significant digits such a number is cut inside a longer formula. */
const CUT_DIGITS = 8
/** Doubles carry noise past this digit: 0.1 + 0.2 is 0.3 up to here. */
const NOISY_DIGITS = 14
/** Noise makes a decimal longer by at least so many characters; otherwise the digits may well be meant. */
const NOISE_CHARACTERS = 5

/** A number inside a formula: as it is where it is short, else cut to eight significant digits. */
export function showNumber(value: number): ShownNumber {
  const clean = withoutNoise(value)
  if (isReadable(clean)) return shown(clean, true)
  return shown(roundTo(clean, CUT_DIGITS), false)
}

/** A number that is a result: with all its digits, less the noise of doubles. `exact` where it is a short decimal. */
export function showResult(value: number): ShownNumber {
  const clean = withoutNoise(value)
  return shown(clean, isReadable(clean))
}

/** A number of which so many digits mean something (none: it is 0); `exact` where the next two are 0 as well. */
export function showRounded(value: number, digits: number): ShownNumber {
  if (digits <= 0) return shown(0, true)
  const rounded = roundTo(value, digits)
  return shown(rounded, Math.abs(rounded - value) <= Math.abs(value) * 10 ** -(digits + 2))
}

/** Every digit of a double, as the machine prints it. */
export function showDouble(value: number): ShownNumber {
  return shown(value, true)
}

/** Brackets around a number below 0, for its place behind a sign or between factors. */
export function bracketNegative(number: ShownNumber): Formula & { readonly exact: boolean } {
  if (number.value >= 0) return number
  return { text: `(${number.text})`, tex: `\\left(${number.tex}\\right)`, exact: number.exact }
}

function shown(value: number, exact: boolean): ShownNumber {
  const [mantissa = '', exponent] = String(value === 0 ? 0 : value).split('e')
  const power = exponent === undefined ? undefined : exponent.replace('+', '')
  return {
    value: value === 0 ? 0 : value,
    exact,
    text: (power === undefined ? mantissa : `${mantissa}e${power}`).replaceAll('-', '−'),
    tex: power === undefined ? mantissa : texOfPower(mantissa, power),
  }
}

function texOfPower(mantissa: string, power: string): string {
  const ten = `10^{${power}}`
  if (mantissa === '1') return ten
  return mantissa === '-1' ? `-${ten}` : `${mantissa} \\cdot ${ten}`
}

function withoutNoise(value: number): number {
  const rounded = roundTo(value, NOISY_DIGITS)
  return String(rounded).length + NOISE_CHARACTERS <= String(value).length ? rounded : value
}

function isReadable(value: number): boolean {
  return roundTo(value, READABLE_DIGITS) === value
}

function roundTo(value: number, digits: number): number {
  return Number(value.toPrecision(digits))
}
