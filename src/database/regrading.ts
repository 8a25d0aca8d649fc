/**
 * What a regrading reads and writes. Attempts themselves never change: what a job makes of them lies in
 * regraded_attempts, the progress that follows from it in regraded_progress, and both begin to stand for every reader at
 * once, in the transaction that ends the job.
 *
 * Locks are taken in the attempt writer's order, after the job's own row: members, progress rows by learner, and the
 * assignment.
 */
import type { ProgressRow } from './attempt-writer.js'
import type { Database, Transaction } from './client.js'
import { Prisma } from './generated/client.js'
import { renewLease, type AttemptPlace, type HeldJob } from './jobs.js'
import type { OverrideRow } from './overrides.js'

/** What an attempt is worth, by the grading that is named. */
export type StoredResult = {
  readonly credit: number
  readonly earnedMillionths: number
  readonly late: boolean
  readonly points: number
  readonly maxPoints: number
  readonly graphId: string
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
}

/** Attempts that were looked at, and the progress of their learners up to the last of them. */
export type RegradedPage = {
  readonly attempts: readonly RegradedAttempt[]
  readonly progress: ReadonlyMap<string, FoldedProgress>
}

/** Makes a page of attempts; called within the last transaction as well. */
export type Regrade = (
  attempts: readonly AttemptToRegrade[],
  learners: LearnersToRegrade,
) => Promise<RegradedPage>

export type RegradingRepository = ReturnType<typeof createRegradingRepository>

/** Rolls the last transaction back: others came between, and it is done again. */
class TooEarly extends Error {}

/** Milliseconds that the last transaction may take: it writes the progress of every learner. */
const LAST_PASS_MILLISECONDS = 60_000

/** The work of regradings, read and written. */
export function createRegradingRepository(database: Database) {
  return {
    /** The next attempts after the job's cursor, by learner and number. */
    async after({ courseId, assignmentId, cursor }: HeldJob, limit: number): Promise<AttemptToRegrade[]> {
      const rest =
        cursor === undefined
          ? Prisma.empty
          : Prisma.sql`AND (a.learner, a.number) > (${cursor.learner}, ${cursor.number}::int)`
      return database.$queryRaw<AttemptToRegrade[]>`
        ${ATTEMPTS}
        WHERE a.course_id = ${courseId}::uuid AND a.assignment_id = ${assignmentId}::uuid ${rest}
        ORDER BY a.learner, a.number
        LIMIT ${limit}::int`
    },

    /** Attempts that the job has not looked at, wherever its cursor is: those that arrived meanwhile. */
    async missed(job: HeldJob, limit: number): Promise<AttemptToRegrade[]> {
      return readMissed(database, job, limit)
    },

    /** Overrides of learners, and their progress as the job has it. */
    async learners(job: HeldJob, attempts: readonly AttemptPlace[]): Promise<LearnersToRegrade> {
      return readLearners(database, job, attempts)
    },

    /**
     * Stores a page, and that the job has come to `cursor`. What was erased since it was read is left out. False where
     * somebody else has the job by now, and nothing is stored.
     */
    async write(job: HeldJob, page: RegradedPage, cursor: AttemptPlace | undefined): Promise<boolean> {
      return database.$transaction(async transaction => {
        if (!(await renewLease(transaction, job))) return false
        await writePage(transaction, job, page, cursor)
        return true
      })
    },

    /** Ends a dry run: no result becomes another. False where somebody else has the job by now. */
    async finishDryRun(job: HeldJob, time: Date): Promise<boolean> {
      return database.$transaction(async transaction => {
        if (!(await renewLease(transaction, job))) return false
        await markDone(transaction, job, time)
        return true
      })
    },

    /**
     * The last pass: keeps submissions waiting, looks at the few attempts that nobody has looked at yet, and makes the
     * job's results those that stand. `more` where too many are left, or a learner of theirs is just being erased: then
     * nothing is changed. `lost` where somebody else has the job by now.
     */
    async finish(
      job: HeldJob,
      options: {
        readonly maxPoints: number
        readonly most: number
        readonly time: Date
        readonly regrade: Regrade
      },
    ): Promise<'done' | 'more' | 'lost'> {
      const { maxPoints, most, time, regrade } = options
      try {
        return await database.$transaction(
          async transaction => {
            if (!(await renewLease(transaction, job))) return 'lost'
            await lockLearners(transaction, job)
            const left = await readMissed(transaction, job, most + 1)
            if (left.length > most) throw new TooEarly()
            if (left.length > 0) {
              // Learners who arrived after the lock above. An erasure may hold one and wait for us: we must not wait.
              if (!(await holdMembers(transaction, job, left))) throw new TooEarly()
              const learners = await readLearners(transaction, job, left)
              await writePage(transaction, job, await regrade(left, learners), undefined)
            }
            await letStand(transaction, job, maxPoints)
            // From here on no submission gets past the assignment; one may have been committed while we waited for it.
            if ((await readMissed(transaction, job, 1)).length > 0) throw new TooEarly()
            await markDone(transaction, job, time)
            return 'done'
          },
          { timeout: LAST_PASS_MILLISECONDS },
        )
      } catch (error) {
        if (error instanceof TooEarly) return 'more'
        throw error
      }
    },
  }
}

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

async function readMissed(
  database: Transaction,
  { id, courseId, assignmentId }: HeldJob,
  limit: number,
): Promise<AttemptToRegrade[]> {
  return database.$queryRaw<AttemptToRegrade[]>`
    ${ATTEMPTS}
    JOIN (
      SELECT p.learner, COALESCE(f.attempts, 0) AS folded
      FROM progress p
      LEFT JOIN regraded_progress f
        ON f.course_id = p.course_id AND f.job_id = ${id}::uuid AND f.learner = p.learner
      WHERE p.course_id = ${courseId}::uuid AND p.assignment_id = ${assignmentId}::uuid
        AND p.attempts > COALESCE(f.attempts, 0)
      ORDER BY p.learner
      LIMIT ${limit}::int
    ) m ON m.learner = a.learner AND a.number > m.folded
    WHERE a.course_id = ${courseId}::uuid AND a.assignment_id = ${assignmentId}::uuid
    ORDER BY a.learner, a.number
    LIMIT ${limit}::int`
}

async function readLearners(
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

function distinctLearners(attempts: readonly AttemptPlace[]): string[] {
  return [...new Set(attempts.map(({ learner }) => learner))]
}

async function writePage(
  transaction: Transaction,
  job: HeldJob,
  page: RegradedPage,
  cursor: AttemptPlace | undefined,
): Promise<void> {
  const present = await stillThere(transaction, job, page.attempts)
  const attempts = page.attempts.filter(({ id }) => present.has(id))
  await insertAttempts(transaction, job, attempts)
  const learners = new Set(attempts.map(({ learner }) => learner))
  await upsertProgress(
    transaction,
    job,
    [...page.progress].filter(([learner]) => learners.has(learner)),
  )
  const count = (counts: (attempt: RegradedAttempt) => boolean) => attempts.filter(counts).length
  await transaction.$executeRaw`
    UPDATE jobs SET
      done = done + ${attempts.length}::int,
      total = GREATEST(total, done + ${attempts.length}::int),
      changed = changed + ${count(attempt => attempt.changed)}::int,
      skipped = skipped + ${count(attempt => attempt.skipped)}::int,
      failures = 0,
      cursor_learner = COALESCE(${cursor?.learner ?? null}, cursor_learner),
      cursor_number = COALESCE(${cursor?.number ?? null}::int, cursor_number)
    WHERE id = ${job.id}::uuid`
}

/**
 * The ids of those attempts that are still there. Their learners are held until commit, so that an erasure waits for us
 * or we for it; someone who was erased and came back has other attempts.
 */
async function stillThere(
  transaction: Transaction,
  { courseId }: HeldJob,
  attempts: readonly RegradedAttempt[],
): Promise<ReadonlySet<string>> {
  if (attempts.length === 0) return new Set()
  await transaction.$queryRaw`
    SELECT key FROM members
    WHERE course_id = ${courseId}::uuid AND key = ANY(${distinctLearners(attempts)}::text[])
    ORDER BY key FOR KEY SHARE`
  const rows = await transaction.$queryRaw<{ id: string }[]>`
    SELECT id FROM attempts
    WHERE course_id = ${courseId}::uuid AND id = ANY(${attempts.map(({ id }) => id)}::uuid[])`
  return new Set(rows.map(({ id }) => id))
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
            boxes: job.dryRun ? undefined : row.result.boxes,
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

/** Holds the learners of the assignment, and then their progress: no submission and no erasure gets past it. */
async function lockLearners(transaction: Transaction, { courseId, assignmentId }: HeldJob): Promise<void> {
  await transaction.$queryRaw`
    SELECT count(*)::int AS held FROM (
      SELECT key FROM members
      WHERE course_id = ${courseId}::uuid AND key IN (
        SELECT learner FROM progress
        WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid)
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
  const held = await transaction.$queryRaw<unknown[]>`
    SELECT key FROM members WHERE course_id = ${courseId}::uuid AND key = ANY(${learners}::text[])
    FOR KEY SHARE SKIP LOCKED`
  return held.length === learners.length
}

/**
 * Makes the job's results those that stand. A learner whose latest attempt was graded under a later policy keeps that
 * policy's points.
 */
async function letStand(
  transaction: Transaction,
  { id, courseId, assignmentId, policyRevision }: HeldJob,
  maxPoints: number,
): Promise<void> {
  await transaction.$executeRaw`
    UPDATE progress p SET
      credit_millionths = f.credit_millionths, best_millionths = f.best_millionths,
      first_millionths = f.first_millionths, last_millionths = f.last_millionths,
      sum_millionths = f.sum_millionths, completed_at = f.completed_at,
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

/** The cursor goes: it would name a person for longer than is needed. */
async function markDone(transaction: Transaction, { id }: HeldJob, time: Date): Promise<void> {
  await transaction.$executeRaw`
    UPDATE jobs SET status = 'done', total = done, finished_at = ${time}::timestamptz, failures = 0,
      cursor_learner = NULL, cursor_number = NULL, lease_owner = NULL, lease_until = NULL
    WHERE id = ${id}::uuid`
}
