/** Storing what a regrading has made of a page of attempts. */
import { insertSummaryChanges } from './summary-changes.js'
import type { Transaction } from './client.js'
import type { AttemptPlace, HeldJob } from './jobs.js'
import {
  distinctLearners,
  type FoldedProgress,
  type RegradedAttempt,
  type RegradedPage,
} from './regrading-reads.js'
import { boxesToStore } from './stored-boxes.js'

/** How far a learner has come, as summaries count it. */
export type CountedProgress = { readonly creditMillionths: number; readonly completed: boolean }

/** What attempts add to the summary of a job's results, and learners who have moved on; none of them is an instructor. */
export type CountPage = (
  attempts: readonly Pick<RegradedAttempt, 'number' | 'boxes' | 'answers'>[],
  moved: readonly { readonly before: CountedProgress | undefined; readonly after: CountedProgress }[],
) => unknown

/** What storing a page takes from outside. */
export type PageOptions = { readonly countPage: CountPage; readonly newId: () => string }

/**
 * Stores a page, and that the job has come to `cursor`, where it is given. Only that counts as a step forward: failures
 * in a row are forgotten then. What was erased since the page was read is left out; answers how many attempts were not.
 */
export async function writePage(
  transaction: Transaction,
  job: HeldJob,
  page: RegradedPage,
  cursor: AttemptPlace | undefined,
  options: PageOptions,
): Promise<number> {
  const { present, instructors } = await stillThere(transaction, job, page.attempts)
  const attempts = page.attempts.filter(({ id }) => present.has(id))
  await insertAttempts(transaction, job, attempts)
  const learners = new Set(attempts.map(({ learner }) => learner))
  await upsertProgress(
    transaction,
    job,
    [...page.progress].filter(([learner]) => learners.has(learner)),
  )
  const counted = attempts.filter(({ learner }) => !instructors.has(learner))
  if (!job.dryRun && counted.length > 0) {
    const moved = distinctLearners(counted).map(learner => ({
      before: countedAs(page.before.get(learner)),
      after: countedAs(page.progress.get(learner)) ?? missing(),
    }))
    await addToSummary(transaction, job, options.countPage(counted, moved), options)
  }
  const count = (counts: (attempt: RegradedAttempt) => boolean) => attempts.filter(counts).length
  await transaction.$executeRaw`
    UPDATE jobs SET
      done = done + ${attempts.length}::int,
      total = GREATEST(total, done + ${attempts.length}::int),
      changed = changed + ${count(attempt => attempt.changed)}::int,
      skipped = skipped + ${count(attempt => attempt.skipped)}::int,
      failures = CASE WHEN ${cursor !== undefined} THEN 0 ELSE failures END,
      cursor_learner = COALESCE(${cursor?.learner ?? null}, cursor_learner),
      cursor_number = COALESCE(${cursor?.number ?? null}::int, cursor_number)
    WHERE id = ${job.id}::uuid`
  return attempts.length
}

/** Adds a change to the summary of the job's results. */
export async function addToSummary(
  transaction: Transaction,
  { courseId, assignmentId, id: generation }: HeldJob,
  change: unknown,
  { newId }: PageOptions,
): Promise<void> {
  await insertSummaryChanges(transaction, [{ courseId, assignmentId, generation, id: newId(), change }])
}

function countedAs(row: FoldedProgress | undefined): CountedProgress | undefined {
  return row && { creditMillionths: row.creditMillionths, completed: row.completedAt !== null }
}

function missing(): never {
  throw new Error('the learner of a regraded attempt has no progress')
}

/**
 * The ids of those attempts that are still there, and which of their learners are instructors. These are held until
 * commit, so that an erasure or a change of role waits for us or we for it; someone who was erased and came back has other
 * attempts.
 */
async function stillThere(
  transaction: Transaction,
  { courseId }: HeldJob,
  attempts: readonly RegradedAttempt[],
): Promise<{ readonly present: ReadonlySet<string>; readonly instructors: ReadonlySet<string> }> {
  if (attempts.length === 0) return { present: new Set(), instructors: new Set() }
  const members = await transaction.$queryRaw<{ key: string; role: string }[]>`
    SELECT key, role FROM members
    WHERE course_id = ${courseId}::uuid AND key = ANY(${distinctLearners(attempts)}::text[])
    ORDER BY key FOR KEY SHARE`
  const rows = await transaction.$queryRaw<{ id: string }[]>`
    SELECT id FROM attempts
    WHERE course_id = ${courseId}::uuid AND id = ANY(${attempts.map(({ id }) => id)}::uuid[])`
  return {
    present: new Set(rows.map(({ id }) => id)),
    instructors: new Set(members.filter(({ role }) => role === 'instructor').map(({ key }) => key)),
  }
}

async function insertAttempts(
  transaction: Transaction,
  job: HeldJob,
  attempts: readonly RegradedAttempt[],
): Promise<void> {
  const rows = attempts.flatMap(({ id, learner, number, changed, row }) =>
    row === undefined
      ? []
      : [
          {
            id,
            learner,
            number,
            changed,
            before: row.before,
            ...row.result,
            boxes: job.dryRun ? undefined : boxesToStore(row.result.boxes),
          },
        ],
  )
  if (rows.length === 0) return
  await transaction.$executeRaw`
    INSERT INTO regraded_attempts (
      course_id, job_id, attempt_id, learner, number, changed, before, credit, earned_millionths, late, points,
      max_points, graph_id, graph_version, policy_revision, boxes, progress)
    SELECT ${job.courseId}::uuid, ${job.id}::uuid, id, learner, number, changed, before, credit, "earnedMillionths",
      late, points, "maxPoints", "graphId", "graphVersion", "policyRevision", boxes, progress
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS t (
      id uuid, learner text, number int, changed boolean, before jsonb, credit float8, "earnedMillionths" int,
      late boolean, points float8, "maxPoints" float8, "graphId" uuid, "graphVersion" int, "policyRevision" int,
      boxes jsonb, progress jsonb)
    ON CONFLICT (course_id, job_id, attempt_id) DO NOTHING`
}

async function upsertProgress(
  transaction: Transaction,
  job: HeldJob,
  progress: readonly (readonly [string, FoldedProgress])[],
): Promise<void> {
  if (progress.length === 0) return
  const rows = progress.map(([learner, row]) => ({ learner, ...row }))
  await transaction.$executeRaw`
    INSERT INTO regraded_progress (
      course_id, job_id, assignment_id, learner, attempts, credit_millionths, best_millionths, first_millionths,
      last_millionths, sum_millionths, completed_at)
    SELECT ${job.courseId}::uuid, ${job.id}::uuid, ${job.assignmentId}::uuid, learner, attempts, "creditMillionths",
      "bestMillionths", "firstMillionths", "lastMillionths", "sumMillionths", "completedAt"
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS t (
      learner text, attempts int, "creditMillionths" int, "bestMillionths" int, "firstMillionths" int,
      "lastMillionths" int, "sumMillionths" bigint, "completedAt" timestamptz)
    ON CONFLICT (course_id, job_id, learner) DO UPDATE SET
      attempts = EXCLUDED.attempts, credit_millionths = EXCLUDED.credit_millionths,
      best_millionths = EXCLUDED.best_millionths, first_millionths = EXCLUDED.first_millionths,
      last_millionths = EXCLUDED.last_millionths, sum_millionths = EXCLUDED.sum_millionths,
      completed_at = EXCLUDED.completed_at`
}
