/** Overrides: other dates or more attempts for one learner. */
import type { OverrideBody, OverrideView } from '../contracts/course.js'
import type { PageQuery } from '../contracts/text.js'
import type { StoredOverride } from '../database/overrides.js'
import { learnerErased, notFound, Refusal } from '../errors.js'
import { findAssignment, type AssignmentServices } from './assignments.js'
import { memberHash } from './courses.js'
import { listingFrom, readCursor, type Listing } from './cursors.js'
import type { Principal } from './principal.js'

type AssignmentPath = { readonly course: string; readonly assignment: string }
type OverridePath = AssignmentPath & { readonly learner: string }

function viewOverride(stored: StoredOverride): OverrideView {
  return {
    learner: stored.learner,
    dueAt: stored.dueAt?.toISOString() ?? null,
    closesAt: stored.closesAt?.toISOString() ?? null,
    extraAttempts: stored.extraAttempts,
    createdAt: stored.createdAt.toISOString(),
    updatedAt: stored.updatedAt.toISOString(),
  }
}

/** Makes or replaces the override of a learner; one unknown to the course is enrolled with it. Throws `learner-erased`. */
export async function putOverride(
  services: AssignmentServices,
  principal: Principal,
  path: OverridePath,
  body: OverrideBody,
): Promise<{ readonly created: boolean; readonly view: OverrideView }> {
  const { courseId, assignment } = await findAssignment(services, principal, path.course, path.assignment)
  const { learner } = path
  const closesAt = toDate(body.closesAt)
  if (closesAt !== null && assignment.opensAt !== null && closesAt <= assignment.opensAt) {
    const message = "closesAt must be after the assignment's opensAt."
    const entry = { path: '/closesAt', code: 'closes-before-opening', message } as const
    throw new Refusal('invalid-override', message, [entry])
  }
  const { extraAttempts } = body
  const override = {
    assignmentId: assignment.id,
    learner,
    dueAt: toDate(body.dueAt),
    closesAt,
    extraAttempts,
  }
  const time = new Date(services.effects.now())
  const put = await services.overrides.put(courseId, override, memberHash(courseId, learner), time)
  if (put === undefined) throw learnerErased()
  services.feeds.tell({ kind: 'progress', courseId })
  return { created: put.created, view: viewOverride(put.override) }
}

function toDate(time: string | null): Date | null {
  return time === null ? null : new Date(time)
}

/** Takes the override of a learner away: the policy holds again. */
export async function deleteOverride(
  services: AssignmentServices,
  principal: Principal,
  path: OverridePath,
): Promise<void> {
  const { courseId, assignment } = await findAssignment(services, principal, path.course, path.assignment)
  if (!(await services.overrides.delete(courseId, assignment.id, path.learner))) throw notFound()
  services.feeds.tell({ kind: 'progress', courseId })
}

/** The overrides of an assignment, by learner. */
export async function listOverrides(
  services: AssignmentServices,
  principal: Principal,
  path: AssignmentPath,
  query: PageQuery,
): Promise<Listing<OverrideView>> {
  const { courseId, assignment } = await findAssignment(services, principal, path.course, path.assignment)
  const list = ['overrides', courseId, assignment.id]
  const after = readCursor(query.cursor, list, 'key') ?? ''
  const found = await services.overrides.list(courseId, assignment.id, after, query.limit + 1)
  return listingFrom(found, query.limit, list, { positionOf: ({ learner }) => learner, view: viewOverride })
}
