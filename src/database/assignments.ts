/** Assignments of a course. */
import { ownAssignment } from './assignment-lock.js'
import type { Database } from './client.js'
import { Prisma } from './generated/client.js'

/** What a PUT decides about an assignment. */
export type AssignmentPolicyRow = {
  readonly graphId: string
  readonly graphVersion: number
  /** null: the graph's. */
  readonly title: string | null
  readonly points: number
  readonly opensAt: Date | null
  readonly dueAt: Date | null
  readonly closesAt: Date | null
  readonly lateCredit: number
  readonly maxAttempts: number | null
  readonly keep: string
  readonly tolerance: unknown
  readonly weights: unknown
  readonly feedback: string
  readonly reveal: string
  readonly variants: string
  readonly followThrough: number
}

export type StoredAssignment = AssignmentPolicyRow & {
  readonly id: string
  readonly key: string
  readonly revision: number
  readonly createdAt: Date
  readonly updatedAt: Date
  /** 32 random bytes from which variants are drawn; never shown. */
  readonly seed: Uint8Array
  /** The regrading whose results stand, null where attempts keep those they were stored with. */
  readonly regradeId: string | null
  readonly graphKey: string
  readonly graphTitle: string
  /** Whether anyone may practise on the graph. */
  readonly graphPublic: boolean
  /** Whether the graph says of any input how it is drawn. */
  readonly graphVaries: boolean
}

export type AssignmentRepository = ReturnType<typeof createAssignmentRepository>

const COLUMNS = Prisma.sql`
  a.id, a.key, a.title, a.graph_id AS "graphId", a.graph_version AS "graphVersion", a.points,
  a.opens_at AS "opensAt", a.due_at AS "dueAt", a.closes_at AS "closesAt", a.late_credit AS "lateCredit",
  a.max_attempts AS "maxAttempts", a.keep, a.tolerance, a.weights, a.feedback, a.reveal, a.variants,
  a.follow_through AS "followThrough", a.seed, a.regrade_id AS "regradeId", a.revision,
  a.created_at AS "createdAt", a.updated_at AS "updatedAt"`

/** With what is shown of the graph: no definition is read for that. */
const WITH_GRAPH = Prisma.sql`
  SELECT ${COLUMNS}, g.key AS "graphKey", v.definition->>'title' AS "graphTitle",
    COALESCE((v.definition->>'public')::boolean, false) AS "graphPublic",
    jsonb_path_exists(v.definition, '$.inputs[*].sample') AS "graphVaries"
  FROM assignments a
  JOIN graphs g ON g.id = a.graph_id
  JOIN graph_versions v ON v.graph_id = a.graph_id AND v.version = a.graph_version`

/** Assignments, read and written with their policies. */
export function createAssignmentRepository(database: Database) {
  return {
    async find(courseId: string, key: string): Promise<StoredAssignment | undefined> {
      const rows = await database.$queryRaw<StoredAssignment[]>`
        ${WITH_GRAPH} WHERE a.course_id = ${courseId}::uuid AND a.key = ${key}`
      return rows[0]
    },

    /** The assignments of a course by key, after a key and up to a limit; null: all that follow. */
    async list(courseId: string, after: string, limit: number | null): Promise<StoredAssignment[]> {
      return database.$queryRaw<StoredAssignment[]>`
        ${WITH_GRAPH} WHERE a.course_id = ${courseId}::uuid AND a.key > ${after}
        ORDER BY a.key LIMIT ${limit}::bigint`
    },

    /**
     * Creates the assignment, with this seed, or replaces its policy, which then has the next revision. `replaces` is the revision that
     * the policy was made for, 0 for a new assignment: false when another PUT came between, and nothing is changed.
     */
    async put(
      courseId: string,
      assignment: AssignmentPolicyRow & Pick<StoredAssignment, 'id' | 'key' | 'seed'>,
      replaces: number,
      time: Date,
    ): Promise<boolean> {
      const { id, key, title, graphId, graphVersion, points, opensAt, dueAt, closesAt } = assignment
      const { lateCredit, maxAttempts, keep, tolerance, weights } = assignment
      const { feedback, reveal, variants, followThrough, seed } = assignment
      return database.$transaction(async transaction => {
        await ownAssignment(transaction, id)
        const changed = await transaction.$executeRaw`
          INSERT INTO assignments (
            course_id, id, key, title, graph_id, graph_version, points, opens_at, due_at, closes_at, late_credit,
            max_attempts, keep, tolerance, weights, feedback, reveal, variants, follow_through, seed, revision,
            created_at, updated_at)
          VALUES (
            ${courseId}::uuid, ${id}::uuid, ${key}, ${title}, ${graphId}::uuid, ${graphVersion}::int,
            ${points}::float8, ${opensAt}::timestamptz, ${dueAt}::timestamptz, ${closesAt}::timestamptz,
            ${lateCredit}::float8, ${maxAttempts}::int, ${keep}, ${json(tolerance)}::jsonb,
            ${json(weights)}::jsonb, ${feedback}, ${reveal}, ${variants}, ${followThrough}::float8, ${seed}::bytea, 1,
            ${time}, ${time})
          ON CONFLICT (course_id, key) DO UPDATE SET
            title = EXCLUDED.title, graph_id = EXCLUDED.graph_id, graph_version = EXCLUDED.graph_version,
            points = EXCLUDED.points, opens_at = EXCLUDED.opens_at, due_at = EXCLUDED.due_at,
            closes_at = EXCLUDED.closes_at, late_credit = EXCLUDED.late_credit, max_attempts = EXCLUDED.max_attempts,
            keep = EXCLUDED.keep, tolerance = EXCLUDED.tolerance, weights = EXCLUDED.weights,
            feedback = EXCLUDED.feedback, reveal = EXCLUDED.reveal, variants = EXCLUDED.variants,
            follow_through = EXCLUDED.follow_through,
            revision = assignments.revision + 1, updated_at = EXCLUDED.updated_at
          WHERE assignments.revision = ${replaces}::int`
        return changed > 0
      })
    },
  }
}

function json(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value)
}
