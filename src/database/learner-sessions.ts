/** Sessions of learners: assignments opened for one learner each by a token, which is known here by its hash alone. */
import type { Database } from './client.js'
import { storeEnrolled, type Enrolment } from './enrolment.js'

/** A session to be kept. */
export type NewSession = {
  readonly tokenHash: Uint8Array
  readonly assignmentId: string
  readonly keyId: string
  readonly expiresAt: Date
}

/** A session with what it is for, as all of that is now. */
export type StoredSession = {
  readonly courseId: string
  readonly tenantId: string
  readonly courseKey: string
  readonly courseTitle: string
  readonly assignmentKey: string
  readonly learner: string
  readonly learnerName: string | null
  readonly keyId: string
  readonly expiresAt: Date
  /** Whether the API key that made it was revoked. */
  readonly revoked: boolean
}

/** A course with sessions to be taken away, and how many. */
type CourseToPurge = { readonly courseId: string; readonly changes: number }

export type LearnerSessionRepository = ReturnType<typeof createLearnerSessionRepository>

/** Sessions, kept, found and taken away. Whoever gets one is enrolled with it, so that an erasure finds it. */
export function createLearnerSessionRepository(database: Database) {
  return {
    /** Keeps a session. False, and nothing is kept, for someone who was erased. */
    async keep(enrolment: Enrolment, session: NewSession, time: Date): Promise<boolean> {
      const { courseId, learner } = enrolment
      const { tokenHash, assignmentId, keyId, expiresAt } = session
      const kept = await storeEnrolled(database, enrolment, time, async transaction => {
        await transaction.$executeRaw`
          INSERT INTO learner_sessions (
            course_id, token_hash, assignment_id, learner, key_id, expires_at, created_at)
          VALUES (
            ${courseId}::uuid, ${tokenHash}, ${assignmentId}::uuid, ${learner}, ${keyId}::uuid, ${expiresAt}, ${time})`
        return true
      })
      return kept ?? false
    },

    /** The session of a token of a course; undefined where there is none, or no course, member or API key of it any more. */
    async find(courseId: string, tokenHash: Uint8Array): Promise<StoredSession | undefined> {
      const rows = await database.$queryRaw<StoredSession[]>`
        SELECT s.course_id AS "courseId", c.tenant_id AS "tenantId", c.key AS "courseKey", c.title AS "courseTitle",
          a.key AS "assignmentKey", s.learner, m.name AS "learnerName", s.key_id AS "keyId",
          s.expires_at AS "expiresAt", k.revoked_at IS NOT NULL AS revoked
        FROM learner_sessions s
        JOIN assignments a ON a.course_id = s.course_id AND a.id = s.assignment_id
        JOIN members m ON m.course_id = s.course_id AND m.key = s.learner
        JOIN courses c ON c.id = s.course_id
        JOIN api_keys k ON k.id = s.key_id AND k.tenant_id = c.tenant_id
        WHERE s.course_id = ${courseId}::uuid AND s.token_hash = ${tokenHash}`
      return rows[0]
    },

    /** Courses with sessions that ended before a time, at most so many, in an order that is another for any other text. */
    async toPurge(endedBefore: Date, order: string, most: number): Promise<CourseToPurge[]> {
      return database.$queryRaw<CourseToPurge[]>`
        SELECT course_id AS "courseId", count(*)::int AS changes FROM learner_sessions
        WHERE expires_at < ${endedBefore}
        GROUP BY course_id
        ORDER BY md5(course_id::text || ${order}::text)
        LIMIT ${most}::int`
    },

    /** Takes away at most so many sessions of a course that ended before a time, and answers how many that were. */
    async purge(courseId: string, endedBefore: Date, limit: number): Promise<number> {
      // Rows that others hold are passed over, so that it waits for nobody.
      return database.$executeRaw`
        DELETE FROM learner_sessions WHERE course_id = ${courseId}::uuid AND token_hash = ANY(ARRAY(
          SELECT token_hash FROM learner_sessions
          WHERE course_id = ${courseId}::uuid AND expires_at < ${endedBefore}
          ORDER BY expires_at LIMIT ${limit}::bigint FOR UPDATE SKIP LOCKED))`
    },
  }
}
