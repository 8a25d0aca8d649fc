/**
 * How an operation is written: the columns of the table of operations that are about symbols, not numbers.
 */
import type { Shape } from './tensor.js'

export type Notation = {
  /**
   * TeX of a function: what stands before its bracketed operands (`\sin`), or the whole, made of its operands' TeX
   * without brackets (`e^{x}`). Left out: the function's name.
   */
  readonly tex?: string | ((x: string, y: string) => string)
  /** Names of a graph beside which that would be misread; the function's name is written then. */
  readonly texClashes?: readonly string[]
  /**
   * The partials of an operation on numbers, one for each operand, in the expression language: of `x`, `y` and `value`,
   * the operation's own value.
   */
  readonly slopes?: readonly string[]
  /**
   * The derivative of anything by each operand of an operation on whole arrays, for operands of these shapes: of `x`,
   * `y`, `value` and `g`, its derivative by the operation's value. `spread`: g is one number, the same for every entry.
   * Undefined where the language cannot write it.
   */
  readonly pullbacks?: (x: Shape, y: Shape, spread: boolean) => readonly (string | undefined)[]
}
