/** What the blocks of both views are made of: formulas of nodes, arrows of inputs, empty boxes. */
import type { Box } from '../engine/boxes.js'
import { formulaOf } from '../engine/formula.js'
import type { CompiledGraph } from '../engine/graph.js'
import { isScalar, SCALAR, type Shape } from '../engine/tensor.js'
import type { OwnArrow } from './own-arrow.js'
import { MOST_SHOWN_ENTRIES, texSpace, texValue, type Lettering, type Style } from './lettering.js'
import { boxPiece, echoPiece, rowOf, type Cells, type Piece } from './pieces.js'
import type { FigurePlan, NodePlan } from './plan.js'

/** Whether values of inputs are drawn, or left open for each learner's own: then one figure serves them all. */
export type Given = 'drawn' | 'open'

/** What all blocks of one figure are made with. */
export type Workshop = {
  readonly graph: CompiledGraph
  readonly given: Given
  readonly plan: FigurePlan
  readonly lettering: Lettering
}

export const DERIVATIVE: Style = { size: 15, tone: 'backward' }
export const NUDGE: Style = { size: 14, tone: 'muted' }
const FORMULA: Style = { size: 18, tone: 'ink' }
const PARAMETER: Style = { size: 16, tone: 'ink' }
const DATA: Style = { size: 16, tone: 'muted' }
const VALUE: Style = { size: 14, tone: 'forward' }

/** Formulas in frames that are wider than this are broken into lines. */
const MOST_FRAME_WIDTH = 300
/** A formula of more characters of TeX is only hinted at. */
const MOST_TEX = 800

/** `a = 2 + 3w`, in lines no wider than so many pixels where that can be. */
export function nodeFormula(
  { graph, lettering }: Workshop,
  { node }: NodePlan,
  width = MOST_FRAME_WIDTH,
): Piece {
  const { tex } = formulaOf(node.root, { names: graph.shapes })
  const shown = tex.length > MOST_TEX ? '\\cdots' : tex
  return rowOf([
    lettering.name(node.name, FORMULA),
    lettering.operator('=', FORMULA),
    lettering.formula(shown, FORMULA, width),
  ])
}

/** An input's name at the tail of its arrow, and over the arrow its value or room for it, or the space of an array. */
export function inputArrow(workshop: Workshop, input: CompiledGraph['inputs'][number]): OwnArrow {
  const { name, role } = input
  return {
    tail: workshop.lettering.name(name, role === 'parameter' ? PARAMETER : DATA),
    over: inputValue(workshop, input),
  }
}

function inputValue(
  { lettering, graph, given }: Workshop,
  { name, value }: CompiledGraph['inputs'][number],
): Piece | undefined {
  if (typeof value !== 'number') return lettering.formula(texSpace(shapeOf(graph, name)), VALUE)
  if (given === 'open') return echoPiece({ kind: 'input', name }, ECHO.value.width, ECHO.value.height)
  const tex = texValue(value)
  return tex === undefined ? undefined : lettering.formula(tex, VALUE)
}

/** A node that is far away, by its name. */
export function farArrow({ lettering }: Workshop, name: string): OwnArrow {
  return { tail: lettering.name(name, PARAMETER), over: undefined }
}

/** The empty box in which a value, a local derivative or a gradient is asked. */
export function emptyBox({ graph }: Workshop, box: Box): Piece {
  const size = boxSize(shapeOf(graph, box.wrt ?? box.of))
  return boxPiece(box.id, box.kind === 'forward' ? 'forward' : 'backward', size, DERIVATIVE.size)
}

/** Room under an arrow for the gradient of what it brings, once that is found; and over it for a value that is left open. */
const ECHO = {
  node: { width: 64, height: 16 },
  input: { width: 42, height: 14 },
  value: { width: 52, height: 14 },
}

/** Where the gradient of an input or a node comes to stand in the row; undefined where it is not asked. */
export function gradientEcho({ plan }: Workshop, name: string, under: 'node' | 'input'): Piece | undefined {
  const gradient = plan.gradients.get(name)
  if (gradient === undefined) return undefined
  const { width, height } = ECHO[under]
  return echoPiece({ kind: 'gradient', box: gradient.id }, width, height)
}

/** Room for what is typed: a number, an array entry by entry, or a field for a larger array. */
function boxSize(shape: Shape): { readonly width: number; readonly height: number; readonly cells: Cells } {
  const [rows = 1, columns = 1] = shape
  if (rows * columns > MOST_SHOWN_ENTRIES || columns > 4) {
    return { width: 132, height: 64, cells: { rows: 1, columns: 1 } }
  }
  return { width: Math.max(64, columns * 46), height: Math.max(28, rows * 24), cells: { rows, columns } }
}

/** `∂a/∂w = ▢`; the output's own derivative is marked where it is not the whole gradient. */
export function derivativeRow(workshop: Workshop, box: Box): Piece {
  const { lettering } = workshop
  const { kind, of, wrt } = box
  const isDirect = kind === 'local' && of === workshop.graph.output
  const derivative = isDirect ? lettering.directDerivative : lettering.derivative
  return rowOf([
    wrt === null ? lettering.name(of, DERIVATIVE) : derivative(of, wrt, DERIVATIVE),
    lettering.operator('=', DERIVATIVE),
    emptyBox(workshop, box),
  ])
}

export function shapeOf(graph: CompiledGraph, name: string): Shape {
  return graph.shapes.get(name) ?? SCALAR
}

/** Whether a nudge of the name is a nudge of one number. */
export function isNumber(graph: CompiledGraph, name: string): boolean {
  return isScalar(shapeOf(graph, name))
}
