/**
 * A learner's own numbers, once the whole work has been swept: as a sight for misconceptions, and as the values that an
 * expression of the learner's is worked out at.
 */
import type { Box } from '../engine/boxes.js'
import { segmentAt } from '../engine/difference-quotients.js'
import { evaluateExpression } from '../engine/evaluate-expression.js'
import type { Expression } from '../engine/expression.js'
import type { StepBudget } from '../engine/faults.js'
import type { CompiledGraph } from '../engine/graph.js'
import { entriesOf, entryCount, SCALAR, valueOfEntries } from '../engine/tensor.js'
import type { AnswerKey } from './answer-key.js'
import { NOT_ASKED, type EdgePlace } from './asked-places.js'
import type { OwnDerivatives } from './own-derivatives.js'
import type { OwnTape, OwnValues } from './own-tape.js'
import { timesUpstream, type Sight } from './sight.js'
import { mergeTaints } from './taint.js'

/** The value of an expression at the learner's own values of its names, and what those were made of. */
export function evaluateOwnExpression(
  { shapes, tape }: CompiledGraph,
  root: Expression,
  { values, taints }: OwnValues,
  budget: StepBudget,
): { readonly entries: readonly number[]; readonly taint: number } {
  let taint = 0
  const value = evaluateExpression(
    root,
    name => {
      const shape = shapes.get(name) ?? SCALAR
      const first = tape.slotOf.get(name) as number // Only names of the graph can be read.
      for (let slot = first; slot < first + entryCount(shape); slot += 1)
        taint = mergeTaints(taint, taints[slot] as number)
      return valueOfEntries(shape, values, first)
    },
    budget,
  )
  return { entries: value === undefined ? [] : entriesOf(value), taint }
}

/** The learner's own numbers; what is missing in them, or was made of something missing, is undefined. */
export function ownSight(
  { graph, places }: AnswerKey,
  work: { readonly tape: OwnTape; readonly derivatives: OwnDerivatives; readonly expected: Float64Array },
): Sight {
  const { tape, derivatives, expected } = work
  const run = (numbers: Float64Array, first: number, count: number): readonly number[] | undefined => {
    if (count === 1) {
      const number = numbers[first] as number
      return Number.isFinite(number) ? [number] : undefined
    }
    const entries = Array.from(numbers.subarray(first, first + count))
    return entries.every(Number.isFinite) ? entries : undefined
  }
  const slotsOf = (name: string, numbers: Float64Array): readonly number[] | undefined => {
    const slot = graph.tape.slotOf.get(name)
    return slot === undefined ? undefined : run(numbers, slot, entryCount(graph.shapes.get(name) ?? SCALAR))
  }
  const { starts, slotOf, inputs } = graph.tape
  const indexOf = (name: string): number => {
    const slot = slotOf.get(name) ?? -1
    return slot < inputs ? -1 : segmentAt(starts, slot)
  }
  const edgeOf = (node: string, operand: string): EdgePlace | undefined => {
    const index = indexOf(node)
    return places.nodes[index]?.edges[graph.nodes[index]?.operands.indexOf(operand) ?? -1]
  }
  const local: Sight['local'] = (node, operand) => {
    const edge = edgeOf(node, operand)
    return edge === undefined || edge.offset < 0
      ? undefined
      : run(derivatives.locals, edge.offset, edge.count)
  }
  const expectedAt = (asked: number): readonly number[] | undefined => {
    const [first = 0, end = 0] = [places.offsets[asked], places.offsets[asked + 1]]
    return run(expected, first, end - first)
  }
  /** The index of a box among those asked, −1 without one. */
  const askedAt = ({ kind, of, wrt }: Box): number => {
    if (kind === 'local') return edgeOf(of, wrt)?.asked ?? NOT_ASKED
    const index = indexOf(wrt ?? of)
    if (kind === 'forward') return places.nodes[index]?.forward ?? NOT_ASKED
    if (index >= 0) return places.nodes[index]?.gradient ?? NOT_ASKED
    const slot = slotOf.get(wrt)
    return places.inputs.find(input => input.slot === slot)?.gradient ?? NOT_ASKED
  }
  const gradient: Sight['gradient'] = name => slotsOf(name, derivatives.gradients)
  return {
    value: name => slotsOf(name, tape.sweep.values),
    local,
    slope(node, operand) {
      const asked = edgeOf(node, operand)?.asked ?? NOT_ASKED
      return asked === NOT_ASKED ? local(node, operand) : expectedAt(asked)
    },
    gradient,
    passed(node, operand) {
      const [own, upstream] = [local(node, operand), gradient(node)]
      return own === undefined || upstream === undefined ? undefined : timesUpstream(own, upstream)
    },
    expected(box) {
      const asked = askedAt(box)
      return asked === NOT_ASKED ? undefined : expectedAt(asked)
    },
    slots: () => tape.sweep.values,
    firsts() {
      const firsts = new Float64Array(graph.asked.length)
      const { values } = tape.sweep
      const { locals, gradients } = derivatives
      for (const { slot, forward, gradient: by, edges } of places.nodes) {
        if (forward !== NOT_ASKED) firsts[forward] = values[slot] as number
        if (by !== NOT_ASKED) firsts[by] = gradients[slot] as number
        for (const { offset, asked } of edges)
          if (asked !== NOT_ASKED) firsts[asked] = locals[offset] as number
      }
      for (const { slot, gradient: by } of places.inputs)
        if (by !== NOT_ASKED) firsts[by] = gradients[slot] as number
      return firsts
    },
    memo: {},
  }
}
