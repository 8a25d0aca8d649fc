/**
 * Simplification to what a teacher writes: exact numbers, like terms and powers of one base collected, signs and
 * numbers in front, everything else in the order in which it appears.
 *
 * The value never changes where both the expression and its simplified form have one; the simplified form may have a
 * value where the expression has none (0/x is 0, x/x is 1, √x² is x). Simplifying twice is simplifying once, for what
 * has a value anywhere.
 *
 * Sums within sums and products within products are worked on together, once, from the outermost: that is linear for
 * a sum of thousands of terms, where simplifying each partial sum would not be.
 */
import type { Algebra } from './algebra.js'
import { AMOUNT_ONE, amountOf, amountOfNumber, type Amount } from './amount.js'
import { operandsFirst, type Expression } from './expression.js'
import { spend, type StepBudget } from './faults.js'
import { OPERATIONS, operationRow, tensorRow } from './operations.js'
import { groupOf, leavesOf, type Group } from './simplify-groups.js'
import { createProducts, STEPS_PER_PART } from './simplify-products.js'
import { createSums } from './simplify-sums.js'
import { isSameShape, isScalar } from './tensor.js'

/** The simplified form of an expression of one algebra. Throws `too-complex` when the budget is spent. */
export type Simplify = (root: Expression) => Expression

/** Operations on whole arrays that let a number through: sum(2·u) is 2·sum(u). */
const LINEAR: ReadonlySet<number> = new Set(
  ['matmul', 'dot', 'transpose', 'sum', 'mean'].map(OPERATIONS.codeOf),
)
/** Those of which a number is its own result. */
const NOTHING_TO_NUMBERS: ReadonlySet<number> = new Set(['transpose', 'sum', 'mean'].map(OPERATIONS.codeOf))

const LN = OPERATIONS.codeOf('ln')

/** Simplifies expressions of one algebra, each part once. */
export function createSimplifier(algebra: Algebra, budget: StepBudget): Simplify {
  const { one, apply, shapeOf } = algebra
  const products = createProducts(algebra, budget)
  const sums = createSums(algebra, products, budget)
  const simplified = new Map<Expression, Expression>()
  const numbers = new Map<Expression, Amount>()
  const formOf = (part: Expression): Expression => simplified.get(part) ?? part

  const build = (amount: Amount): Expression => products.build({ coefficient: amount, factors: [] })

  const finish = (part: Expression, group: Group): Expression => {
    switch (group.kind) {
      case 'number':
        return build(group.amount)
      case 'sum':
        return sums.add(group.addends.map(addend => ({ ...addend, part: formOf(addend.part) }))) ?? part
      case 'product': {
        const factors = group.factors.map(factor => ({ ...factor, base: formOf(factor.base) }))
        const product = products.collect(group.coefficient, factors)
        return product === undefined ? part : products.build(product)
      }
      case 'other':
        return tensorRow(group.operation) === undefined
          ? (finishFunction(group.operation, group.operands.map(formOf)) ?? part)
          : finishTensor(group.operation, group.operands)
      case 'as-is':
        return part
    }
  }

  const finishFunction = (operation: number, operands: readonly Expression[]): Expression | undefined => {
    const [x, y] = operands
    if (operation === LN && x?.kind === 'constant' && x.name === 'e') return one
    const amounts = operands.map(numberOf)
    const exact = exactValue(operation, amounts)
    if (exact !== undefined) return build(exact)
    const exponent = amounts[1]
    if (operation === OPERATIONS.power && x === one) return one
    if (operation !== OPERATIONS.power || x === undefined || y === undefined || exponent === undefined)
      return apply(operation, ...operands)
    const power = products.collect(AMOUNT_ONE, [{ base: x, exponent }])
    return power && products.build(power)
  }

  const numberOf = (form: Expression): Amount | undefined => {
    const { coefficient, factors } = products.of(form)
    return factors.length === 0 ? coefficient : undefined
  }

  const finishTensor = (operation: number, operands: readonly Expression[]): Expression => {
    // 0·u is 0, but the sum of its entries' exponentials is not that of 0 alone: the shape must stay.
    const forms = operands.map(operand =>
      isSameShape(shapeOf(formOf(operand)), shapeOf(operand)) ? formOf(operand) : operand,
    )
    const [x] = forms
    if (x !== undefined && NOTHING_TO_NUMBERS.has(operation) && isScalar(shapeOf(x))) return x
    if (!LINEAR.has(operation)) return apply(operation, ...forms)
    // Numbers go in front.
    const numbers: Expression[] = []
    const bare = forms.map(form => {
      const { coefficient, factors } = products.of(form)
      if (factors.length === 0) return form
      numbers.push(build(coefficient))
      return products.build({ coefficient: AMOUNT_ONE, factors })
    })
    const factors = [...numbers, apply(operation, ...bare)].map(base => ({ base, exponent: AMOUNT_ONE }))
    const product = products.collect(AMOUNT_ONE, factors)
    return product === undefined ? apply(operation, ...forms) : products.build(product)
  }

  return root => {
    const parts = operandsFirst(root)
    spend(budget, STEPS_PER_PART * parts.length)
    for (const part of parts) {
      const amount = part.kind === 'number' ? amountOfNumber(part.value) : exactPart(part, numbers)
      if (amount !== undefined) numbers.set(part, amount)
    }
    const groups = new Map<Expression, Group>()
    const needed = new Set([root])
    for (const part of parts.toReversed()) {
      if (!needed.has(part) || simplified.has(part)) continue
      const group = groupOf(part, numbers, budget)
      groups.set(part, group)
      for (const leaf of leavesOf(group)) needed.add(leaf)
    }
    for (const part of parts) {
      const group = groups.get(part)
      if (group !== undefined) simplified.set(part, finish(part, group))
    }
    return formOf(root)
  }
}

function exactPart(part: Expression, numbers: ReadonlyMap<Expression, Amount>): Amount | undefined {
  if (part.kind !== 'apply') return undefined
  return exactValue(
    part.operation,
    part.operands.map(operand => numbers.get(operand)),
  )
}

/** The value of an operation on exact numbers, where that is one. */
function exactValue(operation: number, operands: readonly (Amount | undefined)[]): Amount | undefined {
  const [x, y] = operands
  if (x === undefined || tensorRow(operation) !== undefined) return undefined
  const row = operationRow(operation)
  if (row.arity === 1) return amountOf(row.exact?.(x.value), x.decimal)
  return y && amountOf(row.exact?.(x.value, y.value), x.decimal || y.decimal)
}
