/**
 * Symbolic derivatives of one expression by all of its names, by the same reverse sweep as on the tape: every part
 * passes back to its operands what it has gathered, by the symbolic column of the table of operations. No recursion,
 * and linear in the number of distinct parts.
 */
import type { Algebra } from './algebra.js'
import { createExpressionPool, operandsFirst, type Expression } from './expression.js'
import { createStepBudget } from './faults.js'
import { notationOf, OPERATIONS } from './operations.js'
import { ANSWER_LIMITS, parseExpression } from './parse.js'
import { entryCount, isSameShape, isScalar } from './tensor.js'

/** Name → the derivative by it; undefined where the expression language cannot write it. */
export type Derivatives = ReadonlyMap<string, Expression | undefined>

export type DerivedExpression = {
  readonly root: Expression
  /** What the root's own value is called, for derivatives that are short in it: a·(1 − a). */
  readonly value: Expression
  /** The derivative of whatever is derived by the root: 1 for the root itself. */
  readonly seed: Expression
}

export type Deriver = (expression: DerivedExpression) => Derivatives

type Part = Extract<Expression, { kind: 'apply' }>

/** Derives expressions of one algebra. */
export function createDeriver(algebra: Algebra): Deriver {
  const { apply, shapeOf, times, zero } = algebra
  const readTemplate = createTemplates()

  /** The sum; the last part contributed first, so that backwards it stands in the order of the expression. */
  const total = (contributions: readonly (Expression | undefined)[]): Expression | undefined => {
    let sum: Expression | undefined = zero
    for (const contribution of contributions.toReversed()) {
      if (contribution === undefined) return undefined
      if (contribution !== zero) sum = sum === zero ? contribution : apply(OPERATIONS.add, sum, contribution)
    }
    return sum
  }

  /** What a part passes back to one of its operands, having gathered what passed back to it. */
  const passBack = (
    part: Part,
    index: number,
    value: Expression,
    gathered: Expression,
  ): Expression | undefined => {
    const { slopes, pullbacks } = notationOf(part.operation)
    const [x, y = x] = part.operands as readonly [Expression, Expression?]
    const words = new Map([
      ['x', x],
      ['y', y],
      ['value', value],
      ['g', gathered],
    ])
    const write = (template: string | undefined): Expression | undefined =>
      template === undefined ? undefined : algebra.take(readTemplate(template), word => words.get(word))
    if (pullbacks === undefined) {
      const slope = write(slopes?.[index])
      return slope && gather(index === 0 ? x : y, part, times(gathered, slope))
    }
    const isWhole = isSameShape(shapeOf(gathered), shapeOf(part))
    if (!isWhole && !isScalar(shapeOf(gathered))) return undefined
    return write(pullbacks(shapeOf(x), shapeOf(y), !isWhole)[index])
  }

  /** What an operand gathers of the entries that pass back to it: where it was broadcast, their sum. */
  const gather = (operand: Expression, part: Part, passed: Expression): Expression | undefined => {
    if (isSameShape(shapeOf(operand), shapeOf(part)) || passed === zero) return passed
    if (!isScalar(shapeOf(operand))) return undefined
    if (isScalar(shapeOf(passed))) return times(algebra.integer(entryCount(shapeOf(part))), passed)
    return isSameShape(shapeOf(passed), shapeOf(part)) ? apply(SUM, passed) : undefined
  }

  return ({ root, value, seed }) => {
    const parts = operandsFirst(root)
    const dependent = new Set<Expression>()
    for (const part of parts) {
      const operands = part.kind === 'apply' ? part.operands : []
      if (part.kind === 'name' || operands.some(operand => dependent.has(operand))) dependent.add(part)
    }
    const contributions = new Map<Expression, (Expression | undefined)[]>([[root, [seed]]])
    const derivatives = new Map<string, Expression | undefined>()
    for (const part of parts.toReversed()) {
      if (!dependent.has(part)) continue
      const gathered = total(contributions.get(part) ?? [])
      contributions.delete(part)
      if (part.kind === 'name') derivatives.set(part.name, gathered)
      if (part.kind !== 'apply') continue
      for (const [index, operand] of [...part.operands.entries()].reverse()) {
        if (!dependent.has(operand)) continue
        const passed = gathered && passBack(part, index, part === root ? value : part, gathered)
        const list = contributions.get(operand)
        if (list === undefined) contributions.set(operand, [passed])
        else list.push(passed)
      }
    }
    return derivatives
  }
}

const SUM = OPERATIONS.codeOf('sum')

const TEMPLATE_NAMES: ReadonlySet<string> = new Set(['x', 'y', 'value', 'g'])

/** Reads texts of the symbolic column, each once. */
function createTemplates(): (text: string) => Expression {
  const pool = createExpressionPool()
  const known = new Map<string, Expression>()
  return text => {
    const found = known.get(text)
    if (found !== undefined) return found
    const budget = createStepBudget(10_000)
    const { root } = parseExpression(text, { pool, names: TEMPLATE_NAMES, limits: ANSWER_LIMITS, budget })
    known.set(text, root)
    return root
  }
}
