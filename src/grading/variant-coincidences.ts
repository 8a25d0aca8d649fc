/**
 * Boxes that cannot be told apart at drawn inputs, though nothing in the graph makes them equal.
 */
import { evaluateGraph } from '../engine/evaluate.js'
import type { CompiledGraph } from '../engine/graph.js'
import { createRandomNumbers } from '../engine/random-numbers.js'
import { fromDouble } from '../engine/rational.js'
import { entriesOf, SCALAR, shapeOfValue, valueOfEntries, type Value } from '../engine/tensor.js'
import { findTruths, type BoxTruth } from './answer-key.js'
import { isWithin, type Tolerance } from './tolerance.js'

/** By how much inputs are moved to see whether equal boxes stay equal, and how equal those that do then are. */
const MOVE = 1e-3
const SAME = 1e-9

type Truths = ReadonlyMap<string, readonly number[]>

/**
 * The boxes of which one's right value would pass for another's, but not where the graph makes them equal: such pairs
 * stay equal when all inputs move a little. Of arrays only those of one shape are compared. Boxes are sorted and each
 * is compared with the next, so that of arrays some that are near but not equal may be missed.
 */
export function needlessCoincidences(
  graph: CompiledGraph,
  inputs: ReadonlyMap<string, Value>,
  boxes: readonly BoxTruth[],
  toleranceOf: (id: string) => Tolerance,
): string[] {
  let moved: Truths | undefined
  const areLinked = (a: BoxTruth, b: BoxTruth): boolean => {
    if (!areSame(a.truths, b.truths)) return false
    moved ??= truthsNearby(graph, inputs)
    return areSame(moved.get(a.box.id), moved.get(b.box.id))
  }
  const found = new Set<string>()
  const sorted = boxes.toSorted(compareTruths)
  sorted.forEach((box, index) => {
    const next = sorted[index + 1]
    if (next === undefined || compareShapes(box, next) !== 0) return
    const [one, other] = [toleranceOf(box.box.id), toleranceOf(next.box.id)]
    const areClose =
      arePassing(box.truths, next.truths, other) ||
      (one !== other && arePassing(next.truths, box.truths, one))
    if (areClose && !areLinked(box, next)) found.add(box.box.id).add(next.box.id)
  })
  return boxes.filter(({ box }) => found.has(box.id)).map(({ box }) => box.id)
}

function compareShapes(a: BoxTruth, b: BoxTruth): number {
  const [rows = 0, columns = 0] = a.shape
  const [otherRows = 0, otherColumns = 0] = b.shape
  return a.shape.length - b.shape.length || rows - otherRows || columns - otherColumns
}

function compareTruths(a: BoxTruth, b: BoxTruth): number {
  const shapes = compareShapes(a, b)
  if (shapes !== 0) return shapes
  for (let place = 0; place < a.truths.length; place += 1) {
    const difference = (a.truths[place] as number) - (b.truths[place] as number)
    if (difference !== 0) return difference
  }
  return 0
}

/** Whether typing these numbers would be right where those are asked. */
function arePassing(typed: readonly number[], truths: readonly number[], tolerance: Tolerance): boolean {
  return truths.every((truth, index) => isTypedWithin(typed[index] as number, truth, tolerance))
}

function isTypedWithin(typed: number, truth: number, tolerance: Tolerance): boolean {
  if (typed === truth) return true
  return isWithin({ kind: 'number', double: typed, exact: () => fromDouble(typed) }, truth, tolerance)
}

function areSame(a: readonly number[] | undefined, b: readonly number[] | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return a.every((value, index) => {
    const other = b[index] as number
    return Math.abs(value - other) <= SAME * Math.max(Math.abs(value), Math.abs(other), MOVE)
  })
}

/** The right values where every input has moved a little, each by its own amount. None where there are none. */
function truthsNearby(graph: CompiledGraph, inputs: ReadonlyMap<string, Value>): Truths {
  const random = createRandomNumbers(1)
  const move = (own: number): number => own + MOVE * (Math.abs(own) || 1) * (0.5 + random())
  const moved = new Map(
    [...inputs].map(([name, value]) => [
      name,
      valueOfEntries(shapeOfValue(value) ?? SCALAR, entriesOf(value).map(move)),
    ]),
  )
  const evaluated = evaluateGraph(graph, moved)
  if (!evaluated.ok) return new Map()
  return new Map(findTruths(graph, evaluated.evaluation).boxes.map(({ box, truths }) => [box.id, truths]))
}
