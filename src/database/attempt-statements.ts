/**
 * The SQL of storing attempts. Each statement takes any number of rows of any number of courses, and is of a form that a
 * cluster sharded by course takes as well: INSERT … SELECT … ON CONFLICT with nothing but EXCLUDED, or a join that goes
 * by the course.
 */
import { assignmentLocks } from './assignment-lock.js'
import type { Transaction } from './client.js'
import { Prisma } from './generated/client.js'
import type { LearnerPlace } from './learner-states.js'
import { markInsertion, type NewMark } from './standing-marks.js'
import { insertionOf, type NewSummaryChange } from './summary-changes.js'
import { deliveryInsertion, type NewDelivery } from './webhook-rows.js'

export type KeyClaim = {
  readonly courseId: string
  /** SHA-256 of the key, in hexadecimal. */
  readonly keyHash: string
  readonly fingerprint: string
  readonly attemptId: string
  readonly createdAt: Date
}

/** What a flush has got: the keys that nobody had before, and the learners who were not enrolled before. */
export type Held = {
  readonly keys: readonly { readonly courseId: string; readonly keyHash: string }[]
  readonly newcomers: readonly { readonly courseId: string; readonly learner: string }[]
}

/**
 * Takes all that a flush has to have, in this order: claims the idempotency keys, each of which is given once, waiting for
 * whoever is just storing one of them; shares the assignments, and fails (`isAssignmentHeld`) where somebody has one alone;
 * enrols the learners who are not enrolled and locks those who are, without writing anything of them. Whoever writes of a
 * learner in a course takes this last lock: two flushes, an erasure and a change of role take turns.
 */
export async function holdAll(
  transaction: Transaction,
  places: readonly LearnerPlace[],
  claims: readonly KeyClaim[],
  time: Date,
): Promise<Held> {
  const members = new Map(
    places.map(({ courseId, learner }) => [`${courseId}/${learner}`, { courseId, learner }]),
  )
  // The assignments' locks are asked for once: after the last key, which is what the count of these is for, and before the
  // first learner. Where one is not to be had, the statement ends by dividing by zero: a round trip less for all others.
  const rows = await transaction.$queryRaw<{ kind: 'key' | 'learner'; courseId: string; value: string }[]>`
    WITH claimed AS (
      INSERT INTO idempotency_keys (course_id, key_hash, fingerprint, attempt_id, created_at)
      SELECT "courseId", decode("keyHash", 'hex'), decode(fingerprint, 'hex'), "attemptId", "createdAt"
      FROM jsonb_to_recordset(${JSON.stringify(claims)}::jsonb) AS given (
        "courseId" uuid, "keyHash" text, fingerprint text, "attemptId" uuid, "createdAt" timestamptz)
      ORDER BY "courseId", "keyHash"
      ON CONFLICT (course_id, key_hash) DO NOTHING
      RETURNING course_id, key_hash
    ), enrolled AS (
      INSERT INTO members (course_id, key, role, created_at, updated_at)
      SELECT "courseId", learner, 'learner', ${time}::timestamptz, ${time}::timestamptz
      FROM jsonb_to_recordset(${JSON.stringify([...members.values()])}::jsonb) AS given ("courseId" uuid, learner text)
      WHERE (
        SELECT 1 / bool_and(pg_try_advisory_xact_lock_shared(number))::int
        FROM unnest(${assignmentLocks(places.map(place => place.assignmentId))}::bigint[]) AS locks (number),
          (SELECT count(*) FROM claimed) AS after_all_keys) > 0
      ORDER BY "courseId", learner
      ON CONFLICT (course_id, key) DO UPDATE SET role = EXCLUDED.role WHERE false
      RETURNING course_id, key
    )
    SELECT 'key' AS kind, course_id AS "courseId", encode(key_hash, 'hex') AS value FROM claimed
    UNION ALL
    SELECT 'learner', course_id, key FROM enrolled`
  return {
    keys: rows.flatMap(({ kind, courseId, value }) => (kind === 'key' ? { courseId, keyHash: value } : [])),
    newcomers: rows.flatMap(({ kind, courseId, value }) =>
      kind === 'learner' ? { courseId, learner: value } : [],
    ),
  }
}

/** Gives claimed keys back: nothing was stored with them. */
export async function releaseKeys(transaction: Transaction, claims: readonly KeyClaim[]): Promise<void> {
  await transaction.$executeRaw`
    DELETE FROM idempotency_keys k
    USING unnest(${claims.map(claim => claim.courseId)}::uuid[], ${claims.map(claim => claim.keyHash)}::text[])
      AS given (course_id, key_hash)
    WHERE k.course_id = given.course_id AND k.key_hash = decode(given.key_hash, 'hex')`
}

/** Which of these people were erased: those whose hash an erasure has left. */
export async function findErased(
  transaction: Transaction,
  people: readonly { readonly courseId: string; readonly hash: string }[],
): Promise<{ readonly courseId: string; readonly hash: string }[]> {
  return transaction.$queryRaw`
    SELECT e.course_id AS "courseId", given.hash
    FROM unnest(${people.map(person => person.courseId)}::uuid[], ${people.map(person => person.hash)}::text[])
      AS given (course_id, hash)
    JOIN erasures e ON e.course_id = given.course_id AND e.member_hash = decode(given.hash, 'hex')`
}

/** A learner's progress as it is to be stored. */
export type NewProgress = LearnerPlace & {
  readonly attempts: number
  readonly creditMillionths: number
  readonly bestMillionths: number
  readonly firstMillionths: number
  readonly lastMillionths: number
  readonly sumMillionths: number
  readonly maxPoints: number
  readonly completedAt: Date | null
  readonly firstSeenAt: Date
  readonly firstSubmittedAt: Date
  readonly lastSubmittedAt: Date
}

/** An attempt as it is to be stored. */
export type NewAttempt = LearnerPlace & {
  readonly id: string
  readonly number: number
  readonly credit: number
  readonly earnedMillionths: number
  readonly late: boolean
  readonly points: number
  readonly maxPoints: number
  readonly graphId: string
  readonly graphVersion: number
  readonly variant: string | null
  readonly inputs: unknown
  readonly policyRevision: number
  readonly feedback: string
  readonly reveal: string
  readonly submittedAt: Date
  readonly answers: unknown
  readonly boxes: unknown
  readonly progress: unknown
  /** In hexadecimal. */
  readonly keyHash: string | null
}

/** How a learner's progress is replaced by the new one. */
export const SET_PROGRESS = Prisma.sql`
  attempts = EXCLUDED.attempts, credit_millionths = EXCLUDED.credit_millionths,
  best_millionths = EXCLUDED.best_millionths, first_millionths = EXCLUDED.first_millionths,
  last_millionths = EXCLUDED.last_millionths, sum_millionths = EXCLUDED.sum_millionths,
  max_points = EXCLUDED.max_points, completed_at = EXCLUDED.completed_at, first_seen_at = EXCLUDED.first_seen_at,
  first_submitted_at = EXCLUDED.first_submitted_at, last_submitted_at = EXCLUDED.last_submitted_at`

/** What is stored along with attempts, and told by them. */
export type Told = {
  /** What they add to summaries. */
  readonly changes: readonly NewSummaryChange[]
  /** Whose standing is another. */
  readonly marks: readonly NewMark[]
  /** What webhooks are told. */
  readonly deliveries: readonly NewDelivery[]
}

/** The end of a statement that stores attempts, after the last part of its WITH: what they tell. */
export function tell({ changes, marks, deliveries }: Told): Prisma.Sql {
  const delivered =
    deliveries.length === 0 ? Prisma.empty : Prisma.sql`, delivered AS (${deliveryInsertion(deliveries)})`
  return Prisma.sql`, marked AS (${markInsertion(marks)}) ${delivered} ${insertionOf(changes)}`
}

/** Stores attempts, the progress that they are counted in, a row a learner, and what they tell. */
export async function store(
  transaction: Transaction,
  progress: readonly NewProgress[],
  attempts: readonly NewAttempt[],
  told: Told,
): Promise<void> {
  await transaction.$executeRaw`
    WITH progressed AS (
      INSERT INTO progress (
        course_id, assignment_id, learner, attempts, credit_millionths, best_millionths, first_millionths,
        last_millionths, sum_millionths, max_points, completed_at, first_seen_at, first_submitted_at,
        last_submitted_at)
      SELECT "courseId", "assignmentId", learner, attempts, "creditMillionths", "bestMillionths", "firstMillionths",
        "lastMillionths", "sumMillionths", "maxPoints", "completedAt", "firstSeenAt", "firstSubmittedAt",
        "lastSubmittedAt"
      FROM jsonb_to_recordset(${JSON.stringify(progress)}::jsonb) AS given (
        "courseId" uuid, "assignmentId" uuid, learner text, attempts int, "creditMillionths" int,
        "bestMillionths" int, "firstMillionths" int, "lastMillionths" int, "sumMillionths" bigint,
        "maxPoints" float8, "completedAt" timestamptz, "firstSeenAt" timestamptz, "firstSubmittedAt" timestamptz,
        "lastSubmittedAt" timestamptz)
      ORDER BY "courseId", "assignmentId", learner
      ON CONFLICT (course_id, assignment_id, learner) DO UPDATE SET ${SET_PROGRESS}
    ), attempted AS (
      INSERT INTO attempts (
        course_id, id, assignment_id, learner, number, credit, earned_millionths, late, points, max_points, graph_id,
        graph_version, variant, inputs, policy_revision, feedback, reveal, submitted_at, answers, boxes, progress,
        idempotency_key_hash)
      SELECT "courseId", id, "assignmentId", learner, number, credit, "earnedMillionths", late, points, "maxPoints",
        "graphId", "graphVersion", variant, inputs, "policyRevision", feedback, reveal, "submittedAt", answers,
        boxes, progress, decode("keyHash", 'hex')
      FROM jsonb_to_recordset(${JSON.stringify(attempts)}::jsonb) AS given (
        "courseId" uuid, id uuid, "assignmentId" uuid, learner text, number int, credit float8,
        "earnedMillionths" int, late boolean, points float8, "maxPoints" float8, "graphId" uuid, "graphVersion" int,
        variant text, inputs jsonb, "policyRevision" int, feedback text, reveal text, "submittedAt" timestamptz,
        answers jsonb, boxes jsonb, progress jsonb, "keyHash" text)
    )
    ${tell(told)}`
}

/** Takes the memberships back of people who were enrolled in this very transaction: nothing was stored of them. */
export async function removeNewcomers(
  transaction: Transaction,
  people: readonly { readonly courseId: string; readonly learner: string }[],
): Promise<void> {
  await transaction.$executeRaw`
    DELETE FROM members m
    USING unnest(${people.map(person => person.courseId)}::uuid[], ${people.map(person => person.learner)}::text[])
      AS given (course_id, learner)
    WHERE m.course_id = given.course_id AND m.key = given.learner`
}
