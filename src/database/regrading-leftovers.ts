/** What a regrading leaves that nobody reads any more, and when it goes. Nothing that ever stood is among it. */
import { ownAssignment } from './assignment-lock.js'
import type { Transaction } from './client.js'
import type { HeldJob } from './jobs.js'
import { dropAll } from './summary-folding.js'

/**
 * Takes away the progress that a job has folded: once it has ended, only what stands is read. From here on the assignment
 * is the transaction's alone: whoever erases a learner or changes a role just then has looked at what is folded, and
 * changes the job's summary accordingly; that has to be over before the summary is dropped, or nobody would drop it.
 */
export async function dropFolded(
  transaction: Transaction,
  { id, courseId }: Pick<HeldJob, 'id' | 'courseId'>,
): Promise<void> {
  const [job] = await transaction.$queryRaw<{ assignmentId: string }[]>`
    SELECT assignment_id AS "assignmentId" FROM jobs WHERE id = ${id}::uuid`
  if (job !== undefined) await ownAssignment(transaction, job.assignmentId)
  await transaction.$executeRaw`
    DELETE FROM regraded_progress WHERE course_id = ${courseId}::uuid AND job_id = ${id}::uuid`
}

/** Takes away the summary of results that do not stand, or no longer; `id` says whose. */
export async function dropSummary(
  transaction: Transaction,
  { id, courseId, assignmentId }: Pick<HeldJob, 'id' | 'courseId' | 'assignmentId'>,
): Promise<void> {
  await dropAll(transaction, { courseId, assignmentId, generation: id })
}

/**
 * Takes away results that never stood, at most so many: those of the dry runs of this assignment that are over, and of its
 * jobs that failed. They are kept until the next job of the assignment is taken up, which is this one. The results of
 * real jobs are history and stay. Answers how many are gone.
 */
export async function dropNeverStanding(
  transaction: Transaction,
  { id, courseId, assignmentId }: HeldJob,
  most: number,
): Promise<number> {
  const over = await transaction.$queryRaw<{ id: string }[]>`
    SELECT id FROM jobs
    WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid AND id <> ${id}::uuid
      AND (status = 'failed' OR (status = 'done' AND dry_run))`
  if (over.length === 0) return 0
  const ids = over.map(job => job.id)
  // In the transaction that takes the first of them: a list with gaps is never taken for a whole one.
  await transaction.$executeRaw`
    UPDATE jobs SET changes_dropped = true WHERE id = ANY(${ids}::uuid[]) AND NOT changes_dropped`
  // What an erasure holds just now it takes away itself.
  return transaction.$executeRaw`
    DELETE FROM regraded_attempts
    WHERE course_id = ${courseId}::uuid AND (job_id, attempt_id) IN (
      SELECT job_id, attempt_id FROM regraded_attempts
      WHERE course_id = ${courseId}::uuid AND job_id = ANY(${ids}::uuid[])
      LIMIT ${most}::int FOR UPDATE SKIP LOCKED)`
}
