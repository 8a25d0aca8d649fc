/**
 * A graph as one tape of scalar operations in typed arrays. The forward sweep stores each edge's partial
 * derivative, so that the reverse sweep is a loop of multiplications and additions that knows no operation
 * (the Wengert list of reverse-mode differentiation; Griewank & Walther, Evaluating Derivatives, ch. 3).
 *
 * Slots: first one for each input, then for each node, in sorted order, a segment that ends in the node's own
 * value. Segments share nothing, so that sweeping one backwards gives that node's local derivatives.
 */
import { operationRow, OPERATIONS, type Operation } from './operations.js'

/** The code of a slot that computes nothing. */
export const NO_OPERATION = 255

export type Tape = {
  readonly slots: number
  readonly inputs: number
  /** The code of each slot's operation, NO_OPERATION for inputs and constants. */
  readonly codes: Uint8Array
  /** Operand slots; −1 where there is none. */
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
    values: Float64Array.from(tape.constants),
    leftPartials: new Float64Array(tape.slots),
    rightPartials: new Float64Array(tape.slots),
  }
}

/**
 * Computes values and partials of the slots from … to − 1 from those before them. Answers the first slot whose
 * value, or whose partial towards a parameter, is not finite, or −1.
 */
export function sweepForward(tape: Tape, sweep: Sweep, from = tape.inputs, to = tape.slots): number {
  const { codes, left, right, variable, active } = tape
  const { rows } = OPERATIONS
  const { values, leftPartials, rightPartials } = sweep
  for (let slot = from; slot < to; slot += 1) {
    const operation = rows[codes[slot] as number]
    if (operation === undefined) {
      if (!Number.isFinite(values[slot])) return slot
      continue
    }
    const leftSlot = left[slot] as number
    const x = values[leftSlot] as number
    if (operation.arity === 1) {
      const value = operation.value(x)
      values[slot] = value
      if (!Number.isFinite(value)) return slot
      if (variable[leftSlot] === 1) {
        const partial = operation.partial(x, value)
        leftPartials[slot] = partial
        if (active[leftSlot] === 1 && !Number.isFinite(partial)) return slot
      }
      continue
    }
    const rightSlot = right[slot] as number
    const y = values[rightSlot] as number
    const value = operation.value(x, y)
    values[slot] = value
    if (!Number.isFinite(value)) return slot
    if (variable[leftSlot] === 1) {
      const partial = operation.partials[0](x, y, value)
      leftPartials[slot] = partial
      if (active[leftSlot] === 1 && !Number.isFinite(partial)) return slot
    }
    if (variable[rightSlot] === 1) {
      const partial = operation.partials[1](x, y, value)
      rightPartials[slot] = partial
      if (active[rightSlot] === 1 && !Number.isFinite(partial)) return slot
    }
  }
  return -1
}

/** Only the values of the slots from … to − 1. Answers the first slot whose value is not finite, or −1. */
export function sweepValues(tape: Tape, values: Float64Array, from: number, to: number): number {
  const { codes, left, right } = tape
  const { rows } = OPERATIONS
  for (let slot = from; slot < to; slot += 1) {
    const operation = rows[codes[slot] as number]
    if (operation === undefined) continue
    const x = values[left[slot] as number] as number
    const value =
      operation.arity === 1 ? operation.value(x) : operation.value(x, values[right[slot] as number] as number)
    values[slot] = value
    if (!Number.isFinite(value)) return slot
  }
  return -1
}

/**
 * Adds to `adjoints` of every operand what slots to − 1 … from pass back to it: adjoint of the slot × partial of
 * the edge. Seed the adjoints before; none is reset.
 */
export function sweepReverse(
  tape: Tape,
  sweep: Sweep,
  adjoints: Float64Array,
  from: number,
  to: number,
): void {
  const { left, right, variable } = tape
  const { leftPartials, rightPartials } = sweep
  for (let slot = to - 1; slot >= from; slot -= 1) {
    const adjoint = adjoints[slot] as number
    const leftSlot = left[slot] as number
    if (adjoint === 0 || leftSlot < 0) continue
    if (variable[leftSlot] === 1)
      adjoints[leftSlot] = (adjoints[leftSlot] as number) + adjoint * (leftPartials[slot] as number)
    const rightSlot = right[slot] as number
    if (rightSlot >= 0 && variable[rightSlot] === 1) {
      adjoints[rightSlot] = (adjoints[rightSlot] as number) + adjoint * (rightPartials[slot] as number)
    }
  }
}
