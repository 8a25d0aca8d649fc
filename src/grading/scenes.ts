/**
 * All that the table of misconceptions asks about a box, by the right numbers or by a learner's own.
 */
import { usedConsumers, type Box } from '../engine/boxes.js'
import {
  differenceQuotients,
  nudgeWork,
  QUOTIENT_SWEEPS,
  segmentAt,
  type NudgeWork,
} from '../engine/difference-quotients.js'
import type { Evaluation } from '../engine/evaluate.js'
import type { CompiledGraph } from '../engine/graph.js'
import { createNodeBench } from '../engine/node-at-point.js'
import type { Scene, SceneWork } from './misconceptions.js'
import type { Sight } from './sight.js'
import { createSlipFinder } from './slips-inside.js'

/** The most other operands whose derivatives are looked at. */
const MAX_OTHERS = 100
/** What each costs, in slots. */
const OTHER_COST = 20

const NO_NODES: readonly string[] = []

/** Sets the scene of any box of a graph at one set of inputs; `truth` is the sight of the right numbers there. */
export function createScenes(
  graph: CompiledGraph,
  evaluation: Evaluation,
  truth: Sight,
): (box: Box, by: Pick<Scene, 'sight' | 'evenWork'>) => Scene {
  const { tape, nodes } = graph
  const bench = createNodeBench(graph, evaluation)
  const slips = createSlipFinder(graph, evaluation, { bench, truth })
  const consumersOf = usedConsumers(graph)
  const places = new Map(nodes.map((node, index) => [node.name, index]))

  /** The quotients by right numbers, or by a learner's own: what does not follow the operand stays as it was entered. */
  const quotients = ({
    box,
    sight,
    isOwn,
    evenWork,
    expected,
    consumers,
  }: Scene): readonly (readonly number[])[] => {
    if (box.kind === 'forward' || (isOwn && expected === undefined)) return []
    const slots = sight.slots()
    let work = nudgeWork(graph, box, { alone: isAlone(box, consumers) })
    let isAgain = false
    if (isOwn) {
      const { ranges, differs } = behind(graph, work, [slots, evaluation.sweep.values])
      // From the right numbers the same would come out once more.
      isAgain = !differs
      if (isAgain && !evenWork) return []
      work = { ...work, ranges }
    }
    const before = work.ranges.map(({ from, to }) => slots.slice(from, to))
    const found = differenceQuotients(tape, slots, work)
    work.ranges.forEach(({ from }, index) => {
      slots.set(before[index] ?? [], from)
    })
    return isAgain ? [] : found
  }

  const work: SceneWork = {
    quotients,
    quotientsCost({ box, consumers }) {
      if (box.kind === 'forward') return 0
      const { together, entries, ranges } = nudgeWork(graph, box, { alone: isAlone(box, consumers) })
      let cost = 0
      for (const { from, to } of ranges) cost += QUOTIENT_SWEEPS * (together ? 1 : entries) * (to - from + 2)
      return cost
    },
    slips: (kind, node, scene) => slips.find(kind, node, scene.box.wrt ?? '', scene),
    slipsCost(kind, { consumers }) {
      let cost = 0
      for (const node of consumers) cost += slips.cost(kind, node)
      return cost
    },
    others({ box, consumers }) {
      const found = new Set<string>()
      for (const node of consumers) {
        for (const operand of nodes[places.get(node) ?? -1]?.operands ?? []) {
          if (operand !== box.wrt) found.add(operand)
          if (found.size === MAX_OTHERS) return [...found]
        }
      }
      return [...found]
    },
    othersCost({ consumers }) {
      let cost = 0
      for (const node of consumers)
        cost += OTHER_COST * ((nodes[places.get(node) ?? -1]?.operands.length ?? 1) - 1)
      return cost
    },
    consumers: name => consumersOf.get(name) ?? NO_NODES,
  }
  return (box, { sight, evenWork }) => {
    let consumers = NO_NODES
    if (box.kind === 'local') consumers = [box.of]
    if (box.kind === 'gradient') consumers = consumersOf.get(box.wrt) ?? NO_NODES
    return {
      graph,
      box,
      sight,
      isOwn: sight !== truth,
      evenWork,
      expected: sight.expected(box),
      consumers,
      work,
    }
  }
}

/**
 * Of the slots to compute anew, the ranges of those nodes that contain the operand; and whether what these are computed
 * from, and is not computed anew, differs between two lists of values.
 */
function behind(
  { tape: { left, right, starts } }: CompiledGraph,
  { nudged, entries, ranges: [all] }: NudgeWork,
  [values, others]: readonly [Float64Array, Float64Array],
): { readonly ranges: NudgeWork['ranges']; readonly differs: boolean } {
  const ranges: { from: number; to: number }[] = []
  let differs = false
  if (all === undefined) return { ranges, differs }
  // reached[slot − nudged]: whether a slot contains the operand.
  const reached = new Uint8Array(all.to - nudged).fill(1, 0, entries)
  for (let index = segmentAt(starts, all.from); (starts[index] as number) < all.to; index += 1) {
    const [from, to] = [starts[index] as number, Math.min(starts[index + 1] as number, all.to)]
    let [contains, isOther] = [false, false]
    for (let slot = from; slot < to; slot += 1) {
      for (const part of [left[slot] as number, right[slot] as number]) {
        const isReached = reached[part - nudged] === 1
        if (isReached) reached[slot - nudged] = 1
        contains ||= isReached
        // What is reached past the operand is computed anew.
        if (part < from && (!isReached || part < nudged + entries)) isOther ||= values[part] !== others[part]
      }
    }
    if (!contains) continue
    differs ||= isOther
    const last = ranges.at(-1)
    if (last?.to === from) last.to = to
    else ranges.push({ from, to })
  }
  return { ranges, differs }
}

/** Where the output alone uses an operand, the gradient is a local derivative, and the output's node all that moves. */
function isAlone(box: Box, consumers: readonly string[]): boolean {
  return box.kind === 'local' || (consumers.length === 1 && consumers[0] === box.of)
}
