/**
 * The answer key of a graph at one set of inputs: for each box asked, the right value, how close an answer must be
 * and what it weighs.
 */
import type { Box } from '../engine/boxes.js'
import { boxValue, type Evaluation } from '../engine/evaluate.js'
import type { CompiledGraph } from '../engine/graph.js'
import { findKinks } from '../engine/kinks.js'
import type { Interval } from '../engine/operations.js'
import { entriesOf, SCALAR, type Shape } from '../engine/tensor.js'
import type { AskedPlaces } from './asked-places.js'
import type { Diagnoser } from './diagnose.js'
import type { Tolerance } from './tolerance.js'

/** The right value of a box. */
export type BoxTruth = {
  readonly box: Box
  readonly shape: Shape
  /** Its entries in row-major order; of a number, the number alone. */
  readonly truths: readonly number[]
  /** The right values of a derivative behind a kink, an interval an entry: any number in it. */
  readonly ranges: readonly (Interval | undefined)[] | undefined
}

/** What a box asks for: a number, or an expression that holds for all inputs. */
export type AnswerForm = 'number' | 'expression'

/** How a box counts, from the definition and the assignment. */
export type BoxPolicy = {
  readonly weight: number
  readonly tolerance: Tolerance
  readonly answer: AnswerForm
}

export type KeyedBox = BoxTruth & BoxPolicy

/** A graph at one set of inputs: its numbers, and what slips would make of them. */
export type GraphPoint = {
  readonly evaluation: Evaluation
  /** The right values of the boxes asked, in order. */
  readonly truths: readonly BoxTruth[]
  readonly diagnoser: Diagnoser
}

export type AnswerKey = {
  readonly graph: CompiledGraph
  readonly places: AskedPlaces
  readonly evaluation: Evaluation
  /** In the order in which they are asked. */
  readonly boxes: readonly KeyedBox[]
  readonly diagnoser: Diagnoser
  /** The graph's own names. */
  readonly names: ReadonlySet<string>
  /** Credit of what is wrong but follows from the learner's own entries. */
  readonly followThrough: number
}

/** What is right in the boxes asked, at one set of inputs. */
export type Truths = {
  readonly boxes: readonly BoxTruth[]
  /** Boxes without a value there (a derivative by data, outside its domain): these cannot be asked. */
  readonly missing: readonly string[]
  /** Nodes on a kink. */
  readonly kinkedNodes: readonly string[]
}

/** The right values of the boxes asked. */
export function findTruths(graph: CompiledGraph, evaluation: Evaluation): Truths {
  const kinks = findKinks(graph, evaluation)
  const missing: string[] = []
  const boxes: BoxTruth[] = []
  for (const box of graph.asked) {
    const truth = boxValue(evaluation, box)
    if (truth === undefined) missing.push(box.id)
    else {
      const shape = graph.shapes.get(box.wrt ?? box.of) ?? SCALAR
      boxes.push({ box, shape, truths: entriesOf(truth), ranges: kinks?.rangesOf(box)?.map(spread) })
    }
  }
  return { boxes, missing, kinkedNodes: kinks?.nodes ?? [] }
}

function spread(range: Interval): Interval | undefined {
  if (!(range.low < range.high)) return undefined
  // The far ends of a range may overflow where the right value does not.
  return { low: Math.max(range.low, -Number.MAX_VALUE), high: Math.min(range.high, Number.MAX_VALUE) }
}
