/**
 * A tally as JSON and back. Sparse: what is 0 is left out, and zeros at the end of a list. Boxes, codes and values are
 * lists of pairs, since they are no property names. An integer that a double cannot hold is a string of digits.
 */
import {
  addInteger,
  countCode,
  createTally,
  HISTOGRAM_BINS,
  isUncounted,
  tallyOf,
  valueOf,
  VERDICTS,
  type BoxTally,
  type Counts,
  type ExactSum,
  type Tally,
} from './attempt-summary-tally.js'
import { createValueSketch, cutValues, mostCommon, type ValueSketch } from './attempt-summary-values.js'

type Pairs = readonly (readonly [string, ...unknown[]])[]

/** What is written; what is read may be anything. */
type StoredBox = {
  first?: readonly number[]
  firstCodes?: Pairs
  later?: readonly number[]
  laterCodes?: Pairs
  firstWrong?: number
  y?: number | string
  xy?: number | string
  yy?: number | string
  /** A value, its count and, where that is not 0, its error. */
  values?: Pairs
  floor?: number
}

type StoredTally = {
  attempts?: number
  learners?: number
  completed?: number
  credit?: number | string
  histogram?: readonly number[]
  boxes?: readonly (readonly [string, StoredBox])[]
}

type Unchecked<Stored> = Readonly<Partial<Record<keyof Stored, unknown>>>

/** A tally as JSON, with so many values a box. Boxes that would add nothing are left out. */
export function writeTally(tally: Tally, mostValues: number): unknown {
  const stored: StoredTally = {}
  if (tally.attempts !== 0) stored.attempts = tally.attempts
  if (tally.learners !== 0) stored.learners = tally.learners
  if (tally.completed !== 0) stored.completed = tally.completed
  const credit = writeSum(tally.credit)
  if (credit !== 0) stored.credit = credit
  const histogram = writeNumbers(tally.histogram)
  if (histogram.length > 0) stored.histogram = histogram
  const boxes: (readonly [string, StoredBox])[] = []
  for (const [id, box] of tally.boxes) {
    const storedBox: StoredBox = {}
    if (writeBox(storedBox, box, mostValues)) boxes.push([id, storedBox])
  }
  if (boxes.length > 0) stored.boxes = boxes
  return stored
}

/** False where there is nothing to write of a box. */
function writeBox(stored: StoredBox, box: BoxTally, mostValues: number): boolean {
  const first = writeNumbers(box.first.verdicts)
  if (first.length > 0) stored.first = first
  if (hasEntries(box.first.codes)) stored.firstCodes = [...box.first.codes]
  const later = writeNumbers(box.later.verdicts)
  if (later.length > 0) stored.later = later
  if (hasEntries(box.later.codes)) stored.laterCodes = [...box.later.codes]
  if (box.firstWrong !== 0) stored.firstWrong = box.firstWrong
  const [y, xy, yy] = [writeSum(box.sumY), writeSum(box.sumXY), writeSum(box.sumYY)]
  if (y !== 0) stored.y = y
  if (xy !== 0) stored.xy = xy
  if (yy !== 0) stored.yy = yy
  const counted = !isUncounted(box)
  return (box.values !== undefined && writeValues(stored, box.values, mostValues, counted)) || counted
}

function writeValues(stored: StoredBox, sketch: ValueSketch, most: number, counted: boolean): boolean {
  cutValues(sketch, most)
  if (sketch.counts.size > 0) {
    stored.values = mostCommon(sketch).map(([value, { count, error }]) =>
      error === 0 ? [value, count] : [value, count, error],
    )
  }
  // Where nothing is left of a box, nothing is left of its values either.
  if (sketch.floor > 0 && counted) stored.floor = sketch.floor
  return sketch.counts.size > 0
}

function hasEntries(codes: Counts['codes']): codes is Map<string, number> {
  return codes !== undefined && codes.size > 0
}

/** Without the zeros at its end. */
function writeNumbers(numbers: readonly number[]): readonly number[] {
  let length = numbers.length
  while (length > 0 && numbers[length - 1] === 0) length -= 1
  return numbers.slice(0, length)
}

function writeSum(sum: ExactSum): number | string {
  if (sum.large === 0n) return sum.small
  const exact = valueOf(sum)
  const double = Number(exact)
  return Number.isSafeInteger(double) ? double : String(exact)
}

/** What was stored. What is not of the form that is written here counts as 0. */
export function readTally(stored: unknown): Tally {
  const tally = createTally()
  const fields: Unchecked<StoredTally> = fieldsOf(stored)
  tally.attempts = integer(fields.attempts)
  tally.learners = integer(fields.learners)
  tally.completed = integer(fields.completed)
  readSum(tally.credit, fields.credit)
  readNumbers(tally.histogram, fields.histogram, HISTOGRAM_BINS)
  for (const [id, box] of pairs(fields.boxes)) readBox(tallyOf(tally, id), fieldsOf(box))
  return tally
}

function readBox(box: BoxTally, fields: Unchecked<StoredBox>): void {
  readNumbers(box.first.verdicts, fields.first, VERDICTS.length)
  readNumbers(box.later.verdicts, fields.later, VERDICTS.length)
  for (const [code, times] of pairs(fields.firstCodes)) countCode(box.first, code, integer(times))
  for (const [code, times] of pairs(fields.laterCodes)) countCode(box.later, code, integer(times))
  box.firstWrong = integer(fields.firstWrong)
  readSum(box.sumY, fields.y)
  readSum(box.sumXY, fields.xy)
  readSum(box.sumYY, fields.yy)
  if (fields.values === undefined && fields.floor === undefined) return
  const sketch = createValueSketch()
  for (const [value, times, error] of pairs(fields.values)) {
    sketch.counts.set(value, { count: integer(times), error: integer(error) })
  }
  sketch.floor = integer(fields.floor)
  box.values = sketch
}

function fieldsOf(stored: unknown): Readonly<Partial<Record<string, unknown>>> {
  // Any object has fields of unknown content.
  return typeof stored === 'object' && stored !== null ? (stored as Record<string, unknown>) : {}
}

/** The entries of a list that begin with a text. */
function pairs(stored: unknown): Pairs {
  if (!Array.isArray(stored)) return []
  return stored.filter(
    (entry): entry is [string, ...unknown[]] => Array.isArray(entry) && typeof entry[0] === 'string',
  )
}

function integer(stored: unknown): number {
  return typeof stored === 'number' && Number.isSafeInteger(stored) ? stored : 0
}

function readNumbers(into: number[], stored: unknown, length: number): void {
  if (!Array.isArray(stored)) return
  for (let index = 0; index < length; index += 1) into[index] = integer(stored[index])
}

const DIGITS = /^-?\d+$/
/** What can be added to a sum at once. */
const SMALL = 2 ** 52

function readSum(into: ExactSum, stored: unknown): void {
  if (typeof stored === 'string' && DIGITS.test(stored)) into.large += BigInt(stored)
  const value = integer(stored)
  if (Math.abs(value) <= SMALL) addInteger(into, value)
  else into.large += BigInt(value)
}
