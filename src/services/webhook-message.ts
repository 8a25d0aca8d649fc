/** What a webhook is told of an event, made when it is sent from what stands then. */
import type { EventType } from '../contracts/webhook.js'
import type { AttemptRecord } from '../contracts/attempt.js'
import type { JobView } from '../contracts/job.js'
import type { AttemptRepository } from '../database/attempts.js'
import type { JobRepository } from '../database/jobs.js'
import type { DeliveryKeys, DeliveryRepository, StoredDelivery } from '../database/webhook-deliveries.js'
import { createExpectedValues } from './expected-values.js'
import { nothingExpected, viewRecord } from './feedback-view.js'
import type { GraphLibrary } from './graph-library.js'
import { viewJob } from './jobs.js'
import { attemptStatement, regradeStatement } from './xapi.js'

export type MessageServices = {
  readonly deliveries: Pick<DeliveryRepository, 'placeOf'>
  readonly attempts: Pick<AttemptRepository, 'find'>
  readonly jobs: Pick<JobRepository, 'find'>
  readonly library: GraphLibrary
}

/** What happened, as it stands now. */
export type Told = {
  readonly place: DeliveryKeys
  readonly courseId: string
  readonly assignmentId: string
} & (
  | {
      readonly type: 'attempt.graded' | 'assignment.completed'
      readonly attempt: AttemptRecord
    }
  | { readonly type: 'regrade.finished'; readonly job: JobView }
)

/** A message as it is sent. */
export type Message = { readonly headers: Readonly<Record<string, string>>; readonly body: string }

/** What a delivery tells of; undefined where that is gone, as after an erasure. */
async function readTold(
  { deliveries, attempts, jobs, library }: MessageServices,
  delivery: StoredDelivery,
): Promise<Told | undefined> {
  const { courseId, assignmentId, attemptId, jobId } = delivery
  const place = await deliveries.placeOf(courseId, assignmentId)
  if (place === undefined) return undefined
  const type = delivery.type as EventType // A check in the database holds it to these.
  if (type === 'regrade.finished') {
    const job = jobId === null ? undefined : await jobs.find(place.tenantId, jobId)
    return job === undefined ? undefined : { type, place, courseId, assignmentId, job: viewJob(job) }
  }
  const attempt = attemptId === null ? undefined : await attempts.find(courseId, attemptId)
  if (attempt === undefined) return undefined
  // As with `progress:read`: right values unless the assignment never reveals them.
  const expected = place.reveal === 'never' ? nothingExpected : await createExpectedValues(library)(attempt)
  return { type, place, courseId, assignmentId, attempt: viewRecord(attempt, expected) }
}

/** The message of a delivery in a webhook's format; undefined where there is nothing to tell any more. */
export async function composeMessage(
  services: MessageServices,
  delivery: StoredDelivery,
  format: string,
): Promise<Message | undefined> {
  const told = await readTold(services, delivery)
  if (told === undefined) return undefined
  if (format === 'xapi') {
    const statement = told.type === 'regrade.finished' ? regradeStatement(told) : attemptStatement(told)
    return { headers: { 'x-experience-api-version': '1.0.3' }, body: JSON.stringify(statement) }
  }
  const { course, assignment } = told.place
  const data =
    told.type === 'regrade.finished'
      ? { course, assignment, job: told.job }
      : { course, assignment, attempt: told.attempt }
  const timestamp = delivery.createdAt.toISOString()
  return { headers: {}, body: JSON.stringify({ type: told.type, timestamp, data }) }
}
