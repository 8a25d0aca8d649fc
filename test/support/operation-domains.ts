/**
 * For every row of the table of operations: where it is smooth, so that a derivative can be checked by arithmetic.
 * A row without an entry here fails its test.
 */
import fc from 'fast-check'

function between(min: number, max: number): fc.Arbitrary<number> {
  return fc.double({ min, max, noNaN: true })
}

/** Either side of a kink at 0, far enough away for a difference quotient to stay on it. */
const off0 = fc.oneof(between(-3, -0.01), between(0.01, 3))
const real = between(-3, 3)
/** Two numbers that no small nudge makes equal. */
const apart = fc.tuple(real, off0).map(([x, gap]) => [x, x + gap])

/** Name of an operation → operands well inside its domain. */
export const DOMAINS: Readonly<Record<string, fc.Arbitrary<readonly number[]>>> = {
  copy: fc.tuple(real),
  negate: fc.tuple(real),
  '+': fc.tuple(real, real),
  '-': fc.tuple(real, real),
  '*': fc.tuple(real, real),
  '/': fc.tuple(real, fc.oneof(between(-3, -0.3), between(0.3, 3))),
  '^': fc.tuple(between(0.3, 3), real),
  exp: fc.tuple(real),
  ln: fc.tuple(between(0.3, 10)),
  log10: fc.tuple(between(0.3, 10)),
  log2: fc.tuple(between(0.3, 10)),
  sqrt: fc.tuple(between(0.3, 10)),
  square: fc.tuple(real),
  abs: fc.tuple(off0),
  sign: fc.tuple(off0),
  sin: fc.tuple(real),
  cos: fc.tuple(real),
  tan: fc.tuple(between(-1, 1)),
  asin: fc.tuple(between(-0.8, 0.8)),
  acos: fc.tuple(between(-0.8, 0.8)),
  atan: fc.tuple(real),
  sinh: fc.tuple(real),
  cosh: fc.tuple(real),
  tanh: fc.tuple(real),
  sigmoid: fc.tuple(real),
  relu: fc.tuple(off0),
  leaky_relu: fc.tuple(off0),
  softplus: fc.tuple(real),
  log_add_exp: fc.tuple(real, real),
  min: apart,
  max: apart,
}
