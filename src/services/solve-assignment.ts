/** The solution of what a learner is or was asked, for those who may see solutions. */
import type { AssignmentSolutionQuery } from '../contracts/attempt.js'
import type { Solution } from '../contracts/graph.js'
import type { StoredAssignment } from '../database/assignments.js'
import type { AttemptRepository, StoredAttempt } from '../database/attempts.js'
import type { VariantPlace } from '../database/variants.js'
import { learnerErased, notFound, Refusal } from '../errors.js'
import { findAssignment } from './assignments.js'
import { memberHash } from './courses.js'
import type { Principal } from './principal.js'
import { solveAt } from './solve-graph.js'
import { foreseenVariant, inputsOf, variantPlace, type Asked, type VariantServices } from './variant-store.js'

type SolutionServices = VariantServices & { readonly attempts: AttemptRepository }

/**
 * The solution of an attempt that was made, by the graph version and inputs it is graded at, whatever the policy is by
 * now. Of one that was not made yet: at the learner's variant, and while variants are fixed, of the graph at its own
 * values, whoever is named. Stores nothing.
 */
export async function solveAssignment(
  services: SolutionServices,
  principal: Principal,
  path: { readonly course: string; readonly assignment: string },
  query: AssignmentSolutionQuery,
): Promise<Solution> {
  const { courseId, assignment } = await findAssignment(services, principal, path.course, path.assignment)
  const { learner, number } = query
  const made =
    learner === undefined || number === undefined
      ? undefined
      : await services.attempts.findNumber(courseId, assignment.id, learner, number)
  if (made !== undefined) return solveMade(services, assignment, made, query.box)
  const graph = await services.library.pinned(assignment.graphId, assignment.graphVersion)
  if (assignment.variants === 'fixed') return solveAt(graph.published, undefined, query.box)
  if (learner === undefined) {
    const message = 'Variants are drawn here: say whose.'
    throw new Refusal('invalid-request', message, [
      { path: '/query/learner', code: 'missing-field', message },
    ])
  }
  if (await services.members.isErased(courseId, memberHash(courseId, learner))) throw learnerErased()
  const attempts = await services.progress.attemptsOf(courseId, assignment.id, learner)
  const place = placeOf({ courseId, assignment, learner, attempts }, number)
  const { inputs } = await foreseenVariant(services, assignment, graph, place)
  return solveAt(graph.published, inputsOf(graph.published.graph, inputs), query.box)
}

async function solveMade(
  { library }: SolutionServices,
  assignment: StoredAssignment,
  { graphId, graphVersion, inputs }: StoredAttempt,
  box: string | undefined,
): Promise<Solution> {
  // Where the attempt's graph is not known, that of the assignment stands for it, as in a regrading.
  const { published } =
    graphId === null
      ? await library.pinned(assignment.graphId, assignment.graphVersion)
      : await library.pinned(graphId, graphVersion)
  return solveAt(published, inputs === null ? undefined : inputsOf(published.graph, inputs), box)
}

/** The place of the variant for an attempt; of the next one without a number. There is none for later ones yet. */
function placeOf(asked: Asked, number: number | undefined): VariantPlace {
  if (number !== undefined && number > asked.attempts + 1) throw notFound()
  const place = variantPlace(number === undefined ? asked : { ...asked, attempts: number - 1 })
  if (place === undefined) throw new Error('a variant that is drawn has no place')
  return place
}
