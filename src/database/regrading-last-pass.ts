/**
 * The last pass of a regrading: what nobody has looked at yet is looked at while submissions wait, and the job's results
 * begin to stand.
 *
 * Locks are taken in the attempt writer's order, after the job's own row: members, progress rows by learner, and the
 * assignment. Learners who arrive meanwhile are held out of order and therefore never waited for. Whoever has the
 * assignment and every progress row that is to be written has the rest to himself: no submission commits, and none holds
 * what we still need.
 *
 * A new assignment and a new job are never in the planner's statistics: it takes all their rows for one. Learners are
 * therefore listed first, and no statement joins two of their tables but by a whole primary key, row by row.
 */
import { ownAssignment } from './assignment-lock.js'
import type { Database, Transaction } from './client.js'
import { isLockRefused } from './faults.js'
import { renewLease, type AttemptPlace, type HeldJob } from './jobs.js'
import { dropFolded } from './regrading-leftovers.js'
import { writePage } from './regrading-page.js'
import { distinctLearners, readLearners, readMissed, type Regrade } from './regrading-reads.js'
import { letStand } from './regrading-standing.js'

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

/**
 * Milliseconds that it waits for any one lock. It may have to wait for several, one after another, and whoever wants a
 * lock that it has by then waits as long: that is bounded by the time of the whole pass alone.
 */
const LOCK_MILLISECONDS = 3_000

/**
 * Makes the job's results those that stand. `more` where too many attempts are left, or one whose learner is just
 * submitting again or being erased, and where a lock was not to be had: then nothing is changed. `lost` where somebody
 * else has the job by now.
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
        await ownAssignment(transaction, job.assignmentId)
        // From here on no submission gets past the assignment; some may have been committed while we waited for it.
        await lookAtMissed(
          transaction,
          async left =>
            (await holdMembers(transaction, job, left)) &&
            (await holdProgress(transaction, job, [...first, ...left])),
        )
        await letStand(transaction, job, maxPoints)
        await markDone(transaction, job, time)
        return 'done'
      },
      { timeout: PASS_MILLISECONDS },
    )
  } catch (error) {
    if (error instanceof TooEarly || isLockRefused(error)) return 'more'
    throw error
  }
}

/** Until the end of the transaction, what takes or waits too long is given up. */
async function limitWaits(transaction: Transaction): Promise<void> {
  await transaction.$queryRaw`
    SELECT set_config('lock_timeout', ${String(LOCK_MILLISECONDS)}, true),
      set_config('statement_timeout', ${String(STATEMENT_MILLISECONDS)}, true)`
}

/** Holds the learners of the assignment, and then their progress: no submission and no erasure gets past it. */
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

/** Ends a job. The cursor goes: it would name a person for longer than is needed; so does the folded progress. */
export async function markDone(transaction: Transaction, job: HeldJob, time: Date): Promise<void> {
  await dropFolded(transaction, job)
  await transaction.$executeRaw`
    UPDATE jobs SET status = 'done', total = done, finished_at = ${time}::timestamptz, failures = 0,
      cursor_learner = NULL, cursor_number = NULL, lease_owner = NULL, lease_until = NULL
    WHERE id = ${job.id}::uuid`
}
