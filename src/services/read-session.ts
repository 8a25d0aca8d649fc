/** What a learner's page shows of an assignment: what is asked, whether it takes answers, how far they are. Never an answer. */
import type { AssignmentView } from '../contracts/course.js'
import type { SessionView } from '../contracts/learn.js'
import type { StoredAssignment } from '../database/assignments.js'
import { refuseAttempt, type AttemptRefusal } from '../grading/attempt-policy.js'
import { findAssignment, learnerPolicy, viewAssignment, type AssignmentPolicy } from './assignments.js'
import type { LibraryGraph } from './graph-library.js'
import { sha256Hex } from './hash.js'
import type { LearnerSession } from './learner-sessions.js'
import { pageGraphOf } from './page-graph.js'
import { readProgressOf } from './progress.js'
import type { Services } from './services.js'
import {
  FIXED_VARIANT,
  foreseenVariant,
  inputsOf,
  variantAt,
  variantPlace,
  type VariantServices,
} from './variant-store.js'

type PageServices = VariantServices & Pick<Services, 'figures'>
type State = SessionView['state']

const STATES: Record<AttemptRefusal, State> = {
  'assignment-not-open': 'not-open',
  'assignment-closed': 'closed',
  'no-attempts-left': 'no-attempts-left',
}

/**
 * A session as its page shows it, at a time in milliseconds since 1970. Dates and attempts are those that hold for this
 * learner. Before the assignment opens nothing of what is asked is shown, and no variant is drawn: the graph has its title
 * and no boxes.
 */
export async function readSession(
  services: PageServices,
  session: LearnerSession,
  time: number,
): Promise<SessionView> {
  const { principal, course, learner } = session
  const found = await findAssignment(services, principal, course.key, session.assignment)
  const { courseId, assignment } = found
  const [policy, progress] = await Promise.all([
    learnerPolicy(services, courseId, assignment, learner.key),
    readProgressOf(services, courseId, [learner.key], [assignment], { exact: true }),
  ])
  const entry = progress.get(learner.key)?.[0]
  const attempts = entry?.attempts ?? 0
  const refusal = refuseAttempt(policy, time, attempts)
  const state = refusal === undefined ? 'open' : STATES[refusal]
  const asked = { courseId, assignment, learner: learner.key, attempts }
  const shown =
    state === 'not-open' ? await nothingAsked(services, assignment) : await askedOf(services, asked, state)
  return {
    subject: subjectOf(courseId, assignment, learner.key, shown.variant),
    expiresAt: session.expiresAt.toISOString(),
    course: { title: course.title },
    assignment: viewFor(viewAssignment(assignment), policy),
    learner,
    state,
    variant: shown.variant,
    number: attempts + 1,
    // What an attempt under this feedback would not be told is not told here either.
    progress: entry === undefined || attempts === 0 || policy.feedback === 'none' ? null : entry,
    graph: shown.graph,
    svg: shown.svg,
  }
}

type Shown = Pick<SessionView, 'variant' | 'graph' | 'svg'>

/** The graph at the inputs of the next attempt. Where none is taken any more, what would be asked is not stored. */
async function askedOf(
  services: PageServices,
  asked: Parameters<typeof variantPlace>[0],
  state: State,
): Promise<Shown> {
  const { assignment } = asked
  const graph = await services.library.pinned(assignment.graphId, assignment.graphVersion)
  const place = variantPlace(asked)
  if (place === undefined) return { variant: FIXED_VARIANT, ...(await pageGraphOf(services, graph)) }
  const variant = await (state === 'open' ? variantAt : foreseenVariant)(services, assignment, graph, place)
  const inputs = inputsOf(graph.published.graph, variant.inputs)
  return { variant: variant.token, ...(await pageGraphOf(services, graph, inputs)) }
}

/** What is shown before there is anything to answer. */
async function nothingAsked(services: PageServices, assignment: StoredAssignment): Promise<Shown> {
  const { graphId, graphVersion } = assignment
  const { key, version, definition }: LibraryGraph = await services.library.pinned(graphId, graphVersion)
  const graph = {
    key,
    version,
    title: definition.title,
    inputs: [],
    nodes: [],
    output: '',
    boxes: [],
    figure: null,
  }
  return { variant: '', graph, svg: null }
}

/** The same for all sessions of a learner that ask the same: what is typed in one is found in the next. */
function subjectOf(courseId: string, assignment: StoredAssignment, learner: string, variant: string): string {
  const { id, graphId, graphVersion } = assignment
  return sha256Hex('session-subject', courseId, id, learner, graphId, String(graphVersion), variant)
}

/** What a learner is told of an assignment, with their own dates and attempts. */
function viewFor(view: AssignmentView, policy: AssignmentPolicy): SessionView['assignment'] {
  const isoOf = (milliseconds: number | null): string | null =>
    milliseconds === null ? null : new Date(milliseconds).toISOString()
  const { key, title, points, feedback } = view
  return {
    key,
    title,
    points,
    opensAt: isoOf(policy.opensAt),
    dueAt: isoOf(policy.dueAt),
    closesAt: isoOf(policy.closesAt),
    maxAttempts: policy.maxAttempts,
    feedback,
  }
}
