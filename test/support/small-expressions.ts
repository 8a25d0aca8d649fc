/** Random expressions that mostly have a finite value, and their values in doubles. */
import fc from 'fast-check'
import { operandsFirst, type Expression } from '../../src/engine/expression.js'
import { OPERATIONS, operationRow } from '../../src/engine/operations.js'
import { toDouble } from '../../src/engine/rational.js'
import type { Sketch } from './expressions.js'

/** Names in small expressions: of one letter, with an index, Greek, and a word. */
export const SMALL_NAMES: readonly string[] = ['a', 'b', 'x', 'w0', 'λ', 'loss']

const SYMBOLS = ['+', '-', '*', '/', '^', 'negate', '+', '-', '*', '/'].map(OPERATIONS.codeOf)
const FUNCTIONS = [...new Set(OPERATIONS.functions.values())].filter(code => code < OPERATIONS.rows.length)

/** Sums, products, powers and functions of names and small numbers; whole exponents are likelier than any others. */
export const smallSketch: fc.Arbitrary<Sketch> = fc.letrec<{ any: Sketch; leaf: Sketch; apply: Sketch }>(
  tie => ({
    any: fc.oneof({ depthSize: 'medium', withCrossShrink: true }, tie('leaf'), tie('apply')),
    leaf: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom(...SMALL_NAMES).map(text => ({ leaf: 'name' as const, text })),
      },
      fc.constantFrom('pi', 'e').map(text => ({ leaf: 'constant' as const, text })),
      {
        weight: 3,
        arbitrary: fc
          .constantFrom('0', '1', '2', '3', '10', '0.5', '0.25', '1.5', '1e-9', '2.5e22')
          .map(text => ({ leaf: 'number' as const, text })),
      },
    ),
    apply: fc.oneof(
      {
        weight: 5,
        arbitrary: fc
          .tuple(fc.constantFrom(...SYMBOLS), tie('any'), tie('any'))
          .map(([operation, left, right]) => applied(operation, left, right)),
      },
      fc
        .tuple(fc.constantFrom(...FUNCTIONS), tie('any'), tie('any'))
        .map(([operation, left, right]) => applied(operation, left, right)),
      fc
        .tuple(tie('any'), fc.constantFrom('0', '1', '2', '3'))
        .map(([base, text]) => applied(OPERATIONS.power, base, { leaf: 'number', text })),
    ),
  }),
).any

function applied(operation: number, left: Sketch, right: Sketch): Sketch {
  return { operation, operands: operationRow(operation).arity === 1 ? [left] : [left, right] }
}

/** Values for the small names. */
export const smallValues: fc.Arbitrary<ReadonlyMap<string, number>> = fc
  .array(
    fc.integer({ min: -3000, max: 3000 }).map(thousandths => thousandths / 1000),
    { minLength: SMALL_NAMES.length, maxLength: SMALL_NAMES.length },
  )
  .map(values => new Map(SMALL_NAMES.map((name, index) => [name, values[index] ?? 0])))

/** The value of an expression on numbers, in plain doubles; NaN where a part of it has no finite one. */
export function evaluateExpression(root: Expression, values: ReadonlyMap<string, number>): number {
  const found = new Map<Expression, number>()
  for (const part of operandsFirst(root)) {
    const value = evaluatePart(part, found, values)
    if (!Number.isFinite(value)) return Number.NaN
    found.set(part, value)
  }
  return found.get(root) ?? Number.NaN
}

/** The size of the largest value on the way to that of an expression, at least 1: how far rounding may have gone. */
export function largestPart(expression: Expression, values: ReadonlyMap<string, number>): number {
  return Math.max(
    1,
    ...operandsFirst(expression).map(part => Math.abs(evaluateExpression(part, values)) || 0),
  )
}

function evaluatePart(
  part: Expression,
  found: ReadonlyMap<Expression, number>,
  values: ReadonlyMap<string, number>,
): number {
  switch (part.kind) {
    case 'number':
      return toDouble(part.value)
    case 'constant':
      return part.value
    case 'name':
      return values.get(part.name) ?? Number.NaN
    case 'apply': {
      const [x = Number.NaN, y = Number.NaN] = part.operands.map(operand => found.get(operand))
      const row = operationRow(part.operation)
      return row.arity === 1 ? row.value(x) : row.value(x, y)
    }
  }
}
