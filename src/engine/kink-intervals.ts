/**
 * The ranges of derivatives behind many kinks, by interval arithmetic over the chain rule. Where one kink acts on
 * several paths an interval may be wider than the true range: it errs on the learner's side.
 */
import { usedConsumers, type Box } from './boxes.js'
import type { Evaluation } from './evaluate.js'
import type { CompiledGraph } from './graph.js'
import type { KinkedEdges } from './kinks.js'
import type { Interval } from './operations.js'

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

/** The range of a derivative box, for kinks at these slots. */
export function intervalRanges(
  graph: CompiledGraph,
  evaluation: Evaluation,
  edges: KinkedEdges,
): (box: Box) => Interval | undefined {
  const { tape } = graph
  const locals = new Map<string, Map<string, Interval>>()
  graph.nodes.forEach((node, index) => {
    const [from, to] = [tape.starts[index] as number, tape.starts[index + 1] as number]
    const adjoints = new Map<number, Interval>([[to - 1, point(1)]])
    for (let slot = to - 1; slot >= from; slot -= 1) {
      const adjoint = adjoints.get(slot)
      if (adjoint === undefined) continue
      const kink = edges.get(slot)
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
  return box => {
    if (box.kind === 'forward') return undefined
    return box.kind === 'local' ? locals.get(box.of)?.get(box.wrt) : gradients.get(box.wrt)
  }
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
