/**
 * A compiled graph at given inputs: values, local derivatives and gradients (contract §3).
 */
import type { Box } from './boxes.js'
import type { EngineFault } from './faults.js'
import type { CompiledGraph, GraphNode } from './graph.js'
import { createSweep, operationAt, sweepForward, sweepReverse, type Sweep } from './tape.js'
import { entriesOf, entryCount, isScalar, SCALAR, valueOfEntries, type Shape, type Value } from './tensor.js'

/** All numbers of a graph at one set of inputs. Derivatives by data that do not exist there are left out. */
export type Evaluation = {
  readonly sweep: Sweep
  /** Name of an input or node → its value. */
  readonly values: ReadonlyMap<string, Value>
  /** Node → operand → ∂node/∂operand at the operands' values, where there is one of the operand's shape. */
  readonly locals: ReadonlyMap<string, ReadonlyMap<string, Value>>
  /** Name of an input or node → ∂output/∂it over all paths, of its shape; 0 where the output does not depend on it. */
  readonly gradients: ReadonlyMap<string, Value>
}

export type EvaluationResult =
  { readonly ok: true; readonly evaluation: Evaluation } | { readonly ok: false; readonly fault: EngineFault }

/** The values given in the definition, by name. */
export function definedInputs(graph: CompiledGraph): Map<string, Value> {
  return new Map(graph.inputs.map(({ name, value }) => [name, value]))
}

/**
 * Forward and reverse sweep at the given inputs (every input must be there, in the shape of its definition). A value
 * that is not finite, or a derivative towards a parameter that is not, is a `domain-error` that names the node.
 */
export function evaluateGraph(graph: CompiledGraph, inputs: ReadonlyMap<string, Value>): EvaluationResult {
  const { tape, shapes } = graph
  const sweep = createSweep(tape)
  for (const { name } of graph.inputs) {
    sweep.values.set(entriesOf(inputs.get(name) ?? Number.NaN), tape.slotOf.get(name))
  }
  const failed = sweepForward(tape, sweep)
  if (failed >= 0) return { ok: false, fault: domainFault(graph, sweep, failed) }

  const { locals, adjoints } = sweepDerivatives(graph, sweep)
  const values = new Map<string, Value>()
  const gradients = new Map<string, Value>()
  for (const [name, slot] of tape.slotOf) {
    const shape = shapes.get(name) ?? SCALAR
    values.set(name, readSlots(sweep.values, slot, shape))
    const gradient = readSlots(adjoints, slot, shape)
    if (entriesOf(gradient).every(Number.isFinite)) {
      gradients.set(name, gradient)
    } else if (tape.active[slot] === 1) {
      return { ok: false, fault: gradientFault(graph, name) }
    }
  }
  for (const [node, byOperand] of locals) {
    for (const [operand, value] of byOperand) {
      if (entriesOf(value).every(Number.isFinite)) continue
      const active = tape.active[tape.slotOf.get(operand) as number] === 1
      if (active) return { ok: false, fault: localFault(graph, node, operand) }
      byOperand.delete(operand)
    }
  }
  return { ok: true, evaluation: { sweep, values, locals, gradients } }
}

/** Reverse sweeps over the partials of a forward sweep: local derivatives, and the output's adjoint of every slot. */
export function sweepDerivatives(
  graph: CompiledGraph,
  sweep: Sweep,
): { readonly locals: Map<string, Map<string, Value>>; readonly adjoints: Float64Array } {
  const { tape } = graph
  const adjoints = new Float64Array(tape.slots)
  adjoints[tape.slotOf.get(graph.output) as number] = 1
  sweepReverse(tape, sweep, adjoints, tape.inputs, tape.slots)
  return { locals: localDerivatives(graph, sweep), adjoints }
}

/** The right value of a box, undefined for a derivative by data that does not exist at these inputs. */
export function boxValue(evaluation: Evaluation, box: Box): Value | undefined {
  switch (box.kind) {
    case 'forward':
      return evaluation.values.get(box.of)
    case 'local':
      return evaluation.locals.get(box.of)?.get(box.wrt)
    case 'gradient':
      return evaluation.gradients.get(box.wrt)
  }
}

/** The value that a run of slots holds. −0 means nothing to a learner. */
function readSlots(numbers: Float64Array, slot: number, shape: Shape): Value {
  if (isScalar(shape)) return unsignZero(numbers[slot] as number)
  return valueOfEntries(shape, numbers.subarray(slot, slot + entryCount(shape)).map(unsignZero))
}

function unsignZero(value: number): number {
  return value === 0 ? 0 : value
}

/**
 * Sweeps each node's own segment backwards from 1 at all of its entries: its derivatives by its direct operands. Of an
 * array these are the diagonals, since each entry of an operand that is not mixed acts on one entry of the node alone.
 * Linear in the tape.
 */
function localDerivatives(graph: CompiledGraph, sweep: Sweep): Map<string, Map<string, Value>> {
  const { tape, shapes } = graph
  const adjoints = new Float64Array(tape.slots)
  return new Map(
    graph.nodes.map((node, index) => {
      const byOperand = new Map<string, Value>()
      if (node.mixed.size === node.operands.length && node.mixed.size > 0) return [node.name, byOperand]
      const [from, to] = [tape.starts[index] as number, tape.starts[index + 1] as number]
      adjoints.fill(1, tape.slotOf.get(node.name), to)
      sweepReverse(tape, sweep, adjoints, from, to)
      adjoints.fill(0, from, to)
      for (const operand of node.operands) {
        const slot = tape.slotOf.get(operand) as number
        const shape = shapes.get(operand) ?? SCALAR
        if (!node.mixed.has(operand)) byOperand.set(operand, readSlots(adjoints, slot, shape))
        if (isScalar(shape)) adjoints[slot] = 0
        else adjoints.fill(0, slot, slot + entryCount(shape))
      }
      return [node.name, byOperand]
    }),
  )
}

function domainFault(graph: CompiledGraph, sweep: Sweep, slot: number): EngineFault {
  const { tape } = graph
  const index = tape.starts.findIndex(start => start > slot) - 1
  const operation = operationAt(tape, slot)
  const x = sweep.values[tape.left[slot] as number] ?? Number.NaN
  const y = sweep.values[tape.right[slot] as number] ?? Number.NaN
  const value = sweep.values[slot] as number
  const reason =
    tape.constantFaults.get(slot) ??
    operation?.fault?.(x, y) ??
    (Number.isFinite(value) ? 'a derivative that is not finite' : 'a value too large to compute with')
  return nodeFault(graph.nodes[index], reason)
}

function localFault(graph: CompiledGraph, node: string, operand: string): EngineFault {
  const found = graph.nodes.find(candidate => candidate.name === node)
  return nodeFault(found, `a derivative by "${operand}" that is not finite`)
}

function gradientFault(graph: CompiledGraph, name: string): EngineFault {
  const consumer = graph.nodes.find(node => node.operands.includes(name))
  return nodeFault(consumer, `a gradient of "${graph.output}" by "${name}" that is not finite`)
}

function nodeFault(node: GraphNode | undefined, reason: string): EngineFault {
  if (node === undefined) throw new Error('a fault lies in no node')
  return {
    code: 'domain-error',
    path: ['nodes', node.listed, 'expression'],
    message: `Node "${node.name}" = ${excerpt(node.text)}: ${reason}.`,
  }
}

function excerpt(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`
}
