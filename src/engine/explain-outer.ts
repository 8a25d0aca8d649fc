/**
 * The gradient of a layer's weights: of `z = matmul(W, h) + b` by W it is ∂J/∂z ⊗ h, an outer product, for which the
 * expression language has no word. In TeX it is a column times a row.
 */
import type { DerivativeBox } from './explain-arithmetic.js'
import type { Explained } from './explain-context.js'
import { bracketed, derivative, type Side } from './explain-phrases.js'
import { writeExpression } from './explain-written.js'
import { operandsFirst, type Expression } from './expression.js'
import type { Formula } from './formula.js'
import type { GraphNode } from './graph.js'
import { OPERATIONS, tensorRow } from './operations.js'
import { showColumn, showRow } from './shown-value.js'
import { entriesOf, isSameShape, SCALAR, type Shape } from './tensor.js'

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
  const ordered = <Vector>(gradient: Vector, vector: Vector): readonly [Vector, Vector] =>
    layer.matrixFirst ? [gradient, vector] : [vector, gradient]
  const vector = layer.vector.kind === 'name' ? written : bracketed(written)
  const formula = symbols(ordered(derivative(box.of, node.name), vector))
  const upstream = evaluation.gradients.get(node.name)
  const value = layer.vector.kind === 'name' ? evaluation.values.get(layer.vector.name) : undefined
  if (upstream === undefined || value === undefined) return { formula, numbers: [] }
  const [left, right] = ordered(entriesOf(upstream), entriesOf(value))
  const [column, row] = [showColumn(left), showRow(right)]
  const numbers = { ...outer(column, row), exact: column.exact && row.exact }
  return { formula, numbers: [numbers] }
}

/** A column times a row; the text, which knows neither, has the sign of the outer product. */
function outer(column: Formula, row: Formula): Formula {
  return { text: `${column.text} ⊗ ${row.text}`, tex: `${column.tex} \\, ${row.tex}` }
}

function symbols([left, right]: readonly [Formula, Formula]): Formula {
  // A power of a fraction would be read as one of its numerator.
  const base = right.tex.startsWith('\\frac') ? bracketed(right).tex : right.tex
  return outer(left, { text: right.text, tex: `${base}^{\\top}` })
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
