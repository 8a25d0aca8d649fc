/**
 * Jobs: work that goes on after its request was answered. Whoever works on one holds a lease in its row, by the
 * database's clock; when that ends, because its holder was killed, another goes on from the row's cursor. Every
 * transaction of a holder first takes the lease anew, so that one who lost it can write nothing.
 */
import { ownAssignment } from './assignment-lock.js'
import type { Database, Transaction } from './client.js'
import { Prisma } from './generated/client.js'
import { dropFolded, dropSummary } from './regrading-leftovers.js'

export type StoredJob = {
  readonly id: string
  readonly course: string
  readonly assignment: string
  readonly courseId: string
  readonly dryRun: boolean
  readonly status: string
  readonly done: number
  readonly total: number
  readonly changed: number
  readonly skipped: number
  readonly policyRevision: number
  readonly createdAt: Date
  readonly finishedAt: Date | null
  readonly error: string | null
}

/** The regrading that is asked for. */
export type JobDraft = {
  readonly id: string
  readonly tenantId: string
  readonly courseId: string
  readonly assignmentId: string
  readonly dryRun: boolean
  readonly policyRevision: number
  /** The policy to apply, as JSON. */
  readonly policy: unknown
  readonly createdAt: Date
}

/** What became of asking for a job. */
export type JobRequest =
  | { readonly kind: 'requested'; readonly id: string }
  /** The assignment has another policy than the one that was sent. */
  | { readonly kind: 'policy-changed' }
  | { readonly kind: 'assignment-gone' }

/** A job as its holder has it. */
export type HeldJob = {
  readonly id: string
  readonly owner: string
  readonly courseId: string
  readonly assignmentId: string
  readonly dryRun: boolean
  readonly policyRevision: number
  readonly policy: unknown
  /** The last attempt that was looked at. */
  readonly cursor: AttemptPlace | undefined
  /** How often its last pass was put off. */
  readonly postponed: number
}

/** Where an attempt stands in the order in which attempts are looked at. */
export type AttemptPlace = { readonly learner: string; readonly number: number }

/** An attempt whose result a job changes, or would change. */
export type StoredChange = {
  readonly attemptId: string
  readonly learner: string
  readonly number: number
  readonly before: unknown
  readonly credit: number
  readonly points: number
  readonly maxPoints: number
  readonly late: boolean
}

export type JobRepository = ReturnType<typeof createJobRepository>

/** How long others leave a job alone after its holder's last sign of life. */
const LEASE = Prisma.sql`interval '15 seconds'`

/** How long a job is left alone after its first failure; twice as long after each further one in a row. */
const FIRST_PAUSE = Prisma.sql`interval '5 seconds'`

/** The number of the lock under which jobs are claimed, one claim at a time. */
const CLAIM_LOCK = 7_242_018

/** A job that may be claimed: nobody's, and none of its assignment is at work or was asked for earlier. */
const CLAIMABLE = Prisma.sql`
  j.status IN ('queued', 'running') AND (j.lease_until IS NULL OR j.lease_until < now())
  AND NOT EXISTS (
    SELECT FROM jobs k
    WHERE k.course_id = j.course_id AND k.assignment_id = j.assignment_id AND k.id <> j.id
      AND (k.status = 'running' OR (k.status = 'queued' AND j.status = 'queued' AND k.id < j.id)))`

/** Jobs, made, read and held. */
export function createJobRepository(database: Database) {
  return {
    /**
     * Makes a job, or finds the one that waits or works already for the same policy and overrides: asking again does not
     * do it twice. Refused where the policy is no longer the assignment's: of two jobs the later has the later policy.
     */
    async request(draft: JobDraft): Promise<JobRequest> {
      const { id, tenantId, courseId, assignmentId, dryRun, policyRevision, policy, createdAt } = draft
      return database.$transaction(async transaction => {
        // Requests for one assignment take turns, and wait for its submissions as these wait for them; it is not for long.
        await ownAssignment(transaction, assignmentId)
        const [assignment] = await transaction.$queryRaw<{ revision: number }[]>`
          SELECT revision FROM assignments WHERE course_id = ${courseId}::uuid AND id = ${assignmentId}::uuid`
        if (assignment === undefined) return { kind: 'assignment-gone' }
        if (assignment.revision !== policyRevision) return { kind: 'policy-changed' }
        const overrides = await overridesMark(transaction, courseId, assignmentId)
        const [same] = await transaction.$queryRaw<{ id: string }[]>`
          SELECT id FROM jobs
          WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
            AND status IN ('queued', 'running') AND dry_run = ${dryRun}
            AND policy_revision = ${policyRevision}::int AND policy->>'overrides' = ${overrides}
          ORDER BY id DESC LIMIT 1`
        if (same !== undefined) return { kind: 'requested', id: same.id }
        const [sum] = await transaction.$queryRaw<{ total: number }[]>`
          SELECT COALESCE(sum(attempts), 0)::int AS total FROM progress
          WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid`
        await transaction.$executeRaw`
          INSERT INTO jobs (
            id, tenant_id, course_id, assignment_id, kind, dry_run, status, done, total, changed, skipped,
            policy_revision, policy, failures, postponed, changes_dropped, created_at)
          VALUES (
            ${id}::uuid, ${tenantId}::uuid, ${courseId}::uuid, ${assignmentId}::uuid, 'regrade', ${dryRun}, 'queued',
            0, ${sum?.total ?? 0}::int, 0, 0, ${policyRevision}::int,
            ${JSON.stringify({ assignment: policy, overrides })}::jsonb, 0, 0, false, ${createdAt})`
        return { kind: 'requested', id }
      })
    },

    /** A job of a tenant. */
    async find(tenantId: string, id: string): Promise<StoredJob | undefined> {
      const rows = await database.$queryRaw<StoredJob[]>`
        SELECT j.id, c.key AS course, a.key AS assignment, j.course_id AS "courseId", j.dry_run AS "dryRun", j.status,
          j.done, j.total, j.changed, j.skipped, j.policy_revision AS "policyRevision",
          j.created_at AS "createdAt", j.finished_at AS "finishedAt", j.error
        FROM jobs j
        JOIN courses c ON c.id = j.course_id
        JOIN assignments a ON a.course_id = j.course_id AND a.id = j.assignment_id
        WHERE j.tenant_id = ${tenantId}::uuid AND j.id = ${id}::uuid`
      return rows[0]
    },

    /**
     * What a job changes, or would change, in order of the attempts' ids, after one and up to a limit; undefined where it
     * was dropped.
     */
    async changes(
      courseId: string,
      jobId: string,
      after: string | undefined,
      limit: number,
    ): Promise<StoredChange[] | undefined> {
      const afterId = after === undefined ? Prisma.empty : Prisma.sql`AND attempt_id > ${after}::uuid`
      const changes = await database.$queryRaw<StoredChange[]>`
        SELECT attempt_id AS "attemptId", learner, number, before, credit, points, max_points AS "maxPoints", late
        FROM regraded_attempts
        WHERE course_id = ${courseId}::uuid AND job_id = ${jobId}::uuid AND changed ${afterId}
        ORDER BY attempt_id
        LIMIT ${limit}`
      // Asked afterwards: what was dropped while we read is then known to be.
      const [job] = await database.$queryRaw<{ dropped: boolean }[]>`
        SELECT changes_dropped AS dropped FROM jobs WHERE id = ${jobId}::uuid`
      return job?.dropped === false ? changes : undefined
    },

    /**
     * Takes the earliest job that nobody works on; undefined where there is none. It waits for no holder: a job whose row
     * is being written is being worked on, whatever the lease in it says.
     */
    async claim(owner: string): Promise<HeldJob | undefined> {
      const waiting = await database.$queryRaw<unknown[]>`SELECT id FROM jobs j WHERE ${CLAIMABLE} LIMIT 1`
      if (waiting.length === 0) return undefined
      return database.$transaction(async transaction => {
        // One claim at a time: each sees all that was claimed before it.
        await transaction.$queryRaw`SELECT true AS locked FROM pg_advisory_xact_lock(${CLAIM_LOCK}::bigint)`
        const [row] = await transaction.$queryRaw<
          (Omit<HeldJob, 'owner' | 'cursor'> & {
            cursorLearner: string | null
            cursorNumber: number | null
          })[]
        >`
          UPDATE jobs SET status = 'running', lease_owner = ${owner}::uuid, lease_until = now() + ${LEASE}
          WHERE id = (SELECT id FROM jobs j WHERE ${CLAIMABLE} ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
          RETURNING id, course_id AS "courseId", assignment_id AS "assignmentId", dry_run AS "dryRun",
            policy_revision AS "policyRevision", policy->'assignment' AS policy, postponed,
            cursor_learner AS "cursorLearner", cursor_number AS "cursorNumber"`
        if (row === undefined) return undefined
        const { cursorLearner: learner, cursorNumber: number, ...job } = row
        const cursor = learner === null || number === null ? undefined : { learner, number }
        return { ...job, owner, cursor }
      })
    },

    /**
     * Counts a failure in a row and lets go of the job for a while, longer each time; the last one that is borne ends it
     * with this text. False where somebody else holds it.
     */
    async fail(
      { id, courseId, assignmentId, owner }: HeldJob,
      most: number,
      failure: { readonly text: string; readonly time: Date },
    ): Promise<boolean> {
      return database.$transaction(async transaction => {
        // Citus takes no now() beside a column. Nobody but the holder changes the count.
        const [held] = await transaction.$queryRaw<{ failures: number }[]>`
          SELECT failures FROM jobs
          WHERE id = ${id}::uuid AND lease_owner = ${owner}::uuid AND status = 'running'`
        if (held === undefined) return false
        const [row] = await transaction.$queryRaw<{ status: string }[]>`
          UPDATE jobs SET
            failures = failures + 1,
            lease_owner = NULL,
            lease_until = now() + ${2 ** held.failures}::float8 * ${FIRST_PAUSE},
            status = CASE WHEN failures + 1 >= ${most}::int THEN 'failed' ELSE status END,
            error = CASE WHEN failures + 1 >= ${most}::int THEN ${failure.text} END,
            finished_at = CASE WHEN failures + 1 >= ${most}::int THEN ${failure.time}::timestamptz END,
            cursor_learner = CASE WHEN failures + 1 < ${most}::int THEN cursor_learner END,
            cursor_number = CASE WHEN failures + 1 < ${most}::int THEN cursor_number END
          WHERE id = ${id}::uuid AND lease_owner = ${owner}::uuid AND status = 'running'
          RETURNING status`
        if (row?.status === 'failed') {
          await dropFolded(transaction, { id, courseId })
          await dropSummary(transaction, { id, courseId, assignmentId })
        }
        return row !== undefined
      })
    },

    /** Counts that the last pass was put off, and lets go of the job for so many seconds, in which others go first. */
    async postpone({ id, owner }: HeldJob, pauseSeconds: number): Promise<void> {
      await database.$executeRaw`
        UPDATE jobs SET postponed = postponed + 1, lease_owner = NULL,
          lease_until = now() + ${pauseSeconds}::int * interval '1 second'
        WHERE id = ${id}::uuid AND lease_owner = ${owner}::uuid AND status = 'running'`
    },

    /**
     * Lets go of all that an owner holds, so that others need not wait for the lease to end. For so many seconds nobody
     * takes it: other jobs go first.
     */
    async release(owner: string, pauseSeconds = 0): Promise<void> {
      const until =
        pauseSeconds > 0 ? Prisma.sql`now() + ${pauseSeconds}::int * interval '1 second'` : Prisma.sql`NULL`
      await database.$executeRaw`
        UPDATE jobs SET lease_owner = NULL, lease_until = ${until}
        WHERE lease_owner = ${owner}::uuid AND status = 'running'`
    },
  }
}

/** A text that becomes another whenever an override of the assignment is made, changed or taken away. */
async function overridesMark(
  transaction: Transaction,
  courseId: string,
  assignmentId: string,
): Promise<string> {
  const [row] = await transaction.$queryRaw<{ mark: string }[]>`
    SELECT count(*) || ' ' || COALESCE(max(updated_at)::text, '') AS mark FROM overrides
    WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid`
  return row?.mark ?? ''
}

/** Takes the lease anew at the start of a holder's transaction; false where the job is no longer its. */
export async function renewLease(transaction: Transaction, { id, owner }: HeldJob): Promise<boolean> {
  const renewed = await transaction.$executeRaw`
    UPDATE jobs SET lease_until = now() + ${LEASE}
    WHERE id = ${id}::uuid AND lease_owner = ${owner}::uuid AND status = 'running'`
  return renewed > 0
}
