/**
 * Whose values the steps of a box tell besides its own: explain.ts puts numbers in. Where a policy shows what is right box
 * by box, steps are due only when all that they tell is.
 */
import { usedConsumers, type Box } from './boxes.js'
import type { CompiledGraph } from './graph.js'

/** The ids of the other asked boxes of a graph whose right values the steps of a box may hold. Linear in their ingredients. */
export function createToldBoxes(graph: CompiledGraph): (box: Box) => readonly string[] {
  const asked = new Map(graph.asked.map(box => [placeOf(box), box.id]))
  const consumers = usedConsumers(graph)
  const operands = new Map(graph.nodes.map(node => [node.name, node.operands]))
  const operandsOf = (node: string): readonly string[] => operands.get(node) ?? []
  const valueOf = (name: string): string => placeOf({ kind: 'forward', of: name, wrt: null })

  const placesIn = (box: Box): readonly string[] => {
    if (box.kind === 'forward') return operandsOf(box.of).map(valueOf)
    const { of, wrt } = box
    const users = consumers.get(wrt) ?? []
    const isDirect = box.kind === 'local' || (users.length === 1 && users[0] === of)
    if (isDirect) return [of, wrt, ...operandsOf(of)].map(valueOf)
    return [
      ...[of, wrt, ...users.flatMap(operandsOf)].map(valueOf),
      ...users.flatMap(node => [
        placeOf({ kind: 'local', of: node, wrt }),
        placeOf({ kind: 'gradient', of, wrt: node }),
      ]),
    ]
  }

  return box => {
    const ids = placesIn(box).flatMap(place => asked.get(place) ?? [])
    return [...new Set(ids)].filter(id => id !== box.id)
  }
}

/** What a box is of. No name has a space in it. */
function placeOf({ kind, of, wrt }: Pick<Box, 'kind' | 'of' | 'wrt'>): string {
  return `${kind} ${of} ${wrt ?? ''}`
}
