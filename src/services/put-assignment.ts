/** Creating an assignment and replacing its policy. */
import type { AssignmentBody, AssignmentView } from '../contracts/course.js'
import type { AssignmentPolicyRow, StoredAssignment } from '../database/assignments.js'
import { jsonPointer, Refusal, type EntryCode, type ProblemEntry } from '../errors.js'
import { viewAssignment, type AssignmentServices } from './assignments.js'
import { canonicalJson } from './canonical-json.js'
import { findCourse } from './courses.js'
import type { LibraryGraph } from './graph-library.js'
import { underPresentPolicy } from './policy-changes.js'
import type { Principal } from './principal.js'

/** Of the secret from which variants are drawn. */
const SEED_BYTES = 32

/**
 * Creates an assignment or replaces its policy; the same policy again changes nothing. A PUT that comes between
 * reading and writing is noticed by its revision, and this one decides again on what is there now.
 */
export async function putAssignment(
  services: AssignmentServices,
  principal: Principal,
  courseKey: string,
  key: string,
  body: AssignmentBody,
): Promise<{ readonly created: boolean; readonly view: AssignmentView }> {
  const course = await findCourse(services, principal, courseKey)
  const { newId, now, randomBytes } = services.effects
  return underPresentPolicy(async () => {
    const existing = await services.assignments.find(course.id, key)
    const graph = await graphFor(services, principal, body, existing)
    checkAgainstGraph(body, graph)
    const policy = policyRow(body, graph, existing)
    if (existing !== undefined && isSamePolicy(existing, policy)) {
      return { created: false, view: viewAssignment(existing) }
    }
    const assignment = {
      ...policy,
      id: existing?.id ?? newId(),
      key,
      seed: existing?.seed ?? randomBytes(SEED_BYTES),
    }
    const time = new Date(now())
    const revision = existing?.revision ?? 0
    if (!(await services.assignments.put(course.id, assignment, revision, time))) return 'policy-changed'
    const { key: graphKey, definition } = graph
    const stored: StoredAssignment = {
      ...assignment,
      revision: revision + 1,
      createdAt: existing?.createdAt ?? time,
      updatedAt: time,
      regradeId: existing?.regradeId ?? null,
      graphKey,
      graphTitle: definition.title,
      graphPublic: definition.public ?? false,
      graphVaries: definition.inputs.some(({ sample }) => sample !== undefined),
    }
    return { created: existing === undefined, view: viewAssignment(stored) }
  })
}

function policyRow(
  body: AssignmentBody,
  graph: LibraryGraph,
  existing: StoredAssignment | undefined,
): AssignmentPolicyRow {
  // Whoever PUTs back what GET answered sends the graph's title, and does not mean to hold on to it.
  const isGraphTitle = existing?.title === null && body.title === graph.definition.title
  const { points, lateCredit, maxAttempts, keep, tolerance, weights } = body
  const { feedback, reveal, variants, followThrough } = body
  return {
    graphId: graph.graphId,
    graphVersion: graph.version,
    title: isGraphTitle ? null : (body.title ?? null),
    points,
    opensAt: toDate(body.opensAt),
    dueAt: toDate(body.dueAt),
    closesAt: toDate(body.closesAt),
    lateCredit,
    maxAttempts,
    keep,
    tolerance,
    weights,
    feedback,
    reveal,
    variants,
    followThrough,
  }
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

/**
 * The graph version for a policy: the one asked for, else the one pinned already, else the latest. A key goes on
 * meaning the graph that the assignment has, though the tenant may have published one of that key since.
 */
async function graphFor(
  { library }: AssignmentServices,
  { tenantId }: Principal,
  { graph: key, graphVersion }: AssignmentBody,
  existing: StoredAssignment | undefined,
): Promise<LibraryGraph> {
  if (existing?.graphKey === key && (graphVersion ?? existing.graphVersion) === existing.graphVersion) {
    return library.pinned(existing.graphId, existing.graphVersion)
  }
  const graph = await library.find(tenantId, key, graphVersion)
  if (graph !== undefined) return graph
  const latest = graphVersion === undefined ? undefined : await library.find(tenantId, key)
  throw latest === undefined
    ? refuse('/graph', 'unknown-graph', 'There is no graph of that key.')
    : refuse(
        '/graphVersion',
        'unknown-version',
        `The graph has no such version; the latest is ${String(latest.version)}.`,
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
  if (body.reveal === 'after-close' && closesAt === null) {
    const message = 'Right values can be revealed after the close only where closesAt is set.'
    throw refuse('/reveal', 'reveal-without-close', message)
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
