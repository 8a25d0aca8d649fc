/**
 * How the value of a box comes about, step by step, as a teacher writes it on the board: forward by putting numbers
 * in; a derivative by arithmetic, then as a formula, then in numbers; the chain rule in words, symbols and numbers.
 */
import { boxLabel, usedConsumers, type Box } from './boxes.js'
import { boxValue, type Evaluation } from './evaluate.js'
import { arithmeticSteps, type DerivativeBox } from './explain-arithmetic.js'
import { chainRuleSteps, type ChainPath } from './explain-chain-rule.js'
import {
  dependentsOf,
  withNumbers,
  written,
  type Explained,
  type ExplanationSource,
} from './explain-context.js'
import { kinkSteps } from './explain-kinks.js'
import { derivative, directDerivative, equation, looksLike, nameOf } from './explain-phrases.js'
import { step, type Step } from './explain-step.js'
import { arrayChainSteps, arraySteps, entryWords, hasArrays } from './explain-arrays.js'
import { EXPLAIN_WORDS } from './explain-words.js'
import type { Formula } from './formula.js'
import type { CompiledGraph, GraphNode } from './graph.js'
import { showResult } from './shown-number.js'
import { showValue } from './shown-value.js'
import type { Value } from './tensor.js'

export type { Step } from './explain-step.js'

const NOTHING: Formula = { text: '', tex: '' }

/**
 * The steps of a box, at least one, the last of which states the value that `boxValue` gives (less the noise of
 * doubles: 0.3, not 0.30000000000000004). A box without a finite value is explained by saying so. Linear in the
 * operands of all nodes; the text of each step is bounded, whatever the graph.
 */
export function explainBox(
  graph: CompiledGraph,
  evaluation: Evaluation,
  box: Box,
  source: ExplanationSource,
): Step[] {
  const { say = EXPLAIN_WORDS.en } = source
  const value = boxValue(evaluation, box)
  if (value === undefined) return [step('words', say.noFiniteValue(boxLabel(box)))]
  const { texOfName, shapeOfName } = source.symbolics
  const options = { names: evaluation.values, texOfName, shapeOfName }
  const explained: Explained = { ...source, graph, evaluation, options, say }
  if (box.kind === 'forward') return forwardSteps(explained, box.of, value)
  const consumers = usedConsumers(graph).get(box.wrt) ?? []
  const only = consumers.length === 1 && consumers[0] === box.of
  if (box.kind === 'local' || only) return localSteps(explained, box, value)
  return gradientSteps(explained, box, consumers, value)
}

/** `a = 2 + 3*w`, `a = 2 + 3·3`, `a = 11`. */
function forwardSteps(explained: Explained, name: string, value: Value): Step[] {
  const label = nameOf(name)
  const node = explained.graph.nodes.find(candidate => candidate.name === name)
  const result = step('result', equation(label, showValue(value, showResult)))
  if (node === undefined) return [result]
  const steps = [step('definition', written(explained, label, node.root)), ...putInSteps(explained, node)]
  return [...steps.filter(earlier => !looksLike(earlier, result)), result]
}

/** The numbers put in; where arrays are at work, their shapes instead, and the first entry as an example. */
function putInSteps(explained: Explained, node: GraphNode): Step[] {
  if (node.operands.length === 0) return []
  if (hasArrays(explained.graph, node)) return arraySteps(explained, node)
  const numbers = withNumbers(explained, node.root)
  return numbers === undefined ? [] : [step('substitution', equation(nameOf(node.name), numbers))]
}

/** The derivative of one node by one operand: by arithmetic, as a formula, in numbers. */
function localSteps(explained: Explained, box: DerivativeBox, value: Value): Step[] {
  const { graph, symbolics, say } = explained
  const direct = box.kind === 'local' && box.of === graph.output
  const label = direct ? directDerivative(box.of, box.wrt, say.direct) : derivative(box.of, box.wrt)
  const recomputed = hasOtherWays(graph, box) ? say.recomputed.alone(nameOf(box.of)) : NOTHING
  const local = symbolics.local(box.of, box.wrt)
  const result = showValue(value, showResult)
  const numbers = local === undefined || typeof value !== 'number' ? undefined : withNumbers(explained, local)
  const last = step('numbers', equation(label, ...(numbers === undefined ? [] : [numbers]), result))
  const steps = [
    ...arithmeticSteps(explained, box, label, recomputed),
    ...kinkSteps(explained, box, value),
    ...(typeof value === 'number' ? [] : [step('words', entryWords(explained, box, label))]),
    ...(local === undefined ? [] : [step('symbolic', written(explained, label, local))]),
  ]
  const before = steps.at(-1)
  if (before === undefined || !looksLike(before, last)) return [...steps, last]
  return [...steps.slice(0, -1), step(before.kind, last)]
}

/** Whether a node depends on an operand through another of its operands too. */
function hasOtherWays(graph: CompiledGraph, { of, wrt }: DerivativeBox): boolean {
  const dependents = dependentsOf(graph, wrt)
  const node = graph.nodes.find(({ name }) => name === of)
  return node?.operands.some(operand => dependents.has(operand)) === true
}

/** The derivative of the output over all paths: by arithmetic, then by the chain rule. */
function gradientSteps(
  explained: Explained,
  box: DerivativeBox,
  consumers: readonly string[],
  value: Value,
): Step[] {
  const { evaluation, say } = explained
  const paths = consumers.flatMap((consumer): ChainPath[] => {
    const local = evaluation.locals.get(consumer)?.get(box.wrt)
    const upstream = evaluation.gradients.get(consumer)
    return typeof local === 'number' && typeof upstream === 'number' ? [{ consumer, local, upstream }] : []
  })
  const numbersAlone = typeof value === 'number' && paths.length === consumers.length
  return [
    ...arithmeticSteps(explained, box, derivative(box.of, box.wrt), say.recomputed.all),
    ...kinkSteps(explained, box, value),
    ...(numbersAlone
      ? chainRuleSteps(explained, box, paths, value)
      : arrayChainSteps(explained, box, consumers, value)),
  ]
}
