/**
 * Functions of a graph's inputs as they are compared: their values at sampled inputs, each with a bound on what
 * rounding did to it.
 */
import type { Box } from './boxes.js'
import { boxValue, evaluateGraph, sweepDerivatives } from './evaluate.js'
import { createExpressionPool, operandsFirst, type Expression } from './expression.js'
import { spend, type StepBudget } from './faults.js'
import type { CompiledGraph, GraphNode } from './graph.js'
import type { Operation } from './operations.js'
import { toDouble } from './rational.js'
import { inferShapes } from './shapes.js'
import { createSweep, operationAt, sweepForward, type Sweep, type Tape } from './tape.js'
import { buildTape } from './tape-layout.js'
import { entriesOf, entryCount, SCALAR, valueOfEntries, type Shape, type Value } from './tensor.js'

/** A box for a derivative. */
export type DerivativeBox = Exclude<Box, { kind: 'forward' }>

/** The entries of a value, a number having one. */
export type Sample = readonly { readonly value: number; readonly noise: number }[]

/** A function of the inputs; `at` answers undefined outside its domain, and throws `too-complex`. */
export type Sampler = {
  readonly shape: Shape
  at(inputs: ReadonlyMap<string, Value>): Sample | undefined
}

/** Rounding of one operation, with a margin. */
const ROUNDING = 4 * Number.EPSILON

/** A number of an expression as an input, under a name that no graph has. */
type NumberInput = { readonly name: string; readonly value: number; readonly noise: number }

/** The name of the form itself among the nodes. */
const FORM = '='

/** An expression over the graph's names; undefined where its operands do not conform. */
export function expressionSampler(
  graph: CompiledGraph,
  form: Expression,
  budget: StepBudget,
): Sampler | undefined {
  const { root, numbers } = withoutNumbers(form)
  const parts = operandsFirst(root)
  const shapeOf = (name: string): Shape => graph.shapes.get(name) ?? SCALAR
  const inferred = inferShapes(parts, shapeOf)
  if (!inferred.ok) return undefined
  const names = parts.flatMap(part => (part.kind === 'name' ? [part.name] : []))
  const inputs = [...graph.inputs, ...numbers].map(({ name }) => ({
    name,
    active: false,
    shape: shapeOf(name),
  }))
  const nodes = [...nodesBehind(graph, names), { name: FORM, root, shapes: inferred.shapes }]
  const tape = buildTape({ inputs, nodes }, budget)
  const shape = inferred.shapes.get(root) ?? SCALAR
  const first = tape.slotOf.get(FORM) as number // It is the last of the nodes.
  return {
    shape,
    at(values) {
      spend(budget, tape.slots)
      const sweep = createSweep(tape)
      for (const { name } of graph.inputs)
        sweep.values.set(entriesOf(values.get(name) ?? Number.NaN), tape.slotOf.get(name))
      for (const { name, value } of numbers) sweep.values[tape.slotOf.get(name) as number] = value
      if (sweepForward(tape, sweep) >= 0) return undefined
      const noise = roundingOf(tape, sweep, numbers)
      return Array.from({ length: entryCount(shape) }, (_, entry) => ({
        value: sweep.values[first + entry] as number,
        noise: noise[first + entry] as number,
      }))
    },
  }
}

/**
 * The expression with names in the place of its numbers, so that none of them is computed with before the sweep, which
 * keeps account of rounding: e + (10⁻⁹ − e) has half of its digits.
 */
function withoutNumbers(form: Expression): { readonly root: Expression; readonly numbers: NumberInput[] } {
  const pool = createExpressionPool()
  const numbers: NumberInput[] = []
  const found = new Map<Expression, Expression>()
  for (const part of operandsFirst(form)) {
    if (part.kind === 'name') {
      found.set(part, pool.name(part.name))
    } else if (part.kind === 'apply') {
      const operands = part.operands.map(operand => found.get(operand) as Expression) // Visited first.
      found.set(part, pool.apply(part.operation, operands))
    } else {
      const value = part.kind === 'number' ? toDouble(part.value) : part.value
      const exact = part.kind === 'number' && part.value.denominator === 1n && Number.isSafeInteger(value)
      const name = `=${String(numbers.length)}`
      numbers.push({ name, value, noise: exact ? 0 : ROUNDING * Math.abs(value) })
      found.set(part, pool.name(name))
    }
  }
  return { root: found.get(form) as Expression, numbers }
}

/** The nodes that some names are or depend on, in sorted order. */
function nodesBehind({ nodes }: CompiledGraph, names: readonly string[]): GraphNode[] {
  const needed = new Set(names)
  const behind: GraphNode[] = []
  for (const node of nodes.toReversed()) {
    if (!needed.has(node.name)) continue
    for (const operand of node.operands) needed.add(operand)
    behind.push(node)
  }
  return behind.reverse()
}

/**
 * A bound on what rounding did to the value of each slot: its own, and how far the operation goes when its operands
 * are as far off as they may be (running error analysis; Higham, Accuracy and Stability of Numerical Algorithms, §3.3;
 * by values instead of partials, since at x² = 0 the partial would hide all that x may be off).
 */
function roundingOf(tape: Tape, { values }: Sweep, numbers: readonly NumberInput[]): Float64Array {
  const noise = new Float64Array(tape.slots)
  for (const { name, noise: own } of numbers) noise[tape.slotOf.get(name) as number] = own
  const around = (slot: number): readonly number[] => {
    const [value, off] = [values[slot] as number, noise[slot] as number]
    return off === 0 ? [value] : [value - off, value + off]
  }
  for (let slot = tape.inputs; slot < tape.slots; slot += 1) {
    const value = values[slot] as number
    const [xs, ys] = [around(tape.left[slot] as number), around(tape.right[slot] as number)]
    const distances = valuesOf(operationAt(tape, slot), xs, ys).map(there => Math.abs(there - value))
    noise[slot] = Math.max(0, ...distances) + ROUNDING * Math.abs(value)
  }
  return noise
}

/** An operation's values at all of these operands; a constant has none. */
function valuesOf(
  operation: Operation | undefined,
  xs: readonly number[],
  ys: readonly number[],
): readonly number[] {
  if (operation === undefined) return []
  return operation.arity === 1
    ? xs.map(x => operation.value(x))
    : xs.flatMap(x => ys.map(y => operation.value(x, y)))
}

/** Many operations stand behind a derivative; how large the terms were that it is the sum of comes on top. */
const DERIVATIVE_ROUNDING = 1e-14

/** The value of a derivative's box, computed by sweeps. */
export function derivativeSampler(graph: CompiledGraph, box: DerivativeBox, budget: StepBudget): Sampler {
  const shape = graph.shapes.get(box.wrt) ?? SCALAR
  return {
    shape,
    at(values) {
      spend(budget, graph.tape.slots * 3)
      const result = evaluateGraph(graph, values)
      const value = result.ok ? boxValue(result.evaluation, box) : undefined
      if (!result.ok || value === undefined) return undefined
      // With all partials positive nothing cancels.
      const { sweep } = result.evaluation
      const sizes = sweepDerivatives(graph, {
        values: sweep.values,
        leftPartials: sweep.leftPartials.map(Math.abs),
        rightPartials: sweep.rightPartials.map(Math.abs),
      })
      const slot = graph.tape.slotOf.get(box.wrt) as number // A box is about a name of the graph.
      const size =
        box.kind === 'local'
          ? (sizes.locals.get(box.of)?.get(box.wrt) ?? Number.NaN)
          : valueOfEntries(shape, sizes.adjoints, slot)
      const noise = entriesOf(size).map(entry => DERIVATIVE_ROUNDING * entry)
      return entriesOf(value).map((entry, index) => ({ value: entry, noise: noise[index] ?? Number.NaN }))
    },
  }
}
