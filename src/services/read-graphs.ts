/** Published graphs as clients read them: never an answer. */
import type { GraphSummary, GraphView } from '../contracts/graph.js'
import type { PageQuery } from '../contracts/text.js'
import type { GraphRepository } from '../database/graphs.js'
import { findAssignment, type AssignmentServices } from './assignments.js'
import { listingFrom, readCursor, type Listing } from './cursors.js'
import { findGraph, type GraphLibrary, type LibraryGraph } from './graph-library.js'
import type { Principal } from './principal.js'
import { viewBox } from './views.js'

/** A published version, without any answer. */
export function viewGraph(graph: Omit<LibraryGraph, 'graphId'>): GraphView {
  const { key, version, builtIn, definition, published } = graph
  const { title, description, tolerance, inputs, nodes, output, figure } = definition
  return {
    key,
    version,
    title,
    ...(description === undefined ? {} : { description }),
    public: definition.public ?? false,
    builtIn,
    ...(tolerance === undefined ? {} : { tolerance }),
    inputs,
    nodes,
    output,
    ...(figure === undefined ? {} : { figure }),
    boxes: published.graph.asked.map(box => viewBox(published, box)),
  }
}

/** A graph that a tenant sees, at a version or its latest. */
export async function readGraph(
  { library }: { readonly library: GraphLibrary },
  tenantId: string,
  key: string,
  version: number | undefined,
): Promise<GraphView> {
  return viewGraph(await findGraph(library, tenantId, key, version))
}

/** The graphs that a tenant sees, by key. */
export async function listGraphs(
  { graphs }: { readonly graphs: GraphRepository },
  tenantId: string,
  query: PageQuery,
): Promise<Listing<GraphSummary>> {
  const list = ['graphs', tenantId]
  const after = readCursor(query.cursor, list, 'key') ?? ''
  const found = await graphs.list(tenantId, after, query.limit + 1)
  return listingFrom(found, query.limit, list, { positionOf: graph => graph.key, view: graph => graph })
}

/** The graph of an assignment at the version that it is pinned to, without any answer. */
export async function readAssignedGraph(
  services: AssignmentServices,
  principal: Principal,
  courseKey: string,
  key: string,
): Promise<GraphView> {
  const { assignment } = await findAssignment(services, principal, courseKey, key)
  return viewGraph(await services.library.pinned(assignment.graphId, assignment.graphVersion))
}
