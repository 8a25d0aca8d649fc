/**
 * Functions of a graph's inputs as they are compared: their values at sampled points, each with a bound on what
 * rounding did to it.
 */
import type { Box } from './boxes.js'
import { createExpressionPool, operandsFirst, type Expression } from './expression.js'
import { spend, type StepBudget } from './faults.js'
import type { CompiledGraph } from './graph.js'
import { toDouble } from './rational.js'
import {
  boundValues,
  createNoisyAdjoints,
  ROUNDING,
  sweepReverseNoise,
  type NoisyAdjoints,
} from './running-error.js'
import type { SampledPoint } from './sampled-points.js'
import { inferShapes } from './shapes.js'
import { createSweep, sweepForward } from './tape.js'
import { buildTape } from './tape-layout.js'
import { entryCount, SCALAR, type Shape } from './tensor.js'

/** A box for a derivative. */
export type DerivativeBox = Exclude<Box, { kind: 'forward' }>

/** The entries of a value, a number having one. */
export type Sample = readonly { readonly value: number; readonly noise: number }[]

/** A function of the inputs; `at` answers undefined outside its domain, and throws `too-complex`. */
export type Sampler = {
  readonly shape: Shape
  at(point: SampledPoint): Sample | undefined
}

/** A number of an expression as an input, under a name that no graph has. */
type NumberInput = { readonly name: string; readonly value: number; readonly noise: number }

/** The name of the form itself among the nodes. */
const FORM = '='

/** Steps a distinct part of an expression for laying it out. */
const LAYOUT_STEPS = 100
/** Steps for a value at a point, and those on top of them for each slot. */
const VALUE_STEPS = 20
const SLOT_STEPS = 6

/** An expression over the graph's names; undefined where its operands do not conform. */
export function expressionSampler(
  graph: CompiledGraph,
  form: Expression,
  budget: StepBudget,
): Sampler | undefined {
  const { root, numbers } = withoutNumbers(form)
  const parts = operandsFirst(root)
  spend(budget, LAYOUT_STEPS * parts.length)
  const shapeOf = (name: string): Shape => graph.shapes.get(name) ?? SCALAR
  const inferred = inferShapes(parts, shapeOf)
  if (!inferred.ok) return undefined
  const names = parts.flatMap(part => (part.kind === 'name' ? [part.name] : []))
  const inputs = names.map(name => ({ name, active: false, shape: shapeOf(name) }))
  const tape = buildTape({ inputs, nodes: [{ name: FORM, root, shapes: inferred.shapes }] }, budget)
  const shape = inferred.shapes.get(root) ?? SCALAR
  const used = names.filter(name => graph.shapes.has(name))
  const copies = used.map(name => {
    const from = graph.tape.slotOf.get(name) as number // The graph has the name, and so has the tape.
    return { from, to: from + entryCount(shapeOf(name)), at: tape.slotOf.get(name) as number }
  })
  const first = tape.slotOf.get(FORM) as number // It is the only node.
  const sweep = createSweep(tape)
  const noise = new Float64Array(tape.slots)
  for (const { name, value, noise: own } of numbers) {
    const slot = tape.slotOf.get(name) as number
    sweep.values[slot] = value
    noise[slot] = own
  }
  return {
    shape,
    at(point) {
      spend(budget, VALUE_STEPS + SLOT_STEPS * tape.slots)
      if (used.some(name => point.missing.has(name))) return undefined
      for (const { from, to, at } of copies) {
        sweep.values.set(point.sweep.values.subarray(from, to), at)
        noise.set(point.noise.subarray(from, to), at)
      }
      if (sweepForward(tape, sweep) >= 0) return undefined
      boundValues(tape, sweep, noise)
      return readSample(sweep.values, noise, first, entryCount(shape))
    },
  }
}

function readSample(values: Float64Array, noise: Float64Array, first: number, count: number): Sample {
  return Array.from({ length: count }, (_, entry) => ({
    value: values[first + entry] as number,
    noise: noise[first + entry] as number,
  }))
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

/** The values of derivatives' boxes, computed by sweeps; gradients are read off the point. */
export function createDerivativeSamplers(
  graph: CompiledGraph,
  budget: StepBudget,
): (box: DerivativeBox) => Sampler {
  const { tape, shapes } = graph
  const segments = new Map(graph.nodes.map((node, index) => [node.name, { node, index }] as const))
  let scratch: NoisyAdjoints | undefined
  const countOf = (name: string): number => entryCount(shapes.get(name) ?? SCALAR)

  const localAt = (box: DerivativeBox, point: SampledPoint): Sample | undefined => {
    const found = point.slopes()
    const segment = segments.get(box.of)
    if (found === undefined || segment === undefined) return undefined
    const [from, to] = [tape.starts[segment.index] as number, tape.starts[segment.index + 1] as number]
    spend(budget, VALUE_STEPS + SLOT_STEPS * (to - from))
    scratch ??= createNoisyAdjoints(tape.slots)
    const own = tape.slotOf.get(box.of) as number
    scratch.values.fill(1, own, to)
    scratch.sizes.fill(1, own, to)
    sweepReverseNoise(tape, point.sweep, found.slopes, scratch, from, to)
    const first = tape.slotOf.get(box.wrt) as number // A box is about a name of the graph.
    const sample = readSample(scratch.values, scratch.noise, first, countOf(box.wrt))
    clear(scratch, from, to)
    for (const operand of segment.node.operands) {
      const slot = tape.slotOf.get(operand) as number
      clear(scratch, slot, slot + countOf(operand))
    }
    return sample
  }
  const gradientAt = (box: DerivativeBox, point: SampledPoint): Sample | undefined => {
    const found = point.slopes()
    const first = tape.slotOf.get(box.wrt) as number
    return found && readSample(found.adjoints.values, found.adjoints.noise, first, countOf(box.wrt))
  }
  return box => ({
    shape: shapes.get(box.wrt) ?? SCALAR,
    at(point) {
      const sample = box.kind === 'local' ? localAt(box, point) : gradientAt(box, point)
      return sample?.every(({ value }) => Number.isFinite(value)) === true ? sample : undefined
    },
  })
}

function clear({ values, sizes, noise }: NoisyAdjoints, from: number, to: number): void {
  values.fill(0, from, to)
  sizes.fill(0, from, to)
  noise.fill(0, from, to)
}
