/**
 * Published graphs, ready to grade. A version never changes, so that what was compiled may be kept, in bounded memory.
 */
import { LRUCache } from 'lru-cache'
import { storedDefinitionSchema, type Definition } from '../contracts/graph.js'
import type { GraphRepository } from '../database/graphs.js'
import { createStepBudget } from '../engine/faults.js'
import { notFound } from '../errors.js'
import { publishGraph, type PublishedGraph } from '../grading/published-graph.js'

/** A version with its definition, compiled. */
export type LibraryGraph = {
  readonly graphId: string
  readonly key: string
  readonly version: number
  readonly builtIn: boolean
  readonly definition: Definition
  readonly published: PublishedGraph
}

export type GraphLibrary = ReturnType<typeof createGraphLibrary>

/** A tape slot counts 1; a definition's text counts this much less a character. Together about 300 bytes a unit. */
const CHARACTERS_PER_UNIT = 10
const MAX_CACHED_UNITS = 500_000

/** A library over the stored graphs. Requests for one version that come at once compile it once. */
export function createGraphLibrary(graphs: GraphRepository) {
  const compiled = new LRUCache<string, LibraryGraph, { graphId: string; version: number }>({
    maxSize: MAX_CACHED_UNITS,
    // One that is larger than all that may be kept is kept alone, rather than compiled at every request.
    sizeCalculation: ({ published, definition }) =>
      Math.min(
        MAX_CACHED_UNITS,
        published.graph.tape.slots + Math.ceil(JSON.stringify(definition).length / CHARACTERS_PER_UNIT),
      ),
    // What is pushed out of the cache while it is being compiled still answers those who wait for it.
    ignoreFetchAbort: true,
    fetchMethod: (_id, _stale, { context: { graphId, version } }) => compile(graphs, graphId, version),
  })
  const load = (graphId: string, version: number): Promise<LibraryGraph> =>
    compiled.forceFetch(`${graphId}/${String(version)}`, { context: { graphId, version } })

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

async function compile(graphs: GraphRepository, graphId: string, version: number): Promise<LibraryGraph> {
  const stored = await graphs.load(graphId, version)
  if (stored === undefined) throw new Error(`the graph version ${graphId}/${String(version)} is missing`)
  const definition = storedDefinitionSchema.parse(stored.definition)
  // It was checked when it was published, under the limits of that day.
  const unlimited = { maxNodes: Number.POSITIVE_INFINITY, budget: createStepBudget(Number.POSITIVE_INFINITY) }
  const result = publishGraph(definition, unlimited)
  if (!result.ok) throw new Error(`a stored graph cannot be compiled: ${result.faults[0]?.message ?? ''}`)
  const { key, builtIn } = stored
  return { graphId, key, version, builtIn, definition, published: result.published }
}

/** The graph that a tenant sees under a key; `not-found` where there is none. */
export async function findGraph(
  library: GraphLibrary,
  tenantId: string,
  key: string,
  version?: number,
): Promise<LibraryGraph> {
  const graph = await library.find(tenantId, key, version)
  if (graph === undefined) throw notFound()
  return graph
}
