/**
 * Verdicts: on a box, on the entries of an array, and what those make of their box (contract §1, tensor boxes).
 */
import type { Shape } from '../engine/tensor.js'
import type { MisconceptionCode } from './misconceptions.js'

/** A status: wrong but right given the learner's own earlier entries is `follows`; unreadable is `invalid`. */
export type Verdict = 'correct' | 'follows' | 'incorrect' | 'invalid' | 'blank'

export type GradedEntry = { readonly status: Verdict; readonly credit: number }

/** Mirrors the array: a list for a vector, a list of rows for a matrix. */
export type GradedEntries = GradedEntry[] | GradedEntry[][]

/** A remark on a box: a stable code and a sentence for the learner. */
type Feedback = { readonly code: string; readonly message: string }

export type GradedBox = {
  readonly id: string
  readonly status: Verdict
  readonly credit: number
  /** Of an array that was read, a verdict an entry. */
  readonly entries?: GradedEntries
  readonly feedback: readonly Feedback[]
  /** What the answer is explained by, the likeliest first; of one that follows, by the learner's own entries. */
  readonly misconceptions?: readonly MisconceptionCode[]
  /** What the box weighed, where that was not 1: for summaries alone, and shown to nobody. */
  readonly weight?: number
}

/** Credit is the entries' mean. Correct if all are, follows if all are or do, blank if all are, else incorrect. */
export function summariseEntries(entries: readonly GradedEntry[]): GradedEntry {
  const all = (...statuses: readonly Verdict[]): boolean =>
    entries.every(({ status }) => statuses.includes(status))
  if (all('correct')) return { status: 'correct', credit: 1 }
  const credit = entries.reduce((sum, entry) => sum + entry.credit, 0) / entries.length
  if (all('correct', 'follows')) return { status: 'follows', credit }
  return { status: all('blank') ? 'blank' : 'incorrect', credit }
}

/** Entries in row-major order, nested like an array of this shape (a vector or a matrix). */
export function nestEntries(shape: Shape, entries: GradedEntry[]): GradedEntries {
  const [rows = 0, columns] = shape
  if (columns === undefined) return entries
  return Array.from({ length: rows }, (_, row) => entries.slice(row * columns, (row + 1) * columns))
}
