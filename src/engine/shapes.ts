/**
 * The shapes of all parts of an expression, from the shapes of its names (NumPy's rules), and which names act on the
 * result entry by entry.
 */
import type { Expression } from './expression.js'
import { tensorRow } from './operations.js'
import { printExpression } from './print.js'
import { broadcastShapes, isSameShape, isScalar, SCALAR, showShape, type Shape } from './tensor.js'

export type ShapeResult =
  | { readonly ok: true; readonly shapes: ReadonlyMap<Expression, Shape> }
  | { readonly ok: false; readonly message: string }

/** The shapes of those parts that are arrays (operands first), or the first part whose operands do not conform. */
export function inferShapes(parts: readonly Expression[], shapeOf: (name: string) => Shape): ShapeResult {
  const shapes = new Map<Expression, Shape>()
  for (const part of parts) {
    let shape: Shape | undefined = SCALAR
    if (part.kind === 'name') shape = shapeOf(part.name)
    if (part.kind === 'apply') {
      const operands = part.operands.map(operand => shapes.get(operand) ?? SCALAR)
      shape = applyToShapes(part.operation, operands)
      if (shape === undefined) {
        const shown = operands.map(showShape).join(' and ')
        return {
          ok: false,
          message: `"${excerpt(part)}" has operands of shapes ${shown}, which do not conform`,
        }
      }
    }
    if (!isScalar(shape)) shapes.set(part, shape)
  }
  return { ok: true, shapes }
}

/** The shape of an operation's result, or undefined where its operands do not conform. */
export function applyToShapes(operation: number, operands: readonly Shape[]): Shape | undefined {
  const [x = SCALAR, y = SCALAR] = operands
  const row = tensorRow(operation)
  if (row !== undefined) return row.shape(x, y)
  return operands.length === 1 ? x : broadcastShapes(x, y)
}

function excerpt(part: Expression): string {
  const text = printExpression(part)
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`
}

const NONE: ReadonlySet<string> = new Set()

/**
 * The names by which an expression has no derivative of their own shape (contract §1, tensor boxes): those from which
 * some path is broadcast or goes through an operation on whole arrays. None for an expression that is a number.
 */
export function mixedNames(
  parts: readonly Expression[],
  shapes: ReadonlyMap<Expression, Shape>,
): ReadonlySet<string> {
  const root = parts.at(-1)
  if (root === undefined || isScalar(shapes.get(root) ?? SCALAR)) return NONE
  const mixed = new Set<Expression>()
  for (const part of parts.toReversed()) {
    if (part.kind !== 'apply') continue
    const shape = shapes.get(part) ?? SCALAR
    const whole = mixed.has(part) || tensorRow(part.operation) !== undefined
    for (const operand of part.operands)
      if (whole || !isSameShape(shapes.get(operand) ?? SCALAR, shape)) mixed.add(operand)
  }
  return new Set([...mixed].filter(part => part.kind === 'name').map(part => part.name))
}
