/**
 * The backward sweep of a graph over a learner's own entries (contract §4, follow-through): local derivatives at the
 * learner's values, then gradients from the output on, as the sum over consumers of local derivative × gradient. Beside
 * each number runs its taint. Linear in the tape.
 */
import type { CompiledGraph } from '../engine/graph.js'
import {
  dependenceByValue,
  ON_LEFT,
  ON_RIGHT,
  ON_VALUE,
  slopeDependence,
} from '../engine/slope-dependence.js'
import { NOT_ASKED, type AskedPlaces, type NodePlace } from './asked-places.js'
import { createNumberArena } from './number-arena.js'
import type { OwnTape, OwnValues, Settle } from './own-tape.js'
import { mergeTaints } from './taint.js'

export type OwnDerivatives = {
  /** By the places of edges: local derivatives. */
  readonly locals: Float64Array
  /** By slot of a name: gradients. */
  readonly gradients: Float64Array
}

/**
 * Sweeps backward; boxes for local derivatives are settled, then those for gradients from the output on. Of a node
 * whose slope can be put by its own value, a learner may have used that (`byOwnValue`) or its operands' values alone.
 */
export function sweepOwnDerivatives(
  graph: CompiledGraph,
  places: AskedPlaces,
  own: OwnTape,
  byOwnValue: boolean,
  settle: Settle,
): OwnDerivatives {
  const { slots } = graph.tape
  const numbers = 2 * slots + places.edgeEntries
  const arena = createNumberArena(numbers, numbers)
  const take = (count: number): OwnValues => ({
    values: arena.doubles(count),
    taints: arena.integers(count),
  })
  const pullback = createPullback(graph, own, byOwnValue, take(slots))
  const settleBox = (asked: number, found: OwnValues, first: number): void => {
    settle(asked, found, first, { values: own.sweep.values, taints: own.taints })
  }
  const locals = sweepLocals(places, pullback, take(places.edgeEntries), settleBox)
  const gradients = sweepGradients(places, pullback, { locals, gradients: take(slots) }, settleBox)
  return { locals: locals.values, gradients: gradients.values }
}

type SettleBox = (asked: number, found: OwnValues, first: number) => void

type Pullback = {
  /** By slot; 0 but for what is about to be passed back, or has been. */
  readonly adjoints: OwnValues
  /** Passes what a node's entries hold back to its operands' slots. */
  readonly passBack: (index: number) => void
}

function createPullback(
  { tape: { left, right, codes, starts } }: CompiledGraph,
  { sweep, taints, byValue }: OwnTape,
  byOwnValue: boolean,
  adjoints: OwnValues,
): Pullback {
  for (const { slot, own, computed } of byValue) {
    const [leftPartial, rightPartial] = byOwnValue ? own : computed
    sweep.leftPartials[slot] = leftPartial
    sweep.rightPartials[slot] = rightPartial
  }
  const own = new Set(byOwnValue ? byValue.map(({ slot }) => slot) : [])

  const slopeTaint = (slot: number, side: 0 | 1): number => {
    const code = codes[slot] as number
    const byValue = dependenceByValue(code, side)
    const isOwn = byValue !== undefined && own.has(slot)
    const bits = isOwn ? byValue : slopeDependence(code, side)
    const x = taints[left[slot] as number] as number
    // Without a right operand a slot stands for it itself, and what is entered there is no part of the slope.
    const y = right[slot] === slot ? 0 : (taints[right[slot] as number] as number)
    let taint = 0
    if ((bits & ON_LEFT) !== 0) taint = mergeTaints(taint, x)
    if ((bits & ON_RIGHT) !== 0) taint = mergeTaints(taint, y)
    if ((bits & ON_VALUE) === 0) return taint
    return mergeTaints(taint, isOwn ? (taints[slot] as number) : mergeTaints(x, y))
  }
  const pass = (operand: number, adjoint: number, taint: number): void => {
    adjoints.values[operand] = (adjoints.values[operand] as number) + adjoint
    adjoints.taints[operand] = mergeTaints(adjoints.taints[operand] as number, taint)
  }
  const passBack = (index: number): void => {
    for (let slot = (starts[index + 1] as number) - 1; slot >= (starts[index] as number); slot -= 1) {
      const [adjoint, taint] = [adjoints.values[slot] as number, adjoints.taints[slot] as number]
      adjoints.values[slot] = 0
      adjoints.taints[slot] = 0
      if (adjoint === 0 && taint === 0) continue
      const [x, y] = [left[slot] as number, right[slot] as number]
      if (x !== slot)
        pass(x, adjoint * (sweep.leftPartials[slot] as number), mergeTaints(taint, slopeTaint(slot, 0)))
      if (y !== slot)
        pass(y, adjoint * (sweep.rightPartials[slot] as number), mergeTaints(taint, slopeTaint(slot, 1)))
    }
  }
  return { adjoints, passBack }
}

/** Local derivatives, by the places of edges. */
function sweepLocals(
  { nodes }: AskedPlaces,
  { adjoints, passBack }: Pullback,
  locals: OwnValues,
  settle: SettleBox,
): OwnValues {
  nodes.forEach((node, index) => {
    if (!node.edges.some(edge => edge.offset >= 0)) return
    adjoints.values.fill(1, node.slot, node.slot + node.count)
    passBack(index)
    for (const { slot, count, offset, asked } of node.edges) {
      for (let entry = 0; entry < count; entry += 1) {
        if (offset >= 0) {
          locals.values[offset + entry] = adjoints.values[slot + entry] as number
          locals.taints[offset + entry] = adjoints.taints[slot + entry] as number
        }
        adjoints.values[slot + entry] = 0
        adjoints.taints[slot + entry] = 0
      }
      if (asked !== NOT_ASKED) settle(asked, locals, offset)
    }
  })
  return locals
}

/** Gradients, by slot of a name: entry by entry, and as the vector–Jacobian product where a node mixes entries. */
function sweepGradients(
  { nodes, inputs }: AskedPlaces,
  { adjoints, passBack }: Pullback,
  { locals, gradients }: { readonly locals: OwnValues; readonly gradients: OwnValues },
  settle: SettleBox,
): OwnValues {
  const { values, taints } = gradients
  const add = (slot: number, value: number, taint: number): void => {
    values[slot] = (values[slot] as number) + value
    taints[slot] = mergeTaints(taints[slot] as number, taint)
  }
  const addProducts = ({ slot, count }: NodePlace, edge: NodePlace['edges'][number]): void => {
    for (let entry = 0; entry < edge.count; entry += 1) {
      const [place, from] = [edge.offset + entry, slot + (count === 1 ? 0 : entry)]
      const taint = mergeTaints(locals.taints[place] as number, taints[from] as number)
      add(edge.slot + entry, (locals.values[place] as number) * (values[from] as number), taint)
    }
  }
  for (let index = nodes.length - 1; index >= 0; index -= 1) {
    const node = nodes[index] as NodePlace
    if (!node.used) continue
    if (node.isOutput) values[node.slot] = 1
    else if (node.gradient !== NOT_ASKED) settle(node.gradient, gradients, node.slot)
    for (const edge of node.edges) if (edge.offset >= 0) addProducts(node, edge)
    if (!node.hasMixed) continue
    const end = node.slot + node.count
    adjoints.values.set(values.subarray(node.slot, end), node.slot)
    adjoints.taints.set(taints.subarray(node.slot, end), node.slot)
    passBack(index)
    for (const { slot, count, offset } of node.edges) {
      for (let entry = slot; entry < slot + count; entry += 1) {
        if (offset < 0) add(entry, adjoints.values[entry] as number, adjoints.taints[entry] as number)
        adjoints.values[entry] = 0
        adjoints.taints[entry] = 0
      }
    }
  }
  for (const { slot, gradient } of inputs) if (gradient !== NOT_ASKED) settle(gradient, gradients, slot)
  return gradients
}
