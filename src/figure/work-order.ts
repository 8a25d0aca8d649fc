/** The order in which one works a graph out: all of it forward, then all of it backward. */
import { usedConsumers, type Box } from '../engine/boxes.js'
import type { CompiledGraph } from '../engine/graph.js'

/**
 * The boxes asked, in the order of work: values of nodes from left to right; then, from right to left, the local
 * derivatives of each node, and after them the gradients that are complete there, since every path to them has been met.
 */
export function workOrder(graph: Pick<CompiledGraph, 'asked' | 'nodes'>): Box[] {
  const { asked, nodes } = graph
  const forward = new Map<string, Box>()
  const locals = new Map<string, Map<string, Box>>()
  const gradients = new Map<string, Box>()
  for (const box of asked) {
    if (box.kind === 'forward') forward.set(box.of, box)
    else if (box.kind === 'gradient') gradients.set(box.wrt, box)
    else locals.set(box.of, (locals.get(box.of) ?? new Map<string, Box>()).set(box.wrt, box))
  }
  const consumers = usedConsumers(graph)
  const backward = nodes.toReversed().flatMap(({ name, operands }) => [
    ...operands.flatMap(operand => locals.get(name)?.get(operand) ?? []),
    // The first that an operand feeds is the last that the way back meets.
    ...operands.flatMap(operand =>
      consumers.get(operand)?.[0] === name ? (gradients.get(operand) ?? []) : [],
    ),
  ])
  return [...nodes.flatMap(({ name }) => forward.get(name) ?? []), ...backward]
}
