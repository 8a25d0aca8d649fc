/**
 * What is different where arrays are at work: shapes instead of numbers put in, entry by entry instead of one factor,
 * and what many entries pass back to one added up (the vector-Jacobian product).
 */
import type { DerivativeBox } from './explain-arithmetic.js'
import { written, withNumbers, type Explained } from './explain-context.js'
import { outerProduct } from './explain-outer.js'
import {
  derivative,
  directDerivative,
  elide,
  equation,
  formula,
  indexed,
  list,
  nameOf,
  product,
  sum,
  type Side,
} from './explain-phrases.js'
import { step, type Step } from './explain-step.js'
import { operandsFirst } from './expression.js'
import type { Formula } from './formula.js'
import type { CompiledGraph, GraphNode } from './graph.js'
import { texName } from './names.js'
import { tensorRow } from './operations.js'
import { showResult } from './shown-number.js'
import { showValue } from './shown-value.js'
import { entriesOf, isScalar, SCALAR, type Shape, type Value } from './tensor.js'

function shapeOf(graph: CompiledGraph, name: string): Shape {
  return graph.shapes.get(name) ?? SCALAR
}

/** Whether a node or one of its operands is an array. */
export function hasArrays(graph: CompiledGraph, node: GraphNode): boolean {
  return [node.name, ...node.operands].some(name => !isScalar(shapeOf(graph, name)))
}

/** The shapes of a node and its operands; where it goes entry by entry, its first entry with the numbers put in. */
export function arraySteps(explained: Explained, node: GraphNode): Step[] {
  const { graph, evaluation, say } = explained
  const operands = node.operands.map(name => say.shapeOf(nameOf(name), shapeOf(graph, name)))
  const shapes = step('words', say.shapes(list(operands), nameOf(node.name), shapeOf(graph, node.name)))
  const whole = operandsFirst(node.root).some(
    part => part.kind === 'apply' && tensorRow(part.operation) !== undefined,
  )
  if (whole) return [shapes]
  const first = (name: string): number =>
    entriesOf(evaluation.values.get(name) ?? Number.NaN)[0] ?? Number.NaN
  const numbers = withNumbers(explained, node.root, first)
  if (numbers === undefined) return [shapes]
  const entry = equation(numbers, showResult(first(node.name)))
  return [shapes, step('substitution', say.firstEntry(entry))]
}

/** How the entries of an operand act where its derivative has its own shape. */
export function entryWords({ graph, say }: Explained, box: DerivativeBox, label: Formula): Formula {
  const [node, operand] = [nameOf(box.of), nameOf(box.wrt)]
  if (isScalar(shapeOf(graph, box.of))) return say.entryForEach(label, operand)
  return say.ownEntries({ label, operand, node })
}

/** The chain rule across arrays: in words and symbols for each consumer, as a formula where there is one, the result. */
export function arrayChainSteps(
  explained: Explained,
  box: DerivativeBox,
  consumers: readonly string[],
  value: Value,
): Step[] {
  const { graph, symbolics, say } = explained
  const label = derivative(box.of, box.wrt)
  const fed = new Set(consumers)
  const nodes = graph.nodes.filter(node => fed.has(node.name))
  const links = nodes.map(node => linkOf(explained, box, node))
  const { head, skipped, tail } = elide(links, () => 0)
  const chain = symbolics.chain(box.wrt)
  const result = showValue(value, showResult)
  const [only, ...others] = nodes
  const outer = only === undefined || others.length > 0 ? undefined : outerProduct(explained, box, only)
  const numbers = outer === undefined ? entrywiseNumbers(explained, box, links) : outer.numbers
  return [
    ...head.map(link => step('path', link.said)),
    ...(skipped === 0 ? [] : [step('path', say.moreNodes(skipped))]),
    ...tail.map(link => step('path', link.said)),
    step('chain-rule', equation(label, sum(links.map(link => link.symbols)))),
    ...(chain === undefined ? [] : [step('symbolic', written(explained, label, chain))]),
    ...(outer === undefined ? [] : [step('symbolic', equation(label, outer.formula))]),
    step('numbers', equation(label, ...numbers, result)),
  ]
}

/** One consumer: how entries act on its entries, and what the chain rule makes of it. */
type Link = {
  readonly node: string
  readonly entrywise: boolean
  readonly said: Formula
  readonly symbols: Formula
}

const ENTRYWISE: Formula = { text: ' ⊙ ', tex: ' \\odot ' }

function linkOf({ graph, say }: Explained, box: DerivativeBox, { name: node, mixed }: GraphNode): Link {
  const [operand, consumer] = [nameOf(box.wrt), nameOf(node)]
  const [local, upstream] = [derivative(node, box.wrt), derivative(box.of, node)]
  const way = { consumer, operand, local, upstream }
  if (node === box.of) {
    const symbols = directDerivative(box.of, box.wrt, say.direct)
    return { node, entrywise: false, symbols, said: say.directEntries(symbols, operand) }
  }
  if (isScalar(shapeOf(graph, node))) {
    return { node, entrywise: false, said: say.throughNumber(way), symbols: product([local, upstream]) }
  }
  if (!mixed.has(box.wrt)) {
    const symbols = formula`${local}${ENTRYWISE}${upstream}`
    return { node, entrywise: true, said: say.throughOwnEntries(way), symbols }
  }
  const said = say.throughMany({ consumer, operand, upstream, isNumber: isScalar(shapeOf(graph, box.wrt)) })
  return { node, entrywise: false, said, symbols: overEntries(graph, box, node) }
}

/** Σ_i ∂n_i/∂x · ∂J/∂n_i, of a matrix Σ_ij ∂n_ij/∂x · ∂J/∂n_ij. */
function overEntries(graph: CompiledGraph, box: DerivativeBox, node: string): Formula {
  const index = shapeOf(graph, node).length === 2 ? 'ij' : 'i'
  const entry = { text: `${node}_${index}`, tex: indexed(texName(node), index) }
  const by = nameOf(box.wrt)
  const output = nameOf(box.of)
  return {
    text: `Σ_${index} ∂${entry.text}/∂${by.text} · ∂${output.text}/∂${entry.text}`,
    tex: `\\sum_{${index}} \\frac{\\partial ${entry.tex}}{\\partial ${by.tex}} \\cdot \\frac{\\partial ${output.tex}}{\\partial ${entry.tex}}`,
  }
}

/** Local derivative ⊙ gradient of the only consumer, in numbers; nothing where entries are mixed. */
function entrywiseNumbers({ evaluation }: Explained, box: DerivativeBox, links: readonly Link[]): Side[] {
  const [only, ...others] = links
  if (only === undefined || others.length > 0 || !only.entrywise) return []
  const local = evaluation.locals.get(only.node)?.get(box.wrt)
  const upstream = evaluation.gradients.get(only.node)
  if (local === undefined || upstream === undefined) return []
  const [left, right] = [showValue(local), showValue(upstream)]
  return [{ ...formula`${left}${ENTRYWISE}${right}`, exact: left.exact && right.exact }]
}
