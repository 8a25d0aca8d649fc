/** The solution of what a learner is asked, for those who may see solutions. */
import type { AssignmentSolutionQuery } from '../contracts/attempt.js'
import type { Solution } from '../contracts/graph.js'
import type { VariantPlace } from '../database/variants.js'
import { learnerErased, notFound, Refusal } from '../errors.js'
import { findAssignment } from './assignments.js'
import { memberHash } from './courses.js'
import type { Principal } from './principal.js'
import { solveAt } from './solve-graph.js'
import { inputsOf, variantAt, variantPlace, type Asked, type VariantServices } from './variant-store.js'

/**
 * The solution at a learner's variant, drawn and stored if nobody has seen it; while variants are fixed, of the graph
 * at its own values, whoever is named.
 */
export async function solveAssignment(
  services: VariantServices,
  principal: Principal,
  path: { readonly course: string; readonly assignment: string },
  query: AssignmentSolutionQuery,
): Promise<Solution> {
  const { courseId, assignment } = await findAssignment(services, principal, path.course, path.assignment)
  const graph = await services.library.pinned(assignment.graphId, assignment.graphVersion)
  if (assignment.variants === 'fixed') return solveAt(graph.published, undefined, query.box)
  const { learner, number } = query
  if (learner === undefined) {
    const message = 'Variants are drawn here: say whose.'
    throw new Refusal('invalid-request', message, [
      { path: '/query/learner', code: 'missing-field', message },
    ])
  }
  if (await services.members.isErased(courseId, memberHash(courseId, learner))) throw learnerErased()
  const attempts = await services.progress.attemptsOf(courseId, assignment.id, learner)
  const place = placeOf({ courseId, assignment, learner, attempts }, number)
  const { inputs } = await variantAt(services, assignment, graph, place)
  return solveAt(graph.published, inputsOf(graph.published.graph, inputs), query.box)
}

/** The place of the variant for an attempt; of the next one without a number. There is none for later ones yet. */
function placeOf(asked: Asked, number: number | undefined): VariantPlace {
  if (number !== undefined && number > asked.attempts + 1) throw notFound()
  const place = variantPlace(number === undefined ? asked : { ...asked, attempts: number - 1 })
  if (place === undefined) throw new Error('a variant that is drawn has no place')
  return place
}
