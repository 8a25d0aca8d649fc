/**
 * The chain rule as the simulated class walks it: a graph of terms, and what each of its boxes should hold given the
 * entries that stand in the others. With every entry unrounded these are the right values.
 */
import type { Box } from '../../src/engine/boxes.js'
import type { CompiledGraph } from '../../src/engine/graph.js'
import { slopeByValue, slopeOf, termOf, valueOf, type Term } from './simulated-terms.js'

type ClassNode = { readonly name: string; readonly term: Term; readonly operands: readonly string[] }

export type ClassGraph = {
  /** In sorted order. */
  readonly nodes: readonly ClassNode[]
  readonly output: string
  /** The boxes asked, in order. */
  readonly boxes: readonly Box[]
  readonly node: (name: string) => ClassNode | undefined
  /** The nodes that use a name, in sorted order. */
  readonly consumers: (name: string) => readonly ClassNode[]
  /** The asked box of a kind, if there is one. */
  readonly box: (kind: Box['kind'], of: string, wrt: string | null) => Box | undefined
}

/** Takes names, order and boxes from the compiled graph; no number of it. */
export function classGraph(compiled: CompiledGraph): ClassGraph {
  const nodes = compiled.nodes
    .filter(node => node.used)
    .map(({ name, root, operands }) => ({ name, operands, term: termOf(root) }))
  const named = new Map(nodes.map(node => [node.name, node]))
  const keyed = new Map(compiled.asked.map(box => [`${box.kind} ${box.of} ${String(box.wrt)}`, box]))
  const users = new Map<string, ClassNode[]>()
  for (const node of nodes) {
    for (const operand of node.operands) users.set(operand, [...(users.get(operand) ?? []), node])
  }
  return {
    nodes,
    output: compiled.output,
    boxes: compiled.asked,
    node: name => named.get(name),
    consumers: name => users.get(name) ?? [],
    box: (kind, of, wrt) => keyed.get(`${kind} ${of} ${String(wrt)}`),
  }
}

/** Numbers as someone sees them who has filled in some boxes. NaN stands for what cannot be told from there. */
export type ClassSight = {
  readonly value: (name: string) => number
  /** What a box should hold by these entries. */
  readonly expected: (box: Box) => number
  /** The same where a local derivative is read off its node's entry: a(1 − a). */
  readonly expectedByValue: (box: Box) => number
  /** ∂node/∂operand as entered, or worked out where it has not been. */
  readonly local: (node: string, operand: string) => number
  /** ∂output/∂name as entered, or worked out where it has not been. */
  readonly gradient: (name: string) => number
  /** ∂node/∂operand by the entered values, whatever was entered for it. */
  readonly slope: (node: string, operand: string) => number
  /** What reaches a name through each of its consumers, in sorted order. */
  readonly paths: (name: string) => number[]
}

/** What follows from these inputs and these entries, a number a box id. */
export function sightOf(
  graph: ClassGraph,
  inputs: ReadonlyMap<string, number>,
  entries: ReadonlyMap<string, number>,
): ClassSight {
  const value = (name: string): number => inputs.get(name) ?? entries.get(name) ?? Number.NaN
  const slope = (node: string, operand: string): number => {
    const found = graph.node(node)
    return found === undefined ? Number.NaN : slopeOf(found.term, operand, value)
  }
  const entered = (box: Box | undefined): number | undefined => box && entries.get(box.id)
  const local = (node: string, operand: string): number =>
    entered(graph.box('local', node, operand)) ?? slope(node, operand)
  const paths = (name: string): number[] =>
    graph.consumers(name).map(node => local(node.name, name) * gradient(node.name))
  const gradient = (name: string): number => {
    if (name === graph.output) return 1
    return entered(graph.box('gradient', graph.output, name)) ?? total(paths(name))
  }
  const expected = (box: Box): number => {
    if (box.kind === 'local') return slope(box.of, box.wrt)
    if (box.kind === 'gradient') return total(paths(box.wrt))
    const node = graph.node(box.of)
    return node === undefined ? Number.NaN : valueOf(node.term, value)
  }
  const expectedByValue = (box: Box): number => {
    if (box.kind === 'forward') return expected(box)
    const name = box.kind === 'local' ? box.of : graph.output
    const sole = graph.consumers(box.wrt).length === 1
    const node = graph.node(name)
    const direct = box.kind === 'local' || (sole && graph.consumers(box.wrt)[0] === node)
    if (node === undefined || !direct) return expected(box)
    return slopeByValue(node.term, box.wrt, value, value(name)) ?? expected(box)
  }
  return { value, expected, expectedByValue, local, gradient, slope, paths }
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}

/** The right values of all boxes at these inputs, by id. */
export function rightEntries(graph: ClassGraph, inputs: ReadonlyMap<string, number>): Map<string, number> {
  const entries = new Map<string, number>()
  const sight = sightOf(graph, inputs, entries)
  for (const box of graph.boxes) entries.set(box.id, sight.expected(box))
  return entries
}

/** The ids of the boxes that a box is worked out from, one step back. */
export function ingredientsOf(graph: ClassGraph, box: Box): string[] {
  const forward = (name: string): string[] => idsOf([graph.box('forward', name, null)])
  const around = (node: string): string[] =>
    (graph.node(node)?.operands ?? []).flatMap(operand => forward(operand))
  if (box.kind === 'forward') return around(box.of)
  if (box.kind === 'local') return [...around(box.of), ...forward(box.of)]
  return graph.consumers(box.wrt).flatMap(({ name }) => {
    const asked = idsOf([graph.box('local', name, box.wrt)])
    const local = asked.length > 0 ? asked : [...around(name), ...forward(name)]
    return [...local, ...idsOf([graph.box('gradient', graph.output, name)])]
  })
}

/** The output when a name's value is moved by a step and all that depends on it is worked out afresh. */
export function nudged(graph: ClassGraph, sight: ClassSight, name: string, step: number): number {
  const shifted = new Map([[name, sight.value(name) + step]])
  const value = (of: string): number => shifted.get(of) ?? sight.value(of)
  for (const node of graph.nodes) {
    if (node.name === name || !node.operands.some(operand => shifted.has(operand))) continue
    shifted.set(node.name, valueOf(node.term, value))
  }
  return value(graph.output)
}

function idsOf(boxes: readonly (Box | undefined)[]): string[] {
  return boxes.flatMap(box => (box === undefined ? [] : [box.id]))
}
