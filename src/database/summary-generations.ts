/** Which summaries there are to be, and are not, and which are that are not to be. */
import { STORED_RESULTS } from './summary-changes.js'
import type { Database } from './client.js'
import { Prisma } from './generated/client.js'
import type { AssignmentPlace } from './recount-snapshot.js'

/** Assignments that one search answers. */
const MISSING_AT_ONCE = 500

/**
 * In the place of a generation, of whatever totals: that attempts are still to be counted. The migration that began
 * summaries has marked so every assignment that had attempts; the mark goes with the count, in one transaction.
 */
export const UNCOUNTED = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/**
 * Assignments whose attempts are still to be counted, by course and assignment: those that are marked so, and those of
 * which nothing is kept though somebody has begun them.
 */
export async function findMissing(
  database: Pick<Database, '$queryRaw'>,
  place: AssignmentPlace | undefined,
  after?: AssignmentPlace,
): Promise<AssignmentPlace[]> {
  const only =
    place === undefined
      ? Prisma.empty
      : Prisma.sql`a.course_id = ${place.courseId}::uuid AND a.id = ${place.assignmentId}::uuid AND`
  const rest =
    after === undefined
      ? Prisma.empty
      : Prisma.sql`(a.course_id, a.id) > (${after.courseId}::uuid, ${after.assignmentId}::uuid) AND`
  return database.$queryRaw<AssignmentPlace[]>`
    SELECT a.course_id AS "courseId", a.id AS "assignmentId"
    FROM assignments a
    WHERE ${only} ${rest} (
      EXISTS (
        SELECT FROM summaries s
        WHERE s.course_id = a.course_id AND s.assignment_id = a.id AND s.generation = ${UNCOUNTED}::uuid)
      OR NOT EXISTS (
        SELECT FROM summaries s
        WHERE s.course_id = a.course_id AND s.assignment_id = a.id
          AND s.generation = COALESCE(a.regrade_id, ${STORED_RESULTS}::uuid))
      AND NOT EXISTS (
        SELECT FROM summary_changes c
        WHERE c.course_id = a.course_id AND c.assignment_id = a.id
          AND c.generation = COALESCE(a.regrade_id, ${STORED_RESULTS}::uuid))
      AND EXISTS (SELECT FROM progress p WHERE p.course_id = a.course_id AND p.assignment_id = a.id))
    ORDER BY a.course_id, a.id
    LIMIT ${MISSING_AT_ONCE}::int`
}

/** Generations of which something is kept though their results neither stand nor will, in order. */
export async function findDead(
  database: Pick<Database, '$queryRaw'>,
  { courseId, assignmentId }: AssignmentPlace,
): Promise<string[]> {
  const present = async () => {
    const rows = await database.$queryRaw<{ generation: string }[]>`
      SELECT generation FROM summaries
      WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid AND generation <> ${UNCOUNTED}::uuid
      UNION
      SELECT generation FROM summary_changes
      WHERE course_id = ${courseId}::uuid AND assignment_id = ${assignmentId}::uuid
      ORDER BY generation`
    return rows.map(({ generation }) => generation)
  }
  // One statement after another: what was kept of a job that is over by the second stands by the third, or is gone by the
  // fourth. On a cluster no snapshot shows jobs and summaries as of one moment.
  const known = await present()
  const jobs = await database.$queryRaw<{ id: string }[]>`
    SELECT id FROM jobs
    WHERE id = ANY(${known}::uuid[]) AND status IN ('queued', 'running') AND NOT dry_run`
  const [assignment] = await database.$queryRaw<{ generation: string }[]>`
    SELECT COALESCE(regrade_id, ${STORED_RESULTS}::uuid) AS generation FROM assignments
    WHERE course_id = ${courseId}::uuid AND id = ${assignmentId}::uuid`
  const alive = new Set([...jobs.map(({ id }) => id), assignment?.generation])
  const dead = known.filter(generation => !alive.has(generation))
  if (dead.length === 0) return []
  const left = new Set(await present())
  return dead.filter(generation => left.has(generation))
}
