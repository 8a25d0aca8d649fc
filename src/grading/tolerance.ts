/**
 * When a typed number counts as right (contract §4, tolerance).
 */
import {
  absolute,
  compare,
  fromDouble,
  multiply,
  powerOfTen,
  subtract,
  type Rational,
} from '../engine/rational.js'
import { asRead, type ReadNumber } from './read-answer.js'

/** How close an answer must be. In the first form a field left out has its default. */
export type Tolerance =
  | { readonly absolute?: number | undefined; readonly relative?: number | undefined }
  | { readonly decimals: number }
  | { readonly significantDigits: number }

export const DEFAULT_ABSOLUTE = 1e-9
export const DEFAULT_RELATIVE = 1e-3

const HALF: Rational = { numerator: 1n, denominator: 2n }

/**
 * Whether |s − t| is within the tolerance, its edge included. s is taken exactly as typed and t as its shortest
 * decimal, so that no bit of a double decides. Plain doubles answer wherever the edge is far away.
 */
export function isWithin(typed: ReadNumber, truth: number, tolerance: Tolerance): boolean {
  const distance = Math.abs(typed.double - truth)
  const bound = approximateBound(truth, tolerance)
  const slack = 1e-12 * Math.max(Math.abs(typed.double), Math.abs(truth), bound)
  if (distance + slack < bound) return true
  if (distance - slack > bound) return false
  const exactTruth = fromDouble(truth)
  const exactDistance = subtract(typed.exact(), exactTruth)
  // Past 2,048 bits there is no exact difference; the doubles are then all there is.
  if (exactDistance === undefined) return distance <= bound
  return compare(absolute(exactDistance), exactBound(exactTruth, truth, tolerance)) <= 0
}

/** Whether a number, typed with all its digits, would be right. What is the same always is. */
export function wouldPass(value: number, truth: number, tolerance: Tolerance): boolean {
  return value === truth || isWithin(asRead(value), truth, tolerance)
}

/** The absolute part of a tolerance: what 0 is held against, where the tolerance has such a part. */
export function absoluteFloor(tolerance: Tolerance): number {
  return 'absolute' in tolerance ? (tolerance.absolute ?? DEFAULT_ABSOLUTE) : DEFAULT_ABSOLUTE
}

function approximateBound(truth: number, tolerance: Tolerance): number {
  if ('decimals' in tolerance) return 0.5 * 10 ** -tolerance.decimals
  if ('significantDigits' in tolerance) {
    if (truth === 0) return DEFAULT_ABSOLUTE
    return 0.5 * 10 ** (leadingPlace(truth) - tolerance.significantDigits + 1)
  }
  return Math.max(absoluteFloor(tolerance), (tolerance.relative ?? DEFAULT_RELATIVE) * Math.abs(truth))
}

function exactBound(exactTruth: Rational, truth: number, tolerance: Tolerance): Rational {
  if ('decimals' in tolerance) return half(powerOfTen(-tolerance.decimals))
  if ('significantDigits' in tolerance) {
    if (truth === 0) return fromDouble(DEFAULT_ABSOLUTE)
    return half(powerOfTen(leadingPlace(truth) - tolerance.significantDigits + 1))
  }
  const floor = fromDouble(absoluteFloor(tolerance))
  const relative = multiply(fromDouble(tolerance.relative ?? DEFAULT_RELATIVE), absolute(exactTruth))
  return relative === undefined || compare(floor, relative) >= 0 ? floor : relative
}

function half(value: Rational): Rational {
  return multiply(value, HALF) ?? value
}

/** ⌊log₁₀|t|⌋, read off the shortest decimal so that 1000 has place 3 on every machine. */
function leadingPlace(value: number): number {
  const text = value.toExponential()
  return Number(text.slice(text.indexOf('e') + 1))
}
