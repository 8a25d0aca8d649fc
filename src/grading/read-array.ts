/**
 * What a learner gave for an array: nested lists, or such lists typed as text, `[[1, 2], [3, 4]]`. Each entry is read
 * as an answer of its own; one that is left empty is blank.
 */
import { isScalar, isSameShape, showShape, type Shape } from '../engine/tensor.js'
import { readAnswer, unreadable, type Reading, type ReadingOptions, type ReadNumber } from './read-answer.js'

export type BoxReading =
  Reading | { readonly kind: 'array'; readonly entries: readonly (ReadNumber | { readonly kind: 'blank' })[] }

/** The longest array typed as text, in characters. */
const MAX_ARRAY_CHARACTERS = 20_000

/** Reads the answer of a box of this shape. Throws only `too-complex`, when the budget is spent. */
export function readBoxAnswer(typed: unknown, shape: Shape, options: ReadingOptions): BoxReading {
  if (isScalar(shape)) return readAnswer(typed, options)
  if (typed === null || typed === undefined) return { kind: 'blank' }
  if (typeof typed !== 'string') return readCells(typed, shape, options)
  if (typed.trim() === '') return { kind: 'blank' }
  if (typed.length > MAX_ARRAY_CHARACTERS) {
    const message = `An array typed as text has at most ${String(MAX_ARRAY_CHARACTERS)} characters.`
    return unreadable('answer-too-long', message)
  }
  if (!typed.trimStart().startsWith('[')) {
    const message = `${asksFor(shape)}: type it in brackets, as [1, 2] or [[1, 2], [3, 4]].`
    return unreadable('not-an-array', message)
  }
  const cells = splitArray(typed)
  if (cells === undefined) {
    const message = 'Brackets or commas do not fit together: type an array as [1, 2] or [[1, 2], [3, 4]].'
    return unreadable('not-an-array', message)
  }
  return readCells(cells, shape, options)
}

function asksFor(shape: Shape): string {
  return `This box asks for an array of shape ${showShape(shape)}`
}

function readCells(cells: unknown, shape: Shape, options: ReadingOptions): BoxReading {
  const wanted = asksFor(shape)
  if (!Array.isArray(cells)) return unreadable('not-an-array', `${wanted}, not for one value.`)
  const flat: readonly unknown[] = shape.length === 1 ? cells : cells.flat()
  const found = shapeOfCells(cells)
  if (found === undefined) {
    const mixed = cells.some(cell => !Array.isArray(cell))
    const what = mixed ? 'this one has rows beside single values' : 'the rows of this one differ in length'
    return unreadable('wrong-shape', `${wanted}; ${what}.`)
  }
  if (!isSameShape(found, shape)) {
    return unreadable('wrong-shape', `${wanted}; this has the shape ${showShape(found)}.`)
  }
  const entries: (ReadNumber | { readonly kind: 'blank' })[] = []
  for (const [index, cell] of flat.entries()) {
    const reading = readAnswer(cell, options)
    if (reading.kind === 'unreadable') {
      return unreadable(reading.code, `${placeOf(index, shape)}: ${reading.message}`)
    }
    entries.push(reading)
  }
  return entries.every(entry => entry.kind === 'blank') ? { kind: 'blank' } : { kind: 'array', entries }
}

/** How the cells are nested, to depth 2; undefined where they have no shape. */
function shapeOfCells(cells: readonly unknown[]): Shape | undefined {
  if (!cells.some(Array.isArray)) return [cells.length]
  const [first] = cells
  if (!Array.isArray(first)) return undefined
  const regular = cells.every(row => Array.isArray(row) && row.length === first.length)
  return regular ? [cells.length, first.length] : undefined
}

/** Where an entry stands, counted from 1 as people do. */
function placeOf(index: number, [, columns]: Shape): string {
  if (columns === undefined) return `Entry ${String(index + 1)}`
  return `Row ${String(Math.floor(index / columns) + 1)}, entry ${String((index % columns) + 1)}`
}

/** `[[1, 2], [3, 4]]` → nested lists of what stands in the cells, or undefined where brackets do not fit. */
function splitArray(text: string): unknown {
  type List = (string | List)[]
  const open: List[] = []
  let done: List | undefined
  let cell = ''
  let parentheses = 0
  // After an inner list stands a comma or the end, and no cell.
  let afterList = false
  for (const character of text.trim()) {
    if (done !== undefined) return undefined
    const list = open.at(-1)
    if (character === '[') {
      if (cell.trim() !== '' || afterList || open.length === 2) return undefined
      const inner: List = []
      list?.push(inner)
      open.push(inner)
      cell = ''
    } else if (list === undefined) {
      return undefined
    } else if (parentheses === 0 && (character === ',' || character === ']')) {
      if (afterList && cell.trim() !== '') return undefined
      if (!afterList && (character === ',' || cell.trim() !== '' || list.length > 0)) list.push(cell)
      cell = ''
      afterList = character === ']'
      if (character === ']') {
        open.pop()
        if (open.length === 0) done = list
      }
    } else {
      if (character === '(') parentheses += 1
      if (character === ')') parentheses -= 1
      cell += character
    }
  }
  return done
}
