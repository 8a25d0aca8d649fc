/**
 * The main job: one submission of answers → a graded attempt that is stored, numbered and counted.
 *
 * The order of decisions is part of the contract: an idempotency key is looked up before dates, limits, variant and
 * policy; every answer is read before any is graded; what counts against a limit, and which attempt a variant is for, is
 * decided again under the lock of the learner's progress.
 */
import type { AttemptAnswer, AttemptBody } from '../contracts/attempt.js'
import type { StoredAssignment } from '../database/assignments.js'
import type { AttemptDecision, AttemptDraft, AttemptWriter, ProgressRow } from '../database/attempt-writer.js'
import type { AttemptRepository } from '../database/attempts.js'
import { learnerErased, Refusal } from '../errors.js'
import {
  advanceProgress,
  disclosureUnder,
  hidesVerdicts,
  isLate,
  refuseAttempt,
  variantNumber,
  viewProgress,
  type AttemptRefusal,
} from '../grading/attempt-policy.js'
import { earnedMillionths } from '../grading/credit.js'
import type { Grade } from '../grading/grade.js'
import { findAssignment, learnerPolicy, type AssignmentPolicy } from './assignments.js'
import { memberHash } from './courses.js'
import { createExpectedValues } from './expected-values.js'
import { nothingExpected, viewForLearner } from './feedback-view.js'
import { gradeOrRefuse } from './grade-answers.js'
import { underPresentPolicy } from './policy-changes.js'
import type { Principal } from './principal.js'
import { fingerprint, replay, type Idempotency } from './replay-attempt.js'
import { answeredVariant, keyOfVariant, staleVariant, type VariantServices } from './variant-store.js'

export type SubmissionServices = VariantServices & {
  readonly attempts: AttemptRepository
  readonly writer: AttemptWriter
}

export type Submission = {
  readonly course: string
  readonly assignment: string
  readonly body: AttemptBody
  /** Checked to be 1 to 255 visible ASCII characters. */
  readonly idempotencyKey: string | undefined
  /** The server's clock at receipt, in milliseconds. */
  readonly receivedAt: number
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

/** Grades and stores a submission. Resolves once it is committed; whatever is refused leaves no trace. */
export async function submitAttempt(
  services: SubmissionServices,
  principal: Principal,
  submission: Submission,
): Promise<SubmissionResult> {
  return underPresentPolicy(() => submitUnderPolicy(services, principal, submission))
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
    const attempt = await takeAttempt(services, { courseId, assignment, submission, idempotency })
    if (attempt === 'policy-changed') return attempt
    if (attempt !== 'key-taken') return { attempt, replayed: false }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    refusal = error
  }
  // The same request may have been stored since we looked, and be itself what used the last attempt or the variant.
  const winner = await findReplay()
  if (winner !== undefined) return { attempt: winner, replayed: true }
  throw refusal ?? new Error('an idempotency key was taken and then cannot be found')
}

/** A submission that is no replay, or that another request came between: with its idempotency key, or a new policy. */
async function takeAttempt(
  services: SubmissionServices,
  taken: {
    readonly courseId: string
    readonly assignment: StoredAssignment
    readonly submission: Submission
    readonly idempotency: Idempotency | undefined
  },
): Promise<AttemptAnswer | 'key-taken' | 'policy-changed'> {
  const { courseId, assignment, idempotency, submission } = taken
  const { body, receivedAt } = submission
  const { learner } = body
  const policy = await learnerPolicy(services, courseId, assignment, learner)
  // Without a limit or a variant of their own, attempts need not be counted before the lock.
  const counted = policy.maxAttempts !== null || policy.variants === 'per-attempt'
  const attempts = counted ? await services.progress.attemptsOf(courseId, assignment.id, learner) : 0
  const early = refuseAttempt(policy, receivedAt, attempts)
  if (early !== undefined) throw refusalOf(early)
  const variant = await answeredVariant(services, { courseId, assignment, learner, attempts }, body.variant)

  const { published } = await services.library.pinned(assignment.graphId, assignment.graphVersion)
  const answers = new Map(Object.entries(body.answers))
  const grade = gradeOrRefuse(keyOfVariant(published, variant, policy), answers, {
    unreadable: 'refuse',
    evenWork: hidesVerdicts(policy.feedback),
  })
  const late = isLate(policy, receivedAt)
  const factor = late ? policy.lateCredit : 1
  const draft: AttemptDraft = {
    courseId,
    assignmentId: assignment.id,
    id: services.effects.newId(),
    learner,
    learnerHash: memberHash(courseId, learner),
    credit: grade.credit,
    earnedMillionths: earnedMillionths(grade.credit, factor),
    late,
    points: grade.credit * factor * policy.points,
    maxPoints: policy.points,
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
  const outcome = await services.writer.write(draft, before =>
    decide(policy, { receivedAt, attempts }, draft, grade, before),
  )
  switch (outcome.kind) {
    case 'stored': {
      // What was committed is answered as it was written: nothing after the commit can fail.
      const stored = { ...unnumbered, number: outcome.number, progress: outcome.shown }
      return viewForLearner(stored, disclosure, expected)
    }
    case 'refused':
      throw refusalOf(outcome.refusal)
    case 'learner-erased':
      throw learnerErased()
    case 'key-taken':
    case 'policy-changed':
      return outcome.kind
  }
}

function refusalOf(refused: AttemptRefusal | 'stale-variant'): Refusal {
  return refused === 'stale-variant' ? staleVariant() : new Refusal(refused, REFUSALS[refused])
}

/**
 * Decided under the lock of the progress row: is there an attempt left, is the variant still the one of the next
 * attempt, and what is the progress with this one?
 */
function decide(
  policy: AssignmentPolicy,
  seen: { readonly receivedAt: number; readonly attempts: number },
  draft: AttemptDraft,
  grade: Grade,
  before: ProgressRow,
): AttemptDecision<AttemptRefusal | 'stale-variant'> {
  const refusal = refuseAttempt(policy, seen.receivedAt, before.attempts)
  if (refusal !== undefined) return { kind: 'refused', refusal }
  const { variants } = policy
  if (variantNumber(variants, before.attempts) !== variantNumber(variants, seen.attempts)) {
    return { kind: 'refused', refusal: 'stale-variant' }
  }
  const { earnedMillionths: earned } = draft
  const after = advanceProgress(before, policy.keep, { earnedMillionths: earned, complete: grade.complete })
  return { kind: 'taken', after, shown: viewProgress(after, policy) }
}
