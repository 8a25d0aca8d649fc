/**
 * The forward sweep of a graph over a learner's own entries: every number is computed in one step from what the learner
 * has (contract §4, follow-through). An ingredient is the learner's entry where its box is asked, and else computed by
 * the same rule. Beside each number runs its taint: what it was made of. Linear in the tape.
 */
import type { CompiledGraph } from '../engine/graph.js'
import { operationRow } from '../engine/operations.js'
import { dependenceByValue, slopeByValue } from '../engine/slope-dependence.js'
import { NO_OPERATION, sweepForward, type Sweep } from '../engine/tape.js'
import { NOT_ASKED, type AskedPlaces } from './asked-places.js'
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
  /** Slots whose slopes by the learner's own value of the node are not those by its operands alone: both. */
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

/**
 * The slopes at a slot by the learner's own value of the node, where those are others than by its operands, or made of
 * something else.
 */
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
  if (dependenceByValue(code, 0) === undefined && dependenceByValue(code, 1) === undefined) return undefined
  const { values, leftPartials, rightPartials } = sweep
  const [left, right] = [tape.left[slot] as number, tape.right[slot] as number]
  const [x, y, value] = [values[left] as number, values[right] as number, values[slot] as number]
  const computed = [leftPartials[slot] as number, rightPartials[slot] as number] as const
  const own = [
    slopeByValue(code, 0, x, y, value),
    operationRow(code).arity === 2 ? slopeByValue(code, 1, x, y, value) : 0,
  ] as const
  const isSame = own[0] === computed[0] && own[1] === computed[1]
  // Without a right operand a slot stands for it itself.
  const from = mergeTaints(taints[left] as number, right === slot ? 0 : (taints[right] as number))
  return isSame && from === taints[slot] ? undefined : { slot, own, computed }
}
