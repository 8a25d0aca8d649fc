/**
 * One node alone, at values of its operands that one chooses, and the derivatives inside its expression: by what
 * every part acts on the node, and how an operand acts on every part. All of it happens on the node's own segment of
 * the tape, so that nothing is parsed or walked.
 */
import type { Evaluation } from './evaluate.js'
import type { CompiledGraph } from './graph.js'
import { sweepForward, sweepReverse, type Sweep } from './tape.js'
import { entryCount, SCALAR } from './tensor.js'

/** The slots of a node's expression: the first one, and the first past them. */
type Segment = { readonly from: number; readonly to: number }

/** How one operand acts on the slots of a segment; slots of the tape are its indices. */
export type Tangents = {
  /** ∂slot/∂operand. */
  readonly values: Float64Array
  /** 1 where a slot contains the operand at all, even where the derivative is 0. */
  readonly reached: Uint8Array
}

/** Working memory for the nodes of one graph. What a function answers is good until the next is called. */
export type NodeBench = {
  segment(index: number): Segment
  /**
   * The node at these entries of its operands, up to its value; undefined where an operand has none. Where the node
   * leaves its domain what is made of that is not finite, and the rest stands: ln has a slope at −1.
   */
  place(index: number, valueOf: (operand: string) => readonly number[] | undefined): Sweep | undefined
  /** ∂node/∂slot for the slots of its segment and of its operands, of a node that is a number. */
  adjoints(index: number, sweep: Sweep): Float64Array
  tangents(index: number, sweep: Sweep, operand: string): Tangents
}

/** Memory is taken when it is first needed: most benches see a few nodes of a graph, many none. */
export function createNodeBench({ nodes, tape, shapes }: CompiledGraph, evaluation: Evaluation): NodeBench {
  let moved: Sweep | undefined
  let backward: Float64Array | undefined
  let forward: Tangents | undefined
  const segment = (index: number): Segment => ({
    from: tape.starts[index] as number,
    to: tape.starts[index + 1] as number,
  })
  return {
    segment,
    place(index, valueOf) {
      moved ??= {
        values: evaluation.sweep.values.slice(),
        leftPartials: evaluation.sweep.leftPartials.slice(),
        rightPartials: evaluation.sweep.rightPartials.slice(),
      }
      for (const operand of nodes[index]?.operands ?? []) {
        const entries = valueOf(operand)
        if (entries?.length !== entryCount(shapes.get(operand) ?? SCALAR)) return undefined
        moved.values.set(entries, tape.slotOf.get(operand))
      }
      const { from, to } = segment(index)
      for (let start = from; start < to;) {
        const odd = sweepForward(tape, moved, start, to)
        start = odd < 0 ? to : odd + 1
      }
      return moved
    },
    adjoints(index, sweep) {
      backward ??= new Float64Array(tape.slots)
      const { from, to } = segment(index)
      backward.fill(0, from, to)
      for (const operand of nodes[index]?.operands ?? []) backward[tape.slotOf.get(operand) as number] = 0
      backward[to - 1] = 1
      sweepReverse(tape, sweep, backward, from, to)
      return backward
    },
    tangents(index, sweep, operand) {
      forward ??= { values: new Float64Array(tape.slots), reached: new Uint8Array(tape.slots) }
      const { from, to } = segment(index)
      const slot = tape.slotOf.get(operand) as number
      for (const other of nodes[index]?.operands ?? []) {
        const place = tape.slotOf.get(other) as number
        forward.values[place] = place === slot ? 1 : 0
        forward.reached[place] = place === slot ? 1 : 0
      }
      for (let part = from; part < to; part += 1) {
        const [left, right] = [tape.left[part] as number, tape.right[part] as number]
        let [tangent, reached] = [0, 0]
        if (left !== part && forward.reached[left] === 1) {
          tangent += (forward.values[left] as number) * (sweep.leftPartials[part] as number)
          reached = 1
        }
        if (right !== part && forward.reached[right] === 1) {
          tangent += (forward.values[right] as number) * (sweep.rightPartials[part] as number)
          reached = 1
        }
        forward.values[part] = tangent
        forward.reached[part] = reached
      }
      return forward
    },
  }
}
