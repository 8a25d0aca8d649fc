/**
 * Expressions as they stand in a step: whole where they are short, with the middle left out where they are a long sum
 * or product, and not at all where no one would read them.
 */
import { bracketed, DOTS, MAX_CHARACTERS, MAX_TERMS, type Side } from './explain-phrases.js'
import { createExpressionPool, operandsFirst, type Expression, type ExpressionPool } from './expression.js'
import { formulaOf, type Formula, type FormulaOptions } from './formula.js'
import { texName } from './names.js'
import { OPERATIONS } from './operations.js'
import { inferShapes } from './shapes.js'
import { showNumber } from './shown-number.js'
import { SCALAR, type Shape } from './tensor.js'

/** Names, numbers and operations of an expression that may still be worth writing. */
const MAX_PARTS = 300

/**
 * An expression as it stands, undefined where it is too long. Its text has U+2212 for minus, which is read aloud, and
 * which our parser reads as well.
 */
export function writeExpression(expression: Expression, options: FormulaOptions = {}): Formula | undefined {
  if (partsWritten(expression) <= MAX_PARTS) {
    const whole = write(expression, options)
    if (whole.text.length <= MAX_CHARACTERS) return whole
  }
  const chain = chainOf(expression)
  const dotsShape = shapeOf(expression, options)
  for (let kept = Math.min(MAX_TERMS, chain.links.length) - 2; kept >= 0; kept -= 1) {
    const shortened = shorten(chain, kept)
    if (shortened === undefined) continue
    const written = write(shortened, {
      ...options,
      texOfName: name => (name === DOTS.text ? DOTS.tex : (options.texOfName ?? texName)(name)),
      shapeOfName: name => (name === DOTS.text ? dotsShape : (options.shapeOfName?.(name) ?? SCALAR)),
    })
    if (written.text.length <= MAX_CHARACTERS) return written
  }
  return undefined
}

/** An expression with numbers put in for those names that have one, products of numbers as `2·11`. */
export function writeWithNumbers(
  expression: Expression,
  valueOf: (name: string) => number | undefined,
  options: FormulaOptions = {},
): Side | undefined {
  let exact = true
  const shown = (name: string): number | undefined => {
    const value = valueOf(name)
    if (value === undefined) return undefined
    const number = showNumber(value)
    exact &&= number.exact
    return number.value
  }
  const shapeOfName = (name: string): Shape =>
    valueOf(name) === undefined ? (options.shapeOfName?.(name) ?? SCALAR) : SCALAR
  const written = writeExpression(expression, { ...options, numberOf: shown, shapeOfName })
  if (written === undefined) return undefined
  return { text: written.text.replaceAll('*', '·'), tex: written.tex, exact }
}

/** A formula as a factor: in brackets where it is a sum or begins with a sign. Undefined for none, or one too long. */
export function writeFactor(
  expression: Expression | undefined,
  options: FormulaOptions,
): Formula | undefined {
  const written = expression && writeExpression(expression, options)
  if (written === undefined) return undefined
  const { add, subtract } = OPERATIONS
  const loose = expression?.kind === 'apply' && [add, subtract].includes(expression.operation)
  return loose || written.text.startsWith('−') ? bracketed(written) : written
}

/** How many operations an expression has, a part that occurs twice counted once. */
export function countOperations(expression: Expression): number {
  return operandsFirst(expression).filter(part => part.kind === 'apply').length
}

function write(expression: Expression, options: FormulaOptions): Formula {
  const { text, tex } = formulaOf(expression, options)
  return { text: text.replaceAll('-', '−'), tex }
}

function shapeOf(expression: Expression, { shapeOfName = () => SCALAR }: FormulaOptions): Shape {
  const inferred = inferShapes(operandsFirst(expression), shapeOfName)
  return (inferred.ok ? inferred.shapes.get(expression) : undefined) ?? SCALAR
}

/** Parts as they would be written: one that occurs twice counts twice. */
function partsWritten(expression: Expression): number {
  const sizes = new Map<Expression, number>()
  for (const part of operandsFirst(expression)) {
    const operands = part.kind === 'apply' ? part.operands : []
    sizes.set(
      part,
      operands.reduce((total, operand) => total + (sizes.get(operand) ?? 0), 1),
    )
  }
  return sizes.get(expression) ?? 0
}

/** A sum or product taken apart: `first`, then what each link adds, takes away or multiplies. */
type Chain = {
  readonly first: Expression
  readonly links: readonly { readonly operation: number; readonly operand: Expression }[]
}

function chainOf(root: Expression): Chain {
  const sums: readonly number[] = [OPERATIONS.add, OPERATIONS.subtract]
  const family = root.kind !== 'apply' ? [] : sums.includes(root.operation) ? sums : [OPERATIONS.multiply]
  const links: Chain['links'][number][] = []
  let first = root
  while (first.kind === 'apply' && family.includes(first.operation)) {
    const [rest, operand] = first.operands as readonly [Expression, Expression] // Sums and products have two.
    links.push({ operation: first.operation, operand })
    first = rest
  }
  return { first, links: links.reverse() }
}

/** The chain with so many of its links kept, then dots, then its last link. Undefined where a kept part is long. */
function shorten({ first, links }: Chain, kept: number): Expression | undefined {
  const last = links.at(-1)
  if (last === undefined || kept > links.length - 2) return undefined
  const shown = [...links.slice(0, kept), last]
  if ([first, ...shown.map(link => link.operand)].some(part => partsWritten(part) > MAX_PARTS))
    return undefined
  const pool = createExpressionPool()
  const dots = { operation: chainSign(last.operation), operand: pool.name(DOTS.text) }
  let result = copyInto(pool, first)
  for (const { operation, operand } of [...shown.slice(0, -1), dots, last]) {
    result = pool.apply(operation, [result, copyInto(pool, operand)])
  }
  return result
}

function chainSign(operation: number): number {
  return operation === OPERATIONS.multiply ? OPERATIONS.multiply : OPERATIONS.add
}

function copyInto(pool: ExpressionPool, root: Expression): Expression {
  const copies = new Map<Expression, Expression>()
  const copyOf = (part: Expression): Expression => copies.get(part) as Expression // Operands are visited first.
  for (const part of operandsFirst(root)) {
    switch (part.kind) {
      case 'number':
        copies.set(part, pool.number(part.value))
        break
      case 'constant':
        copies.set(part, pool.constant(part.name, part.value))
        break
      case 'name':
        copies.set(part, pool.name(part.name))
        break
      case 'apply':
        copies.set(part, pool.apply(part.operation, part.operands.map(copyOf)))
        break
    }
  }
  return copyOf(root)
}
