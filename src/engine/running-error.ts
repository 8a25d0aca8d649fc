/**
 * Bounds on what rounding did to the numbers of a sweep: running error analysis (Higham, Accuracy and Stability of
 * Numerical Algorithms, §3.3), by values instead of partials, since at x² = 0 the partial would hide all that x may be
 * off. What a kink leaves open counts as an error of the slope: on a kink, and where rounding may have moved the
 * operand off it, a derivative may be anything in a range.
 */
import { OPERATIONS, type Operation } from './operations.js'
import { slopeDependence } from './slope-dependence.js'
import { operationAt, type Sweep, type Tape } from './tape.js'

/** Rounding of one operation, with a margin. */
export const ROUNDING = 4 * Number.EPSILON

/** Below the normal doubles rounding is no longer relative: a product may lose all of its digits there. */
const LEAST_NORMAL = 2 ** -1022
const UNDERFLOW = 2 ** -1072

/** Operations whose values never underflow. */
const NEVER_UNDERFLOW: ReadonlySet<number> = new Set(
  ['copy', 'negate', '+', '-', 'abs', 'sign', 'relu', 'min', 'max'].map(OPERATIONS.codeOf),
)

/** How far ∂slot/∂left and ∂slot/∂right may be off. */
export type SlopeNoise = { readonly left: Float64Array; readonly right: Float64Array }

/** What a reverse sweep carries, a number a slot: adjoints, the sums of the sizes of their terms, and their noise. */
export type NoisyAdjoints = {
  readonly values: Float64Array
  readonly sizes: Float64Array
  readonly noise: Float64Array
}

/** No adjoints yet. */
export function createNoisyAdjoints(slots: number): NoisyAdjoints {
  return {
    values: new Float64Array(slots),
    sizes: new Float64Array(slots),
    noise: new Float64Array(slots),
  }
}

/** Operands as far off as they may be: a corner has bit 0 of it for the left one, bit 1 for the right one. */
type Around = {
  readonly x: number
  readonly y: number
  readonly dx: number
  readonly dy: number
  /** The operands are one slot, or there is only one, so that they move together. */
  readonly together: boolean
  readonly corners: number
}

function around(tape: Tape, values: Float64Array, noise: Float64Array, slot: number, arity: 1 | 2): Around {
  const [left, right] = [tape.left[slot] as number, tape.right[slot] as number]
  const together = arity === 1 || left === right
  const [x, dx] = [values[left] as number, noise[left] as number]
  const [y, dy] = together ? [x, dx] : [values[right] as number, noise[right] as number]
  return { x, y, dx, dy, together, corners: dx === 0 && dy === 0 ? 0 : together ? 2 : 4 }
}

const leftAt = ({ x, dx }: Around, corner: number): number => ((corner & 1) === 0 ? x - dx : x + dx)

const rightAt = ({ y, dy, together }: Around, corner: number): number =>
  (corner & (together ? 1 : 2)) === 0 ? y - dy : y + dy

/**
 * Fills in a bound for the value of every slot after the inputs, whose own bounds must be there: the operation's own
 * rounding, and how far it goes when its operands are as far off as they may be. NaN where it has no value there.
 */
export function boundValues(tape: Tape, { values }: Sweep, noise: Float64Array): void {
  for (let slot = tape.inputs; slot < tape.slots; slot += 1) {
    const value = values[slot] as number
    const operation = operationAt(tape, slot)
    if (operation === undefined) {
      // A whole exponent that were off by a little would leave a negative base without a power.
      noise[slot] = Number.isSafeInteger(value) ? 0 : ROUNDING * Math.abs(value)
      continue
    }
    const at = around(tape, values, noise, slot, operation.arity)
    let farthest = 0
    for (let corner = 0; corner < at.corners; corner += 1) {
      const there = operation.value(leftAt(at, corner), rightAt(at, corner))
      farthest = Math.max(farthest, Math.abs(there - value))
    }
    const tiny = Math.abs(value) < LEAST_NORMAL && at.x !== 0 && at.y !== 0
    const lost = tiny && !NEVER_UNDERFLOW.has(tape.codes[slot] as number) ? UNDERFLOW : 0
    noise[slot] = farthest + ROUNDING * Math.abs(value) + lost
  }
}

/**
 * Bounds for the partials of a sweep, given those for its values: 0 towards constants, which have no derivative, and of
 * slopes that depend on nothing.
 */
export function boundSlopes(tape: Tape, sweep: Sweep, noise: Float64Array): SlopeNoise {
  const slopes = { left: new Float64Array(tape.slots), right: new Float64Array(tape.slots) }
  for (let slot = tape.inputs; slot < tape.slots; slot += 1) {
    const operation = operationAt(tape, slot)
    if (operation === undefined || tape.variable[slot] !== 1) continue
    const at = around(tape, sweep.values, noise, slot, operation.arity)
    const [left, right] = [tape.left[slot] as number, tape.right[slot] as number]
    if (tape.variable[left] === 1 && slopeDependence(tape.codes[slot] as number, 0) !== 0)
      slopes.left[slot] = slopeNoise(operation, at, 0, sweep.leftPartials[slot] as number)
    if (right !== slot && tape.variable[right] === 1 && slopeDependence(tape.codes[slot] as number, 1) !== 0)
      slopes.right[slot] = slopeNoise(operation, at, 1, sweep.rightPartials[slot] as number)
  }
  return slopes
}

function slopeNoise(operation: Operation, at: Around, side: 0 | 1, partial: number): number {
  let farthest = 0
  for (let corner = 0; corner < at.corners; corner += 1) {
    const [x, y] = [leftAt(at, corner), rightAt(at, corner)]
    const there =
      operation.arity === 1
        ? operation.partial(x, operation.value(x))
        : operation.partials[side](x, y, operation.value(x, y))
    farthest = Math.max(farthest, Math.abs(there - partial))
  }
  const kink = kinkAt(operation, at, side)
  if (kink === undefined) return farthest
  return Math.max(farthest, kink.high - partial, partial - kink.low)
}

function kinkAt(operation: Operation, { x, y, together }: Around, side: 0 | 1) {
  if (operation.arity === 1) return operation.kink?.(x)
  return together ? undefined : operation.kink?.(x, y)?.[side] // max(x, x) is x: what ties with itself has no kink.
}

/** Does what `sweepReverse` does for adjoints, and bounds them too. Passes nothing on to constants. */
export function sweepReverseNoise(
  tape: Tape,
  { leftPartials, rightPartials }: Sweep,
  slopes: SlopeNoise,
  adjoints: NoisyAdjoints,
  from: number,
  to: number,
): void {
  const { left, right, variable } = tape
  for (let slot = to - 1; slot >= from; slot -= 1) {
    if (adjoints.sizes[slot] === 0 && adjoints.noise[slot] === 0) continue
    const [x, y] = [left[slot] as number, right[slot] as number]
    if (x !== slot && variable[x] === 1)
      passBack(adjoints, slot, x, leftPartials[slot] as number, slopes.left[slot] as number)
    if (y !== slot && variable[y] === 1)
      passBack(adjoints, slot, y, rightPartials[slot] as number, slopes.right[slot] as number)
  }
}

function passBack(
  { values, sizes, noise }: NoisyAdjoints,
  slot: number,
  operand: number,
  partial: number,
  off: number,
): void {
  const [value, size, slotNoise] = [values[slot] as number, sizes[slot] as number, noise[slot] as number]
  const steepness = Math.abs(partial)
  // An adjoint of 0 passes nothing on, not even along an edge whose partial is infinite.
  if (value !== 0) values[operand] = (values[operand] as number) + value * partial
  const total = (sizes[operand] as number) + (size === 0 ? 0 : size * steepness)
  sizes[operand] = total
  const lost = size === 0 || steepness === 0 ? 0 : UNDERFLOW
  noise[operand] =
    (noise[operand] as number) +
    (slotNoise === 0 ? 0 : slotNoise * (steepness + off)) +
    (size === 0 ? 0 : size * (off + ROUNDING * steepness + lost)) +
    ROUNDING * total +
    lost
}
