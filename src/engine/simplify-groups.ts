/**
 * What an expression is made of, seen from outside: all that is added up in it, or multiplied, however deep the
 * brackets around it.
 */
import {
  AMOUNT_MINUS_ONE,
  AMOUNT_ONE,
  AMOUNT_TWO,
  isWhole,
  multiplyAmounts,
  powerOfAmount,
  type Amount,
} from './amount.js'
import type { Expression } from './expression.js'
import { spend, type StepBudget } from './faults.js'
import { OPERATIONS } from './operations.js'
import { STEPS_PER_PART, type Factor, type Product } from './simplify-products.js'
import type { Addend } from './simplify-sums.js'

export type Group =
  /** A name or a constant, or what holds a number that cannot be written, such as 1/0. */
  | { readonly kind: 'as-is' }
  /** Without names, and exact. */
  | { readonly kind: 'number'; readonly amount: Amount }
  | { readonly kind: 'sum'; readonly addends: readonly Addend[] }
  | { readonly kind: 'product'; readonly coefficient: Amount; readonly factors: readonly Factor[] }
  | { readonly kind: 'other'; readonly operation: number; readonly operands: readonly Expression[] }

/** Those parts of an expression that are exact numbers. */
export type Numbers = ReadonlyMap<Expression, Amount>

/** The group that an expression stands for. Throws `too-complex` when the budget is spent. */
export function groupOf(part: Expression, numbers: Numbers, budget: StepBudget): Group {
  const amount = numbers.get(part)
  if (amount !== undefined) return { kind: 'number', amount }
  if (part.kind !== 'apply') return { kind: 'as-is' }
  if (part.operation === OPERATIONS.add || part.operation === OPERATIONS.subtract)
    return { kind: 'sum', addends: addendsOf(part, budget) }
  if (openFactor(part, numbers) === undefined)
    return { kind: 'other', operation: part.operation, operands: part.operands }
  return productOf(part, numbers, budget) ?? { kind: 'as-is' }
}

/** The expressions that a group is made of. */
export function leavesOf(group: Group): readonly Expression[] {
  switch (group.kind) {
    case 'sum':
      return group.addends.map(({ part }) => part)
    case 'product':
      return group.factors.map(({ base }) => base)
    case 'other':
      return group.operands
    default:
      return []
  }
}

function addendsOf(top: Expression, budget: StepBudget): Addend[] {
  const addends: Addend[] = []
  const pending: Addend[] = [{ part: top, subtracted: false }]
  for (let addend = pending.pop(); addend !== undefined; addend = pending.pop()) {
    spend(budget, STEPS_PER_PART)
    const inner = openAddend(addend)
    if (inner === undefined) addends.push(addend)
    else pending.push(...inner.toReversed())
  }
  return addends
}

/** What a sum, a difference or a negative is made of. */
function openAddend({ part, subtracted }: Addend): readonly Addend[] | undefined {
  if (part.kind !== 'apply') return undefined
  const [x, y] = part.operands as readonly [Expression, Expression]
  switch (part.operation) {
    case OPERATIONS.add:
      return [x, y].map(operand => ({ part: operand, subtracted }))
    case OPERATIONS.subtract:
      return [
        { part: x, subtracted },
        { part: y, subtracted: !subtracted },
      ]
    case OPERATIONS.negate:
      return [{ part: x, subtracted: !subtracted }]
    default:
      return undefined
  }
}

/** Undefined where a number in the product is none, or too long to be written. */
function productOf(top: Expression, numbers: Numbers, budget: StepBudget): Group | undefined {
  let coefficient = AMOUNT_ONE
  const factors: Factor[] = []
  const pending: Factor[] = [{ base: top, exponent: AMOUNT_ONE }]
  for (let factor = pending.pop(); factor !== undefined; factor = pending.pop()) {
    spend(budget, STEPS_PER_PART)
    const { exponent } = factor
    const inner = isWhole(exponent) ? openFactor(factor.base, numbers) : undefined
    if (inner === undefined) {
      factors.push(factor)
      continue
    }
    const power = powerOfAmount(inner.coefficient, exponent)
    const product = power && multiplyAmounts(coefficient, power)
    if (product === undefined) return undefined
    coefficient = product
    for (const { base, exponent: own } of inner.factors.toReversed()) {
      const raised = multiplyAmounts(own, exponent)
      if (raised === undefined) return undefined
      pending.push({ base, exponent: raised })
    }
  }
  return { kind: 'product', coefficient, factors }
}

/** What a number, a product, a quotient, a negative, or a power with a number as its exponent is made of. */
function openFactor(part: Expression, numbers: Numbers): Product | undefined {
  const amount = numbers.get(part)
  if (amount !== undefined) return { coefficient: amount, factors: [] }
  if (part.kind !== 'apply') return undefined
  const [x, y] = part.operands as readonly [Expression, Expression]
  const product = (...factors: Factor[]): Product => ({ coefficient: AMOUNT_ONE, factors })
  switch (part.operation) {
    case OPERATIONS.multiply:
      return product({ base: x, exponent: AMOUNT_ONE }, { base: y, exponent: AMOUNT_ONE })
    case OPERATIONS.divide:
      // A division by 0 stays one: to divide by it in turn is not to multiply by 0.
      if (numbers.get(y)?.value.numerator === 0n) return undefined
      return product({ base: x, exponent: AMOUNT_ONE }, { base: y, exponent: AMOUNT_MINUS_ONE })
    case OPERATIONS.negate:
      return { coefficient: AMOUNT_MINUS_ONE, factors: [{ base: x, exponent: AMOUNT_ONE }] }
    case OPERATIONS.square:
      return product({ base: x, exponent: AMOUNT_TWO })
    case OPERATIONS.power: {
      const exponent = numbers.get(y)
      return exponent && product({ base: x, exponent })
    }
    default:
      return undefined
  }
}
