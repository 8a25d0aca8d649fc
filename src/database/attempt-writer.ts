/**
 * The one place where attempts are written. An attempt, its number, the learner's progress and the idempotency key
 * are stored in one transaction or not at all.
 *
 * Locks are taken in one order: idempotency key, member, progress row, assignment. The progress row's upsert is what
 * makes the submissions of one learner to one assignment take turns; numbers therefore have no gaps, and a refusal burns
 * none. The assignment is shared by submissions and held until commit: a policy cannot change in between, nor can a
 * regrading end that has not seen this attempt.
 */
import { shareAssignment } from './assignment-lock.js'
import type { Database, Transaction } from './client.js'
import { enrol, type Enrolment } from './enrolment.js'

/** Progress as it is stored. */
export type ProgressRow = {
  readonly attempts: number
  readonly creditMillionths: number
  readonly bestMillionths: number
  readonly firstMillionths: number
  readonly lastMillionths: number
  readonly sumMillionths: number
  readonly completed: boolean
}

/** A graded submission, before it has a number. */
export type AttemptDraft = Enrolment & {
  readonly assignmentId: string
  readonly id: string
  readonly credit: number
  readonly earnedMillionths: number
  readonly late: boolean
  readonly points: number
  readonly maxPoints: number
  readonly graphId: string
  readonly graphVersion: number
  /** The variant answered and its inputs by name; undefined where they are the graph's own. */
  readonly variant: { readonly token: string; readonly inputs: unknown } | undefined
  readonly policyRevision: number
  readonly feedback: string
  readonly reveal: string
  readonly submittedAt: Date
  readonly answers: unknown
  readonly boxes: unknown
  readonly idempotency: { readonly keyHash: Uint8Array; readonly fingerprint: Uint8Array } | undefined
}

/** What the policy decides once the progress row is locked: a refusal, or the progress from now on. */
export type AttemptDecision<Refused> =
  | { readonly kind: 'refused'; readonly refusal: Refused }
  | { readonly kind: 'taken'; readonly after: ProgressRow; readonly shown: unknown }

export type WriteOutcome<Refused> =
  | { readonly kind: 'stored'; readonly number: number; readonly shown: unknown }
  | { readonly kind: 'refused'; readonly refusal: Refused }
  /** Another request with this idempotency key was committed first; read it in a later statement. */
  | { readonly kind: 'key-taken' }
  | { readonly kind: 'learner-erased' }
  /** The draft was graded under a policy that is no longer the assignment's. */
  | { readonly kind: 'policy-changed' }

export type AttemptWriter = ReturnType<typeof createAttemptWriter>

/** Rolls the transaction back with an outcome that is no error. */
class Abandoned extends Error {}

/** The writer of attempts over a database. */
export function createAttemptWriter(database: Database) {
  return {
    /** Stores a draft. Resolves once it is committed, or with the reason why nothing was stored. */
    async write<Refused>(
      draft: AttemptDraft,
      decide: (before: ProgressRow) => AttemptDecision<Refused>,
    ): Promise<WriteOutcome<Refused>> {
      let outcome: WriteOutcome<Refused> = { kind: 'key-taken' }
      try {
        await database.$transaction(async transaction => {
          outcome = await writeIn(transaction, draft, decide)
          if (outcome.kind !== 'stored') throw new Abandoned()
        })
      } catch (error) {
        if (!(error instanceof Abandoned)) throw error
      }
      return outcome
    },
  }
}

async function writeIn<Refused>(
  transaction: Transaction,
  draft: AttemptDraft,
  decide: (before: ProgressRow) => AttemptDecision<Refused>,
): Promise<WriteOutcome<Refused>> {
  if (!(await claimIdempotencyKey(transaction, draft))) return { kind: 'key-taken' }
  if (!(await enrol(transaction, draft, draft.submittedAt))) return { kind: 'learner-erased' }
  const before = await lockProgress(transaction, draft)
  if (!(await holdPolicy(transaction, draft))) return { kind: 'policy-changed' }
  const decision = decide(before)
  if (decision.kind === 'refused') return decision
  await insertAttempt(transaction, draft, decision.after.attempts, decision.shown)
  await updateProgress(transaction, draft, decision.after)
  return { kind: 'stored', number: decision.after.attempts, shown: decision.shown }
}

/** Claims the key for this attempt; waits for a request that is just storing the same key, and loses to it. */
async function claimIdempotencyKey(transaction: Transaction, draft: AttemptDraft): Promise<boolean> {
  if (draft.idempotency === undefined) return true
  const { keyHash, fingerprint } = draft.idempotency
  const inserted = await transaction.$executeRaw`
    INSERT INTO idempotency_keys (course_id, key_hash, fingerprint, attempt_id, created_at)
    VALUES (${draft.courseId}::uuid, ${keyHash}, ${fingerprint}, ${draft.id}::uuid, ${draft.submittedAt})
    ON CONFLICT (course_id, key_hash) DO NOTHING`
  return inserted > 0
}

/** Makes the progress row if need be, locks it and answers it as it is now. */
async function lockProgress(transaction: Transaction, draft: AttemptDraft): Promise<ProgressRow> {
  const [row] = await transaction.$queryRaw<
    (Omit<ProgressRow, 'sumMillionths'> & { sumMillionths: bigint })[]
  >`
    INSERT INTO progress (
      course_id, assignment_id, learner, attempts, credit_millionths, best_millionths, first_millionths,
      last_millionths, sum_millionths, max_points)
    VALUES (
      ${draft.courseId}::uuid, ${draft.assignmentId}::uuid, ${draft.learner}, 0, 0, 0, 0, 0, 0,
      ${draft.maxPoints}::float8)
    ON CONFLICT (course_id, assignment_id, learner) DO UPDATE SET max_points = EXCLUDED.max_points
    RETURNING attempts, credit_millionths AS "creditMillionths", best_millionths AS "bestMillionths",
      first_millionths AS "firstMillionths", last_millionths AS "lastMillionths",
      sum_millionths AS "sumMillionths", completed_at IS NOT NULL AS completed`
  if (row === undefined) throw new Error('the upsert of a progress row returned no row')
  return { ...row, sumMillionths: Number(row.sumMillionths) }
}

/** Keeps the policy as it is until commit; false where it is no longer the one that the draft was graded under. */
async function holdPolicy(transaction: Transaction, draft: AttemptDraft): Promise<boolean> {
  await shareAssignment(transaction, draft.assignmentId)
  const [assignment] = await transaction.$queryRaw<{ revision: number }[]>`
    SELECT revision FROM assignments
    WHERE course_id = ${draft.courseId}::uuid AND id = ${draft.assignmentId}::uuid`
  return assignment?.revision === draft.policyRevision
}

async function insertAttempt(
  transaction: Transaction,
  draft: AttemptDraft,
  number: number,
  progress: unknown,
): Promise<void> {
  await transaction.$executeRaw`
    INSERT INTO attempts (
      course_id, id, assignment_id, learner, number, credit, earned_millionths, late, points, max_points,
      graph_id, graph_version, variant, inputs, policy_revision, feedback, reveal, submitted_at, answers, boxes,
      progress, idempotency_key_hash)
    VALUES (
      ${draft.courseId}::uuid, ${draft.id}::uuid, ${draft.assignmentId}::uuid, ${draft.learner}, ${number}::int,
      ${draft.credit}::float8, ${draft.earnedMillionths}::int, ${draft.late}, ${draft.points}::float8,
      ${draft.maxPoints}::float8, ${draft.graphId}::uuid, ${draft.graphVersion}::int, ${draft.variant?.token ?? null},
      ${draft.variant === undefined ? null : JSON.stringify(draft.variant.inputs)}::jsonb,
      ${draft.policyRevision}::int, ${draft.feedback}, ${draft.reveal}, ${draft.submittedAt},
      ${JSON.stringify(draft.answers)}::jsonb, ${JSON.stringify(draft.boxes)}::jsonb,
      ${JSON.stringify(progress)}::jsonb, ${draft.idempotency?.keyHash ?? null}::bytea)`
}

async function updateProgress(
  transaction: Transaction,
  draft: AttemptDraft,
  after: ProgressRow,
): Promise<void> {
  await transaction.$executeRaw`
    UPDATE progress SET
      attempts = ${after.attempts}::int,
      credit_millionths = ${after.creditMillionths}::int,
      best_millionths = ${after.bestMillionths}::int,
      first_millionths = ${after.firstMillionths}::int,
      last_millionths = ${after.lastMillionths}::int,
      sum_millionths = ${after.sumMillionths}::bigint,
      completed_at = CASE WHEN ${after.completed} THEN COALESCE(completed_at, ${draft.submittedAt}) END,
      first_submitted_at = COALESCE(first_submitted_at, ${draft.submittedAt}),
      last_submitted_at = ${draft.submittedAt}
    WHERE course_id = ${draft.courseId}::uuid AND assignment_id = ${draft.assignmentId}::uuid
      AND learner = ${draft.learner}`
}
