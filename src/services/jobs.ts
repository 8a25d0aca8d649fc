/** Jobs as they are read: how far one has come, and what it changes. */
import { z } from 'zod'
import type { ChangeView, JobView } from '../contracts/job.js'
import type { PageQuery } from '../contracts/text.js'
import type { JobRepository, StoredChange, StoredJob } from '../database/jobs.js'
import { notFound, Refusal } from '../errors.js'
import { roundPoints } from '../grading/credit.js'
import type { AssignmentServices } from './assignments.js'
import { listingFrom, readCursor, type Listing } from './cursors.js'
import type { JobBell } from './job-bell.js'
import type { Principal } from './principal.js'

export type JobServices = AssignmentServices & {
  readonly jobs: JobRepository
  readonly jobBell: JobBell
}

/** The job of an id; `not-found` for one that is missing, another tenant's, or of a course that the key may not touch. */
async function findJob(
  { jobs }: Pick<JobServices, 'jobs'>,
  principal: Principal,
  id: string,
): Promise<StoredJob> {
  const job = z.uuid().safeParse(id).success ? await jobs.find(principal.tenantId, id) : undefined
  const mayTouch = (course: string) => principal.courses.length === 0 || principal.courses.includes(course)
  if (job === undefined || !mayTouch(job.course)) throw notFound()
  return job
}

/** One job. */
export async function readJob(
  services: Pick<JobServices, 'jobs'>,
  principal: Principal,
  id: string,
): Promise<JobView> {
  return viewJob(await findJob(services, principal, id))
}

/** A job as clients see it. */
export function viewJob(job: StoredJob): JobView {
  const { course, assignment, dryRun, done, total, changed, skipped, policyRevision, error } = job
  return {
    id: job.id,
    kind: 'regrade',
    course,
    assignment,
    dryRun,
    status: job.status as JobView['status'], // A check in the database holds it to these.
    done,
    total,
    changed,
    skipped,
    policyRevision,
    createdAt: job.createdAt.toISOString(),
    finishedAt: job.finishedAt?.toISOString() ?? null,
    ...(error === null ? {} : { error }),
  }
}

/** What is kept of the result that stood before. */
export type ResultBefore = {
  readonly credit: number
  readonly points: number
  readonly maxPoints: number
  readonly late: boolean
  readonly earnedMillionths: number
  readonly boxesChanged: number
}

/** The attempts that a job has changed so far, or would change, in the order of their making; `changes-dropped`. */
export async function listChanges(
  services: Pick<JobServices, 'jobs'>,
  principal: Principal,
  id: string,
  query: PageQuery,
): Promise<Listing<ChangeView>> {
  const job = await findJob(services, principal, id)
  const list = ['changes', job.id]
  const after = readCursor(query.cursor, list, 'id')
  const found = await services.jobs.changes(job.courseId, job.id, after, query.limit + 1)
  if (found === undefined) {
    throw new Refusal('changes-dropped', 'A later job of the assignment has begun; ask for a dry run again.')
  }
  return listingFrom(found, query.limit, list, { positionOf: change => change.attemptId, view: viewChange })
}

function viewChange(change: StoredChange): ChangeView {
  const before = change.before as ResultBefore // Written by the regrading alone.
  return {
    attempt: change.attemptId,
    learner: change.learner,
    number: change.number,
    before: viewResult(before),
    after: viewResult(change),
    boxesChanged: before.boxesChanged,
  }
}

function viewResult(
  result: Pick<ResultBefore, 'credit' | 'points' | 'maxPoints' | 'late'>,
): ChangeView['after'] {
  const { credit, points, maxPoints, late } = result
  return { credit, points: roundPoints(points), maxPoints: roundPoints(maxPoints), late }
}
