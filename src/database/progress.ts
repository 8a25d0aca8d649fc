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
  readonly completedAt: Date | null
  readonly lastSubmittedAt: Date | null
}

export type ProgressRepository = ReturnType<typeof createProgressRepository>

/** Progress, read; what dashboards show from the reader. */
export function createProgressRepository(database: Database, reader: Reader = () => database) {
  return {
    /** All that these learners have begun in a course. */
    async ofLearners(courseId: string, learners: readonly string[]): Promise<StoredProgress[]> {
      return reader().progress.findMany({ where: { courseId, learner: { in: [...learners] } } })
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
