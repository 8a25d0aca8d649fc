/**
 * The SQL of storing attempts in one statement, without locking anything before: it fails where what was read before is not
 * so any more.
 */
import { assignmentLock } from './assignment-lock.js'
import { SET_PROGRESS, tell, type Told } from './attempt-statements.js'
import type { Database } from './client.js'

/** An assignment as it was read, and what all attempts on it have in common. */
export type PlaceAsRead = {
  /** What its rows name it by. */
  readonly place: number
  readonly courseId: string
  readonly assignmentId: string
  readonly revision: number
  readonly regradeId: string | null
  readonly graphId: string
  readonly graphVersion: number
  readonly feedback: string
  readonly reveal: string
}

/** An attempt, the progress that it leads to, the role as it was read and the idempotency key, if any, in hexadecimal. */
export type RowAtOnce = {
  readonly place: number
  readonly learner: string
  readonly role: string
  /** Of who was not enrolled: the hash that an erasure would have left, in hexadecimal. */
  readonly memberHash: string | null
  readonly id: string
  readonly number: number
  readonly credit: number
  readonly earned: number
  readonly late: boolean
  readonly points: number
  readonly maxPoints: number
  readonly variant: string | null
  readonly inputs: unknown
  readonly submittedAt: Date
  readonly answers: unknown
  readonly boxes: unknown
  readonly shown: unknown
  readonly keyHash: string | null
  readonly fingerprint: string | null
  readonly kept: number
  readonly best: number
  readonly first: number
  readonly last: number
  readonly sum: number
  readonly completedAt: Date | null
  readonly firstSeenAt: Date
  readonly firstSubmittedAt: Date
}

/**
 * Stores attempts, none of them of the same learner in the same course, with keys, progress and what they tell.
 *
 * What was read holds when it is stored, or dividing by zero ends the statement and leaves nothing: every key is new; every
 * assignment can be shared with others who store attempts and has the revision and regrading that were read, which a
 * function looks up anew once the lock is there, since the statement itself sees what was there when it began; everybody
 * is enrolled in the role that was read, or was not and is by this statement, and was not erased by then; and everybody's
 * progress has one attempt less and begins with the same (after an erasure there may be as many again). Locks are taken in everybody's order: idempotency keys, assignments, members, progress.
 */
export async function storeAtOnce(
  database: Pick<Database, '$executeRaw'>,
  places: readonly PlaceAsRead[],
  rows: readonly RowAtOnce[],
  told: Told,
): Promise<void> {
  const given = places.map(place => ({ ...place, lock: assignmentLock(place.assignmentId) }))
  const keys = rows.reduce((count, { keyHash }) => count + (keyHash === null ? 0 : 1), 0)
  const newcomers = rows.reduce((count, { memberHash }) => count + (memberHash === null ? 0 : 1), 0)
  await database.$executeRaw`
    WITH places AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS given (
        place int, "courseId" uuid, "assignmentId" uuid, revision int, "regradeId" uuid, "graphId" uuid,
        "graphVersion" int, feedback text, reveal text, lock bigint)
    ), items AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS given (
        place int, learner text, role text, "memberHash" text, id uuid, number int, credit float8, earned int,
        late boolean, points float8, "maxPoints" float8, variant text, inputs jsonb, "submittedAt" timestamptz, answers jsonb, boxes jsonb,
        shown jsonb, "keyHash" text, fingerprint text, kept int, best int, first int, last int, sum bigint,
        "completedAt" timestamptz, "firstSeenAt" timestamptz, "firstSubmittedAt" timestamptz)
      JOIN places USING (place)
    ), claimed AS (
      INSERT INTO idempotency_keys (course_id, key_hash, fingerprint, attempt_id, created_at)
      SELECT "courseId", decode("keyHash", 'hex'), decode(fingerprint, 'hex'), id, "submittedAt"
      FROM items WHERE "keyHash" IS NOT NULL
      ORDER BY "courseId", "keyHash"
      ON CONFLICT (course_id, key_hash) DO NOTHING
      RETURNING 1
    ), as_read AS (
      SELECT 1 / bool_and(CASE
        WHEN keys.claimed <> ${keys}::int THEN false
        WHEN pg_try_advisory_xact_lock_shared(lock)
          THEN assignment_stands("courseId", "assignmentId", revision, "regradeId")
        ELSE false
      END)::int AS holds
      FROM places, (SELECT count(*) AS claimed FROM claimed) AS keys
    ), enrolled AS (
      INSERT INTO members (course_id, key, role, created_at, updated_at)
      SELECT "courseId", learner, role, "submittedAt", "submittedAt"
      FROM items WHERE (SELECT holds FROM as_read) = 1
      ORDER BY "courseId", learner
      ON CONFLICT (course_id, key) DO UPDATE SET role = members.role WHERE members.role <> EXCLUDED.role
      RETURNING course_id, key, role
    ), as_enrolled AS (
      SELECT 1 / (count(*) = ${newcomers}::int AND COALESCE(bool_and(
        enrolled.role = items.role AND "memberHash" IS NOT NULL
        AND NOT is_erased("courseId", decode("memberHash", 'hex'))), true))::int AS holds
      FROM enrolled
      JOIN items ON items."courseId" = enrolled.course_id AND items.learner = enrolled.key
    ), progressed AS (
      INSERT INTO progress (
        course_id, assignment_id, learner, attempts, credit_millionths, best_millionths, first_millionths,
        last_millionths, sum_millionths, max_points, completed_at, first_seen_at, first_submitted_at,
        last_submitted_at)
      SELECT "courseId", "assignmentId", learner, number, kept, best, first, last, sum, "maxPoints", "completedAt",
        "firstSeenAt", "firstSubmittedAt", "submittedAt"
      FROM items WHERE (SELECT holds FROM as_enrolled) = 1
      ORDER BY "courseId", "assignmentId", learner
      ON CONFLICT (course_id, assignment_id, learner) DO UPDATE SET ${SET_PROGRESS}
      WHERE progress.attempts = EXCLUDED.attempts - 1
        AND (EXCLUDED.attempts = 1 OR progress.first_submitted_at = EXCLUDED.first_submitted_at)
      RETURNING 1
    ), attempted AS (
      INSERT INTO attempts (
        course_id, id, assignment_id, learner, number, credit, earned_millionths, late, points, max_points, graph_id,
        graph_version, variant, inputs, policy_revision, feedback, reveal, submitted_at, answers, boxes, progress,
        idempotency_key_hash)
      SELECT "courseId", id, "assignmentId", learner, number, credit, earned, late, points, "maxPoints", "graphId",
        "graphVersion", variant, inputs, revision, feedback, reveal, "submittedAt", answers, boxes, shown,
        decode("keyHash", 'hex')
      FROM items WHERE (SELECT 1 / (count(*) = ${rows.length}::int)::int FROM progressed) = 1
    )
    ${tell(told)}`
}
