/** What is to be told to webhooks, stored in the transaction of what it tells of: a row an event and webhook. */
import type { Transaction } from './client.js'
import { Prisma } from './generated/client.js'

/** A webhook that is told of a course, and of which events. */
export type CourseHook = { readonly id: string; readonly events: readonly string[] }

/** What a webhook is told of: where it happened, and to whom if to anybody. */
export type NewDelivery = {
  readonly courseId: string
  readonly id: string
  readonly webhookId: string
  readonly type: 'attempt.graded' | 'assignment.completed' | 'regrade.finished'
  readonly assignmentId: string
  readonly learner: string | null
  readonly number: number | null
  readonly attemptId: string | null
  readonly jobId: string | null
  readonly createdAt: Date
}

/** A learner's attempt that is being stored. */
export type AnnouncedAttempt = {
  readonly draft: {
    readonly courseId: string
    readonly assignmentId: string
    readonly id: string
    readonly learner: string
    readonly submittedAt: Date
  }
  readonly number: number
  readonly before: { readonly completed: boolean } | undefined
  readonly after: { readonly completed: boolean }
}

/** The deliveries that attempts lead to, to each webhook in the order of the attempts. */
export function deliveriesOf(
  attempts: readonly AnnouncedAttempt[],
  hooksOf: (attempt: AnnouncedAttempt) => readonly CourseHook[],
  newId: () => string,
): NewDelivery[] {
  return attempts.flatMap(attempt => {
    const { draft, number, before, after } = attempt
    const { courseId, assignmentId, learner, id: attemptId, submittedAt: createdAt } = draft
    const types = ['attempt.graded'] as NewDelivery['type'][]
    if (after.completed && before?.completed !== true) types.push('assignment.completed')
    const told = { courseId, assignmentId, learner, number, attemptId, jobId: null, createdAt }
    return hooksOf(attempt).flatMap(({ id: webhookId, events }) =>
      types
        .filter(type => events.includes(type))
        .map(type => ({ ...told, id: newId(), webhookId, type }) satisfies NewDelivery),
    )
  })
}

/** Course → its tenant's webhooks that are told of it, for a WITH; the courses are those of an array of ids. */
export function hooksOfCourses(courseIds: readonly string[]): Prisma.Sql {
  return Prisma.sql`
    SELECT c.id AS course_id, jsonb_agg(jsonb_build_object('id', w.id, 'events', w.events)) AS hooks
    FROM webhooks w
    JOIN courses c ON c.tenant_id = w.tenant_id AND c.id = COALESCE(w.course_id, c.id)
    WHERE c.id = ANY(${courseIds}::uuid[])
    GROUP BY c.id`
}

/**
 * The statement that stores deliveries, alone or in a WITH. They are due at once, by the database's clock; what is nobody's in
 * particular is in no lane (webhook-lanes.ts).
 */
export function deliveryInsertion(deliveries: readonly NewDelivery[]): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO webhook_deliveries (
      course_id, id, webhook_id, type, assignment_id, learner, number, attempt_id, job_id, state, tries, due_at, created_at)
    SELECT "courseId", id, "webhookId", type, "assignmentId", learner, number, "attemptId", "jobId",
      CASE WHEN learner IS NULL THEN 'loose' ELSE 'pending' END, 0, now(), "createdAt"
    FROM jsonb_to_recordset(${JSON.stringify(deliveries)}::jsonb) AS given (
      "courseId" uuid, id uuid, "webhookId" uuid, type text, "assignmentId" uuid, learner text, number int,
      "attemptId" uuid, "jobId" uuid, "createdAt" timestamptz)`
}

/** Stores deliveries. */
export async function insertDeliveries(
  transaction: Transaction,
  deliveries: readonly NewDelivery[],
): Promise<void> {
  if (deliveries.length > 0) await transaction.$executeRaw`${deliveryInsertion(deliveries)}`
}
