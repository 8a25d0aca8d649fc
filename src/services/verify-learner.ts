/** Checks one learner's attempts on an assignment against the progress that is kept of them. */
import type { AssignmentSnapshot, RecountedAttempt, RecountedProgress } from '../database/recount-snapshot.js'
import { advanceProgress, NO_PROGRESS, type Keep } from '../grading/attempt-policy.js'

export type LearnerCheck = {
  readonly learner: string
  /** Whether the learner counts in summaries: instructors do not. */
  readonly isCounted: boolean
  /** The learner's next attempt, in order of numbers. */
  readonly take: (attempt: RecountedAttempt) => void
  /** After the last attempt: every difference found, for people. */
  readonly finish: () => readonly string[]
}

const KEEPS: readonly Keep[] = ['best', 'last', 'first', 'mean']

/** The check of one learner who has an attempt, and perhaps no progress. */
export function createLearnerCheck(
  policy: Pick<AssignmentSnapshot, 'keep' | 'revision' | 'regrading'>,
  learner: string,
  progress: RecountedProgress | undefined,
): LearnerCheck {
  const differences: string[] = []
  let expected = 1
  let first: RecountedAttempt | undefined
  let last: RecountedAttempt | undefined
  let completedAt: Date | null = null
  let before = NO_PROGRESS
  let state = NO_PROGRESS

  const take = (attempt: RecountedAttempt): void => {
    const { number, earnedMillionths, complete, submittedAt, key } = attempt
    if (number !== expected) differences.push(missing(expected, number - 1))
    expected = number + 1
    first ??= attempt
    last = attempt
    if (complete) completedAt ??= submittedAt
    before = state
    // What is kept of the credits is worked out at the end.
    state = advanceProgress(state, 'best', { earnedMillionths, complete })
    const which = `attempt ${String(number)}`
    if (key === 'missing') differences.push(`${which}: its idempotency key is not stored`)
    if (key === 'elsewhere') differences.push(`${which}: its idempotency key does not lead to it`)
  }

  /** The regrading's, where it had to do with the latest attempt, be it that it could not grade it; else the attempt's. */
  const comparePoints = (row: RecountedProgress, { takenUnder, maxPoints }: RecountedAttempt) => {
    const { regrading } = policy
    const counted =
      regrading !== undefined && takenUnder <= regrading.policyRevision ? regrading.points : maxPoints
    if (row.maxPoints === counted) return
    differences.push(
      `progress: full credit is ${String(row.maxPoints)} points, and ${String(counted)} by the attempts`,
    )
  }

  const compareCredit = (
    row: RecountedProgress,
    { earnedMillionths, complete, policyRevision }: RecountedAttempt,
  ) => {
    const present = policyRevision === policy.revision
    const kept = (present ? KEEPS.filter(keep => keep === policy.keep) : KEEPS).map(
      keep => advanceProgress(before, keep, { earnedMillionths, complete }).creditMillionths,
    )
    if (kept.includes(row.creditMillionths)) return
    const wanted = [...new Set(kept)].map(String).join(' or ')
    differences.push(
      `progress: credit is ${String(row.creditMillionths)} millionths, and ${wanted} by the attempts`,
    )
  }

  const finish = (): readonly string[] => {
    if (first === undefined || last === undefined) return differences
    if (progress === undefined) return [...differences, 'there are attempts, and no progress']
    const compare = (what: string, kept: number | bigint, counted: number): void => {
      if (BigInt(kept) === BigInt(counted)) return
      differences.push(`progress: ${what} is ${String(kept)}, and ${String(counted)} by the attempts`)
    }
    const compareTime = (what: string, kept: Date | null, counted: Date | null): void => {
      if (kept?.getTime() === counted?.getTime()) return
      differences.push(`progress: ${what} is ${timeText(kept)}, and ${timeText(counted)} by the attempts`)
    }
    compare('the number of attempts', progress.attempts, state.attempts)
    compare('the best', progress.bestMillionths, state.bestMillionths)
    compare('the first', progress.firstMillionths, state.firstMillionths)
    compare('the last', progress.lastMillionths, state.lastMillionths)
    compare('the sum', progress.sumMillionths, state.sumMillionths)
    comparePoints(progress, last)
    compareCredit(progress, last)
    compareTime('completed', progress.completedAt, completedAt)
    // A variant is drawn when it is first seen. Of attempts from before that was kept it is when they were submitted.
    const seenAt = first.drawnAt?.getTime() === progress.firstSeenAt?.getTime() ? first.drawnAt : null
    compareTime('first seen', progress.firstSeenAt, seenAt ?? first.submittedAt)
    compareTime('first submitted', progress.firstSubmittedAt, first.submittedAt)
    compareTime('last submitted', progress.lastSubmittedAt, last.submittedAt)
    return differences
  }

  return { learner, isCounted: progress?.role !== 'instructor', take, finish }
}

function missing(from: number, to: number): string {
  return from === to
    ? `attempt ${String(from)} is missing`
    : `attempts ${String(from)} to ${String(to)} are missing`
}

function timeText(time: Date | null): string {
  return time === null ? 'never' : time.toISOString()
}
