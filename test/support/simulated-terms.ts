/**
 * Expressions of the simulated class: values and slopes by arithmetic of its own, which shares with the engine the
 * reading of the text and the names of the operations, and nothing else. A slope can be asked for with one step of
 * its rule done wrong, as a learner would.
 */
import type { Expression } from '../../src/engine/expression.js'
import { signatureOf } from '../../src/engine/operations.js'
import { toDouble } from '../../src/engine/rational.js'

/** An expression as a tree: each occurrence of an operation is an object of its own. */
export type Term =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'apply'; readonly operation: string; readonly parts: readonly Term[] }

type Application = Extract<Term, { kind: 'apply' }>

/** What names stand for. */
export type Values = (name: string) => number

/** One operation whose derivative is taken by a wrong rule: its slope by x, given u, ∂u/∂x and the right ∂f/∂u. */
export type WrongStep = {
  readonly at: Term
  /** Which of its operands is u. */
  readonly part: number
  readonly slope: (step: {
    readonly u: number
    readonly inner: number
    readonly outer: number
    /** The other operand's value. */
    readonly other: number
  }) => number
}

type Rule = {
  readonly value: (x: number, y: number) => number
  readonly slopes: (x: number, y: number) => readonly number[]
}

function one(value: (x: number) => number, slope: (x: number) => number): Rule {
  return { value, slopes: x => [slope(x)] }
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))

const RULES: ReadonlyMap<string, Rule> = new Map([
  ['+', { value: (x, y) => x + y, slopes: () => [1, 1] }],
  ['-', { value: (x, y) => x - y, slopes: () => [1, -1] }],
  ['*', { value: (x, y) => x * y, slopes: (x, y) => [y, x] }],
  ['/', { value: (x, y) => x / y, slopes: (x, y) => [1 / y, -x / (y * y)] }],
  ['^', { value: (x, y) => x ** y, slopes: (x, y) => [y * x ** (y - 1), x ** y * Math.log(x)] }],
  ['max', { value: Math.max, slopes: (x, y) => (x > y ? [1, 0] : [0, 1]) }],
  ['min', { value: Math.min, slopes: (x, y) => (x < y ? [1, 0] : [0, 1]) }],
  [
    'negate',
    one(
      x => -x,
      () => -1,
    ),
  ],
  ['exp', one(Math.exp, Math.exp)],
  ['ln', one(Math.log, x => 1 / x)],
  ['sqrt', one(Math.sqrt, x => 1 / (2 * Math.sqrt(x)))],
  [
    'square',
    one(
      x => x * x,
      x => 2 * x,
    ),
  ],
  ['abs', one(Math.abs, Math.sign)],
  ['sin', one(Math.sin, Math.cos)],
  ['cos', one(Math.cos, x => -Math.sin(x))],
  ['atan', one(Math.atan, x => 1 / (1 + x * x))],
  ['tanh', one(Math.tanh, x => 1 - Math.tanh(x) ** 2)],
  ['sigmoid', one(logistic, x => logistic(x) * (1 - logistic(x)))],
  [
    'relu',
    one(
      x => Math.max(x, 0),
      x => (x > 0 ? 1 : 0),
    ),
  ],
  ['softplus', one(x => Math.log(1 + Math.exp(x)), logistic)],
])

function ruleOf(operation: string): Rule {
  const rule = RULES.get(operation)
  if (rule === undefined) throw new Error(`the simulated class has not learnt ${operation}`)
  return rule
}

/** The tree of a parsed expression. */
export function termOf(expression: Expression): Term {
  switch (expression.kind) {
    case 'number':
      return { kind: 'number', value: toDouble(expression.value) }
    case 'constant':
      return { kind: 'number', value: expression.value }
    case 'name':
      return { kind: 'name', name: expression.name }
    case 'apply': {
      const operation = signatureOf(expression.operation).name
      ruleOf(operation)
      return { kind: 'apply', operation, parts: expression.operands.map(termOf) }
    }
  }
}

/** Whether a name occurs in a term. */
export function mentions(term: Term, name: string): boolean {
  if (term.kind === 'apply') return term.parts.some(part => mentions(part, name))
  return term.kind === 'name' && term.name === name
}

/** The value of a term; NaN or infinite outside its domain. */
export function valueOf(term: Term, values: Values): number {
  return dual(term, '', values).value
}

/** ∂term/∂x at these values, by carrying the slope along with the value; one step of it may be wrong. */
export function slopeOf(term: Term, x: string, values: Values, wrong?: WrongStep): number {
  return dual(term, x, values, wrong).slope
}

type Dual = { readonly value: number; readonly slope: number }

function dual(term: Term, x: string, values: Values, wrong?: WrongStep): Dual {
  if (term.kind === 'number') return { value: term.value, slope: 0 }
  if (term.kind === 'name') return { value: values(term.name), slope: term.name === x ? 1 : 0 }
  const parts = term.parts.map(part => dual(part, x, values, wrong))
  const [first = Number.NaN, second = Number.NaN] = parts.map(part => part.value)
  const rule = ruleOf(term.operation)
  const slopes = rule.slopes(first, second)
  const value = rule.value(first, second)
  if (wrong?.at === term) {
    const [u, other] = wrong.part === 0 ? [first, second] : [second, first]
    const inner = parts[wrong.part]?.slope ?? 0
    return { value, slope: wrong.slope({ u, inner, outer: slopes[wrong.part] ?? 0, other }) }
  }
  // A part without slope counts nothing, even where its partial is not finite: x^2 has no derivative by 2 at x < 0.
  const slope = parts.reduce(
    (sum, part, at) => sum + (part.slope === 0 ? 0 : (slopes[at] ?? 0) * part.slope),
    0,
  )
  return { value, slope }
}

/** Every application inside a term of one operand that depends on x, and which operand that is. */
function functionsOf(term: Term, x: string): { readonly at: Application; readonly part: number }[] {
  if (term.kind !== 'apply') return []
  const inside = term.parts.flatMap(part => functionsOf(part, x))
  const depending = term.parts.flatMap((part, index) => (mentions(part, x) ? [index] : []))
  const [part] = depending
  return depending.length === 1 && part !== undefined ? [{ at: term, part }, ...inside] : inside
}

const LINEAR = new Set(['+', '-', '*', 'negate', 'max', 'min'])

/** f(u) differentiated as f′(u), its inner derivative forgotten: each such step by x. */
export function forgottenInners(term: Term, x: string): WrongStep[] {
  return functionsOf(term, x)
    .filter(({ at, part }) => !LINEAR.has(at.operation) && !(at.operation === '/' && part === 0))
    .filter(({ at, part }) => at.parts[part]?.kind === 'apply')
    .map(step => ({ ...step, slope: ({ outer }) => outer }))
}

/** The power that f(u) is, with the factor before it: c/u is c·u⁻¹. */
function powerOf(
  { operation }: Application,
  part: number,
): ((other: number) => { readonly p: number; readonly factor: number }) | undefined {
  if (operation === '^' && part === 0) return p => ({ p, factor: 1 })
  if (operation === '/' && part === 1) return factor => ({ p: -1, factor })
  if (operation === 'sqrt') return () => ({ p: 0.5, factor: 1 })
  if (operation === 'square') return () => ({ p: 2, factor: 1 })
  return undefined
}

/** The wrong derivatives of uᵖ. */
const POWER_RULES: readonly ((u: number, p: number) => number)[] = [
  (u, p) => u ** (p - 1),
  (u, p) => p * u ** p,
  (u, p) => (p - 1) * u ** (p - 1),
  (u, p) => p * u,
]

/** The power rule done wrong at one power: each such step by x. */
export function wrongPowers(term: Term, x: string): WrongStep[] {
  return functionsOf(term, x).flatMap(step => {
    const power = powerOf(step.at, step.part)
    if (power === undefined) return []
    return POWER_RULES.map(rule => ({
      ...step,
      slope: ({ u, inner, other }: Parameters<WrongStep['slope']>[0]) => {
        const { p, factor } = power(other)
        return factor * rule(u, p) * inner
      },
    }))
  })
}

/** f′(u) by the value f(u) that stands on paper already: a(1 − a) for a sigmoid. */
const BY_VALUE: ReadonlyMap<string, (a: number) => number> = new Map([
  ['exp', a => a],
  ['sigmoid', a => a * (1 - a)],
  ['tanh', a => 1 - a * a],
  ['sqrt', a => 1 / (2 * a)],
])

/** ∂term/∂x where the term's last operation is differentiated by the term's own value; undefined where nobody does. */
export function slopeByValue(term: Term, x: string, values: Values, own: number): number | undefined {
  if (term.kind !== 'apply') return undefined
  const rule = BY_VALUE.get(term.operation)
  return rule && slopeOf(term, x, values, { at: term, part: 0, slope: ({ inner }) => rule(own) * inner })
}
