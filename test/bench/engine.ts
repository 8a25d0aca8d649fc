/**
 * What a node costs: a forward sweep with its partials, and a forward and a reverse sweep together, beside other
 * engines that take turns on the same graphs and must come to the same numbers.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createSweep, sweepForward, sweepReverse } from '../../src/engine/tape.js'
import { cEngine, compileTape } from './engine-c.js'
import { closureEngine } from './engine-closures.js'
import { MIX, randomGraph, REACH, type BenchGraph } from './engine-graph.js'
import { mathjsEngine } from './engine-mathjs.js'
import { measure, type Candidate } from './measure.js'

const SIZES = [10, 100, 10_000, 1_000_000]
/** The compiled expressions of a million nodes do not fit into the memory that Node takes by itself. */
const MATHJS_SIZE = 10_000

/** Prints the cost of a node in every engine at every size. */
export function benchEngine(): void {
  console.log(
    `Random graphs of one operation a node, whose operands are among the ${String(REACH)} nodes before.`,
  )
  console.log(`Of a hundred nodes: ${MIX.map(([name, share]) => `${String(share)} ${name}`).join(', ')}.`)
  console.log('closures: an object and a closure for each node, made anew in each pass, as in micrograd.')
  console.log('mathjs: values only, each node compiled beforehand; a million nodes exceed its memory.\n')
  const folder = mkdtempSync(path.join(tmpdir(), 'chainmark-bench-'))
  try {
    const program = compileTape(folder)
    if (program === undefined) console.log('C is left out, since there is no cc here.\n')
    for (const size of SIZES) printTimes(size, timesOf(size, folder, program))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Nanoseconds of `ENGINE forward` and `ENGINE both`, for each engine that can bear the size. */
function timesOf(size: number, folder: string, program: string | undefined): Map<string, number> {
  const graph = randomGraph(size)
  const ours = ourEngine(graph)
  const expected = ours.results()
  const closures = closureEngine(graph)
  check('closures', closures.results(), expected)
  const candidates: Candidate[] = [
    { name: 'ours forward', run: ours.forward },
    { name: 'ours both', run: ours.both },
    { name: 'closures forward', run: closures.forward },
    { name: 'closures both', run: closures.both },
  ]
  if (program !== undefined) {
    const c = cEngine(program, folder, graph)
    check('C', c.results(), expected)
    candidates.push({ name: 'C forward', time: c.forward }, { name: 'C both', time: c.both })
  }
  if (size <= MATHJS_SIZE) {
    const mathjs = mathjsEngine(graph)
    check('mathjs', mathjs.results(), expected)
    candidates.push({ name: 'mathjs forward', run: mathjs.forward })
  }
  return measure(candidates, { rounds: 9, milliseconds: 100 })
}

/** Our sweeps over a graph, as evaluateGraph makes them. */
function ourEngine({ tape, inputs }: BenchGraph) {
  const sweep = createSweep(tape)
  sweep.values.set(inputs)
  const adjoints = new Float64Array(tape.slots)
  const forward = (): void => {
    if (sweepForward(tape, sweep) >= 0) throw new Error('a number is not finite')
  }
  const both = (): void => {
    forward()
    adjoints.fill(0)
    adjoints[tape.slots - 1] = 1
    sweepReverse(tape, sweep, adjoints, tape.inputs, tape.slots)
  }
  return {
    forward,
    both,
    /** The values of all slots, then their adjoints. */
    results: (): number[] => {
      both()
      return [...sweep.values, ...adjoints]
    },
  }
}

/**
 * Engines round differently, in exp and tanh to begin with, and errors add up along a graph, but never to 1e-9. Sums
 * that cancel have lost their digits, so that each number is held against the largest of a hundred beside it.
 */
function check(name: string, results: ArrayLike<number>, expected: readonly number[]): void {
  for (let from = 0; from < results.length; from += 100) {
    const block = expected.slice(from, Math.min(from + 100, results.length))
    const scale = Math.max(...block.map(Math.abs))
    block.forEach((right, offset) => {
      const result = results[from + offset] ?? Number.NaN
      if (!(Math.abs(result - right) <= 1e-9 * scale))
        throw new Error(`${name} comes to ${String(result)}, not ${String(right)}`)
    })
  }
}

function printTimes(size: number, times: ReadonlyMap<string, number>): void {
  const timeOf = (name: string): number => times.get(name) ?? Number.NaN
  const perNode = (name: string): string => {
    const time = times.get(name)
    return time === undefined ? '–' : (time / size).toFixed(1)
  }
  console.log(`${size.toLocaleString('en')} nodes`.padEnd(18) + 'forward ns/node   forward+reverse ns/node')
  for (const engine of ['ours', 'C', 'closures', 'mathjs']) {
    if (!times.has(`${engine} forward`)) continue
    const columns = [perNode(`${engine} forward`), perNode(`${engine} both`)]
    console.log(
      `  ${engine.padEnd(16)}${columns
        .map(column => column.padEnd(18))
        .join('')
        .trimEnd()}`,
    )
  }
  const forward = timeOf('ours forward')
  const both = timeOf('ours both')
  const ratios = [
    ['ours ÷ C', both / timeOf('C both')],
    ['reverse ÷ forward', (both - forward) / forward],
    ['closures ÷ ours', timeOf('closures both') / both],
    ['mathjs ÷ ours, forward', timeOf('mathjs forward') / forward],
  ] as const
  const shown = ratios
    .filter(([, ratio]) => !Number.isNaN(ratio))
    .map(([what, ratio]) => `${what} ${ratio.toFixed(2)}`)
  console.log(`  ${shown.join('   ')}\n`)
}
