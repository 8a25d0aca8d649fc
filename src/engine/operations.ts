/**
 * The one table of operations: everything the engine knows about an operation stands in its row, so that a new
 * operation is a new row and its test. Its columns about symbols, not numbers, are described in notation.ts.
 *
 * Rows of operations on numbers stand here, those of operations on whole arrays in tensor-operations.ts. Both have one
 * or two operands. `partials` are ∂out/∂operand given the operands and the value; at a kink they hold the convention of
 * the contract (relu'(0) = 0, abs'(0) = 0, ties split evenly).
 */
import type { Notation } from './notation.js'
import type { Rational } from './rational.js'
import {
  absolute,
  add,
  compare,
  divide,
  multiply,
  negate,
  ONE,
  power,
  rational,
  squareRoot,
  subtract,
  ZERO,
} from './rational.js'
import { TENSOR_ROWS, type TensorOperation } from './tensor-operations.js'

/** A closed interval of subgradients. */
export type Interval = { readonly low: number; readonly high: number }

type Shared = Notation & {
  /** The name in a parsed expression: a symbol such as `*`, or a function's name. */
  readonly name: string
  /** Says why a value or partial at these operands is not finite, for a learner or an author to read. */
  readonly fault?: (x: number, y: number) => string | undefined
}

/** An operation of one operand. */
export type UnaryOperation = Shared & {
  readonly arity: 1
  readonly value: (x: number) => number
  readonly partial: (x: number, value: number) => number
  /** The value as an exact rational, where there is one. */
  readonly exact?: (x: Rational) => Rational | undefined
  /** The subgradients at a kink, undefined off a kink. */
  readonly kink?: (x: number) => Interval | undefined
}

/** An operation of two operands. */
export type BinaryOperation = Shared & {
  readonly arity: 2
  readonly value: (x: number, y: number) => number
  readonly partials: readonly [
    (x: number, y: number, value: number) => number,
    (x: number, y: number, value: number) => number,
  ]
  readonly exact?: (x: Rational, y: Rational) => Rational | undefined
  /** The subgradients at a kink for either operand, undefined off a kink. */
  readonly kink?: (x: number, y: number) => readonly [Interval, Interval] | undefined
}

export type Operation = UnaryOperation | BinaryOperation

const LEAKY_SLOPE = 0.01

/** 1/(1 + e^-x) without overflow on either side. */
function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x))
  const exponential = Math.exp(x)
  return exponential / (1 + exponential)
}

/** x^y, with x^0.5 as accurate as the square root. */
function powerValue(x: number, y: number): number {
  return y === 0.5 && x >= 0 ? Math.sqrt(x) : x ** y
}

/** ∂(x^y)/∂x = y·x^(y−1); 0 where y is 0, at x = 0 too (contract §2, kinks). */
function powerByBase(x: number, y: number): number {
  return y === 0 ? 0 : y * x ** (y - 1)
}

/** ∂(x^y)/∂y = x^y·ln x; 0 at x = 0 with y > 0, the limit from inside the domain. */
function powerByExponent(x: number, y: number, value: number): number {
  return x === 0 && y > 0 ? 0 : value * Math.log(x)
}

const zeroToOne: Interval = { low: 0, high: 1 }

function tie(x: number, y: number): readonly [Interval, Interval] | undefined {
  return x === y ? [zeroToOne, zeroToOne] : undefined
}

const NEGATIVE_LOGARITHM = 'the logarithm of a number that is not positive'

function logarithmFault(x: number): string | undefined {
  return x <= 0 ? NEGATIVE_LOGARITHM : undefined
}

const ROWS: readonly Operation[] = [
  {
    name: 'copy', // A node that only names another value, so that every node has a place of its own on the tape.
    arity: 1,
    slopes: ['1'],
    value: x => x,
    partial: () => 1,
    exact: x => x,
  },
  {
    name: 'negate',
    arity: 1,
    slopes: ['-1'],
    value: x => -x,
    partial: () => -1,
    exact: negate,
  },
  {
    name: '+',
    arity: 2,
    slopes: ['1', '1'],
    value: (x, y) => x + y,
    partials: [() => 1, () => 1],
    exact: add,
  },
  {
    name: '-',
    arity: 2,
    slopes: ['1', '-1'],
    value: (x, y) => x - y,
    partials: [() => 1, () => -1],
    exact: subtract,
  },
  {
    name: '*',
    arity: 2,
    slopes: ['y', 'x'],
    value: (x, y) => x * y,
    partials: [(_x, y) => y, x => x],
    exact: multiply,
  },
  {
    name: '/',
    arity: 2,
    slopes: ['1/y', '-x/y^2'],
    value: (x, y) => x / y,
    partials: [(_x, y) => 1 / y, (_x, y, value) => -value / y],
    exact: divide,
    fault: (_x, y) => (y === 0 ? 'a division by zero' : undefined),
  },
  {
    name: '^',
    arity: 2,
    slopes: ['y*x^(y - 1)', 'x^y*ln(x)'],
    value: powerValue,
    partials: [powerByBase, powerByExponent],
    exact: power,
    fault: (x, y) =>
      x === 0 && y < 1
        ? 'zero to a power below 1'
        : x < 0 && Math.abs(x ** y) !== Infinity
          ? 'a negative number to a power that must be whole and constant'
          : undefined,
  },
  {
    name: 'exp',
    arity: 1,
    tex: x => `e^{${x}}`,
    texClashes: ['e'],
    slopes: ['value'],
    value: Math.exp,
    partial: (_x, value) => value,
    exact: x => (x.numerator === 0n ? ONE : undefined),
  },
  {
    name: 'ln',
    arity: 1,
    tex: '\\ln',
    slopes: ['1/x'],
    value: Math.log,
    partial: x => 1 / x,
    exact: x => (compare(x, ONE) === 0 ? ZERO : undefined),
    fault: logarithmFault,
  },
  {
    name: 'log10',
    arity: 1,
    tex: '\\log_{10}',
    slopes: ['1/(x*ln(10))'],
    value: Math.log10,
    partial: x => 1 / (x * Math.LN10),
    fault: logarithmFault,
  },
  {
    name: 'log2',
    arity: 1,
    tex: '\\log_{2}',
    slopes: ['1/(x*ln(2))'],
    value: Math.log2,
    partial: x => 1 / (x * Math.LN2),
    fault: logarithmFault,
  },
  {
    name: 'sqrt',
    arity: 1,
    tex: x => `\\sqrt{${x}}`,
    slopes: ['1/(2*sqrt(x))'],
    value: Math.sqrt,
    partial: (_x, value) => 0.5 / value,
    exact: squareRoot,
    fault: x =>
      x < 0
        ? 'the square root of a negative number'
        : x === 0
          ? 'the slope of a square root at 0'
          : undefined,
  },
  {
    name: 'square',
    arity: 1,
    slopes: ['2*x'],
    value: x => x * x,
    partial: x => 2 * x,
    exact: x => multiply(x, x),
  },
  {
    name: 'abs',
    arity: 1,
    tex: x => `\\left|${x}\\right|`,
    slopes: ['sign(x)'],
    value: Math.abs,
    partial: Math.sign,
    exact: absolute,
    kink: x => (x === 0 ? { low: -1, high: 1 } : undefined),
  },
  {
    name: 'sign',
    arity: 1,
    slopes: ['0'],
    value: Math.sign,
    partial: () => 0,
    exact: x => rational(BigInt(compare(x, ZERO))),
  },
  {
    name: 'sin',
    arity: 1,
    tex: '\\sin',
    slopes: ['cos(x)'],
    value: Math.sin,
    partial: x => Math.cos(x),
  },
  {
    name: 'cos',
    arity: 1,
    tex: '\\cos',
    slopes: ['-sin(x)'],
    value: Math.cos,
    partial: x => -Math.sin(x),
  },
  {
    name: 'tan',
    arity: 1,
    tex: '\\tan',
    slopes: ['1/cos(x)^2'],
    value: Math.tan,
    partial: (_x, value) => 1 + value * value,
  },
  {
    name: 'asin',
    arity: 1,
    tex: '\\arcsin',
    slopes: ['1/sqrt(1 - x^2)'],
    value: Math.asin,
    partial: x => 1 / Math.sqrt((1 - x) * (1 + x)),
    fault: x => (Math.abs(x) >= 1 ? 'asin at or outside −1 … 1' : undefined),
  },
  {
    name: 'acos',
    arity: 1,
    tex: '\\arccos',
    slopes: ['-1/sqrt(1 - x^2)'],
    value: Math.acos,
    partial: x => -1 / Math.sqrt((1 - x) * (1 + x)),
    fault: x => (Math.abs(x) >= 1 ? 'acos at or outside −1 … 1' : undefined),
  },
  {
    name: 'atan',
    arity: 1,
    tex: '\\arctan',
    slopes: ['1/(1 + x^2)'],
    value: Math.atan,
    partial: x => 1 / (1 + x * x),
  },
  {
    name: 'sinh',
    arity: 1,
    tex: '\\sinh',
    slopes: ['cosh(x)'],
    value: Math.sinh,
    partial: x => Math.cosh(x),
  },
  {
    name: 'cosh',
    arity: 1,
    tex: '\\cosh',
    slopes: ['sinh(x)'],
    value: Math.cosh,
    partial: x => Math.sinh(x),
  },
  {
    name: 'tanh',
    arity: 1,
    tex: '\\tanh',
    slopes: ['1 - value^2'],
    value: Math.tanh,
    // 1/cosh²: 1 − tanh² would lose every digit for large x.
    partial: x => 1 / Math.cosh(x) ** 2,
  },
  {
    name: 'sigmoid',
    arity: 1,
    tex: '\\sigma',
    texClashes: ['sigma', 'σ'],
    slopes: ['value*(1 - value)'],
    value: sigmoid,
    // σ(x)·σ(−x): 1 − σ(x) would lose every digit for large x.
    partial: (x, value) => value * sigmoid(-x),
  },
  {
    name: 'relu',
    arity: 1,
    slopes: ['sign(relu(x))'],
    value: x => (x > 0 ? x : 0),
    partial: x => (x > 0 ? 1 : 0),
    exact: x => (x.numerator > 0n ? x : ZERO),
    kink: x => (x === 0 ? zeroToOne : undefined),
  },
  {
    name: 'leaky_relu',
    arity: 1,
    slopes: ['0.01 + 0.99*sign(relu(x))'],
    value: x => (x > 0 ? x : LEAKY_SLOPE * x),
    partial: x => (x > 0 ? 1 : LEAKY_SLOPE),
    exact: x => (x.numerator > 0n ? x : multiply(x, { numerator: 1n, denominator: 100n })),
    kink: x => (x === 0 ? { low: LEAKY_SLOPE, high: 1 } : undefined),
  },
  {
    name: 'softplus',
    arity: 1,
    slopes: ['sigmoid(x)'],
    // ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|), which overflows for no x.
    value: x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    partial: sigmoid,
  },
  {
    // ln(e^x + e^y), by which softmax and its kin are written out; not in the language.
    name: 'log_add_exp',
    arity: 2,
    value: (x, y) => Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y))),
    partials: [(x, y) => sigmoid(x - y), (x, y) => sigmoid(y - x)],
  },
  {
    name: 'min',
    arity: 2,
    tex: '\\min',
    slopes: ['(1 + sign(y - x))/2', '(1 + sign(x - y))/2'],
    value: Math.min,
    partials: [(x, y) => (x < y ? 1 : x === y ? 0.5 : 0), (x, y) => (y < x ? 1 : x === y ? 0.5 : 0)],
    exact: (x, y) => (compare(x, y) <= 0 ? x : y),
    kink: tie,
  },
  {
    name: 'max',
    arity: 2,
    tex: '\\max',
    slopes: ['(1 + sign(x - y))/2', '(1 + sign(y - x))/2'],
    value: Math.max,
    partials: [(x, y) => (x > y ? 1 : x === y ? 0.5 : 0), (x, y) => (y > x ? 1 : x === y ? 0.5 : 0)],
    exact: (x, y) => (compare(x, y) >= 0 ? x : y),
    kink: tie,
  },
]

/** What is not called by its name in an expression. */
const NO_FUNCTIONS: ReadonlySet<string> = new Set(['copy', 'negate', '+', '-', '*', '/', '^', 'log_add_exp'])

/** Codes of operations on whole arrays begin here. All codes stay below 128, as the pool of expressions needs them. */
const FIRST_TENSOR_CODE = 64

/** Functions that go by a second name. */
const ALIASES: readonly (readonly [string, string])[] = [['log', 'ln']]

const codeByName = new Map([
  ...ROWS.map((row, index) => [row.name, index] as const),
  ...TENSOR_ROWS.map((row, index) => [row.name, FIRST_TENSOR_CODE + index] as const),
])

function codeOf(name: string): number {
  const code = codeByName.get(name)
  if (code === undefined) throw new Error(`no operation ${name}`)
  return code
}

/** The table with its look-ups: rows by code (their index), codes of the symbols, and functions by name. */
export const OPERATIONS = {
  rows: ROWS,
  copy: codeOf('copy'),
  negate: codeOf('negate'),
  add: codeOf('+'),
  subtract: codeOf('-'),
  multiply: codeOf('*'),
  divide: codeOf('/'),
  power: codeOf('^'),
  square: codeOf('square'),
  sign: codeOf('sign'),
  relu: codeOf('relu'),
  /** Function name → code. */
  functions: new Map([
    ...[...codeByName].filter(([name]) => !NO_FUNCTIONS.has(name)),
    ...ALIASES.map(([alias, name]) => [alias, codeOf(name)] as const),
  ]) as ReadonlyMap<string, number>,
  codeOf,
} as const

/** The row of the code of an operation on numbers; on arrays it works entry by entry. */
export function operationRow(code: number): Operation {
  const row = ROWS[code]
  if (row === undefined) throw new Error(`no operation on numbers with code ${String(code)}`)
  return row
}

/** The row of the code of an operation on whole arrays, undefined for the code of one on numbers. */
export function tensorRow(code: number): TensorOperation | undefined {
  return TENSOR_ROWS[code - FIRST_TENSOR_CODE]
}

/** The name and the number of operands of any operation. */
export function signatureOf(code: number): { readonly name: string; readonly arity: 1 | 2 } {
  return tensorRow(code) ?? operationRow(code)
}

/** How any operation is written. */
export function notationOf(code: number): Notation {
  return tensorRow(code) ?? operationRow(code)
}
