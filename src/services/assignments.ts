/** Assignments: a graph used in a course, with a policy. */
import type { AssignmentView } from '../contracts/course.js'
import { toleranceSchema } from '../contracts/graph.js'
import type { PageQuery } from '../contracts/text.js'
import type { AssignmentRepository, StoredAssignment } from '../database/assignments.js'
import type { OverrideRepository, OverrideRow } from '../database/overrides.js'
import type { ProgressRepository } from '../database/progress.js'
import { notFound } from '../errors.js'
import {
  effectivePolicy,
  type AttemptOverride,
  type AttemptPolicy,
  type FeedbackLevel,
  type Keep,
  type Reveal,
  type Variants,
} from '../grading/attempt-policy.js'
import type { GradingOverrides } from '../grading/published-graph.js'
import { findCourse, type CourseServices } from './courses.js'
import { listingFrom, readCursor, type Listing } from './cursors.js'
import type { GraphLibrary } from './graph-library.js'
import type { Principal } from './principal.js'

export type AssignmentServices = CourseServices & {
  readonly assignments: AssignmentRepository
  readonly overrides: OverrideRepository
  readonly progress: ProgressRepository
  readonly library: GraphLibrary
}

/** All that an assignment decides about attempts. */
export type AssignmentPolicy = AttemptPolicy &
  GradingOverrides & {
    readonly feedback: FeedbackLevel
    readonly reveal: Reveal
    readonly variants: Variants
    readonly followThrough: number
  }

/** The policy of a stored assignment, as grading takes it. */
export function policyOf(assignment: StoredAssignment): AssignmentPolicy {
  const { points, lateCredit, maxAttempts, followThrough } = assignment
  return {
    points,
    lateCredit,
    maxAttempts,
    followThrough,
    opensAt: assignment.opensAt?.getTime() ?? null,
    dueAt: assignment.dueAt?.getTime() ?? null,
    closesAt: assignment.closesAt?.getTime() ?? null,
    // Checks in the database hold these four to their types.
    keep: assignment.keep as Keep,
    feedback: assignment.feedback as FeedbackLevel,
    reveal: assignment.reveal as Reveal,
    variants: assignment.variants as Variants,
    tolerance: toleranceSchema.nullable().parse(assignment.tolerance),
    weights: new Map(Object.entries(storedWeights(assignment) ?? {})),
  }
}

/** A stored override, as the policy takes it. */
export function overrideOf(stored: OverrideRow | undefined): AttemptOverride | undefined {
  if (stored === undefined) return undefined
  const { dueAt, closesAt, extraAttempts } = stored
  return { dueAt: dueAt?.getTime() ?? null, closesAt: closesAt?.getTime() ?? null, extraAttempts }
}

function storedWeights(assignment: StoredAssignment): Record<string, number> | null {
  return assignment.weights as Record<string, number> | null // Written by putAssignment alone, from a checked body.
}

/** The policy as it holds for a learner, whose override wins. */
export async function learnerPolicy(
  { overrides }: Pick<AssignmentServices, 'overrides'>,
  courseId: string,
  assignment: StoredAssignment,
  learner: string,
): Promise<AssignmentPolicy> {
  const override = await overrides.find(courseId, assignment.id, learner)
  return effectivePolicy(policyOf(assignment), overrideOf(override))
}

/** An assignment as clients see it. */
export function viewAssignment(assignment: StoredAssignment): AssignmentView {
  const { key, graphKey, graphVersion, graphTitle, points, lateCredit, maxAttempts, revision } = assignment
  const { keep, tolerance, feedback, reveal, variants, followThrough } = policyOf(assignment)
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
    feedback,
    reveal,
    variants,
    followThrough,
    warnings: warningsOf(assignment),
    revision,
    createdAt: assignment.createdAt.toISOString(),
    updatedAt: assignment.updatedAt.toISOString(),
  }
}

/** What the author may not have meant. */
function warningsOf({ variants, graphPublic, graphVaries }: StoredAssignment): AssignmentView['warnings'] {
  if (variants === 'fixed') {
    if (!graphPublic) return []
    const message = 'The graph is public and its values are fixed: anyone can practise until all is right.'
    return [{ code: 'practisable-answers', path: '/variants', message }]
  }
  if (graphVaries) return []
  const message = 'The graph says of no input how it is drawn (`sample`): every learner gets the same values.'
  return [{ code: 'nothing-to-vary', path: '/variants', message }]
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
): Promise<Listing<AssignmentView>> {
  const course = await findCourse(services, principal, courseKey)
  const list = ['assignments', course.id]
  const after = readCursor(query.cursor, list, 'key') ?? ''
  const found = await services.assignments.list(course.id, after, query.limit + 1)
  return listingFrom(found, query.limit, list, { positionOf: ({ key }) => key, view: viewAssignment })
}
