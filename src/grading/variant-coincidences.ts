/**
 * Boxes that cannot be told apart at drawn inputs, though nothing in the graph makes them equal.
 */
import type { CompiledGraph } from '../engine/graph.js'
import { isSameShape, type Value } from '../engine/tensor.js'
import type { BoxTruth } from './answer-key.js'
import { arePassing, areSame, compareTruths, findNearby, type Nearby } from './nearby-truths.js'
import type { Tolerance } from './tolerance.js'

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
  let moved: { readonly point: Nearby | undefined } | undefined
  const areLinked = (a: BoxTruth, b: BoxTruth): boolean => {
    if (!areSame(a.truths, b.truths)) return false
    moved ??= { point: findNearby(graph, inputs) }
    const truths = moved.point?.truths
    return areSame(truths?.get(a.box.id), truths?.get(b.box.id))
  }
  const found = new Set<string>()
  const sorted = boxes.toSorted(compareTruths)
  sorted.forEach((box, index) => {
    const next = sorted[index + 1]
    if (next === undefined || !isSameShape(box.shape, next.shape)) return
    const [one, other] = [toleranceOf(box.box.id), toleranceOf(next.box.id)]
    const areClose =
      arePassing(box.truths, next.truths, other) ||
      (one !== other && arePassing(next.truths, box.truths, one))
    if (areClose && !areLinked(box, next)) found.add(box.box.id).add(next.box.id)
  })
  return boxes.filter(({ box }) => found.has(box.id)).map(({ box }) => box.id)
}
