/**
 * Webhooks whose receivers fail, whatever they are sent. After some failures in a row without one that arrives between them, a
 * webhook is left alone: one try is made at a time, in ever longer intervals, until one arrives. One delivery that fails again
 * and again counts once, since that may be its own fault. All of it is by the database's clock.
 */
import type { Database } from './client.js'
import { Prisma } from './generated/client.js'

/** Failures in a row after which a webhook is left alone. */
const MOST_FAILURES = 5

/** Seconds until the first try after that; each that fails doubles it, up to the longest. */
const FIRST_SECONDS = 5
const LONGEST_SECONDS = 60 * 60
const MOST_DOUBLINGS = 10

/** How long no other try is made while one is under way, whoever makes it. */
const UNDER_WAY_SECONDS = 30

/** What becomes of a webhook by what its deliveries come to. */
export function createBreaker(database: Database) {
  return {
    /** Takes the one try that is made now of a webhook that is left alone; false where another has it, or it is not time. */
    async claimProbe(id: string): Promise<boolean> {
      const claimed = await database.$executeRaw`
        UPDATE webhooks SET probe_at = now() + ${UNDER_WAY_SECONDS}::int * interval '1 second'
        WHERE id = ${id}::uuid AND probe_at <= now()`
      return claimed > 0
    },

    /** Counts a failure, and answers whether the webhook is left alone now. What was begun before it was counts no more. */
    async tellFailure(id: string, deliveryId: string, isProbe: boolean): Promise<boolean> {
      // Reckoned here, of what was read, and again if it is no longer that: a cluster takes no column beside now().
      for (;;) {
        const [found] = await database.$queryRaw<
          { failures: number; failedDelivery: string | null; isFailing: boolean; isAlone: boolean }[]
        >`
          SELECT failures, failed_delivery AS "failedDelivery", failing_since IS NOT NULL AS "isFailing",
            probe_at IS NOT NULL AS "isAlone"
          FROM webhooks WHERE id = ${id}::uuid`
        if (found === undefined) return false
        if (!isProbe && (found.isAlone || found.failedDelivery === deliveryId)) return found.isAlone
        const failures = found.failures + 1
        const isAlone = failures >= MOST_FAILURES
        const since = found.isFailing ? Prisma.sql`failing_since` : Prisma.sql`now()`
        const probe = isAlone
          ? Prisma.sql`now() + ${secondsAfter(failures)}::int * interval '1 second'`
          : Prisma.sql`NULL`
        const updated = await database.$executeRaw`
          UPDATE webhooks SET failures = ${failures}::int, failed_delivery = ${deliveryId}::uuid,
            failing_since = ${since}, probe_at = ${probe}
          WHERE id = ${id}::uuid AND failures = ${found.failures}::int
            AND (failing_since IS NOT NULL) = ${found.isFailing}::boolean
            AND (probe_at IS NOT NULL) = ${found.isAlone}::boolean`
        if (updated > 0) return isAlone
      }
    },

    /** Forgets all failures, and answers whether the webhook was left alone. */
    async tellSuccess(id: string): Promise<boolean> {
      const recovered = await database.$executeRaw`
        UPDATE webhooks SET failures = 0, failed_delivery = NULL, failing_since = NULL, probe_at = NULL
        WHERE id = ${id}::uuid AND probe_at IS NOT NULL`
      if (recovered > 0) return true
      await database.$executeRaw`
        UPDATE webhooks SET failures = 0, failed_delivery = NULL, failing_since = NULL
        WHERE id = ${id}::uuid AND failures > 0`
      return false
    },

    /** The courses that a webhook is told of. */
    async coursesOf(id: string): Promise<string[]> {
      const rows = await database.$queryRaw<{ id: string }[]>`
        SELECT c.id FROM webhooks w
        JOIN courses c ON c.tenant_id = w.tenant_id AND c.id = COALESCE(w.course_id, c.id)
        WHERE w.id = ${id}::uuid`
      return rows.map(course => course.id)
    },
  }
}

/** Seconds until the next try of a webhook that is left alone, after so many failures in a row. */
function secondsAfter(failures: number): number {
  return Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** Math.min(failures - MOST_FAILURES, MOST_DOUBLINGS))
}
