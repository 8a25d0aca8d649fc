/** The figure in words, for those who do not see it. Like the figure, it tells what is given and asked, no answer. */
import { boxLabel } from '../engine/boxes.js'
import type { CompiledGraph } from '../engine/graph.js'
import { entryCount, isScalar, SCALAR } from '../engine/tensor.js'
import type { FigureWords } from './figure-words.js'
import { MOST_SHOWN_ENTRIES } from './lettering.js'
import type { View } from './plan.js'
import type { Given } from './workshop.js'

/** Longer expressions are cut. */
const MOST_CHARACTERS = 200

/** Describes a graph: inputs with their values, nodes with their expressions and what feeds them, boxes in order. */
export function describeGraph(
  graph: CompiledGraph,
  { view, given }: { readonly view: View; readonly given: Given },
  words: FigureWords,
): string {
  const inputs = graph.inputs.map(({ name, role, value }) => {
    const shape = graph.shapes.get(name) ?? SCALAR
    if (given === 'open' && isScalar(shape)) return `${words.roles[role]} ${name}`
    const shown =
      given === 'drawn' && entryCount(shape) <= MOST_SHOWN_ENTRIES
        ? ` = ${JSON.stringify(value)}`
        : ` ${words.ofNumbers(shape.join(' × '))}`
    return `${words.roles[role]} ${name}${shown}`
  })
  const nodes = graph.nodes.map(({ name, text, operands }) => {
    const shown = text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`
    const from = operands.length === 0 ? '' : `, ${words.fedBy(operands)}`
    return `${name} = ${shown}${from}`
  })
  const boxes = graph.asked.map(box => {
    if (box.wrt === null) return words.valueOf(box.of)
    const { text } = boxLabel(box)
    return box.kind === 'local' ? words.localOf(text) : text
  })
  return [
    words.given(inputs.join('; ')),
    words.nodes(nodes.join('; '), graph.output),
    view === 'boxes' ? words.boxes(boxes.join('; ')) : words.cascade,
  ].join(' ')
}
