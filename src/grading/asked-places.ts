/**
 * Where the boxes of a graph lie on its tape: for each node, operand and input which box asks for it, and where its
 * numbers are. Looked up once for a graph, so that grading a submission looks nothing up.
 */
import { usedConsumers } from '../engine/boxes.js'
import type { CompiledGraph } from '../engine/graph.js'
import { entryCount, SCALAR } from '../engine/tensor.js'

/** Stands for a box that is not asked. */
export const NOT_ASKED = -1

/** A node's operand, and the edge between the two. */
export type EdgePlace = {
  /** The operand's slot on the tape, and how many entries it has. */
  readonly slot: number
  readonly count: number
  /** Where the entries of its local derivative lie among those of all edges; −1 where it has none of its own shape. */
  readonly offset: number
  /** The index of its local derivative among the boxes asked. */
  readonly asked: number
}

export type NodePlace = {
  readonly slot: number
  readonly count: number
  readonly isOutput: boolean
  readonly used: boolean
  readonly hasMixed: boolean
  /** Indexes among the boxes asked. */
  readonly forward: number
  readonly gradient: number
  readonly edges: readonly EdgePlace[]
}

export type AskedPlaces = {
  /** In sorted order. */
  readonly nodes: readonly NodePlace[]
  readonly inputs: readonly { readonly slot: number; readonly count: number; readonly gradient: number }[]
  /** How many entries the local derivatives of all edges have. */
  readonly edgeEntries: number
  /** Where the entries of each box asked begin among those of all; and, last, how many there are. */
  readonly offsets: Int32Array
}

/** The places of a graph's boxes. */
export function findPlaces(graph: CompiledGraph): AskedPlaces {
  const { tape, shapes, output } = graph
  const forward = new Map<string, number>()
  const gradient = new Map<string, number>()
  const local = new Map<string, Map<string, number>>()
  graph.asked.forEach((box, index) => {
    if (box.kind === 'forward') forward.set(box.of, index)
    else if (box.kind === 'gradient') gradient.set(box.wrt, index)
    else {
      const byOperand = local.get(box.of) ?? new Map<string, number>()
      local.set(box.of, byOperand.set(box.wrt, index))
    }
  })
  const consumers = usedConsumers(graph)
  const placeOf = (name: string) => ({
    slot: tape.slotOf.get(name) as number, // Every name has one.
    count: entryCount(shapes.get(name) ?? SCALAR),
    gradient: consumers.has(name) ? (gradient.get(name) ?? NOT_ASKED) : NOT_ASKED,
  })
  let edgeEntries = 0
  const nodes = graph.nodes.map(({ name, operands, mixed, used }): NodePlace => {
    const edges = operands.map((operand): EdgePlace => {
      const { slot, count } = placeOf(operand)
      const offset = mixed.has(operand) ? -1 : edgeEntries
      if (offset >= 0) edgeEntries += count
      return { slot, count, offset, asked: local.get(name)?.get(operand) ?? NOT_ASKED }
    })
    return {
      ...placeOf(name),
      isOutput: name === output,
      used,
      hasMixed: mixed.size > 0,
      forward: forward.get(name) ?? NOT_ASKED,
      edges,
    }
  })
  const offsets = new Int32Array(graph.asked.length + 1)
  graph.asked.forEach(({ of, wrt }, index) => {
    offsets[index + 1] = (offsets[index] as number) + placeOf(wrt ?? of).count
  })
  return { nodes, inputs: graph.inputs.map(({ name }) => placeOf(name)), edgeEntries, offsets }
}
