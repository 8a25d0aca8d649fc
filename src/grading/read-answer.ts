/**
 * What a learner typed → a number, or the reason why it is none (contract §4, reading an answer). Reading looks at
 * the typed text alone, never at the right value, so that no refusal can give one away.
 */
import { constantFault, constantParts, constantToDouble } from '../engine/constants.js'
import { createExpressionPool, operandsFirst, type Expression } from '../engine/expression.js'
import { ExpressionError, type StepBudget } from '../engine/faults.js'
import { ANSWER_LIMITS, parseExpression } from '../engine/parse.js'
import { fromDecimal, fromDouble, negate, rational, type Rational } from '../engine/rational.js'
import { spendOnParsing } from './reading-work.js'

/** Why an answer cannot be read. */
export type UnreadableCode =
  | 'not-a-text-or-number'
  | 'not-one-number'
  | 'not-an-array'
  | 'wrong-shape'
  | 'answer-too-long'
  | 'answer-too-complex'
  | 'not-a-number'
  | 'infinite'
  | 'too-large'
  | 'too-many-digits'
  | 'separator'
  | 'hexadecimal'
  | 'two-numbers'
  | 'double-star'
  | 'graph-name'
  | 'name-not-allowed'
  | 'unknown-name'
  | 'outside-domain'
  | 'not-readable'

/** A number as it was typed: exactly, where it is rational. */
export type ReadNumber = {
  readonly kind: 'number'
  readonly double: number
  /** What was typed if rational; else the shortest decimal of its double. Only a close call asks for it. */
  readonly exact: () => Rational
}

type Blank = { readonly kind: 'blank' }

export type Reading =
  | ReadNumber
  | Blank
  | {
      readonly kind: 'unreadable'
      readonly code: UnreadableCode
      readonly message: string
      /** Where reading stopped in what was typed (0-based), if it was read at all. */
      readonly position?: number
    }

export type ReadingOptions = {
  /** The graph's own names: an answer that uses one proves nothing. */
  readonly names: { has(name: string): boolean }
  /** Of reading (reading-work.ts). */
  readonly budget: StepBudget
}

export type Unreadable = Extract<Reading, { kind: 'unreadable' }>

/** What a box asks for, as its messages name it. */
type Asked = 'number' | 'expression'

/** A reading that says why there is none. */
export function unreadable(code: UnreadableCode, message: string): Unreadable {
  return { kind: 'unreadable', code, message }
}

export const TOO_LARGE = unreadable('too-large', 'This number is too large to compute with.')

/** What is said of the answers for which the budget of reading does not suffice. */
export const TOO_MUCH_WORK = unreadable(
  'answer-too-complex',
  'Together with the answers before it this takes too much work to compute: work it out further.',
)

/** What is typed is kept as typed, so the spaces around it are bounded as well. */
const MAX_TYPED = 10_000

const SEPARATOR = unreadable(
  'separator',
  'A comma cannot be read here: write a point before the decimals (3.14) and nothing between thousands (1000).',
)

/** Forms that get a message of their own before the text is parsed, by what they look like. */
const KNOWN_FORMS: readonly (readonly [RegExp, Unreadable])[] = [
  [/^[+\-−]?\s*nan$/i, unreadable('not-a-number', '"NaN" is not a number: type the value.')],
  [/^[+\-−]?\s*(inf|infinity|∞)$/i, unreadable('infinite', 'An infinite value cannot be an answer here.')],
  [/^[+\-−]?\s*0x/i, unreadable('hexadecimal', 'Type the number in decimal digits, without 0x.')],
  [/^[+\-−]?[\d.\s]*\d\s*,[\d.,\s]*$/, SEPARATOR],
]

/** Reads one typed answer of a box that asks for a number. Throws only `too-complex`, when the budget is spent. */
export function readAnswer(typed: unknown, options: ReadingOptions): Reading {
  if (typeof typed === 'number') return readNumber(typed)
  const taken = takeText(typed, 'number')
  if (taken.kind !== 'text') return taken
  const { text, offset } = taken
  return readDecimal(text) ?? readFraction(text) ?? knownForm(text) ?? readText(text, offset, options)
}

/** What was typed without the spaces around it, and where it begins; or what can be said without reading it. */
export function takeText(
  typed: unknown,
  asked: Asked,
): { readonly kind: 'text'; readonly text: string; readonly offset: number } | Blank | Unreadable {
  if (typed === null || typed === undefined) return { kind: 'blank' }
  if (Array.isArray(typed)) {
    const wanted = asked === 'number' ? 'one number' : 'one expression'
    return unreadable('not-one-number', `This box asks for ${wanted}, not for a list.`)
  }
  if (typeof typed === 'boolean')
    return unreadable('not-a-text-or-number', 'An answer is a number or a text, not true or false.')
  if (typeof typed !== 'string')
    return unreadable('not-a-text-or-number', 'An answer is a number or a text, not an object.')
  const text = typed.trim()
  if (text === '') return { kind: 'blank' }
  if (text.length > ANSWER_LIMITS.characters || typed.length > MAX_TYPED) {
    return unreadable(
      'answer-too-long',
      `An answer has at most ${String(ANSWER_LIMITS.characters)} characters.`,
    )
  }
  return { kind: 'text', text, offset: typed.length - typed.trimStart().length }
}

/** What a text is known to be by its looks alone, if it is one of those forms. */
export function knownForm(text: string): Unreadable | undefined {
  return KNOWN_FORMS.find(([form]) => form.test(text))?.[1]
}

/** A JSON number. */
export function readNumber(typed: number): ReadNumber | Unreadable {
  if (Number.isNaN(typed)) return unreadable('not-a-number', 'NaN is not a number.')
  // JSON has no infinity: an infinite number was a literal past the largest double, such as 1e999.
  if (!Number.isFinite(typed)) return TOO_LARGE
  return asRead(typed)
}

/** A finite number as if it had been typed with just as many digits as it has. */
export function asRead(value: number): ReadNumber {
  return { kind: 'number', double: value, exact: () => fromDouble(value) }
}

/** The parser reads all of these as well; most of what learners type is one of them, and this takes a tenth of the time. */
const DECIMAL = /^([+\-−]?)\s*((?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,2})?)$/

const FRACTION = /^([+\-−]?)\s*(\d{1,15})\s*\/\s*(\d{1,15})$/

function readFraction(text: string): ReadNumber | undefined {
  const [, sign, top = '', bottom = ''] = FRACTION.exec(text) ?? []
  if (sign === undefined || Number(bottom) === 0) return undefined
  const negative = sign === '-' || sign === '−'
  // Both are exact doubles, and one division of two exact doubles is correctly rounded.
  const size = Number(top) / Number(bottom)
  const double = negative && size !== 0 ? -size : size
  return {
    kind: 'number',
    double,
    exact: () => rational(negative ? -BigInt(top) : BigInt(top), BigInt(bottom)) ?? fromDouble(double),
  }
}

function readDecimal(text: string): ReadNumber | undefined {
  const match = DECIMAL.exec(text)
  const digits = match?.[2]
  if (match === null || digits === undefined) return undefined
  const negative = match[1] === '-' || match[1] === '−'
  const size = Number(digits)
  return {
    kind: 'number',
    double: negative && size !== 0 ? -size : size,
    exact: () => (negative ? negate(fromDecimal(digits)) : fromDecimal(digits)),
  }
}

/** `offset` is where the text begins in what was typed. */
function readText(text: string, offset: number, { names, budget }: ReadingOptions): Reading {
  spendOnParsing(budget, text)
  try {
    const { root, operands } = parseExpression(text, {
      pool: createExpressionPool(),
      names,
      limits: ANSWER_LIMITS,
      budget,
    })
    if (operands.length > 0) {
      const message = `Type a number: the name "${operands[0] ?? ''}" of the graph cannot stand in this box.`
      return unreadable('graph-name', message)
    }
    return readValue(root, budget)
  } catch (error) {
    if (!(error instanceof ExpressionError) || error.code === 'too-complex') throw error
    return { ...unreadableText(text, 'number', error), position: offset + error.position }
  }
}

function readValue(root: Expression, budget: StepBudget): Reading {
  const parts = operandsFirst(root)
  const values = constantParts(parts, budget)
  const fault = constantFault(parts, values)
  if (fault !== undefined) return unreadable('outside-domain', `This contains ${fault}.`)
  const value = values.get(root)
  if (value === undefined) return unreadable('not-readable', 'Functions of arrays cannot stand in a number.')
  const double = constantToDouble(value)
  if (!Number.isFinite(double)) return TOO_LARGE
  return { kind: 'number', double, exact: () => (typeof value === 'number' ? fromDouble(value) : value) }
}

/** Why a text could not be parsed as an answer, for a learner to read. */
export function unreadableText(text: string, asked: Asked, error: ExpressionError): Unreadable {
  switch (error.code) {
    case 'exponent-too-large':
      return unreadable('too-large', `${error.message} This number is out of range.`)
    case 'literal-too-long':
      return unreadable('too-many-digits', error.message)
    case 'expression-too-deep':
    case 'expression-too-large':
      return unreadable('answer-too-complex', error.message)
    case 'two-numbers':
    case 'double-star':
    case 'unknown-name':
      return unreadable(error.code, error.message)
    default:
      if (text.charAt(error.position) === ',') return SEPARATOR
      return unreadable(
        'not-readable',
        `This cannot be read as ${asked === 'number' ? 'a number' : 'an expression'}. ${error.message}`,
      )
  }
}
