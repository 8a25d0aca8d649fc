/**
 * What the slopes of an operation are made of: read off the symbolic column of the table of operations, so that x + y
 * is known to have slopes that depend on nothing, x·y one that depends on y alone, and exp one that is its own value.
 */
import { evaluateExpression } from './evaluate-expression.js'
import { createExpressionPool, type Expression } from './expression.js'
import { createStepBudget } from './faults.js'
import { OPERATIONS, operationRow } from './operations.js'
import { ANSWER_LIMITS, parseExpression } from './parse.js'

/** Bits of what a slope depends on. */
export const ON_LEFT = 1
export const ON_RIGHT = 2
export const ON_VALUE = 4

const NAMES: ReadonlyMap<string, number> = new Map([
  ['x', ON_LEFT],
  ['y', ON_RIGHT],
  ['value', ON_VALUE],
])

/** Enough for any formula of the table. */
const SLOPE_STEPS = 10_000

type Slope = {
  readonly dependence: number
  /** Its formula, where the operation's own value stands in it. */
  readonly byValue: Expression | undefined
}

function readSlope(text: string | undefined): Slope {
  // An operation that the language does not have is not written down: its slopes may depend on both operands.
  if (text === undefined) return { dependence: ON_LEFT | ON_RIGHT, byValue: undefined }
  const { root, operands } = parseExpression(text, {
    pool: createExpressionPool(),
    names: NAMES,
    limits: ANSWER_LIMITS,
    budget: createStepBudget(SLOPE_STEPS),
  })
  const dependence = operands.reduce((bits, name) => bits | (NAMES.get(name) ?? 0), 0)
  return { dependence, byValue: (dependence & ON_VALUE) === 0 ? undefined : root }
}

/** By the code of an operation on numbers: its slopes by the left and by the right operand. */
const SLOPES: readonly (readonly [Slope, Slope])[] = OPERATIONS.rows.map(({ slopes, arity }) => [
  readSlope(slopes?.[0]),
  arity === 2 ? readSlope(slopes?.[1]) : { dependence: 0, byValue: undefined },
])

/** What the slope of an operation by an operand depends on, as bits; `side` 0 is the left operand. */
export function slopeDependence(code: number, side: 0 | 1): number {
  return SLOPES[code]?.[side].dependence ?? 0
}

/**
 * The slope of an operation where its own value is taken as given, be it right or not: σ′ as value·(1 − value), the
 * slope of a square root as 1/(2·value).
 */
export function slopeByValue(code: number, side: 0 | 1, x: number, y: number, value: number): number {
  const formula = SLOPES[code]?.[side].byValue
  if (formula !== undefined) {
    const at = (name: string): number => (name === 'x' ? x : name === 'y' ? y : value)
    const slope = evaluateExpression(formula, at, createStepBudget(SLOPE_STEPS))
    return typeof slope === 'number' ? slope : Number.NaN
  }
  const row = operationRow(code)
  return row.arity === 1 ? row.partial(x, value) : row.partials[side](x, y, value)
}

/**
 * What the slope depends on where the operation's own value is taken as given, as bits; undefined where it cannot be put
 * by that: σ′ is made of the value alone, the slope of x/y by y, −value/y, of the value and y, that by x of neither.
 */
export function dependenceByValue(code: number, side: 0 | 1): number | undefined {
  return BY_VALUE[code]?.[side]
}

/** Two of each, and where they are put in turn; no slope of the table is the same at both by chance. */
const FIRST = [0.3, 0.7, 0.21] as const
const SECOND = [0.41, 0.87, 0.57] as const

/** Tried out, since a row may state a slope by its operands and compute it by its value. */
function readByValue(code: number, side: 0 | 1): number | undefined {
  const slopeAt = (moved: number): number => {
    const [x, y, value] = FIRST.map((number, index) => ((moved >> index) & 1 ? SECOND[index] : number))
    return slopeByValue(code, side, x ?? 0, y ?? 0, value ?? 0)
  }
  const bits = [ON_LEFT, ON_RIGHT, ON_VALUE].filter(bit => slopeAt(bit) !== slopeAt(0))
  return bits.includes(ON_VALUE) ? bits.reduce((all, bit) => all | bit, 0) : undefined
}

const BY_VALUE: readonly (readonly [number | undefined, number | undefined])[] = OPERATIONS.rows.map(
  ({ arity }, code) => [readByValue(code, 0), arity === 2 ? readByValue(code, 1) : undefined],
)
