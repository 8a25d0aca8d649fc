/**
 * What publication points out without refusing: what an author may not have meant, and what grading could not tell
 * apart.
 */
import type { FaultPath, StepBudget } from '../engine/faults.js'
import type { AnswerKey } from './answer-key.js'
import { checkVariants } from './check-variants.js'
import { coincidenceWarnings } from './coincidence-warnings.js'
import type { GradedDefinition, PublicationWarning } from './published-graph.js'
import { DEFAULT_ABSOLUTE, type Tolerance } from './tolerance.js'
import { undecidableBoxes } from './undecidable-boxes.js'
import { prepareVariants } from './variants.js'

/** The most warnings of one code that are told; one more says how many there are. */
const MOST_OF_A_KIND = 100

export type WarningSource = {
  readonly definition: GradedDefinition
  /** At the definition's own values, under its own tolerances. */
  readonly key: AnswerKey
  /** Nodes on a kink. */
  readonly kinkedNodes: readonly string[]
  /** What the engine pointed out already. */
  readonly compiled: readonly PublicationWarning[]
}

/**
 * Every warning, of each code at most 100 and one that counts the rest. Never throws: what the budget, or a bound of
 * its own, does not suffice for is not looked at.
 */
export function publicationWarnings(
  source: WarningSource,
  budget: StepBudget,
): readonly PublicationWarning[] {
  const { definition, key, kinkedNodes, compiled } = source
  const pathOf = boxPaths(definition, key)
  return bounded([
    ...compiled,
    ...kinkWarnings(key, kinkedNodes),
    ...nearZero(key, pathOf),
    ...coincidenceWarnings(key, pathOf),
    ...undecidableWarnings(key, pathOf, budget),
    ...variantWarnings(definition, key, budget),
  ])
}

/** Where a box is asked: its place in the definition's list; of default boxes, the list that is not there. */
function boxPaths({ boxes }: GradedDefinition, { graph }: AnswerKey): (id: string) => FaultPath {
  const places = new Map(boxes === undefined ? [] : graph.asked.map(({ id }, index) => [id, index]))
  return id => {
    const place = places.get(id)
    return place === undefined ? ['boxes'] : ['boxes', place]
  }
}

function bounded(warnings: readonly PublicationWarning[]): PublicationWarning[] {
  const counts = new Map<PublicationWarning['code'], number>()
  const kept = warnings.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1
    counts.set(code, count)
    return count <= MOST_OF_A_KIND
  })
  for (const [code, count] of counts) {
    const more = count - MOST_OF_A_KIND
    if (more <= 0) continue
    const last = kept.findLastIndex(warning => warning.code === code)
    const message = `There ${more === 1 ? 'is 1 more warning' : `are ${String(more)} more warnings`} of this kind.`
    kept.splice(last + 1, 0, { code, path: [], message })
  }
  return kept
}

function kinkWarnings({ graph }: AnswerKey, kinkedNodes: readonly string[]): PublicationWarning[] {
  const names = new Set(kinkedNodes)
  return graph.nodes
    .filter(node => names.has(node.name))
    .map(node => ({
      code: 'kink',
      path: ['nodes', node.listed, 'expression'],
      message: `The values sit on a kink of "${node.name}": any slope between its two sides will be accepted.`,
    }))
}

function nearZero({ boxes }: AnswerKey, pathOf: (id: string) => FaultPath): PublicationWarning[] {
  return boxes
    .filter(
      ({ truths, tolerance, answer }) =>
        answer === 'number' && truths.some(truth => truth !== 0 && Math.abs(truth) <= nearness(tolerance)),
    )
    .map(({ box }) => ({
      code: 'near-zero',
      path: pathOf(box.id),
      message: `The right value of "${box.id}" is so near 0 that its tolerance hardly tells it from 0.`,
    }))
}

/**
 * Ten times what a tolerance allows however small the right value is (contract §4): its absolute part, or half a unit
 * of the last decimal. Significant digits allow nothing but a part of the value.
 */
function nearness(tolerance: Tolerance): number {
  if ('decimals' in tolerance) return Number(`5e-${String(tolerance.decimals)}`)
  if ('significantDigits' in tolerance) return 0
  return 10 * (tolerance.absolute ?? DEFAULT_ABSOLUTE)
}

function undecidableWarnings(
  { graph, boxes }: AnswerKey,
  pathOf: (id: string) => FaultPath,
  budget: StepBudget,
): PublicationWarning[] {
  const asked = boxes.filter(({ answer }) => answer === 'expression').map(({ box }) => box)
  return undecidableBoxes(graph, asked, budget).map(({ id }) => ({
    code: 'undecidable-expression',
    path: pathOf(id),
    message: `The right expression for "${id}" has a value at too few of the inputs tried: no answer to it can be decided.`,
  }))
}

function variantWarnings(
  { inputs }: GradedDefinition,
  { graph, boxes }: AnswerKey,
  budget: StepBudget,
): readonly PublicationWarning[] {
  const samples = new Map(
    inputs.flatMap(({ name, sample }) => (sample === undefined ? [] : [[name, sample] as const])),
  )
  if (samples.size === 0) return []
  const policies = new Map(boxes.map(keyed => [keyed.box.id, keyed]))
  const prepared = prepareVariants({
    graph,
    samples,
    toleranceOf: id => policies.get(id)?.tolerance ?? {},
    asksExpression: id => policies.get(id)?.answer === 'expression',
  })
  return checkVariants(prepared, budget)
}
