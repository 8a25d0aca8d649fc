/**
 * Published graphs, ready to grade. A version never changes, so that what was compiled may be kept; the memory it
 * takes is bounded by the number of tape slots.
 */
import { LRUCache } from 'lru-cache'
import { definitionSchema, type Definition } from '../contracts/graph.js'
import type { GraphRepository, StoredGraph } from '../database/graphs.js'
import { createStepBudget, ExpressionError } from '../engine/faults.js'
import {
  publishGraph,
  type PublicationResult,
  type PublicationWarning,
  type PublishedGraph,
} from '../grading/published-graph.js'
import { Refusal } from '../errors.js'

/** Steps that reading a definition or the answers of one request may take: characters, above all. */
const REQUEST_STEPS = 1_000_000
const MAX_CACHED_SLOTS = 1_000_000

export type LibraryGraph = {
  readonly stored: StoredGraph
  readonly definition: Definition
  readonly published: PublishedGraph
  readonly warnings: readonly PublicationWarning[]
}

export type GraphLibrary = ReturnType<typeof createGraphLibrary>

/** A step budget for one request; past it the request is refused as `too-complex`. */
export function requestBudget(): ReturnType<typeof createStepBudget> {
  return createStepBudget(REQUEST_STEPS)
}

/** Runs work that draws on a request's budget; when that is spent, refuses the request. */
export function withinBudget<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (error instanceof ExpressionError && error.code === 'too-complex')
      throw new Refusal('too-complex', error.message)
    throw error
  }
}

/** Checks a definition that is to be published or tried, under the limits for those. */
export function checkDefinition(definition: Definition, maxNodes: number): PublicationResult {
  return withinBudget(() => publishGraph(definition, { maxNodes, budget: requestBudget() }))
}

export function createGraphLibrary(graphs: GraphRepository) {
  const compiled = new LRUCache<string, LibraryGraph>({
    maxSize: MAX_CACHED_SLOTS,
    sizeCalculation: ({ published }) => published.graph.tape.slots,
  })
  const idOf = (graphId: string, version: number): string => `${graphId}/${String(version)}`

  const load = async (graphId: string, version: number): Promise<LibraryGraph> => {
    const id = idOf(graphId, version)
    const known = compiled.get(id)
    if (known !== undefined) return known
    const stored = await graphs.load(graphId, version)
    if (stored === undefined) throw new Error(`the graph version ${id} is missing`)
    const definition = definitionSchema.parse(stored.definition)
    // It was checked when it was published, under the limits of that day.
    const unlimited = {
      maxNodes: Number.POSITIVE_INFINITY,
      budget: createStepBudget(Number.POSITIVE_INFINITY),
    }
    const result = publishGraph(definition, unlimited)
    if (!result.ok)
      throw new Error(`the stored graph ${id} cannot be compiled: ${result.faults[0]?.message ?? ''}`)
    const graph = { stored, definition, published: result.published, warnings: result.warnings }
    compiled.set(id, graph)
    return graph
  }

  return {
    /** The graph that a tenant sees under a key, at a version or its latest. */
    async find(tenantId: string, key: string, version?: number): Promise<LibraryGraph | undefined> {
      const place = await graphs.locate(tenantId, key, version)
      return place === undefined ? undefined : load(place.graphId, place.version)
    },

    /** The version that an assignment is pinned to. */
    pinned: load,
  }
}
