/**
 * The main job: one submission of answers → a graded attempt that is stored, numbered and counted.
 *
 * Most submissions are new ones, under a policy that this process knows, and nothing is wrong with them. Such a one is
 * graded at once and written: the commit itself finds out whether its idempotency key is new, its policy the present one,
 * and an attempt left. Whatever comes to anything else is decided anew from what is stored, in the order that the contract
 * gives: an idempotency key is looked up before dates, limits, variant and policy; every answer is read before any is
 * graded; what counts against a limit, and which attempt a variant is for, is decided again under the learner's lock.
 */
import type { AttemptAnswer, AttemptBody } from '../contracts/attempt.js'
import type { StoredAssignment } from '../database/assignments.js'
import type { AttemptDecision, AttemptDraft, LearnerBefore } from '../database/attempt-flush.js'
import type { AttemptWriter } from '../database/attempt-writer.js'
import type { AttemptRepository } from '../database/attempts.js'
import { learnerErased, Refusal } from '../errors.js'
import {
  advanceProgress,
  disclosureUnder,
  effectivePolicy,
  hidesVerdicts,
  isLate,
  NO_PROGRESS,
  refuseAttempt,
  variantNumber,
  viewProgress,
  type AttemptRefusal,
} from '../grading/attempt-policy.js'
import { earnedMillionths } from '../grading/credit.js'
import type { Grade } from '../grading/grade.js'
import type { AssignmentCache } from './assignment-cache.js'
import { findAssignment, learnerPolicy, overrideOf, policyOf, type AssignmentPolicy } from './assignments.js'
import { createExpectedValues } from './expected-values.js'
import { nothingExpected, viewForLearner } from './feedback-view.js'
import { gradeOrRefuse } from './grade-answers.js'
import { underPresentPolicy } from './policy-changes.js'
import type { Principal } from './principal.js'
import { fingerprint, replay, type Idempotency } from './replay-attempt.js'
import type { Turn } from './turns.js'
import { answeredVariant, keyOfVariant, staleVariant, type VariantServices } from './variant-store.js'

export type SubmissionServices = VariantServices & {
  readonly attempts: AttemptRepository
  readonly writer: AttemptWriter
  readonly assignmentCache: AssignmentCache
  /** Resolves when the requests that have arrived by now were read. */
  readonly turn: Turn
}

export type Submission = {
  readonly course: string
  readonly assignment: string
  readonly body: AttemptBody
  /** Checked to be 1 to 255 visible ASCII characters; of a learner's session (learner-sessions.ts) it begins with more. */
  readonly idempotencyKey: string | undefined
  /** The server's clock at receipt, in milliseconds. */
  readonly receivedAt: number
  /** Of the request's body. */
  readonly bytes: number
}

export type SubmissionResult = {
  readonly attempt: AttemptAnswer
  /** The idempotency key had stored this attempt before. */
  readonly replayed: boolean
}

const REFUSALS: Record<AttemptRefusal, string> = {
  'assignment-not-open': 'This assignment does not take answers yet.',
  'assignment-closed': 'This assignment no longer takes answers.',
  'no-attempts-left': 'All attempts on this assignment are used.',
}

/** After so many seconds a submission that found the queue full may be tried again. */
const BUSY_SECONDS = 2

/** Grades and stores a submission. Resolves once it is committed; whatever is refused leaves no trace. */
export async function submitAttempt(
  services: SubmissionServices,
  principal: Principal,
  submission: Submission,
): Promise<SubmissionResult> {
  const attempt = await submitAtOnce(services, principal, submission)
  if (attempt !== undefined) return { attempt, replayed: false }
  return underPresentPolicy(() => submitUnderPolicy(services, principal, submission))
}

/** A submission that nothing is in the way of; undefined where there is, or may be, and nothing was stored. */
async function submitAtOnce(
  services: SubmissionServices,
  principal: Principal,
  submission: Submission,
): Promise<AttemptAnswer | undefined> {
  const { course, assignment: key, body, receivedAt } = submission
  const { learner } = body
  const known = await services.assignmentCache.find(principal, course, key)
  if (known === undefined) return undefined
  const { courseId, assignment, policy } = known
  if (refuseAttempt(policy, receivedAt, 0) !== undefined) return undefined
  try {
    const attempts =
      policy.variants === 'per-attempt'
        ? await services.progress.attemptsOf(courseId, assignment.id, learner)
        : 0
    const taken = { ...known, submission, attempts, idempotency: fingerprint(assignment, submission) }
    const written = await takeAttempt(services, taken)
    if (typeof written === 'object') return written
    if (written === 'policy-changed') services.assignmentCache.drop(principal, course, key)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code === 'unavailable') throw error
  }
  return undefined
}

/** Under the policy as it is now; `policy-changed` where it is another by the time of the commit: nothing is stored. */
async function submitUnderPolicy(
  services: SubmissionServices,
  principal: Principal,
  submission: Submission,
): Promise<SubmissionResult | 'policy-changed'> {
  const { course, assignment: key, receivedAt } = submission
  const { courseId, assignment } = await findAssignment(services, principal, course, key)
  const idempotency = fingerprint(assignment, submission)
  const findReplay = () => replay(services, { courseId, assignment, idempotency, time: receivedAt })
  const known = await findReplay()
  if (known !== undefined) return { attempt: known, replayed: true }
  let refusal: Refusal | undefined
  try {
    const policy = policyOf(assignment)
    const attempts = await refuseEarly(services, courseId, assignment, submission)
    const taken = { courseId, assignment, policy, submission, attempts, idempotency }
    const attempt = await takeAttempt(services, taken)
    if (attempt === 'policy-changed') return attempt
    if (attempt !== 'key-taken') return { attempt, replayed: false }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    refusal = error
  }
  // The same request may have been stored since we looked, and be itself what used the last attempt or the variant.
  const winner = await findReplay()
  if (winner !== undefined) return { attempt: winner, replayed: true }
  // Else whoever had the key was refused, and it is free again.
  if (refusal === undefined) return 'policy-changed'
  throw refusal
}

/** Refuses what the policy takes no more; answers how many attempts there were, where that is limited or asked about. */
async function refuseEarly(
  services: SubmissionServices,
  courseId: string,
  assignment: StoredAssignment,
  { body: { learner }, receivedAt }: Submission,
): Promise<number> {
  const policy = await learnerPolicy(services, courseId, assignment, learner)
  const counted = policy.maxAttempts !== null || policy.variants === 'per-attempt'
  const attempts = counted ? await services.progress.attemptsOf(courseId, assignment.id, learner) : 0
  const early = refuseAttempt(policy, receivedAt, attempts)
  if (early !== undefined) throw refusalOf(early)
  return attempts
}

/** A submission that is graded and written, unless another request with its key or a new policy comes between. */
async function takeAttempt(
  services: SubmissionServices,
  taken: {
    readonly courseId: string
    readonly assignment: StoredAssignment
    readonly policy: AssignmentPolicy
    readonly submission: Submission
    /** As far as the variant depends on it. */
    readonly attempts: number
    readonly idempotency: Idempotency | undefined
  },
): Promise<AttemptAnswer | 'key-taken' | 'policy-changed'> {
  const { courseId, assignment, policy, idempotency, submission, attempts } = taken
  const { body, receivedAt } = submission
  const { learner } = body
  const asked = { courseId, assignment, learner, attempts }
  const variant =
    policy.variants === 'fixed' && body.variant === undefined
      ? undefined
      : await answeredVariant(services, asked, body.variant)

  const { published } = await services.library.pinned(assignment.graphId, assignment.graphVersion)
  await services.turn()
  const answers = new Map(Object.entries(body.answers))
  const grade = gradeOrRefuse(keyOfVariant(published, variant, policy), answers, {
    unreadable: 'refuse',
    evenWork: hidesVerdicts(policy.feedback),
  })
  const draft: AttemptDraft = {
    courseId,
    assignmentId: assignment.id,
    id: services.effects.newId(),
    learner,
    credit: grade.credit,
    graphId: assignment.graphId,
    graphVersion: assignment.graphVersion,
    variant,
    feedback: policy.feedback,
    reveal: policy.reveal,
    policyRevision: assignment.revision,
    submittedAt: new Date(receivedAt),
    answers: body.answers,
    boxes: grade.boxes,
    idempotency,
  }
  const unnumbered = { ...draft, variant: variant?.token ?? null, inputs: variant?.inputs ?? null }
  // What is taken is taken before the close.
  const disclosure = disclosureUnder([policy], false)
  const expected = disclosure.reveals(true)
    ? await createExpectedValues(services.library)(unnumbered)
    : nothingExpected
  const outcome = await services.writer.write(
    draft,
    before => decide(policy, { receivedAt, attempts }, grade, before),
    submission.bytes + sizeOf(grade),
  )
  switch (outcome.kind) {
    case 'stored': {
      const { number, late, points, maxPoints, shown } = outcome
      // What was committed is answered as it was written: nothing after the commit can fail.
      const stored = { ...unnumbered, number, late, points, maxPoints, progress: shown }
      return viewForLearner(stored, disclosure, expected)
    }
    case 'refused':
      throw refusalOf(outcome.refusal)
    case 'learner-erased':
      throw learnerErased()
    case 'busy':
      throw new Refusal('unavailable', 'More is submitted than can be stored right now.', [], BUSY_SECONDS)
    case 'key-taken':
    case 'policy-changed':
      return outcome.kind
  }
}

/** About how many characters a grade takes: a box, each of its entries, and each remark. */
function sizeOf({ boxes }: Grade): number {
  return boxes.reduce(
    (sum, { entries = [], feedback }) => sum + 80 + 40 * entries.flat().length + 250 * feedback.length,
    0,
  )
}

/** What is said where an attempt is not taken. */
export function refusalOf(refused: AttemptRefusal | 'stale-variant'): Refusal {
  return refused === 'stale-variant' ? staleVariant() : new Refusal(refused, REFUSALS[refused])
}

/**
 * Decided under the lock of the learner: what the policy is for them, whether there is an attempt left, whether the variant
 * is still the one of the next attempt, whether it is late, and what the progress is with this one.
 */
function decide(
  base: AssignmentPolicy,
  seen: { readonly receivedAt: number; readonly attempts: number },
  grade: Grade,
  { progress: before = NO_PROGRESS, override }: LearnerBefore,
): AttemptDecision<AttemptRefusal | 'stale-variant'> {
  const policy = effectivePolicy(base, overrideOf(override))
  const refusal = refuseAttempt(policy, seen.receivedAt, before.attempts)
  if (refusal !== undefined) return { kind: 'refused', refusal }
  const { variants } = policy
  if (variantNumber(variants, before.attempts) !== variantNumber(variants, seen.attempts)) {
    return { kind: 'refused', refusal: 'stale-variant' }
  }
  const late = isLate(policy, seen.receivedAt)
  const factor = late ? policy.lateCredit : 1
  const earned = earnedMillionths(grade.credit, factor)
  const after = advanceProgress(before, policy.keep, { earnedMillionths: earned, complete: grade.complete })
  return {
    kind: 'taken',
    earnedMillionths: earned,
    late,
    points: grade.credit * factor * policy.points,
    maxPoints: policy.points,
    after,
    shown: viewProgress(after, policy),
  }
}
