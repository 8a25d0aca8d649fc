/**
 * Right values that are the same by the graph's nature, told from those that are the same at one set of inputs: where
 * all inputs move a little, the former still are.
 */
import { evaluateGraph, type Evaluation } from '../engine/evaluate.js'
import type { CompiledGraph } from '../engine/graph.js'
import { createRandomNumbers } from '../engine/random-numbers.js'
import { entriesOf, SCALAR, shapeOfValue, valueOfEntries, type Value } from '../engine/tensor.js'
import { findTruths, type BoxTruth } from './answer-key.js'
import { wouldPass, type Tolerance } from './tolerance.js'

/** By how much inputs are moved, of themselves, and how equal numbers that are equal by nature then still are. */
const MOVE = 1e-3
const SAME = 1e-9

/** The graph where its inputs have moved a little; `truths` by the boxes' ids. */
export type Nearby = {
  readonly evaluation: Evaluation
  readonly boxes: readonly BoxTruth[]
  readonly truths: ReadonlyMap<string, readonly number[]>
}

/**
 * The graph where every input has moved, each by its own amount. Where there it has no numbers, as for (−2)^n, the
 * parameters alone move; undefined where there are none then either.
 */
export function findNearby(graph: CompiledGraph, inputs: ReadonlyMap<string, Value>): Nearby | undefined {
  for (const roles of [['parameter', 'data'], ['parameter']]) {
    const random = createRandomNumbers(1)
    const move = (own: number): number => own + MOVE * (Math.abs(own) || 1) * (0.5 + random())
    const moved = new Map(inputs)
    for (const { name, role } of graph.inputs) {
      const value = inputs.get(name)
      if (value === undefined || !roles.includes(role)) continue
      moved.set(name, valueOfEntries(shapeOfValue(value) ?? SCALAR, entriesOf(value).map(move)))
    }
    const evaluated = evaluateGraph(graph, moved)
    if (!evaluated.ok) continue
    const { evaluation } = evaluated
    const { boxes } = findTruths(graph, evaluation)
    return { evaluation, boxes, truths: new Map(boxes.map(({ box, truths }) => [box.id, truths])) }
  }
  return undefined
}

/** Whether two lists are the same but for rounding; not where one is not known. */
export function areSame(a: readonly number[] | undefined, b: readonly number[] | undefined): boolean {
  if (a === undefined || a.length !== b?.length) return false
  return a.every((value, entry) => {
    const other = b[entry] as number
    return Math.abs(value - other) <= SAME * Math.max(Math.abs(value), Math.abs(other), MOVE)
  })
}

/** An order in which boxes of one shape stand together, and those of like values side by side. */
export function compareTruths(a: BoxTruth, b: BoxTruth): number {
  const ranks = a.shape.length - b.shape.length
  if (ranks !== 0) return ranks
  for (let axis = 0; axis < a.shape.length; axis += 1) {
    const difference = (a.shape[axis] as number) - (b.shape[axis] as number)
    if (difference !== 0) return difference
  }
  for (let place = 0; place < a.truths.length; place += 1) {
    const difference = (a.truths[place] as number) - (b.truths[place] as number)
    if (difference !== 0) return difference
  }
  return 0
}

/** Whether typing these numbers would be right where those are asked. */
export function arePassing(
  typed: readonly number[],
  truths: readonly number[],
  tolerance: Tolerance,
): boolean {
  return truths.every((truth, entry) => wouldPass(typed[entry] as number, truth, tolerance))
}
