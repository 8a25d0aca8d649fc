/**
 * Where symbolic work is done: a pool of its own for one request, so that no cached graph's pool grows, in which every
 * expression knows its shape from the moment it is made.
 */
import { createExpressionPool, operandsFirst, type Expression, type ExpressionPool } from './expression.js'
import { OPERATIONS } from './operations.js'
import { fromDouble, ONE, ZERO } from './rational.js'
import { applyToShapes } from './shapes.js'
import { isScalar, SCALAR, type Shape } from './tensor.js'

export type Algebra = {
  readonly pool: ExpressionPool
  readonly zero: Expression
  readonly one: Expression
  /** A whole number that is not negative. */
  readonly integer: (value: number) => Expression
  readonly name: (name: string) => Expression
  readonly apply: (operation: number, ...operands: readonly Expression[]) => Expression
  /** a·b, where a factor 1 or 0 decides it at once. */
  readonly times: (a: Expression, b: Expression) => Expression
  /** The same expression here, some of its names replaced. Linear in its distinct parts. */
  readonly take: (root: Expression, replace?: (name: string) => Expression | undefined) => Expression
  readonly shapeOf: (expression: Expression) => Shape
}

/** An empty place of work. `shapeOfName` is asked for every name; expressions must conform. */
export function createAlgebra(shapeOfName: (name: string) => Shape): Algebra {
  const pool = createExpressionPool()
  const shapes = new Map<Expression, Shape>()
  const zero = pool.number(ZERO)
  const one = pool.number(ONE)

  const shapeOf = (expression: Expression): Shape => shapes.get(expression) ?? SCALAR
  const name = (text: string): Expression => {
    const made = pool.name(text)
    const shape = shapeOfName(text)
    if (!isScalar(shape)) shapes.set(made, shape)
    return made
  }
  const apply = (operation: number, ...operands: readonly Expression[]): Expression => {
    const made = pool.apply(operation, operands)
    if (operands.some(operand => shapes.has(operand)) && !shapes.has(made)) {
      const shape = applyToShapes(operation, operands.map(shapeOf)) ?? SCALAR
      if (!isScalar(shape)) shapes.set(made, shape)
    }
    return made
  }
  return {
    pool,
    zero,
    one,
    integer: value => pool.number(fromDouble(value)),
    name,
    apply,
    times(a, b) {
      if (a === zero || b === zero) return zero
      if (a === one) return b
      return b === one ? a : apply(OPERATIONS.multiply, a, b)
    },
    take(root, replace) {
      const taken = new Map<Expression, Expression>()
      if (root.kind !== 'apply') return takePart(root, taken)
      for (const part of operandsFirst(root)) taken.set(part, takePart(part, taken))
      return taken.get(root) as Expression // The root is the last of its parts.

      function takePart(part: Expression, known: ReadonlyMap<Expression, Expression>): Expression {
        switch (part.kind) {
          case 'number':
            return pool.number(part.value)
          case 'constant':
            return pool.constant(part.name, part.value)
          case 'name':
            return replace?.(part.name) ?? name(part.name)
          case 'apply':
            return apply(part.operation, ...part.operands.map(operand => known.get(operand) as Expression))
        }
      }
    },
    shapeOf,
  }
}
