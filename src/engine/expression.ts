/**
 * Expressions as a hash-consed graph: a pool holds each distinct expression once, so that equality is identity
 * and shared parts are worked on once. An expression's id is larger than its operands' ids; walking ids upwards
 * therefore visits operands first, without recursion, however deep the expression is.
 */
import { fromDecimal, type Rational } from './rational.js'

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
  /** The number that an unsigned decimal literal stands for; the same text is read once. */
  literal(text: string): Expression
  constant(name: string, value: number): Expression
  name(name: string): Expression
  /** One or two operands. */
  apply(operation: number, operands: readonly Expression[]): Expression
}

/** Ids stay below this, so that an operation's code and two ids fit exactly into one double. */
const MAX_IDS = 2 ** 23

/** An empty pool. Keep one per graph or request: expressions of two pools are never identical. */
export function createExpressionPool(): ExpressionPool {
  const leaves = new Map<string, Expression>()
  const literals = new Map<string, Expression>()
  const applied = new Map<number, Expression>()
  let ids = 0

  const nextId = (): number => {
    if (ids === MAX_IDS) throw new RangeError('too many expressions in one pool')
    ids += 1
    return ids
  }
  const intern = <Key>(
    known: Map<Key, Expression>,
    key: Key,
    make: (id: number) => Expression,
  ): Expression => {
    const found = known.get(key)
    if (found !== undefined) return found
    const made = make(nextId())
    known.set(key, made)
    return made
  }
  const number = (value: Rational): Expression =>
    // In base 32 digits are read off the bits: in others they take divisions.
    intern(leaves, `#${value.numerator.toString(32)}/${value.denominator.toString(32)}`, id => ({
      kind: 'number',
      id,
      value,
    }))
  return {
    number,
    literal: text => {
      const known = literals.get(text) ?? number(fromDecimal(text))
      literals.set(text, known)
      return known
    },
    constant: (name, value) => intern(leaves, `!${name}`, id => ({ kind: 'constant', id, name, value })),
    name: name => intern(leaves, `$${name}`, id => ({ kind: 'name', id, name })),
    apply: (operation, operands) => {
      // Ids begin at 1, so that a missing second operand is told from every other.
      const [left, right] = operands
      const key = (operation * MAX_IDS + (left?.id ?? 0)) * MAX_IDS + (right?.id ?? 0)
      return intern(applied, key, id => ({ kind: 'apply', id, operation, operands }))
    },
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
