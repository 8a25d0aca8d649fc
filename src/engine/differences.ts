/**
 * Derivatives by arithmetic, as the notebook teaches them: nudge one value by ε and see what changes.
 */
import type { Box } from './boxes.js'
import { isLost, nudge, nudgeWork } from './difference-quotients.js'
import type { Evaluation } from './evaluate.js'
import type { StepBudget } from './faults.js'
import type { CompiledGraph } from './graph.js'
import { SCALAR, valueOfEntries, type Value } from './tensor.js'

/** The nudge. */
export const EPSILON = 0.001

/** Quotients for a box, of the operand's shape; one that leaves the domain is left out and `reason` says so. */
export type FiniteDifferences = {
  readonly epsilon: number
  /** (f(x + ε) − f(x)) / ε */
  readonly forward?: Value
  /** (f(x + ε) − f(x − ε)) / 2ε */
  readonly central?: Value
  readonly reason?: string
}

/** Slots of the tape that a request may compute for the sake of finite differences: a tenth of a second's work. */
export const DIFFERENCES_STEPS = 1_000_000

/**
 * The finite differences of a local-derivative or gradient box at an evaluation, undefined for a forward box.
 * A local derivative nudges the operand and recomputes its node alone; a gradient recomputes all that follows. Entries
 * of an array are nudged one at a time, or all at once where each acts on its own entry of the node alone.
 * Draws on `budget`; what it does not suffice for is left out. `scratch` is a copy of the evaluation's values to
 * work in, left as it was found: whoever asks for many boxes makes it once.
 */
export function finiteDifferences(
  graph: CompiledGraph,
  evaluation: Evaluation,
  box: Box,
  budget: StepBudget,
  scratch: Float64Array = evaluation.sweep.values.slice(),
): FiniteDifferences | undefined {
  if (box.kind === 'forward') return undefined
  const shape = graph.shapes.get(box.wrt) ?? SCALAR
  const work = nudgeWork(graph, box)
  const { nudged, entries, together, target, ranges } = work
  const { values } = evaluation.sweep
  let slots = 0
  for (const { from, to } of ranges) slots += to - from
  const cost = (together ? 1 : entries) * 2 * slots // Both sides, each with a sweep.
  if (cost > budget.remaining) return { epsilon: EPSILON, reason: 'it would take too much work' }
  budget.remaining -= cost
  if (values.subarray(nudged, nudged + entries).some(value => isLost(value, EPSILON))) {
    return { epsilon: EPSILON, reason: `ε is lost in the rounding of ${box.wrt}` }
  }

  const above = nudge(graph.tape, scratch, work, EPSILON)
  const below = nudge(graph.tape, scratch, work, -EPSILON)
  for (const { from, to } of ranges) scratch.set(values.subarray(from, to), from)
  const at = Array.from({ length: entries }, (_, entry) => values[target + (together ? entry : 0)] as number)
  const forward = quotients(above, at, EPSILON)
  const central = quotients(above, below, 2 * EPSILON)
  return {
    epsilon: EPSILON,
    ...(forward === undefined ? {} : { forward: valueOfEntries(shape, forward) }),
    ...(central === undefined ? {} : { central: valueOfEntries(shape, central) }),
    ...(forward === undefined || central === undefined
      ? { reason: leavesDomain(box.wrt, above, below) }
      : {}),
  }
}

function quotients(
  above: readonly number[] | undefined,
  below: readonly number[] | undefined,
  width: number,
): readonly number[] | undefined {
  if (above === undefined || below === undefined) return undefined
  const values = above.map((value, entry) => (value - (below[entry] ?? Number.NaN)) / width)
  return values.every(Number.isFinite) ? values : undefined
}

function leavesDomain(name: string, above: unknown, below: unknown): string {
  if (above !== undefined && below !== undefined)
    return `the quotient for ${name} ± ${String(EPSILON)} overflows`
  const sign = above !== undefined ? '−' : below !== undefined ? '+' : '±'
  return `${name} ${sign} ${String(EPSILON)} leaves the domain`
}
