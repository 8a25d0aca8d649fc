/** Figures of published graphs, drawn once for each version and look while they are kept. */
import { LRUCache } from 'lru-cache'
import type { Definition, FigureQuery } from '../contracts/graph.js'
import { Refusal } from '../errors.js'
import type { Figure } from '../figure/draw.js'
import type { FigureLanguage } from '../figure/figure-words.js'
import type { Theme } from '../figure/palette.js'
import type { Given } from '../figure/workshop.js'
import type { FigurePool } from './figure-pool.js'
import { findGraph, type GraphLibrary, type LibraryGraph } from './graph-library.js'
import { sha256 } from './hash.js'

/** The most nodes of a graph that is drawn. */
const MOST_NODES = 150
/** Characters of SVG that are kept. */
const MOST_KEPT_CHARACTERS = 32_000_000
/** For so long a figure that took too much is refused without another try. */
const REFUSED_MILLISECONDS = 30_000

/** A figure, and the tag by which a client knows its document again. */
export type DrawnFigure = Figure & { readonly tag: string }

type Outcome = DrawnFigure | { readonly refusal: Refusal }
type Look = {
  readonly theme: Theme
  readonly view: FigureQuery['view']
  readonly given?: Given
  readonly language?: FigureLanguage
}

export type FigureStore = ReturnType<typeof createFigureStore>

/** Figures drawn by a pool. Requests for one figure that come at once draw it once. */
export function createFigureStore(pool: FigurePool) {
  const drawn = new LRUCache<string, Outcome, { definition: Definition; look: Look }>({
    maxSize: MOST_KEPT_CHARACTERS,
    sizeCalculation: outcome => ('svg' in outcome ? outcome.svg.length : 1_000),
    ignoreFetchAbort: true,
    fetchMethod: async (_id, _stale, { context: { definition, look }, options }) => {
      try {
        const figure = await pool.draw({ definition, ...look })
        return { ...figure, tag: Buffer.from(sha256(figure.svg)).toString('base64url') }
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'figure-not-drawn') throw error
        options.ttl = REFUSED_MILLISECONDS
        return { refusal: error }
      }
    },
  })
  return {
    /** The figure of a version. Refuses graphs of too many nodes, and those that take too much to draw. */
    async get(graph: LibraryGraph, look: Look): Promise<DrawnFigure> {
      const count = graph.definition.nodes.length
      if (count > MOST_NODES) {
        const most = String(MOST_NODES)
        throw new Refusal(
          'figure-too-large',
          `Graphs of up to ${most} nodes are drawn; this one has ${String(count)}.`,
        )
      }
      const { theme, view, given = 'drawn', language = 'en' } = look
      const id = [graph.graphId, graph.version, theme, view, given, language].join('/')
      const outcome = await drawn.forceFetch(id, { context: { definition: graph.definition, look } })
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
  return figures.get(await findGraph(library, tenantId, key, version), look)
}
