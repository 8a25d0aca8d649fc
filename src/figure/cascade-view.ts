/** The other view: a nudge of one parameter runs through the row of nodes, each of which multiplies it. */
import type { Box } from '../engine/boxes.js'
import type { OwnArrow } from './own-arrow.js'
import { gapPiece, linesOf, type Piece } from './pieces.js'
import type { NodePlan } from './plan.js'
import { derivativeRow, emptyBox, isNumber, nodeFormula, NUDGE, type Workshop } from './workshop.js'
import type { Style } from './lettering.js'

const RUNNING: Style = { ...NUDGE, tone: 'backward' }

/** A node's formula and, below it, the factors by which it passes nudges on. */
export function cascadeContent(workshop: Workshop, plan: NodePlan): Piece {
  const factors = plan.operands.flatMap(({ factor }) => factor ?? [])
  return linesOf([nodeFormula(workshop, plan), ...factors.map(box => derivativeRow(workshop, box))], 11)
}

/** `w ↑ ε` over the arrow of the parameter that is nudged. */
export function cascadeArrow({ lettering, plan }: Workshop, name: string, arrow: OwnArrow): OwnArrow {
  if (plan.nudged?.from !== name) return arrow
  return { ...arrow, over: lettering.nudge(name, [lettering.formula('\\varepsilon', RUNNING)], RUNNING) }
}

/** `a ↑ … ε` over the arrow that leaves a node: how many times is left open; at the output it is a gradient's box. */
export function cascadeNudge(workshop: Workshop, { node }: NodePlan): Piece | undefined {
  const { lettering, plan, graph } = workshop
  const { nudged } = plan
  if (nudged?.reached.has(node.name) !== true || !isNumber(graph, node.name)) return undefined
  const asked = node.name === graph.output ? totalBox(workshop, nudged.from) : undefined
  const factor =
    asked === undefined
      ? gapPiece(RUNNING.size, RUNNING.tone, { kind: 'multiplier', from: nudged.from, node: node.name })
      : emptyBox(workshop, asked)
  return lettering.nudge(node.name, [factor, lettering.formula('\\varepsilon', RUNNING)], RUNNING)
}

/** The gradient of the nudged parameter, unless it stands in a node already. */
function totalBox({ plan }: Workshop, from: string): Box | undefined {
  const operand = plan.nodes
    .flatMap(({ operands }) => operands)
    .find(candidate => candidate.operand === from && candidate.gradient !== undefined)
  return operand?.factor === operand?.gradient ? undefined : operand?.gradient
}
