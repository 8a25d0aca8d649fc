/**
 * Checks one assignment: that what is kept of its attempts (numbers, progress, idempotency keys, summaries) is what its
 * attempts come to when they are counted again, by the results that stand.
 */
import type {
  AssignmentSnapshot,
  LearnerRange,
  RecountedAttempt,
  RecountedProgress,
} from '../database/recount-snapshot.js'
import { compareSummaries, readSummary } from '../grading/attempt-summary-read.js'
import {
  countAttempt,
  countProgress,
  createSummaryChange,
  foldChanges,
  storedChange,
} from '../grading/attempt-summary.js'
import type { GradedBox } from '../grading/verdicts.js'
import { createLearnerCheck, type LearnerCheck } from './verify-learner.js'

/** A place where what is kept is not what the attempts come to; of one learner, where it is named. */
export type Difference = { readonly learner: string | undefined; readonly text: string }

/** What was found, told as it is found. */
export type Found = {
  readonly attempt: () => void
  readonly difference: (difference: Difference) => void
}

const NOBODY: Found = { attempt: () => undefined, difference: () => undefined }

/** Progress rows that are read at once. */
const LEARNERS_AT_ONCE = 500

/** Attempts that are read at once, and the boxes that they may have together, about. */
const ATTEMPTS_AT_ONCE = 500
const BOXES_AT_ONCE = 20_000

/** Attempts that are read before it is known how many boxes they have. */
const ATTEMPTS_AT_FIRST = 10

/** Counts all attempts again and compares; answers how many lines of difference the summary alone has. */
export async function verifyAssignment(snapshot: AssignmentSnapshot, found: Found): Promise<number> {
  const recounted = readSummary(undefined, [await recount(snapshot, found)])
  const { totals, changes } = await snapshot.summary()
  const differences = compareSummaries(readSummary(totals, changes), recounted)
  for (const text of differences) found.difference({ learner: undefined, text: `summary: ${text}` })
  return differences.length
}

/** The totals of an assignment, counted from its attempts. */
export async function countTotals(snapshot: AssignmentSnapshot): Promise<unknown> {
  return foldChanges(undefined, [await recount(snapshot, NOBODY)])
}

/** What all attempts come to, instructors' left out, as one change; on the way, learner by learner, all else is checked. */
async function recount(snapshot: AssignmentSnapshot, found: Found): Promise<unknown> {
  const change = createSummaryChange()
  let check: LearnerCheck | undefined
  const finish = (): void => {
    for (const text of check?.finish() ?? []) found.difference({ learner: check?.learner, text })
    check = undefined
  }
  for await (const { range, progress } of rangesOf(snapshot)) {
    const unseen = new Map(progress.map(row => [row.learner, row]))
    for await (const attempt of attemptsOf(snapshot, range)) {
      found.attempt()
      const { learner } = attempt
      if (check?.learner !== learner) {
        finish()
        check = createLearnerCheck(snapshot, learner, unseen.get(learner))
        unseen.delete(learner)
      }
      check.take(attempt)
      if (check.isCounted) countAttempt(change, countedAttempt(attempt), 1)
    }
    finish()
    for (const { learner } of unseen.values()) {
      found.difference({ learner, text: 'there is progress, and no attempt' })
    }
    for (const row of progress) {
      if (row.role === 'instructor') continue
      const { creditMillionths, completedAt } = row
      countProgress(change, undefined, { creditMillionths, completed: completedAt !== null })
    }
  }
  return storedChange(change)
}

function countedAttempt({ number, boxes, answers }: RecountedAttempt) {
  // Both were written by ourselves.
  return {
    number,
    boxes: boxes as readonly GradedBox[],
    answers: answers as Readonly<Record<string, unknown>>,
  }
}

type Range = { readonly range: LearnerRange; readonly progress: readonly RecountedProgress[] }

/** All learners in ranges, the last of them without end: wherever an attempt is, it is in one. */
async function* rangesOf(snapshot: AssignmentSnapshot): AsyncGenerator<Range> {
  let after: string | undefined
  for (;;) {
    const progress = await snapshot.progress(after, LEARNERS_AT_ONCE)
    const upTo = progress.length < LEARNERS_AT_ONCE ? undefined : progress.at(-1)?.learner
    yield { range: { after, upTo }, progress }
    if (upTo === undefined) return
    after = upTo
  }
}

/** The attempts of learners, by learner and number, some at once. */
async function* attemptsOf(
  snapshot: AssignmentSnapshot,
  range: LearnerRange,
): AsyncGenerator<RecountedAttempt> {
  let after: RecountedAttempt | undefined
  let limit = ATTEMPTS_AT_FIRST
  for (;;) {
    const page = await snapshot.attempts(range, after, limit)
    yield* page
    if (page.length < limit) return
    after = page.at(-1)
    const largest = Math.max(1, ...page.map(({ boxes }) => (Array.isArray(boxes) ? boxes.length : 1)))
    limit = Math.min(ATTEMPTS_AT_ONCE, Math.ceil(BOXES_AT_ONCE / largest))
  }
}
