/**
 * Products in one form: an exact coefficient times powers of distinct bases, in order of appearance.
 *
 * Powers of one base are collected: x²/x is x, √x·√x is x. The result then has a value where the product had none
 * (x²/x at 0, √x·√x below 0); where both have one, it is the same.
 */
import type { Algebra } from './algebra.js'
import {
  addAmounts,
  AMOUNT_HALF,
  AMOUNT_ONE,
  AMOUNT_ZERO,
  amountOfNumber,
  isNegative,
  isOne,
  isShownAsDecimal,
  isWhole,
  isZero,
  multiplyAmounts,
  powerOfAmount,
  type Amount,
} from './amount.js'
import type { Expression } from './expression.js'
import { spend, type StepBudget } from './faults.js'
import { OPERATIONS } from './operations.js'
import { absolute, ONE } from './rational.js'

export type Factor = { readonly base: Expression; readonly exponent: Amount }

/** The product of no factors is its coefficient. */
export type Product = { readonly coefficient: Amount; readonly factors: readonly Factor[] }

export type Products = {
  /** What a simplified expression is as a product: where it is none, itself to the power 1. */
  readonly of: (simplified: Expression) => Product
  /** The product of powers of simplified expressions. Undefined where a number in it cannot be written. */
  readonly collect: (coefficient: Amount, factors: readonly Factor[]) => Product | undefined
  /** The product as an expression. */
  readonly build: (product: Product) => Expression
}

/** Steps for each part that is looked at; a step is about a microsecond. */
export const STEPS_PER_PART = 3

/** Whole exponents up to this are exact in doubles: of a larger one not even the parity would be. */
const MAX_EXPONENT = 2n ** 53n

const SQRT = OPERATIONS.codeOf('sqrt')

/** Products of expressions made by one algebra. Throws `too-complex` when the budget is spent. */
export function createProducts(algebra: Algebra, budget: StepBudget): Products {
  const { pool, apply } = algebra
  const known = new Map<Expression, Product>()

  const of = (simplified: Expression): Product => {
    if (simplified.kind === 'number') return { coefficient: amountOfNumber(simplified.value), factors: [] }
    const itself = { base: simplified, exponent: AMOUNT_ONE }
    return known.get(simplified) ?? { coefficient: AMOUNT_ONE, factors: [itself] }
  }

  /** What a factor is made of where that can be collected further: (2·x)² is made of 4 and x², (√x)² of x. */
  const open = ({ base, exponent }: Factor): Product | undefined => {
    if (!isWhole(exponent)) return undefined
    const product = of(base)
    if (product.factors.length !== 1 || product.factors[0]?.base !== base) return product
    const even = exponent.value.numerator % 2n === 0n
    if (!even || base.kind !== 'apply' || base.operation !== SQRT) return undefined
    const [radicand] = base.operands as readonly [Expression]
    return { coefficient: AMOUNT_ONE, factors: [{ base: radicand, exponent: AMOUNT_HALF }] }
  }

  const collect = (coefficient: Amount, factors: readonly Factor[]): Product | undefined => {
    let total: Amount = coefficient
    const exponents = new Map<Expression, Amount>()
    const pending = factors.toReversed()
    for (;;) {
      const factor = pending.pop() ?? takeOpenable(exponents, open)
      if (factor === undefined) break
      spend(budget, STEPS_PER_PART)
      const opened = open(factor)
      if (opened === undefined) {
        const sum = addAmounts(exponents.get(factor.base) ?? AMOUNT_ZERO, factor.exponent)
        if (sum === undefined || absolute(sum.value).numerator > MAX_EXPONENT) return undefined
        exponents.set(factor.base, sum)
        continue
      }
      const power = powerOfAmount(opened.coefficient, factor.exponent)
      const product = power && multiplyAmounts(total, power)
      if (product === undefined) return undefined
      total = product
      for (const { base, exponent } of opened.factors.toReversed()) {
        const raised = multiplyAmounts(exponent, factor.exponent)
        if (raised === undefined) return undefined
        pending.push({ base, exponent: raised })
      }
    }
    if (isZero(total)) return { coefficient: AMOUNT_ZERO, factors: [] }
    return {
      coefficient: total,
      factors: [...exponents].flatMap(([base, exponent]) => (isZero(exponent) ? [] : [{ base, exponent }])),
    }
  }

  /** base^|exponent| */
  const buildPower = ({ base, exponent }: Factor): Expression => {
    const size = { ...exponent, value: absolute(exponent.value) }
    return isOne(size) ? base : apply(OPERATIONS.power, base, build({ coefficient: size, factors: [] }))
  }

  const build = (product: Product): Expression => {
    const { coefficient, factors } = product
    const size = absolute(coefficient.value)
    const decimal = isShownAsDecimal(coefficient)
    const above = decimal ? size : { ...ONE, numerator: size.numerator }
    const below = decimal ? ONE : { ...ONE, numerator: size.denominator }
    const ordered = [
      ...factors.filter(({ base }) => base.kind === 'constant'),
      ...factors.filter(({ base }) => base.kind !== 'constant'),
    ]
    const top = ordered.filter(({ exponent }) => !isNegative(exponent)).map(buildPower)
    const bottom = ordered.filter(({ exponent }) => isNegative(exponent)).map(buildPower)
    const isOne = above.numerator === above.denominator
    const [first = algebra.one, ...rest] = isOne ? top : [pool.number(above), ...top]
    const signed = isNegative(coefficient) ? apply(OPERATIONS.negate, first) : first
    let built = rest.reduce((left, right) => apply(OPERATIONS.multiply, left, right), signed)
    if (below.numerator !== 1n) bottom.unshift(pool.number(below))
    if (bottom.length > 0) {
      const divisor = bottom.reduce((left, right) => apply(OPERATIONS.multiply, left, right))
      built = apply(OPERATIONS.divide, built, divisor)
    }
    if (built !== factors[0]?.base && built.kind !== 'number') known.set(built, product)
    return built
  }
  return { of, collect, build }
}

/** Takes out a factor of which the collected exponent now lets it be opened. */
function takeOpenable(
  exponents: Map<Expression, Amount>,
  open: (factor: Factor) => Product | undefined,
): Factor | undefined {
  for (const [base, exponent] of exponents) {
    if (isZero(exponent) || open({ base, exponent }) === undefined) continue
    exponents.delete(base)
    return { base, exponent }
  }
  return undefined
}
