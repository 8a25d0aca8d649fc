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

/**
 * Why a quotient is left out:
 * - `work`: it would take too much
 * - `rounding`: ε is lost in the rounding of a value so large
 * - `domain`: the nudge, such as `w − 0.001`, leaves the domain
 * - `overflow`: the quotient for the nudge does not fit a number
 */
export type LeftOut =
  | { readonly kind: 'work' }
  | { readonly kind: 'rounding'; readonly name: string }
  | { readonly kind: 'domain' | 'overflow'; readonly nudged: string }

/** Quotients for a box, of the operand's shape; where one of them is left out, `reason` says why. */
export type FiniteDifferences = {
  readonly epsilon: number
  /** (f(x + ε) − f(x − ε)) / 2ε */
  readonly central?: Value
} & (
  | {
      /** (f(x + ε) − f(x)) / ε */
      readonly forward: Value
      readonly reason?: LeftOut
    }
  | { readonly forward?: undefined; readonly reason: LeftOut }
)

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
  if (cost > budget.remaining) return { epsilon: EPSILON, reason: { kind: 'work' } }
  budget.remaining -= cost
  if (values.subarray(nudged, nudged + entries).some(value => isLost(value, EPSILON))) {
    return { epsilon: EPSILON, reason: { kind: 'rounding', name: box.wrt } }
  }

  const above = nudge(graph.tape, scratch, work, EPSILON)
  const below = nudge(graph.tape, scratch, work, -EPSILON)
  for (const { from, to } of ranges) scratch.set(values.subarray(from, to), from)
  const at = Array.from({ length: entries }, (_, entry) => values[target + (together ? entry : 0)] as number)
  const forward = quotients(above, at, EPSILON)
  const central = quotients(above, below, 2 * EPSILON)
  const found = {
    epsilon: EPSILON,
    ...(central === undefined ? {} : { central: valueOfEntries(shape, central) }),
  }
  if (forward === undefined) return { ...found, reason: whyLeftOut(box.wrt, above, below) }
  return {
    ...found,
    forward: valueOfEntries(shape, forward),
    ...(central === undefined ? { reason: whyLeftOut(box.wrt, above, below) } : {}),
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

function whyLeftOut(name: string, above: unknown, below: unknown): LeftOut {
  const sign = above === undefined ? (below === undefined ? '±' : '+') : below === undefined ? '−' : '±'
  const kind = above !== undefined && below !== undefined ? 'overflow' : 'domain'
  return { kind, nudged: `${name} ${sign} ${String(EPSILON)}` }
}
