/** Courses of a tenant. */
import type { Database } from './client.js'

export type StoredCourse = {
  readonly id: string
  readonly key: string
  readonly title: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type CourseRepository = ReturnType<typeof createCourseRepository>

/** Courses, read and written. */
export function createCourseRepository(database: Database) {
  return {
    async find(tenantId: string, key: string): Promise<StoredCourse | undefined> {
      return (await database.course.findUnique({ where: { tenantId_key: { tenantId, key } } })) ?? undefined
    },

    /** The courses of a tenant by key, of those named in `only` where it names any. */
    async list(
      tenantId: string,
      only: readonly string[],
      after: string,
      limit: number,
    ): Promise<StoredCourse[]> {
      const key = only.length > 0 ? { gt: after, in: [...only] } : { gt: after }
      return database.course.findMany({ where: { tenantId, key }, orderBy: { key: 'asc' }, take: limit })
    },

    /** Creates the course or gives it a new title. It is new when it has the id proposed. */
    async put(
      tenantId: string,
      course: { readonly id: string; readonly key: string; readonly title: string },
      time: Date,
    ): Promise<{ course: StoredCourse; created: boolean }> {
      const [stored] = await database.$queryRaw<StoredCourse[]>`
        INSERT INTO courses (id, tenant_id, key, title, created_at, updated_at)
        VALUES (${course.id}::uuid, ${tenantId}::uuid, ${course.key}, ${course.title}, ${time}, ${time})
        ON CONFLICT (tenant_id, key) DO UPDATE SET
          title = EXCLUDED.title,
          updated_at = CASE WHEN courses.title = EXCLUDED.title THEN courses.updated_at ELSE EXCLUDED.updated_at END
        RETURNING id, key, title, created_at AS "createdAt", updated_at AS "updatedAt"`
      if (stored === undefined) throw new Error('the upsert of a course returned no row')
      return { course: stored, created: stored.id === course.id }
    },
  }
}
