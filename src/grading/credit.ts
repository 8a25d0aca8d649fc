/**
 * Credit: of a box, of an attempt, in millionths for the summaries, in points for people (contract §4, score; §7).
 */

export type WeightedCredit = { readonly credit: number; readonly weight: number }

const MILLION = 1_000_000
/** The largest double below 1. */
const ALMOST_ONE = 1 - Number.EPSILON / 2

/**
 * Σ weight·credit / Σ weight, in [0, 1]; 1 exactly when every box of positive weight has credit 1, whatever
 * rounding says. Weights are finite and not negative, and one is positive.
 */
export function totalCredit(boxes: readonly WeightedCredit[]): {
  readonly credit: number
  readonly complete: boolean
} {
  const counted = boxes.filter(box => box.weight > 0)
  if (counted.every(box => box.credit === 1))
    return { credit: counted.length > 0 ? 1 : 0, complete: counted.length > 0 }
  // Scaled by the largest weight, so that no sum of finite weights overflows.
  const largest = counted.reduce((most, box) => Math.max(most, box.weight), 0)
  let [earned, total] = [0, 0]
  for (const { credit, weight } of counted) {
    earned += (weight / largest) * credit
    total += weight / largest
  }
  return { credit: Math.min(earned / total, ALMOST_ONE), complete: false }
}

/** What an attempt earns: its credit, less for lateness, in millionths. All of it only for complete work. */
export function earnedMillionths(credit: number, factor: number): number {
  const earned = credit * factor
  return earned >= 1 ? MILLION : Math.min(Math.round(earned * MILLION), MILLION - 1)
}

/** The mean of so many credits by their sum, a half rounded up. All of it only where each was all of it. */
export function meanMillionths(sum: number, count: number): number {
  return sum >= count * MILLION ? MILLION : Math.min(Math.round(sum / count), MILLION - 1)
}

/** Millionths as a fraction of 1. */
export function fromMillionths(millionths: number): number {
  return millionths / MILLION
}

/** Points rounded to 4 decimals, for output only. */
export function roundPoints(points: number): number {
  return Math.round((points + Number.EPSILON * points) * 10_000) / 10_000
}
