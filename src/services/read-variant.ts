/** What a learner is asked: the inputs and boxes of the next attempt. Never an answer. */
import type { VariantView } from '../contracts/attempt.js'
import { learnerErased } from '../errors.js'
import { findAssignment } from './assignments.js'
import { memberHash } from './courses.js'
import type { Principal } from './principal.js'
import { FIXED_VARIANT, inputsOf, variantAt, variantPlace, type VariantServices } from './variant-store.js'
import { viewBox } from './views.js'

/** The variant of a learner's next attempt; a learner unknown to the course gets it as well. */
export async function readVariant(
  services: VariantServices,
  principal: Principal,
  path: { readonly course: string; readonly assignment: string; readonly learner: string },
): Promise<VariantView> {
  const { courseId, assignment } = await findAssignment(services, principal, path.course, path.assignment)
  const { learner } = path
  if (await services.members.isErased(courseId, memberHash(courseId, learner))) throw learnerErased()
  const graph = await services.library.pinned(assignment.graphId, assignment.graphVersion)
  const { key, version, published } = graph
  const attempts = await services.progress.attemptsOf(courseId, assignment.id, learner)
  const place = variantPlace({ courseId, assignment, learner, attempts })
  const variant = place === undefined ? undefined : await variantAt(services, assignment, graph, place)
  const values = variant === undefined ? undefined : inputsOf(published.graph, variant.inputs)
  return {
    variant: variant?.token ?? FIXED_VARIANT,
    number: attempts + 1,
    graph: key,
    graphVersion: version,
    inputs: published.graph.inputs.map(({ name, role, value }) => ({
      name,
      role,
      value: values?.get(name) ?? value,
    })),
    boxes: published.graph.asked.map(box => viewBox(published, box)),
  }
}
