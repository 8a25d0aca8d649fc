/**
 * What all explanations draw on, and the ways in which they put a formula down.
 */
import type { FiniteDifferences } from './differences.js'
import type { Evaluation } from './evaluate.js'
import { equation, type Side } from './explain-phrases.js'
import type { ExplainWords } from './explain-words.js'
import { countOperations, writeExpression, writeWithNumbers } from './explain-written.js'
import { operandsFirst, type Expression } from './expression.js'
import type { Formula, FormulaOptions } from './formula.js'
import type { CompiledGraph } from './graph.js'
import type { Kinks } from './kinks.js'
import type { Symbolics } from './symbolic.js'

/** What the explanations of one graph at one set of inputs draw on. */
export type ExplanationSource = {
  readonly symbolics: Symbolics
  /** The finite differences of this box; left out: no steps by arithmetic. */
  readonly differences?: FiniteDifferences | undefined
  /** The kinks at this evaluation; undefined where there are none. */
  readonly kinks?: Kinks | undefined
  /** What is said in words, in some language; left out: English. */
  readonly say?: ExplainWords | undefined
}

/** A source with the graph and how its formulas are written. */
export type Explained = ExplanationSource & {
  readonly graph: CompiledGraph
  readonly evaluation: Evaluation
  readonly options: FormulaOptions
  readonly say: ExplainWords
}

/** `label = formula`, or that the formula is too long. */
export function written({ options, say }: Explained, label: Formula, expression: Expression): Formula {
  const formula = writeExpression(expression, options)
  return formula === undefined ? say.tooLong(label, countOperations(expression)) : equation(label, formula)
}

/** A formula with a number put in for every name; undefined where it is too long, and where a name is an array. */
export function withNumbers(
  { evaluation, options }: Explained,
  expression: Expression,
  valueOf = (name: string): number | undefined => {
    const value = evaluation.values.get(name)
    return typeof value === 'number' ? value : undefined
  },
): Side | undefined {
  const names = operandsFirst(expression).filter(part => part.kind === 'name')
  // Half of a formula in numbers says less than the formula: nothing is put in then.
  if (names.some(({ name }) => valueOf(name) === undefined)) return undefined
  return writeWithNumbers(expression, valueOf, options)
}

/** The nodes that depend on a name, which is not one of them. */
export function dependentsOf(graph: CompiledGraph, name: string): ReadonlySet<string> {
  const dependents = new Set<string>()
  for (const node of graph.nodes) {
    const depends = node.operands.some(operand => operand === name || dependents.has(operand))
    if (depends) dependents.add(node.name)
  }
  return dependents
}
