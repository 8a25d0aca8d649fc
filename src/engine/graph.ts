/**
 * Graph definition → compiled graph. Every fault is found and reported with its path; a definition with a fault
 * compiles to nothing.
 */
import { boxLabel, defaultBoxes, possibleBoxes, type Box } from './boxes.js'
import {
  checkNames,
  checkOutput,
  checkValues,
  cycleFault,
  type GraphDefinition,
  type Role,
} from './definition.js'
import { createExpressionPool, operandsFirst, type Expression } from './expression.js'
import { ExpressionError, type EngineFault, type EngineWarning, type StepBudget } from './faults.js'
import { GRAPH_EXPRESSION_LIMITS, parseExpression } from './parse.js'
import { inferShapes, mixedNames } from './shapes.js'
import { sortNodes } from './sort.js'
import type { Tape } from './tape.js'
import { buildTape } from './tape-layout.js'
import { isScalar, SCALAR, shapeOfValue, showShape, type Shape, type Value } from './tensor.js'

export type GraphNode = {
  readonly name: string
  /** Its place in the definition's list. */
  readonly listed: number
  /** As typed. */
  readonly text: string
  readonly root: Expression
  /** The distinct graph names in the text, in order of first appearance. */
  readonly operands: readonly string[]
  /** Those parts of the root that are arrays, with their shapes. */
  readonly shapes: ReadonlyMap<Expression, Shape>
  /** Operands by which it has no derivative of their own shape (contract §1, tensor boxes). */
  readonly mixed: ReadonlySet<string>
  /** Whether the output depends on it. */
  readonly used: boolean
}

/** A definition that has been checked, sorted and laid out. It never changes. */
export type CompiledGraph = {
  readonly inputs: readonly { readonly name: string; readonly role: Role; readonly value: Value }[]
  /** In sorted order. */
  readonly nodes: readonly GraphNode[]
  readonly output: string
  /** Name of an input or node → its shape. */
  readonly shapes: ReadonlyMap<string, Shape>
  readonly tape: Tape
  /** Every box that may be asked, by id. */
  readonly boxes: ReadonlyMap<string, Box>
  /** The boxes asked, in order. */
  readonly asked: readonly Box[]
}

export type CompileOptions = {
  /** The most nodes a graph may have. */
  readonly maxNodes: number
  readonly budget: StepBudget
}

export type CompileResult =
  | { readonly ok: true; readonly graph: CompiledGraph; readonly warnings: readonly EngineWarning[] }
  | { readonly ok: false; readonly faults: readonly EngineFault[] }

type ParsedNode = Pick<GraphNode, 'name' | 'listed' | 'text' | 'root' | 'operands'>
type ShapedNode = Omit<GraphNode, 'used'>

/** Each edge may be a box, so that their number is bounded as well: by so many a node, on average. */
const EDGES_PER_NODE = 10

/** Checks, sorts and lays out a definition, or lists all that is wrong with it. Throws only `too-complex`. */
export function compileGraph(definition: GraphDefinition, options: CompileOptions): CompileResult {
  const faults: EngineFault[] = []
  const warnings: EngineWarning[] = []
  if (definition.nodes.length > options.maxNodes) {
    const message = `A graph may have at most ${String(options.maxNodes)} nodes; this one has ${String(definition.nodes.length)}.`
    return { ok: false, faults: [{ code: 'too-many-nodes', path: ['nodes'], message }] }
  }
  checkNames(definition, faults)
  checkValues(definition, faults)
  const listed = parseNodes(definition, options.budget, faults, warnings)
  checkOutput(definition, listed, faults)
  const edges = listed.reduce((count, node) => count + node.operands.length, 0)
  if (edges > options.maxNodes * EDGES_PER_NODE) {
    const message = `The nodes of a graph may have at most ${String(options.maxNodes * EDGES_PER_NODE)} operands in all.`
    faults.push({ code: 'too-many-edges', path: ['nodes'], message })
    return { ok: false, faults }
  }

  const sorted = sortNodes(listed)
  if (sorted.kind === 'cyclic') faults.push(...sorted.cycles.map(names => cycleFault(listed, names)))
  if (faults.length > 0 || sorted.kind === 'cyclic') return { ok: false, faults }
  const parsed = sorted.order.map(index => listed[index] as ParsedNode)

  const shapes = new Map<string, Shape>()
  const shaped = inferNodeShapes(definition, parsed, shapes, faults)
  if (shaped === undefined) return { ok: false, faults }
  const nodes = markUsed(shaped, definition.output)
  const active = activeNames(definition, nodes)
  const source = {
    output: definition.output,
    inputs: definition.inputs,
    nodes,
    isActive: (name: string) => active.has(name),
  }
  const boxes = indexBoxes(possibleBoxes(source), faults)
  const asked =
    definition.boxes === undefined ? defaultBoxes(source) : askedBoxes(definition.boxes, boxes, faults)
  if (faults.length > 0) return { ok: false, faults }

  for (const node of nodes) {
    if (node.used) continue
    const message = `The output does not depend on "${node.name}"; it gets no box by itself.`
    warnings.push({ code: 'unused-node', path: ['nodes', node.listed, 'name'], message })
  }
  const inputs = definition.inputs.map(({ name, role, value }) => ({ name, role, value }))
  const leaves = inputs.map(({ name, role }) => ({
    name,
    active: role === 'parameter',
    shape: shapes.get(name) ?? SCALAR,
  }))
  const tape = buildTape({ inputs: leaves, nodes }, options.budget)
  return {
    ok: true,
    graph: { inputs, nodes, output: definition.output, shapes, tape, boxes, asked },
    warnings,
  }
}

function parseNodes(
  definition: GraphDefinition,
  budget: StepBudget,
  faults: EngineFault[],
  warnings: EngineWarning[],
): ParsedNode[] {
  const pool = createExpressionPool()
  const names = new Set([...definition.inputs, ...definition.nodes].map(({ name }) => name))
  const parsed: ParsedNode[] = []
  definition.nodes.forEach(({ name, expression }, listed) => {
    const path = ['nodes', listed, 'expression']
    try {
      const { root, operands, ambiguousProducts } = parseExpression(expression, {
        pool,
        names,
        limits: GRAPH_EXPRESSION_LIMITS,
        budget,
      })
      parsed.push({ name, listed, text: expression, root, operands })
      for (const position of ambiguousProducts) {
        const message = 'A product without a sign after a division is read from the left: 1/2a is (1/2)*a.'
        warnings.push({ code: 'ambiguous-multiplication', path, position, message })
      }
    } catch (error) {
      if (!(error instanceof ExpressionError) || error.code === 'too-complex') throw error
      faults.push({ code: error.code, path, position: error.position, message: error.message })
    }
  })
  return parsed
}

/**
 * The nodes with the shapes of their parts; fills `shapes` by name. Undefined where some do not conform: a fault is
 * told at each node where one begins, not at those that only use it.
 */
function inferNodeShapes(
  definition: GraphDefinition,
  nodes: readonly ParsedNode[],
  shapes: Map<string, Shape>,
  faults: EngineFault[],
): ShapedNode[] | undefined {
  for (const { name, value } of definition.inputs) shapes.set(name, shapeOfValue(value) ?? SCALAR)
  const shaped: ShapedNode[] = []
  for (const node of nodes) {
    if (!node.operands.every(operand => shapes.has(operand))) continue
    const parts = operandsFirst(node.root)
    const result = inferShapes(parts, name => shapes.get(name) ?? SCALAR)
    if (result.ok) {
      shapes.set(node.name, result.shapes.get(node.root) ?? SCALAR)
      shaped.push({ ...node, shapes: result.shapes, mixed: mixedNames(parts, result.shapes) })
    } else {
      const path = ['nodes', node.listed, 'expression']
      faults.push({ code: 'shape-mismatch', path, message: `Node "${node.name}": ${result.message}.` })
    }
  }
  const output = shapes.get(definition.output) ?? SCALAR
  if (!isScalar(output)) {
    const message = `The output "${definition.output}" must be a number, the cost; it has the shape ${showShape(output)}.`
    faults.push({ code: 'tensor-output', path: ['output'], message })
  }
  return faults.length === 0 ? shaped : undefined
}

function markUsed(nodes: readonly ShapedNode[], output: string): GraphNode[] {
  const used = new Set([output])
  return nodes
    .toReversed()
    .map(node => {
      if (used.has(node.name)) for (const operand of node.operands) used.add(operand)
      return { ...node, used: used.has(node.name) }
    })
    .toReversed()
}

/** Parameters and all that depends on one. */
function activeNames(definition: GraphDefinition, nodes: readonly GraphNode[]): Set<string> {
  const active = new Set(
    definition.inputs.filter(input => input.role === 'parameter').map(input => input.name),
  )
  for (const node of nodes) if (node.operands.some(operand => active.has(operand))) active.add(node.name)
  return active
}

function indexBoxes(boxes: readonly Box[], faults: EngineFault[]): Map<string, Box> {
  const byId = new Map<string, Box>()
  for (const box of boxes) {
    const other = byId.get(box.id)
    if (other !== undefined) {
      const [first, second] = [boxLabel(other).text, boxLabel(box).text]
      const message = `The boxes ${first} and ${second} would both be called "${box.id}": rename a node or an input.`
      faults.push({ code: 'box-collision', path: ['nodes'], message })
    }
    byId.set(box.id, box)
  }
  return byId
}

function askedBoxes(ids: readonly string[], boxes: ReadonlyMap<string, Box>, faults: EngineFault[]): Box[] {
  const asked = new Map<string, Box>()
  ids.forEach((id, index) => {
    const box = boxes.get(id)
    if (box === undefined) {
      faults.push({
        code: 'unknown-box',
        path: ['boxes', index],
        message: 'This graph has no box of that id.',
      })
    } else if (asked.has(id)) {
      faults.push({
        code: 'duplicate-box',
        path: ['boxes', index],
        message: `The box "${id}" is asked already.`,
      })
    } else {
      asked.set(id, box)
    }
  })
  if (ids.length === 0)
    faults.push({ code: 'no-box', path: ['boxes'], message: 'At least one box must be asked.' })
  return [...asked.values()]
}
