/**
 * Where values sit on a kink (relu at 0, a tie of max) a derivative is a whole range. A learner may use any number
 * in it, so grading needs the range of every box behind a kink.
 *
 * Ranges come from interval arithmetic over the same chain rule. Where kinks are correlated the interval may be
 * wider than the true set of subgradients: it errs on the learner's side.
 */
import type { Evaluation } from './evaluate.js'
import type { CompiledGraph } from './graph.js'
import type { Interval } from './operations.js'
import { usedConsumers, type Box } from './boxes.js'

/** What grading and publication need to know about the kinks at one set of inputs. */
export type Kinks = {
  /** Names of the nodes whose own expression sits on a kink, in sorted order. */
  readonly nodes: readonly string[]
  /** The range of right values of a derivative box; a single point where no kink is involved. */
  rangeOf(box: Box): Interval | undefined
}

const NOTHING: Interval = { low: 0, high: 0 }

function point(value: number): Interval {
  return { low: value, high: value }
}

function sum(a: Interval, b: Interval): Interval {
  return { low: a.low + b.low, high: a.high + b.high }
}

function product(a: Interval, b: Interval): Interval {
  const corners = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high]
  return { low: Math.min(...corners), high: Math.max(...corners) }
}

/** The kinks at an evaluation, or undefined where there are none (the usual case, found in one pass). */
export function findKinks(graph: CompiledGraph, evaluation: Evaluation): Kinks | undefined {
  const edges = kinkedEdges(graph, evaluation)
  if (edges.size === 0) return undefined
  const { tape } = graph
  const kinkedNodes = new Set<string>()
  const locals = new Map<string, Map<string, Interval>>()
  graph.nodes.forEach((node, index) => {
    const [from, to] = [tape.starts[index] as number, tape.starts[index + 1] as number]
    const adjoints = new Map<number, Interval>([[to - 1, point(1)]])
    for (let slot = to - 1; slot >= from; slot -= 1) {
      const adjoint = adjoints.get(slot)
      const kink = edges.get(slot)
      if (kink !== undefined) kinkedNodes.add(node.name)
      if (adjoint === undefined) continue
      const pass = (operand: number, partial: Interval): void => {
        if (operand < 0 || tape.variable[operand] !== 1) return
        adjoints.set(operand, sum(adjoints.get(operand) ?? NOTHING, product(adjoint, partial)))
      }
      pass(tape.left[slot] as number, kink?.[0] ?? point(evaluation.sweep.leftPartials[slot] as number))
      pass(tape.right[slot] as number, kink?.[1] ?? point(evaluation.sweep.rightPartials[slot] as number))
    }
    const ranges = node.operands.map(
      operand => [operand, adjoints.get(tape.slotOf.get(operand) as number) ?? NOTHING] as const,
    )
    locals.set(node.name, new Map(ranges))
  })
  const gradients = gradientRanges(graph, locals)
  return {
    nodes: graph.nodes.map(node => node.name).filter(name => kinkedNodes.has(name)),
    rangeOf: box =>
      box.kind === 'forward'
        ? undefined
        : box.kind === 'local'
          ? locals.get(box.of)?.get(box.wrt)
          : gradients.get(box.wrt),
  }
}

/** Slot → the subgradients of its edges, for the slots on a kink. */
function kinkedEdges(
  graph: CompiledGraph,
  { sweep }: Evaluation,
): Map<number, readonly [Interval, Interval?]> {
  const { tape } = graph
  const edges = new Map<number, readonly [Interval, Interval?]>()
  tape.operations.forEach((operation, slot) => {
    if (operation?.kink === undefined || tape.variable[slot] !== 1) return
    const x = sweep.values[tape.left[slot] as number] as number
    if (operation.arity === 1) {
      const kink = operation.kink(x)
      if (kink !== undefined) edges.set(slot, [kink])
      return
    }
    const kink = operation.kink(x, sweep.values[tape.right[slot] as number] as number)
    if (kink !== undefined) edges.set(slot, kink)
  })
  return edges
}

/** The chain rule over nodes, from the output back, on intervals. */
function gradientRanges(
  graph: CompiledGraph,
  locals: ReadonlyMap<string, ReadonlyMap<string, Interval>>,
): Map<string, Interval> {
  const consumers = usedConsumers(graph)
  const gradients = new Map<string, Interval>([[graph.output, point(1)]])
  const names = [...graph.inputs, ...graph.nodes].map(({ name }) => name)
  for (const name of names.toReversed()) {
    if (name === graph.output) continue
    const range = (consumers.get(name) ?? []).reduce((total, consumer) => {
      const local = locals.get(consumer)?.get(name) ?? NOTHING
      return sum(total, product(local, gradients.get(consumer) ?? NOTHING))
    }, NOTHING)
    gradients.set(name, range)
  }
  return gradients
}
