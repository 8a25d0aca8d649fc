/**
 * The rows of the table of operations that are about arrays as a whole. None has arithmetic of its own: each is
 * written out as operations on its operands' entries, so that sweeps, kinks and finite differences know numbers only.
 */
import type { Notation } from './notation.js'
import { entryCount, type Shape } from './tensor.js'
import {
  dotPullbacks,
  logSoftmaxPullbacks,
  logsumexpPullbacks,
  matmulPullbacks,
  meanPullbacks,
  softmaxPullbacks,
  sumPullbacks,
  transposePullbacks,
} from './tensor-pullbacks.js'

/** Lays one operation on numbers on the tape and answers its slot. */
export type Emit = {
  (name: '+' | '-' | '*' | '/' | 'exp' | 'log_add_exp', left: number, right?: number): number
  constant: (value: number) => number
}

/** An operand: its shape, and the slots of its entries in row-major order. */
export type Entries = { readonly shape: Shape; readonly slots: readonly number[] }

export type TensorOperation = Notation & {
  readonly name: string
  readonly arity: 1 | 2
  /** The shape of the result; undefined where the operands' shapes do not conform. */
  readonly shape: (x: Shape, y: Shape) => Shape | undefined
  /** How many operations writing it out takes, for operands that conform. */
  readonly cost: (x: Shape, y: Shape) => number
  /** Writes it out; answers the slots of the result's entries in row-major order. */
  readonly writeOut: (emit: Emit, x: Entries, y: Entries) => readonly number[]
}

/** The shape of a product of vectors and matrices; an axis that is summed over must be equally long in both. */
function productShape(x: Shape, y: Shape): Shape | undefined {
  if (x.length === 0 || y.length === 0) return undefined
  if (x.at(-1) !== y[0]) return undefined
  return [...x.slice(0, -1), ...y.slice(1)]
}

/** As `dot` in NumPy: a number scales. */
function dotShape(x: Shape, y: Shape): Shape | undefined {
  if (x.length === 0) return y
  return y.length === 0 ? x : productShape(x, y)
}

/** Sums over the last axis of x and the first of y, adding the k-th products of all entries before the next. */
function writeProduct(emit: Emit, x: Entries, y: Entries): number[] {
  const inner = x.shape.at(-1) ?? 1
  const rows = entryCount(x.shape) / inner
  const columns = entryCount(y.shape) / inner
  let sums: number[] = []
  for (let k = 0; k < inner; k += 1) {
    const products: number[] = []
    for (let row = 0; row < rows; row += 1)
      for (let column = 0; column < columns; column += 1)
        products.push(emit('*', slotAt(x, row * inner + k), slotAt(y, k * columns + column)))
    sums = k === 0 ? products : products.map((product, entry) => emit('+', sums[entry] ?? product, product))
  }
  return sums
}

function slotAt({ slots }: Entries, entry: number): number {
  const slot = slots[entry]
  if (slot === undefined) throw new RangeError('an entry outside the array')
  return slot
}

function writeSum(emit: Emit, { slots }: Entries): number {
  return slots.reduce((sum, slot) => emit('+', sum, slot))
}

/** The rows of a matrix, or a vector or number as the only one: what runs along the last axis. */
function rowsOf({ shape, slots }: Entries): readonly number[][] {
  const width = shape.at(-1) ?? 1
  return Array.from({ length: slots.length / width }, (_, row) => slots.slice(row * width, (row + 1) * width))
}

/** ln Σ exp by pairs, ln(e^a + e^b) = max + ln(1 + e^−|a − b|): nothing overflows. */
function writeLogSumExp(emit: Emit, row: readonly number[]): number {
  return row.reduce((sum, slot) => emit('log_add_exp', sum, slot))
}

/** Each entry less its row's log-sum-exp. */
function writeLogSoftmax(emit: Emit, x: Entries): number[] {
  const rows = rowsOf(x)
  const sums = rows.map(row => writeLogSumExp(emit, row))
  return rows.flatMap((row, index) => row.map(slot => emit('-', slot, sums[index] ?? slot)))
}

const elementwiseCost = (x: Shape): number => 3 * entryCount(x)

function productCost(x: Shape, y: Shape): number {
  return 2 * entryCount(x) * (entryCount(y) / (y[0] ?? 1))
}

export const TENSOR_ROWS: readonly TensorOperation[] = [
  {
    name: 'matmul',
    arity: 2,
    pullbacks: matmulPullbacks,
    shape: productShape,
    cost: productCost,
    writeOut: writeProduct,
  },
  {
    name: 'dot',
    arity: 2,
    pullbacks: dotPullbacks,
    shape: dotShape,
    cost: (x, y) => (x.length > 0 && y.length > 0 ? productCost(x, y) : entryCount(x) * entryCount(y)),
    writeOut: (emit, x, y) => {
      if (x.shape.length > 0 && y.shape.length > 0) return writeProduct(emit, x, y)
      const [factor, array] = x.shape.length === 0 ? [x, y] : [y, x]
      return array.slots.map(slot => emit('*', slotAt(factor, 0), slot))
    },
  },
  {
    name: 'transpose',
    arity: 1,
    pullbacks: transposePullbacks,
    shape: x => x.toReversed(),
    cost: entryCount,
    writeOut: (_emit, { shape, slots }) => {
      const [rows, columns] = shape
      if (rows === undefined || columns === undefined) return slots // As in NumPy, a vector is its own transpose.
      return slots.map((_slot, entry) => slots[(entry % rows) * columns + Math.floor(entry / rows)] ?? -1)
    },
  },
  {
    name: 'sum', // Of all entries, as in NumPy.
    arity: 1,
    pullbacks: sumPullbacks,
    shape: () => [],
    cost: entryCount,
    writeOut: (emit, x) => [writeSum(emit, x)],
  },
  {
    name: 'mean', // Of all entries, as in NumPy.
    arity: 1,
    pullbacks: meanPullbacks,
    shape: () => [],
    cost: x => entryCount(x) + 1,
    writeOut: (emit, x) => [emit('/', writeSum(emit, x), emit.constant(x.slots.length))],
  },
  {
    name: 'softmax',
    arity: 1,
    pullbacks: softmaxPullbacks,
    shape: x => x,
    cost: elementwiseCost,
    writeOut: (emit, x) => writeLogSoftmax(emit, x).map(slot => emit('exp', slot)),
  },
  {
    name: 'log_softmax',
    arity: 1,
    tex: '\\ln\\operatorname{softmax}',
    pullbacks: logSoftmaxPullbacks,
    shape: x => x,
    cost: elementwiseCost,
    writeOut: writeLogSoftmax,
  },
  {
    name: 'logsumexp',
    arity: 1,
    pullbacks: logsumexpPullbacks,
    shape: x => x.slice(0, -1),
    cost: entryCount,
    writeOut: (emit, x) => rowsOf(x).map(row => writeLogSumExp(emit, row)),
  },
]
