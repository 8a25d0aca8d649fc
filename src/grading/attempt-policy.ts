/**
 * What an assignment's policy makes of an attempt: whether it is taken, whether it is late, and what the learner's
 * progress is afterwards (contract §5). Times are milliseconds since 1970, UTC.
 */
import { fromMillionths, meanMillionths, roundPoints } from './credit.js'

export type Keep = 'best' | 'last' | 'first' | 'mean'

export type AttemptPolicy = {
  readonly points: number
  readonly opensAt: number | null
  readonly dueAt: number | null
  readonly closesAt: number | null
  readonly lateCredit: number
  readonly maxAttempts: number | null
  readonly keep: Keep
}

/** Why an attempt is not taken. */
export type AttemptRefusal = 'assignment-not-open' | 'assignment-closed' | 'no-attempts-left'

/** The running summary of one learner's attempts on one assignment, in millionths where it counts credit. */
export type ProgressState = {
  readonly attempts: number
  readonly creditMillionths: number
  readonly bestMillionths: number
  readonly firstMillionths: number
  readonly lastMillionths: number
  readonly sumMillionths: number
  readonly completed: boolean
}

/** Progress as people see it. */
export type ProgressView = {
  readonly attempts: number
  readonly credit: number
  readonly points: number
  readonly remaining: number | null
  readonly completed: boolean
}

export const NO_PROGRESS: ProgressState = {
  attempts: 0,
  creditMillionths: 0,
  bestMillionths: 0,
  firstMillionths: 0,
  lastMillionths: 0,
  sumMillionths: 0,
  completed: false,
}

/** Why an attempt at this time, after so many, is refused; undefined when it is taken. */
export function refuseAttempt(
  policy: AttemptPolicy,
  time: number,
  attempts: number,
): AttemptRefusal | undefined {
  if (policy.opensAt !== null && time < policy.opensAt) return 'assignment-not-open'
  if (policy.closesAt !== null && time >= policy.closesAt) return 'assignment-closed'
  if (policy.maxAttempts !== null && attempts >= policy.maxAttempts) return 'no-attempts-left'
  return undefined
}

/** Whether an attempt at this time is after dueAt. */
export function isLate(policy: AttemptPolicy, time: number): boolean {
  return policy.dueAt !== null && time > policy.dueAt
}

/** The progress after one more attempt that earned so many millionths. */
export function advanceProgress(
  before: ProgressState,
  keep: Keep,
  attempt: { readonly earnedMillionths: number; readonly complete: boolean },
): ProgressState {
  const earned = attempt.earnedMillionths
  const attempts = before.attempts + 1
  const after = {
    attempts,
    bestMillionths: Math.max(before.bestMillionths, earned),
    firstMillionths: before.attempts === 0 ? earned : before.firstMillionths,
    lastMillionths: earned,
    sumMillionths: before.sumMillionths + earned,
    completed: before.completed || attempt.complete,
  }
  return { ...after, creditMillionths: keptMillionths(after, keep) }
}

function keptMillionths(state: Omit<ProgressState, 'creditMillionths'>, keep: Keep): number {
  switch (keep) {
    case 'best':
      return state.bestMillionths
    case 'first':
      return state.firstMillionths
    case 'last':
      return state.lastMillionths
    case 'mean':
      return meanMillionths(state.sumMillionths, state.attempts)
  }
}

/** Progress as it is shown, under the policy's points and attempts. */
export function viewProgress(
  state: Pick<ProgressState, 'attempts' | 'creditMillionths' | 'completed'>,
  policy: Pick<AttemptPolicy, 'points' | 'maxAttempts'>,
): ProgressView {
  const credit = fromMillionths(state.creditMillionths)
  return {
    attempts: state.attempts,
    credit,
    points: roundPoints(credit * policy.points),
    remaining: policy.maxAttempts === null ? null : Math.max(0, policy.maxAttempts - state.attempts),
    completed: state.completed,
  }
}
