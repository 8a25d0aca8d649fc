/**
 * A graph at sampled inputs. A point is drawn when it is first asked for and swept once, for every form and every box
 * that is compared there.
 */
import { evaluateGraph } from './evaluate.js'
import { spend, type StepBudget } from './faults.js'
import type { CompiledGraph } from './graph.js'
import { createRandomNumbers } from './random-numbers.js'
import {
  boundSlopes,
  boundValues,
  createNoisyAdjoints,
  sweepReverseNoise,
  type NoisyAdjoints,
  type SlopeNoise,
} from './running-error.js'
import { sampleInputs } from './sample-inputs.js'
import { createSweep, sweepForward, type Sweep } from './tape.js'
import { entriesOf, type Value } from './tensor.js'

/** The graph's derivatives at a point. */
export type SampledSlopes = {
  readonly slopes: SlopeNoise
  /** The output's adjoints, a number a slot. */
  readonly adjoints: Pick<NoisyAdjoints, 'values' | 'noise'>
}

/** A graph at one set of inputs, by the slots of its tape. */
export type SampledPoint = {
  readonly sweep: Sweep
  /** A bound on what rounding did to each value. */
  readonly noise: Float64Array
  /** Nodes that have no value here. */
  readonly missing: ReadonlySet<string>
  /** Undefined where the graph has no value or no derivative in some place. */
  slopes(): SampledSlopes | undefined
}

export type SampledPoints = {
  /** The index-th point; throws `too-complex` when the budget is spent. */
  at(index: number): SampledPoint
}

/** Steps a slot of a point's values, and of its derivatives. */
const VALUE_STEPS = 5
const SLOPE_STEPS = 16

/** The points of a graph that follow from a seed, whichever of them are asked for. */
export function createSampledPoints(graph: CompiledGraph, seed: number, budget: StepBudget): SampledPoints {
  const random = createRandomNumbers(seed)
  const points: SampledPoint[] = []
  const draw = (): SampledPoint => {
    spend(budget, graph.tape.slots * VALUE_STEPS)
    const made = samplePoint(graph, sampleInputs(graph, points.length, random), budget)
    points.push(made)
    return made
  }
  return {
    at(index) {
      while (points.length < index) draw()
      return points[index] ?? draw()
    },
  }
}

function samplePoint(
  graph: CompiledGraph,
  inputs: ReadonlyMap<string, Value>,
  budget: StepBudget,
): SampledPoint {
  const { tape } = graph
  const sweep = createSweep(tape)
  for (const { name } of graph.inputs)
    sweep.values.set(entriesOf(inputs.get(name) ?? Number.NaN), tape.slotOf.get(name))
  const failed = sweepForward(tape, sweep)
  for (let odd = failed; odd >= 0;) odd = sweepForward(tape, sweep, odd + 1)
  const noise = new Float64Array(tape.slots)
  boundValues(tape, sweep, noise)
  let found: SampledSlopes | 'none' | undefined
  return {
    sweep,
    noise,
    missing: failed < 0 ? NONE : missingNodes(graph, sweep),
    slopes() {
      if (found === undefined) {
        spend(budget, tape.slots * SLOPE_STEPS)
        const exist = failed < 0 && evaluateGraph(graph, inputs).ok
        found = exist ? sampleSlopes(graph, sweep, noise) : 'none'
      }
      return found === 'none' ? undefined : found
    },
  }
}

const NONE: ReadonlySet<string> = new Set()

/** Nodes with a part that is not finite, and those that depend on one: relu(ln(-1)) is not 0. */
function missingNodes({ nodes, tape }: CompiledGraph, { values }: Sweep): Set<string> {
  const missing = new Set<string>()
  nodes.forEach(({ name, operands }, index) => {
    const segment = values.subarray(tape.starts[index], tape.starts[index + 1])
    if (!segment.every(Number.isFinite) || operands.some(operand => missing.has(operand))) missing.add(name)
  })
  return missing
}

function sampleSlopes(graph: CompiledGraph, sweep: Sweep, noise: Float64Array): SampledSlopes {
  const { tape } = graph
  const slopes = boundSlopes(tape, sweep, noise)
  const adjoints = createNoisyAdjoints(tape.slots)
  const output = tape.slotOf.get(graph.output) as number // The output is a node.
  adjoints.values[output] = 1
  adjoints.sizes[output] = 1
  sweepReverseNoise(tape, sweep, slopes, adjoints, tape.inputs, tape.slots)
  return { slopes, adjoints: { values: adjoints.values, noise: adjoints.noise } }
}
