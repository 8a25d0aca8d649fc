/**
 * Arithmetic on nested arrays in plain loops, as NumPy has it. It shares no code with the engine, which is checked
 * against it.
 */
import type { Shape, Value } from '../../src/engine/tensor.js'

/** Lengths of the axes of an array that has a shape. */
export function plainShape(x: Value): number[] {
  if (typeof x === 'number') return []
  const [first] = x
  return first === undefined || typeof first === 'number' ? [x.length] : [x.length, first.length]
}

/** An array of this shape with the same number everywhere. */
export function filled([rows, columns]: Shape, entry: number): Value {
  if (rows === undefined) return entry
  const row = (length: number) => Array<number>(length).fill(entry)
  return columns === undefined ? row(rows) : Array.from({ length: rows }, () => row(columns))
}

/** The rows of a matrix; of a vector, or of a number, the only one. */
function rowsOf(x: Value): number[][] {
  if (typeof x === 'number') return [[x]]
  return isMatrix(x) ? x : [x]
}

function isMatrix(x: number[] | number[][]): x is number[][] {
  return typeof x[0] !== 'number'
}

/** The rows of a result, with as many axes as it should have. */
function withRank(rank: number, rows: number[][]): Value {
  if (rank === 2) return rows
  const [row = []] = rows
  return rank === 1 ? row : (row[0] ?? Number.NaN)
}

/** f of every entry. */
export function eachEntry(f: (x: number) => number, x: Value): Value {
  return withRank(
    plainShape(x).length,
    rowsOf(x).map(row => row.map(f)),
  )
}

/** f of every two entries, of which the arrays' axes of length 1, and those that one lacks, are repeated. */
export function eachPair(f: (x: number, y: number) => number, x: Value, y: Value): Value {
  const [left, right] = [rowsOf(x), rowsOf(y)]
  const rows = conform(left.length, right.length)
  const columns = conform(left[0]?.length ?? 0, right[0]?.length ?? 0)
  const at = (from: number[][], row: number, column: number): number => {
    const found = from[from.length === 1 ? 0 : row] ?? []
    return found[found.length === 1 ? 0 : column] ?? Number.NaN
  }
  const result: number[][] = []
  for (let row = 0; row < rows; row += 1) {
    const entries: number[] = []
    for (let column = 0; column < columns; column += 1)
      entries.push(f(at(left, row, column), at(right, row, column)))
    result.push(entries)
  }
  return withRank(Math.max(plainShape(x).length, plainShape(y).length), result)
}

function conform(a: number, b: number): number {
  if (a !== b && a !== 1 && b !== 1) throw new RangeError(`${String(a)} and ${String(b)} do not conform`)
  return a === 1 ? b : a
}

/** The product of two arrays, neither a number: the last axis of x is summed over with the first of y. */
function product(x: Value, y: Value): Value {
  const [xRank, yRank] = [plainShape(x).length, plainShape(y).length]
  const left = rowsOf(x)
  const right = yRank === 1 ? rowsOf(y)[0]?.map(entry => [entry]) : rowsOf(y)
  if (xRank === 0 || yRank === 0 || right?.length !== left[0]?.length) throw new RangeError('no product')
  const rows = left.map(row => {
    const entries: number[] = []
    for (let column = 0; column < (right?.[0]?.length ?? 0); column += 1) {
      let sum = 0
      for (let k = 0; k < row.length; k += 1)
        sum += (row[k] ?? Number.NaN) * (right?.[k]?.[column] ?? Number.NaN)
      entries.push(sum)
    }
    return entries
  })
  if (yRank === 2) return withRank(xRank, rows)
  const column = rows.map(row => row[0] ?? Number.NaN)
  return xRank === 2 ? column : (column[0] ?? Number.NaN)
}

function transpose(x: Value): Value {
  if (typeof x === 'number' || !isMatrix(x)) return x
  return (x[0] ?? []).map((_entry, column) => x.map(row => row[column] ?? Number.NaN))
}

function sum(x: Value): number {
  let total = 0
  for (const row of rowsOf(x)) for (const entry of row) total += entry
  return total
}

function count(x: Value): number {
  return plainShape(x).reduce((entries, length) => entries * length, 1)
}

/** ln Σ exp of a row, less its largest entry on the way, so that nothing overflows. */
function logSumExpOfRow(row: readonly number[]): number {
  const largest = Math.max(...row)
  return largest + Math.log(row.reduce((total, entry) => total + Math.exp(entry - largest), 0))
}

function softmaxOfRow(row: readonly number[]): number[] {
  const largest = Math.max(...row)
  const exponentials = row.map(entry => Math.exp(entry - largest))
  const total = exponentials.reduce((left, right) => left + right)
  return exponentials.map(entry => entry / total)
}

/** Name of an operation on whole arrays → it. */
export const PLAIN_OPERATIONS = {
  matmul: (x: Value, y: Value): Value => product(x, y),
  dot: (x: Value, y: Value): Value =>
    typeof x === 'number' || typeof y === 'number' ? eachPair((a, b) => a * b, x, y) : product(x, y),
  transpose,
  sum: (x: Value): Value => sum(x),
  mean: (x: Value): Value => sum(x) / count(x),
  softmax: (x: Value): Value => withRank(plainShape(x).length, rowsOf(x).map(softmaxOfRow)),
  log_softmax: (x: Value): Value =>
    withRank(
      plainShape(x).length,
      rowsOf(x).map(row => {
        const total = logSumExpOfRow(row)
        return row.map(entry => entry - total)
      }),
    ),
  logsumexp: (x: Value): Value => {
    const sums = rowsOf(x).map(logSumExpOfRow)
    return plainShape(x).length === 2 ? sums : (sums[0] ?? Number.NaN)
  },
} as const
