/** Assignments: a graph used in a course, with a policy. */
import type { VariantView } from '../contracts/attempt.js'
import type { AssignmentBody, AssignmentView } from '../contracts/course.js'
import { toleranceSchema } from '../contracts/graph.js'
import type { PageQuery } from '../contracts/text.js'
import type { AssignmentPolicyRow, AssignmentRepository, StoredAssignment } from '../database/assignments.js'
import type { ProgressRepository } from '../database/progress.js'
import { jsonPointer, notFound, Refusal, type EntryCode, type ProblemEntry } from '../errors.js'
import type { AttemptPolicy, Keep } from '../grading/attempt-policy.js'
import type { GradingOverrides } from '../grading/published-graph.js'
import { canonicalJson } from './canonical-json.js'
import { findCourse, type CourseServices } from './courses.js'
import { pageFrom, readCursor, type Page } from './cursors.js'
import type { GraphLibrary, LibraryGraph } from './graph-library.js'
import { viewBox } from './graphs.js'
import type { Principal } from './principal.js'

export type AssignmentServices = CourseServices & {
  readonly assignments: AssignmentRepository
  readonly progress: ProgressRepository
  readonly library: GraphLibrary
}

/** While variants are fixed there is one, of this name. */
export const FIXED_VARIANT = 'fixed'

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

function viewAssignment(assignment: StoredAssignment, graph: LibraryGraph): AssignmentView {
  const { key, points, lateCredit, maxAttempts, revision, createdAt, updatedAt } = assignment
  const { keep, tolerance } = policyOf(assignment)
  return {
    key,
    graph: graph.stored.key,
    graphVersion: assignment.graphVersion,
    title: assignment.title ?? graph.definition.title,
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
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
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

/** Creates an assignment or replaces its policy; the same policy again changes nothing. */
export async function putAssignment(
  services: AssignmentServices,
  principal: Principal,
  courseKey: string,
  key: string,
  body: AssignmentBody,
): Promise<{ readonly created: boolean; readonly view: AssignmentView }> {
  const course = await findCourse(services, principal, courseKey)
  const existing = await services.assignments.find(course.id, key)
  const graph = await graphFor(services, principal, body, existing)
  checkAgainstGraph(body, graph)
  const policy: AssignmentPolicyRow = {
    graphId: graph.stored.graphId,
    graphVersion: graph.stored.version,
    title: body.title ?? null,
    points: body.points,
    opensAt: toDate(body.opensAt),
    dueAt: toDate(body.dueAt),
    closesAt: toDate(body.closesAt),
    lateCredit: body.lateCredit,
    maxAttempts: body.maxAttempts,
    keep: body.keep,
    tolerance: body.tolerance,
    weights: body.weights,
  }
  if (existing !== undefined && isSamePolicy(existing, policy)) {
    return { created: false, view: viewAssignment(existing, graph) }
  }
  const { newId, now } = services.effects
  const row = { ...policy, id: newId(), key }
  const { assignment, created } = await services.assignments.put(course.id, row, new Date(now()))
  return { created, view: viewAssignment(assignment, graph) }
}

function toDate(time: string | null): Date | null {
  return time === null ? null : new Date(time)
}

function isSamePolicy(existing: StoredAssignment, policy: AssignmentPolicyRow): boolean {
  const fields = Object.keys(policy) as (keyof AssignmentPolicyRow)[]
  const pick = (row: AssignmentPolicyRow) => fields.map(field => toJson(row[field]))
  return canonicalJson(pick(existing)) === canonicalJson(pick(policy))
}

function toJson(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value
}

/** The graph version for a policy: the one asked for, else the one pinned already, else the latest. */
async function graphFor(
  { library }: AssignmentServices,
  { tenantId }: Principal,
  body: AssignmentBody,
  existing: StoredAssignment | undefined,
): Promise<LibraryGraph> {
  if (existing !== undefined && body.graphVersion === undefined) {
    const pinned = await library.pinned(existing.graphId, existing.graphVersion)
    if (pinned.stored.key === body.graph) return pinned
  }
  const graph = await library.find(tenantId, body.graph, body.graphVersion)
  if (graph !== undefined) return graph
  const known = body.graphVersion === undefined ? undefined : await library.find(tenantId, body.graph)
  throw known === undefined
    ? refuse('/graph', 'unknown-graph', 'There is no graph of that key.')
    : refuse(
        '/graphVersion',
        'unknown-version',
        `The graph has no such version; the latest is ${String(known.stored.version)}.`,
      )
}

function refuse(path: string, code: EntryCode, message: string): Refusal {
  return new Refusal('invalid-assignment', message, [{ path, code, message }])
}

function checkAgainstGraph(body: AssignmentBody, { published }: LibraryGraph): void {
  const { opensAt, closesAt } = body
  if (opensAt !== null && closesAt !== null && Date.parse(closesAt) <= Date.parse(opensAt)) {
    throw refuse('/closesAt', 'closes-before-opening', 'closesAt must be after opensAt.')
  }
  if (body.weights === null) return
  const weights = new Map(Object.entries(body.weights))
  const strangers = [...weights.keys()].filter(id => !published.boxes.has(id))
  if (strangers.length > 0) {
    const entries = strangers.map((id): ProblemEntry => ({
      path: jsonPointer(['weights', id]),
      code: 'unknown-box',
      message: 'The graph asks no box of that id.',
    }))
    throw new Refusal('invalid-assignment', 'A weight names a box that the graph does not ask.', entries)
  }
  if ([...published.boxes].every(([id, box]) => (weights.get(id) ?? box.weight) === 0)) {
    throw refuse('/weights', 'no-weight', 'At least one box must have a weight above 0.')
  }
}

export async function readAssignment(
  services: AssignmentServices,
  principal: Principal,
  courseKey: string,
  key: string,
): Promise<AssignmentView> {
  const { assignment } = await findAssignment(services, principal, courseKey, key)
  return viewAssignment(
    assignment,
    await services.library.pinned(assignment.graphId, assignment.graphVersion),
  )
}

export async function listAssignments(
  services: AssignmentServices,
  principal: Principal,
  courseKey: string,
  query: PageQuery,
): Promise<Page<AssignmentView>> {
  const course = await findCourse(services, principal, courseKey)
  const list = ['assignments', course.id]
  const after = readCursor(query.cursor, list) ?? ''
  const found = await services.assignments.list(course.id, after, query.limit + 1)
  const views = await Promise.all(
    found.map(async assignment =>
      viewAssignment(assignment, await services.library.pinned(assignment.graphId, assignment.graphVersion)),
    ),
  )
  return pageFrom(views, query.limit, list, { positionOf: view => view.key, view: view => view })
}

/** What a learner is asked: the inputs and boxes of the next attempt. Never an answer. */
export async function readVariant(
  services: AssignmentServices,
  principal: Principal,
  courseKey: string,
  key: string,
  learner: string,
): Promise<VariantView> {
  const { courseId, assignment } = await findAssignment(services, principal, courseKey, key)
  const { stored, published } = await services.library.pinned(assignment.graphId, assignment.graphVersion)
  const attempts = await services.progress.attemptsOf(courseId, assignment.id, learner)
  return {
    variant: FIXED_VARIANT,
    number: attempts + 1,
    graph: stored.key,
    graphVersion: stored.version,
    inputs: [...published.graph.inputs],
    boxes: published.graph.asked.map(viewBox),
  }
}
