/**
 * Sums in one form: an exact coefficient for each distinct term, in order of appearance; the number without a term
 * stands where it first appeared. Like terms are collected: a + a is 2·a, and 1/x − 1/x is 0, at x = 0 too.
 */
import type { Algebra } from './algebra.js'
import {
  addAmounts,
  AMOUNT_ONE,
  AMOUNT_ZERO,
  isNegative,
  isOne,
  isUnit,
  isZero,
  negateAmount,
  type Amount,
} from './amount.js'
import type { Expression } from './expression.js'
import { spend, type StepBudget } from './faults.js'
import { OPERATIONS } from './operations.js'
import { STEPS_PER_PART, type Products } from './simplify-products.js'

/** A multiple of a term; the number without a term is a multiple of 1. */
type Multiple = { readonly term: Expression; readonly coefficient: Amount }

export type Addend = { readonly part: Expression; readonly subtracted: boolean }

export type Sums = {
  /** The sum of simplified expressions, simplified. Undefined where a number in it cannot be written. */
  add(addends: readonly Addend[]): Expression | undefined
}

/** Sums of expressions made by one algebra. Throws `too-complex` when the budget is spent. */
export function createSums(algebra: Algebra, products: Products, budget: StepBudget): Sums {
  const { one, zero, apply } = algebra
  /** Sums made here, and the multiples that they are made of. */
  const known = new Map<Expression, readonly Multiple[]>()

  const multipleOf = ({ part, subtracted }: Addend): Multiple => {
    const { coefficient, factors } = products.of(part)
    const signed = subtracted ? negateAmount(coefficient) : coefficient
    if (factors.length === 0) return { term: one, coefficient: signed }
    const term = isOne(coefficient) ? part : products.build({ coefficient: AMOUNT_ONE, factors })
    return { term, coefficient: signed }
  }

  /** The same for a·b as for b·a. */
  const likeness = (term: Expression): Expression => {
    const { coefficient, factors } = products.of(term)
    if (factors.length < 2) return term
    return products.build({ coefficient, factors: factors.toSorted((a, b) => a.base.id - b.base.id) })
  }

  /** The multiples that a sum, added or subtracted once, is made of. */
  const open = ({ term, coefficient }: Multiple): readonly Multiple[] | undefined => {
    const inner = isUnit(coefficient) ? known.get(term) : undefined
    if (inner === undefined || !isNegative(coefficient)) return inner
    return inner.map(multiple => ({ ...multiple, coefficient: negateAmount(multiple.coefficient) }))
  }

  const collect = (addends: readonly Addend[]): Multiple[] | undefined => {
    const collected = new Map<Expression, Multiple>()
    const pending = addends.map(multipleOf).reverse()
    for (;;) {
      const multiple = pending.pop()
      if (multiple === undefined) {
        const multiples = [...collected.values()].filter(({ coefficient }) => !isZero(coefficient))
        // Coefficients that have become 1 may let a sum be opened that had others before.
        const next = multiples.length > 1 ? multiples.find(one => open(one) !== undefined) : undefined
        if (next === undefined) return multiples
        collected.delete(likeness(next.term))
        pending.push(next)
        continue
      }
      spend(budget, STEPS_PER_PART)
      const opened = open(multiple)
      if (opened !== undefined) {
        pending.push(...opened.toReversed())
        continue
      }
      const like = likeness(multiple.term)
      const { term, coefficient } = collected.get(like) ?? { ...multiple, coefficient: AMOUNT_ZERO }
      const sum = addAmounts(coefficient, multiple.coefficient)
      if (sum === undefined) return undefined
      collected.set(like, { term, coefficient: sum })
    }
  }

  const buildMultiple = ({ term, coefficient }: Multiple): Expression =>
    products.build({ coefficient, factors: term === one ? [] : products.of(term).factors })

  const build = (multiples: readonly Multiple[]): Expression => {
    // One that begins with a minus begins with its first positive multiple instead.
    const first = multiples.find(({ coefficient }) => !isNegative(coefficient)) ?? multiples[0]
    if (first === undefined) return zero
    if (multiples.length === 1) return buildMultiple(first)
    const ordered = [first, ...multiples.filter(multiple => multiple !== first)]
    const built = ordered
      .slice(1)
      .reduce(
        (sum, { term, coefficient }) =>
          isNegative(coefficient)
            ? apply(OPERATIONS.subtract, sum, buildMultiple({ term, coefficient: negateAmount(coefficient) }))
            : apply(OPERATIONS.add, sum, buildMultiple({ term, coefficient })),
        buildMultiple(first),
      )
    known.set(built, ordered)
    return built
  }

  return {
    add: addends => {
      const multiples = collect(addends)
      return multiples && build(multiples)
    },
  }
}
