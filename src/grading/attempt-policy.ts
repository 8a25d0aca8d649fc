/**
 * What an assignment's policy makes of an attempt: whether it is taken, whether it is late, what the learner's progress
 * is afterwards, and what the learner may see of it (contract §5). Times are milliseconds since 1970, UTC.
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

/** How much the learner's system sees of a result: everything, statuses and credits, credit alone, or that it is there. */
export type FeedbackLevel = 'full' | 'verdicts' | 'score' | 'none'

/** When right values are shown. */
export type Reveal = 'never' | 'when-correct' | 'after-close'

/** Whose inputs are asked: the graph's own, one set a learner, or one an attempt. */
export type Variants = 'fixed' | 'per-learner' | 'per-attempt'

/** What holds for one learner in the place of the policy; null: the policy's. */
export type AttemptOverride = {
  readonly dueAt: number | null
  readonly closesAt: number | null
  /** On top of the policy's maxAttempts. */
  readonly extraAttempts: number
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

/** The policy as it holds for one learner: an override wins wherever it says something. */
export function effectivePolicy<Policy extends Pick<AttemptPolicy, 'dueAt' | 'closesAt' | 'maxAttempts'>>(
  policy: Policy,
  override: AttemptOverride | undefined,
): Policy {
  if (override === undefined) return policy
  return {
    ...policy,
    dueAt: override.dueAt ?? policy.dueAt,
    closesAt: override.closesAt ?? policy.closesAt,
    maxAttempts: policy.maxAttempts === null ? null : policy.maxAttempts + override.extraAttempts,
  }
}

/** Why an attempt at this time, after so many, is refused; undefined when it is taken. */
export function refuseAttempt(
  policy: AttemptPolicy,
  time: number,
  attempts: number,
): AttemptRefusal | undefined {
  if (policy.opensAt !== null && time < policy.opensAt) return 'assignment-not-open'
  if (isClosed(policy, time)) return 'assignment-closed'
  if (policy.maxAttempts !== null && attempts >= policy.maxAttempts) return 'no-attempts-left'
  return undefined
}

/** Whether no attempt is taken any more. */
export function isClosed(policy: Pick<AttemptPolicy, 'closesAt'>, time: number): boolean {
  return policy.closesAt !== null && time >= policy.closesAt
}

/**
 * Which variant the next attempt answers, after so many: 0 where one is for all attempts, else the attempt's number.
 * Undefined while variants are fixed.
 */
export function variantNumber(variants: Variants, attempts: number): number | undefined {
  switch (variants) {
    case 'fixed':
      return undefined
    case 'per-learner':
      return 0
    case 'per-attempt':
      return attempts + 1
  }
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

/** What a learner's system may see of an attempt. */
export type Disclosure = {
  readonly feedback: FeedbackLevel
  /** Whether a box's right value is shown, by whether the learner had it right. */
  readonly reveals: (correct: boolean) => boolean
}

const STRICTEST_LAST: readonly FeedbackLevel[] = ['full', 'verdicts', 'score', 'none']

/**
 * What may be seen under all of these policies at once: the strictest level of feedback, and a right value only where
 * each of them shows it. `closed` says whether the assignment has closed for this learner. Without boxes there is
 * nothing to reveal.
 */
export function disclosureUnder(
  policies: readonly { readonly feedback: FeedbackLevel; readonly reveal: Reveal }[],
  closed: boolean,
): Disclosure {
  const strictness = Math.max(...policies.map(({ feedback }) => STRICTEST_LAST.indexOf(feedback)))
  const feedback = STRICTEST_LAST[strictness] ?? 'none'
  const shows = (reveal: Reveal, correct: boolean): boolean =>
    reveal === 'when-correct' ? correct : reveal === 'after-close' && closed
  return {
    feedback,
    reveals: correct => !hidesVerdicts(feedback) && policies.every(({ reveal }) => shows(reveal, correct)),
  }
}

/** Whether grading must take the same work whatever is right: where the learner sees no verdict. */
export function hidesVerdicts(feedback: FeedbackLevel): boolean {
  return feedback === 'score' || feedback === 'none'
}
