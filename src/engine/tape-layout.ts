/**
 * Where everything of a graph lies on its tape: a segment of slots for each node, its expression's operations in the
 * order in which they are computed. Arrays are written out, a slot for each entry.
 */
import { constantFault, constantParts, constantToDouble } from './constants.js'
import { operandsFirst, type Expression } from './expression.js'
import { spend, type StepBudget } from './faults.js'
import { OPERATIONS, tensorRow } from './operations.js'
import { NO_OPERATION, type Tape } from './tape.js'
import { broadcastEntries, entryCount, isScalar, SCALAR, type Shape } from './tensor.js'
import type { Emit, Entries } from './tensor-operations.js'

/** What the layout needs to know of a graph. Nodes stand in sorted order. */
export type TapeSource = {
  readonly inputs: readonly { readonly name: string; readonly active: boolean; readonly shape: Shape }[]
  readonly nodes: readonly {
    readonly name: string
    readonly root: Expression
    /** Those parts of the root that are arrays, with their shapes. */
    readonly shapes: ReadonlyMap<Expression, Shape>
  }[]
}

/** What an operation on one entry of an array costs later on, in characters read. */
const STEPS_PER_ENTRY = 5

/** The slots of an expression's entries; of a number, its slot. */
type Slots = number | readonly number[]

type Flags = { readonly variable: 0 | 1; readonly active: 0 | 1 }

/**
 * Lays the graph out on a tape. Linear in the size of the expressions, written out; recursion-free. Throws
 * `too-complex` when the budget is spent.
 */
export function buildTape(source: TapeSource, budget: StepBudget): Tape {
  const slots = createSlots()
  const slotOf = new Map<string, number>()
  const named = new Map<string, Slots>()
  const starts: number[] = []
  const constantFaults = new Map<number, string>()

  /** Names a run of slots that ends with the last one made. */
  const nameLast = (name: string, count: number): void => {
    const first = slots.count() - count
    slotOf.set(name, first)
    named.set(name, count === 1 ? first : Array.from({ length: count }, (_, entry) => first + entry))
  }

  for (const { name, active, shape } of source.inputs) {
    const flags: Flags = { variable: 1, active: active ? 1 : 0 }
    if (!isScalar(shape)) spend(budget, entryCount(shape))
    for (let entry = 0; entry < entryCount(shape); entry += 1) slots.pushLeaf(flags, 0)
    nameLast(name, entryCount(shape))
  }
  const inputs = slots.count()
  for (const { name, root, shapes } of source.nodes) {
    const start = slots.count()
    starts.push(start)
    const parts = operandsFirst(root)
    const folded = constantParts(parts, budget)
    const placed = new Map<Expression, Slots>()
    const slotsFor = (part: Expression): Slots => {
      const known = placed.get(part)
      if (known !== undefined) return known
      const value = constantToDouble(folded.get(part) ?? Number.NaN)
      const slot = slots.pushLeaf({ variable: 0, active: 0 }, value)
      if (!Number.isFinite(value)) {
        const reason = constantFault(operandsFirst(part), folded) ?? 'a value too large to compute with'
        constantFaults.set(slot, reason)
      }
      placed.set(part, slot)
      return slot
    }
    for (const part of parts) {
      if (part.kind === 'name') {
        placed.set(part, named.get(part.name) ?? []) // Sorted order: every operand has its slots by now.
      } else if (part.kind === 'apply' && !folded.has(part)) {
        const operands = part.operands.map(operand => ({
          shape: shapes.get(operand) ?? SCALAR,
          slots: slotsFor(operand),
        }))
        placed.set(part, writeOut(slots, part.operation, operands, shapes.get(part) ?? SCALAR, budget))
      }
    }
    const result = slotsFor(root)
    const entries = typeof result === 'number' ? [result] : result
    const [end, count] = [slots.count(), entries.length]
    // The node's own entries are the last slots of its segment, in order and computed there.
    const own = entries.every(
      (slot, entry) => slot === end - count + entry && slot >= start && !slots.isLeaf(slot),
    )
    if (!own) {
      if (typeof result !== 'number') spend(budget, STEPS_PER_ENTRY * count)
      for (const slot of entries) slots.pushApply(OPERATIONS.copy, slot, -1)
    }
    slots.markVariable(count) // A node may be derived by even where it is constant.
    nameLast(name, count)
  }
  starts.push(slots.count())
  const { codes, left, right, variable, active, constants } = slots.arrays()
  // Written out: V8 gives every object made by spreading a layout of its own, and compiles the sweeps anew for each.
  return {
    slots: codes.length,
    inputs,
    codes,
    left,
    right,
    variable,
    active,
    constants,
    starts: Int32Array.from(starts),
    slotOf,
    constantFaults,
  }
}

type Operand = { readonly shape: Shape; readonly slots: Slots }

/** Lays one operation on the tape, written out over the entries of its operands. */
function writeOut(
  slots: SlotList,
  operation: number,
  operands: readonly Operand[],
  shape: Shape,
  budget: StepBudget,
): Slots {
  const [x, y] = operands as readonly [Operand, Operand | undefined] // An operation has one or two.
  const row = tensorRow(operation)
  if (row !== undefined) {
    const [left, right] = [entriesOf(x), y === undefined ? entriesOf(x) : entriesOf(y)]
    spend(budget, STEPS_PER_ENTRY * row.cost(left.shape, right.shape))
    const entries = row.writeOut(slots.emit, left, right)
    return isScalar(shape) ? (entries[0] ?? -1) : entries
  }
  if (isScalar(shape)) return slots.pushApply(operation, x.slots as number, (y?.slots ?? -1) as number) // Numbers all.
  spend(budget, STEPS_PER_ENTRY * entryCount(shape))
  const left = broadcastSlots(x, shape)
  const right = y === undefined ? [] : broadcastSlots(y, shape)
  return left.map((slot, entry) => slots.pushApply(operation, slot, right[entry] ?? -1))
}

function entriesOf({ shape, slots }: Operand): Entries {
  return { shape, slots: typeof slots === 'number' ? [slots] : slots }
}

function broadcastSlots(operand: Operand, shape: Shape): readonly number[] {
  const { slots } = entriesOf(operand)
  return broadcastEntries(operand.shape, shape).map(entry => slots[entry] ?? -1)
}

type SlotList = ReturnType<typeof createSlots>

/** The slots of a tape while it is being laid out. */
function createSlots() {
  const codes: number[] = []
  const left: number[] = []
  const right: number[] = []
  const variable: number[] = []
  const active: number[] = []
  const constants: number[] = []

  const push = (code: number, x: number, y: number, flags: Flags, constant: number): number => {
    const slot = codes.length
    codes.push(code)
    left.push(x < 0 ? slot : x)
    right.push(y < 0 ? slot : y)
    variable.push(flags.variable)
    active.push(flags.active)
    constants.push(constant)
    return slot
  }
  const pushLeaf = (flags: Flags, constant: number): number => push(NO_OPERATION, -1, -1, flags, constant)
  const pushApply = (code: number, x: number, y: number): number => {
    const either = (flags: readonly number[]): 0 | 1 => (flags[x] === 1 || flags[y] === 1 ? 1 : 0)
    return push(code, x, y, { variable: either(variable), active: either(active) }, 0)
  }
  const emit: Emit = Object.assign(
    (name: string, x: number, y?: number) => pushApply(OPERATIONS.codeOf(name), x, y ?? -1),
    { constant: (value: number) => pushLeaf({ variable: 0, active: 0 }, value) },
  )
  return {
    pushLeaf,
    pushApply,
    emit,
    count: () => codes.length,
    isLeaf: (slot: number) => codes[slot] === NO_OPERATION,
    /** Marks the last slots as worth a partial. */
    markVariable: (count: number) => {
      variable.fill(1, variable.length - count)
    },
    arrays: () => ({
      codes: Uint8Array.from(codes),
      left: Int32Array.from(left),
      right: Int32Array.from(right),
      variable: Uint8Array.from(variable),
      active: Uint8Array.from(active),
      constants: Float64Array.from(constants),
    }),
  }
}
