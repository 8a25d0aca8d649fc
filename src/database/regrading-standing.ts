/** The results of a regrading begin to stand. */
import { STORED_RESULTS } from './summary-changes.js'
import type { Transaction } from './client.js'
import type { HeldJob } from './jobs.js'
import { dropSummary } from './regrading-leftovers.js'
import { addToSummary, type CountedProgress, type PageOptions } from './regrading-page.js'
import { insertMarks } from './standing-marks.js'

/** Learners whose progress one statement makes stand. */
const LEARNERS_AT_ONCE = 1_000

/**
 * Makes the job's results those that stand. A learner whose latest attempt was graded under a later policy keeps that
 * policy's points, and of the attempts that is kept which the assignment keeps now. Whoever calls it has the assignment
 * and the progress of its learners, all of which are folded.
 */
export async function letStand(
  transaction: Transaction,
  job: HeldJob,
  maxPoints: number,
  options: PageOptions,
): Promise<void> {
  const { id, courseId, assignmentId } = job
  const [assignment] = await transaction.$queryRaw<{ keep: string; regradeId: string | null }[]>`
    SELECT keep, regrade_id AS "regradeId" FROM assignments WHERE course_id = ${courseId}::uuid AND id = ${assignmentId}::uuid`
  if (assignment === undefined) throw new Error('the assignment of a job is gone')
  const folded = await transaction.$queryRaw<{ learner: string }[]>`
    SELECT learner FROM regraded_progress
    WHERE course_id = ${courseId}::uuid AND job_id = ${id}::uuid
    ORDER BY learner`
  for (let start = 0; start < folded.length; start += LEARNERS_AT_ONCE) {
    const slice = folded.slice(start, start + LEARNERS_AT_ONCE)
    await letProgressStand(transaction, job, slice, { maxPoints, keep: assignment.keep })
    const moved = await readOtherwiseKept(transaction, job, slice)
    if (moved.length > 0) await addToSummary(transaction, job, options.countPage([], moved), options)
    const learners = slice.map(({ learner }) => learner)
    await insertMarks(transaction, [{ courseId, id: options.newId(), learners }])
  }
  await transaction.$executeRaw`
    UPDATE assignments SET regrade_id = ${id}::uuid
    WHERE course_id = ${courseId}::uuid AND id = ${assignmentId}::uuid`
  // Its own summary was built page by page.
  await dropSummary(transaction, { courseId, assignmentId, id: assignment.regradeId ?? STORED_RESULTS })
}

/** The same for the progress of learners who follow each other in the order of learners; all of them are folded. */
async function letProgressStand(
  transaction: Transaction,
  { id, courseId, assignmentId, policyRevision }: HeldJob,
  learners: readonly { readonly learner: string }[],
  { maxPoints, keep }: { readonly maxPoints: number; readonly keep: string },
): Promise<void> {
  // The mean is rounded as in grading/credit.ts: a half up, and to all of it only where each was all of it. Columns stand in
  // the order of the table: Citus 13.0 puts them in it, and leaves the values as they are.
  await transaction.$executeRaw`
    UPDATE progress p SET (
      credit_millionths, best_millionths, first_millionths, last_millionths, sum_millionths, max_points, completed_at
    ) = (
      SELECT
        CASE
          WHEN a.policy_revision <= ${policyRevision}::int THEN f.credit_millionths
          ELSE CASE ${keep}::text
            WHEN 'best' THEN f.best_millionths
            WHEN 'first' THEN f.first_millionths
            WHEN 'last' THEN f.last_millionths
            ELSE CASE
              WHEN f.sum_millionths >= f.attempts::bigint * 1000000 THEN 1000000
              ELSE LEAST(round(f.sum_millionths::numeric / f.attempts)::int, 999999) END END END,
        f.best_millionths, f.first_millionths, f.last_millionths, f.sum_millionths,
        CASE WHEN a.policy_revision > ${policyRevision}::int THEN p.max_points ELSE ${maxPoints}::float8 END,
        f.completed_at
      FROM regraded_progress f
      JOIN attempts a
        ON a.course_id = ${courseId}::uuid AND a.assignment_id = ${assignmentId}::uuid AND a.learner = p.learner
          AND a.number = f.attempts
      WHERE f.course_id = ${courseId}::uuid AND f.job_id = ${id}::uuid AND f.learner = p.learner)
    WHERE p.course_id = ${courseId}::uuid AND p.assignment_id = ${assignmentId}::uuid
      AND p.learner BETWEEN ${learners[0]?.learner} AND ${learners.at(-1)?.learner}`
}

/** Learners, none an instructor, of whom another credit is kept now than the job has come to, and was counted. */
async function readOtherwiseKept(
  transaction: Transaction,
  { id, courseId, assignmentId }: HeldJob,
  learners: readonly { readonly learner: string }[],
): Promise<{ readonly before: CountedProgress; readonly after: CountedProgress }[]> {
  const rows = await transaction.$queryRaw<{ before: number; after: number; completed: boolean }[]>`
    SELECT before, after, completed FROM (
      SELECT f.credit_millionths AS before, f.completed_at IS NOT NULL AS completed,
        (SELECT p.credit_millionths FROM progress p
         WHERE p.course_id = ${courseId}::uuid AND p.assignment_id = ${assignmentId}::uuid
           AND p.learner = f.learner) AS after,
        (SELECT m.role FROM members m WHERE m.course_id = ${courseId}::uuid AND m.key = f.learner) AS role
      FROM regraded_progress f
      WHERE f.course_id = ${courseId}::uuid AND f.job_id = ${id}::uuid
        AND f.learner BETWEEN ${learners[0]?.learner} AND ${learners.at(-1)?.learner}) kept
    WHERE before <> after AND role <> 'instructor'`
  return rows.map(({ before, after, completed }) => ({
    before: { creditMillionths: before, completed },
    after: { creditMillionths: after, completed },
  }))
}
