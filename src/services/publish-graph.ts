/** Publishing a graph: its first version, its next, or the same again. */
import { definitionSchema, type Definition, type PublishedView } from '../contracts/graph.js'
import type { GraphRepository } from '../database/graphs.js'
import { Refusal } from '../errors.js'
import { checkPlaces, type PlaceFault } from '../figure/places.js'
import {
  publishGraph,
  type PublicationFault,
  type PublicationWarning,
  type PublishedGraph,
} from '../grading/published-graph.js'
import { definitionBudget, withinBudget } from './budget.js'
import { canonicalJson } from './canonical-json.js'
import type { Effects } from './effects.js'
import { viewGraph } from './read-graphs.js'
import { viewRemark } from './views.js'

export type PublishServices = {
  readonly graphs: GraphRepository
  readonly effects: Effects
  /** The most nodes of a published graph. */
  readonly maxNodes: number
}

/** Compiles a definition that a client sent, or refuses it with all its faults. */
export function compileOrRefuse(
  definition: Definition,
  maxNodes: number,
): { readonly published: PublishedGraph; readonly warnings: readonly PublicationWarning[] } {
  const result = withinBudget('/nodes', () =>
    publishGraph(definition, { maxNodes, budget: definitionBudget(maxNodes) }),
  )
  const faults = result.ok
    ? checkPlaces(result.published.graph, definition.figure?.places ?? [])
    : result.faults
  if (result.ok && faults.length === 0) return result
  const count = faults.length
  const detail = count === 1 ? (faults[0]?.message ?? '') : `The definition has ${String(count)} faults.`
  const entries = faults.map(fault => viewRemark<PublicationFault['code'] | PlaceFault['code']>(fault))
  throw new Refusal('invalid-graph', detail, entries)
}

/** What two definitions are compared by: a default that is written out makes no other definition. */
function canonicalDefinition(definition: Definition): string {
  return canonicalJson({ ...definition, public: definition.public ?? false })
}

/** Publishes a definition under a key. Publishing what is the latest version already changes nothing. */
export async function publish(
  { graphs, effects, maxNodes }: PublishServices,
  tenantId: string,
  key: string,
  definition: Definition,
): Promise<{ readonly created: boolean; readonly view: PublishedView }> {
  const { published, warnings } = compileOrRefuse(definition, maxNodes)
  const canonical = canonicalDefinition(definition)
  const { outcome, version } = await graphs.publish(tenantId, key, definition, {
    id: effects.newId(),
    time: new Date(effects.now()),
    isSame: latest => canonicalDefinition(definitionSchema.parse(latest)) === canonical,
  })
  const view = viewGraph({ key, version, builtIn: false, definition, published })
  return { created: outcome === 'created', view: { ...view, warnings: warnings.map(viewRemark) } }
}
