/** How far learners have come: one entry for every assignment of the course, begun or not. */
import type { LearnerProgress } from '../contracts/attempt.js'
import type { PageQuery } from '../contracts/text.js'
import type { StoredAssignment } from '../database/assignments.js'
import type { StoredMember } from '../database/members.js'
import type { StoredOverride } from '../database/overrides.js'
import type { StoredProgress } from '../database/progress.js'
import { notFound } from '../errors.js'
import { effectivePolicy, NO_PROGRESS, viewProgress } from '../grading/attempt-policy.js'
import { roundPoints } from '../grading/credit.js'
import { overrideOf, policyOf, type AssignmentServices } from './assignments.js'
import { findCourse } from './courses.js'
import { pageFrom, readCursor, type Page } from './cursors.js'
import type { Principal } from './principal.js'

/** Entries that one page holds at most: learners × assignments. */
const MAX_ENTRIES = 20_000

/** A page of the learners of a course, by key, with all their progress. */
export async function readCourseProgress(
  services: AssignmentServices,
  principal: Principal,
  courseKey: string,
  query: PageQuery,
): Promise<Page<LearnerProgress>> {
  const course = await findCourse(services, principal, courseKey)
  const list = ['progress', course.id]
  const after = readCursor(query.cursor, list, 'key') ?? ''
  const assignments = await services.assignments.list(course.id, '', null)
  // However many assignments there are, a page stays of bounded size.
  const limit = Math.max(1, Math.min(query.limit, Math.floor(MAX_ENTRIES / Math.max(1, assignments.length))))
  const found = await services.members.list(course.id, 'learner', after, limit + 1)
  const { items, nextCursor } = pageFrom(found, limit, list, {
    positionOf: ({ key }) => key,
    view: member => member,
  })
  return { items: await progressOf(services, course.id, items, assignments), nextCursor }
}

/** The progress of one member of a course. */
export async function readLearnerProgress(
  services: AssignmentServices,
  principal: Principal,
  courseKey: string,
  learner: string,
): Promise<LearnerProgress> {
  const course = await findCourse(services, principal, courseKey)
  const member = await services.members.find(course.id, learner)
  if (member === undefined) throw notFound()
  const assignments = await services.assignments.list(course.id, '', null)
  const [row] = await progressOf(services, course.id, [member], assignments)
  if (row === undefined) throw new Error('no progress for a member')
  return row
}

async function progressOf(
  services: AssignmentServices,
  courseId: string,
  members: readonly StoredMember[],
  assignments: readonly StoredAssignment[],
): Promise<LearnerProgress[]> {
  const keys = members.map(member => member.key)
  const [begun, overrides] = await Promise.all([
    services.progress.ofLearners(courseId, keys),
    services.overrides.ofLearners(courseId, keys),
  ])
  const rowOf = byPlace(begun)
  const overrideAt = byPlace(overrides)
  return members.map(({ key, name }) => ({
    learner: key,
    name,
    progress: assignments.map(assignment =>
      viewEntry(assignment, rowOf(key, assignment.id), overrideAt(key, assignment.id)),
    ),
  }))
}

/** Rows of several learners, to be found by learner and assignment. */
function byPlace<Row extends { readonly learner: string; readonly assignmentId: string }>(
  rows: readonly Row[],
): (learner: string, assignmentId: string) => Row | undefined {
  const found = new Map(rows.map(row => [`${row.assignmentId}/${row.learner}`, row]))
  return (learner, assignmentId) => found.get(`${assignmentId}/${learner}`)
}

function viewEntry(
  assignment: StoredAssignment,
  row: StoredProgress | undefined,
  override: StoredOverride | undefined,
): LearnerProgress['progress'][number] {
  const maxPoints = row?.maxPoints ?? assignment.points
  const { maxAttempts } = effectivePolicy(policyOf(assignment), overrideOf(override))
  const state = row === undefined ? NO_PROGRESS : { ...row, completed: row.completedAt !== null }
  return {
    assignment: assignment.key,
    ...viewProgress(state, { points: maxPoints, maxAttempts }),
    maxPoints: roundPoints(maxPoints),
    lastSubmittedAt: row?.lastSubmittedAt?.toISOString() ?? null,
  }
}
