/** Taking deliveries away: those that ended long ago, and those of webhooks that a course no longer has. */
import type { Database } from './client.js'
import { Prisma } from './generated/client.js'

const STATES = ['pending', 'loose', 'delivered', 'dead'] as const
type State = (typeof STATES)[number]

/** How many days deliveries are kept after they ended: those that arrived, and those that never did. */
const KEPT_DAYS = { delivered: 7, dead: 30 } as const

/** After so many days of a webhook that does not answer, what it was to be told that long ago is dead. */
const WAITED_DAYS = 5

/** Comes before every id. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'

/** Courses that have deliveries in a state. Each is looked for after the one before: what lies between is not read. */
export async function coursesWith(database: Database, state: State): Promise<string[]> {
  const found: string[] = []
  for (;;) {
    const next = await courseAfter(database, state, found.at(-1) ?? BEFORE_ALL)
    if (next === undefined) return found
    found.push(next)
  }
}

async function courseAfter(database: Database, state: State, after: string): Promise<string | undefined> {
  const rows = await database.$queryRaw<{ courseId: string }[]>`
    SELECT course_id AS "courseId" FROM webhook_deliveries
    WHERE state = ${state} AND course_id > ${after}::uuid ORDER BY course_id LIMIT 1`
  return rows[0]?.courseId
}

/** What takes deliveries away. Rows that others hold are passed over, so that it waits for nobody. */
export function createPurge(database: Database) {
  const remove = (courseId: string, chosen: Prisma.Sql, limit: number): Promise<number> =>
    database.$executeRaw`
      DELETE FROM webhook_deliveries WHERE course_id = ${courseId}::uuid AND id = ANY(ARRAY(
        SELECT id FROM webhook_deliveries d WHERE d.course_id = ${courseId}::uuid AND ${chosen}
        LIMIT ${limit}::bigint FOR UPDATE SKIP LOCKED))`

  /** Webhooks for which a course has deliveries in a state. */
  const webhooksWith = async (courseId: string, state: State): Promise<string[]> => {
    const found: string[] = []
    for (;;) {
      const [next] = await database.$queryRaw<{ webhookId: string }[]>`
        SELECT webhook_id AS "webhookId" FROM webhook_deliveries
        WHERE state = ${state} AND course_id = ${courseId}::uuid AND webhook_id > ${found.at(-1) ?? BEFORE_ALL}::uuid
        ORDER BY webhook_id LIMIT 1`
      if (next === undefined) return found
      found.push(next.webhookId)
    }
  }

  return {
    /** The first course after one, by id, that has any deliveries. */
    async courseAfter(after: string): Promise<string | undefined> {
      const found = await Promise.all(STATES.map(state => courseAfter(database, state, after)))
      return found.filter(id => id !== undefined).sort()[0]
    },

    /** Takes away at most so many deliveries of a course that ended long ago, and answers how many that were. */
    async purge(courseId: string, limit: number): Promise<number> {
      let purged = 0
      for (const state of ['delivered', 'dead'] as const) {
        const old = Prisma.sql`d.state = ${state} AND d.finished_at < now() - ${KEPT_DAYS[state]}::int * interval '1 day'`
        purged += await remove(courseId, Prisma.sql`${old} ORDER BY d.finished_at`, limit - purged)
      }
      return purged
    },

    /** Takes away at most so many deliveries for webhooks that are gone or are told of other courses, whatever became of them. */
    async purgeOrphans(courseId: string, limit: number): Promise<number> {
      let purged = 0
      for (const state of STATES) {
        for (const webhookId of await webhooksWith(courseId, state)) {
          if (purged === limit) return purged
          // Asked in the same statement: one that was made just now may have something to be told already.
          const orphans = Prisma.sql`d.state = ${state} AND d.webhook_id = ${webhookId}::uuid AND NOT EXISTS (
            SELECT FROM webhooks w WHERE w.id = d.webhook_id AND COALESCE(w.course_id, d.course_id) = d.course_id)`
          purged += await remove(courseId, orphans, limit - purged)
        }
      }
      return purged
    },

    /** Lets at most so many deliveries die that a webhook has not taken for days, the oldest first; answers how many. */
    async giveUp(courseId: string, webhookId: string, limit: number): Promise<number> {
      return database.$executeRaw`
        UPDATE webhook_deliveries SET state = 'dead', finished_at = now(),
          last_error = COALESCE(last_error, 'The receiver took nothing for days.')
        WHERE course_id = ${courseId}::uuid AND id = ANY(ARRAY(
          SELECT id FROM webhook_deliveries
          WHERE webhook_id = ${webhookId}::uuid AND state = 'pending' AND course_id = ${courseId}::uuid
            AND created_at < now() - ${WAITED_DAYS}::int * interval '1 day'
          ORDER BY id LIMIT ${limit}::bigint FOR UPDATE SKIP LOCKED))`
    },
  }
}
