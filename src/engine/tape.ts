/**
 * A graph as one tape of scalar operations in typed arrays. The forward sweep stores each edge's partial
 * derivative, so that the reverse sweep is a loop of multiplications and additions that knows no operation
 * (the Wengert list of reverse-mode differentiation; Griewank & Walther, Evaluating Derivatives, ch. 3).
 *
 * Slots: first one for each input, then for each node, in sorted order, a segment that ends in the node's own
 * value. Segments share nothing, so that sweeping one backwards gives that node's local derivatives.
 */
import { computeSlots } from './kernels.js'
import { operationRow, type Operation } from './operations.js'

/** The code of a slot that computes nothing. */
export const NO_OPERATION = 255

export type Tape = {
  readonly slots: number
  readonly inputs: number
  /** The code of each slot's operation, NO_OPERATION for inputs and constants. */
  readonly codes: Uint8Array
  /** Operand slots; the slot itself where there is none, with a partial of 0, so that the reverse sweep need not ask. */
  readonly left: Int32Array
  readonly right: Int32Array
  /** 1 where a slot has or depends on a name: constants have no edge worth a partial. */
  readonly variable: Uint8Array
  /** 1 where a slot depends on a parameter: its partials must exist. */
  readonly active: Uint8Array
  /** The constants' values at their slots, 0 elsewhere. */
  readonly constants: Float64Array
  /** Node i's segment is starts[i] … starts[i + 1] − 1; its value is in the last slot. */
  readonly starts: Int32Array
  /** Name of an input or node → its slot. */
  readonly slotOf: ReadonlyMap<string, number>
  /** Slot of a constant without a finite value → why it has none. */
  readonly constantFaults: ReadonlyMap<number, string>
}

/**
 * A sweep goes in stretches of so many slots, each a call. A loop that ran on would be compiled while it runs, in V8 to
 * code that is a third slower and stays in use; a function that is called often is compiled in whole.
 */
const STRETCH = 64

/** The working memory of sweeps over one tape. */
export type Sweep = {
  readonly values: Float64Array
  /** ∂slot/∂left and ∂slot/∂right at the values of the last forward sweep. */
  readonly leftPartials: Float64Array
  readonly rightPartials: Float64Array
}

/** The operation of a slot, undefined for inputs and constants. */
export function operationAt({ codes }: Tape, slot: number): Operation | undefined {
  const code = codes[slot] ?? NO_OPERATION
  return code === NO_OPERATION ? undefined : operationRow(code)
}

/** Fresh working memory for a tape. */
export function createSweep(tape: Tape): Sweep {
  return {
    values: tape.constants.slice(),
    leftPartials: new Float64Array(tape.slots),
    rightPartials: new Float64Array(tape.slots),
  }
}

/**
 * Computes values and partials of the slots from … to − 1 from those before them. Answers the first slot whose
 * value, or whose partial towards a parameter, is not finite, or −1.
 */
export function sweepForward(tape: Tape, sweep: Sweep, from = tape.inputs, to = tape.slots): number {
  for (let start = from; start < to;) {
    const end = Math.min(start + STRETCH, to)
    const odd = computeSlots(tape, sweep, start, end)
    if (odd >= 0 && isFault(tape, sweep, odd)) return odd
    start = odd < 0 ? end : odd + 1
  }
  return -1
}

/** Partials towards constants and data need not be finite. */
function isFault({ left, right, active }: Tape, sweep: Sweep, slot: number): boolean {
  const isFaultyEdge = (operand: number | undefined, partials: Float64Array): boolean =>
    operand !== undefined && active[operand] === 1 && !Number.isFinite(partials[slot])
  return (
    !Number.isFinite(sweep.values[slot]) ||
    isFaultyEdge(left[slot], sweep.leftPartials) ||
    isFaultyEdge(right[slot], sweep.rightPartials)
  )
}

/**
 * Adds to `adjoints` of every operand what slots to − 1 … from pass back to it: adjoint of the slot × partial of
 * the edge. Seed the adjoints before; none is reset. Those of constants come to mean nothing.
 */
export function sweepReverse(
  tape: Tape,
  sweep: Sweep,
  adjoints: Float64Array,
  from: number,
  to: number,
): void {
  for (let end = to; end > from; end -= STRETCH)
    passBack(tape, sweep, adjoints, Math.max(from, end - STRETCH), end)
}

function passBack(
  { left, right }: Tape,
  { leftPartials, rightPartials }: Sweep,
  adjoints: Float64Array,
  from: number,
  to: number,
): void {
  for (let slot = to - 1; slot >= from; slot -= 1) {
    const adjoint = adjoints[slot] as number
    // What the output does not depend on passes nothing on, not even along an edge whose partial is infinite.
    if (adjoint === 0) continue
    const leftSlot = left[slot] as number
    adjoints[leftSlot] = (adjoints[leftSlot] as number) + adjoint * (leftPartials[slot] as number)
    const rightSlot = right[slot] as number
    adjoints[rightSlot] = (adjoints[rightSlot] as number) + adjoint * (rightPartials[slot] as number)
  }
}
