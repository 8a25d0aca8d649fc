/**
 * The answer key of a graph at one set of inputs: for each box asked, the right value, how close an answer must be
 * and what it weighs.
 */
import type { Box } from '../engine/boxes.js'
import { boxValue, type Evaluation } from '../engine/evaluate.js'
import type { CompiledGraph } from '../engine/graph.js'
import { findKinks } from '../engine/kinks.js'
import type { Interval } from '../engine/operations.js'
import type { Tolerance } from './tolerance.js'

/** What a box asks for and how it counts, from the definition and the assignment. */
export type BoxPolicy = { readonly weight: number; readonly tolerance: Tolerance }

export type KeyedBox = BoxPolicy & {
  readonly box: Box
  readonly truth: number
  /** The right values of a derivative behind a kink: any number in the range. */
  readonly range: Interval | undefined
}

export type AnswerKey = {
  /** In the order in which they are asked. */
  readonly boxes: readonly KeyedBox[]
  /** The graph's own names. */
  readonly names: ReadonlySet<string>
}

/**
 * The key for the boxes asked. `policyOf` gives each box's weight and tolerance. A box whose value does not exist
 * at these inputs (a derivative by data, outside its domain) cannot be asked: `missing` lists those.
 */
export function buildAnswerKey(
  graph: CompiledGraph,
  evaluation: Evaluation,
  policyOf: (id: string) => BoxPolicy,
): { readonly key: AnswerKey; readonly missing: readonly string[]; readonly kinkedNodes: readonly string[] } {
  const kinks = findKinks(graph, evaluation)
  const missing: string[] = []
  const boxes: KeyedBox[] = []
  for (const box of graph.asked) {
    const truth = boxValue(evaluation, box)
    if (truth === undefined) missing.push(box.id)
    else boxes.push({ box, truth, range: spread(kinks?.rangeOf(box)), ...policyOf(box.id) })
  }
  const names = new Set([...graph.inputs, ...graph.nodes].map(({ name }) => name))
  return { key: { boxes, names }, missing, kinkedNodes: kinks?.nodes ?? [] }
}

function spread(range: Interval | undefined): Interval | undefined {
  if (range === undefined || !(range.low < range.high)) return undefined
  // The far ends of a range may overflow where the right value does not.
  return { low: Math.max(range.low, -Number.MAX_VALUE), high: Math.min(range.high, Number.MAX_VALUE) }
}
