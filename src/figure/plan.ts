/**
 * What a figure shows of a graph, before anything has a size or a place. It is made from the graph alone: no value of a
 * node and no derivative comes near it, so that no picture can hold an answer.
 */
import { usedConsumers, type Box } from '../engine/boxes.js'
import type { CompiledGraph, GraphNode } from '../engine/graph.js'
import { columnsOf, totalSpan } from './columns.js'

/** `boxes`: every box in its place. `cascade`: a nudge of one parameter running through the graph. */
export type View = 'boxes' | 'cascade'

type Input = CompiledGraph['inputs'][number]

/** ∂consumer/∂operand × ∂output/∂consumer; where the consumer is the output, the first factor alone. */
export type Path = { readonly consumer: string; readonly isOutput: boolean }

/** What the backward column of a node holds for one operand. */
export type OperandPlan = {
  readonly operand: string
  readonly local: Box | undefined
  /** The gradient of the operand, under the consumer that the way back meets last. */
  readonly gradient: Box | undefined
  /** The paths that gradient adds up, in sorted order; none where they are not told. */
  readonly paths: readonly Path[]
  /** The box for ∂node/∂operand: the local one, or the gradient where that is the same number. */
  readonly factor: Box | undefined
}

export type NodePlan = {
  readonly node: GraphNode
  readonly forward: Box | undefined
  /** Operands that come in on an edge of the graph. */
  readonly edges: readonly string[]
  /** Inputs that come in on an arrow of their own, beside the node. */
  readonly ownInputs: readonly Input[]
  /** Nodes so far away that they, too, come in on such an arrow, by their name. */
  readonly farNodes: readonly string[]
  readonly operands: readonly OperandPlan[]
  /** Whether an edge leaves it. */
  readonly feeds: boolean
}

export type FigurePlan = {
  readonly nodes: readonly NodePlan[]
  /** The gradients asked, by the input or node whose they are. */
  readonly gradients: ReadonlyMap<string, Box>
  /** Inputs that have a place in the graph, because several nodes share them. */
  readonly sharedInputs: readonly Input[]
  /** The cascade's parameter and all that depends on it. */
  readonly nudged: { readonly from: string; readonly reached: ReadonlySet<string> } | undefined
}

/** A parameter that feeds more nodes than this is drawn beside each: so many edges would hide the others. */
const MOST_SHARED_EDGES = 6

/**
 * Where all edges together run through more columns than this, those that run through many are cut short: their far end
 * shows the name. Whole, they would be too many to be followed, and to be laid out in time.
 */
const MOST_SPAN = 300
const LONGEST_EDGE = 6

/** Plans the figure of a graph. Where an author places things by hand, the inputs placed are those that get a place. */
export function planFigure(graph: CompiledGraph, places?: { has(name: string): boolean }): FigurePlan {
  const consumers = usedConsumers(graph)
  const sharedInputs = graph.inputs.filter(input => isShared(graph, input, places))
  const shared = new Set(sharedInputs.map(({ name }) => name))
  const own = new Map(graph.inputs.filter(({ name }) => !shared.has(name)).map(input => [input.name, input]))
  const isFar = farEdges(graph)
  const incoming = graph.nodes.map(({ name, operands }) => {
    const farNodes = operands.filter(operand => isFar(operand, name))
    return { farNodes, edges: operands.filter(operand => !own.has(operand) && !farNodes.includes(operand)) }
  })
  const fed = new Set(incoming.flatMap(({ edges }) => edges))
  const asked = boxesByPlace(graph.asked)
  const possible = boxesByPlace(graph.boxes.values())

  const planOperand = (node: string, operand: string): OperandPlan => {
    const list = consumers.get(operand) ?? []
    const local = asked.local.get(node)?.get(operand)
    const gradient = list[0] === node ? asked.gradient.get(operand) : undefined
    const isOnlyStep = list.length === 1 && node === graph.output
    // Where arrays meet, a path is no product of two boxes.
    const isTold = !isOnlyStep && list.every(consumer => possible.local.get(consumer)?.has(operand))
    const paths =
      gradient !== undefined && isTold
        ? list.map(consumer => ({ consumer, isOutput: consumer === graph.output }))
        : []
    return { operand, local, gradient, paths, factor: local ?? (isOnlyStep ? gradient : undefined) }
  }
  return {
    nodes: graph.nodes.map((node, index) => ({
      node,
      forward: asked.forward.get(node.name),
      edges: incoming[index]?.edges ?? [],
      farNodes: incoming[index]?.farNodes ?? [],
      ownInputs: node.operands.flatMap(operand => own.get(operand) ?? []),
      operands: node.operands.map(operand => planOperand(node.name, operand)),
      feeds: fed.has(node.name),
    })),
    gradients: asked.gradient,
    sharedInputs,
    nudged: planNudge(graph, consumers),
  }
}

/** Whether an input gets a place in the graph: as its author says, or else a parameter that several nodes share. */
function isShared(
  graph: CompiledGraph,
  { name, role }: Input,
  places?: { has(name: string): boolean },
): boolean {
  const fed = graph.nodes.filter(node => node.operands.includes(name)).length
  if (places !== undefined) return places.has(name) && fed > 0
  return role === 'parameter' && fed > 1 && fed <= MOST_SHARED_EDGES
}

/** Tells the edges that are cut short. */
function farEdges(graph: CompiledGraph): (from: string, to: string) => boolean {
  const list = graph.nodes.map(({ name, operands }) => ({ name, from: operands }))
  if (totalSpan(list) <= MOST_SPAN) return () => false
  const columns = columnsOf(list)
  return (from, to) => {
    const [start, end] = [columns.get(from), columns.get(to)]
    return start !== undefined && end !== undefined && end - start > LONGEST_EDGE
  }
}

/** Boxes by what they stand for: a node's value; a node's derivative by an operand; the gradient of a name. */
function boxesByPlace(boxes: Iterable<Box>) {
  const forward = new Map<string, Box>()
  const local = new Map<string, Map<string, Box>>()
  const gradient = new Map<string, Box>()
  for (const box of boxes) {
    if (box.kind === 'forward') forward.set(box.of, box)
    else if (box.kind === 'gradient') gradient.set(box.wrt, box)
    else local.set(box.of, (local.get(box.of) ?? new Map<string, Box>()).set(box.wrt, box))
  }
  return { forward, local, gradient }
}

/** The first parameter that is a number and feeds the output, and what depends on it. */
function planNudge(
  graph: CompiledGraph,
  consumers: ReadonlyMap<string, readonly string[]>,
): FigurePlan['nudged'] {
  const from = graph.inputs.find(
    ({ name, role, value }) => role === 'parameter' && typeof value === 'number' && consumers.has(name),
  )?.name
  if (from === undefined) return undefined
  const reached = new Set([from])
  for (const { name, used, operands } of graph.nodes)
    if (used && operands.some(operand => reached.has(operand))) reached.add(name)
  return { from, reached }
}
