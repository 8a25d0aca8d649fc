/** Random expressions and texts of the expression language. */
import fc from 'fast-check'
import type { Expression, ExpressionPool } from '../../src/engine/expression.js'
import { CONSTANTS } from '../../src/engine/names.js'
import { OPERATIONS } from '../../src/engine/operations.js'
import { fromDecimal } from '../../src/engine/rational.js'

/** Names that random expressions may hold: plain ones, and some that look like something else. */
export const NAMES: readonly string[] = [
  'a',
  'b',
  'x',
  'y',
  'w0',
  'w_1',
  'λ',
  'E',
  'i',
  'e3',
  'lambda',
  'Sin',
]

const digits = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...'0123456789'.split('')), { minLength, maxLength }).map(list => list.join(''))

const mantissa = fc.oneof(
  digits(1, 40),
  digits(1, 40).map(whole => `${whole}.`),
  fc.tuple(digits(1, 20), digits(0, 20)).map(([whole, part]) => `${whole}.${part}`),
  digits(1, 40).map(part => `.${part}`),
  fc.nat(20).map(String),
)
const exponent = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  fc
    .tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), fc.integer({ min: 0, max: 400 }))
    .map(([letter, sign, size]) => `${letter}${sign}${String(size)}`),
)

/** A decimal literal within the bounds of the language. */
export const literal: fc.Arbitrary<string> = fc
  .tuple(mantissa, exponent)
  .map(([digitsAndPoint, power]) => digitsAndPoint + power)

/** What an expression is made from; `build` makes it in a pool. */
export type Sketch =
  | { readonly leaf: 'number' | 'constant' | 'name'; readonly text: string }
  | { readonly operation: number; readonly operands: readonly Sketch[] }

/** Operations that the language has no notation for: `copy` stands for a node named again. */
const UNWRITABLE: readonly string[] = ['copy', 'log_add_exp']

/** Every operation on numbers that can be written. */
const writable = OPERATIONS.rows.flatMap(({ name, arity }, operation) =>
  UNWRITABLE.includes(name) ? [] : [{ operation, arity }],
)

/** A random expression over the whole table of operations. */
export const sketch: fc.Arbitrary<Sketch> = fc.letrec<{ any: Sketch; leaf: Sketch; apply: Sketch }>(tie => ({
  any: fc.oneof({ depthSize: 'medium', withCrossShrink: true }, tie('leaf'), tie('apply')),
  leaf: fc.oneof(
    literal.map(text => ({ leaf: 'number' as const, text })),
    fc.constantFrom(...NAMES).map(text => ({ leaf: 'name' as const, text })),
    fc.constantFrom('pi', 'e').map(text => ({ leaf: 'constant' as const, text })),
  ),
  apply: fc
    .tuple(fc.constantFrom(...writable), tie('any'), tie('any'))
    .map(([{ operation, arity }, left, right]) => ({
      operation,
      operands: arity === 1 ? [left] : [left, right],
    })),
})).any

/** Makes a sketched expression in a pool. */
export function build(pool: ExpressionPool, from: Sketch): Expression {
  if ('operation' in from)
    return pool.apply(
      from.operation,
      from.operands.map(operand => build(pool, operand)),
    )
  switch (from.leaf) {
    case 'number':
      return pool.number(fromDecimal(from.text))
    case 'constant':
      return pool.constant(from.text, CONSTANTS.get(from.text) ?? Number.NaN)
    case 'name':
      return pool.name(from.text)
  }
}

const TOKENS = [
  ...[
    '+',
    '-',
    '−',
    '*',
    '·',
    '×',
    '/',
    '^',
    '(',
    ')',
    ',',
    '**',
    '.',
    '_',
    '=',
    '0x',
    '∞',
    ' ',
    '\t',
    '\u00a0',
  ],
  ...['0', '1', '2', '9', '.5', '4.', '1e3', '2e+', '2e-', '1e999', '1e400', '1,000', '3,14', '000'],
  ...NAMES,
  ...CONSTANTS.keys(),
  ...[...OPERATIONS.functions.keys()].flatMap(name => [name, `${name}(`]),
]

/** Texts made of the language's own tokens, in any order. */
export const tokenSoup: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...TOKENS), { maxLength: 60 })
  .map(tokens => tokens.join(''))

/** Any string at all, halves of surrogate pairs included. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map(unit => String.fromCharCode(unit)) }),
  fc.string({ unit: fc.constantFrom(...'0123456789.eE+-−*·×/^(), naifx'.split('')) }),
  tokenSoup,
)
