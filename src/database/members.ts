/** Members of a course, and what is left of those who were erased. */
import type { Database, Transaction } from './client.js'
import { CameBetween, changeShare, holdLearner, type ShareOptions } from './learner-share.js'
import { beginStanding, eraseStandings } from './standings.js'

export type StoredMember = {
  readonly key: string
  readonly role: string
  readonly name: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type MemberRepository = ReturnType<typeof createMemberRepository>

/** Members, read, written and erased. */
export function createMemberRepository(database: Database, options: ShareOptions) {
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

    /**
     * Enrols a member or changes role and name. Someone erased before is welcome again: that is the caller's word. Who
     * becomes an instructor is counted in no summary any more, and who is one no longer is counted from then on.
     */
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
      return withLearner(database, courseId, key, async (transaction, before) => {
        const inserted = await transaction.$executeRaw`
          INSERT INTO members (course_id, key, role, name, created_at, updated_at)
          VALUES (${courseId}::uuid, ${key}, ${role}, ${name}, ${time}, ${time})
          ON CONFLICT (course_id, key) DO NOTHING`
        const created = before === undefined
        // Somebody was enrolled just now, whose role and attempts we have not seen.
        if (created && inserted === 0) throw new CameBetween()
        if (created) await beginStanding(transaction, courseId, key)
        if (!created && before !== role) {
          await changeShare(transaction, courseId, key, options, before === 'instructor' ? 1 : -1)
        }
        const [stored] = await transaction.$queryRaw<StoredMember[]>`
          UPDATE members SET role = ${role}, name = ${name}, updated_at = ${time}
          WHERE course_id = ${courseId}::uuid AND key = ${key}
          RETURNING key, role, name, created_at AS "createdAt", updated_at AS "updatedAt"`
        if (stored === undefined) throw new Error('a member who is locked is gone')
        await transaction.$executeRaw`
          DELETE FROM erasures WHERE course_id = ${courseId}::uuid AND member_hash = ${hash}`
        return { member: stored, created }
      })
    },

    /**
     * Erases a person from a course: attempts, variants, sessions, overrides, progress, standing and membership in one
     * transaction, and what they have added to the summaries. Of their idempotency keys the hashes stay, so that a late
     * retry is told and not stored again. False when nothing is known of that person.
     */
    async erase(courseId: string, key: string, hash: Uint8Array, time: Date): Promise<boolean> {
      // Whatever stores something of a person enrols them and holds this row until it commits: nothing of that kind is
      // under way once we have it, and without it there is nothing to erase.
      return withLearner(database, courseId, key, async (transaction, role) => {
        if (role === undefined) return false
        if (role !== 'instructor') await changeShare(transaction, courseId, key, options, -1)
        await transaction.$executeRaw`
          UPDATE idempotency_keys k SET fingerprint = NULL, attempt_id = NULL
          FROM progress p
          JOIN attempts a ON a.course_id = p.course_id AND a.assignment_id = p.assignment_id AND a.learner = p.learner
          WHERE p.course_id = ${courseId}::uuid AND p.learner = ${key}
            AND k.course_id = p.course_id AND k.key_hash = a.idempotency_key_hash`
        await transaction.$executeRaw`
          DELETE FROM regraded_attempts WHERE course_id = ${courseId}::uuid AND learner = ${key}`
        await transaction.$executeRaw`
          DELETE FROM regraded_progress WHERE course_id = ${courseId}::uuid AND learner = ${key}`
        await transaction.$executeRaw`
          DELETE FROM variants WHERE course_id = ${courseId}::uuid AND learner = ${key}`
        await transaction.$executeRaw`
          DELETE FROM learner_sessions WHERE course_id = ${courseId}::uuid AND learner = ${key}`
        await transaction.$executeRaw`
          DELETE FROM overrides WHERE course_id = ${courseId}::uuid AND learner = ${key}`
        await transaction.$executeRaw`
          DELETE FROM attempts a USING progress p
          WHERE p.course_id = ${courseId}::uuid AND p.learner = ${key}
            AND a.course_id = p.course_id AND a.assignment_id = p.assignment_id AND a.learner = p.learner`
        await transaction.$executeRaw`
          DELETE FROM progress WHERE course_id = ${courseId}::uuid AND learner = ${key}`
        await transaction.$executeRaw`
          DELETE FROM webhook_deliveries WHERE course_id = ${courseId}::uuid AND learner = ${key}`
        await transaction.$executeRaw`
          DELETE FROM members WHERE course_id = ${courseId}::uuid AND key = ${key}`
        await eraseStandings(transaction, courseId, [key])
        await transaction.$executeRaw`
          INSERT INTO erasures (course_id, member_hash, erased_at) VALUES (${courseId}::uuid, ${hash}, ${time})
          ON CONFLICT (course_id, member_hash) DO UPDATE SET erased_at = EXCLUDED.erased_at`
        return true
      })
    },
  }
}

/** Times that others may come between before it is our fault. */
const MOST_TRIES = 20

/** Does something of a learner who is held in one transaction, told the role; done again where others came between. */
async function withLearner<Result>(
  database: Database,
  courseId: string,
  learner: string,
  change: (transaction: Transaction, role: string | undefined) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await database.$transaction(async transaction =>
        change(transaction, await holdLearner(transaction, courseId, learner)),
      )
    } catch (error) {
      if (!(error instanceof CameBetween) || tries === MOST_TRIES) throw error
    }
  }
}
