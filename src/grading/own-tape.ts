/**
 * The sweeps of a graph over a learner's own entries: every number is computed in one step from what the learner has
 * (contract §4, follow-through). An ingredient is the learner's entry where its box is asked, and else computed by the
 * same rule. Beside each number runs its taint: what it was made of. Linear in the tape.
 */
import type { CompiledGraph } from '../engine/graph.js'
import { operationRow } from '../engine/operations.js'
import { ON_LEFT, ON_RIGHT, ON_VALUE, slopeByValue, slopeDependence } from '../engine/slope-dependence.js'
import { NO_OPERATION, sweepForward, type Sweep } from '../engine/tape.js'
import { NOT_ASKED, type AskedPlaces, type NodePlace } from './asked-places.js'
import { createNumberArena } from './number-arena.js'
import { mergeTaints, MISSING } from './taint.js'

/** Numbers, and beside each what it was made of. */
export type OwnValues = { readonly values: Float64Array; readonly taints: Int32Array }

/**
 * Decides on a box asked, once its numbers are computed, and puts the learner's entries in their place: as many of
 * `numbers` from `first` on as the box has. `own` are the values of the slots, as far as they are settled.
 */
export type Settle = (asked: number, numbers: OwnValues, first: number, own: OwnValues) => void

export type OwnTape = {
  readonly sweep: Sweep
  /** Of each slot. */
  readonly taints: Int32Array
  /** Slots whose slopes go by the learner's own value of the node, with those that go by its operands alone. */
  readonly byValue: readonly ByValue[]
}

type ByValue = {
  readonly slot: number
  readonly own: readonly [number, number]
  readonly computed: readonly [number, number]
}

/** Sweeps forward; every box for a value is settled in sorted order. `inputs` are the values of the input slots. */
export function sweepOwnValues(
  { tape }: CompiledGraph,
  places: AskedPlaces,
  inputs: Float64Array,
  settle: Settle,
): OwnTape {
  const arena = createNumberArena(3 * tape.slots, tape.slots)
  const sweep: Sweep = {
    values: arena.doubles(tape.slots),
    leftPartials: arena.doubles(tape.slots),
    rightPartials: arena.doubles(tape.slots),
  }
  const taints = arena.integers(tape.slots)
  sweep.values.set(tape.constants)
  for (let slot = 0; slot < tape.inputs; slot += 1) sweep.values[slot] = inputs[slot] as number
  const own: OwnValues = { values: sweep.values, taints }
  const byValue: ByValue[] = []
  const { left, right, starts } = tape
  places.nodes.forEach((node, index) => {
    const [start, end] = [starts[index] as number, starts[index + 1] as number]
    // Past a number that is not finite the sweep goes on: only what is made of it is lost.
    for (let from = start; from < end;) {
      const odd = sweepForward(tape, sweep, from, end)
      from = odd < 0 ? end : odd + 1
    }
    for (let slot = start; slot < end; slot += 1) {
      // Without an operand a slot is its own operand, and its taint is still 0.
      taints[slot] = mergeTaints(
        taints[left[slot] as number] as number,
        taints[right[slot] as number] as number,
      )
      // relu(missing) would come out as 0, and missing^0 as 1.
      if (((taints[slot] as number) & MISSING) !== 0) sweep.values[slot] = Number.NaN
    }
    if (node.forward === NOT_ASKED) return
    settle(node.forward, own, node.slot, own)
    for (let slot = node.slot; slot < node.slot + node.count; slot += 1) {
      const found = slopesByValue(tape.codes[slot] as number, slot, { tape, sweep, taints })
      if (found !== undefined) byValue.push(found)
    }
  })
  return { sweep, taints, byValue }
}

/** The slopes at a slot by the learner's own value of the node, where those are others than by its operands. */
function slopesByValue(
  code: number,
  slot: number,
  {
    tape,
    sweep,
    taints,
  }: Pick<CompiledGraph, 'tape'> & { readonly sweep: Sweep; readonly taints: Int32Array },
): ByValue | undefined {
  if (code === NO_OPERATION || ((taints[slot] as number) & MISSING) !== 0) return undefined
  const { values, leftPartials, rightPartials } = sweep
  const x = values[tape.left[slot] as number] as number
  const y = values[tape.right[slot] as number] as number
  const value = values[slot] as number
  const computed = [leftPartials[slot] as number, rightPartials[slot] as number] as const
  const own = [
    slopeByValue(code, 0, x, y, value),
    operationRow(code).arity === 2 ? slopeByValue(code, 1, x, y, value) : 0,
  ] as const
  return own[0] === computed[0] && own[1] === computed[1] ? undefined : { slot, own, computed }
}

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
  { tape }: CompiledGraph,
  places: AskedPlaces,
  { sweep, taints, byValue }: OwnTape,
  byOwnValue: boolean,
  settle: Settle,
): OwnDerivatives {
  for (const { slot, own, computed } of byValue) {
    const [leftPartial, rightPartial] = byOwnValue ? own : computed
    sweep.leftPartials[slot] = leftPartial
    sweep.rightPartials[slot] = rightPartial
  }
  const own = new Set(byOwnValue ? byValue.map(({ slot }) => slot) : [])
  const numbers = 2 * tape.slots + places.edgeEntries
  const arena = createNumberArena(numbers, numbers)
  const adjoints = arena.doubles(tape.slots)
  const adjointTaints = arena.integers(tape.slots)
  const { left, right, codes, starts } = tape

  const slopeTaint = (slot: number, side: 0 | 1): number => {
    const bits = slopeDependence(codes[slot] as number, side)
    const [x, y] = [taints[left[slot] as number] as number, taints[right[slot] as number] as number]
    let taint = 0
    if ((bits & ON_LEFT) !== 0) taint = mergeTaints(taint, x)
    if ((bits & ON_RIGHT) !== 0) taint = mergeTaints(taint, y)
    if (own.has(slot)) return mergeTaints(taint, taints[slot] as number)
    return (bits & ON_VALUE) !== 0 ? mergeTaints(taint, mergeTaints(x, y)) : taint
  }
  /** Passes what the node's entries hold back to its operands' slots. */
  const passBack = (index: number): void => {
    for (let slot = (starts[index + 1] as number) - 1; slot >= (starts[index] as number); slot -= 1) {
      const [adjoint, taint] = [adjoints[slot] as number, adjointTaints[slot] as number]
      adjoints[slot] = 0
      adjointTaints[slot] = 0
      if (adjoint === 0 && taint === 0) continue
      const [x, y] = [left[slot] as number, right[slot] as number]
      if (x !== slot) {
        adjoints[x] = (adjoints[x] as number) + adjoint * (sweep.leftPartials[slot] as number)
        adjointTaints[x] = mergeTaints(adjointTaints[x] as number, mergeTaints(taint, slopeTaint(slot, 0)))
      }
      if (y !== slot) {
        adjoints[y] = (adjoints[y] as number) + adjoint * (sweep.rightPartials[slot] as number)
        adjointTaints[y] = mergeTaints(adjointTaints[y] as number, mergeTaints(taint, slopeTaint(slot, 1)))
      }
    }
  }

  const locals = arena.doubles(places.edgeEntries)
  const localTaints = arena.integers(places.edgeEntries)
  const localNumbers: OwnValues = { values: locals, taints: localTaints }
  const ownValues: OwnValues = { values: sweep.values, taints }
  places.nodes.forEach((node, index) => {
    if (!node.edges.some(edge => edge.offset >= 0)) return
    adjoints.fill(1, node.slot, node.slot + node.count)
    passBack(index)
    for (const { slot, count, offset, asked } of node.edges) {
      for (let entry = 0; entry < count; entry += 1) {
        if (offset >= 0) {
          locals[offset + entry] = adjoints[slot + entry] as number
          localTaints[offset + entry] = adjointTaints[slot + entry] as number
        }
        adjoints[slot + entry] = 0
        adjointTaints[slot + entry] = 0
      }
      if (asked !== NOT_ASKED) settle(asked, localNumbers, offset, ownValues)
    }
  })

  const gradients = arena.doubles(tape.slots)
  const gradientTaints = arena.integers(tape.slots)
  const gradientNumbers: OwnValues = { values: gradients, taints: gradientTaints }
  const add = (slot: number, value: number, taint: number): void => {
    gradients[slot] = (gradients[slot] as number) + value
    gradientTaints[slot] = mergeTaints(gradientTaints[slot] as number, taint)
  }
  const addProducts = ({ slot, count }: NodePlace, edge: NodePlace['edges'][number]): void => {
    for (let entry = 0; entry < edge.count; entry += 1) {
      const from = slot + (count === 1 ? 0 : entry)
      const taint = mergeTaints(localTaints[edge.offset + entry] as number, gradientTaints[from] as number)
      add(edge.slot + entry, (locals[edge.offset + entry] as number) * (gradients[from] as number), taint)
    }
  }
  for (let index = places.nodes.length - 1; index >= 0; index -= 1) {
    const node = places.nodes[index] as NodePlace
    if (!node.used) continue
    if (node.isOutput) gradients[node.slot] = 1
    else if (node.gradient !== NOT_ASKED) settle(node.gradient, gradientNumbers, node.slot, ownValues)
    for (const edge of node.edges) if (edge.offset >= 0) addProducts(node, edge)
    if (!node.hasMixed) continue
    adjoints.set(gradients.subarray(node.slot, node.slot + node.count), node.slot)
    adjointTaints.set(gradientTaints.subarray(node.slot, node.slot + node.count), node.slot)
    passBack(index)
    for (const { slot, count, offset } of node.edges) {
      for (let entry = slot; entry < slot + count; entry += 1) {
        if (offset < 0) add(entry, adjoints[entry] as number, adjointTaints[entry] as number)
        adjoints[entry] = 0
        adjointTaints[entry] = 0
      }
    }
  }
  for (const { slot, gradient } of places.inputs)
    if (gradient !== NOT_ASKED) settle(gradient, gradientNumbers, slot, ownValues)
  return { locals, gradients }
}
