/** Figures of published graphs, drawn once for each version, inputs, theme and view while they are kept. */
import { LRUCache } from 'lru-cache'
import type { Definition, FigureQuery } from '../contracts/graph.js'
import type { Value } from '../engine/tensor.js'
import { Refusal } from '../errors.js'
import type { Figure } from '../figure/draw.js'
import type { Theme } from '../figure/palette.js'
import type { FigurePool } from './figure-pool.js'
import { findGraph, type GraphLibrary, type LibraryGraph } from './graph-library.js'
import { sha256, sha256Hex } from './hash.js'

/** The most nodes of a graph that is drawn. */
const MOST_NODES = 150
/** Characters of SVG that are kept. */
const MOST_KEPT_CHARACTERS = 32_000_000
/** For so long a figure that took too much is refused without another try. */
const REFUSED_MILLISECONDS = 30_000

/** A figure, and the tag by which a client knows its document again. */
export type DrawnFigure = Figure & { readonly tag: string }

type Outcome = DrawnFigure | { readonly refusal: Refusal }
type Look = { readonly theme: Theme; readonly view: FigureQuery['view'] }
type Inputs = ReadonlyMap<string, Value>

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
    /**
     * The figure of a version, with these values of its inputs in place of its own if they are given. Refuses graphs of
     * too many nodes, and those that take too much to draw.
     */
    async get(graph: LibraryGraph, look: Look, inputs?: Inputs): Promise<DrawnFigure> {
      const count = graph.definition.nodes.length
      if (count > MOST_NODES) {
        const most = String(MOST_NODES)
        throw new Refusal(
          'figure-too-large',
          `Graphs of up to ${most} nodes are drawn; this one has ${String(count)}.`,
        )
      }
      const definition = inputs === undefined ? graph.definition : withInputs(graph.definition, inputs)
      const values = inputs === undefined ? '' : sha256Hex(JSON.stringify(definition.inputs))
      const id = [graph.graphId, graph.version, look.theme, look.view, values].join('/')
      const outcome = await drawn.forceFetch(id, { context: { definition, look } })
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

/** A definition with other values of its inputs. */
function withInputs(definition: Definition, inputs: Inputs): Definition {
  return {
    ...definition,
    inputs: definition.inputs.map(input => ({ ...input, value: inputs.get(input.name) ?? input.value })),
  }
}
