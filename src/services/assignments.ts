/** Assignments: a graph used in a course, with a policy. */
import type { AssignmentView } from '../contracts/course.js'
import { toleranceSchema } from '../contracts/graph.js'
import type { PageQuery } from '../contracts/text.js'
import type { AssignmentRepository, StoredAssignment } from '../database/assignments.js'
import type { ProgressRepository } from '../database/progress.js'
import { notFound } from '../errors.js'
import type { AttemptPolicy, Keep } from '../grading/attempt-policy.js'
import type { GradingOverrides } from '../grading/published-graph.js'
import { findCourse, type CourseServices } from './courses.js'
import { pageFrom, readCursor, type Page } from './cursors.js'
import type { GraphLibrary } from './graph-library.js'
import type { Principal } from './principal.js'

export type AssignmentServices = CourseServices & {
  readonly assignments: AssignmentRepository
  readonly progress: ProgressRepository
  readonly library: GraphLibrary
}

/** The policy of a stored assignment, as grading takes it. */
export function policyOf(assignment: StoredAssignment): AttemptPolicy & GradingOverrides {
  const { points, lateCredit, maxAttempts } = assignment
  return {
    points,
    lateCredit,
    maxAttempts,
    opensAt: assignment.opensAt?.getTime() ?? null,
    dueAt: assignment.dueAt?.getTime() ?? null,
    closesAt: assignment.closesAt?.getTime() ?? null,
    keep: assignment.keep as Keep, // A check in the database holds it to these.
    tolerance: toleranceSchema.nullable().parse(assignment.tolerance),
    weights: new Map(Object.entries(storedWeights(assignment) ?? {})),
  }
}

function storedWeights(assignment: StoredAssignment): Record<string, number> | null {
  return assignment.weights as Record<string, number> | null // Written by putAssignment alone, from a checked body.
}

/** An assignment as clients see it. */
export function viewAssignment(assignment: StoredAssignment): AssignmentView {
  const { key, graphKey, graphVersion, graphTitle, points, lateCredit, maxAttempts, revision } = assignment
  const { keep, tolerance } = policyOf(assignment)
  return {
    key,
    graph: graphKey,
    graphVersion,
    title: assignment.title ?? graphTitle,
    points,
    opensAt: assignment.opensAt?.toISOString() ?? null,
    dueAt: assignment.dueAt?.toISOString() ?? null,
    closesAt: assignment.closesAt?.toISOString() ?? null,
    lateCredit,
    maxAttempts,
    keep,
    tolerance: tolerance ?? null,
    weights: storedWeights(assignment),
    revision,
    createdAt: assignment.createdAt.toISOString(),
    updatedAt: assignment.updatedAt.toISOString(),
  }
}

/** The assignment of a course, with the course; `not-found` where either is missing or another tenant's. */
export async function findAssignment(
  services: AssignmentServices,
  principal: Principal,
  courseKey: string,
  key: string,
): Promise<{ readonly courseId: string; readonly assignment: StoredAssignment }> {
  const course = await findCourse(services, principal, courseKey)
  const assignment = await services.assignments.find(course.id, key)
  if (assignment === undefined) throw notFound()
  return { courseId: course.id, assignment }
}

/** One assignment of a course. */
export async function readAssignment(
  services: AssignmentServices,
  principal: Principal,
  courseKey: string,
  key: string,
): Promise<AssignmentView> {
  const { assignment } = await findAssignment(services, principal, courseKey, key)
  return viewAssignment(assignment)
}

/** The assignments of a course, by key. */
export async function listAssignments(
  services: AssignmentServices,
  principal: Principal,
  courseKey: string,
  query: PageQuery,
): Promise<Page<AssignmentView>> {
  const course = await findCourse(services, principal, courseKey)
  const list = ['assignments', course.id]
  const after = readCursor(query.cursor, list, 'key') ?? ''
  const found = await services.assignments.list(course.id, after, query.limit + 1)
  return pageFrom(found, query.limit, list, { positionOf: ({ key }) => key, view: viewAssignment })
}
