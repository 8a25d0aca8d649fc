/**
 * The value of one expression at given values of its names: for what a learner typed, which is on no tape.
 */
import { operandsFirst, type Expression } from './expression.js'
import { spend, type StepBudget } from './faults.js'
import { operationRow, OPERATIONS, tensorRow } from './operations.js'
import { toDouble } from './rational.js'
import { applyToShapes } from './shapes.js'
import {
  broadcastEntries,
  entriesOf,
  entryCount,
  isScalar,
  SCALAR,
  shapeOfValue,
  valueOfEntries,
  type Shape,
  type Value,
} from './tensor.js'
import type { Emit, Entries } from './tensor-operations.js'

/** An array while it is being computed with: its entries in row-major order. */
type Computed = number | { readonly shape: Shape; readonly entries: readonly number[] }

/**
 * The value of an expression, in doubles; undefined where a name has none, where some part of it has none that is
 * finite, and where shapes do not conform. A step an operation, or an entry of an array; throws `too-complex` when the
 * budget is spent.
 */
export function evaluateExpression(
  root: Expression,
  valueOf: (name: string) => Value | undefined,
  budget: StepBudget,
): Value | undefined {
  const parts = operandsFirst(root)
  spend(budget, parts.length)
  const computed = new Map<Expression, Computed>()
  for (const part of parts) {
    const value = computePart(part, computed, valueOf, budget)
    if (value === undefined || !isFinite(value)) return undefined
    computed.set(part, value)
  }
  const value = computed.get(root)
  // −0 means nothing to a learner.
  if (value === undefined || typeof value === 'number') return value === 0 ? 0 : value
  return valueOfEntries(
    value.shape,
    value.entries.map(entry => (entry === 0 ? 0 : entry)),
  )
}

function isFinite(value: Computed): boolean {
  return typeof value === 'number' ? Number.isFinite(value) : value.entries.every(Number.isFinite)
}

function computePart(
  part: Expression,
  computed: ReadonlyMap<Expression, Computed>,
  valueOf: (name: string) => Value | undefined,
  budget: StepBudget,
): Computed | undefined {
  switch (part.kind) {
    case 'number':
      return toDouble(part.value)
    case 'constant':
      return part.value
    case 'name': {
      const value = valueOf(part.name)
      if (value === undefined || typeof value === 'number') return value
      const shape = shapeOfValue(value)
      if (shape === undefined) return undefined
      spend(budget, entryCount(shape))
      return { shape, entries: entriesOf(value) }
    }
    case 'apply': {
      const [x, y = x] = part.operands.map(operand => computed.get(operand))
      if (x === undefined || y === undefined) return undefined
      const plain = typeof x === 'number' && typeof y === 'number' && tensorRow(part.operation) === undefined
      return plain
        ? operationRow(part.operation).value(x, y)
        : computeArray(part.operation, part.operands.length, [x, y], budget)
    }
  }
}

/** An operation on arrays, by the rows of the same table that writes them out on the tape. */
function computeArray(
  operation: number,
  arity: number,
  [x, y]: readonly [Computed, Computed],
  budget: StepBudget,
): Computed | undefined {
  const shapes = [shapeOf(x), shapeOf(y)] as const
  const shape = applyToShapes(operation, shapes.slice(0, arity))
  if (shape === undefined) return undefined
  const row = tensorRow(operation)
  const [left, right] = [entriesIn(x), entriesIn(y)]
  if (row === undefined) {
    spend(budget, entryCount(shape))
    const { value } = operationRow(operation)
    const others = broadcastEntries(shapes[1], shape)
    const entries = broadcastEntries(shapes[0], shape).map((entry, index) =>
      value(left[entry] ?? Number.NaN, right[others[index] ?? -1] ?? Number.NaN),
    )
    return { shape, entries }
  }
  spend(budget, row.cost(...shapes))
  const values = [...left, ...right]
  const slots = [...values.keys()]
  const operands: readonly [Entries, Entries] = [
    { shape: shapes[0], slots: slots.slice(0, left.length) },
    { shape: shapes[1], slots: slots.slice(left.length) },
  ]
  const entries = row.writeOut(emitInto(values), ...operands).map(slot => values[slot] ?? Number.NaN)
  return isScalar(shape) ? entries[0] : { shape, entries }
}

/** Computes what is written out at once; a slot is an index into the values. */
function emitInto(values: number[]): Emit {
  return Object.assign(
    (name: string, x: number, y = x) => {
      const { value } = operationRow(OPERATIONS.codeOf(name))
      return values.push(value(values[x] ?? Number.NaN, values[y] ?? Number.NaN)) - 1
    },
    { constant: (value: number) => values.push(value) - 1 },
  )
}

function shapeOf(value: Computed): Shape {
  return typeof value === 'number' ? SCALAR : value.shape
}

function entriesIn(value: Computed): readonly number[] {
  return typeof value === 'number' ? [value] : value.entries
}
