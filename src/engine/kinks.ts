/**
 * Where values sit on a kink (relu at 0, a tie of max) a derivative is a whole range. A learner may use any number
 * in it, so grading needs the range of every box behind a kink.
 *
 * A derivative is affine in the slope that each kink takes, so that its range lies between the values it has when
 * every kink takes one end or the other. A few kinks are tried in all combinations; many go by interval arithmetic.
 */
import type { Box } from './boxes.js'
import { sweepDerivatives, type Evaluation } from './evaluate.js'
import type { CompiledGraph } from './graph.js'
import { intervalRanges } from './kink-intervals.js'
import type { Interval } from './operations.js'
import { operationAt, type Sweep } from './tape.js'
import { entriesOf, SCALAR, valueOfEntries } from './tensor.js'

/** What grading and publication need to know about the kinks at one set of inputs. */
export type Kinks = {
  /** Names of the nodes whose own expression sits on a kink, in sorted order. */
  readonly nodes: readonly string[]
  /** The ranges of right values of a derivative box's entries, in order; single points where no kink is involved. */
  rangesOf(box: Box): readonly Interval[] | undefined
}

/** Slot on a kink → the subgradients of its edges. Of a tie, what one side gets the other loses. */
export type KinkedEdges = ReadonlyMap<number, readonly [Interval, Interval?]>

/** Slots that trying all combinations may sweep: a few milliseconds' work. */
const MAX_COMBINED_SLOTS = 20_000

/** The kinks at an evaluation, or undefined where there are none (the usual case, found in one pass). */
export function findKinks(graph: CompiledGraph, evaluation: Evaluation): Kinks | undefined {
  const edges = kinkedEdges(graph, evaluation)
  if (edges.size === 0) return undefined
  const few = 2 ** edges.size * graph.tape.slots <= MAX_COMBINED_SLOTS
  const ranges = few ? combinedRanges : intervalRanges
  return { nodes: kinkedNodes(graph, edges), rangesOf: ranges(graph, evaluation, edges) }
}

function kinkedEdges(graph: CompiledGraph, { sweep }: Evaluation): KinkedEdges {
  const { tape } = graph
  const edges = new Map<number, readonly [Interval, Interval?]>()
  for (let slot = tape.inputs; slot < tape.slots; slot += 1) {
    const operation = operationAt(tape, slot)
    if (operation?.kink === undefined || tape.variable[slot] !== 1) continue
    const x = sweep.values[tape.left[slot] as number] as number
    if (operation.arity === 1) {
      const kink = operation.kink(x)
      if (kink !== undefined) edges.set(slot, [kink])
      continue
    }
    if (tape.left[slot] === tape.right[slot]) continue // max(x, x) is x: what ties with itself has no kink.
    const kink = operation.kink(x, sweep.values[tape.right[slot] as number] as number)
    if (kink !== undefined) edges.set(slot, kink)
  }
  return edges
}

function kinkedNodes({ nodes, tape }: CompiledGraph, edges: KinkedEdges): string[] {
  const slots = [...edges.keys()] // Ascending, as the segments are: each is looked at once.
  let next = 0
  return nodes
    .filter((_node, index) => {
      const first = next
      const end = tape.starts[index + 1] as number
      while ((slots[next] ?? end) < end) next += 1
      return next > first
    })
    .map(node => node.name)
}

function combinedRanges(
  graph: CompiledGraph,
  { sweep }: Evaluation,
  edges: KinkedEdges,
): (box: Box) => readonly Interval[] | undefined {
  const slots = [...edges]
  const bent: Sweep = {
    values: sweep.values,
    leftPartials: sweep.leftPartials.slice(),
    rightPartials: sweep.rightPartials.slice(),
  }
  const ranges = new Map<string, Interval[]>()
  for (let combination = 0; combination < 2 ** slots.length; combination += 1) {
    slots.forEach(([slot, [left, right]], bit) => {
      const high = (combination >> bit) % 2 === 1
      bent.leftPartials[slot] = high ? left.high : left.low
      if (right !== undefined) bent.rightPartials[slot] = high ? right.low : right.high
    })
    const { locals, adjoints } = sweepDerivatives(graph, bent)
    for (const box of graph.boxes.values()) {
      if (box.kind === 'forward') continue
      const slot = graph.tape.slotOf.get(box.wrt) as number
      const shape = graph.shapes.get(box.wrt) ?? SCALAR
      const value =
        box.kind === 'local' ? (locals.get(box.of)?.get(box.wrt) ?? 0) : valueOfEntries(shape, adjoints, slot)
      const before = ranges.get(box.id)
      const widened = entriesOf(value).map((entry, index) => {
        const { low, high } = before?.[index] ?? { low: entry, high: entry }
        return { low: Math.min(low, entry), high: Math.max(high, entry) }
      })
      ranges.set(box.id, widened)
    }
  }
  return box => ranges.get(box.id)
}
