/**
 * Whether an expression can be written: its text is of a length that is of use and is read back as the same
 * expression, though the graph may have taken names of functions for its own.
 */
import type { Algebra } from './algebra.js'
import { operandsFirst, type Expression } from './expression.js'
import { createStepBudget, ExpressionError } from './faults.js'
import { GRAPH_EXPRESSION_LIMITS, parseExpression } from './parse.js'
import { printExpression } from './print.js'

/** Longer ones are not written; with parts that are shared, a text might be of any length. */
export const MAX_OPERATIONS = 500

/** All that is written for one graph: a few megabytes of text. */
const ALL_OPERATIONS = 200_000

/** More than reading the longest text takes. */
const READING_STEPS = 1_000_000

/**
 * The number of operations in an expression as it is written, in which shared parts stand again and again; Infinity
 * where it is more than can be written.
 */
export function operationsIn(root: Expression): number {
  if (root.kind !== 'apply') return 0
  const counts = new Map<Expression, number>()
  if (hasManyParts(root)) return Number.POSITIVE_INFINITY
  for (const part of operandsFirst(root)) {
    if (part.kind !== 'apply') continue
    let count = 1
    for (const operand of part.operands) count += counts.get(operand) ?? 0
    counts.set(part, count)
  }
  return counts.get(root) ?? 0
}

/** Whether there are so many different parts that they are more operations than can be written. Stops once it knows. */
function hasManyParts(root: Expression): boolean {
  const found = new Set([root])
  for (const part of found) {
    if (part.kind === 'apply') for (const operand of part.operands) found.add(operand)
    if (found.size > 2 * MAX_OPERATIONS + 1) return true
  }
  return false
}

/** Tells which expressions of this algebra can be written beside these names, as long as they are not too many. */
export function createWritable(
  { pool }: Algebra,
  names: { has(name: string): boolean },
): (form: Expression) => boolean {
  let left = ALL_OPERATIONS
  return form => {
    if (form.kind !== 'apply') return true
    const operations = operationsIn(form)
    left -= Math.min(operations, MAX_OPERATIONS)
    if (operations > MAX_OPERATIONS || left < 0) return false
    const text = printExpression(form, { names })
    const budget = createStepBudget(READING_STEPS)
    try {
      return parseExpression(text, { pool, names, limits: GRAPH_EXPRESSION_LIMITS, budget }).root === form
    } catch (error) {
      if (error instanceof ExpressionError) return false
      throw error
    }
  }
}
