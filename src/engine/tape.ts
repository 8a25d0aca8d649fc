/**
 * A graph as one tape of scalar operations in typed arrays. The forward sweep stores each edge's partial
 * derivative, so that the reverse sweep is a loop of multiplications and additions that knows no operation
 * (the Wengert list of reverse-mode differentiation; Griewank & Walther, Evaluating Derivatives, ch. 3).
 *
 * Slots: first one for each input, then for each node, in sorted order, a segment that ends in the node's own
 * value. Segments share nothing, so that sweeping one backwards gives that node's local derivatives.
 */
import { constantFault, constantParts, constantToDouble } from './constants.js'
import { operandsFirst, type Expression } from './expression.js'
import type { StepBudget } from './faults.js'
import { operationRow, OPERATIONS, type Operation } from './operations.js'

/** What the tape needs to know of a graph. Nodes stand in sorted order. */
export type TapeSource = {
  readonly inputs: readonly { readonly name: string; readonly active: boolean }[]
  readonly nodes: readonly { readonly name: string; readonly root: Expression }[]
}

export type Tape = {
  readonly slots: number
  readonly inputs: number
  /** The operation of each slot, undefined for inputs and constants. */
  readonly operations: readonly (Operation | undefined)[]
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

/**
 * Lays the graph out on a tape. Linear in the size of the expressions; recursion-free. Throws `too-complex` when the
 * budget is spent.
 */
export function buildTape(source: TapeSource, budget: StepBudget): Tape {
  const operations: (Operation | undefined)[] = []
  const left: number[] = []
  const right: number[] = []
  const variable: number[] = []
  const active: number[] = []
  const constants: number[] = []
  const starts: number[] = []
  const slotOf = new Map<string, number>()
  const constantFaults = new Map<number, string>()

  const push = (
    operation: Operation | undefined,
    x: number,
    y: number,
    flags: readonly [number, number],
  ): number => {
    operations.push(operation)
    left.push(x)
    right.push(y)
    variable.push(flags[0])
    active.push(flags[1])
    constants.push(0)
    return operations.length - 1
  }
  const pushApply = (code: number, x: number, y: number): number => {
    const either = (flags: readonly number[]): number => (flags[x] ?? 0) | (flags[y] ?? 0)
    return push(operationRow(code), x, y, [either(variable), either(active)])
  }

  for (const input of source.inputs)
    slotOf.set(input.name, push(undefined, -1, -1, [1, input.active ? 1 : 0]))
  for (const node of source.nodes) {
    starts.push(operations.length)
    const parts = operandsFirst(node.root)
    const folded = constantParts(parts, budget)
    const slots = new Map<Expression, number>()
    const slotFor = (part: Expression): number => {
      const known = slots.get(part)
      if (known !== undefined) return known
      const slot = push(undefined, -1, -1, [0, 0])
      const value = constantToDouble(folded.get(part) ?? Number.NaN)
      constants[slot] = value
      if (!Number.isFinite(value)) {
        const reason = constantFault(operandsFirst(part), folded) ?? 'a value too large to compute with'
        constantFaults.set(slot, reason)
      }
      slots.set(part, slot)
      return slot
    }
    for (const part of parts) {
      if (part.kind === 'name') {
        slots.set(part, slotOf.get(part.name) as number) // Sorted order: every operand has its slot by now.
      } else if (part.kind === 'apply' && !folded.has(part)) {
        const [x, y] = part.operands as readonly [Expression, Expression | undefined]
        slots.set(part, pushApply(part.operation, slotFor(x), y === undefined ? -1 : slotFor(y)))
      }
    }
    const root = slotFor(node.root)
    const own =
      root === operations.length - 1 && operations[root] !== undefined && root >= (starts.at(-1) ?? 0)
    const slot = own ? root : pushApply(OPERATIONS.copy, root, -1)
    variable[slot] = 1 // A node may be derived by even where it is constant.
    slotOf.set(node.name, slot)
  }
  starts.push(operations.length)
  return {
    slots: operations.length,
    inputs: source.inputs.length,
    operations,
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    variable: Uint8Array.from(variable),
    active: Uint8Array.from(active),
    constants: Float64Array.from(constants),
    starts: Int32Array.from(starts),
    slotOf,
    constantFaults,
  }
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
  const { operations, left, right, variable, active } = tape
  const { values, leftPartials, rightPartials } = sweep
  for (let slot = from; slot < to; slot += 1) {
    const operation = operations[slot]
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
  const { operations, left, right } = tape
  for (let slot = from; slot < to; slot += 1) {
    const operation = operations[slot]
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
