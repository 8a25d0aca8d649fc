/**
 * Expression → TeX as a teacher writes it: products without a sign where nothing can be misread (`2 a`, `x w`),
 * fractions, powers, roots, and every bracket that matters.
 */
import { operandsFirst, type Expression } from './expression.js'
import { texName } from './names.js'
import { notationOf, OPERATIONS, signatureOf } from './operations.js'
import { fromDouble } from './rational.js'
import { inferShapes } from './shapes.js'
import type { Shape } from './tensor.js'
import {
  bracket,
  HOLD,
  printDot,
  printEntrywise,
  printFraction,
  printNegative,
  printNumber,
  printPower,
  printProduct,
  printSum,
  type Printed,
} from './tex-pieces.js'

export type TexOptions = {
  /** TeX of a name, by default `texName`. */
  readonly texOfName?: ((name: string) => string) | undefined
  /** Numbers put in for names, as they are multiplied: `2 \cdot 11`, `\left(-4\right)+8`. */
  readonly numberOf?: ((name: string) => number | undefined) | undefined
  /** The graph's own names, by default those in the expression: where `e` is one, exp(x) is not written `e^{x}`. */
  readonly names?: { has(name: string): boolean } | undefined
  /** The shapes of names, by default those of numbers: products of arrays, entry by entry, have a sign of their own. */
  readonly shapeOfName?: ((name: string) => Shape) | undefined
}

type Apply = Extract<Expression, { kind: 'apply' }>

const [MATMUL, DOT, TRANSPOSE] = ['matmul', 'dot', 'transpose'].map(OPERATIONS.codeOf)

/** Functions of which a power is written on the head. */
const POWERED_HEADS: ReadonlySet<string> = new Set(['\\sin', '\\cos', '\\tan', '\\sinh', '\\cosh', '\\tanh'])

/** What functions are written with: a node `sigma` looks like the head of sigmoid. */
const FUNCTION_HEADS: ReadonlySet<unknown> = new Set(
  [...OPERATIONS.functions.values()].map(code => notationOf(code).tex),
)

/** The expression as TeX. It holds no command and no character that is not written here or made by `texOfName`. */
export function printTex(root: Expression, options: TexOptions = {}): string {
  const parts = operandsFirst(root)
  const names = options.names ?? new Set(parts.flatMap(part => (part.kind === 'name' ? [part.name] : [])))
  const printed = new Map<Expression, Printed>()
  const at = (part: Expression): Printed => printed.get(part) as Printed // Operands are visited first.
  const isArray = findArrays(parts, options.shapeOfName)
  for (const part of parts) {
    if (part.kind !== 'apply') printed.set(part, printLeaf(part, options))
    else printed.set(part, printArrays(part, at, isArray) ?? printApply(part, at, names))
  }
  return at(root).tex
}

function findArrays(
  parts: readonly Expression[],
  shapeOfName: TexOptions['shapeOfName'],
): (part: Expression) => boolean {
  const inferred = shapeOfName && inferShapes(parts, shapeOfName)
  return part => inferred?.ok === true && inferred.shapes.has(part)
}

/** What is written in another way of arrays than of numbers. */
function printArrays(
  { operation, operands }: Apply,
  at: (part: Expression) => Printed,
  isArray: (part: Expression) => boolean,
): Printed | undefined {
  const [x, y = x] = operands as readonly [Expression, Expression?]
  switch (operation) {
    case OPERATIONS.multiply:
      return isArray(x) && isArray(y) ? printEntrywise(at(x), at(y)) : undefined
    case DOT:
      return isArray(x) && isArray(y) ? printDot(at(x), at(y)) : printProduct(at(x), at(y))
    case MATMUL:
      // Matrices stand side by side, fractions too.
      return printProduct(at(x), { ...at(y), dotted: false })
    case TRANSPOSE:
      return printPower(at(x), '\\top')
    default:
      return undefined
  }
}

function printLeaf(
  part: Exclude<Expression, { kind: 'apply' }>,
  { texOfName = texName, numberOf }: TexOptions,
): Printed {
  if (part.kind === 'number') return printNumber(part.value)
  if (part.kind === 'constant') return { tex: texName(part.name), hold: HOLD.atom }
  const value = numberOf?.(part.name)
  if (value !== undefined && Number.isFinite(value)) {
    const number = printNumber(fromDouble(value))
    return value < 0 ? { tex: number.tex, hold: HOLD.putInNegative, putIn: true } : { ...number, putIn: true }
  }
  const tex = texOfName(part.name)
  const fraction = tex.startsWith('\\frac')
  return {
    tex,
    hold: fraction ? HOLD.term : HOLD.atom,
    dotted: fraction,
    likeFunction: OPERATIONS.functions.has(part.name) || FUNCTION_HEADS.has(tex),
  }
}

function printApply(
  { operation, operands }: Apply,
  at: (part: Expression) => Printed,
  names: { has(name: string): boolean },
): Printed {
  const [x, y] = operands as readonly [Expression, Expression]
  switch (operation) {
    case OPERATIONS.negate:
      return printNegative(at(x))
    case OPERATIONS.add:
      return printSum(at(x), '+', at(y))
    case OPERATIONS.subtract:
      return printSum(at(x), '-', at(y))
    case OPERATIONS.multiply:
      return printProduct(at(x), at(y))
    case OPERATIONS.divide:
      return printFraction(at(x), at(y))
    case OPERATIONS.power:
      return printPower(at(x), at(y).tex)
    case OPERATIONS.square:
      return printPower(at(x), '2')
    default:
      return printStep(operation, x, at) ?? printFunction(operation, operands.map(at), names)
  }
}

/** sign(relu(u)) is 1 where u is positive and 0 elsewhere. */
function printStep(operation: number, x: Expression, at: (part: Expression) => Printed): Printed | undefined {
  if (operation !== OPERATIONS.sign || x.kind !== 'apply' || x.operation !== OPERATIONS.relu) return undefined
  const [inner] = x.operands as readonly [Expression]
  return { tex: `\\mathbf{1}\\left[${at(inner).tex}>0\\right]`, hold: HOLD.term, dotted: true }
}

function printFunction(
  operation: number,
  operands: readonly Printed[],
  names: { has(name: string): boolean },
): Printed {
  const { tex, texClashes = [] } = notationOf(operation)
  const [x = '', y = ''] = operands.map(operand => operand.tex)
  const clashes = texClashes.some(name => names.has(name))
  if (typeof tex === 'function' && !clashes) return { tex: tex(x, y), hold: HOLD.term }
  const named = `\\operatorname{${signatureOf(operation).name.replaceAll('_', '\\_')}}`
  const head = typeof tex === 'string' && !clashes ? tex : named
  const inside = bracket(operands.map(operand => operand.tex).join(', '))
  return {
    tex: head + inside,
    hold: HOLD.term,
    ...(POWERED_HEADS.has(head) ? { call: { head, operands: inside } } : {}),
  }
}
