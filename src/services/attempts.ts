/** Reading stored attempts. */
import { z } from 'zod'
import { attemptSchema, type AttemptView } from '../contracts/attempt.js'
import type { PageQuery } from '../contracts/text.js'
import type { StoredAttempt } from '../database/attempts.js'
import { notFound } from '../errors.js'
import { roundPoints } from '../grading/credit.js'
import type { GradedBox } from '../grading/grade.js'
import { findAssignment } from './assignments.js'
import { pageFrom, readCursor, type Page } from './cursors.js'
import { viewGradedBox } from './views.js'
import type { Principal } from './principal.js'
import type { SubmissionServices } from './submit-attempt.js'

/** A stored attempt as its learner's system sees it. */
export function viewAttempt(stored: StoredAttempt): AttemptView {
  const answers = new Map(Object.entries(stored.answers as Record<string, unknown>))
  return {
    id: stored.id,
    learner: stored.learner,
    number: stored.number,
    credit: stored.credit,
    points: roundPoints(stored.points),
    maxPoints: roundPoints(stored.maxPoints),
    submittedAt: stored.submittedAt.toISOString(),
    late: stored.late,
    boxes: (stored.boxes as readonly GradedBox[]).map(box => viewGradedBox(box, answers)),
    progress: attemptSchema.shape.progress.parse(stored.progress),
  }
}

/** Boxes that one page of attempts holds, about; of an array each entry counts like one. */
const MAX_ENTRIES = 20_000

/** The attempts on an assignment in the order of their making, of one learner if asked. */
export async function listAttempts(
  services: SubmissionServices,
  principal: Principal,
  path: { readonly course: string; readonly assignment: string },
  query: PageQuery & { readonly learner?: string | undefined },
): Promise<Page<AttemptView>> {
  const { courseId, assignment } = await findAssignment(services, principal, path.course, path.assignment)
  const { published } = await services.library.pinned(assignment.graphId, assignment.graphVersion)
  const { learner } = query
  // However many boxes there are, and entries in them, a page stays of bounded size.
  const entries = published.truths.reduce((count, { truths }) => count + truths.length, 0)
  const limit = Math.max(1, Math.min(query.limit, Math.floor(MAX_ENTRIES / entries)))
  const list = ['attempts', courseId, assignment.id, ...(learner === undefined ? [] : [learner])]
  const after = readCursor(query.cursor, list, 'id')
  const found = await services.attempts.list(courseId, assignment.id, { learner, after, limit: limit + 1 })
  return pageFrom(found, limit, list, { positionOf: attempt => attempt.id, view: viewAttempt })
}

/** One attempt on an assignment. */
export async function readAttempt(
  services: SubmissionServices,
  principal: Principal,
  path: { readonly course: string; readonly assignment: string; readonly id: string },
): Promise<AttemptView> {
  const { courseId, assignment } = await findAssignment(services, principal, path.course, path.assignment)
  const stored = z.uuid().safeParse(path.id).success
    ? await services.attempts.find(courseId, path.id)
    : undefined
  if (stored?.assignmentId !== assignment.id) throw notFound()
  return viewAttempt(stored)
}
