/**
 * The numbers that a box is worked out from, as someone sees them: the right ones, or a learner's own entries with all
 * their slips. Follow-through and misconceptions ask the same questions of either.
 *
 * Arrays go by their entries in row-major order; a number is one entry. What is not there is undefined.
 */
import { boxValue, type Evaluation } from '../engine/evaluate.js'
import type { Box } from '../engine/boxes.js'
import type { CompiledGraph } from '../engine/graph.js'
import { sweepReverse } from '../engine/tape.js'
import { entriesOf, entryCount, SCALAR } from '../engine/tensor.js'
import type { BoxTruth } from './answer-key.js'
import type { BoxIndex } from './box-index.js'

export type Sight = {
  /** The value of an input or node. */
  readonly value: (name: string) => readonly number[] | undefined
  /** ∂node/∂operand in the operand's shape; undefined where there is none of that shape. */
  readonly local: (node: string, operand: string) => readonly number[] | undefined
  /** The same as it follows from the values, whatever is entered for it. */
  readonly slope: (node: string, operand: string) => readonly number[] | undefined
  /** ∂output/∂name over all paths; [1] for the output itself. */
  readonly gradient: (name: string) => readonly number[] | undefined
  /** What comes to an operand through one of its consumers: local derivative × gradient, or their product as arrays. */
  readonly passed: (node: string, operand: string) => readonly number[] | undefined
  /** What a box is to hold: the right value, or what follows from the learner's other entries. */
  readonly expected: (box: Box) => readonly number[] | undefined
  /** All values, by slot of the tape. Whoever works in them leaves them as they were found. */
  readonly slots: () => Float64Array
  /** The first entry in each box asked; not finite where there is none. */
  readonly firsts: (boxes: readonly BoxTruth[]) => Float64Array
  /** What was worked out from these numbers and may be asked for again. */
  readonly memo: { index?: BoxIndex }
}

/** The right numbers at an evaluation. */
export function truthSight(graph: CompiledGraph, evaluation: Evaluation): Sight {
  const { values, locals, gradients } = evaluation
  const places = new Map(graph.nodes.map((node, index) => [node.name, index]))
  let scratch: Float64Array | undefined
  let slots: Float64Array | undefined
  const local = (node: string, operand: string): readonly number[] | undefined => {
    const found = locals.get(node)?.get(operand)
    return found === undefined ? undefined : entriesOf(found)
  }
  const gradient = (name: string): readonly number[] | undefined => {
    const found = gradients.get(name)
    return found === undefined ? undefined : entriesOf(found)
  }
  return {
    value(name) {
      const found = values.get(name)
      return found === undefined ? undefined : entriesOf(found)
    },
    local,
    slope: local,
    gradient,
    passed(node, operand) {
      const upstream = gradient(node)
      const index = places.get(node)
      if (upstream === undefined || index === undefined) return undefined
      const own = local(node, operand)
      return own === undefined
        ? productOfArrays(graph, evaluation, (scratch ??= new Float64Array(graph.tape.slots)), {
            index,
            operand,
            upstream,
          })
        : timesUpstream(own, upstream)
    },
    expected(box) {
      const found = boxValue(evaluation, box)
      return found === undefined ? undefined : entriesOf(found)
    },
    slots: () => (slots ??= evaluation.sweep.values.slice()),
    firsts: boxes => Float64Array.from(boxes, ({ truths }) => truths[0] ?? Number.NaN),
    memo: {},
  }
}

/** A local derivative times the gradient of its node: entry by entry, or of a node that is a number by that number. */
export function timesUpstream(local: readonly number[], upstream: readonly number[]): readonly number[] {
  return local.map((entry, index) => entry * (upstream[upstream.length === 1 ? 0 : index] ?? Number.NaN))
}

/**
 * The vector–Jacobian product of one node by one operand: its segment of the tape swept back from the gradient. Of
 * `adjoints`, which is memory to work in, only what is set here is read.
 */
function productOfArrays(
  { nodes, tape, shapes }: CompiledGraph,
  { sweep }: Evaluation,
  adjoints: Float64Array,
  {
    index,
    operand,
    upstream,
  }: { readonly index: number; readonly operand: string; readonly upstream: readonly number[] },
): readonly number[] | undefined {
  const node = nodes[index]
  const slot = tape.slotOf.get(operand)
  if (node?.operands.includes(operand) !== true || slot === undefined) return undefined
  const count = entryCount(shapes.get(operand) ?? SCALAR)
  const [from, to] = [tape.starts[index] as number, tape.starts[index + 1] as number]
  adjoints.fill(0, from, to)
  adjoints.fill(0, slot, slot + count)
  adjoints.set(upstream, tape.slotOf.get(node.name))
  sweepReverse(tape, sweep, adjoints, from, to)
  const passed = Array.from(adjoints.subarray(slot, slot + count))
  return passed.every(Number.isFinite) ? passed : undefined
}

/** What someone has in a box. */
export function entriesIn(sight: Sight, { kind, of, wrt }: Box): readonly number[] | undefined {
  if (kind === 'forward') return sight.value(of)
  return kind === 'local' ? sight.local(of, wrt) : sight.gradient(wrt)
}
