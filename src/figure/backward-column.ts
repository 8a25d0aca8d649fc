/** The column under a node: for each operand the nudge, the local derivative, then the gradient. */
import type { Box } from '../engine/boxes.js'
import type { BlockParts } from './block.js'
import { gapPiece, linesOf, rowOf, spacePiece, type Piece } from './pieces.js'
import type { NodePlan, OperandPlan, Path } from './plan.js'
import { DERIVATIVE, derivativeRow, emptyBox, isNumber, NUDGE, type Workshop } from './workshop.js'

/** The nudge of the lab. */
const EPSILON = '0.001'
/** In graphs of more nodes than this, nudges are given once, in ε, and not in numbers as well. */
const MOST_NODES_IN_NUMBERS = 12
/** Paths that a sum writes out; of more, the first three and the last. */
const MOST_PATHS = 6

/** The rows for all operands that something is asked of. */
export function columnRows(workshop: Workshop, { node, operands }: NodePlan): BlockParts['rows'] {
  return operands.flatMap(operand => {
    const { local, gradient, factor } = operand
    const isNudged = isNumber(workshop.graph, operand.operand) && isNumber(workshop.graph, node.name)
    const rows = [
      ...(factor !== undefined && isNudged
        ? [nudgeLines(workshop, operand.operand, node.name, factor.id)]
        : []),
      ...(local === undefined ? [] : [derivativeRow(workshop, local)]),
      ...(gradient === undefined ? [] : [gradientRow(workshop, operand, gradient)]),
    ]
    return rows.map((piece, index) => ({ piece, beginsGroup: index === 0 }))
  })
}

/** `w ↑ 0.001  a ↑ …` and `w ↑ ε  a ↑ … ε`: by how much the node rises is left open until the factor is found. */
function nudgeLines({ graph, lettering }: Workshop, operand: string, node: string, box: string): Piece {
  const gap = gapPiece(NUDGE.size, NUDGE.tone, { kind: 'factor', box })
  const between = spacePiece(NUDGE.size * 1.5)
  const epsilon = lettering.formula('\\varepsilon', NUDGE)
  const line = (by: Piece, to: readonly Piece[]): Piece =>
    rowOf([lettering.nudge(operand, [by], NUDGE), between, lettering.nudge(node, to, NUDGE)])
  const inEpsilon = line(epsilon, [gap, epsilon])
  if (graph.nodes.length > MOST_NODES_IN_NUMBERS) return inEpsilon
  const inNumbers = gapPiece(NUDGE.size, NUDGE.tone, { kind: 'thousandth', box }, 3)
  return linesOf([line(lettering.formula(EPSILON, NUDGE), [inNumbers]), inEpsilon], 5)
}

/** `∂J/∂w = ∂a/∂w × ∂J/∂a = ▢`; where several paths meet, one a line. */
function gradientRow(workshop: Workshop, { operand, paths }: OperandPlan, gradient: Box): Piece {
  if (paths.length === 0) return derivativeRow(workshop, gradient)
  const { lettering, graph } = workshop
  const equals = lettering.operator('=', DERIVATIVE)
  const plus = lettering.operator('+', DERIVATIVE)
  const head = lettering.derivative(graph.output, operand, DERIVATIVE)
  const products = paths.map(path => pathProduct(workshop, operand, path))
  const shown =
    products.length <= MOST_PATHS
      ? products
      : [...products.slice(0, 3), lettering.formula('\\cdots', DERIVATIVE), ...products.slice(-1)]
  const indent = spacePiece(head.width + equals.width - plus.width)
  const lines = shown.map((product, index) => {
    const end = index === shown.length - 1 ? [equals, emptyBox(workshop, gradient)] : []
    return rowOf(index === 0 ? [head, equals, product, ...end] : [indent, plus, product, ...end])
  })
  return linesOf(lines, 7)
}

function pathProduct({ lettering, graph }: Workshop, operand: string, { consumer, isOutput }: Path): Piece {
  if (isOutput) return lettering.directDerivative(consumer, operand, DERIVATIVE)
  // Entry by entry where the operand is an array.
  const times = isNumber(graph, operand) || isNumber(graph, consumer) ? '\\times' : '\\odot'
  return rowOf([
    lettering.derivative(consumer, operand, DERIVATIVE),
    lettering.operator(times, DERIVATIVE),
    lettering.derivative(graph.output, consumer, DERIVATIVE),
  ])
}
