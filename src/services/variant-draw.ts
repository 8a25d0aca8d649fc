/**
 * What a secret seed makes of a learner: the name of a variant and the inputs drawn for it. Both are functions of the
 * seed, the learner, the number and the version of the graph, and neither tells anything of the seed.
 */
import { createHmac } from 'node:crypto'
import { xoshiro128 } from '../engine/random-numbers.js'
import type { Value } from '../engine/tensor.js'
import type { VariantPlace } from '../database/variants.js'
import { boxPolicies } from '../grading/published-graph.js'
import { drawVariant, prepareVariants, type PreparedVariants } from '../grading/variants.js'
import type { LibraryGraph } from './graph-library.js'

/** What a draw depends on, besides the seed. */
export type DrawPlace = Omit<VariantPlace, 'courseId' | 'assignmentId'>

/** HMAC-SHA256 under the seed of a purpose and a place, each part preceded by its length so that no two read alike. */
function keyed(seed: Uint8Array, purpose: string, place: DrawPlace): Buffer {
  const { learner, number, graphId, graphVersion } = place
  const hmac = createHmac('sha256', seed)
  for (const part of [purpose, learner, String(number), graphId, String(graphVersion)]) {
    hmac.update(`${String(Buffer.byteLength(part))}:`).update(part)
  }
  return hmac.digest()
}

/** What an attempt names the variant by: 128 bits that nobody can guess without the seed. */
export function variantToken(seed: Uint8Array, place: DrawPlace): string {
  return keyed(seed, 'variant-token', place).subarray(0, 16).toString('base64url')
}

export type VariantDraw = ReturnType<typeof createVariantDraw>

/** Draws of inputs; what is found out about a graph before its first draw is kept as long as the graph is. */
export function createVariantDraw() {
  const prepared = new WeakMap<LibraryGraph, PreparedVariants>()

  /** By the graph's own tolerances: a policy that changes must not change what a seed draws. */
  const prepare = (graph: LibraryGraph): PreparedVariants => {
    const { published, definition } = graph
    const policyOf = boxPolicies(published, {})
    return prepareVariants({
      graph: published.graph,
      samples: new Map(
        definition.inputs.flatMap(({ name, sample }) =>
          sample === undefined ? [] : [[name, sample] as const],
        ),
      ),
      toleranceOf: id => policyOf(id).tolerance,
      asksExpression: id => policyOf(id).answer === 'expression',
    })
  }

  return {
    /** The inputs for this place, undefined where none can be drawn that have a value in every box. */
    draw(graph: LibraryGraph, seed: Uint8Array, place: DrawPlace): ReadonlyMap<string, Value> | undefined {
      const known = prepared.get(graph) ?? prepare(graph)
      prepared.set(graph, known)
      const state = keyed(seed, 'variant-draw', place)
      const words = xoshiro128(
        [0, 4, 8, 12].map(at => state.readUInt32LE(at)) as [number, number, number, number],
      )
      return drawVariant(known, words)?.inputs
    },
  }
}
