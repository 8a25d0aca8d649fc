/** Members of a course, and what is left of those who were erased. */
import type { Database } from './client.js'

export type StoredMember = {
  readonly key: string
  readonly role: string
  readonly name: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type MemberRepository = ReturnType<typeof createMemberRepository>

/** Members, read, written and erased. */
export function createMemberRepository(database: Database) {
  return {
    async find(courseId: string, key: string): Promise<StoredMember | undefined> {
      return (await database.member.findUnique({ where: { courseId_key: { courseId, key } } })) ?? undefined
    },

    /** Whether this person was erased and not enrolled again. */
    async isErased(courseId: string, hash: Uint8Array<ArrayBuffer>): Promise<boolean> {
      const found = await database.erasure.findUnique({
        where: { courseId_memberHash: { courseId, memberHash: hash } },
        select: { erasedAt: true },
      })
      return found !== null
    },

    /** Members by key; of one role where it is given. */
    async list(
      courseId: string,
      role: string | undefined,
      after: string,
      limit: number,
    ): Promise<StoredMember[]> {
      const where = { courseId, key: { gt: after }, ...(role === undefined ? {} : { role }) }
      return database.member.findMany({ where, orderBy: { key: 'asc' }, take: limit })
    },

    /** Enrols a member or changes role and name. Someone erased before is welcome again: that is the caller's word. */
    async put(
      courseId: string,
      member: {
        readonly key: string
        readonly hash: Uint8Array
        readonly role: string
        readonly name: string | null
      },
      time: Date,
    ): Promise<{ member: StoredMember; created: boolean }> {
      const { key, hash, role, name } = member
      return database.$transaction(async transaction => {
        const before = await transaction.$queryRaw<unknown[]>`
          SELECT key FROM members WHERE course_id = ${courseId}::uuid AND key = ${key}`
        // Waits for an erasure that is under way, and then makes the member anew.
        const [stored] = await transaction.$queryRaw<StoredMember[]>`
          INSERT INTO members (course_id, key, role, name, created_at, updated_at)
          VALUES (${courseId}::uuid, ${key}, ${role}, ${name}, ${time}, ${time})
          ON CONFLICT (course_id, key) DO UPDATE
          SET role = EXCLUDED.role, name = EXCLUDED.name, updated_at = EXCLUDED.updated_at
          RETURNING key, role, name, created_at AS "createdAt", updated_at AS "updatedAt"`
        if (stored === undefined) throw new Error('the upsert of a member returned no row')
        await transaction.$executeRaw`
          DELETE FROM erasures WHERE course_id = ${courseId}::uuid AND member_hash = ${hash}`
        return { member: stored, created: before.length === 0 }
      })
    },

    /**
     * Erases a person from a course: attempts, variants, overrides, progress and membership in one transaction. Of their
     * idempotency keys the hashes stay, so that a late retry is told and not stored again. False when nothing is known of
     * that person.
     */
    async erase(courseId: string, key: string, hash: Uint8Array, time: Date): Promise<boolean> {
      return database.$transaction(async transaction => {
        // Whatever stores something of a person enrols them and holds this row until it commits: nothing of that kind is
        // under way once we have it, and without it there is nothing to erase.
        const locked = await transaction.$queryRaw<unknown[]>`
          SELECT key FROM members WHERE course_id = ${courseId}::uuid AND key = ${key} FOR UPDATE`
        if (locked.length === 0) return false
        await transaction.$executeRaw`
          UPDATE idempotency_keys k SET fingerprint = NULL, attempt_id = NULL
          FROM attempts a
          WHERE a.course_id = ${courseId}::uuid AND a.learner = ${key}
            AND k.course_id = a.course_id AND k.key_hash = a.idempotency_key_hash`
        await transaction.$executeRaw`
          DELETE FROM regraded_attempts WHERE course_id = ${courseId}::uuid AND learner = ${key}`
        await transaction.$executeRaw`
          DELETE FROM regraded_progress WHERE course_id = ${courseId}::uuid AND learner = ${key}`
        await transaction.$executeRaw`
          DELETE FROM variants WHERE course_id = ${courseId}::uuid AND learner = ${key}`
        await transaction.$executeRaw`
          DELETE FROM overrides WHERE course_id = ${courseId}::uuid AND learner = ${key}`
        await transaction.$executeRaw`
          DELETE FROM attempts WHERE course_id = ${courseId}::uuid AND learner = ${key}`
        await transaction.$executeRaw`
          DELETE FROM progress WHERE course_id = ${courseId}::uuid AND learner = ${key}`
        await transaction.$executeRaw`
          DELETE FROM members WHERE course_id = ${courseId}::uuid AND key = ${key}`
        await transaction.$executeRaw`
          INSERT INTO erasures (course_id, member_hash, erased_at) VALUES (${courseId}::uuid, ${hash}, ${time})
          ON CONFLICT (course_id, member_hash) DO UPDATE SET erased_at = EXCLUDED.erased_at`
        return true
      })
    },
  }
}
