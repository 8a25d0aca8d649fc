/**
 * What all explanations draw on, and the ways in which they put a formula down.
 */
import type { FiniteDifferences } from './differences.js'
import type { Evaluation } from './evaluate.js'
import { equation, sentence, words, type Side } from './explain-phrases.js'
import { countOperations, writeExpression, writeWithNumbers } from './explain-written.js'
import type { Expression } from './expression.js'
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
}

/** A source with the graph and how its formulas are written. */
export type Explained = ExplanationSource & {
  readonly graph: CompiledGraph
  readonly evaluation: Evaluation
  readonly options: FormulaOptions
}

/** `label = formula`, or that the formula is too long. */
export function written({ options }: Explained, label: Formula, expression: Expression): Formula {
  const formula = writeExpression(expression, options)
  if (formula !== undefined) return equation(label, formula)
  const operations = words(String(countOperations(expression)))
  return sentence`The formula of ${label} has ${operations} operations: too long to write out here`
}

/** A formula with the numbers put in, undefined where it is too long. Left out, `valueOf` leaves arrays as names. */
export function withNumbers(
  { evaluation, options }: Explained,
  expression: Expression,
  valueOf = (name: string): number | undefined => {
    const value = evaluation.values.get(name)
    return typeof value === 'number' ? value : undefined
  },
): Side | undefined {
  return writeWithNumbers(expression, valueOf, options)
}
