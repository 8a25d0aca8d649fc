/**
 * Who needs help, and why: rules over a learner's progress on the assignments of a course. Times are milliseconds since
 * 1970, UTC.
 */
import { isClosed, refuseAttempt, type AttemptPolicy } from './attempt-policy.js'
import { fromMillionths } from './credit.js'

/**
 * A learner who has tried so often at least, has so much of the credit at most, and has not completed it, is struggling with an
 * assignment; with several, where that is so of their means over those that were begun.
 */
export const STRUGGLING_ATTEMPTS = 3
export const STRUGGLING_MILLIONTHS = 500_000

const DAY = 24 * 3_600_000

/** Who has begun nothing so long before it is due, or later, has not started. */
const DUE_SOON = 3 * DAY

/** Who has submitted nothing for so long is inactive. */
export const INACTIVE_AFTER = 7 * DAY

/** An assignment as it is for one learner: the policy with the learner's override, and how far they are. */
export type LearnerPlace = {
  /** The assignment's key. */
  readonly assignment: string
  readonly policy: AttemptPolicy
  /** Undefined: not begun. */
  readonly progress:
    | {
        readonly attempts: number
        readonly creditMillionths: number
        readonly completed: boolean
        readonly lastSubmittedAt: number | null
      }
    | undefined
}

/** Why a learner needs help; the assignment is null where the reason is of the whole course. */
export type HelpReason = {
  readonly code: 'struggling' | 'not-started' | 'inactive'
  readonly assignment: string | null
  readonly attempts: number
  /** In 0..1: on the assignment, or the mean over all. */
  readonly credit: number
  readonly lastSubmittedAt: number | null
}

/** The most pressing first: who tries and fails, then who has not begun, then who has stopped. */
const CODES: readonly HelpReason['code'][] = ['struggling', 'not-started', 'inactive']

/** All reasons why a learner needs help at this time, given every assignment of the course; the most pressing first. */
export function helpReasons(places: readonly LearnerPlace[], now: number): HelpReason[] {
  const reasons = places.flatMap(place => assignmentReason(place, now) ?? [])
  const inactive = inactivity(places, now)
  if (inactive !== undefined) reasons.push(inactive)
  return reasons.sort((one, other) => CODES.indexOf(one.code) - CODES.indexOf(other.code))
}

function assignmentReason(
  { assignment, policy, progress }: LearnerPlace,
  now: number,
): HelpReason | undefined {
  if (!isOpen(policy, now)) return undefined
  if (progress === undefined) {
    if (policy.dueAt === null || policy.dueAt - now > DUE_SOON) return undefined
    return { code: 'not-started', assignment, attempts: 0, credit: 0, lastSubmittedAt: null }
  }
  const { attempts, creditMillionths, completed, lastSubmittedAt } = progress
  // Late work may be complete and still have little credit.
  if (completed || attempts < STRUGGLING_ATTEMPTS || creditMillionths > STRUGGLING_MILLIONTHS)
    return undefined
  return {
    code: 'struggling',
    assignment,
    attempts,
    credit: fromMillionths(creditMillionths),
    lastSubmittedAt,
  }
}

function isOpen(policy: AttemptPolicy, now: number): boolean {
  return (policy.opensAt === null || now >= policy.opensAt) && !isClosed(policy, now)
}

function inactivity(places: readonly LearnerPlace[], now: number): HelpReason | undefined {
  let [attempts, millionths] = [0, 0]
  let lastSubmittedAt: number | null = null
  let couldGoOn = false
  for (const { policy, progress } of places) {
    attempts += progress?.attempts ?? 0
    millionths += progress?.creditMillionths ?? 0
    const submittedAt = progress?.lastSubmittedAt ?? null
    if (submittedAt !== null) lastSubmittedAt = Math.max(lastSubmittedAt ?? submittedAt, submittedAt)
    if (progress?.completed !== true && refuseAttempt(policy, now, progress?.attempts ?? 0) === undefined) {
      couldGoOn = true
    }
  }
  if (!couldGoOn || lastSubmittedAt === null || now - lastSubmittedAt < INACTIVE_AFTER) return undefined
  const credit = fromMillionths(millionths / places.length)
  return { code: 'inactive', assignment: null, attempts, credit, lastSubmittedAt }
}

/**
 * Orders learners by how pressing their reasons are: by the most pressing code, then by how many reasons they have; equal
 * ones stay as they are. Those without a reason are left out.
 */
export function byNeed<Learner extends { readonly reasons: readonly HelpReason[] }>(
  learners: readonly Learner[],
): Learner[] {
  const urgency = ({ reasons: [first] }: Learner) => (first === undefined ? -1 : CODES.indexOf(first.code))
  return learners
    .filter(learner => learner.reasons.length > 0)
    .sort((one, other) => urgency(one) - urgency(other) || other.reasons.length - one.reasons.length)
}
