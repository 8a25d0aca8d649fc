/** The blocks of a figure, in either view. */
import { columnRows } from './backward-column.js'
import { composeInput, composeNodes, type Block, type BlockParts } from './block.js'
import { cascadeArrow, cascadeContent, cascadeNudge } from './cascade-view.js'
import type { Style } from './lettering.js'
import type { NodePlan, View } from './plan.js'
import { emptyBox, farArrow, gradientEcho, inputArrow, nodeFormula, type Workshop } from './workshop.js'

/** In graphs of more nodes than this, edges tell at their end what they bring. */
const MOST_NODES_UNLABELLED = 12
const ENTRY_LABEL: Style = { size: 12, tone: 'muted' }

/** The blocks of the inputs that several nodes share, then of all nodes. */
export function composeBlocks(workshop: Workshop, view: View): Block[] {
  const isLarge = workshop.graph.nodes.length > MOST_NODES_UNLABELLED
  const arrowOf = (input: (typeof workshop.graph.inputs)[number]) => {
    const arrow = inputArrow(workshop, input)
    return view === 'cascade'
      ? cascadeArrow(workshop, input.name, arrow)
      : { ...arrow, under: gradientEcho(workshop, input.name, 'input') }
  }
  const partsOf = (plan: NodePlan): BlockParts => ({
    name: plan.node.name,
    edges: plan.edges.map(from => ({
      from,
      label: isLarge ? workshop.lettering.name(from, ENTRY_LABEL) : undefined,
    })),
    own: [...plan.ownInputs.map(arrowOf), ...plan.farNodes.map(name => farArrow(workshop, name))],
    ...(view === 'boxes'
      ? {
          content: nodeFormula(workshop, plan),
          exit: {
            ...exitOf(workshop, plan, plan.forward && emptyBox(workshop, plan.forward)),
            under: gradientEcho(workshop, plan.node.name, 'node'),
          },
          rows: columnRows(workshop, plan),
        }
      : {
          content: cascadeContent(workshop, plan),
          exit: exitOf(workshop, plan, cascadeNudge(workshop, plan)),
          rows: [],
        }),
  })
  return [
    ...workshop.plan.sharedInputs.map(input => composeInput(input.name, arrowOf(input))),
    ...composeNodes(workshop.plan.nodes.map(partsOf)),
  ]
}

function exitOf(
  { graph }: Workshop,
  { node, feeds }: NodePlan,
  over: BlockParts['exit']['over'],
): BlockParts['exit'] {
  if (feeds) return { kind: 'edge', over }
  return { kind: node.name === graph.output || over !== undefined ? 'end' : 'none', over }
}
