/**
 * An expression as it is shown: as text and as TeX.
 */
import type { Expression } from './expression.js'
import { printExpression } from './print.js'
import { printTex, type TexOptions } from './tex.js'

export type Formula = {
  /** In the expression language: the parser reads it back. */
  readonly text: string
  /** As a teacher writes it on the board. */
  readonly tex: string
}

/** Names in TeX, the graph's own names, and numbers to put in for names. */
export type FormulaOptions = TexOptions

/**
 * Shows an expression. With `numberOf` numbers stand in the place of names: the text is still read back, and has the
 * value that the expression has there.
 */
export function formulaOf(expression: Expression, options: FormulaOptions = {}): Formula {
  return { text: printExpression(expression, options), tex: printTex(expression, options) }
}
