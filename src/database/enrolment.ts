/** Enrolling a learner for what is about to be stored of them. */
import type { Database, Transaction } from './client.js'
import { beginStanding } from './standings.js'

/** Someone of a course, as callers name them and as an erasure remembers them. */
export type Enrolment = {
  readonly courseId: string
  readonly learner: string
  readonly learnerHash: Uint8Array
}

/**
 * Enrols the learner if need be and holds the membership until commit, so that an erasure waits for us or we for it.
 * False for someone who was erased: the transaction is then to be rolled back.
 */
export async function enrol(
  transaction: Transaction,
  { courseId, learner, learnerHash }: Enrolment,
  time: Date,
): Promise<boolean> {
  const inserted = await transaction.$executeRaw`
    INSERT INTO members (course_id, key, role, created_at, updated_at)
    VALUES (${courseId}::uuid, ${learner}, 'learner', ${time}, ${time})
    ON CONFLICT (course_id, key) DO NOTHING`
  if (inserted > 0) await beginStanding(transaction, courseId, learner)
  // No row: an erasure was committed between the two statements.
  const [member] = await transaction.$queryRaw<{ erased: boolean }[]>`
    SELECT EXISTS (
      SELECT FROM erasures e WHERE e.course_id = ${courseId}::uuid AND e.member_hash = ${learnerHash}
    ) AS erased
    FROM members m
    WHERE m.course_id = ${courseId}::uuid AND m.key = ${learner}
    FOR KEY SHARE OF m`
  return member !== undefined && !member.erased
}

/** Rolls the transaction back, the enrolment included. */
class Erased extends Error {}

/**
 * Stores something of a learner in one transaction, having enrolled them in it. Undefined, and nothing is stored, for
 * someone who was erased.
 */
export async function storeEnrolled<Stored>(
  database: Database,
  enrolment: Enrolment,
  time: Date,
  store: (transaction: Transaction) => Promise<Stored>,
): Promise<Stored | undefined> {
  try {
    return await database.$transaction(async transaction => {
      if (!(await enrol(transaction, enrolment, time))) throw new Erased()
      return store(transaction)
    })
  } catch (error) {
    if (error instanceof Erased) return undefined
    throw error
  }
}
