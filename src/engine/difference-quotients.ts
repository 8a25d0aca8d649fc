/**
 * Derivatives by arithmetic: nudge a value and see what changes. Every quotient that someone may take by hand is here:
 * forward, backward and central, with steps from 1 to 0.001. The notebook's own, which a solution shows, are in
 * differences.ts.
 */
import type { Box } from './boxes.js'
import type { CompiledGraph } from './graph.js'
import { sweepValues } from './kernels.js'
import type { Tape } from './tape.js'
import { entryCount, isScalar, SCALAR } from './tensor.js'

const STEPS = [1, 0.1, 0.01, 0.001] as const

/** Sweeps that the quotients of one nudged entry take: where it is, and to both sides with every step. */
export const QUOTIENT_SWEEPS = 1 + 2 * STEPS.length

/** A range of slots: the first one, and the first past them. */
type Range = { readonly from: number; readonly to: number }

export type NudgeWork = {
  /** The first slot of the operand, and how many entries it has. */
  readonly nudged: number
  readonly entries: number
  /** Whether all entries are nudged at once, each acting on its own entry of the node alone. */
  readonly together: boolean
  /** The first slot of the node. */
  readonly target: number
  /** The slots to compute anew, the node's own the last among them. */
  readonly ranges: readonly Range[]
}

/**
 * What a nudge of a box's operand takes: of a local derivative its node alone is computed anew, and so wherever
 * `alone` says it; of a gradient all that stands behind the operand.
 */
export function nudgeWork(
  { tape, shapes }: CompiledGraph,
  { kind, of, wrt }: Exclude<Box, { kind: 'forward' }>,
  { alone = kind === 'local' }: { readonly alone?: boolean } = {},
): NudgeWork {
  // `as number`: every name has a slot.
  const [nudged, target] = [tape.slotOf.get(wrt) as number, tape.slotOf.get(of) as number]
  const entries = entryCount(shapes.get(wrt) ?? SCALAR)
  const index = segmentAt(tape.starts, target)
  const from = alone ? (tape.starts[index] as number) : Math.max(nudged + entries, tape.inputs)
  const to = alone ? (tape.starts[index + 1] as number) : target + 1
  const together = !isScalar(shapes.get(of) ?? SCALAR)
  return { nudged, entries, together, target, ranges: [{ from, to }] }
}

/** The index of the node whose segment holds a slot. */
export function segmentAt(starts: Int32Array, slot: number): number {
  // Binary search: the segments' starts ascend.
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] as number) <= slot) low = middle
    else high = middle - 1
  }
  return low
}

/**
 * The quotients at the values in `scratch`, each as the operand's entries in row-major order. Those that leave the
 * domain, and those of a step that is lost in the rounding of the operand, are left out. The ranges of `scratch` are
 * to be set again afterwards; the operand is left as it was found.
 */
export function differenceQuotients(tape: Tape, scratch: Float64Array, work: NudgeWork): number[][] {
  const { nudged, target, entries, together, ranges } = work
  if (!compute(tape, scratch, ranges)) return []
  const at: number[] = []
  for (let entry = 0; entry < entries; entry += 1)
    at.push(scratch[together ? target + entry : target] as number)
  const isKept = (by: number): boolean => {
    for (let slot = nudged; slot < nudged + entries; slot += 1)
      if (isLost(scratch[slot] as number, by)) return false
    return true
  }
  const found: number[][] = []
  const keep = (above: readonly number[], below: readonly number[], width: number): void => {
    const quotient: number[] = []
    for (let entry = 0; entry < entries; entry += 1) {
      const slope = ((above[entry] as number) - (below[entry] as number)) / width
      if (!Number.isFinite(slope)) return
      quotient.push(slope)
    }
    found.push(quotient)
  }
  for (const step of STEPS) {
    const above = isKept(step) ? nudge(tape, scratch, work, step) : undefined
    const below = isKept(-step) ? nudge(tape, scratch, work, -step) : undefined
    if (above !== undefined) keep(above, at, step)
    if (below !== undefined) keep(at, below, step)
    if (above !== undefined && below !== undefined) keep(above, below, 2 * step)
  }
  return found
}

/** Whether a nudge of a number so large changes it by something else. */
export function isLost(value: number, by: number): boolean {
  return Math.abs(value + by - value - by) > Math.abs(by) / 1000
}

/**
 * The node's entries after the nudge of each of the operand's, side by side; undefined where one leaves the domain.
 * The ranges of `scratch` are to be set again afterwards; the operand is left as it was found.
 */
export function nudge(
  tape: Tape,
  scratch: Float64Array,
  { nudged, entries, together, target, ranges }: NudgeWork,
  by: number,
): number[] | undefined {
  const results: number[] = []
  if (together) {
    const before = scratch.slice(nudged, nudged + entries)
    for (let entry = 0; entry < entries; entry += 1) scratch[nudged + entry] = (before[entry] as number) + by
    const isInside = compute(tape, scratch, ranges)
    scratch.set(before, nudged)
    if (!isInside) return undefined
    for (let entry = 0; entry < entries; entry += 1) results.push(scratch[target + entry] as number)
    return results
  }
  for (let slot = nudged; slot < nudged + entries; slot += 1) {
    const before = scratch[slot] as number
    scratch[slot] = before + by
    const isInside = compute(tape, scratch, ranges)
    scratch[slot] = before
    if (!isInside) return undefined
    results.push(scratch[target] as number)
  }
  return results
}

/** Computes the ranges anew; false where one leaves the domain. */
function compute(tape: Tape, scratch: Float64Array, ranges: readonly Range[]): boolean {
  for (const { from, to } of ranges) if (sweepValues(tape, scratch, from, to) >= 0) return false
  return true
}
