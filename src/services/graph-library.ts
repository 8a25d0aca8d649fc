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

/** Steps that reading and grading may take in one request. */
const REQUEST_STEPS = 5_000_000
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

/** Checks a definition under the service's limit of nodes. */
export function checkDefinition(definition: Definition, maxNodes: number): PublicationResult {
  return withinBudget(() => publishGraph(definition, { maxNodes, budget: requestBudget() }))
}

export function createGraphLibrary(graphs: GraphRepository) {
  const compiled = new LRUCache<string, LibraryGraph>({
    maxSize: MAX_CACHED_SLOTS,
    sizeCalculation: ({ published }) => published.graph.tape.slots,
  })
  const ready = (stored: StoredGraph): LibraryGraph => {
    const id = `${stored.graphId}/${String(stored.version)}`
    const known = compiled.get(id)
    if (known !== undefined) return known
    const definition = definitionSchema.parse(stored.definition)
    // A stored version was checked when it was published, under the limits of that day.
    const result = checkDefinition(definition, Number.POSITIVE_INFINITY)
    if (!result.ok)
      throw new Error(`the stored graph ${id} cannot be compiled: ${result.faults[0]?.message ?? ''}`)
    const graph = { stored, definition, published: result.published, warnings: result.warnings }
    compiled.set(id, graph)
    return graph
  }
  return {
    /** The graph that a tenant sees under a key, at a version or its latest. */
    async find(tenantId: string, key: string, version?: number): Promise<LibraryGraph | undefined> {
      const stored = await graphs.find(tenantId, key, version)
      return stored === undefined ? undefined : ready(stored)
    },

    /** The version that an assignment is pinned to. */
    async pinned(graphId: string, version: number): Promise<LibraryGraph> {
      const known = compiled.get(`${graphId}/${String(version)}`)
      if (known !== undefined) return known
      const stored = await graphs.findById(graphId, version)
      if (stored === undefined)
        throw new Error(`an assignment names the missing graph version ${graphId}/${String(version)}`)
      return ready(stored)
    },
  }
}
