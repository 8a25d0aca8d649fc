/** The running summaries of learners' attempts. Reads never touch the attempts themselves. */
import type { Database } from './client.js'
import type { Reader } from './read-replicas.js'

/** What a learner's attempts on an assignment come to, in millionths where it counts credit. */
export type ProgressRow = {
  readonly attempts: number
  readonly creditMillionths: number
  readonly bestMillionths: number
  readonly firstMillionths: number
  readonly lastMillionths: number
  readonly sumMillionths: number
  readonly completed: boolean
}

export type StoredProgress = {
  readonly assignmentId: string
  readonly learner: string
  readonly attempts: number
  readonly creditMillionths: number
  readonly maxPoints: number
  readonly completed: boolean
  /** Milliseconds since 1970. */
  readonly lastSubmittedAt: number | null
}

/** The same as it is read: assignment, attempts, millionths, the most points, completed, last submitted. */
type ProgressAsList = readonly [string, number, number, number, boolean, number | null]

export type ProgressRepository = ReturnType<typeof createProgressRepository>

/** Progress, read; what dashboards show from the reader. */
export function createProgressRepository(database: Database, reader: Reader = () => database) {
  return {
    /** All that these learners have begun in a course. */
    async ofLearners(courseId: string, learners: readonly string[]): Promise<StoredProgress[]> {
      // There are thousands of them: a list of lists is read many times faster than as many rows.
      const rows = await reader().$queryRaw<{ learner: string; begun: ProgressAsList[] }[]>`
        SELECT p.learner, json_agg(json_build_array(
          p.assignment_id, p.attempts, p.credit_millionths, p.max_points, p.completed_at IS NOT NULL,
          EXTRACT(EPOCH FROM p.last_submitted_at)::float8 * 1000)) AS begun
        FROM progress p
        WHERE p.course_id = ${courseId}::uuid AND p.learner = ANY(${[...learners]}::text[])
        GROUP BY p.learner`
      return rows.flatMap(({ learner, begun }) =>
        begun.map(([assignmentId, attempts, creditMillionths, maxPoints, completed, lastSubmittedAt]) => ({
          assignmentId,
          learner,
          attempts,
          creditMillionths,
          maxPoints,
          completed,
          lastSubmittedAt,
        })),
      )
    },

    /** How many attempts a learner has made on an assignment. */
    async attemptsOf(courseId: string, assignmentId: string, learner: string): Promise<number> {
      const found = await database.progress.findUnique({
        where: { courseId_assignmentId_learner: { courseId, assignmentId, learner } },
        select: { attempts: true },
      })
      return found?.attempts ?? 0
    },
  }
}
