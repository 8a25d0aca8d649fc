/**
 * The main job: one submission of answers → a graded attempt that is stored, numbered and counted.
 *
 * The order of decisions is part of the contract: an idempotency key is looked up before dates, limits and policy;
 * every answer is read before any is graded; what counts against a limit is decided under the lock of the learner's
 * progress.
 */
import type { AttemptBody, AttemptView } from '../contracts/attempt.js'
import type { AttemptDecision, AttemptDraft, AttemptWriter, ProgressRow } from '../database/attempt-writer.js'
import type { AttemptRepository } from '../database/attempts.js'
import type { StoredAssignment } from '../database/assignments.js'
import { Refusal } from '../errors.js'
import type { AnswerKey } from '../grading/answer-key.js'
import {
  advanceProgress,
  isLate,
  refuseAttempt,
  viewProgress,
  type AttemptPolicy,
  type AttemptRefusal,
} from '../grading/attempt-policy.js'
import { earnedMillionths } from '../grading/credit.js'
import { gradeReadings, type Answers, type Grade } from '../grading/grade.js'
import { answerKeyOf } from '../grading/published-graph.js'
import { findAssignment, policyOf, type AssignmentServices } from './assignments.js'
import { viewAttempt } from './attempts.js'
import { canonicalJson } from './canonical-json.js'
import { memberHash } from './courses.js'
import { sha256 } from './hash.js'
import type { Principal } from './principal.js'
import { readOrRefuse } from './read-answers.js'
import { FIXED_VARIANT, learnerErased } from './read-variant.js'
import { viewRemark } from './views.js'

export type SubmissionServices = AssignmentServices & {
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
  readonly attempt: AttemptView
  /** The idempotency key had stored this attempt before. */
  readonly replayed: boolean
}

type Idempotency = {
  readonly keyHash: Uint8Array<ArrayBuffer>
  readonly fingerprint: Uint8Array<ArrayBuffer>
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
  const { body, receivedAt } = submission
  const { courseId, assignment } = await findAssignment(
    services,
    principal,
    submission.course,
    submission.assignment,
  )
  const idempotency = fingerprint(assignment, submission)
  const replayed = await replay(services, courseId, idempotency)
  if (replayed !== undefined) return { attempt: replayed, replayed: true }

  if (body.variant !== undefined && body.variant !== FIXED_VARIANT) {
    const message = 'The answers are for a variant that is not the current one; read the variant again.'
    throw new Refusal('stale-variant', message)
  }
  const policy = policyOf(assignment)
  const early = refuseAttempt(policy, receivedAt, 0)
  if (early !== undefined) throw new Refusal(early, REFUSALS[early])

  const { published } = await services.library.pinned(assignment.graphId, assignment.graphVersion)
  const answers = new Map(Object.entries(body.answers))
  const grade = gradeOrRefuse(answerKeyOf(published, policy), answers)
  const late = isLate(policy, receivedAt)
  const factor = late ? policy.lateCredit : 1
  const draft: AttemptDraft = {
    courseId,
    assignmentId: assignment.id,
    id: services.effects.newId(),
    learner: body.learner,
    learnerHash: memberHash(courseId, body.learner),
    credit: grade.credit,
    earnedMillionths: earnedMillionths(grade.credit, factor),
    late,
    points: grade.credit * factor * policy.points,
    maxPoints: policy.points,
    graphId: assignment.graphId,
    graphVersion: assignment.graphVersion,
    variant: undefined,
    feedback: assignment.feedback,
    reveal: assignment.reveal,
    policyRevision: assignment.revision,
    submittedAt: new Date(receivedAt),
    answers: body.answers,
    boxes: grade.boxes,
    idempotency,
  }
  const outcome = await services.writer.write(draft, before =>
    decide(policy, receivedAt, draft, grade, before),
  )
  switch (outcome.kind) {
    case 'stored':
      // What was committed is answered as it was written: nothing after the commit can fail.
      return {
        attempt: viewAttempt({
          ...draft,
          variant: null,
          inputs: null,
          number: outcome.number,
          progress: outcome.shown,
        }),
        replayed: false,
      }
    case 'refused':
      throw new Refusal(outcome.refusal, REFUSALS[outcome.refusal])
    case 'learner-erased':
      throw learnerErased()
    case 'key-taken': {
      const winner = await replay(services, courseId, idempotency)
      if (winner === undefined) throw new Error('an idempotency key was taken and then cannot be found')
      return { attempt: winner, replayed: true }
    }
  }
}

/** What makes two requests the same: operation, assignment, learner and canonical body. */
function fingerprint(
  assignment: StoredAssignment,
  { idempotencyKey, body }: Submission,
): Idempotency | undefined {
  if (idempotencyKey === undefined) return undefined
  return {
    keyHash: sha256('idempotency-key', idempotencyKey),
    fingerprint: sha256('submit-attempt', assignment.id, body.learner, canonicalJson(body)),
  }
}

/** The attempt that this key stored, undefined for a new key. Refuses a key that stood for another request. */
async function replay(
  { attempts }: SubmissionServices,
  courseId: string,
  idempotency: Idempotency | undefined,
): Promise<AttemptView | undefined> {
  if (idempotency === undefined) return undefined
  const known = await attempts.findIdempotencyKey(courseId, idempotency.keyHash)
  if (known === undefined) return undefined
  if (known.fingerprint === null || known.attemptId === null) throw learnerErased()
  if (Buffer.compare(known.fingerprint, idempotency.fingerprint) !== 0) {
    throw new Refusal(
      'idempotency-key-reused',
      'This Idempotency-Key stood for another request; choose a new one.',
    )
  }
  const stored = await attempts.find(courseId, known.attemptId)
  if (stored === undefined) throw learnerErased() // Between the two reads.
  return viewAttempt(stored)
}

function gradeOrRefuse(key: AnswerKey, answers: Answers): Grade {
  const readings = readOrRefuse(key, answers)
  const unreadable = [...readings].flatMap(([id, reading]) =>
    reading.kind === 'unreadable' ? [viewRemark({ ...reading, path: ['answers', id] })] : [],
  )
  if (unreadable.length > 0) {
    const detail = 'Some answers cannot be read; nothing was graded and no attempt was used.'
    throw new Refusal('unreadable-answer', detail, unreadable)
  }
  return gradeReadings(key, readings)
}

/** Decided under the lock of the progress row: is there an attempt left, and what is the progress with this one? */
function decide(
  policy: AttemptPolicy,
  receivedAt: number,
  draft: AttemptDraft,
  grade: Grade,
  before: ProgressRow,
): AttemptDecision<AttemptRefusal> {
  const refusal = refuseAttempt(policy, receivedAt, before.attempts)
  if (refusal !== undefined) return { kind: 'refused', refusal }
  const { earnedMillionths: earned } = draft
  const after = advanceProgress(before, policy.keep, { earnedMillionths: earned, complete: grade.complete })
  return { kind: 'taken', after, shown: viewProgress(after, policy) }
}
