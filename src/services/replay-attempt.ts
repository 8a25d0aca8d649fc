/** Idempotency: the same request again answers the attempt that it stored, and stores nothing. */
import type { AttemptAnswer } from '../contracts/attempt.js'
import type { StoredAssignment } from '../database/assignments.js'
import type { StoredAttempt } from '../database/attempts.js'
import { learnerErased, Refusal } from '../errors.js'
import { disclosureUnder, isClosed, type FeedbackLevel, type Reveal } from '../grading/attempt-policy.js'
import { learnerPolicy, type AssignmentPolicy } from './assignments.js'
import { canonicalJson } from './canonical-json.js'
import { createExpectedValues } from './expected-values.js'
import { nothingExpected, viewForLearner } from './feedback-view.js'
import type { GraphLibrary } from './graph-library.js'
import { sha256Hex } from './hash.js'
import type { Submission, SubmissionServices } from './submit-attempt.js'

/** What a request is known by: two hashes, in hexadecimal. */
export type Idempotency = { readonly keyHash: string; readonly fingerprint: string }

/** What makes two requests the same: operation, assignment, learner and canonical body. Undefined without a key. */
export function fingerprint(
  assignment: StoredAssignment,
  { idempotencyKey, body }: Submission,
): Idempotency | undefined {
  if (idempotencyKey === undefined) return undefined
  return {
    keyHash: sha256Hex('idempotency-key', idempotencyKey),
    fingerprint: sha256Hex('submit-attempt', assignment.id, body.learner, canonicalJson(body)),
  }
}

/**
 * The attempt that this key stored, as far as the policies of then and of now both let its learner's system see it;
 * undefined for a new key. Refuses a key that stood for another request.
 */
export async function replay(
  services: SubmissionServices,
  {
    courseId,
    assignment,
    idempotency,
    time,
  }: {
    readonly courseId: string
    readonly assignment: StoredAssignment
    readonly idempotency: Idempotency | undefined
    /** Of the replay: what is revealed after the close depends on it. */
    readonly time: number
  },
): Promise<AttemptAnswer | undefined> {
  if (idempotency === undefined) return undefined
  const { attempts } = services
  const known = await attempts.findIdempotencyKey(courseId, Buffer.from(idempotency.keyHash, 'hex'))
  if (known === undefined) return undefined
  if (known.fingerprint === null || known.attemptId === null) throw learnerErased()
  if (Buffer.from(known.fingerprint).toString('hex') !== idempotency.fingerprint) {
    throw new Refusal(
      'idempotency-key-reused',
      'This Idempotency-Key stood for another request; choose a new one.',
    )
  }
  const stored = await attempts.findOriginal(courseId, known.attemptId)
  if (stored === undefined) throw learnerErased() // Between the two reads.
  return viewReplay(services, courseId, assignment, stored, time)
}

async function viewReplay(
  services: SubmissionServices,
  courseId: string,
  assignment: StoredAssignment,
  stored: StoredAttempt,
  time: number,
): Promise<AttemptAnswer> {
  const policy = await learnerPolicy(services, courseId, assignment, stored.learner)
  return viewForLearnerAt(services.library, stored, policy, time)
}

/**
 * A stored attempt as far as the policies of then and of now both let its learner's system see it; `now` is the one that
 * holds for this learner at this time.
 */
export async function viewForLearnerAt(
  library: GraphLibrary,
  stored: StoredAttempt,
  now: AssignmentPolicy,
  time: number,
): Promise<AttemptAnswer> {
  const then = {
    // Checks in the database hold these two to their types.
    feedback: stored.feedback as FeedbackLevel,
    reveal: stored.reveal as Reveal,
  }
  const disclosure = disclosureUnder([then, now], isClosed(now, time))
  const expected = disclosure.reveals(true) ? await createExpectedValues(library)(stored) : nothingExpected
  return viewForLearner(stored, disclosure, expected)
}
