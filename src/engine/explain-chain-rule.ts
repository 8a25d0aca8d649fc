/**
 * The chain rule for one gradient: in words ("w changes by a little, a by 3 times that, …"), in symbols, in numbers;
 * with several consumers, the sum over them. A long way to the output is one factor, the gradient of the consumer,
 * which is a box of its own.
 */
import type { DerivativeBox } from './explain-arithmetic.js'
import type { Explained } from './explain-context.js'
import {
  derivative,
  directDerivative,
  elide,
  equation,
  MAX_TERMS,
  nameOf,
  numericProduct,
  numericSum,
  product,
  sum,
  type Side,
} from './explain-phrases.js'
import { step, type Step } from './explain-step.js'
import type { ExplainWords } from './explain-words.js'
import { writeExpression, writeFactor } from './explain-written.js'
import type { Formula, FormulaOptions } from './formula.js'
import { bracketNegative, showNumber, showResult, type ShownNumber } from './shown-number.js'
import type { Symbolics } from './symbolic.js'

/** One consumer of the value that is derived by: ∂consumer/∂it, and ∂output/∂consumer (1 for the output itself). */
export type ChainPath = { readonly consumer: string; readonly local: number; readonly upstream: number }

/** Past so many characters a side of an equation of formulas is left out: it explains nothing any more. */
const SHORT_CHARACTERS = 160

/** Words, symbols and numbers for a gradient that comes through these consumers, at least one, in sorted order. */
export function chainRuleSteps(
  { symbolics, options, say }: Explained,
  box: DerivativeBox,
  paths: readonly ChainPath[],
  value: number,
): Step[] {
  const label = derivative(box.of, box.wrt)
  const symbols = paths.map(({ consumer }) =>
    consumer === box.of
      ? directDerivative(box.of, box.wrt, say.direct)
      : product([derivative(consumer, box.wrt), derivative(box.of, consumer)]),
  )
  const factors = paths.map(({ consumer, local, upstream }) =>
    consumer === box.of
      ? bracketNegative(showNumber(local))
      : numericProduct([showNumber(local), showNumber(upstream)]),
  )
  const products = paths.length > 1 && paths.length <= MAX_TERMS ? [sumOfProducts(paths)] : []
  const rule = sum(symbols)
  const numbers = [numericSum(factors), ...products, showResult(value)]
  const single = paths.length === 1
  return [
    ...(single ? wordsForOne(say, box, paths, value) : wordsForMany(say, box, paths, value)),
    step('chain-rule', equation(label, rule)),
    ...symbolicSteps(box, paths, symbolics, options),
    step('numbers', equation(label, ...(single ? [rule] : []), ...numbers)),
  ]
}

/** What one path gives: ε comes out so many times larger. */
function passedOn({ local, upstream }: ChainPath): ShownNumber {
  return showNumber(local * upstream)
}

function sumOfProducts(paths: readonly ChainPath[]): Side {
  return numericSum(paths.map(path => bracketNegative(passedOn(path))))
}

function wordsForOne(
  say: ExplainWords,
  box: DerivativeBox,
  paths: readonly ChainPath[],
  value: number,
): Step[] {
  const total = amount(say, showNumber(value))
  return paths.map(path =>
    step('words', say.onlyWay({ ...wayOf(say, box, path), name: nameOf(box.wrt), total })),
  )
}

function wordsForMany(
  say: ExplainWords,
  box: DerivativeBox,
  paths: readonly ChainPath[],
  value: number,
): Step[] {
  const output = nameOf(box.of)
  const { head, skipped, tail } = elide(paths, () => 0)
  const lines = (some: readonly ChainPath[]): Step[] =>
    some.map(path => {
      const way = wayOf(say, box, path)
      return step('path', path.consumer === box.of ? say.directWay(way) : say.way(way))
    })
  const total = equation(sumOfProducts(paths), showNumber(value))
  return [
    step('words', say.manyWays({ name: nameOf(box.wrt), nodes: paths.length, output })),
    ...lines(head),
    ...(skipped === 0 ? [] : [step('path', say.moreNodes(skipped))]),
    ...lines(tail),
    step('words', say.inAll({ output, total })),
  ]
}

/** A path as it is said in words. */
function wayOf(say: ExplainWords, box: DerivativeBox, path: ChainPath) {
  return {
    consumer: nameOf(path.consumer),
    output: nameOf(box.of),
    local: amount(say, showNumber(path.local)),
    upstream: amount(say, showNumber(path.upstream)),
    total: amount(say, passedOn(path)),
  }
}

/** A number said in words: `3`, `about 0.98201379`. */
function amount(say: ExplainWords, number: ShownNumber): Formula {
  return number.exact ? number : say.about(number)
}

/**
 * The chain rule with the formulas of its factors put in, and the whole simplified: `∂J/∂w = 3 · 2*a = 6*a`. Where
 * the gradients' own formulas are long, they stay symbols: `∂J/∂w = x · ∂J/∂c`. Empty where nothing short is known.
 */
function symbolicSteps(
  box: DerivativeBox,
  paths: readonly ChainPath[],
  symbolics: Symbolics,
  options: FormulaOptions,
): Step[] {
  if (paths.length > MAX_TERMS) return []
  const locals = paths.map(({ consumer }) => writeFactor(symbolics.local(consumer, box.wrt), options))
  const withUpstream = (upstream: (node: string) => Formula | undefined): Formula | undefined => {
    const terms = paths.map(({ consumer }, index) => {
      const local = locals[index]
      if (local === undefined || consumer === box.of) return local
      const rest = upstream(consumer)
      return rest === undefined ? undefined : product([local, rest])
    })
    const known = terms.filter(term => term !== undefined)
    return known.length === terms.length ? short(sum(known)) : undefined
  }
  const putIn =
    withUpstream(node => writeFactor(symbolics.full(node), options)) ??
    withUpstream(node => derivative(box.of, node))
  const full = symbolics.full(box.wrt)
  const simplified = full === undefined ? undefined : short(writeExpression(full, options))
  const sides = [putIn, simplified?.text === putIn?.text ? undefined : simplified].filter(
    side => side !== undefined,
  )
  return sides.length === 0 ? [] : [step('symbolic', equation(derivative(box.of, box.wrt), ...sides))]
}

function short(formula: Formula | undefined): Formula | undefined {
  return formula !== undefined && formula.text.length <= SHORT_CHARACTERS ? formula : undefined
}
