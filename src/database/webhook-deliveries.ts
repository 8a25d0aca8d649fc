/**
 * Deliveries: what webhooks are to be told, one row an event and webhook; to those who ask what became of them, and to whoever
 * sends one. In which order they are sent: webhook-lanes.ts. Who sends them: webhook-dispatchers.ts.
 */
import type { Database } from './client.js'
import { Prisma } from './generated/client.js'
import { DELIVERY_COLUMNS, type StoredDelivery } from './webhook-delivery-rows.js'
import { createDispatcherLeases } from './webhook-dispatchers.js'
import { createLaneReader } from './webhook-lanes.js'
import { createPurge } from './webhook-purge.js'
import type { StoredWebhook } from './webhooks.js'

export type { StoredDelivery } from './webhook-delivery-rows.js'

/** A delivery with the keys that clients know its place by. */
export type PlacedDelivery = StoredDelivery & { readonly course: string; readonly assignment: string }

/** What a try came to: when it is tried next, or that it never is. */
export type TriedDelivery = Pick<
  StoredDelivery,
  'id' | 'state' | 'tries' | 'dueAt' | 'finishedAt' | 'lastStatus' | 'lastError'
>

export type DeliveryRepository = ReturnType<typeof createDeliveryRepository>

/** Whose deliveries are asked for: none but those of its course, if it is told of one alone. */
type Told = Pick<StoredWebhook, 'id' | 'tenantId' | 'courseId'>

/** Deliveries, and who is sending those of a course. */
export function createDeliveryRepository(database: Database) {
  /**
   * Deliveries of a webhook, of the courses that it is told of now. That the courses are a matter of truth keeps the planner
   * from any index but the one that is in the order asked for.
   */
  const select = async (
    { id, tenantId, courseId }: Told,
    condition: Prisma.Sql,
    limit: number,
  ): Promise<PlacedDelivery[]> => {
    const courses = await database.course.findMany({
      where: { tenantId, ...(courseId === null ? {} : { id: courseId }) },
      select: { id: true, key: true },
    })
    const keys = new Map(courses.map(course => [course.id, course.key]))
    const rows = await database.$queryRaw<(StoredDelivery & { assignment: string })[]>`
      SELECT ${DELIVERY_COLUMNS}, a.key AS assignment
      FROM webhook_deliveries d
      JOIN assignments a ON a.course_id = d.course_id AND a.id = d.assignment_id
      WHERE d.webhook_id = ${id}::uuid AND ${condition} AND (d.course_id = ANY(${[...keys.keys()]}::uuid[])) IS TRUE
      ORDER BY d.id LIMIT ${limit}::bigint`
    return rows.map(row => ({ ...row, course: keys.get(row.courseId) ?? '' }))
  }

  return {
    ...createLaneReader(database),
    ...createDispatcherLeases(database),
    ...createPurge(database),

    /** Deliveries of a webhook in the order of their making, of the courses that it is told of; in one state if given. */
    async list(
      webhook: Told,
      options: {
        readonly state: string | undefined
        readonly after: string | undefined
        readonly limit: number
      },
    ): Promise<PlacedDelivery[]> {
      const { state, after, limit } = options
      const wanted = state === undefined ? ['pending', 'delivered', 'dead'] : [state]
      const afterId = after === undefined ? Prisma.empty : Prisma.sql`AND d.id > ${after}::uuid`
      // State by state, each of which is in order in the index.
      const pages = await Promise.all(
        wanted
          .flatMap(one => (one === 'pending' ? [one, 'loose'] : [one]))
          .map(one => select(webhook, Prisma.sql`d.state = ${one} ${afterId}`, limit)),
      )
      return pages
        .flat()
        .sort((one, other) => (one.id < other.id ? -1 : 1))
        .slice(0, limit)
    },

    /** One delivery of a webhook, of the courses that it is told of. */
    async find(webhook: Told, id: string): Promise<PlacedDelivery | undefined> {
      const [found] = await select(
        webhook,
        Prisma.sql`d.state IN ('pending', 'loose', 'delivered', 'dead') AND d.id = ${id}::uuid`,
        1,
      )
      return found
    },

    /**
     * Lets a delivery be sent at once, as if it had never been tried. What is pending keeps its place in its lane and waits no
     * longer; what has ended comes back in no lane, so that nothing waits for it. A webhook that is left alone after failures
     * is tried again at once as well.
     */
    async resend({
      courseId,
      id,
      webhookId,
    }: Pick<StoredDelivery, 'courseId' | 'id' | 'webhookId'>): Promise<boolean> {
      const updated = await database.$executeRaw`
        UPDATE webhook_deliveries SET state = CASE WHEN state = 'pending' THEN 'pending' ELSE 'loose' END,
          tries = 0, due_at = now(), finished_at = NULL
        WHERE course_id = ${courseId}::uuid AND id = ${id}::uuid`
      if (updated === 0) return false
      await database.$executeRaw`
        UPDATE webhooks SET probe_at = now() WHERE id = ${webhookId}::uuid AND probe_at > now()`
      return true
    },

    /** Whether a delivery is still to be sent, after so many tries, to a webhook that is still told of its course. */
    async isPending({ courseId, id, webhookId, tries }: StoredDelivery): Promise<boolean> {
      const rows = await database.$queryRaw<unknown[]>`
        SELECT FROM webhook_deliveries d
        JOIN webhooks w ON w.id = d.webhook_id AND COALESCE(w.course_id, d.course_id) = d.course_id
        WHERE d.course_id = ${courseId}::uuid AND d.id = ${id}::uuid AND d.webhook_id = ${webhookId}::uuid
          AND d.state IN ('pending', 'loose') AND d.tries = ${tries}::int`
      return rows.length > 0
    },

    /**
     * Writes what a try came to. What was erased, or resent, meanwhile is left as it is. Times are by the database's clock: it
     * is due as long from now as `dueAt` is from what another clock shows, if that is given.
     */
    async write(courseId: string, tried: TriedDelivery, shown?: Date): Promise<void> {
      const { id, state, tries, dueAt, finishedAt, lastStatus, lastError } = tried
      // What is to be tried again stays in its lane, or in none.
      const after = state === 'pending' ? Prisma.sql`state` : Prisma.sql`${state}`
      const due =
        shown === undefined
          ? Prisma.sql`${dueAt}::timestamptz`
          : Prisma.sql`now() + ${dueAt.getTime() - shown.getTime()}::bigint * interval '1 millisecond'`
      const finished = finishedAt === null ? Prisma.sql`NULL` : Prisma.sql`now()`
      await database.$executeRaw`
        UPDATE webhook_deliveries SET state = ${after},
          tries = ${tries}::int, finished_at = ${finished}, due_at = ${due},
          last_status = ${lastStatus}::int, last_error = ${lastError}
        WHERE course_id = ${courseId}::uuid AND id = ${id}::uuid AND state IN ('pending', 'loose')
          AND tries = ${tries}::int - 1`
    },

    /** Takes a delivery away that has nothing to tell any more. */
    async drop({ courseId, id }: Pick<StoredDelivery, 'courseId' | 'id'>): Promise<void> {
      await database.$executeRaw`
        DELETE FROM webhook_deliveries WHERE course_id = ${courseId}::uuid AND id = ${id}::uuid`
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
