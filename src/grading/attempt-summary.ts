/**
 * What the attempts on an assignment come to, so that reading a class never scans its attempts: counts, exact sums, and a
 * sketch of wrong values a box. Kept as totals and any number of changes that are still to be folded in; all but the
 * sketch is exactly additive, whatever the order. Instructors are left out by whoever counts.
 */
import { readTally, writeTally } from './attempt-summary-stored.js'
import {
  addInteger,
  addTally,
  countVerdict,
  createTally,
  HISTOGRAM_BINS,
  isEmptyTally,
  isUncounted,
  tallyOf,
  type BoxTally,
  type Tally,
} from './attempt-summary-tally.js'
import {
  addValue,
  createValueSketch,
  takeValue,
  VALUES_IN_CHANGE,
  VALUES_IN_TOTALS,
  valueText,
} from './attempt-summary-values.js'
import type { GradedBox } from './verdicts.js'

/** What is added to a summary; mutable while it is being built. */
export type SummaryChange = Tally

/** An attempt as it counts: its number among the learner's, its verdicts in order, and what was typed by box id. */
export type CountedAttempt = {
  readonly number: number
  readonly boxes: readonly GradedBox[]
  readonly answers: Readonly<Record<string, unknown>>
}

/** A learner's progress as it counts. */
export type CountedProgress = { readonly creditMillionths: number; readonly completed: boolean }

/** A change that changes nothing yet. */
export function createSummaryChange(): SummaryChange {
  return createTally()
}

/**
 * Adds (sign 1) or takes away (sign −1) an attempt of a learner; the learner's progress is counted apart from it. It is
 * taken away from where it was added, all changes in which it may be folded in.
 */
export function countAttempt(change: SummaryChange, attempt: CountedAttempt, sign: 1 | -1): void {
  const { boxes, answers, number } = attempt
  change.attempts += sign
  const others = number === 1 ? creditOfOthers(boxes) : undefined
  let seeksWrong = number === 1
  for (const box of boxes) {
    const { id, status, misconceptions } = box
    const tally = tallyOf(change, id)
    countVerdict(others === undefined ? tally.later : tally.first, status, misconceptions, sign)
    if (others !== undefined) countPair(tally, status === 'correct', others(box), sign)
    if (seeksWrong && (status === 'incorrect' || status === 'invalid')) {
      tally.firstWrong += sign
      seeksWrong = false
    }
    if ((status === 'incorrect' || status === 'follows') && Object.hasOwn(answers, id)) {
      countValue(tally, answers[id], sign)
    }
  }
}

/** A learner's progress became another; undefined: not begun, or no longer counted. */
export function countProgress(
  change: SummaryChange,
  before: CountedProgress | undefined,
  after: CountedProgress | undefined,
): void {
  if (before !== undefined) countLearner(change, before, -1)
  if (after !== undefined) countLearner(change, after, 1)
}

/** Whether a change changes nothing. */
export function isEmptyChange(change: SummaryChange): boolean {
  return isEmptyTally(change)
}

/** As JSON, to be stored; only what is not 0. Of wrong values only the most common are kept from then on. */
export function storedChange(change: SummaryChange): unknown {
  return writeTally(change, VALUES_IN_CHANGE)
}

/** Stored totals with stored changes folded in, to be stored in their place; totals are undefined where there are none. */
export function foldChanges(totals: unknown, changes: readonly unknown[]): unknown {
  return writeTally(sumUp(totals, changes), VALUES_IN_TOTALS)
}

/** Stored totals after more was counted in them or taken away from them, to be stored in their place. */
export function changeTotals(totals: unknown, change: (totals: SummaryChange) => void): unknown {
  const tally = readTally(totals)
  change(tally)
  dropUncounted(tally)
  return writeTally(tally, VALUES_IN_TOTALS)
}

/** All that was stored, together. A box of which nothing is left is gone. */
export function sumUp(totals: unknown, changes: readonly unknown[]): Tally {
  const tally = readTally(totals)
  for (const change of changes) addTally(tally, readTally(change))
  dropUncounted(tally)
  return tally
}

function dropUncounted({ boxes }: Tally): void {
  for (const [id, box] of boxes) if (isUncounted(box)) boxes.delete(id)
}

function countPair(tally: BoxTally, correct: boolean, others: number, sign: 1 | -1): void {
  addInteger(tally.sumY, sign * others)
  if (correct) addInteger(tally.sumXY, sign * others)
  addInteger(tally.sumYY, sign * others * others)
}

function countValue(tally: BoxTally, typed: unknown, sign: 1 | -1): void {
  const text = valueText(typed)
  if (text === undefined) return
  const values = (tally.values ??= createValueSketch())
  if (sign > 0) addValue(values, text)
  else takeValue(values, text)
}

const MILLION = 1_000_000

function countLearner(
  change: SummaryChange,
  { creditMillionths, completed }: CountedProgress,
  sign: 1 | -1,
): void {
  change.learners += sign
  if (completed) change.completed += sign
  addInteger(change.credit, sign * creditMillionths)
  const bin = Math.min(HISTOGRAM_BINS - 1, Math.floor((creditMillionths * HISTOGRAM_BINS) / MILLION))
  change.histogram[bin] = (change.histogram[bin] ?? 0) + sign
}

/** Where one box weighs nearly all, the others are added up: what is left of a difference of doubles says little then. */
const NEARLY_ALL = 1 - 1e-6

/** The weighted credit, in millionths, of all boxes but one; 0 where these weigh nothing. */
function creditOfOthers(boxes: readonly GradedBox[]): (box: GradedBox) => number {
  const { earned, total, largest } = weigh(boxes, undefined)
  return box => {
    if (total === 0) return 0
    const own = (box.weight ?? 1) / largest
    if (own <= NEARLY_ALL * total) return asMillionths((earned - own * box.credit) / (total - own))
    const rest = weigh(boxes, box)
    return rest.total === 0 ? 0 : asMillionths(rest.earned / rest.total)
  }
}

/** Σ weight·credit and Σ weight, scaled by the largest weight, so that no sum of finite weights overflows. */
function weigh(
  boxes: readonly GradedBox[],
  without: GradedBox | undefined,
): { readonly earned: number; readonly total: number; readonly largest: number } {
  let largest = 0
  for (const box of boxes) {
    const { weight = 1 } = box
    if (box !== without && weight > largest) largest = weight
  }
  let [earned, total] = [0, 0]
  if (largest === 0) return { earned, total, largest }
  for (const box of boxes) {
    if (box === without) continue
    const { weight = 1, credit } = box
    earned += (weight / largest) * credit
    total += weight / largest
  }
  return { earned, total, largest }
}

function asMillionths(credit: number): number {
  return Math.min(MILLION, Math.max(0, Math.round(credit * MILLION)))
}
