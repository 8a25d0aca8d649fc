/**
 * The boxes of a graph: which there are, what they are called, and which are asked by default (contract §1, boxes).
 */
import { texName } from './names.js'

/** One place to fill in. `of` is the node (the output for a gradient), `wrt` what it is derived by. */
export type Box =
  | { readonly id: string; readonly kind: 'forward'; readonly of: string; readonly wrt: null }
  | { readonly id: string; readonly kind: 'local' | 'gradient'; readonly of: string; readonly wrt: string }

/** What the naming of boxes needs to know of a graph. Nodes stand in sorted order. */
export type BoxSource = {
  readonly output: string
  readonly inputs: readonly { readonly name: string }[]
  readonly nodes: readonly {
    readonly name: string
    readonly operands: readonly string[]
    /** Operands by which it has no derivative of their own shape. */
    readonly mixed: ReadonlySet<string>
    /** Whether the output depends on it. */
    readonly used: boolean
  }[]
  /** Whether a name is a parameter or depends on one. */
  isActive(name: string): boolean
}

/** How a box is shown. */
export type BoxLabel = { readonly text: string; readonly tex: string }

function forwardBox(node: string): Box {
  return { id: node, kind: 'forward', of: node, wrt: null }
}

function gradientBox(output: string, wrt: string): Box {
  return { id: `d${output}_d${wrt}`, kind: 'gradient', of: output, wrt }
}

/** The used nodes that each name feeds, in sorted order. */
export function usedConsumers(source: Pick<BoxSource, 'nodes'>): Map<string, string[]> {
  const consumers = new Map<string, string[]>()
  for (const node of source.nodes) {
    if (!node.used) continue
    for (const operand of node.operands) {
      const list = consumers.get(operand)
      if (list === undefined) consumers.set(operand, [node.name])
      else list.push(node.name)
    }
  }
  return consumers
}

/**
 * The box for ∂node/∂operand, or undefined where there is none of the operand's shape, and where that is the same
 * number as the gradient and so the same box: where the output is the operand's only consumer.
 */
function localBox(
  output: string,
  node: BoxSource['nodes'][number],
  operand: string,
  consumers: readonly string[],
): Box | undefined {
  const { name } = node
  if (node.mixed.has(operand)) return undefined
  if (name !== output) return { id: `d${name}_d${operand}`, kind: 'local', of: name, wrt: operand }
  if (consumers.length <= 1) return undefined
  return { id: `local_d${name}_d${operand}`, kind: 'local', of: name, wrt: operand }
}

/** Every box that may be asked, in no particular order. Ids may repeat: then the names collide. */
export function possibleBoxes(source: BoxSource): Box[] {
  const consumers = usedConsumers(source)
  const boxes: Box[] = source.nodes.map(node => forwardBox(node.name))
  for (const node of source.nodes) {
    for (const operand of node.operands) {
      const box = localBox(source.output, node, operand, consumers.get(operand) ?? [])
      if (box !== undefined) boxes.push(box)
    }
  }
  for (const { name } of [...source.inputs, ...source.nodes]) {
    if (consumers.has(name)) boxes.push(gradientBox(source.output, name))
  }
  return boxes
}

/** The boxes asked where the definition names none, in their order. */
export function defaultBoxes(source: BoxSource): Box[] {
  const consumers = usedConsumers(source)
  const used = source.nodes.filter(node => node.used)
  const boxes: Box[] = used.map(node => forwardBox(node.name))
  const localsLeft = new Map([...consumers].map(([name, list]) => [name, list.length]))
  for (const node of used.toReversed()) {
    for (const operand of node.operands) {
      if (!source.isActive(operand)) continue
      const local = localBox(source.output, node, operand, consumers.get(operand) ?? [])
      if (local !== undefined) boxes.push(local)
      const left = (localsLeft.get(operand) ?? 0) - 1
      localsLeft.set(operand, left)
      if (left === 0) boxes.push(gradientBox(source.output, operand))
    }
  }
  return boxes
}

/** The label of a box as text: `a`, `∂a/∂w`. */
export function boxText({ of, wrt }: Box): string {
  return wrt === null ? of : `∂${of}/∂${wrt}`
}

/** The label of a box. */
export function boxLabel(box: Box): BoxLabel {
  if (box.wrt === null) return { text: box.of, tex: texName(box.of) }
  return {
    text: boxText(box),
    tex: `\\frac{\\partial ${texName(box.of)}}{\\partial ${texName(box.wrt)}}`,
  }
}
