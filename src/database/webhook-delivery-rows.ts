/** A delivery as it is stored. */
import { Prisma } from './generated/client.js'

export type StoredDelivery = {
  readonly courseId: string
  readonly id: string
  readonly webhookId: string
  readonly type: string
  readonly assignmentId: string
  readonly learner: string | null
  readonly number: number | null
  readonly attemptId: string | null
  readonly jobId: string | null
  readonly state: string
  readonly tries: number
  readonly dueAt: Date
  readonly createdAt: Date
  readonly finishedAt: Date | null
  readonly lastStatus: number | null
  readonly lastError: string | null
}

/** Its columns, of rows that go by the name of d. That it is in no lane is nothing to those who ask what became of it. */
export const DELIVERY_COLUMNS = Prisma.sql`
  d.course_id AS "courseId", d.id, d.webhook_id AS "webhookId", d.type, d.assignment_id AS "assignmentId", d.learner,
  d.number, d.attempt_id AS "attemptId", d.job_id AS "jobId",
  CASE WHEN d.state = 'loose' THEN 'pending' ELSE d.state END AS state, d.tries, d.due_at AS "dueAt",
  d.created_at AS "createdAt", d.finished_at AS "finishedAt", d.last_status AS "lastStatus", d.last_error AS "lastError"`
