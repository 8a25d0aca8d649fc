/**
 * Derivatives by arithmetic, as the notebook teaches them: nudge one value by ε and see what changes.
 */
import type { Box } from './boxes.js'
import type { Evaluation } from './evaluate.js'
import type { StepBudget } from './faults.js'
import type { CompiledGraph } from './graph.js'
import { sweepValues } from './kernels.js'
import { entryCount, isScalar, SCALAR, valueOfEntries, type Value } from './tensor.js'

type DerivativeBox = Exclude<Box, { kind: 'forward' }>

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
  const entries = isScalar(shape) ? [0] : Array.from({ length: entryCount(shape) }, (_, entry) => entry)
  const together = !isScalar(graph.shapes.get(box.of) ?? SCALAR)
  const nudges = together ? [entries] : entries.map(entry => [entry])
  const [from, to] = recomputed(graph, box, entries.length)
  const cost = nudges.length * 2 * (to - from) // Both sides, each with a sweep.
  if (cost > budget.remaining) return { epsilon: EPSILON, reason: 'it would take too much work' }
  budget.remaining -= cost
  const first = graph.tape.slotOf.get(box.wrt) as number
  if (entries.some(entry => isLost(evaluation.sweep.values[first + entry] as number))) {
    return { epsilon: EPSILON, reason: `ε is lost in the rounding of ${box.wrt}` }
  }

  const above = nudge(graph, evaluation, box, { nudges, by: EPSILON, from, to, scratch })
  const below = nudge(graph, evaluation, box, { nudges, by: -EPSILON, from, to, scratch })
  const target = graph.tape.slotOf.get(box.of) as number
  const at = entries.map(entry => evaluation.sweep.values[target + (together ? entry : 0)] as number)
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

/** Whether adding ε to a number so large changes it by something else. */
function isLost(value: number): boolean {
  return Math.abs(value + EPSILON - value - EPSILON) > EPSILON / 1000
}

/** The slots that change with the operand: those of the box's node, or for a gradient all that follow. */
function recomputed({ tape }: CompiledGraph, box: DerivativeBox, entries: number): [number, number] {
  const target = tape.slotOf.get(box.of) as number
  if (box.kind === 'local') return segmentAt(tape.starts, target)
  return [Math.max((tape.slotOf.get(box.wrt) as number) + entries, tape.inputs), target + 1]
}

/** The node's entries after each nudge of the operand, side by side; undefined where one leaves the domain. */
function nudge(
  { tape }: CompiledGraph,
  { sweep: { values } }: Evaluation,
  box: DerivativeBox,
  work: {
    readonly nudges: readonly (readonly number[])[]
    readonly by: number
    readonly from: number
    readonly to: number
    readonly scratch: Float64Array
  },
): number[] | undefined {
  const nudged = tape.slotOf.get(box.wrt) as number
  const target = tape.slotOf.get(box.of) as number
  const { scratch, from, to } = work
  const results: number[] = []
  let inside = true
  for (const entries of work.nudges) {
    for (const entry of entries) scratch[nudged + entry] = (values[nudged + entry] as number) + work.by
    inside = sweepValues(tape, scratch, from, to) < 0
    // Every slot that depends on the operand is computed anew each time, so that only the nudge has to be undone.
    for (const entry of entries) scratch[nudged + entry] = values[nudged + entry] as number
    if (!inside) break
    for (let slot = target; slot < target + entries.length; slot += 1) results.push(scratch[slot] as number)
  }
  scratch.set(values.subarray(from, to), from)
  return inside ? results : undefined
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

/** The segment that holds a slot: its first slot, and the first past it. */
function segmentAt(starts: Int32Array, slot: number): [number, number] {
  // Binary search: the segments' starts ascend.
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] as number) <= slot) low = middle
    else high = middle - 1
  }
  return [starts[low] as number, starts[low + 1] as number]
}
