/**
 * Arrays as a person reads them: `[1, 2, 3]`, `[[1, 2], [3, 4]]`, the middle of long axes left out.
 */
import type { Formula } from './formula.js'
import { showNumber, type ShownNumber } from './shown-number.js'
import { entriesOf, shapeOfValue, type Shape, type Value } from './tensor.js'

/** A value on show; `exact` is false where digits or entries were left out. */
export type ShownValue = Formula & { readonly exact: boolean }

/** The most entries shown of a vector, and of each axis of a matrix. */
const VECTOR_ENTRIES = 12
const MATRIX_ENTRIES = 6

/** What ends an entry, and a row, of a matrix in TeX. */
const [COLUMN_END, ROW_END] = [' & ', ' \\\\ ']

const DOTS: ShownValue = { text: '…', tex: '\\dots', exact: false }

/** A number or an array whose numbers are shown by `show`; left out: cut to what is readable. */
export function showValue(value: Value, show: (value: number) => ShownNumber = showNumber): ShownValue {
  if (typeof value === 'number') return show(value)
  const entries = entriesOf(value)
  const [rows = 0, columns] = shapeOfValue(value) ?? []
  if (columns === undefined) {
    const { text, tex, exact } = listed(entries, VECTOR_ENTRIES, ', ', show)
    return { text, tex: `\\left[${tex}\\right]`, exact }
  }
  const lines = Array.from({ length: rows }, (_, row) => entries.slice(row * columns, (row + 1) * columns))
  return inMatrix(
    listed(lines, MATRIX_ENTRIES, ROW_END, line => listed(line, MATRIX_ENTRIES, COLUMN_END, show)),
  )
}

/** A vector that TeX shows as a column. As many entries are shown as of the axis of a matrix. */
export function showColumn(entries: readonly number[]): ShownValue {
  return inMatrix(listed(entries, MATRIX_ENTRIES, ROW_END, showNumber))
}

/** A vector that TeX shows as a row, as part of the same product as a column. */
export function showRow(entries: readonly number[]): ShownValue {
  return inMatrix(listed(entries, MATRIX_ENTRIES, COLUMN_END, showNumber))
}

function inMatrix({ text, tex, exact }: ShownValue): ShownValue {
  return { text, tex: `\\begin{bmatrix} ${tex} \\end{bmatrix}`, exact }
}

/** `a number`, `a vector of 3`, `a 2 by 3 matrix`. */
export function describeShape([rows, columns]: Shape): string {
  if (rows === undefined) return 'a number'
  if (columns === undefined) return `a vector of ${String(rows)}`
  return `a ${String(rows)} by ${String(columns)} matrix`
}

/** Items in square brackets, or in TeX with separators alone; the middle is left out where they are many. */
function listed<Item>(
  items: readonly Item[],
  limit: number,
  texSeparator: string,
  show: (item: Item) => ShownValue,
): ShownValue {
  const [head, tail] = items.length <= limit ? [items, []] : [items.slice(0, limit - 2), items.slice(-1)]
  const shown = [...head.map(show), ...(head === items ? [] : [DOTS]), ...tail.map(show)]
  return {
    text: `[${shown.map(item => item.text).join(', ')}]`,
    tex: shown.map(item => item.tex).join(texSeparator),
    exact: shown.every(item => item.exact),
  }
}
