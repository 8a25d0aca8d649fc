/** Standings beside what progress comes to, to be compared and put right. */
import type { Database, Transaction } from './client.js'
import { countAgain, COUNTED, eraseStandings } from './standings.js'

export type CountedStanding = {
  readonly begun: number
  readonly attempts: number
  readonly completed: number
  readonly creditMillionths: bigint
  readonly lastSubmittedAt: Date | null
}

/** Somebody of a course, as of one moment. */
export type RecountedStanding = {
  readonly learner: string
  readonly isMember: boolean
  /** To be counted again anyway: the progress counts, whatever the standing is. */
  readonly isMarked: boolean
  /** Undefined where there is none. */
  readonly kept: CountedStanding | undefined
  readonly counted: CountedStanding
}

type Row = Pick<RecountedStanding, 'learner' | 'isMember' | 'isMarked'> &
  CountedStanding & {
    readonly isKept: boolean
    readonly keptBegun: number
    readonly keptAttempts: number
    readonly keptCompleted: number
    readonly keptMillionths: bigint
    readonly keptSubmittedAt: Date | null
  }

/** People that one statement looks at. */
const PEOPLE_AT_ONCE = 2_000

/** The next people of a course who are members, have a standing or are marked, by key. */
export async function readStandings(
  database: Pick<Database, '$queryRaw'>,
  courseId: string,
  after: string,
): Promise<RecountedStanding[]> {
  const rows = await database.$queryRaw<Row[]>`
    WITH marked AS MATERIALIZED (
      SELECT DISTINCT jsonb_array_elements_text(learners) AS learner FROM standing_marks
      WHERE course_id = ${courseId}::uuid
    ), people AS MATERIALIZED (
      SELECT learner FROM (
        (SELECT key AS learner FROM members
         WHERE course_id = ${courseId}::uuid AND key > ${after} ORDER BY key LIMIT ${PEOPLE_AT_ONCE}::int)
        UNION
        (SELECT learner FROM standings
         WHERE course_id = ${courseId}::uuid AND learner > ${after} ORDER BY learner LIMIT ${PEOPLE_AT_ONCE}::int)
        UNION
        SELECT learner FROM marked WHERE learner > ${after}) everybody
      ORDER BY learner
      LIMIT ${PEOPLE_AT_ONCE}::int)
    SELECT e.learner, m.key IS NOT NULL AS "isMember", e.learner IN (SELECT learner FROM marked) AS "isMarked",
      s.learner IS NOT NULL AS "isKept", s.begun AS "keptBegun", s.attempts AS "keptAttempts",
      s.completed AS "keptCompleted", s.credit_millionths AS "keptMillionths", s.last_submitted_at AS "keptSubmittedAt",
      c.begun, c.attempts, c.completed, c.credit_millionths AS "creditMillionths",
      c.last_submitted_at AS "lastSubmittedAt"
    FROM people e
    LEFT JOIN members m ON m.course_id = ${courseId}::uuid AND m.key = e.learner
    LEFT JOIN standings s ON s.course_id = ${courseId}::uuid AND s.learner = e.learner
    CROSS JOIN LATERAL (
      SELECT ${COUNTED} FROM progress p
      WHERE p.course_id = ${courseId}::uuid AND p.learner = e.learner) c
    ORDER BY e.learner`
  return rows.map(row => ({
    learner: row.learner,
    isMember: row.isMember,
    isMarked: row.isMarked,
    kept: row.isKept
      ? {
          begun: row.keptBegun,
          attempts: row.keptAttempts,
          completed: row.keptCompleted,
          creditMillionths: row.keptMillionths,
          lastSubmittedAt: row.keptSubmittedAt,
        }
      : undefined,
    counted: row,
  }))
}

/** Counts these people's standings again, and leaves nothing of those who are no members. */
export async function repairStandings(
  transaction: Transaction,
  courseId: string,
  people: readonly string[],
): Promise<void> {
  // Nobody of them is erased meanwhile.
  const members = await transaction.$queryRaw<{ key: string }[]>`
    SELECT key FROM members WHERE course_id = ${courseId}::uuid AND key = ANY(${[...people]}::text[])
    ORDER BY key FOR KEY SHARE`
  const keys = members.map(({ key }) => key)
  const known = new Set(keys)
  // Of members no mark is touched: theirs are of others too, and whoever folds them waits for nobody.
  await eraseStandings(
    transaction,
    courseId,
    people.filter(person => !known.has(person)),
  )
  await countAgain(transaction, courseId, keys)
}
