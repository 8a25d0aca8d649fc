/** What a regrading reads: attempts that are to be looked at, and what their learners have so far. */
import type { Transaction } from './client.js'
import { Prisma } from './generated/client.js'
import type { AttemptPlace, HeldJob } from './jobs.js'
import type { OverrideRow } from './overrides.js'
import type { ProgressRow } from './progress.js'
import { withBoxes } from './stored-boxes.js'

/** What an attempt is worth, by the grading that is named. */
export type StoredResult = {
  readonly credit: number
  readonly earnedMillionths: number
  readonly late: boolean
  readonly points: number
  readonly maxPoints: number
  /** Null for an attempt from before graphs were stored with attempts. */
  readonly graphId: string | null
  readonly graphVersion: number
  readonly policyRevision: number
  readonly boxes: unknown
  /** The learner's progress right after it, as it is shown. */
  readonly progress: unknown
}

/** An attempt that is to be looked at. */
export type AttemptToRegrade = AttemptPlace & {
  readonly id: string
  readonly submittedAt: Date
  readonly answers: unknown
  /** The inputs of its variant as JSON text, the same for the same inputs; null where they are the graph's own. */
  readonly inputs: string | null
  /** What it was stored with. */
  readonly stored: StoredResult
  /** What an earlier regrading made of it and stands; null where the stored result does. */
  readonly regraded: StoredResult | null
}

/** Progress as the job has it, up to an attempt. */
export type FoldedProgress = Omit<ProgressRow, 'completed'> & { readonly completedAt: Date | null }

/** What the job needs to know of learners besides their attempts. */
export type LearnersToRegrade = {
  readonly overrides: ReadonlyMap<string, OverrideRow>
  readonly progress: ReadonlyMap<string, FoldedProgress>
}

/** What the job makes of one attempt. */
export type RegradedAttempt = AttemptPlace & {
  readonly id: string
  readonly skipped: boolean
  /** Whether it is another result than the one that stood. */
  readonly changed: boolean
  /** To be stored: another result than the one that stood, or than the one stored with the attempt. */
  readonly row: { readonly before: unknown; readonly result: StoredResult } | undefined
  /** By the job's result. */
  readonly boxes: unknown
  readonly answers: unknown
}

/** Attempts that were looked at, and the progress of their learners before the first and up to the last of them. */
export type RegradedPage = {
  readonly attempts: readonly RegradedAttempt[]
  readonly before: ReadonlyMap<string, FoldedProgress>
  readonly progress: ReadonlyMap<string, FoldedProgress>
}

/** Makes a page of attempts; called within the last pass. */
export type Regrade = (
  attempts: readonly AttemptToRegrade[],
  learners: LearnersToRegrade,
) => Promise<RegradedPage>

/** Columns of a result as JSON: numbers come back as they were, whatever their digits. */
function resultOf(table: 'a' | 'r'): Prisma.Sql {
  const t = Prisma.raw(table)
  return Prisma.sql`jsonb_build_object(
    'credit', ${t}.credit, 'earnedMillionths', ${t}.earned_millionths, 'late', ${t}.late, 'points', ${t}.points,
    'maxPoints', ${t}.max_points, 'graphId', ${t}.graph_id, 'graphVersion', ${t}.graph_version,
    'policyRevision', ${t}.policy_revision, 'boxes', ${t}.boxes, 'progress', ${t}.progress)`
}

const ATTEMPTS = Prisma.sql`
  SELECT a.id, a.learner, a.number, a.submitted_at AS "submittedAt", a.answers, a.inputs::text AS inputs,
    ${resultOf('a')} AS stored, CASE WHEN r.job_id IS NOT NULL THEN ${resultOf('r')} END AS regraded
  FROM attempts a
  JOIN assignments s ON s.course_id = a.course_id AND s.id = a.assignment_id
  LEFT JOIN regraded_attempts r
    ON r.course_id = a.course_id AND r.job_id = s.regrade_id AND r.attempt_id = a.id`

function readResults(attempt: AttemptToRegrade): AttemptToRegrade {
  const { stored, regraded } = attempt
  return { ...attempt, stored: withBoxes(stored), regraded: regraded === null ? null : withBoxes(regraded) }
}

/** The next attempts after the job's cursor, by learner and number. */
export async function readAfter(
  database: Transaction,
  { courseId, assignmentId, cursor }: HeldJob,
  limit: number,
): Promise<AttemptToRegrade[]> {
  const rest =
    cursor === undefined
      ? Prisma.empty
      : Prisma.sql`AND (a.learner, a.number) > (${cursor.learner}, ${cursor.number}::int)`
  const rows = await database.$queryRaw<AttemptToRegrade[]>`
    ${ATTEMPTS}
    WHERE a.course_id = ${courseId}::uuid AND a.assignment_id = ${assignmentId}::uuid ${rest}
    ORDER BY a.learner, a.number
    LIMIT ${limit}::int`
  return rows.map(readResults)
}

/**
 * Attempts that the job has not looked at, by learner and number, wherever its cursor is.
 *
 * Learners first, attempts then, and how far a learner is folded always by the whole primary key: without statistics,
 * which a new assignment and a new job never have, a planner takes both for one row, and a join of all this is done over
 * and over again for each attempt.
 */
export async function readMissed(
  database: Transaction,
  { id, courseId, assignmentId }: HeldJob,
  limit: number,
): Promise<AttemptToRegrade[]> {
  const folded = (learner: Prisma.Sql) => Prisma.sql`
    COALESCE((
      SELECT f.attempts FROM regraded_progress f
      WHERE f.course_id = ${courseId}::uuid AND f.job_id = ${id}::uuid AND f.learner = ${learner}), 0)`
  const behind = await database.$queryRaw<{ learner: string }[]>`
    SELECT p.learner FROM progress p
    WHERE p.course_id = ${courseId}::uuid AND p.assignment_id = ${assignmentId}::uuid
      AND p.attempts > ${folded(Prisma.sql`p.learner`)}
    ORDER BY p.learner
    LIMIT ${limit}::int`
  if (behind.length === 0) return []
  const rows = await database.$queryRaw<AttemptToRegrade[]>`
    ${ATTEMPTS}
    WHERE a.course_id = ${courseId}::uuid AND a.assignment_id = ${assignmentId}::uuid
      AND a.learner = ANY(${distinctLearners(behind)}::text[]) AND a.number > ${folded(Prisma.sql`a.learner`)}
    ORDER BY a.learner, a.number
    LIMIT ${limit}::int`
  return rows.map(readResults)
}

/** Overrides of the learners of these attempts, and their progress as the job has it. */
export async function readLearners(
  database: Transaction,
  { id, courseId, assignmentId }: HeldJob,
  attempts: readonly AttemptPlace[],
): Promise<LearnersToRegrade> {
  const learners = distinctLearners(attempts)
  const overrides = await database.$queryRaw<(OverrideRow & { learner: string })[]>`
    SELECT learner, due_at AS "dueAt", closes_at AS "closesAt", extra_attempts AS "extraAttempts" FROM overrides
    WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
      AND learner = ANY(${learners}::text[])`
  const progress = await database.$queryRaw<
    ({ learner: string; sumMillionths: bigint } & Omit<FoldedProgress, 'sumMillionths'>)[]
  >`
    SELECT learner, attempts, credit_millionths AS "creditMillionths", best_millionths AS "bestMillionths",
      first_millionths AS "firstMillionths", last_millionths AS "lastMillionths",
      sum_millionths AS "sumMillionths", completed_at AS "completedAt"
    FROM regraded_progress
    WHERE course_id = ${courseId}::uuid AND job_id = ${id}::uuid AND learner = ANY(${learners}::text[])`
  return {
    overrides: new Map(overrides.map(({ learner, ...override }) => [learner, override])),
    progress: new Map(
      progress.map(({ learner, ...row }) => [learner, { ...row, sumMillionths: Number(row.sumMillionths) }]),
    ),
  }
}

/** The learners of these, each once. */
export function distinctLearners(attempts: readonly { readonly learner: string }[]): string[] {
  return [...new Set(attempts.map(({ learner }) => learner))]
}
