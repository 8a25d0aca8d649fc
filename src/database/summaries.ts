/**
 * What assignments' attempts come to: totals, and the changes that were not folded into them yet. What stands is the sum of
 * both. Whoever stores attempts adds a change and waits for nobody.
 */
import { STORED_RESULTS } from './summary-changes.js'
import type { Database } from './client.js'
import type { Reader } from './read-replicas.js'
import {
  dropChanges,
  lockOldest,
  lockTotals,
  writeTotals,
  type MergeSummary,
  type SummaryPlace,
} from './summary-folding.js'
import { firstIdAt } from './uuid-time.js'

/** As it was stored; the totals are null while nothing was folded. */
export type StoredSummary = { readonly totals: unknown; readonly changes: readonly unknown[] }

/** That of an assignment among others. */
export type StandingSummary = StoredSummary & { readonly assignmentId: string }

/** Which changes are to be folded. */
export type FoldWhen = {
  /** Where there are so many of an assignment. */
  readonly least: number
  /** Where one has been lying about since before then. */
  readonly before: Date
  /** Places come in an order that is another for any other text, so that replicas do not all begin at the same one. */
  readonly order?: string
  /** So many places at most, 100 where nothing is said. */
  readonly most?: number
}

export type PlaceToFold = SummaryPlace & { readonly changes: number }

export type SummaryRepository = ReturnType<typeof createSummaryRepository>

/** Changes of large graphs that take so many bytes are folded however few they are. */
const MOST_BYTES = 1_000_000

/** Summaries, read and folded. */
export function createSummaryRepository(database: Database, reader: Reader = () => database) {
  return {
    /** What stands for an assignment, as of one moment; undefined where there is no such assignment. */
    async read(courseId: string, assignmentId: string): Promise<StoredSummary | undefined> {
      return readStanding(reader(), courseId, assignmentId)
    },

    /** What stands for each of these assignments, as of one moment; those that there are not are left out. */
    async readMany(courseId: string, assignmentIds: readonly string[]): Promise<StandingSummary[]> {
      return readSummaries(reader(), courseId, assignmentIds)
    },

    /** Where there are changes to fold, and how many. */
    async toFold({ least, before, order = '', most = 100 }: FoldWhen): Promise<PlaceToFold[]> {
      return database.$queryRaw<PlaceToFold[]>`
        SELECT course_id AS "courseId", assignment_id AS "assignmentId", generation, count(*)::int AS changes
        FROM summary_changes
        GROUP BY course_id, assignment_id, generation
        HAVING count(*) >= ${least}::int OR bool_or(id < ${firstIdAt(before)}::uuid)
          OR sum(pg_column_size(change)) >= ${MOST_BYTES}::int
        ORDER BY md5(assignment_id::text || generation::text || ${order}::text)
        LIMIT ${most}::int`
    },

    /**
     * Folds changes into the totals and takes them away, at most 1,000 of one place; answers how many. Those that somebody
     * else is folding just then are left to them.
     */
    async fold(place: SummaryPlace, merge: MergeSummary): Promise<number> {
      return database.$transaction(async transaction => {
        const changes = await lockOldest(transaction, place)
        if (changes.length === 0) return 0
        const totals = await lockTotals(transaction, place)
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
    },
  }
}

/** What stands for an assignment. One statement, and so of one moment; undefined where there is no such assignment. */
export async function readStanding(
  database: Pick<Database, '$queryRaw'>,
  courseId: string,
  assignmentId: string,
): Promise<StoredSummary | undefined> {
  const [stored] = await readSummaries(database, courseId, [assignmentId])
  return stored
}

/** The same for several assignments of a course, still in one statement. Each row is looked up by its whole key. */
async function readSummaries(
  database: Pick<Database, '$queryRaw'>,
  courseId: string,
  assignmentIds: readonly string[],
): Promise<StandingSummary[]> {
  return database.$queryRaw<StandingSummary[]>`
    SELECT a.id AS "assignmentId", (
        SELECT s.totals FROM summaries s
        WHERE s.course_id = ${courseId}::uuid AND s.assignment_id = a.id
          AND s.generation = COALESCE(a.regrade_id, ${STORED_RESULTS}::uuid)
      ) AS totals, (
        SELECT COALESCE(jsonb_agg(c.change ORDER BY c.id), '[]') FROM summary_changes c
        WHERE c.course_id = ${courseId}::uuid AND c.assignment_id = a.id
          AND c.generation = COALESCE(a.regrade_id, ${STORED_RESULTS}::uuid)
      ) AS changes
    FROM assignments a
    WHERE a.course_id = ${courseId}::uuid AND a.id = ANY(${[...assignmentIds]}::uuid[])`
}
