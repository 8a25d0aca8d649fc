/** Who is sending the deliveries of a course just now, and which courses wait for somebody to. */
import type { Database } from './client.js'
import { coursesWith } from './webhook-purge.js'

/** How long others leave a course alone after its dispatcher's last sign of life; by the database's clock. */
const LEASE_SECONDS = 30

/** Leases, by the database's clock. */
export function createDispatcherLeases(database: Database) {
  return {
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

    /** Forgets dispatchers that died long ago and whose course nobody took up since. */
    async dropLeftLeases(): Promise<void> {
      await database.$executeRaw`DELETE FROM webhook_dispatchers WHERE lease_until < now() - interval '1 hour'`
    },

    /**
     * Courses that have something pending for a webhook that may be called, and that nobody is at work on; some of it may not
     * be due yet. Besides, what the database's clock shows.
     */
    async waitingCourses(): Promise<{ readonly courseIds: readonly string[]; readonly now: Date }> {
      const pending = [...(await coursesWith(database, 'pending')), ...(await coursesWith(database, 'loose'))]
      const [answer] = await database.$queryRaw<{ courseIds: string[] | null; now: Date }[]>`
        SELECT now(), array_agg(DISTINCT c.id) AS "courseIds" FROM webhooks w
        JOIN courses c ON c.tenant_id = w.tenant_id AND c.id = COALESCE(w.course_id, c.id)
        WHERE c.id = ANY(${pending}::uuid[]) AND (w.probe_at IS NULL OR w.probe_at <= now())`
      const held = await database.$queryRaw<{ courseId: string }[]>`
        SELECT course_id AS "courseId" FROM webhook_dispatchers WHERE lease_until > now()`
      const isHeld = new Set(held.map(({ courseId }) => courseId))
      if (answer === undefined) throw new Error('an aggregate without a row')
      const courseIds = (answer.courseIds ?? []).filter(courseId => !isHeld.has(courseId))
      return { courseIds, now: answer.now }
    },
  }
}
