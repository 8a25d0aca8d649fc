/** A summary as it is read, and the comparison of one that was kept with one that was counted anew. */
import { sumUp } from './attempt-summary.js'
import { valueOf, VERDICTS, type BoxTally, type Counts } from './attempt-summary-tally.js'
import { cutValues, mostCommon, VALUES_IN_TOTALS } from './attempt-summary-values.js'
import type { Verdict } from './verdicts.js'

export type VerdictCounts = Readonly<Record<Verdict, number>>

/**
 * Sums over first attempts of x, 1 where the box is correct and else 0, and of y, the weighted credit of the attempt's
 * other boxes in millionths. Σx² is Σx.
 */
export type PairSums = {
  readonly n: number
  readonly sumX: number
  readonly sumY: bigint
  readonly sumXY: bigint
  readonly sumYY: bigint
}

export type BoxSummary = {
  /** Verdicts on first attempts, and on all. */
  readonly first: VerdictCounts
  readonly all: VerdictCounts
  /** Code → how often, on first attempts and on all. */
  readonly firstMisconceptions: ReadonlyMap<string, number>
  readonly misconceptions: ReadonlyMap<string, number>
  /** Learners whose first attempt has its first wrong box here. */
  readonly firstWrong: number
  readonly pairs: PairSums
  /** The most common wrong values, at most 20: each was seen at most `count` and at least `count − error` times. */
  readonly wrongValues: readonly { readonly value: string; readonly count: number; readonly error: number }[]
}

export type AssignmentSummary = {
  readonly attempts: number
  /** Learners who have an attempt, and those who have one with all of the credit. */
  readonly learners: number
  readonly completed: number
  /** Σ of learners' progress credit, in millionths. */
  readonly creditSum: bigint
  /** Learners by their progress credit, in 20 bins of equal width; all of the credit is in the last. */
  readonly histogram: readonly number[]
  readonly boxes: ReadonlyMap<string, BoxSummary>
}

/** What stands: stored totals and the stored changes that were not folded into them yet. */
export function readSummary(totals: unknown, changes: readonly unknown[]): AssignmentSummary {
  const { attempts, learners, completed, credit, histogram, boxes } = sumUp(totals, changes)
  return {
    attempts,
    learners,
    completed,
    creditSum: valueOf(credit),
    histogram,
    boxes: new Map([...boxes].map(([id, box]) => [id, readBox(box)])),
  }
}

function readBox({ first, later, ...box }: BoxTally): BoxSummary {
  if (box.values !== undefined) cutValues(box.values, VALUES_IN_TOTALS)
  const values = box.values === undefined ? [] : mostCommon(box.values)
  return {
    first: verdictCounts(verdict => numberOf(first, verdict)),
    all: verdictCounts(verdict => numberOf(first, verdict) + numberOf(later, verdict)),
    firstMisconceptions: new Map(first.codes),
    misconceptions: bothCodes(first, later),
    firstWrong: box.firstWrong,
    pairs: {
      n: first.verdicts.reduce((sum, count) => sum + count, 0),
      sumX: numberOf(first, 'correct'),
      sumY: valueOf(box.sumY),
      sumXY: valueOf(box.sumXY),
      sumYY: valueOf(box.sumYY),
    },
    wrongValues: values.map(([value, { count, error }]) => ({ value, count, error })),
  }
}

function numberOf({ verdicts }: Counts, verdict: Verdict): number {
  return verdicts[VERDICTS.indexOf(verdict)] ?? 0
}

function verdictCounts(numberOf: (verdict: Verdict) => number): VerdictCounts {
  return {
    correct: numberOf('correct'),
    follows: numberOf('follows'),
    incorrect: numberOf('incorrect'),
    invalid: numberOf('invalid'),
    blank: numberOf('blank'),
  }
}

function bothCodes(first: Counts, later: Counts): ReadonlyMap<string, number> {
  const both = new Map(first.codes)
  for (const [code, times] of later.codes ?? []) both.set(code, (both.get(code) ?? 0) + times)
  return both
}

/** Every place where two summaries differ, for people; the sketch of wrong values is left out, being approximate. */
export function compareSummaries(stored: AssignmentSummary, recounted: AssignmentSummary): readonly string[] {
  const one = namedCounts(stored)
  const other = namedCounts(recounted)
  return [...new Set([...one.keys(), ...other.keys()])].flatMap(name => {
    const [has, counted] = [one.get(name) ?? 0, other.get(name) ?? 0]

    return BigInt(has) === BigInt(counted)
      ? []
      : [`${name} is ${String(has)}, and ${String(counted)} when counted again`]
  })
}

/** All of a summary that is exact, by a name for people. */
function namedCounts(summary: AssignmentSummary): ReadonlyMap<string, number | bigint> {
  const counts = new Map<string, number | bigint>([
    ['attempts', summary.attempts],
    ['learners', summary.learners],
    ['learners who completed', summary.completed],
    ['the sum of credits in millionths', summary.creditSum],
  ])
  summary.histogram.forEach((count, bin) => counts.set(`bin ${String(bin)} of the histogram`, count))
  for (const [id, box] of summary.boxes) {
    for (const verdict of VERDICTS) {
      counts.set(`box ${id}: ${verdict} on first attempts`, box.first[verdict])
      counts.set(`box ${id}: ${verdict}`, box.all[verdict])
    }
    for (const [code, count] of box.firstMisconceptions) {
      counts.set(`box ${id}: the slip ${code} on first attempts`, count)
    }
    for (const [code, count] of box.misconceptions) counts.set(`box ${id}: the slip ${code}`, count)
    counts.set(`box ${id}: first wrong box`, box.firstWrong)
    counts.set(`box ${id}: the sum of y`, box.pairs.sumY)
    counts.set(`box ${id}: the sum of xy`, box.pairs.sumXY)
    counts.set(`box ${id}: the sum of y²`, box.pairs.sumYY)
  }
  return counts
}
