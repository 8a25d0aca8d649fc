/**
 * What is read to count again, and to check, what attempts come to; and the writing of summaries that were counted anew.
 * Attempts are read in pages, in order of learner and number, never all of them at once: as of one moment, or while nobody
 * can store one.
 */
import { ownAssignment } from './assignment-lock.js'
import type { Database } from './client.js'
import { openAssignment, type AssignmentPlace, type AssignmentSnapshot } from './recount-snapshot.js'
import { readStandings, repairStandings, type RecountedStanding } from './standing-recount.js'
import { dropAll, replaceAll } from './summary-folding.js'
import { findDead, findMissing, UNCOUNTED } from './summary-generations.js'

/** An idempotency key, its hash in hexadecimal, and where it leads to. Of an attempt that was erased nothing is left. */
export type RecountedKey = {
  readonly keyHash: string
  readonly leadsTo: 'its attempt' | 'another attempt' | 'nothing' | 'erased'
}

export type RecountRepository = ReturnType<typeof createRecountRepository>

/** Milliseconds that a whole assignment may take. */
const LONGEST_TRANSACTION = 6 * 3_600_000

/** Idempotency keys that one statement looks at. */
const KEYS_AT_ONCE = 5_000

/** Reads and writes of a recount. */
export function createRecountRepository(database: Database) {
  return {
    /** Shows an assignment as of one moment; undefined where there is none. Nothing is locked, and nothing written. */
    async look<Result>(
      place: AssignmentPlace,
      look: (snapshot: AssignmentSnapshot) => Promise<Result>,
    ): Promise<Result | undefined> {
      return database.$transaction(
        async transaction => {
          await transaction.$executeRaw`SET TRANSACTION READ ONLY`
          const opened = await openAssignment(transaction, place)
          return opened === undefined ? undefined : look(opened.snapshot)
        },
        { isolationLevel: 'RepeatableRead', timeout: LONGEST_TRANSACTION },
      )
    },

    /**
     * Puts newly counted totals in the place of what was kept for the results that stand. Submissions to the assignment
     * wait meanwhile. With `onlyMissing` nothing is done but where attempts are still to be counted. Answers whether
     * something was.
     */
    async rebuild(
      place: AssignmentPlace,
      count: (snapshot: AssignmentSnapshot) => Promise<unknown>,
      { onlyMissing }: { readonly onlyMissing: boolean },
    ): Promise<boolean> {
      return database.$transaction(
        async transaction => {
          await ownAssignment(transaction, place.assignmentId)
          const opened = await openAssignment(transaction, place)
          if (opened === undefined) return false
          const { snapshot, generation } = opened
          if (onlyMissing && (await findMissing(transaction, place)).length === 0) return false
          await replaceAll(transaction, { ...place, generation }, await count(snapshot))
          await dropAll(transaction, { ...place, generation: UNCOUNTED })
          return true
        },
        { timeout: LONGEST_TRANSACTION },
      )
    },

    /** The next assignments whose attempts are still to be counted. */
    async missing(after: AssignmentPlace | undefined): Promise<AssignmentPlace[]> {
      return findMissing(database, undefined, after)
    },

    /**
     * Generations of which something is kept though their results neither stand nor will: those of regradings that have
     * ended. None comes to life again, so that it may be dropped without looking again.
     */
    async deadGenerations(place: AssignmentPlace): Promise<string[]> {
      return findDead(database, place)
    },

    /** Drops what is kept of dead generations. */
    async dropGenerations(place: AssignmentPlace, generations: readonly string[]): Promise<void> {
      for (const generation of generations) {
        await database.$transaction(transaction => dropAll(transaction, { ...place, generation }))
      }
    },

    /** The next people of a course who are members, have a standing or are marked, by key. */
    async standings(courseId: string, after: string): Promise<RecountedStanding[]> {
      return readStandings(database, courseId, after)
    },

    /** Counts these people's standings again, and leaves none of those who are no members. */
    async repairStandings(courseId: string, people: readonly string[]): Promise<void> {
      await database.$transaction(transaction => repairStandings(transaction, courseId, people))
    },

    /** The next idempotency keys of a course, by hash, and where each leads to. */
    async keys(courseId: string, after: string): Promise<RecountedKey[]> {
      return database.$queryRaw<RecountedKey[]>`
        SELECT encode(k.key_hash, 'hex') AS "keyHash",
          CASE
            WHEN k.attempt_id IS NULL THEN 'erased'
            WHEN a.id IS NULL THEN 'nothing'
            WHEN a.idempotency_key_hash = k.key_hash THEN 'its attempt'
            ELSE 'another attempt' END AS "leadsTo"
        FROM (
          SELECT key_hash, attempt_id FROM idempotency_keys
          WHERE course_id = ${courseId}::uuid AND key_hash > decode(${after}, 'hex')
          ORDER BY key_hash
          LIMIT ${KEYS_AT_ONCE}::int) k
        LEFT JOIN attempts a ON a.course_id = ${courseId}::uuid AND a.id = k.attempt_id
        ORDER BY k.key_hash`
    },
  }
}
