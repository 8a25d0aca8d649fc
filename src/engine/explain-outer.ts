/**
 * The gradient of a layer's weights: of `z = matmul(W, h) + b` by W it is ∂J/∂z · hᵀ, an outer product, for which the
 * expression language has no word.
 */
import type { DerivativeBox } from './explain-arithmetic.js'
import type { Explained } from './explain-context.js'
import { bracketed, derivative, product, type Side } from './explain-phrases.js'
import { writeExpression } from './explain-written.js'
import { operandsFirst, type Expression } from './expression.js'
import type { Formula } from './formula.js'
import type { GraphNode } from './graph.js'
import { OPERATIONS, tensorRow } from './operations.js'
import { showValue } from './shown-value.js'
import { isSameShape, SCALAR, type Shape } from './tensor.js'

/** A matrix times a vector, or a vector times a matrix; `vector` is the one that is not derived by. */
type Layer = { readonly vector: Expression; readonly matrixFirst: boolean }

const PRODUCTS: ReadonlySet<string | undefined> = new Set(['matmul', 'dot'])

/** That gradient as a formula and, where the vector is a name, in numbers; undefined for a node of any other form. */
export function outerProduct(
  { evaluation, options }: Explained,
  box: DerivativeBox,
  node: GraphNode,
): { readonly formula: Formula; readonly numbers: readonly Side[] } | undefined {
  const layer = layerOf(node, box.wrt)
  const written = layer && writeExpression(layer.vector, options)
  if (layer === undefined || written === undefined) return undefined
  const ordered = (gradient: Formula, vector: Formula): Formula =>
    product(layer.matrixFirst ? [gradient, transposed(vector)] : [vector, transposed(gradient)])
  const gradient = derivative(box.of, node.name)
  const formula = ordered(
    layer.matrixFirst ? gradient : bracketed(gradient),
    layer.vector.kind === 'name' ? written : bracketed(written),
  )
  const upstream = evaluation.gradients.get(node.name)
  const value = layer.vector.kind === 'name' ? evaluation.values.get(layer.vector.name) : undefined
  if (upstream === undefined || value === undefined) return { formula, numbers: [] }
  const [left, right] = [showValue(upstream), showValue(value)]
  return { formula, numbers: [{ ...ordered(left, right), exact: left.exact && right.exact }] }
}

/** A vector as a row. */
function transposed({ text, tex }: Formula): Formula {
  return { text: `${text}ᵀ`, tex: `${tex}^{\\top}` }
}

/** The one product of a matrix that is added to what does not depend on the matrix, if that is what a node is. */
function layerOf({ root, shapes }: GraphNode, matrix: string): Layer | undefined {
  const shapeOf = (part: Expression): Shape => shapes.get(part) ?? SCALAR
  const dependent = new Set<Expression>()
  for (const part of operandsFirst(root)) {
    const operands = part.kind === 'apply' ? part.operands : []
    if (operands.some(operand => dependent.has(operand)) || (part.kind === 'name' && part.name === matrix)) {
      dependent.add(part)
    }
  }
  let part = root
  while (part.kind === 'apply' && part.operation === OPERATIONS.add) {
    const [only, ...others] = part.operands.filter(operand => dependent.has(operand))
    if (only === undefined || others.length > 0 || !isSameShape(shapeOf(only), shapeOf(root)))
      return undefined
    part = only
  }
  if (part.kind !== 'apply' || !PRODUCTS.has(tensorRow(part.operation)?.name)) return undefined
  const [left, right] = part.operands as readonly [Expression, Expression] // A product has two.
  const matrixFirst = left.kind === 'name' && left.name === matrix
  const [own, vector] = matrixFirst ? [left, right] : [right, left]
  if (own.kind !== 'name' || own.name !== matrix || dependent.has(vector)) return undefined
  return shapeOf(own).length === 2 && shapeOf(vector).length === 1 ? { vector, matrixFirst } : undefined
}
