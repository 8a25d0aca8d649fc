/** An assignment's attempts and what is kept of them, read in pages, in order of learner and number. */
import { STORED_RESULTS } from './summary-changes.js'
import type { Transaction } from './client.js'
import { Prisma } from './generated/client.js'
import { readStanding, type StoredSummary } from './summaries.js'
import { withBoxes } from './stored-boxes.js'

export type AssignmentPlace = { readonly courseId: string; readonly assignmentId: string }

/** An attempt with the result that stands. */
export type RecountedAttempt = {
  readonly learner: string
  readonly number: number
  readonly submittedAt: Date
  readonly earnedMillionths: number
  readonly complete: boolean
  readonly maxPoints: number
  readonly policyRevision: number
  /** The one that it was taken under, whatever it was regraded by. */
  readonly takenUnder: number
  /** When the variant that it answers was drawn; null where that is not known, and where inputs are the graph's own. */
  readonly drawnAt: Date | null
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
  readonly maxPoints: number
  readonly completedAt: Date | null
  readonly firstSeenAt: Date | null
  readonly firstSubmittedAt: Date | null
  readonly lastSubmittedAt: Date | null
}

/** Learners who follow each other, in the database's own order of texts; undefined: from the first, to the last. */
export type LearnerRange = { readonly after: string | undefined; readonly upTo: string | undefined }

/** An assignment as of one moment, or while nobody else can change what its attempts come to. */
export type AssignmentSnapshot = {
  readonly keep: string
  readonly revision: number
  /** The regrading whose results stand, and what its policy gives for full credit. */
  readonly regrading: { readonly policyRevision: number; readonly points: number } | undefined
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

/** Opens an assignment as the transaction shows it; undefined where there is none. */
export async function openAssignment(
  transaction: Transaction,
  { courseId, assignmentId }: AssignmentPlace,
): Promise<{ readonly snapshot: AssignmentSnapshot; readonly generation: string } | undefined> {
  const [assignment] = await transaction.$queryRaw<{ keep: string; revision: number; generation: string }[]>`
    SELECT keep, revision, COALESCE(regrade_id, ${STORED_RESULTS}::uuid) AS generation FROM assignments
    WHERE course_id = ${courseId}::uuid AND id = ${assignmentId}::uuid`
  if (assignment === undefined) return undefined
  const { keep, revision, generation } = assignment
  const [regrading] = await transaction.$queryRaw<{ policyRevision: number; points: number }[]>`
    SELECT policy_revision AS "policyRevision", (policy->'assignment'->>'points')::float8 AS points FROM jobs
    WHERE id = ${generation}::uuid`
  const snapshot: AssignmentSnapshot = {
    keep,
    revision,
    regrading,

    progress: (after, limit) => transaction.$queryRaw<RecountedProgress[]>`
      SELECT p.learner, m.role, p.attempts, p.credit_millionths AS "creditMillionths",
        p.best_millionths AS "bestMillionths", p.first_millionths AS "firstMillionths",
        p.last_millionths AS "lastMillionths", p.sum_millionths AS "sumMillionths", p.max_points AS "maxPoints",
        p.completed_at AS "completedAt", p.first_seen_at AS "firstSeenAt", p.first_submitted_at AS "firstSubmittedAt",
        p.last_submitted_at AS "lastSubmittedAt"
      FROM (
        SELECT * FROM progress
        WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
          ${after === undefined ? Prisma.empty : Prisma.sql`AND learner > ${after}`}
        ORDER BY learner
        LIMIT ${limit}::int) p
      LEFT JOIN members m ON m.course_id = ${courseId}::uuid AND m.key = p.learner
      ORDER BY p.learner`,

    // The page first, then what belongs to it, row by row by whole primary keys.
    attempts: async (range, after, limit) => {
      const rows = await transaction.$queryRaw<RecountedAttempt[]>`
      SELECT a.learner, a.number, a.submitted_at AS "submittedAt",
        COALESCE(r.earned_millionths, a.earned_millionths) AS "earnedMillionths",
        COALESCE(r.credit, a.credit) = 1 AS complete,
        COALESCE(r.max_points, a.max_points) AS "maxPoints",
        COALESCE(r.policy_revision, a.policy_revision) AS "policyRevision", a.policy_revision AS "takenUnder", (
          SELECT min(v.created_at) FROM variants v
          WHERE v.course_id = ${courseId}::uuid AND v.assignment_id = ${assignmentId}::uuid AND v.learner = a.learner
            AND v.graph_id = a.graph_id AND v.graph_version = a.graph_version AND v.token = a.variant
        ) AS "drawnAt",
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
      ORDER BY a.learner, a.number`
      return rows.map(withBoxes)
    },

    summary: async () =>
      (await readStanding(transaction, courseId, assignmentId)) ?? { totals: null, changes: [] },
  }
  return { snapshot, generation }
}
