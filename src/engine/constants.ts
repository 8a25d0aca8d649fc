/**
 * The value of an expression without names: exact as long as every step has an exact rational result of bounded
 * size, in doubles from there on.
 */
import type { Expression } from './expression.js'
import { spend, type StepBudget } from './faults.js'
import { operationRow, tensorRow } from './operations.js'
import { sizeInBits, toDouble, type Rational } from './rational.js'

/** An exact value, or a double where there is no exact one. The double may be NaN or infinite. */
export type ConstantValue = Rational | number

/** The double of a constant value; a rational past the range of doubles is infinite. */
export function constantToDouble(value: ConstantValue): number {
  return typeof value === 'number' ? value : toDouble(value)
}

/**
 * The values of those parts of an expression that hold no name and no operation on whole arrays, by part.
 * Throws `too-complex` when the budget is spent.
 */
export function constantParts(
  parts: readonly Expression[],
  budget: StepBudget,
): Map<Expression, ConstantValue> {
  const values = new Map<Expression, ConstantValue>()
  for (const part of parts) {
    if (part.kind === 'number' || part.kind === 'constant') values.set(part, part.value)
    if (part.kind !== 'apply' || tensorRow(part.operation) !== undefined) continue
    const operands = part.operands.map(operand => values.get(operand)).filter(value => value !== undefined)
    if (operands.length === part.operands.length) {
      spendOn(operands, budget)
      // What has no finite value makes nothing finite: relu(ln(-1)) is not 0.
      values.set(part, operands.every(isUsable) ? applyToConstants(part.operation, operands) : Number.NaN)
    }
  }
  return values
}

function isUsable(value: ConstantValue): boolean {
  return typeof value !== 'number' || Number.isFinite(value)
}

function applyToConstants(operation: number, operands: readonly ConstantValue[]): ConstantValue {
  const row = operationRow(operation)
  const [x, y] = operands as readonly [ConstantValue, ConstantValue]
  if (row.arity === 1) {
    const exact = typeof x === 'number' ? undefined : row.exact?.(x)
    return exact ?? row.value(constantToDouble(x))
  }
  const exact = typeof x === 'number' || typeof y === 'number' ? undefined : row.exact?.(x, y)
  return exact ?? row.value(constantToDouble(x), constantToDouble(y))
}

/** A step per pair of 32-bit words: a product, and reducing it, takes time by the square of its size. */
function spendOn(operands: readonly ConstantValue[], budget: StepBudget): void {
  let words = 0
  for (const operand of operands)
    words += typeof operand === 'number' ? 1 : Math.ceil(sizeInBits(operand) / 32)
  spend(budget, words ** 2)
}

/**
 * Why parts of an expression without names have no finite value, in words: the first operation that makes one of
 * finite operands. Undefined where the value is merely too large. An exact value past the range of doubles is none yet.
 */
export function constantFault(
  parts: readonly Expression[],
  values: ReadonlyMap<Expression, ConstantValue>,
): string | undefined {
  const first = parts.find(part => {
    const value = values.get(part)
    return typeof value === 'number' && !Number.isFinite(value)
  })
  if (first?.kind !== 'apply') return undefined
  const [x = Number.NaN, y = Number.NaN] = first.operands.map(operand =>
    constantToDouble(values.get(operand) ?? Number.NaN),
  )
  return operationRow(first.operation).fault?.(x, y)
}
