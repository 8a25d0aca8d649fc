/**
 * Text → tokens of the expression language (contract §2). The longest number wins: `2e+3` is 2000, while in
 * `2e+a` the `e` is a name.
 */
import { ExpressionError } from './faults.js'
import { MAX_NAME_LENGTH, NAME_PATTERN } from './names.js'

/** The most digits in one literal. */
export const MAX_LITERAL_DIGITS = 40
/** The largest |exponent| in one literal. */
export const MAX_LITERAL_EXPONENT = 400

export type Token = {
  readonly kind: 'number' | 'name' | 'symbol' | 'end'
  /** As the parser compares it: `·` and `×` read `*`, `−` reads `-`. */
  readonly text: string
  readonly start: number
  readonly end: number
}

const NUMBER_PATTERN = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+\-−]?\d+)?/y
const SPACE_PATTERN = /\s+/y
const SYMBOLS = new Map([
  ...['+', '-', '*', '/', '^', '(', ')', ','].map(symbol => [symbol, symbol] as const),
  ['·', '*'],
  ['×', '*'],
  ['−', '-'],
])

/** Splits a text into tokens, the last of kind `end`. Throws ExpressionError on a character it does not know. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let position = 0
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position
    return pattern.exec(text)?.[0]
  }
  while (position < text.length) {
    const space = match(SPACE_PATTERN)
    if (space !== undefined) {
      position += space.length
      continue
    }
    const token = tokenAt(text, position, match)
    tokens.push(token)
    position = token.end
  }
  tokens.push({ kind: 'end', text: '', start: position, end: position })
  return tokens
}

function tokenAt(text: string, start: number, match: (pattern: RegExp) => string | undefined): Token {
  const number = match(NUMBER_PATTERN)
  if (number !== undefined) {
    checkLiteral(number, start)
    return { kind: 'number', text: number.replace('−', '-'), start, end: start + number.length }
  }
  const name = match(NAME_PATTERN)
  if (name !== undefined) {
    if (name.length > MAX_NAME_LENGTH) {
      throw new ExpressionError(
        'invalid-name',
        start,
        `Names have at most ${String(MAX_NAME_LENGTH)} characters.`,
      )
    }
    return { kind: 'name', text: name, start, end: start + name.length }
  }
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0)
  const symbol = SYMBOLS.get(character)
  if (symbol === undefined) {
    throw new ExpressionError(
      'syntax',
      start,
      `Unexpected character ${shown(character)}: expected a number, a name, an operator or a parenthesis.`,
    )
  }
  if (symbol === '*' && SYMBOLS.get(text.charAt(start + 1)) === '*') {
    throw new ExpressionError('double-star', start, '"**" is not an operator here: write a power with "^".')
  }
  return { kind: 'symbol', text: symbol, start, end: start + character.length }
}

/** A character in a message: by its number if it would not be seen, such as a zero-width space that was pasted. */
function shown(character: string): string {
  if (!/[\p{C}\p{M}\p{Z}]/u.test(character)) return JSON.stringify(character)
  const number = character.codePointAt(0) ?? 0
  return `U+${number.toString(16).toUpperCase().padStart(4, '0')}`
}

function checkLiteral(literal: string, start: number): void {
  const [mantissa = '', exponent = '0'] = literal.toLowerCase().split('e')
  const digits = mantissa.replace('.', '').length
  if (digits > MAX_LITERAL_DIGITS) {
    throw new ExpressionError(
      'literal-too-long',
      start,
      `A number may have at most ${String(MAX_LITERAL_DIGITS)} digits; this one has ${String(digits)}.`,
    )
  }
  const size = exponent.replace(/^[+\-−]/, '').replace(/^0+/, '')
  if (size.length > 3 || Number(size) > MAX_LITERAL_EXPONENT) {
    throw new ExpressionError(
      'exponent-too-large',
      start,
      `A number's exponent may be at most ${String(MAX_LITERAL_EXPONENT)} either way.`,
    )
  }
}
