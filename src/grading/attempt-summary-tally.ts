/** What a summary is made of while it is counted: plain counters, sums that stay exact, and a sketch a box. */
import { createValueSketch, isEmptySketch, mergeValues, type ValueSketch } from './attempt-summary-values.js'
import type { Verdict } from './verdicts.js'

/** Verdicts in the order in which they are counted and stored. */
export const VERDICTS: readonly Verdict[] = ['correct', 'follows', 'incorrect', 'invalid', 'blank']

export const HISTOGRAM_BINS = 20

/** An integer of any size; counted up in a double for as long as that is exact. */
export type ExactSum = { small: number; large: bigint }

/** A sum is exact below 2^53; what is added to it at once is at most half of that. */
const LARGEST_SMALL = 2 ** 52

/** What is counted of learners' first attempts, and the same of their later ones. */
export type Counts = {
  /** A number a verdict. */
  readonly verdicts: number[]
  /** Misconception code → how often; undefined until there is one. */
  codes: Map<string, number> | undefined
}

/** Counts and sums of one box. The pairs are of first attempts: x is 1 where the box is correct, else 0. */
export type BoxTally = {
  readonly first: Counts
  readonly later: Counts
  /** First attempts whose first wrong box this is. */
  firstWrong: number
  /** Σy, Σxy and Σy², where y is the weighted credit of the attempt's other boxes in millionths. */
  readonly sumY: ExactSum
  readonly sumXY: ExactSum
  readonly sumYY: ExactSum
  /** Undefined until there is a wrong value. */
  values: ValueSketch | undefined
}

/** Counts and sums of an assignment; differences may be below 0. */
export type Tally = {
  attempts: number
  learners: number
  completed: number
  /** Millionths. */
  readonly credit: ExactSum
  readonly histogram: number[]
  readonly boxes: Map<string, BoxTally>
}

export function createTally(): Tally {
  return {
    attempts: 0,
    learners: 0,
    completed: 0,
    credit: createSum(),
    histogram: new Array<number>(HISTOGRAM_BINS).fill(0),
    boxes: new Map(),
  }
}

/** The tally of a box, made where there is none yet. */
export function tallyOf({ boxes }: Tally, id: string): BoxTally {
  const known = boxes.get(id)
  if (known !== undefined) return known
  const made: BoxTally = {
    first: createCounts(),
    later: createCounts(),
    firstWrong: 0,
    sumY: createSum(),
    sumXY: createSum(),
    sumYY: createSum(),
    values: undefined,
  }
  boxes.set(id, made)
  return made
}

/** Adds a tally to another. */
export function addTally(into: Tally, from: Tally): void {
  into.attempts += from.attempts
  into.learners += from.learners
  into.completed += from.completed
  addSum(into.credit, from.credit)
  addNumbers(into.histogram, from.histogram)
  for (const [id, box] of from.boxes) {
    const known = tallyOf(into, id)
    addCounts(known.first, box.first)
    addCounts(known.later, box.later)
    known.firstWrong += box.firstWrong
    addSum(known.sumY, box.sumY)
    addSum(known.sumXY, box.sumXY)
    addSum(known.sumYY, box.sumYY)
    if (box.values !== undefined) mergeValues((known.values ??= createValueSketch()), box.values)
  }
}

/** Counts a verdict and its codes, or takes them away again. */
export function countVerdict(
  counts: Counts,
  verdict: Verdict,
  codes: readonly string[] | undefined,
  sign: 1 | -1,
): void {
  const index = VERDICTS.indexOf(verdict)
  if (index >= 0) counts.verdicts[index] = (counts.verdicts[index] ?? 0) + sign
  if (codes !== undefined) for (const code of codes) countCode(counts, code, sign)
}

/** Adds to the count of a code; one that comes to 0 goes. */
export function countCode(counts: Counts, code: string, times: number): void {
  const codes = (counts.codes ??= new Map<string, number>())
  const sum = (codes.get(code) ?? 0) + times
  if (sum === 0) codes.delete(code)
  else codes.set(code, sum)
}

/** Whether nothing is counted in a box, its sketch aside. */
export function isUncounted({ first, later, firstWrong, sumY, sumXY, sumYY }: BoxTally): boolean {
  return (
    firstWrong === 0 &&
    isZeroCount(first) &&
    isZeroCount(later) &&
    isZeroSum(sumY) &&
    isZeroSum(sumXY) &&
    isZeroSum(sumYY)
  )
}

/** Whether a tally would change nothing. */
export function isEmptyTally({ attempts, learners, completed, credit, histogram, boxes }: Tally): boolean {
  if (attempts !== 0 || learners !== 0 || completed !== 0) return false
  if (!isZeroSum(credit) || !histogram.every(isZero)) return false
  for (const box of boxes.values()) {
    if (!isUncounted(box) || (box.values !== undefined && !isEmptySketch(box.values))) return false
  }
  return true
}

/** Adds an integer of at most 2^52. */
export function addInteger(sum: ExactSum, value: number): void {
  sum.small += value
  if (sum.small > LARGEST_SMALL || sum.small < -LARGEST_SMALL) {
    sum.large += BigInt(sum.small)
    sum.small = 0
  }
}

export function valueOf({ small, large }: ExactSum): bigint {
  return large + BigInt(small)
}

export function isZero(count: number): boolean {
  return count === 0
}

function isZeroSum({ small, large }: ExactSum): boolean {
  return large === 0n ? small === 0 : large + BigInt(small) === 0n
}

function isZeroCount({ verdicts, codes }: Counts): boolean {
  return verdicts.every(isZero) && (codes === undefined || codes.size === 0)
}

function addSum(into: ExactSum, from: ExactSum): void {
  into.large += from.large
  addInteger(into, from.small)
}

function addCounts(into: Counts, from: Counts): void {
  addNumbers(into.verdicts, from.verdicts)
  if (from.codes !== undefined) for (const [code, times] of from.codes) countCode(into, code, times)
}

function addNumbers(into: number[], from: readonly number[]): void {
  for (let index = 0; index < from.length; index += 1) into[index] = (into[index] ?? 0) + (from[index] ?? 0)
}

function createSum(): ExactSum {
  return { small: 0, large: 0n }
}

function createCounts(): Counts {
  return { verdicts: [0, 0, 0, 0, 0], codes: undefined }
}
