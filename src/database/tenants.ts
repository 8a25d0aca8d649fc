/** Tenants and their API keys. */
import type { Database } from './client.js'
import { RESERVED_TENANT_ID } from './reserved-tenant.js'

export type StoredTenant = {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly createdAt: Date
}

export type StoredKey = {
  readonly id: string
  readonly tenantId: string
  readonly hash: Uint8Array
  readonly name: string
  readonly scopes: readonly string[]
  /** Empty: every course of the tenant. */
  readonly courses: readonly string[]
  readonly createdAt: Date
  readonly revokedAt: Date | null
}

export type TenantRepository = ReturnType<typeof createTenantRepository>
export type KeyRepository = ReturnType<typeof createKeyRepository>

/** Tenants, read and written; the reserved one stays out of sight. */
export function createTenantRepository(database: Database) {
  return {
    /** Makes a tenant. False when the key is taken, be it by the reserved tenant. */
    async create(tenant: StoredTenant): Promise<boolean> {
      const { count } = await database.tenant.createMany({ data: [tenant], skipDuplicates: true })
      return count > 0
    },

    async find(key: string): Promise<StoredTenant | undefined> {
      const found = await database.tenant.findUnique({ where: { key } })
      return found === null || found.id === RESERVED_TENANT_ID ? undefined : found
    },

    async list(): Promise<StoredTenant[]> {
      return database.tenant.findMany({ where: { id: { not: RESERVED_TENANT_ID } }, orderBy: { key: 'asc' } })
    },

    /**
     * Deletes a tenant with all it has. Course by course and in batches, so that no statement touches several courses
     * or takes long; what is gone stays gone if it is interrupted, and running it again goes on from there.
     */
    async delete(tenantId: string): Promise<void> {
      // Keys first: from here on nothing new arrives.
      await database.apiKey.deleteMany({ where: { tenantId } })
      await database.$executeRaw`DELETE FROM webhooks WHERE tenant_id = ${tenantId}::uuid`
      const courses = await database.course.findMany({ where: { tenantId }, select: { id: true } })
      for (const { id } of courses) await deleteCourse(database, id)
      await database.$transaction([
        database.graphVersion.deleteMany({ where: { graph: { tenantId } } }),
        database.graph.deleteMany({ where: { tenantId } }),
        database.tenant.deleteMany({ where: { id: tenantId } }),
      ])
    },
  }
}

/** Rows that one statement deletes. */
const BATCH = 10_000

async function deleteCourse(database: Database, courseId: string): Promise<void> {
  const inBatches = async (deleteBatch: () => Promise<number>): Promise<void> => {
    while ((await deleteBatch()) === BATCH);
  }
  await database.job.deleteMany({ where: { courseId } })
  await inBatches(
    () => database.$executeRaw`
      DELETE FROM regraded_attempts WHERE course_id = ${courseId}::uuid AND (job_id, attempt_id) IN (
        SELECT job_id, attempt_id FROM regraded_attempts WHERE course_id = ${courseId}::uuid LIMIT ${BATCH})`,
  )
  await inBatches(
    () => database.$executeRaw`
      DELETE FROM regraded_progress WHERE course_id = ${courseId}::uuid AND (job_id, learner) IN (
        SELECT job_id, learner FROM regraded_progress WHERE course_id = ${courseId}::uuid LIMIT ${BATCH})`,
  )
  await inBatches(
    () => database.$executeRaw`
      DELETE FROM variants WHERE course_id = ${courseId}::uuid
        AND (assignment_id, learner, graph_id, graph_version, number) IN (
        SELECT assignment_id, learner, graph_id, graph_version, number
        FROM variants WHERE course_id = ${courseId}::uuid LIMIT ${BATCH})`,
  )
  await inBatches(
    () => database.$executeRaw`
      DELETE FROM learner_sessions WHERE course_id = ${courseId}::uuid AND token_hash IN (
        SELECT token_hash FROM learner_sessions WHERE course_id = ${courseId}::uuid LIMIT ${BATCH})`,
  )
  await inBatches(
    () => database.$executeRaw`
      DELETE FROM webhook_deliveries WHERE course_id = ${courseId}::uuid AND id IN (
        SELECT id FROM webhook_deliveries WHERE course_id = ${courseId}::uuid LIMIT ${BATCH})`,
  )
  await database.$executeRaw`DELETE FROM webhook_dispatchers WHERE course_id = ${courseId}::uuid`
  await inBatches(
    () => database.$executeRaw`
      DELETE FROM attempts WHERE course_id = ${courseId}::uuid AND id IN (
        SELECT id FROM attempts WHERE course_id = ${courseId}::uuid LIMIT ${BATCH})`,
  )
  await inBatches(
    () => database.$executeRaw`
      DELETE FROM progress WHERE course_id = ${courseId}::uuid AND (assignment_id, learner) IN (
        SELECT assignment_id, learner FROM progress WHERE course_id = ${courseId}::uuid LIMIT ${BATCH})`,
  )
  await inBatches(
    () => database.$executeRaw`
      DELETE FROM idempotency_keys WHERE course_id = ${courseId}::uuid AND key_hash IN (
        SELECT key_hash FROM idempotency_keys WHERE course_id = ${courseId}::uuid LIMIT ${BATCH})`,
  )
  const where = { courseId }
  await database.$transaction([
    database.summaryChange.deleteMany({ where }),
    database.summary.deleteMany({ where }),
    // Marks first: whoever is folding one is waited for, and the standings that come of it go too.
    database.standingMark.deleteMany({ where }),
    database.standing.deleteMany({ where }),
    database.erasure.deleteMany({ where }),
    database.override.deleteMany({ where }),
    database.assignment.deleteMany({ where }),
    database.member.deleteMany({ where }),
    database.course.deleteMany({ where: { id: courseId } }),
  ])
}

/** API keys, read and written. */
export function createKeyRepository(database: Database) {
  return {
    async create(key: StoredKey): Promise<void> {
      const { hash, scopes, courses, ...rest } = key
      await database.apiKey.create({
        data: { ...rest, hash: Uint8Array.from(hash), scopes: [...scopes], courses: [...courses] },
      })
    },

    /** The key of a hash, unless it was revoked. */
    async findByHash(hash: Uint8Array): Promise<StoredKey | undefined> {
      const found = await database.apiKey.findUnique({ where: { hash: Uint8Array.from(hash) } })
      return found?.revokedAt === null ? found : undefined
    },

    async list(tenantId: string): Promise<StoredKey[]> {
      return database.apiKey.findMany({ where: { tenantId }, orderBy: { id: 'asc' } })
    },

    /** Revokes a key; false when there is none of that id that was not revoked before. */
    async revoke(id: string, time: Date): Promise<boolean> {
      const { count } = await database.apiKey.updateMany({
        where: { id, revokedAt: null },
        data: { revokedAt: time },
      })
      return count > 0
    },
  }
}
