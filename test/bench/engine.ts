/** What a node costs: the forward sweep with its partials, and forward and reverse together. */
import { createStepBudget } from '../../src/engine/faults.js'
import { compileGraph, type CompiledGraph } from '../../src/engine/graph.js'
import { createSweep, sweepForward, sweepReverse } from '../../src/engine/tape.js'
import { measure } from './measure.js'

const SIZES = [10, 100, 10_000, 100_000]
/** Operands come from this many nodes before. */
const REACH = 1000

/** A fixed sequence, so that every run measures the same graphs (Lehmer's generator, modulus 2^31 − 1). */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

/** A graph of one operation a node whose values stay bounded. */
function randomGraph(size: number): CompiledGraph {
  const random = createRandom(size)
  const name = (index: number): string => (index === 0 ? 'w' : `n${String(index)}`)
  const nodes = Array.from({ length: size }, (_, offset) => {
    const index = offset + 1
    const operand = (): string => name(Math.max(0, index - 1 - random(Math.min(index, REACH))))
    const forms = [
      `sin(${operand()} + ${operand()})`,
      `tanh(${operand()})*${operand()}`,
      `${operand()}/2 - cos(${operand()})`,
    ]
    return {
      name: name(index),
      expression: index === size ? `sin(${name(size - 1)})` : (forms[random(forms.length)] ?? ''),
    }
  })
  const output = name(size)
  const definition = {
    inputs: [{ name: 'w', role: 'parameter' as const, value: 0.7 }],
    nodes,
    output,
    boxes: [output],
  }
  const result = compileGraph(definition, { maxNodes: size, budget: createStepBudget(1e9) })
  if (!result.ok) throw new Error(result.faults[0]?.message)
  return result.graph
}

export function benchEngine(): void {
  console.log('nodes      slots      forward ns/node   forward+reverse ns/node   reverse/forward')
  for (const size of SIZES) {
    const { tape, output } = randomGraph(size)
    const sweep = createSweep(tape)
    sweep.values[0] = 0.7
    const adjoints = new Float64Array(tape.slots)
    const forward = (): void => {
      if (sweepForward(tape, sweep) >= 0) throw new Error('a value is not finite')
    }
    const both = (): void => {
      forward()
      adjoints.fill(0)
      adjoints[tape.slotOf.get(output) ?? 0] = 1
      sweepReverse(tape, sweep, adjoints, tape.inputs, tape.slots)
    }
    const candidates = [
      { name: 'forward', run: forward },
      { name: 'both', run: both },
    ]
    const times = measure(candidates, { rounds: 7, milliseconds: 50 })
    const [ahead = 0, total = 0] = [times.get('forward'), times.get('both')]
    const columns = [
      String(size).padEnd(11),
      String(tape.slots).padEnd(11),
      (ahead / size).toFixed(1).padEnd(18),
      (total / size).toFixed(1).padEnd(26),
      ((total - ahead) / ahead).toFixed(2),
    ]
    console.log(columns.join(''))
  }
}
