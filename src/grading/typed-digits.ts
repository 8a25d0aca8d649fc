/**
 * The digits that someone typed: how finely a number was given, and whether it is another number brought to those
 * digits. Only a plain decimal has digits: 66.4, −4, 1.2e3, not 9/2.
 */
import { fromDouble, multiply, powerOfTen, type Rational } from '../engine/rational.js'
import type { ReadNumber } from './read-answer.js'

/** The exponents that the last digit typed may stand for: one, or several where an integer ends in zeros. */
export type TypedDigits = { readonly finest: number; readonly coarsest: number }

const DECIMAL = /^[+\-−]?\s*(\d*)(?:\.(\d*))?(?:e([+\-−]?\d+))?$/i
/** Longer exponents are of no number that could be read. */
const MAX_EXPONENT = 500

/** The digits of one entry as it was typed; a JSON number stands for its shortest decimal. */
export function digitsOf(typed: unknown): TypedDigits | undefined {
  const text = typeof typed === 'number' ? String(typed) : typeof typed === 'string' ? typed.trim() : ''
  const match = DECIMAL.exec(text)
  if (match === null) return undefined
  const [, whole = '', fraction = '', exponentText = '0'] = match
  if (whole === '' && fraction === '') return undefined
  const exponent = Number(exponentText.replace('−', '-'))
  if (Math.abs(exponent) > MAX_EXPONENT) return undefined
  const finest = exponent - fraction.length
  if (fraction !== '' || exponentText !== '0') return { finest, coarsest: finest }
  const significant = whole.replace(/0+$/, '')
  return { finest, coarsest: significant === '' ? 0 : whole.length - significant.length }
}

/** What was typed in each entry of an array, in row-major order: nested lists, or such lists as text. */
export function typedCells(typed: unknown, entries: number): readonly unknown[] {
  if (Array.isArray(typed)) return (typed as readonly unknown[]).flat()
  if (entries === 1 && typeof typed !== 'string') return [typed]
  if (typeof typed !== 'string') return []
  if (!typed.trimStart().startsWith('[')) return [typed]
  const cells: string[] = []
  let [cell, parentheses] = ['', 0]
  for (const character of typed) {
    if (character === '[' || character === ']') continue
    if (character === '(') parentheses += 1
    if (character === ')') parentheses -= 1
    if (character === ',' && parentheses === 0) {
      cells.push(cell)
      cell = ''
    } else cell += character
  }
  return [...cells, cell]
}

/**
 * Whether a typed number is exactly this value brought to the digits typed: rounded, half away from zero, or, where
 * `cut` says so, cut off. The value goes by its shortest decimal.
 */
export function isBroughtTo(
  typed: ReadNumber,
  digits: TypedDigits,
  value: number,
  { cut }: { readonly cut: boolean },
): boolean {
  const distance = Math.abs(typed.double - value)
  // One unit of the coarsest digit is the most that cutting off takes away: plain doubles answer nearly always.
  if (!(distance <= 10 ** digits.coarsest * (1 + 1e-9))) return false
  const exact = fromDouble(value)
  for (let place = digits.finest; place <= digits.coarsest; place += 1) {
    const unit = powerOfTen(-place)
    const [given, wanted] = [multiply(typed.exact(), unit), multiply(exact, unit)]
    if (given?.denominator !== 1n || wanted === undefined) continue
    if (given.numerator === rounded(wanted)) return true
    if (cut && given.numerator === wanted.numerator / wanted.denominator) return true
  }
  return false
}

/** To the nearest whole number, half away from zero. */
function rounded({ numerator, denominator }: Rational): bigint {
  const twice = 2n * denominator
  return numerator < 0n ? -((denominator - 2n * numerator) / twice) : (2n * numerator + denominator) / twice
}
