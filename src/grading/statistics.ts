/** What a class's attempts on an assignment say about it and about each of its boxes, from their summary alone. */
import type { AssignmentSummary, BoxSummary, PairSums, VerdictCounts } from './attempt-summary-read.js'

/** One box. Counts are of attempts, shares in 0..1; a share of nothing is null. */
export type BoxStatistics = {
  readonly id: string
  /** Learners' first attempts at which it was asked, and those of them that have it right: a blank is not right. */
  readonly firstAttempts: number
  readonly firstCorrect: number
  /** All attempts at which it was asked; those that have it right; those that follow from an earlier slip. */
  readonly attempts: number
  readonly correct: number
  readonly follows: number
  /** firstCorrect / firstAttempts: what test theory calls difficulty, so that an easy box has much of it. */
  readonly difficulty: number | null
  /** correct / attempts, of all attempts and not of learners' last ones: those are not counted apart. */
  readonly finalDifficulty: number | null
  /** follows / attempts. */
  readonly followsShare: number | null
  readonly discrimination: number | null
  /** Learners whose first attempt has its first wrong box here. */
  readonly firstWrong: number
  /** Over all attempts, the most common first; of equal ones, in the order of their codes. */
  readonly misconceptions: { readonly code: string; readonly count: number }[]
  /** The most common wrong values, at most 20: each was seen at most `count` and at least `count − error` times. */
  readonly wrongValues: { readonly value: string; readonly count: number; readonly error: number }[]
}

/** Learners whose credit is at least `from` and below `to`; the last bin has those with all of the credit as well. */
export type HistogramBin = { readonly from: number; readonly to: number; readonly learners: number }

/** All that a summary tells; the lists are the caller's. */
export type SummaryStatistics = {
  /** Learners who have an attempt, and those who have one with every box right. */
  readonly learners: number
  readonly completed: number
  readonly attempts: number
  /** The mean of the learners' progress credit, in 0..1. */
  readonly meanCredit: number | null
  readonly histogram: HistogramBin[]
  /** Where the class stumbles: the box at which most first attempts have their first wrong answer. */
  readonly firstWrongBox: string | null
  readonly boxes: BoxStatistics[]
}

const MILLION = 1_000_000

/** A correlation over fewer learners says next to nothing. */
const LEAST_LEARNERS = 10

/**
 * The statistics of an assignment. `asked` are the ids of the boxes that it asks now: they come first, in their order,
 * whether anybody has been asked or not; then those that only earlier versions of its graph asked, as far as they count.
 */
export function statisticsOf(summary: AssignmentSummary, asked: readonly string[]): SummaryStatistics {
  const { learners, completed, attempts, creditSum, histogram } = summary
  const ids = new Set([...asked, ...summary.boxes.keys()])
  const boxes = [...ids].map(id => boxStatistics(id, summary.boxes.get(id)))
  return {
    learners,
    completed,
    attempts,
    meanCredit: learners > 0 ? Number(creditSum) / (learners * MILLION) : null,
    histogram: histogram.map((inBin, bin) => ({
      from: bin / histogram.length,
      to: (bin + 1) / histogram.length,
      learners: inBin,
    })),
    firstWrongBox: mostStumbledOver(boxes),
    boxes,
  }
}

function boxStatistics(id: string, box: BoxSummary | undefined): BoxStatistics {
  const [firstAttempts, firstCorrect] = [total(box?.first), box?.first.correct ?? 0]
  const [attempts, correct, follows] = [total(box?.all), box?.all.correct ?? 0, box?.all.follows ?? 0]
  return {
    id,
    firstAttempts,
    firstCorrect,
    attempts,
    correct,
    follows,
    difficulty: share(firstCorrect, firstAttempts),
    finalDifficulty: share(correct, attempts),
    followsShare: share(follows, attempts),
    discrimination: box === undefined ? null : pointBiserial(box.pairs),
    firstWrong: box?.firstWrong ?? 0,
    misconceptions: [...(box?.misconceptions ?? [])]
      .map(([code, count]) => ({ code, count }))
      .sort((one, other) => other.count - one.count || (one.code < other.code ? -1 : 1)),
    wrongValues: (box?.wrongValues ?? []).map(({ value, count, error }) => ({ value, count, error })),
  }
}

/**
 * Discrimination: the correlation, over first attempts, of a box's 0 or 1 with the weighted credit of the other boxes. Null
 * under 10 learners, and where either is the same for all. Sums and their differences are exact, so that nothing cancels:
 * only the result is rounded.
 */
export function pointBiserial({ n, sumX, sumY, sumXY, sumYY }: PairSums): number | null {
  if (n < LEAST_LEARNERS) return null
  const [count, x] = [BigInt(n), BigInt(sumX)]
  const covariance = count * sumXY - x * sumY
  const varianceX = x * (count - x) // Σx² is Σx.
  const varianceY = count * sumYY - sumY * sumY
  if (varianceX <= 0n || varianceY <= 0n) return null
  const correlation = Number(covariance) / (Math.sqrt(Number(varianceX)) * Math.sqrt(Number(varianceY)))
  return Math.min(1, Math.max(-1, correlation))
}

/** Of boxes over which equally many stumble, the one that is asked first. */
function mostStumbledOver(boxes: readonly BoxStatistics[]): string | null {
  let [most, found]: [number, string | null] = [0, null]
  for (const { id, firstWrong } of boxes) if (firstWrong > most) [most, found] = [firstWrong, id]
  return found
}

function total(counts: VerdictCounts | undefined): number {
  if (counts === undefined) return 0
  return counts.correct + counts.follows + counts.incorrect + counts.invalid + counts.blank
}

function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null
}
