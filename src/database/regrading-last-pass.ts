/**
 * The last pass of a regrading: what nobody has looked at yet is looked at while submissions wait, and the job's results
 * begin to stand.
 *
 * Locks are taken in the attempt writer's order, after the job's own row: members, progress rows by learner, and the
 * assignment. Learners who arrive meanwhile are held out of order and therefore never waited for. Whoever has the
 * assignment and every progress row that is to be written has the rest to himself: no submission commits, and none holds
 * what we still need.
 */
import type { Database, Transaction } from './client.js'
import { renewLease, type AttemptPlace, type HeldJob } from './jobs.js'
import { dropFolded } from './regrading-leftovers.js'
import { writePage } from './regrading-page.js'
import { distinctLearners, readLearners, readMissed, type Regrade } from './regrading-reads.js'

export type LastPass = {
  /** What the job's policy gives for full credit. */
  readonly maxPoints: number
  /** Attempts that may be looked at while submissions wait. */
  readonly most: number
  readonly time: Date
  readonly regrade: Regrade
}

/** Rolls the last pass back: others came between, and it is done again. */
class TooEarly extends Error {}

/**
 * Milliseconds that the last pass may take, and its longest statement: 100,000 learners take it some 5 seconds. Submissions
 * that wait for it have 20 seconds themselves, and a holder's lease is 15.
 */
const PASS_MILLISECONDS = 10_000
const STATEMENT_MILLISECONDS = 8_000

/** Milliseconds that it waits for one lock, keeping those waiting who wait for locks that it has. */
const LOCK_MILLISECONDS = 3_000

/**
 * Makes the job's results those that stand. `more` where too many attempts are left, or one whose learner is just
 * submitting again or being erased: then nothing is changed. `lost` where somebody else has the job by now.
 */
export async function runLastPass(
  database: Database,
  job: HeldJob,
  { maxPoints, most, time, regrade }: LastPass,
): Promise<'done' | 'more' | 'lost'> {
  /** Looks at what is left, whose learners cannot be erased any more; answers them. */
  const lookAtMissed = async (
    transaction: Transaction,
    hold: (left: readonly AttemptPlace[]) => Promise<boolean>,
  ): Promise<readonly AttemptPlace[]> => {
    const left = await readMissed(transaction, job, most + 1)
    if (left.length > most || !(await hold(left))) throw new TooEarly()
    if (left.length === 0) return left
    const page = await regrade(left, await readLearners(transaction, job, left))
    // Someone may have been erased and come back after we read what is left, and before we held them.
    if ((await writePage(transaction, job, page, undefined)) < left.length) throw new TooEarly()
    return left
  }
  try {
    return await database.$transaction(
      async transaction => {
        if (!(await renewLease(transaction, job))) return 'lost'
        await limitWaits(transaction)
        await lockLearners(transaction, job)
        // Some arrived before the lock, and newcomers since.
        const first = await lookAtMissed(transaction, left => holdMembers(transaction, job, left))
        const { keep } = await lockAssignment(transaction, job)
        // From here on no submission gets past the assignment; some may have been committed while we waited for it.
        await lookAtMissed(
          transaction,
          async left =>
            (await holdMembers(transaction, job, left)) &&
            (await holdProgress(transaction, job, [...first, ...left])),
        )
        await letStand(transaction, job, { maxPoints, keep })
        await markDone(transaction, job, time)
        return 'done'
      },
      { timeout: PASS_MILLISECONDS },
    )
  } catch (error) {
    if (error instanceof TooEarly) return 'more'
    throw error
  }
}

/** Until the end of the transaction, what takes or waits too long is given up. */
async function limitWaits(transaction: Transaction): Promise<void> {
  await transaction.$queryRaw`
    SELECT set_config('lock_timeout', ${String(LOCK_MILLISECONDS)}, true),
      set_config('statement_timeout', ${String(STATEMENT_MILLISECONDS)}, true)`
}

/**
 * Holds the learners of the assignment, and then their progress: no submission and no erasure gets past it. The learners
 * are read first: joined with a table of which it has no statistics, a planner looks through members once for each.
 */
async function lockLearners(transaction: Transaction, { courseId, assignmentId }: HeldJob): Promise<void> {
  const begun = await transaction.$queryRaw<{ learner: string }[]>`
    SELECT learner FROM progress WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid`
  await transaction.$queryRaw`
    SELECT count(*)::int AS held FROM (
      SELECT key FROM members
      WHERE course_id = ${courseId}::uuid AND key = ANY(${distinctLearners(begun)}::text[])
      ORDER BY key FOR KEY SHARE) m`
  await transaction.$queryRaw`
    SELECT count(*)::int AS held FROM (
      SELECT learner FROM progress
      WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
      ORDER BY learner FOR NO KEY UPDATE) p`
}

/** Holds the learners of these attempts without waiting; false where one is gone or just being erased. */
async function holdMembers(
  transaction: Transaction,
  { courseId }: HeldJob,
  attempts: readonly AttemptPlace[],
): Promise<boolean> {
  const learners = distinctLearners(attempts)
  if (learners.length === 0) return true
  const held = await transaction.$queryRaw<unknown[]>`
    SELECT key FROM members WHERE course_id = ${courseId}::uuid AND key = ANY(${learners}::text[])
    FOR KEY SHARE SKIP LOCKED`
  return held.length === learners.length
}

/**
 * Holds the progress of the learners of these attempts without waiting; false where one is just submitting: that
 * submission may be waiting for the assignment, which we have.
 */
async function holdProgress(
  transaction: Transaction,
  { courseId, assignmentId }: HeldJob,
  attempts: readonly AttemptPlace[],
): Promise<boolean> {
  const learners = distinctLearners(attempts)
  if (learners.length === 0) return true
  const held = await transaction.$queryRaw<unknown[]>`
    SELECT learner FROM progress
    WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
      AND learner = ANY(${learners}::text[])
    FOR NO KEY UPDATE SKIP LOCKED`
  return held.length === learners.length
}

/** Keeps every submission and every change of the policy waiting; answers what the policy keeps of the attempts. */
async function lockAssignment(
  transaction: Transaction,
  { courseId, assignmentId }: HeldJob,
): Promise<{ readonly keep: string }> {
  const [assignment] = await transaction.$queryRaw<{ keep: string }[]>`
    SELECT keep FROM assignments WHERE course_id = ${courseId}::uuid AND id = ${assignmentId}::uuid
    FOR NO KEY UPDATE`
  if (assignment === undefined) throw new Error('the assignment of a job is gone')
  return assignment
}

/**
 * Makes the job's results those that stand. A learner whose latest attempt was graded under a later policy keeps that
 * policy's points, and of the attempts that is kept which the assignment keeps now.
 */
async function letStand(
  transaction: Transaction,
  { id, courseId, assignmentId, policyRevision }: HeldJob,
  { maxPoints, keep }: { readonly maxPoints: number; readonly keep: string },
): Promise<void> {
  // The mean is rounded as in grading/credit.ts: a half up, and to all of it only where each was all of it.
  await transaction.$executeRaw`
    UPDATE progress p SET
      credit_millionths = CASE
        WHEN a.policy_revision <= ${policyRevision}::int THEN f.credit_millionths
        ELSE CASE ${keep}::text
          WHEN 'best' THEN f.best_millionths
          WHEN 'first' THEN f.first_millionths
          WHEN 'last' THEN f.last_millionths
          ELSE CASE
            WHEN f.sum_millionths >= f.attempts::bigint * 1000000 THEN 1000000
            ELSE LEAST(round(f.sum_millionths::numeric / f.attempts)::int, 999999) END END END,
      best_millionths = f.best_millionths, first_millionths = f.first_millionths,
      last_millionths = f.last_millionths, sum_millionths = f.sum_millionths, completed_at = f.completed_at,
      max_points = CASE WHEN a.policy_revision > ${policyRevision}::int THEN p.max_points ELSE ${maxPoints}::float8 END
    FROM regraded_progress f
    JOIN attempts a
      ON a.course_id = f.course_id AND a.assignment_id = f.assignment_id AND a.learner = f.learner
        AND a.number = f.attempts
    WHERE p.course_id = ${courseId}::uuid AND p.assignment_id = ${assignmentId}::uuid
      AND f.course_id = p.course_id AND f.job_id = ${id}::uuid AND f.learner = p.learner`
  await transaction.$executeRaw`
    UPDATE assignments SET regrade_id = ${id}::uuid
    WHERE course_id = ${courseId}::uuid AND id = ${assignmentId}::uuid`
}

/** Ends a job. The cursor goes: it would name a person for longer than is needed; so does the folded progress. */
export async function markDone(transaction: Transaction, job: HeldJob, time: Date): Promise<void> {
  await dropFolded(transaction, job)
  await transaction.$executeRaw`
    UPDATE jobs SET status = 'done', total = done, finished_at = ${time}::timestamptz, failures = 0,
      cursor_learner = NULL, cursor_number = NULL, lease_owner = NULL, lease_until = NULL
    WHERE id = ${job.id}::uuid`
}
