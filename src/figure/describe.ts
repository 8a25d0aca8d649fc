/** The figure in words, for those who do not see it. Like the figure, it tells what is given and asked, no answer. */
import { boxLabel } from '../engine/boxes.js'
import type { CompiledGraph } from '../engine/graph.js'
import { entryCount, SCALAR } from '../engine/tensor.js'
import { MOST_SHOWN_ENTRIES } from './lettering.js'
import type { View } from './plan.js'

/** Longer expressions are cut. */
const MOST_CHARACTERS = 200

/** Describes a graph: inputs with their values, nodes with their expressions and what feeds them, boxes in order. */
export function describeGraph(graph: CompiledGraph, view: View): string {
  const inputs = graph.inputs.map(({ name, role, value }) => {
    const shape = graph.shapes.get(name) ?? SCALAR
    const shown =
      entryCount(shape) <= MOST_SHOWN_ENTRIES
        ? ` = ${JSON.stringify(value)}`
        : ` of ${shape.join(' × ')} numbers`
    return `${role} ${name}${shown}`
  })
  const nodes = graph.nodes.map(({ name, text, operands }) => {
    const shown = text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`
    const from = operands.length === 0 ? '' : `, fed by ${operands.join(' and ')}`
    return `${name} = ${shown}${from}`
  })
  const boxes = graph.asked.map(box => {
    if (box.wrt === null) return `value of ${box.of}`
    const { text } = boxLabel(box)
    return box.kind === 'local' ? `${text} (local)` : text
  })
  return [
    `A computation graph, drawn from left to right. Given: ${inputs.join('; ') || 'nothing'}.`,
    `Nodes in order: ${nodes.join('; ')}. The output is ${graph.output}.`,
    view === 'boxes'
      ? `Empty boxes to fill in, in order: ${boxes.join('; ')}.`
      : 'Each node holds empty boxes for its local derivatives; the arrows say how a small change runs through the graph.',
  ].join(' ')
}
