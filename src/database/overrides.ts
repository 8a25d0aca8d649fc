/** What holds for single learners in the place of an assignment's policy. */
import type { Database } from './client.js'
import { storeEnrolled } from './enrolment.js'
import { Prisma } from './generated/client.js'

/** What a PUT decides; null: the policy's. */
export type OverrideRow = {
  readonly dueAt: Date | null
  readonly closesAt: Date | null
  readonly extraAttempts: number
}

export type StoredOverride = OverrideRow & {
  readonly assignmentId: string
  readonly learner: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type OverrideRepository = ReturnType<typeof createOverrideRepository>

const COLUMNS = Prisma.sql`
  assignment_id AS "assignmentId", learner, due_at AS "dueAt", closes_at AS "closesAt",
  extra_attempts AS "extraAttempts", created_at AS "createdAt", updated_at AS "updatedAt"`

/** Overrides, read and written. Whoever gets one is enrolled with it, so that an erasure finds all there is of them. */
export function createOverrideRepository(database: Database) {
  return {
    async find(courseId: string, assignmentId: string, learner: string): Promise<StoredOverride | undefined> {
      const rows = await database.$queryRaw<StoredOverride[]>`
        SELECT ${COLUMNS} FROM overrides
        WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid AND learner = ${learner}`
      return rows[0]
    },

    /** The overrides of an assignment by learner, after a learner and up to a limit. */
    async list(
      courseId: string,
      assignmentId: string,
      after: string,
      limit: number,
    ): Promise<StoredOverride[]> {
      return database.$queryRaw<StoredOverride[]>`
        SELECT ${COLUMNS} FROM overrides
        WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid AND learner > ${after}
        ORDER BY learner LIMIT ${limit}::bigint`
    },

    /** All overrides that these learners have in a course. */
    async ofLearners(courseId: string, learners: readonly string[]): Promise<StoredOverride[]> {
      return database.$queryRaw<StoredOverride[]>`
        SELECT ${COLUMNS} FROM overrides
        WHERE course_id = ${courseId}::uuid AND learner = ANY(${[...learners]}::text[])`
    },

    /** Stores or replaces an override; the same again changes nothing. Undefined for someone who was erased. */
    async put(
      courseId: string,
      override: OverrideRow & Pick<StoredOverride, 'assignmentId' | 'learner'>,
      learnerHash: Uint8Array,
      time: Date,
    ): Promise<{ readonly override: StoredOverride; readonly created: boolean } | undefined> {
      const { assignmentId, learner, dueAt, closesAt, extraAttempts } = override
      return storeEnrolled(database, { courseId, learner, learnerHash }, time, async transaction => {
        const before = await transaction.$queryRaw<unknown[]>`
          SELECT learner FROM overrides
          WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid AND learner = ${learner}`
        const [stored] = await transaction.$queryRaw<StoredOverride[]>`
          INSERT INTO overrides (
            course_id, assignment_id, learner, due_at, closes_at, extra_attempts, created_at, updated_at)
          VALUES (
            ${courseId}::uuid, ${assignmentId}::uuid, ${learner}, ${dueAt}::timestamptz, ${closesAt}::timestamptz,
            ${extraAttempts}::int, ${time}, ${time})
          ON CONFLICT (course_id, assignment_id, learner) DO UPDATE SET
            due_at = EXCLUDED.due_at, closes_at = EXCLUDED.closes_at, extra_attempts = EXCLUDED.extra_attempts,
            updated_at = CASE
              WHEN overrides.due_at IS NOT DISTINCT FROM EXCLUDED.due_at
                AND overrides.closes_at IS NOT DISTINCT FROM EXCLUDED.closes_at
                AND overrides.extra_attempts = EXCLUDED.extra_attempts
              THEN overrides.updated_at ELSE EXCLUDED.updated_at END
          RETURNING ${COLUMNS}`
        if (stored === undefined) throw new Error('the upsert of an override returned no row')
        return { override: stored, created: before.length === 0 }
      })
    },

    /** Takes an override away; false when there is none. */
    async delete(courseId: string, assignmentId: string, learner: string): Promise<boolean> {
      const deleted = await database.$executeRaw`
        DELETE FROM overrides
        WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid AND learner = ${learner}`
      return deleted > 0
    },
  }
}
