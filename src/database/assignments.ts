/** Assignments of a course. */
import type { Database } from './client.js'

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
}

export type StoredAssignment = AssignmentPolicyRow & {
  readonly id: string
  readonly key: string
  readonly revision: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type AssignmentRepository = ReturnType<typeof createAssignmentRepository>

export function createAssignmentRepository(database: Database) {
  return {
    async find(courseId: string, key: string): Promise<StoredAssignment | undefined> {
      return (
        (await database.assignment.findUnique({ where: { courseId_key: { courseId, key } } })) ?? undefined
      )
    },

    async list(courseId: string, after: string, limit: number): Promise<StoredAssignment[]> {
      return database.assignment.findMany({
        where: { courseId, key: { gt: after } },
        orderBy: { key: 'asc' },
        take: limit,
      })
    },

    /** Every assignment of a course by key. */
    async listAll(courseId: string): Promise<StoredAssignment[]> {
      return database.assignment.findMany({ where: { courseId }, orderBy: { key: 'asc' } })
    },

    /** Creates the assignment or replaces its policy, which then has the next revision. */
    async put(
      courseId: string,
      assignment: AssignmentPolicyRow & { readonly id: string; readonly key: string },
      time: Date,
    ): Promise<{ assignment: StoredAssignment; created: boolean }> {
      const a = assignment
      const [stored] = await database.$queryRaw<StoredAssignment[]>`
        INSERT INTO assignments (
          course_id, id, key, title, graph_id, graph_version, points, opens_at, due_at, closes_at, late_credit,
          max_attempts, keep, tolerance, weights, revision, created_at, updated_at)
        VALUES (
          ${courseId}::uuid, ${a.id}::uuid, ${a.key}, ${a.title}, ${a.graphId}::uuid, ${a.graphVersion}::int,
          ${a.points}::float8, ${a.opensAt}::timestamptz, ${a.dueAt}::timestamptz, ${a.closesAt}::timestamptz,
          ${a.lateCredit}::float8, ${a.maxAttempts}::int, ${a.keep}, ${json(a.tolerance)}::jsonb,
          ${json(a.weights)}::jsonb, 1, ${time}, ${time})
        ON CONFLICT (course_id, key) DO UPDATE SET
          title = EXCLUDED.title, graph_id = EXCLUDED.graph_id, graph_version = EXCLUDED.graph_version,
          points = EXCLUDED.points, opens_at = EXCLUDED.opens_at, due_at = EXCLUDED.due_at,
          closes_at = EXCLUDED.closes_at, late_credit = EXCLUDED.late_credit, max_attempts = EXCLUDED.max_attempts,
          keep = EXCLUDED.keep, tolerance = EXCLUDED.tolerance, weights = EXCLUDED.weights,
          revision = assignments.revision + 1, updated_at = EXCLUDED.updated_at
        RETURNING id, key, title, graph_id AS "graphId", graph_version AS "graphVersion", points,
          opens_at AS "opensAt", due_at AS "dueAt", closes_at AS "closesAt", late_credit AS "lateCredit",
          max_attempts AS "maxAttempts", keep, tolerance, weights, revision,
          created_at AS "createdAt", updated_at AS "updatedAt"`
      if (stored === undefined) throw new Error('the upsert of an assignment returned no row')
      return { assignment: stored, created: stored.id === a.id }
    },
  }
}

function json(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value)
}
