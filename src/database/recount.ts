/**
 * What is read to count again, and to check, what attempts come to; and the writing of summaries that were counted anew.
 * Attempts are read in pages, in order of learner and number, never all of them at once.
 */
import { ownAssignment } from './assignment-lock.js'
import { STORED_RESULTS } from './attempt-statements.js'
import type { Database, Transaction } from './client.js'
import { Prisma } from './generated/client.js'
import { lockTotals, readStanding, writeTotals, type StoredSummary } from './summaries.js'

/** An attempt with the result that stands. */
export type RecountedAttempt = {
  readonly learner: string
  readonly number: number
  readonly submittedAt: Date
  readonly earnedMillionths: number
  readonly complete: boolean
  readonly policyRevision: number
  readonly boxes: unknown
  readonly answers: unknown
  /** Where its idempotency key, if it has one, leads to. */
  readonly key: 'none' | 'here' | 'elsewhere' | 'missing'
}

export type RecountedProgress = {
  readonly learner: string
  /** Of somebody who is no member, null. */
  readonly role: string | null
  readonly attempts: number
  readonly creditMillionths: number
  readonly bestMillionths: number
  readonly firstMillionths: number
  readonly lastMillionths: number
  readonly sumMillionths: bigint
  readonly completedAt: Date | null
  readonly firstSubmittedAt: Date | null
  readonly lastSubmittedAt: Date | null
}

/** Learners who follow each other, in the database's own order of texts; undefined: from the first, to the last. */
export type LearnerRange = { readonly after: string | undefined; readonly upTo: string | undefined }

/** An assignment as of one moment, or while nobody else can change what its attempts come to. */
export type AssignmentSnapshot = {
  readonly keep: string
  readonly revision: number
  /** The next progress rows, by learner. */
  readonly progress: (after: string | undefined, limit: number) => Promise<RecountedProgress[]>
  /** The next attempts of some learners, by learner and number. */
  readonly attempts: (
    range: LearnerRange,
    after: Pick<RecountedAttempt, 'learner' | 'number'> | undefined,
    limit: number,
  ) => Promise<RecountedAttempt[]>
  readonly summary: () => Promise<StoredSummary>
}

/** An idempotency key, its hash in hexadecimal, and where it leads to. Of an attempt that was erased nothing is left. */
export type RecountedKey = {
  readonly keyHash: string
  readonly leadsTo: 'its attempt' | 'another attempt' | 'nothing' | 'erased'
}

type AssignmentPlace = { readonly courseId: string; readonly assignmentId: string }

export type RecountRepository = ReturnType<typeof createRecountRepository>

/** Milliseconds that a whole assignment may take. */
const LONGEST_TRANSACTION = 6 * 3_600_000

/** Idempotency keys that one statement looks at. */
const KEYS_AT_ONCE = 5_000

/** Reads and writes of a recount. */
export function createRecountRepository(database: Database) {
  return {
    /** Shows an assignment as of one moment; undefined where there is none. Nothing is locked, and nothing written. */
    async look<Result>(
      place: AssignmentPlace,
      look: (snapshot: AssignmentSnapshot) => Promise<Result>,
    ): Promise<Result | undefined> {
      return database.$transaction(
        async transaction => {
          await transaction.$executeRaw`SET TRANSACTION READ ONLY`
          const opened = await openAssignment(transaction, place)
          return opened === undefined ? undefined : look(opened.snapshot)
        },
        { isolationLevel: 'RepeatableRead', timeout: LONGEST_TRANSACTION },
      )
    },

    /**
     * Puts newly counted totals in the place of what was kept for the results that stand. Submissions to the assignment
     * wait meanwhile. With `onlyMissing` nothing is done where something is kept. Answers whether something was.
     */
    async rebuild(
      place: AssignmentPlace,
      count: (snapshot: AssignmentSnapshot) => Promise<unknown>,
      { onlyMissing }: { readonly onlyMissing: boolean },
    ): Promise<boolean> {
      return database.$transaction(
        async transaction => {
          await ownAssignment(transaction, place.assignmentId)
          const opened = await openAssignment(transaction, place)
          if (opened === undefined) return false
          const { snapshot, generation } = opened
          const { totals, changes } = await snapshot.summary()
          if (onlyMissing && (totals !== null || changes.length > 0)) return false
          await lockTotals(transaction, { ...place, generation })
          await writeTotals(transaction, { ...place, generation }, await count(snapshot))
          await transaction.$executeRaw`
            DELETE FROM summary_changes
            WHERE course_id = ${place.courseId}::uuid AND assignment_id = ${place.assignmentId}::uuid
              AND generation = ${generation}::uuid`
          return true
        },
        { timeout: LONGEST_TRANSACTION },
      )
    },

    /** Assignments that somebody has begun, of which neither totals nor changes are kept for the results that stand. */
    async missing(): Promise<AssignmentPlace[]> {
      return database.$queryRaw<AssignmentPlace[]>`
        SELECT a.course_id AS "courseId", a.id AS "assignmentId"
        FROM assignments a
        WHERE NOT EXISTS (
            SELECT FROM summaries s
            WHERE s.course_id = a.course_id AND s.assignment_id = a.id
              AND s.generation = COALESCE(a.regrade_id, ${STORED_RESULTS}::uuid))
          AND NOT EXISTS (
            SELECT FROM summary_changes c
            WHERE c.course_id = a.course_id AND c.assignment_id = a.id
              AND c.generation = COALESCE(a.regrade_id, ${STORED_RESULTS}::uuid))
          AND EXISTS (SELECT FROM progress p WHERE p.course_id = a.course_id AND p.assignment_id = a.id)`
    },

    /** The next idempotency keys of a course, by hash, and where each leads to. */
    async keys(courseId: string, after: string): Promise<RecountedKey[]> {
      return database.$queryRaw<RecountedKey[]>`
        SELECT encode(k.key_hash, 'hex') AS "keyHash",
          CASE
            WHEN k.attempt_id IS NULL THEN 'erased'
            WHEN a.id IS NULL THEN 'nothing'
            WHEN a.idempotency_key_hash = k.key_hash THEN 'its attempt'
            ELSE 'another attempt' END AS "leadsTo"
        FROM (
          SELECT key_hash, attempt_id FROM idempotency_keys
          WHERE course_id = ${courseId}::uuid AND key_hash > decode(${after}, 'hex')
          ORDER BY key_hash
          LIMIT ${KEYS_AT_ONCE}::int) k
        LEFT JOIN attempts a ON a.course_id = ${courseId}::uuid AND a.id = k.attempt_id
        ORDER BY k.key_hash`
    },
  }
}

async function openAssignment(
  transaction: Transaction,
  { courseId, assignmentId }: AssignmentPlace,
): Promise<{ readonly snapshot: AssignmentSnapshot; readonly generation: string } | undefined> {
  const [assignment] = await transaction.$queryRaw<{ keep: string; revision: number; generation: string }[]>`
    SELECT keep, revision, COALESCE(regrade_id, ${STORED_RESULTS}::uuid) AS generation FROM assignments
    WHERE course_id = ${courseId}::uuid AND id = ${assignmentId}::uuid`
  if (assignment === undefined) return undefined
  const { keep, revision, generation } = assignment
  const snapshot: AssignmentSnapshot = {
    keep,
    revision,

    progress: (after, limit) => transaction.$queryRaw<RecountedProgress[]>`
      SELECT p.learner, m.role, p.attempts, p.credit_millionths AS "creditMillionths",
        p.best_millionths AS "bestMillionths", p.first_millionths AS "firstMillionths",
        p.last_millionths AS "lastMillionths", p.sum_millionths AS "sumMillionths", p.completed_at AS "completedAt",
        p.first_submitted_at AS "firstSubmittedAt", p.last_submitted_at AS "lastSubmittedAt"
      FROM (
        SELECT * FROM progress
        WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
          ${after === undefined ? Prisma.empty : Prisma.sql`AND learner > ${after}`}
        ORDER BY learner
        LIMIT ${limit}::int) p
      LEFT JOIN members m ON m.course_id = ${courseId}::uuid AND m.key = p.learner
      ORDER BY p.learner`,

    // The page first, then what belongs to it, row by row by whole primary keys.
    attempts: (range, after, limit) => transaction.$queryRaw<RecountedAttempt[]>`
      SELECT a.learner, a.number, a.submitted_at AS "submittedAt",
        COALESCE(r.earned_millionths, a.earned_millionths) AS "earnedMillionths",
        COALESCE(r.credit, a.credit) = 1 AS complete,
        COALESCE(r.policy_revision, a.policy_revision) AS "policyRevision",
        COALESCE(r.boxes, a.boxes) AS boxes, a.answers,
        CASE
          WHEN a.idempotency_key_hash IS NULL THEN 'none'
          WHEN k.key_hash IS NULL THEN 'missing'
          WHEN k.attempt_id = a.id THEN 'here'
          ELSE 'elsewhere' END AS key
      FROM (
        SELECT * FROM attempts
        WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
          ${range.after === undefined ? Prisma.empty : Prisma.sql`AND learner > ${range.after}`}
          ${range.upTo === undefined ? Prisma.empty : Prisma.sql`AND learner <= ${range.upTo}`}
          ${after === undefined ? Prisma.empty : Prisma.sql`AND (learner, number) > (${after.learner}, ${after.number}::int)`}
        ORDER BY learner, number
        LIMIT ${limit}::int) a
      LEFT JOIN regraded_attempts r
        ON r.course_id = ${courseId}::uuid AND r.job_id = ${generation}::uuid AND r.attempt_id = a.id
      LEFT JOIN idempotency_keys k
        ON k.course_id = ${courseId}::uuid AND k.key_hash = a.idempotency_key_hash
      ORDER BY a.learner, a.number`,

    summary: async () =>
      (await readStanding(transaction, courseId, assignmentId)) ?? { totals: null, changes: [] },
  }
  return { snapshot, generation }
}
