/**
 * Publication's look at what learners would draw: a few of them are simulated, and what even the best of their draws
 * leave to be wished is told to the author.
 */
import type { FaultPath, StepBudget } from '../engine/faults.js'
import { LEAST_SIZE, MOST_DIGITS, SIZE_BOUND } from './variant-quality.js'
import { drawVariant, wordsOf, type PreparedVariants } from './variants.js'

export type VariantWarning = {
  readonly code: 'variant-domain' | 'variant-kink' | 'variant-coincidence' | 'variant-digits'
  readonly path: FaultPath
  readonly message: string
}

const LEARNERS = 20
/** So many slots may the simulated learners' draws sweep in all. */
const MOST_SLOTS = 200_000
const MOST_NAMES = 5

type Code = VariantWarning['code']

const WARNED = [
  ['kink', 'variant-kink'],
  ['coincidence', 'variant-coincidence'],
  ['digits', 'variant-digits'],
] as const

const COMPLAINTS: Readonly<Record<Code, string>> = {
  'variant-domain': 'no inputs were found at which every box has a value; there is none at',
  'variant-kink': 'values sit on a kink, so that any slope between its two sides is accepted',
  'variant-coincidence': 'boxes that could differ hold the same value and cannot be told apart',
  'variant-digits': `boxes have more than ${String(MOST_DIGITS)} digits, or a size below ${String(LEAST_SIZE)} or from ${String(SIZE_BOUND)} on`,
}

/**
 * What drawing again could not mend for some of the simulated learners, a warning a criterion. Empty where nothing is
 * drawn. Takes from the budget what it uses and stops, rather than throw, when there is no more; the same definition
 * has the same warnings under the same budget.
 */
export function checkVariants(prepared: PreparedVariants, budget: StepBudget): readonly VariantWarning[] {
  if (prepared.sampled === 0) return []
  const { graph, draws } = prepared
  const tallies = new Map<Code, { count: number; readonly names: Set<string> }>()
  const tally = (code: Code, names: readonly string[]): void => {
    const found = tallies.get(code) ?? { count: 0, names: new Set() }
    found.count += 1
    for (const name of names) found.names.add(name)
    tallies.set(code, found)
  }
  let left = Math.min(MOST_SLOTS, budget.remaining)
  let learners = 0
  while (learners < LEARNERS && left >= draws * graph.tape.slots) {
    learners += 1
    const variant = drawVariant(prepared, wordsOf(learners))
    const spent = (variant?.draws ?? draws) * graph.tape.slots
    left -= spent
    budget.remaining -= spent
    if (variant === undefined) tally('variant-domain', missingIn(prepared, learners))
    for (const [fault, code] of WARNED) {
      const names = variant?.faults.find(each => each.code === fault)?.names ?? []
      if (names.length > 0) tally(code, names)
    }
  }
  return [...tallies].map(([code, { count, names }]) => ({
    code,
    path: code === 'variant-kink' ? pathOfNode(prepared, [...names][0]) : ['inputs'],
    message: `In ${String(count)} of ${String(learners)} variants drawn to try, ${COMPLAINTS[code]}${listed([...names])}.`,
  }))
}

/** Where the first draw of a learner has no value. */
function missingIn({ look, draw }: PreparedVariants, learner: number): string[] {
  const result = look(draw(wordsOf(learner)))
  return result.ok ? [] : [result.missing]
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return ''
  const shown = names.slice(0, MOST_NAMES).map(name => `"${name}"`)
  return `: ${shown.join(', ')}${names.length > MOST_NAMES ? ', …' : ''}`
}

function pathOfNode({ graph }: PreparedVariants, name: string | undefined): FaultPath {
  const node = graph.nodes.find(each => each.name === name)
  return node === undefined ? ['inputs'] : ['nodes', node.listed, 'expression']
}
