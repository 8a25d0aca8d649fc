/**
 * Lanes of deliveries: what one webhook is told of one learner on one assignment. A lane goes in the order of the attempts,
 * and only its head is ever sent; when its followers are due is of no account while it stands before them. What is `loose` is
 * in no lane: what is nobody's in particular, and what somebody wants sent again.
 */
import type { Database } from './client.js'
import { Prisma } from './generated/client.js'
import { DELIVERY_COLUMNS, type StoredDelivery } from './webhook-delivery-rows.js'

/** The deliveries of one webhook in one course. */
type LanePlace = { readonly courseId: string; readonly webhookId: string }

/** Heads that are brought forward at once. */
const FORWARDED = 1_000

/** What is read at once of what is in no lane. */
const LOOSE = 10_000

/** Reads lanes, for whoever has the course's lease. All times are by the database's clock. */
export function createLaneReader(database: Database) {
  /**
   * Jumps from lane to lane are quick by the index of lanes alone, and there they need no sorting. So the planner is kept from
   * sorting, whatever it believes of tables that nothing was counted of yet; a cluster's workers are told as well.
   */
  const scan = async <Row>(query: Prisma.Sql): Promise<Row[]> => {
    const results = await database.$transaction([
      database.$executeRaw`SET LOCAL citus.propagate_set_commands = 'local'`,
      database.$executeRaw`SET LOCAL enable_sort = off`,
      database.$executeRaw`SET LOCAL jit = off`,
      database.$queryRaw<Row[]>(query),
    ])
    return results[3]
  }
  return {
    /** What may be sent now, at most so much: the heads that are due, and what is loose; the oldest first. */
    async dueHeads(place: LanePlace, limit: number): Promise<StoredDelivery[]> {
      const rows = await scan<StoredDelivery>(Prisma.sql`
        WITH RECURSIVE ${lanesOf(place)}
        SELECT ${DELIVERY_COLUMNS} FROM (
          SELECT * FROM lanes
          UNION ALL
          ${looseOf(place)}) d
        WHERE d.due_at <= now() ORDER BY d.due_at LIMIT ${limit}::bigint`)
      return rows.sort((one, other) => one.dueAt.getTime() - other.dueAt.getTime())
    },

    /** The head of the lane that a delivery is of, if it is due; undefined as well for one that was in no lane. */
    async headOf({
      courseId,
      webhookId,
      assignmentId,
      learner,
    }: StoredDelivery): Promise<StoredDelivery | undefined> {
      if (learner === null) return undefined
      const rows = await database.$queryRaw<StoredDelivery[]>`
        SELECT ${DELIVERY_COLUMNS} FROM (
          SELECT * FROM webhook_deliveries
          WHERE ${inState('pending', { courseId, webhookId })} AND assignment_id = ${assignmentId}::uuid
            AND learner = ${learner}
          ORDER BY number, id LIMIT 1) d
        WHERE d.due_at <= now()`
      return rows[0]
    },

    /** When the next may be sent, and not before so many milliseconds from now; undefined where nothing is pending. */
    async nextDue(place: LanePlace, milliseconds: number): Promise<Date | undefined> {
      const rows = await scan<{ at: Date }>(Prisma.sql`
        WITH RECURSIVE ${lanesOf(place)}
        SELECT GREATEST(soonest.at, now() + ${milliseconds}::int * interval '1 millisecond') AS at
        FROM (
          SELECT min(due_at) AS at FROM (
            SELECT due_at FROM lanes
            UNION ALL
            SELECT due_at FROM (${looseOf(place)}) loose) pending) soonest
        WHERE soonest.at IS NOT NULL`)
      return rows[0]?.at
    },

    /** Whether anything is pending. */
    async isAnyPending(place: LanePlace): Promise<boolean> {
      const rows = await scan(
        Prisma.sql`(${firstOf('pending', place)}) UNION ALL (${firstOf('loose', place)})`,
      )
      return rows.length > 0
    },

    /** Lets heads that wait after a failure be due at once. */
    async bringForward(place: LanePlace): Promise<void> {
      const { courseId } = place
      const waiting = await scan<{ id: string }>(Prisma.sql`
        WITH RECURSIVE ${lanesOf(place)}
        SELECT id FROM lanes WHERE due_at > now()
        UNION ALL
        SELECT id FROM (${looseOf(place)}) loose WHERE due_at > now()
        LIMIT ${FORWARDED}::bigint`)
      // One by one: whoever erases someone takes rows in another order.
      for (const { id } of waiting) {
        await database.$executeRaw`
          UPDATE webhook_deliveries SET due_at = now()
          WHERE course_id = ${courseId}::uuid AND id = ${id}::uuid AND state IN ('pending', 'loose') AND due_at > now()`
      }
    },
  }
}

function inState(state: 'pending' | 'loose', { courseId, webhookId }: LanePlace): Prisma.Sql {
  return Prisma.sql`state = ${state} AND course_id = ${courseId}::uuid AND webhook_id = ${webhookId}::uuid`
}

/** The first of a state in the order of lanes. */
function firstOf(state: 'pending' | 'loose', place: LanePlace, after = Prisma.empty): Prisma.Sql {
  return Prisma.sql`
    SELECT * FROM webhook_deliveries WHERE ${inState(state, place)} ${after}
    ORDER BY assignment_id, learner, number, id LIMIT 1`
}

/** The heads of all lanes of a place, as a part of a WITH RECURSIVE: each lane is looked for after the one before. */
function lanesOf(place: LanePlace): Prisma.Sql {
  const after = Prisma.sql`AND (assignment_id, learner) > (lanes.assignment_id, lanes.learner)`
  return Prisma.sql`lanes AS (
    (${firstOf('pending', place)})
    UNION ALL
    SELECT next.* FROM lanes CROSS JOIN LATERAL (${firstOf('pending', place, after)}) next)`
}

/** What is in no lane. The order is of no account but for the index that it leads to. */
function looseOf(place: LanePlace): Prisma.Sql {
  return Prisma.sql`(
    SELECT * FROM webhook_deliveries WHERE ${inState('loose', place)}
    ORDER BY assignment_id, learner, number, id LIMIT ${LOOSE}::bigint)`
}
