/**
 * Whether two forms over a graph's names are the same function of its inputs (contract §4, expression boxes): by
 * structure first, then at sampled inputs, every node having the value that it takes there.
 *
 * They are compared only where both have a value: √x² and x are equal, and so are ln(x²) and 2·ln(x), though one of
 * each pair has values where the other has none.
 */
import { createAlgebra } from './algebra.js'
import type { Expression } from './expression.js'
import type { StepBudget } from './faults.js'
import type { CompiledGraph } from './graph.js'
import { createSampledPoints } from './sampled-points.js'
import { createDerivativeSamplers, expressionSampler, type DerivativeBox, type Sample } from './samplers.js'
import { createSimplifier } from './simplify.js'
import { broadcastEntries, broadcastShapes, isSameShape, SCALAR, type Shape } from './tensor.js'

/** `undecidable`: too few of the sampled inputs are ones at which both have a value. */
export type Equivalence = 'equal' | 'different' | 'undecidable'

export type EquivalenceOptions = {
  /** Which inputs are sampled; the same seed gives the same answer. */
  readonly seed: number
  readonly budget: StepBudget
}

/** How many samples are compared, how many must be, and how many are drawn to find them. */
const SAMPLES = 12
const LEAST_SAMPLES = 6
const MOST_DRAWS = 120

const RELATIVE_TOLERANCE = 1e-9

/** Compares an answer with what is right in a box; both may use any name of the graph. */
export type CompareForms = (answer: Expression, truth: Expression | DerivativeBox) => Equivalence

/**
 * The comparison of answers with what is right: an expression, or a derivative's box, which is then computed, since it
 * need not have a form. Values are equal within 1e-9 of the larger, or within what rounding and kinks leave open;
 * samples in which they leave open more than that are drawn again. What has another shape is different, but one number
 * may stand for all entries. The graph is swept once at each sample, for all comparisons; no verdict depends on those
 * before it. Throws `too-complex` when the budget is spent.
 */
export function createFormComparer(graph: CompiledGraph, { seed, budget }: EquivalenceOptions): CompareForms {
  const points = createSampledPoints(graph, seed, budget)
  const derivativeSampler = createDerivativeSamplers(graph, budget)
  return (answer, truth) => {
    const given = expressionSampler(graph, answer, budget)
    const right = isDerivative(truth) ? derivativeSampler(truth) : expressionSampler(graph, truth, budget)
    if (given === undefined || right === undefined) return 'different' // Its own operands do not conform.
    const shape = broadcastShapes(given.shape, right.shape)
    if (shape === undefined || !isSameShape(shape, right.shape)) return 'different'
    const isSame = !isDerivative(truth) && isSameByStructure(graph, answer, truth, budget)

    // Samples are taken even so: neither the time it takes nor a budget that does not suffice tells what is right.
    const agreements: boolean[] = []
    for (let draw = 0; draw < MOST_DRAWS && agreements.length < SAMPLES; draw += 1) {
      const point = points.at(draw)
      const left = given.at(point)
      const top = left && right.at(point)
      if (left === undefined || top === undefined) continue
      const agrees = agreement(spread(left, given.shape, shape), top)
      if (agrees !== undefined) agreements.push(agrees)
    }
    // What is the same by structure is equal wherever there are values. Else whether there are enough is decided first, so
    // that this refusal does not tell which of them agree.
    if (isSame) return 'equal'
    if (agreements.length < LEAST_SAMPLES) return 'undecidable'
    return agreements.every(Boolean) ? 'equal' : 'different'
  }
}

function isDerivative(truth: Expression | DerivativeBox): truth is DerivativeBox {
  return truth.kind === 'local' || truth.kind === 'gradient'
}

function isSameByStructure(
  graph: CompiledGraph,
  answer: Expression,
  truth: Expression,
  budget: StepBudget,
): boolean {
  const algebra = createAlgebra(name => graph.shapes.get(name) ?? SCALAR)
  const simplify = createSimplifier(algebra, budget)
  return simplify(algebra.take(answer)) === simplify(algebra.take(truth))
}

/** The entries that a sample has when it is broadcast. */
function spread(sample: Sample, from: Shape, to: Shape): Sample {
  if (isSameShape(from, to)) return sample
  return broadcastEntries(from, to).map(entry => sample[entry] as Sample[number])
}

/** Whether two samples agree in all entries; undefined where rounding leaves too little to tell by. */
function agreement(given: Sample, right: Sample): boolean | undefined {
  let agrees = true
  for (const [index, { value, noise }] of given.entries()) {
    const other = right[index] as Sample[number] // Of the same shape.
    const size = Math.max(Math.abs(value), Math.abs(other.value))
    const rounding = noise + other.noise
    if (!(rounding <= RELATIVE_TOLERANCE * Math.max(1, size))) return undefined
    if (Math.abs(value - other.value) > Math.max(RELATIVE_TOLERANCE * size, rounding)) agrees = false
  }
  return agrees
}
