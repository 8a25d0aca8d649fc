/** Stored attempts, and the idempotency keys that lead to them. Writing is the attempt writer's. */
import type { Database } from './client.js'
import { Prisma } from './generated/client.js'
import type { Reader } from './read-replicas.js'
import { withBoxes } from './stored-boxes.js'
import { firstIdAt } from './uuid-time.js'

export type StoredAttempt = {
  readonly id: string
  readonly assignmentId: string
  readonly learner: string
  readonly number: number
  readonly credit: number
  readonly late: boolean
  readonly points: number
  readonly maxPoints: number
  readonly submittedAt: Date
  /** null of an old attempt, where it is not known. */
  readonly graphId: string | null
  readonly graphVersion: number
  /** The variant answered and its inputs by name; null where they are the graph's own. */
  readonly variant: string | null
  readonly inputs: unknown
  /** What the policy let the learner's system see when it was submitted. */
  readonly feedback: string
  readonly reveal: string
  /** Box id → what was typed. */
  readonly answers: unknown
  readonly boxes: unknown
  readonly progress: unknown
}

/** What became of an idempotency key. After an erasure neither fingerprint nor attempt is left. */
export type StoredIdempotencyKey = {
  readonly fingerprint: Uint8Array | null
  readonly attemptId: string | null
}

/** Which attempts on an assignment: of one learner if given, after an id, and so many at most. */
type AttemptPage = {
  readonly learner: string | undefined
  readonly after: string | undefined
  readonly limit: number
}

export type AttemptRepository = ReturnType<typeof createAttemptRepository>

/** As the attempt was stored. */
const ORIGINAL = Prisma.sql`
  SELECT id, assignment_id AS "assignmentId", learner, number, credit, late, points,
    max_points AS "maxPoints", submitted_at AS "submittedAt", graph_id AS "graphId",
    graph_version AS "graphVersion", variant, inputs, feedback, reveal, answers, boxes, progress
  FROM attempts`

/** With what the regrading that stands has made of it, where that is another result. */
const STANDING = Prisma.sql`
  SELECT a.id, a.assignment_id AS "assignmentId", a.learner, a.number, COALESCE(r.credit, a.credit) AS credit,
    COALESCE(r.late, a.late) AS late, COALESCE(r.points, a.points) AS points,
    COALESCE(r.max_points, a.max_points) AS "maxPoints", a.submitted_at AS "submittedAt",
    COALESCE(r.graph_id, a.graph_id) AS "graphId", COALESCE(r.graph_version, a.graph_version) AS "graphVersion",
    a.variant, a.inputs, a.feedback, a.reveal, a.answers, COALESCE(r.boxes, a.boxes) AS boxes,
    COALESCE(r.progress, a.progress) AS progress
  FROM attempts a
  JOIN assignments s ON s.course_id = a.course_id AND s.id = a.assignment_id
  LEFT JOIN regraded_attempts r
    ON r.course_id = a.course_id AND r.job_id = s.regrade_id AND r.attempt_id = a.id`

/** Attempts, read. */
export function createAttemptRepository(database: Database, reader: Reader = () => database) {
  return {
    /** An attempt of a course by its id, with the result that stands. */
    async find(courseId: string, id: string): Promise<StoredAttempt | undefined> {
      const rows = await database.$queryRaw<StoredAttempt[]>`
        ${STANDING} WHERE a.course_id = ${courseId}::uuid AND a.id = ${id}::uuid`
      return rows.map(withBoxes)[0]
    },

    /** Those of these attempts of a course that there are, with the results that stand. From the database itself: just stored. */
    async findMany(courseId: string, ids: readonly string[]): Promise<StoredAttempt[]> {
      const rows = await database.$queryRaw<StoredAttempt[]>`
        ${STANDING} WHERE a.course_id = ${courseId}::uuid AND a.id = ANY(${[...ids]}::uuid[])`
      return rows.map(withBoxes)
    },

    /** A learner's attempt on an assignment by its number, with the result that stands. */
    async findNumber(
      courseId: string,
      assignmentId: string,
      learner: string,
      number: number,
    ): Promise<StoredAttempt | undefined> {
      const rows = await database.$queryRaw<StoredAttempt[]>`
        ${STANDING}
        WHERE a.course_id = ${courseId}::uuid AND a.assignment_id = ${assignmentId}::uuid
          AND a.learner = ${learner} AND a.number = ${number}::int`
      return rows.map(withBoxes)[0]
    },

    /** An attempt of a course by its id, with the result that it was stored with: what a replay answers. */
    async findOriginal(courseId: string, id: string): Promise<StoredAttempt | undefined> {
      const rows = await database.$queryRaw<StoredAttempt[]>`
        ${ORIGINAL} WHERE course_id = ${courseId}::uuid AND id = ${id}::uuid`
      return rows.map(withBoxes)[0]
    },

    /**
     * The attempts on an assignment, with the results that stand, in order of their ids, which is the order of their
     * making; as dashboards show them.
     */
    async list(courseId: string, assignmentId: string, page: AttemptPage): Promise<StoredAttempt[]> {
      return readPage(reader(), courseId, assignmentId, page)
    },

    /**
     * The same up to those that were made at a time, without one of them missing that was stored by now: from the database
     * itself. Where the ids of pages are to follow each other, no page may come from a replica that lags behind.
     */
    async listBefore(
      courseId: string,
      assignmentId: string,
      page: AttemptPage & { readonly before: Date },
    ): Promise<StoredAttempt[]> {
      return readPage(database, courseId, assignmentId, page)
    },

    async findIdempotencyKey(
      courseId: string,
      keyHash: Uint8Array,
    ): Promise<StoredIdempotencyKey | undefined> {
      const rows = await database.$queryRaw<StoredIdempotencyKey[]>`
        SELECT fingerprint, attempt_id AS "attemptId" FROM idempotency_keys
        WHERE course_id = ${courseId}::uuid AND key_hash = ${keyHash}`
      return rows[0]
    },
  }
}

async function readPage(
  database: Pick<Database, '$queryRaw'>,
  courseId: string,
  assignmentId: string,
  { learner, after, before, limit }: AttemptPage & { readonly before?: Date },
): Promise<StoredAttempt[]> {
  const ofLearner = learner === undefined ? Prisma.empty : Prisma.sql`AND a.learner = ${learner}`
  const afterId = after === undefined ? Prisma.empty : Prisma.sql`AND a.id > ${after}::uuid`
  const beforeId = before === undefined ? Prisma.empty : Prisma.sql`AND a.id < ${firstIdAt(before)}::uuid`
  const rows = await database.$queryRaw<StoredAttempt[]>`
    ${STANDING}
    WHERE a.course_id = ${courseId}::uuid AND a.assignment_id = ${assignmentId}::uuid
      ${ofLearner} ${afterId} ${beforeId}
    ORDER BY a.id
    LIMIT ${limit}`
  return rows.map(withBoxes)
}
