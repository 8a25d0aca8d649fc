/**
 * Expressions as a hash-consed graph: a pool holds each distinct expression once, so that equality is identity
 * and shared parts are worked on once. An expression's id is larger than its operands' ids; walking ids upwards
 * therefore visits operands first, without recursion, however deep the expression is.
 */
import type { Rational } from './rational.js'

/** One expression of a pool. Made by the pool only. */
export type Expression =
  | { readonly kind: 'number'; readonly id: number; readonly value: Rational }
  | { readonly kind: 'constant'; readonly id: number; readonly name: string; readonly value: number }
  | { readonly kind: 'name'; readonly id: number; readonly name: string }
  | {
      readonly kind: 'apply'
      readonly id: number
      /** Code of the operation's row in the table of operations. */
      readonly operation: number
      readonly operands: readonly Expression[]
    }

/** Where expressions are made; equal ones are made once. */
export type ExpressionPool = {
  number(value: Rational): Expression
  constant(name: string, value: number): Expression
  name(name: string): Expression
  apply(operation: number, operands: readonly Expression[]): Expression
}

/** An empty pool. Keep one per graph or request: expressions of two pools are never identical. */
export function createExpressionPool(): ExpressionPool {
  const known = new Map<string, Expression>()
  const intern = (key: string, make: (id: number) => Expression): Expression => {
    const found = known.get(key)
    if (found !== undefined) return found
    const made = make(known.size)
    known.set(key, made)
    return made
  }
  return {
    number: value =>
      intern(`#${value.numerator.toString(36)}/${value.denominator.toString(36)}`, id => ({
        kind: 'number',
        id,
        value,
      })),
    constant: (name, value) => intern(`!${name}`, id => ({ kind: 'constant', id, name, value })),
    name: name => intern(`$${name}`, id => ({ kind: 'name', id, name })),
    apply: (operation, operands) =>
      intern(`${String(operation)}(${operands.map(operand => operand.id).join()})`, id => ({
        kind: 'apply',
        id,
        operation,
        operands,
      })),
  }
}

/** Every distinct expression inside the root, operands before what uses them, the root last. */
export function operandsFirst(root: Expression): Expression[] {
  const found = new Set<Expression>([root])
  // A Set hands out what is added while it is walked, so it serves as the work list as well.
  for (const expression of found) {
    if (expression.kind === 'apply') for (const operand of expression.operands) found.add(operand)
  }
  return [...found].sort((a, b) => a.id - b.id)
}
