/**
 * How far everybody is in a course: sums over a member's progress rows, kept so that no page of a class reads them all.
 *
 * A standing is never added to: whoever changes progress marks the learner (standing-marks.ts), in the same transaction, and
 * waits for nobody. A fold counts marked learners again and takes the marks away. What is committed is therefore always what
 * counts: the standings of those who are not marked, and the progress of those who are (learners.ts).
 *
 * Locks come in one order: members, progress, summaries, marks, standings. A fold locks nothing but marks and standings.
 */
import type { Database, Transaction } from './client.js'
import { Prisma } from './generated/client.js'

/** A course with marks, and how many. */
export type CourseToFold = { readonly courseId: string; readonly changes: number }

export type StandingRepository = ReturnType<typeof createStandingRepository>

/** Marks that are folded at once, and learners that are counted again at once, about. */
const MARKS_AT_ONCE = 500
const LEARNERS_AT_ONCE = 2_000

/** What progress rows `p` come to, as the columns of a standing. */
export const COUNTED = Prisma.sql`
  count(*)::int AS begun, COALESCE(sum(p.attempts), 0)::int AS attempts, count(p.completed_at)::int AS completed,
  COALESCE(sum(p.credit_millionths), 0)::bigint AS credit_millionths, max(p.last_submitted_at) AS last_submitted_at`

/** Standings, folded. */
export function createStandingRepository(database: Database) {
  return {
    /** Courses with marks, at most so many, in an order that is another for any other text. */
    async toFold(order: string, most: number): Promise<CourseToFold[]> {
      return database.$queryRaw<CourseToFold[]>`
        SELECT course_id AS "courseId", count(*)::int AS changes FROM standing_marks
        GROUP BY course_id
        ORDER BY md5(course_id::text || ${order}::text)
        LIMIT ${most}::int`
    },

    /**
     * Counts marked learners of a course again and takes their marks away, the oldest of them and not too many at once;
     * answers how many marks those were. Marks that somebody else is folding just then are left to them.
     */
    async fold(courseId: string): Promise<number> {
      return database.$transaction(async transaction => {
        const marks = await lockOldest(transaction, courseId)
        if (marks.length === 0) return 0
        await countAgain(transaction, courseId, [...new Set(marks.flatMap(mark => mark.learners))])
        await transaction.$executeRaw`
          DELETE FROM standing_marks
          WHERE course_id = ${courseId}::uuid AND id = ANY(${marks.map(({ id }) => id)}::uuid[])`
        return marks.length
      })
    },
  }
}

/** The oldest marks that nobody else has locked, at least one of those there are; they are locked then. */
async function lockOldest(
  transaction: Transaction,
  courseId: string,
): Promise<{ readonly id: string; readonly learners: readonly string[] }[]> {
  return transaction.$queryRaw`
    SELECT id, learners FROM (
      SELECT id, learners, jsonb_array_length(learners) AS count,
        sum(jsonb_array_length(learners)) OVER (ORDER BY id) AS count_so_far FROM (
        SELECT id, learners FROM standing_marks
        WHERE course_id = ${courseId}::uuid
        ORDER BY id
        LIMIT ${MARKS_AT_ONCE}::int FOR UPDATE SKIP LOCKED) oldest) summed
    WHERE count_so_far - count < ${LEARNERS_AT_ONCE}::int
    ORDER BY id`
}

/** Counts standings from progress, having made those that are missing. */
export async function countAgain(
  transaction: Transaction,
  courseId: string,
  learners: readonly string[],
): Promise<void> {
  await transaction.$executeRaw`
    INSERT INTO standings (course_id, learner, begun, attempts, completed, credit_millionths)
    SELECT ${courseId}::uuid, learner, 0, 0, 0, 0
    FROM unnest(${[...learners]}::text[]) AS given (learner)
    ORDER BY learner
    ON CONFLICT (course_id, learner) DO UPDATE SET begun = EXCLUDED.begun WHERE false`
  // They are locked now. A later statement sees all that was committed by then, and so whatever those have seen who had them
  // locked before us.
  await transaction.$executeRaw`
    UPDATE standings s SET (begun, attempts, completed, credit_millionths, last_submitted_at) = (
      SELECT ${COUNTED} FROM progress p
      WHERE p.course_id = ${courseId}::uuid AND p.learner = s.learner)
    WHERE s.course_id = ${courseId}::uuid AND s.learner = ANY(${[...learners]}::text[])`
}

/**
 * The standing of somebody who was enrolled just now, by the same transaction: nothing, whatever one without a member was left.
 * Who takes such ones away waits for us then.
 */
export async function beginStanding(
  transaction: Transaction,
  courseId: string,
  learner: string,
): Promise<void> {
  await transaction.$executeRaw`
    INSERT INTO standings (course_id, learner, begun, attempts, completed, credit_millionths)
    VALUES (${courseId}::uuid, ${learner}, 0, 0, 0, 0)
    ON CONFLICT (course_id, learner) DO UPDATE SET
      begun = EXCLUDED.begun, attempts = EXCLUDED.attempts, completed = EXCLUDED.completed,
      credit_millionths = EXCLUDED.credit_millionths, last_submitted_at = EXCLUDED.last_submitted_at`
}

/**
 * Leaves no standing and no mark of these people, who were no members when this transaction looked or whom it has erased; of
 * those of them who were enrolled since, all is left.
 */
export async function eraseStandings(
  transaction: Transaction,
  courseId: string,
  people: readonly string[],
): Promise<void> {
  const strangers = Prisma.sql`
    SELECT person FROM unnest(${[...people]}::text[]) AS given (person)
    WHERE NOT EXISTS (SELECT FROM members m WHERE m.course_id = ${courseId}::uuid AND m.key = person)`
  // In one order: two who are erased at once may be in the same marks.
  const marks = await transaction.$queryRaw<{ id: string }[]>`
    SELECT id FROM standing_marks
    WHERE course_id = ${courseId}::uuid AND learners ?| ${[...people]}::text[]
    ORDER BY id FOR UPDATE`
  // No other marks than those. Whoever is in a mark that this statement sees was enrolled before the mark was stored.
  await transaction.$executeRaw`
    UPDATE standing_marks SET learners = learners - ARRAY(${strangers})
    WHERE course_id = ${courseId}::uuid AND id = ANY(${marks.map(({ id }) => id)}::uuid[])`
  // Whoever was folding such a mark has made the standing by now, and nobody makes another but by an enrolment: that has the
  // standing locked until it is committed, and the statement that follows sees the member.
  await transaction.$queryRaw`
    SELECT learner FROM standings
    WHERE course_id = ${courseId}::uuid AND learner = ANY(${[...people]}::text[])
    ORDER BY learner FOR UPDATE`
  await transaction.$executeRaw`
    DELETE FROM standings WHERE course_id = ${courseId}::uuid AND learner IN (${strangers})`
}
