/** What a learner is asked: the inputs and boxes of the next attempt. Never an answer. */
import type { VariantView } from '../contracts/attempt.js'
import { Refusal } from '../errors.js'
import { findAssignment, type AssignmentServices } from './assignments.js'
import { memberHash } from './courses.js'
import type { Principal } from './principal.js'
import { viewBox } from './views.js'

/** While variants are fixed there is one, of this name. */
export const FIXED_VARIANT = 'fixed'

/** What is said to and of someone whose data was erased. */
export function learnerErased(): Refusal {
  return new Refusal('learner-erased', "This learner's data was erased from the course.")
}

/** The variant of a learner's next attempt; a learner unknown to the course gets it as well. */
export async function readVariant(
  services: AssignmentServices,
  principal: Principal,
  path: { readonly course: string; readonly assignment: string; readonly learner: string },
): Promise<VariantView> {
  const { courseId, assignment } = await findAssignment(services, principal, path.course, path.assignment)
  const { learner } = path
  if (await services.members.isErased(courseId, memberHash(courseId, learner))) throw learnerErased()
  const { key, version, published } = await services.library.pinned(
    assignment.graphId,
    assignment.graphVersion,
  )
  const attempts = await services.progress.attemptsOf(courseId, assignment.id, learner)
  return {
    variant: FIXED_VARIANT,
    number: attempts + 1,
    graph: key,
    graphVersion: version,
    inputs: [...published.graph.inputs],
    boxes: published.graph.asked.map(box => viewBox(published.graph, box)),
  }
}
