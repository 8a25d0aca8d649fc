/**
 * What assignments' attempts come to: totals, and the changes that were not folded into them yet. What stands is the sum of
 * both. Whoever stores attempts adds a change and waits for nobody; folding takes turns at the row of the totals.
 */
import { STORED_RESULTS } from './attempt-statements.js'
import type { Database, Transaction } from './client.js'
import type { Reader } from './read-replicas.js'

/** Whose totals: of an assignment, by the results of a generation. */
export type SummaryPlace = {
  readonly courseId: string
  readonly assignmentId: string
  readonly generation: string
}

/** As it was stored; the totals are null while nothing was folded. */
export type StoredSummary = { readonly totals: unknown; readonly changes: readonly unknown[] }

/** Makes new totals of the totals there are, undefined where there are none, and of changes. */
export type MergeSummary = (totals: unknown, changes: readonly unknown[]) => unknown

/** Which changes are to be folded. */
export type FoldWhen = {
  /** Where there are so many of an assignment. */
  readonly least: number
  /** Where one has been lying about since before then. */
  readonly before: Date
}

export type SummaryRepository = ReturnType<typeof createSummaryRepository>

/** Changes that are folded at once, and how many bytes they take where they are stored. */
const CHANGES_AT_ONCE = 1_000
const BYTES_AT_ONCE = 4_000_000

/** Changes of large graphs that take so many bytes are folded however few they are. */
const MOST_BYTES = 1_000_000

/** Places that one search answers. */
const PLACES_AT_ONCE = 100

/** Rolls a fold back: somebody else has done it. */
class NothingToFold extends Error {}

/** Summaries, read and folded. */
export function createSummaryRepository(database: Database, reader: Reader = () => database) {
  return {
    /** What stands for an assignment, as of one moment; undefined where there is no such assignment. */
    async read(courseId: string, assignmentId: string): Promise<StoredSummary | undefined> {
      return readStanding(reader(), courseId, assignmentId)
    },

    /** Where there are changes to fold, the most first. */
    async toFold({ least, before }: FoldWhen): Promise<SummaryPlace[]> {
      return database.$queryRaw<SummaryPlace[]>`
        SELECT course_id AS "courseId", assignment_id AS "assignmentId", generation
        FROM summary_changes
        GROUP BY course_id, assignment_id, generation
        HAVING count(*) >= ${least}::int OR bool_or(id < ${firstIdOf(before)}::uuid)
          OR sum(pg_column_size(change)) >= ${MOST_BYTES}::int
        ORDER BY count(*) DESC
        LIMIT ${PLACES_AT_ONCE}::int`
    },

    /**
     * Folds changes into the totals and takes them away, at most 1,000 of one place; answers how many. Whoever else folds
     * there waits and then finds none of them.
     */
    async fold(place: SummaryPlace, merge: MergeSummary): Promise<number> {
      try {
        return await database.$transaction(async transaction => {
          const totals = await lockTotals(transaction, place)
          const changes = await readChanges(transaction, place)
          if (changes.length === 0) throw new NothingToFold()
          await writeTotals(
            transaction,
            place,
            merge(
              totals,
              changes.map(({ change }) => change),
            ),
          )
          await dropChanges(
            transaction,
            place,
            changes.map(({ id }) => id),
          )
          return changes.length
        })
      } catch (error) {
        if (error instanceof NothingToFold) return 0
        throw error
      }
    },
  }
}

/** What stands for an assignment. One statement, and so of one moment; undefined where there is no such assignment. */
export async function readStanding(
  database: Pick<Database, '$queryRaw'>,
  courseId: string,
  assignmentId: string,
): Promise<StoredSummary | undefined> {
  const [stored] = await database.$queryRaw<StoredSummary[]>`
    SELECT (
        SELECT s.totals FROM summaries s
        WHERE s.course_id = ${courseId}::uuid AND s.assignment_id = ${assignmentId}::uuid
          AND s.generation = COALESCE(a.regrade_id, ${STORED_RESULTS}::uuid)
      ) AS totals, (
        SELECT COALESCE(jsonb_agg(c.change ORDER BY c.id), '[]') FROM summary_changes c
        WHERE c.course_id = ${courseId}::uuid AND c.assignment_id = ${assignmentId}::uuid
          AND c.generation = COALESCE(a.regrade_id, ${STORED_RESULTS}::uuid)
      ) AS changes
    FROM assignments a
    WHERE a.course_id = ${courseId}::uuid AND a.id = ${assignmentId}::uuid`
  return stored
}

/** Makes the row of the totals if need be, has it alone until the transaction ends, and answers them as they are now. */
export async function lockTotals(
  transaction: Transaction,
  { courseId, assignmentId, generation }: SummaryPlace,
): Promise<unknown> {
  const [row] = await transaction.$queryRaw<{ totals: unknown }[]>`
    INSERT INTO summaries (course_id, assignment_id, generation, totals)
    VALUES (${courseId}::uuid, ${assignmentId}::uuid, ${generation}::uuid, '{}')
    ON CONFLICT (course_id, assignment_id, generation) DO UPDATE SET generation = EXCLUDED.generation
    RETURNING totals`
  return row?.totals
}

/** The oldest changes, at least one of those there are. A statement of its own: it sees what was folded before the lock. */
async function readChanges(
  transaction: Transaction,
  { courseId, assignmentId, generation }: SummaryPlace,
): Promise<{ readonly id: string; readonly change: unknown }[]> {
  return transaction.$queryRaw`
    SELECT id, change FROM (
      SELECT id, change, bytes, sum(bytes) OVER (ORDER BY id) AS bytes_so_far FROM (
        SELECT id, change, pg_column_size(change) AS bytes FROM summary_changes
        WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
          AND generation = ${generation}::uuid
        ORDER BY id
        LIMIT ${CHANGES_AT_ONCE}::int) oldest) summed
    WHERE bytes_so_far - bytes < ${BYTES_AT_ONCE}::int
    ORDER BY id`
}

/** Puts other totals in the place of those that are locked. */
export async function writeTotals(
  transaction: Transaction,
  { courseId, assignmentId, generation }: SummaryPlace,
  totals: unknown,
): Promise<void> {
  await transaction.$executeRaw`
    UPDATE summaries SET totals = ${JSON.stringify(totals)}::jsonb
    WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
      AND generation = ${generation}::uuid`
}

async function dropChanges(
  transaction: Transaction,
  { courseId, assignmentId, generation }: SummaryPlace,
  ids: readonly string[],
): Promise<void> {
  const dropped = await transaction.$executeRaw`
    DELETE FROM summary_changes
    WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
      AND generation = ${generation}::uuid AND id = ANY(${ids}::uuid[])`
  // Nobody else takes changes away while the totals are locked; if somebody does, nothing is to be counted.
  if (dropped !== ids.length) throw new Error('changes of a summary are gone that were being folded')
}

/** The first uuid v7 of a moment: those of changes begin with the time at which they were made. */
function firstIdOf(time: Date): string {
  const digits = Math.max(0, time.getTime()).toString(16).padStart(12, '0')
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-000000000000`
}
