/**
 * Deliveries: what webhooks are to be told, one row an event and webhook. A lane is what one webhook is told of one learner
 * on one assignment; it goes in the order of the attempts, and only its head is ever sent. Of a regrading, which is nobody's
 * in particular, each row is a lane of its own.
 */
import type { Database } from './client.js'
import { Prisma } from './generated/client.js'
import { deleteDeliveriesOf } from './webhooks.js'

export type StoredDelivery = {
  readonly courseId: string
  readonly id: string
  readonly webhookId: string
  readonly type: string
  readonly assignmentId: string
  readonly learner: string | null
  readonly number: number | null
  readonly attemptId: string | null
  readonly jobId: string | null
  readonly state: string
  readonly tries: number
  readonly dueAt: Date
  readonly createdAt: Date
  readonly finishedAt: Date | null
  readonly lastStatus: number | null
  readonly lastError: string | null
}

/** A delivery with the keys that clients know its place by. */
export type PlacedDelivery = StoredDelivery & { readonly course: string; readonly assignment: string }

/** What a try came to: when it is tried next, or that it never is. */
export type TriedDelivery = Pick<
  StoredDelivery,
  'id' | 'state' | 'tries' | 'dueAt' | 'finishedAt' | 'lastStatus' | 'lastError'
>

/** A course some of whose deliveries are due. */
export type DeliveryPlace = { readonly courseId: string }

export type DeliveryRepository = ReturnType<typeof createDeliveryRepository>

/** How long others leave a course alone after its dispatcher's last sign of life; by the database's clock. */
const LEASE_SECONDS = 30

const COLUMNS = Prisma.sql`
  d.course_id AS "courseId", d.id, d.webhook_id AS "webhookId", d.type, d.assignment_id AS "assignmentId", d.learner,
  d.number, d.attempt_id AS "attemptId", d.job_id AS "jobId", d.state, d.tries, d.due_at AS "dueAt",
  d.created_at AS "createdAt", d.finished_at AS "finishedAt", d.last_status AS "lastStatus", d.last_error AS "lastError"`

/** Another delivery of the same lane that is pending and comes before. */
const EARLIER = Prisma.sql`
  e.course_id = d.course_id AND e.learner = d.learner AND e.assignment_id = d.assignment_id
  AND e.webhook_id = d.webhook_id AND e.state = 'pending' AND (e.number, e.id) < (d.number, d.id)`

/** Deliveries, and who is sending those of a course. */
export function createDeliveryRepository(database: Database) {
  return {
    /** Deliveries of a webhook in the order of their making, of the courses of its tenant; in one state if given. */
    async list(
      { id, tenantId }: { readonly id: string; readonly tenantId: string },
      options: {
        readonly state: string | undefined
        readonly after: string | undefined
        readonly limit: number
      },
    ): Promise<PlacedDelivery[]> {
      const courses = await coursesOf(database, tenantId)
      const { state, after, limit } = options
      const inState = state === undefined ? Prisma.empty : Prisma.sql`AND d.state = ${state}`
      const afterId = after === undefined ? Prisma.empty : Prisma.sql`AND d.id > ${after}::uuid`
      const rows = await database.$queryRaw<(StoredDelivery & { assignment: string })[]>`
        SELECT ${COLUMNS}, a.key AS assignment
        FROM webhook_deliveries d
        JOIN assignments a ON a.course_id = d.course_id AND a.id = d.assignment_id
        WHERE d.course_id = ANY(${[...courses.keys()]}::uuid[]) AND d.webhook_id = ${id}::uuid ${inState} ${afterId}
        ORDER BY d.id LIMIT ${limit}::bigint`
      return rows.map(row => ({ ...row, course: courses.get(row.courseId) ?? '' }))
    },

    /** One delivery of a webhook. */
    async find(
      { id: webhookId, tenantId }: { readonly id: string; readonly tenantId: string },
      id: string,
    ): Promise<PlacedDelivery | undefined> {
      const courses = await coursesOf(database, tenantId)
      const rows = await database.$queryRaw<(StoredDelivery & { assignment: string })[]>`
        SELECT ${COLUMNS}, a.key AS assignment
        FROM webhook_deliveries d
        JOIN assignments a ON a.course_id = d.course_id AND a.id = d.assignment_id
        WHERE d.course_id = ANY(${[...courses.keys()]}::uuid[]) AND d.id = ${id}::uuid
          AND d.webhook_id = ${webhookId}::uuid`
      const [row] = rows
      return row === undefined ? undefined : { ...row, course: courses.get(row.courseId) ?? '' }
    },

    /** Lets a delivery be sent at once, as if it had never been tried; one that is pending, without waiting any longer. */
    async resend({ courseId, id }: Pick<StoredDelivery, 'courseId' | 'id'>, time: Date): Promise<boolean> {
      const updated = await database.$executeRaw`
        UPDATE webhook_deliveries SET state = 'pending', tries = 0, due_at = ${time}, finished_at = NULL
        WHERE course_id = ${courseId}::uuid AND id = ${id}::uuid`
      return updated > 0
    },

    /**
     * The heads of lanes that are due, of these webhooks; what has waited longest comes first. Only the course's dispatcher
     * asks, so that nobody else is given them.
     */
    async dueHeads(
      courseId: string,
      webhookIds: readonly string[],
      time: Date,
      limit: number,
    ): Promise<StoredDelivery[]> {
      return database.$queryRaw<StoredDelivery[]>`
        SELECT ${COLUMNS} FROM webhook_deliveries d
        WHERE d.course_id = ${courseId}::uuid AND d.webhook_id = ANY(${[...webhookIds]}::uuid[])
          AND d.state = 'pending' AND d.due_at <= ${time}
          AND NOT EXISTS (SELECT FROM webhook_deliveries e WHERE ${EARLIER})
        ORDER BY d.due_at, d.number, d.id LIMIT ${limit}::bigint`
    },

    /** Whether a delivery is still to be sent, after so many tries. */
    async isPending({ courseId, id, tries }: StoredDelivery): Promise<boolean> {
      const rows = await database.$queryRaw<unknown[]>`
        SELECT FROM webhook_deliveries
        WHERE course_id = ${courseId}::uuid AND id = ${id}::uuid AND state = 'pending' AND tries = ${tries}::int`
      return rows.length > 0
    },

    /** Writes what a try came to. What was erased, or resent, meanwhile is left as it is. */
    async write(courseId: string, tried: TriedDelivery): Promise<void> {
      const { id, state, tries, dueAt, finishedAt, lastStatus, lastError } = tried
      await database.$executeRaw`
        UPDATE webhook_deliveries SET state = ${state}, tries = ${tries}::int, due_at = ${dueAt},
          finished_at = ${finishedAt}::timestamptz, last_status = ${lastStatus}::int, last_error = ${lastError}
        WHERE course_id = ${courseId}::uuid AND id = ${id}::uuid AND state = 'pending' AND tries = ${tries}::int - 1`
    },

    /** Takes a delivery away that has nothing to tell any more. */
    async drop({ courseId, id }: Pick<StoredDelivery, 'courseId' | 'id'>): Promise<void> {
      await database.$executeRaw`
        DELETE FROM webhook_deliveries WHERE course_id = ${courseId}::uuid AND id = ${id}::uuid`
    },

    /** Lets what stands in a lane behind a delivery that waits wait as long: then nothing is due that cannot be sent. */
    async holdBack(courseId: string, time: Date): Promise<void> {
      await database.$executeRaw`
        UPDATE webhook_deliveries d SET due_at = e.due_at
        FROM webhook_deliveries e
        WHERE d.course_id = ${courseId}::uuid AND d.state = 'pending' AND d.due_at <= ${time}
          AND ${EARLIER} AND e.due_at > ${time}`
    },

    /** The webhook of one of the deliveries that are due, if any is; of none of these. */
    async dueElsewhere(
      courseId: string,
      webhookIds: readonly string[],
      time: Date,
    ): Promise<string | undefined> {
      const rows = await database.$queryRaw<{ webhookId: string }[]>`
        SELECT webhook_id AS "webhookId" FROM webhook_deliveries
        WHERE course_id = ${courseId}::uuid AND state = 'pending' AND due_at <= ${time}
          AND webhook_id <> ALL(${[...webhookIds]}::uuid[])
        LIMIT 1`
      return rows[0]?.webhookId
    },

    /** When the next delivery of a course is due; undefined where none is pending. */
    async nextDue(courseId: string): Promise<Date | undefined> {
      const rows = await database.$queryRaw<{ dueAt: Date }[]>`
        SELECT due_at AS "dueAt" FROM webhook_deliveries
        WHERE course_id = ${courseId}::uuid AND state = 'pending' ORDER BY due_at LIMIT 1`
      return rows[0]?.dueAt
    },

    /** Takes away what a course was to tell a webhook that is not told of it any more. */
    dropOf: (courseId: string, webhookId: string): Promise<void> =>
      deleteDeliveriesOf(database, courseId, webhookId),

    /** How long a lease holds from when it was asked for. */
    leaseMilliseconds: LEASE_SECONDS * 1_000,

    /** Takes the lease of a course, or takes it anew; false where somebody else has it. */
    async takeLease(courseId: string, owner: string): Promise<boolean> {
      const renewed = await database.$executeRaw`
        UPDATE webhook_dispatchers SET owner = ${owner}::uuid,
          lease_until = now() + ${LEASE_SECONDS}::int * interval '1 second'
        WHERE course_id = ${courseId}::uuid AND (owner = ${owner}::uuid OR lease_until < now())`
      if (renewed > 0) return true
      const inserted = await database.$executeRaw`
        INSERT INTO webhook_dispatchers (course_id, owner, lease_until)
        VALUES (${courseId}::uuid, ${owner}::uuid, now() + ${LEASE_SECONDS}::int * interval '1 second')
        ON CONFLICT (course_id) DO NOTHING`
      return inserted > 0
    },

    /** Lets go of a course. */
    async releaseLease(courseId: string, owner: string): Promise<void> {
      await database.$executeRaw`
        DELETE FROM webhook_dispatchers WHERE course_id = ${courseId}::uuid AND owner = ${owner}::uuid`
    },

    /** Courses that have deliveries due and that nobody is at work on. */
    async waitingCourses(time: Date): Promise<string[]> {
      const courses = await toldCourses(database)
      if (courses.length === 0) return []
      const rows = await database.$queryRaw<DeliveryPlace[]>`
        SELECT DISTINCT d.course_id AS "courseId" FROM webhook_deliveries d
        WHERE d.course_id = ANY(${courses}::uuid[]) AND d.state = 'pending' AND d.due_at <= ${time}
          AND NOT EXISTS (
            SELECT FROM webhook_dispatchers w WHERE w.course_id = d.course_id AND w.lease_until > now())`
      return rows.map(({ courseId }) => courseId)
    },

    /**
     * Takes away at most so many deliveries of a course that ended long ago, and answers how many that were. Those that
     * never arrived are kept for longer than the others.
     */
    async purge(
      courseId: string,
      before: { readonly delivered: Date; readonly dead: Date },
      limit: number,
    ): Promise<number> {
      let purged = 0
      for (const [state, time] of [
        ['delivered', before.delivered],
        ['dead', before.dead],
      ] as const) {
        // What has ended is not due again before it ended, so that the index by state and time leads there.
        purged += await database.$executeRaw`
          DELETE FROM webhook_deliveries WHERE course_id = ${courseId}::uuid AND id IN (
            SELECT id FROM webhook_deliveries
            WHERE course_id = ${courseId}::uuid AND state = ${state} AND due_at < ${time} AND finished_at < ${time}
            ORDER BY due_at LIMIT ${limit - purged}::bigint)`
      }
      return purged
    },

    /** Takes away at most so many deliveries that wait for webhooks that a course no longer has. */
    async purgeOrphans(courseId: string, webhookIds: readonly string[], limit: number): Promise<number> {
      return database.$executeRaw`
        DELETE FROM webhook_deliveries WHERE course_id = ${courseId}::uuid AND id IN (
          SELECT id FROM webhook_deliveries
          WHERE course_id = ${courseId}::uuid AND state = 'pending' AND webhook_id <> ALL(${[...webhookIds]}::uuid[])
          LIMIT ${limit}::bigint)`
    },

    /** Every course, by id, after one and up to a limit: where something may have to be purged. */
    async courses(after: string, limit: number): Promise<string[]> {
      const rows = await database.$queryRaw<{ id: string }[]>`
        SELECT id FROM courses WHERE id > ${after}::uuid ORDER BY id LIMIT ${limit}::bigint`
      return rows.map(({ id }) => id)
    },

    /** Forgets dispatchers that died long ago and whose course nobody took up since. */
    async dropLeftLeases(): Promise<void> {
      await database.$executeRaw`DELETE FROM webhook_dispatchers WHERE lease_until < now() - interval '1 hour'`
    },

    /** The keys of a delivery's course and assignment, for its message; undefined where they are gone. */
    async placeOf(courseId: string, assignmentId: string): Promise<DeliveryKeys | undefined> {
      const rows = await database.$queryRaw<DeliveryKeys[]>`
        SELECT c.tenant_id AS "tenantId", c.key AS course, c.title AS "courseTitle", a.key AS assignment,
          COALESCE(a.title, v.definition->>'title') AS "assignmentTitle", a.reveal
        FROM assignments a
        JOIN courses c ON c.id = a.course_id
        JOIN graph_versions v ON v.graph_id = a.graph_id AND v.version = a.graph_version
        WHERE a.course_id = ${courseId}::uuid AND a.id = ${assignmentId}::uuid`
      return rows[0]
    },
  }
}

/** What a message says of its place. */
export type DeliveryKeys = {
  readonly tenantId: string
  readonly course: string
  readonly courseTitle: string
  readonly assignment: string
  readonly assignmentTitle: string
  readonly reveal: string
}

/** Course → its key, of a tenant. */
async function coursesOf(database: Database, tenantId: string): Promise<Map<string, string>> {
  const courses = await database.course.findMany({ where: { tenantId }, select: { id: true, key: true } })
  return new Map(courses.map(({ id, key }) => [id, key]))
}

/** The courses that any webhook is told of. Few tenants have webhooks, and of the others no delivery is looked for. */
async function toldCourses(database: Database): Promise<string[]> {
  const rows = await database.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT c.id FROM webhooks w
    JOIN courses c ON c.tenant_id = w.tenant_id AND c.id = COALESCE(w.course_id, c.id)`
  return rows.map(({ id }) => id)
}
