/**
 * Arrays of numbers: their shapes, and the two forms they have. Outside the engine a value is nested as JSON has it;
 * inside, its entries lie side by side in row-major order, the last axis running fastest.
 */

/** Lengths of the axes: [] is a number, [n] a vector, [m, n] a matrix of m rows. */
export type Shape = readonly number[]

/** A number, a vector or a matrix. */
export type Value = number | number[] | number[][]

export const SCALAR: Shape = []

/** How many entries an array of this shape has; 1 for a number. */
export function entryCount(shape: Shape): number {
  let count = 1
  for (const length of shape) count *= length
  return count
}

export function isScalar(shape: Shape): boolean {
  return shape.length === 0
}

export function isSameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis])
}

/** A shape as NumPy shows it: `()`, `(3,)`, `(2, 3)`. */
export function showShape(shape: Shape): string {
  return shape.length === 1 ? `(${String(shape[0])},)` : `(${shape.join(', ')})`
}

/** The shape of a value, or undefined for an array that has none: empty somewhere, or rows of different lengths. */
export function shapeOfValue(value: Value): Shape | undefined {
  if (typeof value === 'number') return SCALAR
  const [first] = value
  if (first === undefined) return undefined
  if (typeof first === 'number')
    return value.every(entry => typeof entry === 'number') ? [value.length] : undefined
  const width = first.length
  const rectangular = width > 0 && value.every(row => typeof row !== 'number' && row.length === width)
  return rectangular ? [value.length, width] : undefined
}

/** The entries of a value in row-major order. */
export function entriesOf(value: Value): readonly number[] {
  if (typeof value === 'number') return [value]
  return value.flat()
}

/** Entries in row-major order → the value of this shape. */
export function valueOfEntries(shape: Shape, entries: ArrayLike<number>, from = 0): Value {
  const [rows, columns] = shape
  if (rows === undefined) return entries[from] as number // The caller has as many entries as the shape.
  if (columns === undefined)
    return Array.from({ length: rows }, (_, index) => entries[from + index] as number)
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (__, column) => entries[from + row * columns + column] as number),
  )
}

/** The shape that two shapes broadcast to by NumPy's rule, or undefined where they do not. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length)
  const result: number[] = []
  for (let axis = 0; axis < rank; axis += 1) {
    const [x, y] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1]
    if (x !== y && x !== 1 && y !== 1) return undefined
    result.push(x === 1 ? y : x)
  }
  return result
}

/** For each entry of the result of broadcasting, in order, the entry of an operand of this shape that goes there. */
export function broadcastEntries(shape: Shape, result: Shape): number[] {
  const [rows = 1, columns = 1] = result.length === 2 ? result : [1, ...result]
  const [ownRows = 1, ownColumns = 1] = shape.length === 2 ? shape : [1, ...shape]
  const [rowStep, columnStep] = [ownRows === 1 ? 0 : ownColumns, ownColumns === 1 ? 0 : 1]
  const entries: number[] = []
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) entries.push(row * rowStep + column * columnStep)
  return entries
}
