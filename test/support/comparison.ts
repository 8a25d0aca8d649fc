/** Derivatives held against slopes that are measured by arithmetic. */
import { expect } from 'vitest'
import { slope } from './engine.js'

/**
 * f′(x) by arithmetic, or undefined where it cannot be told so: where two steps disagree, near a kink or where f
 * bends too much for either, and where the two sides do, on a kink.
 */
function measured(f: (x: number) => number, x: number): number | undefined {
  const [coarse, fine] = [slope(f, x, 1e-3), slope(f, x, 2.5e-4)]
  // How far apart the slopes on the two sides are: in proportion to the step where f is smooth, and not on a kink.
  const bend = (step: number): number => (f(x + step) - 2 * f(x) + f(x - step)) / step
  const scale = 1 + Math.abs(fine)
  const smooth = Math.abs(bend(1e-6) - bend(1e-5) / 10) <= 1e-7 * (scale + Math.abs(f(x)))
  return smooth && Math.abs(coarse - fine) <= 1e-8 * scale ? fine : undefined
}

/** Compares derivatives with measured ones, and counts. */
export function createComparison() {
  const counts = { compared: 0, left: 0 }
  return {
    counts,
    compare: (derivative: number | undefined, f: (x: number) => number, x: number): void => {
      const expected = measured(f, x)
      if (expected === undefined) {
        counts.left += 1
        return
      }
      counts.compared += 1
      expect(Math.abs((derivative ?? Number.NaN) - expected)).toBeLessThanOrEqual(
        1e-6 * (1 + Math.abs(expected)),
      )
    },
  }
}
