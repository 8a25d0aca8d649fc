/**
 * Derivatives by arithmetic, as the notebook teaches them: nudge one value by ε and see what changes.
 */
import type { Box } from './boxes.js'
import type { Evaluation } from './evaluate.js'
import type { StepBudget } from './faults.js'
import type { CompiledGraph } from './graph.js'
import { sweepValues } from './tape.js'

/** The nudge. */
export const EPSILON = 0.001

/** Quotients for a box; one that leaves the domain is left out and `reason` says so. */
export type FiniteDifferences = {
  readonly epsilon: number
  /** (f(x + ε) − f(x)) / ε */
  readonly forward?: number
  /** (f(x + ε) − f(x − ε)) / 2ε */
  readonly central?: number
  readonly reason?: string
}

/** Slots of the tape that a request may compute for the sake of finite differences: about a second's work. */
export const DIFFERENCES_STEPS = 10_000_000

/**
 * The finite differences of a local-derivative or gradient box at an evaluation, undefined for a forward box.
 * A local derivative nudges the operand and recomputes its node alone; a gradient recomputes all that follows.
 * Draws on `budget`; once that is spent, quotients are left out.
 */
export function finiteDifferences(
  graph: CompiledGraph,
  evaluation: Evaluation,
  box: Box,
  budget: StepBudget,
): FiniteDifferences | undefined {
  if (box.kind === 'forward') return undefined
  const { tape } = graph
  const { values } = evaluation.sweep
  const nudged = tape.slotOf.get(box.wrt) as number
  const target = tape.slotOf.get(box.of) as number
  const [from, to] =
    box.kind === 'local' ? segmentEndingAt(graph, target) : [Math.max(nudged + 1, tape.inputs), target + 1]
  // Both sides, each with a sweep; copying a value costs a fraction of computing one.
  budget.remaining -= 2 * (to - from) + (to >> 4)
  if (budget.remaining < 0) return { epsilon: EPSILON, reason: 'left out, since the graph is large' }
  const scratch = values.slice(0, to)
  const valueAt = (nudge: number): number | undefined => {
    scratch.set(values.subarray(0, to))
    scratch[nudged] = (values[nudged] as number) + nudge
    return sweepValues(tape, scratch, from, to) < 0 ? scratch[target] : undefined
  }
  const above = valueAt(EPSILON)
  const below = valueAt(-EPSILON)
  const at = values[target] as number
  const forward = quotient(above, at, EPSILON)
  const central = quotient(above, below, 2 * EPSILON)
  return {
    epsilon: EPSILON,
    ...(forward === undefined ? {} : { forward }),
    ...(central === undefined ? {} : { central }),
    ...(forward === undefined || central === undefined
      ? { reason: leavesDomain(box.wrt, above, below) }
      : {}),
  }
}

function quotient(above: number | undefined, below: number | undefined, width: number): number | undefined {
  if (above === undefined || below === undefined) return undefined
  const value = (above - below) / width
  return Number.isFinite(value) ? value : undefined
}

function leavesDomain(name: string, above: number | undefined, below: number | undefined): string {
  if (above !== undefined && below !== undefined)
    return `the quotient for ${name} ± ${String(EPSILON)} overflows`
  const sign = above !== undefined ? '−' : below !== undefined ? '+' : '±'
  return `${name} ${sign} ${String(EPSILON)} leaves the domain`
}

function segmentEndingAt(graph: CompiledGraph, slot: number): [number, number] {
  const { starts } = graph.tape
  // Binary search: the segments' ends ascend.
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] as number) <= slot) low = middle
    else high = middle - 1
  }
  return [starts[low] as number, slot + 1]
}
