/**
 * Tokens → expression: a Pratt parser for the language of contract §2. Nothing is simplified: the expression has
 * the operations that were typed, in the order in which they were typed.
 *
 * Nesting (parentheses, calls, signs, powers) is bounded and counted; a long sum or product is read by the loop
 * and costs no depth.
 */
import { BINDING } from './binding.js'
import type { Expression, ExpressionPool } from './expression.js'
import { ExpressionError, spend, type StepBudget } from './faults.js'
import { CONSTANTS } from './names.js'
import { OPERATIONS, signatureOf } from './operations.js'
import { tokenize, type Token } from './tokens.js'

/** How large an expression may be. `operations` counts every operator, sign and call. */
export type ExpressionLimits = {
  readonly characters: number
  readonly depth: number
  readonly operations: number
}

/** Limits of an expression in a graph definition (contract §2, bounds). */
export const GRAPH_EXPRESSION_LIMITS: ExpressionLimits = {
  characters: 10_000,
  depth: 256,
  operations: 10_000,
}
/** Limits of an answer. */
export const ANSWER_LIMITS: ExpressionLimits = { characters: 200, depth: 32, operations: 64 }

export type ParseOptions = {
  readonly pool: ExpressionPool
  /** The graph's own names; they win over constants and functions. */
  readonly names: { has(name: string): boolean }
  readonly limits: ExpressionLimits
  readonly budget: StepBudget
}

export type ParsedExpression = {
  readonly root: Expression
  /** The distinct graph names in the text, in order of first appearance. */
  readonly operands: readonly string[]
  /** Positions at which a product without a sign follows a division: `1/2a` is `(1/2)*a`. */
  readonly ambiguousProducts: readonly number[]
}

type Infix = {
  readonly operation: number
  readonly binding: number
  readonly right: number
  readonly deeper: 0 | 1
}

const INFIX = new Map<string, Infix>([
  ['+', { operation: OPERATIONS.add, binding: BINDING.sum, right: BINDING.sum + 1, deeper: 0 }],
  ['-', { operation: OPERATIONS.subtract, binding: BINDING.sum, right: BINDING.sum + 1, deeper: 0 }],
  ['*', { operation: OPERATIONS.multiply, binding: BINDING.product, right: BINDING.product + 1, deeper: 0 }],
  ['/', { operation: OPERATIONS.divide, binding: BINDING.product, right: BINDING.product + 1, deeper: 0 }],
  ['^', { operation: OPERATIONS.power, binding: BINDING.power, right: BINDING.power - 1, deeper: 1 }],
])

/** What an operation costs later on, in characters read: its place in the pool and on the tape. */
const STEPS_PER_OPERATION = 20

const OPERAND = 'a number, a name or "("'

/** Reads one expression. Throws ExpressionError, and nothing else, whatever the text. */
export function parseExpression(text: string, options: ParseOptions): ParsedExpression {
  const { pool, names, limits, budget } = options
  if (text.length > limits.characters) {
    throw new ExpressionError(
      'expression-too-long',
      limits.characters,
      `At most ${String(limits.characters)} characters are read here; this has ${String(text.length)}.`,
    )
  }
  spend(budget, text.length)
  const tokens = tokenize(text)
  const operands = new Set<string>()
  const ambiguousProducts: number[] = []
  let index = 0
  let operations = 0

  const peek = (): Token => tokens[index] as Token // The last token is `end`, which is never stepped over.
  const next = (): Token => {
    const token = peek()
    if (token.kind !== 'end') index += 1
    return token
  }
  const unexpected = (token: Token, expected: string): ExpressionError =>
    new ExpressionError(
      'syntax',
      token.start,
      token.kind === 'end'
        ? `The expression ends where ${expected} was expected.`
        : `Unexpected ${JSON.stringify(token.text)}: expected ${expected}.`,
    )
  const isSymbol = (token: Token, symbol: string): boolean => token.kind === 'symbol' && token.text === symbol

  const expect = (symbol: string, expected: string): void => {
    if (!isSymbol(peek(), symbol)) throw unexpected(peek(), expected)
    next()
  }
  const apply = (operation: number, parts: readonly Expression[], position: number): Expression => {
    operations += 1
    spend(budget, STEPS_PER_OPERATION, position)
    if (operations > limits.operations) {
      throw new ExpressionError(
        'expression-too-large',
        position,
        `At most ${String(limits.operations)} operations are read here.`,
      )
    }
    return pool.apply(operation, parts)
  }

  const readCall = (name: Token, operation: number, depth: number): Expression => {
    expect('(', `"(" after the function ${name.text}`)
    const parts: Expression[] = []
    if (!isSymbol(peek(), ')')) {
      parts.push(read(0, depth + 1))
      while (isSymbol(peek(), ',')) {
        next()
        parts.push(read(0, depth + 1))
      }
    }
    const { arity } = signatureOf(operation)
    expect(')', parts.length < arity ? '","' : '")" or an operator')
    if (parts.length !== arity) {
      throw new ExpressionError(
        'wrong-argument-count',
        name.start,
        `${name.text} takes ${String(arity)} ${arity === 1 ? 'value' : 'values'}, not ${String(parts.length)}.`,
      )
    }
    return apply(operation, parts, name.start)
  }

  const readName = (token: Token, depth: number): Expression => {
    if (names.has(token.text)) {
      operands.add(token.text)
      return pool.name(token.text)
    }
    const operation = OPERATIONS.functions.get(token.text)
    if (operation !== undefined) return readCall(token, operation, depth)
    const constant = CONSTANTS.get(token.text)
    if (constant !== undefined) return pool.constant(token.text === 'π' ? 'pi' : token.text, constant)
    throw new ExpressionError('unknown-name', token.start, unknownName(token.text, names))
  }

  const readOperand = (depth: number): Expression => {
    const token = next()
    if (token.kind === 'number') return pool.literal(token.text)
    if (token.kind === 'name') return readName(token, depth)
    if (isSymbol(token, '-')) return apply(OPERATIONS.negate, [read(BINDING.sign, depth + 1)], token.start)
    if (isSymbol(token, '+')) return read(BINDING.sign, depth + 1)
    if (isSymbol(token, '(')) {
      const inner = read(0, depth + 1)
      expect(')', '")" or an operator')
      return inner
    }
    throw unexpected(token, OPERAND)
  }

  /** What stands between the operand just read and the next one, if it binds tightly enough. */
  const infixAt = (token: Token, minimum: number): Infix | 'implicit' | undefined => {
    if (token.kind === 'symbol' && token.text !== '(') {
      const infix = INFIX.get(token.text)
      return infix !== undefined && infix.binding >= minimum ? infix : undefined
    }
    if (token.kind === 'name' || isSymbol(token, '('))
      return BINDING.product >= minimum ? 'implicit' : undefined
    if (token.kind === 'number') {
      const message = `Two numbers or factors stand side by side: expected an operator before ${token.text}.`
      throw new ExpressionError('two-numbers', token.start, message)
    }
    return undefined
  }

  const read = (minimum: number, depth: number): Expression => {
    if (depth > limits.depth) {
      throw new ExpressionError(
        'expression-too-deep',
        peek().start,
        `Nesting deeper than ${String(limits.depth)} levels is not read here.`,
      )
    }
    let left = readOperand(depth)
    let afterDivision = false
    for (;;) {
      const token = peek()
      const infix = infixAt(token, minimum)
      if (infix === undefined) return left
      if (infix === 'implicit') {
        if (afterDivision) ambiguousProducts.push(token.start)
        left = apply(OPERATIONS.multiply, [left, read(BINDING.product + 1, depth)], token.start)
        afterDivision = false
      } else {
        next()
        left = apply(infix.operation, [left, read(infix.right, depth + infix.deeper)], token.start)
        afterDivision = infix.operation === OPERATIONS.divide
      }
    }
  }

  const root = read(0, 0)
  if (peek().kind !== 'end') throw unexpected(peek(), 'an operator or the end')
  return { root, operands: [...operands], ambiguousProducts }
}

function unknownName(name: string, names: { has(name: string): boolean }): string {
  for (let cut = 1; cut < name.length; cut += 1) {
    const [first, second] = [name.slice(0, cut), name.slice(cut)]
    if (names.has(first) && names.has(second))
      return `Unknown name "${name}": write ${first}*${second} for a product.`
  }
  return `Unknown name "${name}".`
}
