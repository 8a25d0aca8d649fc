/** Webhooks of a tenant: where it wants to be told what happens in its courses, or in one of them. */
import type { Database, Transaction } from './client.js'
import { Prisma } from './generated/client.js'
import { createBreaker } from './webhook-breaker.js'

export type StoredWebhook = {
  readonly id: string
  readonly tenantId: string
  readonly key: string
  readonly url: string
  readonly events: readonly string[]
  /** null: every course of the tenant. */
  readonly courseId: string | null
  /** The key of that course. */
  readonly course: string | null
  readonly format: string
  readonly secret: Uint8Array
  readonly previousSecret: Uint8Array | null
  readonly previousUntil: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** A webhook, and whether it may be called: at any time, once to see whether it answers again, or not now. */
export type CalledWebhook = StoredWebhook & {
  readonly calling: 'freely' | 'once' | 'later'
  /** When it may be called once. */
  readonly probeAt: Date | null
  /** Whether something failed since the last that arrived. */
  readonly isFailing: boolean
  /** Whether it has taken nothing for days. */
  readonly isLost: boolean
}

/** What a PUT decides about a webhook. */
export type WebhookRow = Pick<StoredWebhook, 'url' | 'events' | 'courseId' | 'format'>

/** What became of a PUT. */
export type WebhookPut = 'created' | 'replaced' | 'too-many' | 'out-of-reach'

export type WebhookRepository = ReturnType<typeof createWebhookRepository>

const FIELDS = Prisma.sql`
  w.id, w.tenant_id AS "tenantId", w.key, w.url, w.events, w.course_id AS "courseId", c.key AS course, w.format,
    w.secret, w.previous_secret AS "previousSecret", w.previous_until AS "previousUntil",
    w.created_at AS "createdAt", w.updated_at AS "updatedAt"`

const SELECTED = Prisma.sql`SELECT ${FIELDS} FROM webhooks w LEFT JOIN courses c ON c.id = w.course_id`

/** A webhook that has taken nothing for so long is as good as gone. */
const LOST_DAYS = 5

/** Webhooks, read and written. */
export function createWebhookRepository(database: Database) {
  return {
    ...createBreaker(database),

    async find(tenantId: string, key: string): Promise<StoredWebhook | undefined> {
      const rows = await database.$queryRaw<StoredWebhook[]>`
        ${SELECTED} WHERE w.tenant_id = ${tenantId}::uuid AND w.key = ${key}`
      return rows[0]
    },

    /** The webhooks of a tenant by key, of the courses named in `only` where it names any. */
    async list(
      tenantId: string,
      only: readonly string[],
      after: string,
      limit: number,
    ): Promise<StoredWebhook[]> {
      const ofCourses = only.length === 0 ? Prisma.empty : Prisma.sql`AND c.key = ANY(${[...only]}::text[])`
      return database.$queryRaw<StoredWebhook[]>`
        ${SELECTED} WHERE w.tenant_id = ${tenantId}::uuid AND w.key > ${after} ${ofCourses}
        ORDER BY w.key LIMIT ${limit}::bigint`
    },

    /** The webhooks that are told of a course: those of the course, and those of all its tenant's. */
    async ofCourse(courseId: string): Promise<CalledWebhook[]> {
      return database.$queryRaw<CalledWebhook[]>`
        SELECT ${FIELDS}, w.probe_at AS "probeAt", w.failures > 0 AS "isFailing",
          CASE WHEN w.probe_at IS NULL THEN 'freely' WHEN w.probe_at <= now() THEN 'once' ELSE 'later' END AS calling,
          COALESCE(w.failing_since < now() - ${LOST_DAYS}::int * interval '1 day', false) AS "isLost"
        FROM webhooks w
        LEFT JOIN courses c ON c.id = w.course_id
        JOIN courses told ON told.tenant_id = w.tenant_id AND told.id = COALESCE(w.course_id, told.id)
        WHERE told.id = ${courseId}::uuid`
    },

    /**
     * Makes a webhook with this secret, or replaces all but the secret of the one that has the key, and forgets what failed; the
     * same again changes nothing. Refused where the tenant has `most` already, and where `mayReplace` says no to what is there.
     */
    async put(
      webhook: WebhookRow & Pick<StoredWebhook, 'id' | 'tenantId' | 'key' | 'secret'>,
      options: {
        readonly most: number
        readonly mayReplace: (courseId: string | null) => boolean
        readonly time: Date
      },
    ): Promise<WebhookPut> {
      const { id, tenantId, key, url, events, courseId, format, secret } = webhook
      const { most, mayReplace, time } = options
      return database.$transaction(async transaction => {
        // One after the other, so that they can be counted; who makes courses or keys meanwhile is not kept waiting.
        await transaction.$queryRaw`SELECT id FROM tenants WHERE id = ${tenantId}::uuid FOR NO KEY UPDATE`
        const present = await presentWebhooks(transaction, tenantId)
        const found = present.find(other => other.key === key)
        if (found === undefined) {
          if (present.length >= most) return 'too-many'
          await transaction.$executeRaw`
            INSERT INTO webhooks (id, tenant_id, key, url, events, course_id, format, secret, created_at, updated_at)
            VALUES (${id}::uuid, ${tenantId}::uuid, ${key}, ${url}, ${[...events]}::text[], ${courseId}::uuid, ${format},
              ${secret}, ${time}, ${time})`
          return 'created'
        }
        if (!mayReplace(found.courseId)) return 'out-of-reach'
        await transaction.$executeRaw`
          UPDATE webhooks SET url = ${url}, events = ${[...events]}::text[], course_id = ${courseId}::uuid,
            format = ${format}, updated_at = ${time},
            failures = 0, failed_delivery = NULL, failing_since = NULL, probe_at = NULL
          WHERE id = ${found.id}::uuid
            AND (url, events, format) IS DISTINCT FROM (${url}, ${[...events]}::text[], ${format})
             OR id = ${found.id}::uuid AND course_id IS DISTINCT FROM ${courseId}::uuid`
        return 'replaced'
      })
    },

    /**
     * Gives a webhook another secret; until a time it signs with the present one as well, or with the one before that where
     * it still does. False when it is gone.
     */
    async rotate(
      id: string,
      secret: Uint8Array,
      { previousUntil, time }: { readonly previousUntil: Date; readonly time: Date },
    ): Promise<boolean> {
      const rotated = await database.$executeRaw`
        UPDATE webhooks SET secret = ${secret}, previous_until = ${previousUntil}, updated_at = ${time},
          previous_secret = CASE WHEN previous_until > ${time} AND ${previousUntil > time}::boolean
            THEN previous_secret ELSE secret END
        WHERE id = ${id}::uuid`
      return rotated > 0
    },

    /** Takes a webhook away; false when there is none. What it was told or was to be told goes in the background. */
    async delete({ id }: Pick<StoredWebhook, 'id'>): Promise<boolean> {
      const deleted = await database.$executeRaw`DELETE FROM webhooks WHERE id = ${id}::uuid`
      return deleted > 0
    },
  }
}

async function presentWebhooks(
  transaction: Transaction,
  tenantId: string,
): Promise<{ readonly id: string; readonly key: string; readonly courseId: string | null }[]> {
  return transaction.$queryRaw`
    SELECT id, key, course_id AS "courseId" FROM webhooks WHERE tenant_id = ${tenantId}::uuid`
}
