/**
 * Whether what was typed is what a wrong rule gives. Plain doubles refuse nearly all of them: one comparison each.
 */
import type { KeyedBox } from './answer-key.js'
import type { Misconception } from './misconceptions.js'
import { asRead, type ReadNumber } from './read-answer.js'
import { absoluteFloor, DEFAULT_ABSOLUTE, DEFAULT_RELATIVE, isWithin, type Tolerance } from './tolerance.js'
import { digitsOf, isBroughtTo, typedCells, type TypedDigits } from './typed-digits.js'

/** How far rounding may move a number, of the number; and what is typed lie from a quotient, of its error. */
const ROUNDING = 0.05
const QUOTIENT_ROOM = 1 / 3

/** A box that was answered, and how. */
export type Suspect = {
  readonly keyed: KeyedBox
  /** As typed: its digits count. */
  readonly typed: unknown
  /** The numbers read, row-major; undefined for an entry of an array that was left blank. */
  readonly entries: readonly (ReadNumber | undefined)[]
}

/** A suspect made ready to be compared with many proposals. */
export type Prepared = {
  readonly keyed: KeyedBox
  readonly entries: readonly (ReadNumber | undefined)[]
  /** The place of the first entry that is not blank, its value, and how far from it a proposal may lie at most. */
  readonly first: number
  readonly value: number
  readonly reach: number
  readonly typed: unknown
  /** The digits of the entries, once they were asked for. */
  digits: readonly (TypedDigits | undefined)[] | undefined
}

/** Undefined where nothing was typed. */
export function prepare({ keyed, typed, entries }: Suspect): Prepared | undefined {
  let first = 0
  while (first < entries.length && entries[first] === undefined) first += 1
  const value = entries[first]?.double
  if (value === undefined) return undefined
  const reach = reachOf(value, keyed.tolerance)
  return { keyed, entries, first, value, reach, typed, digits: undefined }
}

function digitsAt(prepared: Prepared, entry: number): TypedDigits | undefined {
  prepared.digits ??= typedCells(prepared.typed, prepared.entries.length).map(digitsOf)
  return prepared.digits[entry]
}

/** Whether what was typed is this proposal. `expected` is what the box is to hold by the same numbers. */
export function isMatch(
  match: Misconception['match'],
  typed: Prepared,
  proposal: readonly number[],
  expected: readonly number[] | undefined,
): boolean {
  const { first, value, reach } = typed
  const wanted = proposal[first] as number
  const distance = Math.abs(value - wanted)
  if (match === 'rounding')
    return distance <= Math.max(reach, ROUNDING * Math.abs(wanted)) && isRounding(typed, proposal)
  if (match === 'quotient') {
    const room = Math.abs(wanted - (expected?.[first] ?? wanted)) * QUOTIENT_ROOM
    return distance <= Math.max(reach, room) && isQuotient(typed, proposal, expected)
  }
  return (
    distance <= reach && everyEntry(typed, (read, entry) => isNear(typed, read, proposal[entry] as number))
  )
}

/**
 * Whether a proposal proves no mistake: where it is right, too, in every entry typed, or `expected`, what the box is to
 * hold by the same numbers. What was rounded is no proposal of its own but what was typed.
 */
export function isExcused(
  match: Misconception['match'],
  typed: Prepared,
  proposal: readonly number[],
  expected: readonly number[] | undefined,
): boolean {
  if (match === 'rounding') return everyEntry(typed, (read, entry) => isRight(typed.keyed, entry, read))
  const right = (entry: number): ReadNumber => asRead(proposal[entry] as number)
  if (everyEntry(typed, (_read, entry) => isRight(typed.keyed, entry, right(entry)))) return true
  return (
    expected !== undefined &&
    everyEntry(typed, (_read, entry) => isNear(typed, right(entry), expected[entry] as number))
  )
}

/** Whether a number is right in an entry: near the right value, or in the range of right ones behind a kink. */
export function isRight({ truths, ranges, tolerance }: KeyedBox, entry: number, read: ReadNumber): boolean {
  const [truth, range] = [truths[entry], ranges?.[entry]]
  if (truth !== undefined && isWithin(read, truth, tolerance)) return true
  if (range === undefined) return false
  const inside = range.low < read.double && read.double < range.high
  return inside || isWithin(read, range.low, tolerance) || isWithin(read, range.high, tolerance)
}

function isNear({ keyed: { tolerance } }: Prepared, read: ReadNumber, value: number): boolean {
  return Number.isFinite(value) && isWithin(read, value, tolerance)
}

/** Whether it holds for every entry that is not blank. */
function everyEntry({ entries }: Prepared, holds: (read: ReadNumber, entry: number) => boolean): boolean {
  for (let entry = 0; entry < entries.length; entry += 1) {
    const read = entries[entry]
    if (read !== undefined && !holds(read, entry)) return false
  }
  return true
}

/** Every entry is near what it should be or brought to fewer digits, and one at least is the latter. */
function isRounding(typed: Prepared, expected: readonly number[]): boolean {
  let shortened = false
  const matches = everyEntry(typed, (read, entry) => {
    const value = expected[entry] as number
    if (isNear(typed, read, value)) return true
    if (!(Math.abs(read.double - value) <= ROUNDING * Math.abs(value))) return false
    const digits = digitsAt(typed, entry)
    if (digits === undefined || !isBroughtTo(read, digits, value, { cut: true })) return false
    shortened = true
    return true
  })
  return matches && shortened
}

/** Within the tolerance, or brought to the digits typed where it is the quotient, not chance, that explains them. */
function isQuotient(
  typed: Prepared,
  quotient: readonly number[],
  expected: readonly number[] | undefined,
): boolean {
  return everyEntry(typed, (read, entry) => {
    const value = quotient[entry] as number
    if (isNear(typed, read, value)) return true
    const room = Math.abs(value - (expected?.[entry] ?? Number.NaN)) * QUOTIENT_ROOM
    if (!(Math.abs(read.double - value) <= room)) return false
    const digits = digitsAt(typed, entry)
    if (digits === undefined) return false
    // Zeros at the end of an integer are taken for digits: 110 is the quotient 110.3, not 106.
    return isBroughtTo(read, { finest: digits.finest, coarsest: digits.finest }, value, { cut: false })
  })
}

/** No number further than this from a typed one has it within the tolerance. Rounded up, so that it is safe. */
function reachOf(typed: number, tolerance: Tolerance): number {
  if ('decimals' in tolerance) return 10 ** -tolerance.decimals
  const relative =
    'significantDigits' in tolerance
      ? 0.5 * 10 ** (1 - tolerance.significantDigits)
      : (tolerance.relative ?? DEFAULT_RELATIVE)
  if (!(relative < 1)) return Infinity
  // |v − c| ≤ r·|c| puts |c| at no more than |v|/(1 − r).
  const floor = 'significantDigits' in tolerance ? DEFAULT_ABSOLUTE : absoluteFloor(tolerance)
  return 1.001 * Math.max(floor, (relative * Math.abs(typed)) / (1 - relative))
}
