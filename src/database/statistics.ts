/** What is told of a class that no summary keeps: medians and quartiles. */
import type { Reader } from './read-replicas.js'

/** Of one assignment's learners; null where there is nobody to count. */
export type StoredDistribution = {
  readonly assignmentId: string
  /** Half of the learners who have begun it have no more; it may lie between two credits. */
  readonly medianMillionths: number | null
  /** Learners who have completed it and of whom it is known when they first saw it, and how long that took, in seconds. */
  readonly timed: number
  readonly lowerQuartile: number | null
  readonly median: number | null
  readonly upperQuartile: number | null
}

export type StatisticsRepository = ReturnType<typeof createStatisticsRepository>

/** Statistics that are read from progress: from a learner's row an assignment, never from the attempts. */
export function createStatisticsRepository(reader: Reader) {
  return {
    /** Exact medians and quartiles by assignment, of learners alone. */
    async distributions(courseId: string, assignmentIds: readonly string[]): Promise<StoredDistribution[]> {
      // Instructors are few: it costs less to leave them out than to look up everybody's role.
      return reader().$queryRaw<StoredDistribution[]>`
        WITH instructors AS MATERIALIZED (
          SELECT key FROM members WHERE course_id = ${courseId}::uuid AND role = 'instructor')
        SELECT a.id AS "assignmentId", of.credit AS "medianMillionths", of.timed,
          EXTRACT(EPOCH FROM of.times[1])::float8 AS "lowerQuartile",
          EXTRACT(EPOCH FROM of.times[2])::float8 AS median,
          EXTRACT(EPOCH FROM of.times[3])::float8 AS "upperQuartile"
        FROM assignments a
        CROSS JOIN LATERAL (
          SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY p.credit_millionths) AS credit,
            count(p.completed_at - p.first_seen_at)::int AS timed,
            percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY p.completed_at - p.first_seen_at) AS times
          FROM progress p
          WHERE p.course_id = ${courseId}::uuid AND p.assignment_id = a.id
            AND NOT EXISTS (SELECT FROM instructors i WHERE i.key = p.learner)) of
        WHERE a.course_id = ${courseId}::uuid AND a.id = ANY(${[...assignmentIds]}::uuid[])`
    },
  }
}
