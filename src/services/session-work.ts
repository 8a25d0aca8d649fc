/**
 * What a learner's session is about at one moment: how the assignment stands for this learner, what is shown of it, which
 * attempt was made last, and of which boxes the right value is due. The page and all that it asks later go by this.
 */
import type { AttemptAnswer, LearnerProgress } from '../contracts/attempt.js'
import type { SessionView } from '../contracts/learn.js'
import type { StoredAssignment } from '../database/assignments.js'
import type { AttemptRepository, StoredAttempt } from '../database/attempts.js'
import { createToldBoxes } from '../engine/told-boxes.js'
import type { Value } from '../engine/tensor.js'
import { disclosureUnder, isClosed, refuseAttempt, type AttemptRefusal } from '../grading/attempt-policy.js'
import { findAssignment, learnerPolicy, type AssignmentPolicy } from './assignments.js'
import type { LibraryGraph } from './graph-library.js'
import type { LearnerSession } from './learner-sessions.js'
import { readProgressOf } from './progress.js'
import { viewForLearnerAt } from './replay-attempt.js'
import {
  FIXED_VARIANT,
  foreseenVariant,
  inputsOf,
  variantAt,
  variantPlace,
  type Asked,
  type VariantServices,
} from './variant-store.js'

export type SessionWorkServices = VariantServices & { readonly attempts: AttemptRepository }

type State = SessionView['state']

const STATES: Record<AttemptRefusal, State> = {
  'assignment-not-open': 'not-open',
  'assignment-closed': 'closed',
  'no-attempts-left': 'no-attempts-left',
}

/** A graph at the inputs of a variant. */
export type ShownGraph = {
  readonly graph: LibraryGraph
  /** The name of the variant. */
  readonly variant: string
  /** Undefined: the graph's own. */
  readonly inputs: ReadonlyMap<string, Value> | undefined
}

/** The attempt that a learner made last. */
export type LastAttempt = {
  /** With the result that stands. */
  readonly stored: StoredAttempt
  /** As far as its learner may see it. */
  readonly result: AttemptAnswer
  /** Whether it was made on what is shown: the same version of the graph, the same variant. */
  readonly isOfShown: boolean
}

export type SessionWork = {
  readonly courseId: string
  readonly assignment: StoredAssignment
  /** As it holds for this learner. */
  readonly policy: AssignmentPolicy
  readonly attempts: number
  /** Undefined before the first attempt. */
  readonly progress: LearnerProgress['progress'][number] | undefined
  readonly state: State
  /** Undefined before the assignment opens: nothing of what it asks is shown then. */
  readonly shown: ShownGraph | undefined
  readonly last: LastAttempt | undefined
  /** Ids of the boxes shown of which it may be told how they are worked out. */
  readonly revealed: readonly string[]
}

/**
 * What a session is about, at a time in milliseconds since 1970. While answers are taken, what is shown is what the next
 * attempt is asked; its variant is drawn and stored at the first sight, or only foreseen. Afterwards it is what the last
 * attempt was asked, and without any what the next would have been.
 */
export async function findSessionWork(
  services: SessionWorkServices,
  { principal, course, assignment: key, learner }: LearnerSession,
  time: number,
  firstSight: 'draw' | 'foresee',
): Promise<SessionWork> {
  const { courseId, assignment } = await findAssignment(services, principal, course.key, key)
  const [policy, progress] = await Promise.all([
    learnerPolicy(services, courseId, assignment, learner.key),
    readProgressOf(services, courseId, [learner.key], [assignment], { exact: true }),
  ])
  const entry = progress.get(learner.key)?.[0]
  const attempts = entry?.attempts ?? 0
  const refusal = refuseAttempt(policy, time, attempts)
  const state = refusal === undefined ? 'open' : STATES[refusal]
  const work = { courseId, assignment, policy, attempts, progress: attempts === 0 ? undefined : entry, state }
  if (state === 'not-open') return { ...work, shown: undefined, last: undefined, revealed: [] }

  // The numbers of a learner's attempts have no gap: the last is found by its number.
  const stored =
    attempts === 0
      ? undefined
      : await services.attempts.findNumber(courseId, assignment.id, learner.key, attempts)
  const asked = { courseId, assignment, learner: learner.key, attempts }
  const draws = state === 'open' && firstSight === 'draw'
  const shown =
    state === 'open' || stored === undefined
      ? await shownNext(services, asked, draws ? variantAt : foreseenVariant)
      : await shownLast(services, assignment, stored)
  const last = stored && {
    stored,
    result: await viewForLearnerAt(services.library, stored, policy, time),
    isOfShown: state !== 'open' || isOfShown(stored, shown),
  }
  return { ...work, shown, last, revealed: revealedOf(shown, last, policy, time) }
}

/** What the next attempt is asked, or would be. */
async function shownNext(
  services: SessionWorkServices,
  asked: Asked,
  find: typeof variantAt,
): Promise<ShownGraph> {
  const { assignment } = asked
  const graph = await services.library.pinned(assignment.graphId, assignment.graphVersion)
  const place = variantPlace(asked)
  if (place === undefined) return { graph, variant: FIXED_VARIANT, inputs: undefined }
  const { token, inputs } = await find(services, assignment, graph, place)
  return { graph, variant: token, inputs: inputsOf(graph.published.graph, inputs) }
}

/** What an attempt was asked, by the version of the graph that it is graded by. */
async function shownLast(
  { library }: SessionWorkServices,
  assignment: StoredAssignment,
  { graphId, graphVersion, variant, inputs }: StoredAttempt,
): Promise<ShownGraph> {
  // Where the attempt's graph is not known, that of the assignment stands for it, as in a regrading.
  const graph =
    graphId === null
      ? await library.pinned(assignment.graphId, assignment.graphVersion)
      : await library.pinned(graphId, graphVersion)
  const values = inputs === null ? undefined : inputsOf(graph.published.graph, inputs)
  return { graph, variant: variant ?? FIXED_VARIANT, inputs: values }
}

function isOfShown(
  { graphId, graphVersion, variant }: StoredAttempt,
  { graph, ...shown }: ShownGraph,
): boolean {
  return (
    graphId === graph.graphId &&
    graphVersion === graph.version &&
    (variant ?? FIXED_VARIANT) === shown.variant
  )
}

/**
 * The boxes shown whose steps are due. What is due of an attempt is what a replay of it shows; where none was made, what
 * the policy shows of boxes that nobody has filled in. Steps tell values of other boxes too: they are due with those.
 */
function revealedOf(
  { graph }: ShownGraph,
  last: LastAttempt | undefined,
  policy: AssignmentPolicy,
  time: number,
): readonly string[] {
  const compiled = graph.published.graph
  if (last === undefined) {
    const { reveals } = disclosureUnder([policy], isClosed(policy, time))
    return reveals(false) ? compiled.asked.map(({ id }) => id) : []
  }
  if (!last.isOfShown || !('boxes' in last.result)) return []
  const due = new Set(last.result.boxes.flatMap(({ id, expected }) => (expected === undefined ? [] : [id])))
  if (due.size === 0) return []
  const toldBy = createToldBoxes(compiled)
  return compiled.asked.flatMap(box =>
    due.has(box.id) && toldBy(box).every(id => due.has(id)) ? [box.id] : [],
  )
}
