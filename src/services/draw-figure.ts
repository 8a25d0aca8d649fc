/** Figures of published graphs, drawn once for each version, theme and view while they are kept. */
import { LRUCache } from 'lru-cache'
import type { FigureQuery } from '../contracts/graph.js'
import { Refusal } from '../errors.js'
import type { FigurePool } from './figure-pool.js'
import { findGraph, type GraphLibrary, type LibraryGraph } from './graph-library.js'
import { sha256 } from './hash.js'

/** The most nodes of a graph that is drawn. */
const MOST_NODES = 150
/** Characters of SVG that are kept. */
const MOST_KEPT_CHARACTERS = 32_000_000
/** For so long a figure that took too much is refused without another try. */
const REFUSED_MILLISECONDS = 30_000

/** An SVG document, and the tag by which a client knows it again. */
export type DrawnFigure = { readonly svg: string; readonly tag: string }

type Outcome = DrawnFigure | { readonly refusal: Refusal }
type Look = Pick<FigureQuery, 'theme' | 'view'>

export type FigureStore = ReturnType<typeof createFigureStore>

/** Figures drawn by a pool. Requests for one figure that come at once draw it once. */
export function createFigureStore(pool: FigurePool) {
  const drawn = new LRUCache<string, Outcome, { graph: LibraryGraph; look: Look }>({
    maxSize: MOST_KEPT_CHARACTERS,
    sizeCalculation: outcome => ('svg' in outcome ? outcome.svg.length : 1_000),
    ignoreFetchAbort: true,
    fetchMethod: async (_id, _stale, { context: { graph, look }, options }) => {
      try {
        const { svg } = await pool.draw({ definition: graph.definition, ...look })
        return { svg, tag: Buffer.from(sha256(svg)).toString('base64url') }
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'figure-not-drawn') throw error
        options.ttl = REFUSED_MILLISECONDS
        return { refusal: error }
      }
    },
  })
  return {
    /** The figure of a version. */
    async get(graph: LibraryGraph, look: Look): Promise<DrawnFigure> {
      const id = [graph.graphId, graph.version, look.theme, look.view].join('/')
      const outcome = await drawn.forceFetch(id, { context: { graph, look } })
      if ('refusal' in outcome) throw outcome.refusal
      return outcome
    },

    close: pool.close,
  }
}

/** The figure of the graph that a tenant sees under a key. */
export async function drawFigureOf(
  { library, figures }: { readonly library: GraphLibrary; readonly figures: Pick<FigureStore, 'get'> },
  tenantId: string,
  key: string,
  { version, ...look }: FigureQuery,
): Promise<DrawnFigure> {
  const graph = await findGraph(library, tenantId, key, version)
  const count = graph.definition.nodes.length
  if (count > MOST_NODES) {
    const most = String(MOST_NODES)
    throw new Refusal(
      'figure-too-large',
      `Graphs of up to ${most} nodes are drawn; this one has ${String(count)}.`,
    )
  }
  return figures.get(graph, look)
}
