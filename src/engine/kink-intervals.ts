/**
 * The ranges of derivatives behind many kinks, by interval arithmetic over the chain rule. Where one kink acts on
 * several paths an interval may be wider than the true range: it errs on the learner's side.
 */
import type { Box } from './boxes.js'
import type { Evaluation } from './evaluate.js'
import type { CompiledGraph } from './graph.js'
import type { KinkedEdges } from './kinks.js'
import type { Interval } from './operations.js'
import { entryCount, SCALAR } from './tensor.js'

/** An interval a slot; what nothing reaches is the point 0. */
type Ranges = { readonly low: Float64Array; readonly high: Float64Array }

/** Adds the product of a slot's interval and an edge's to the interval of the operand. */
function addProduct({ low, high }: Ranges, operand: number, slot: number, from: number, to: number): void {
  const [least, most] = [low[slot] as number, high[slot] as number]
  const [a, b, c, d] = [least * from, least * to, most * from, most * to]
  low[operand] = (low[operand] as number) + Math.min(a, b, c, d)
  high[operand] = (high[operand] as number) + Math.max(a, b, c, d)
}

/** The ranges of a derivative box's entries, for kinks at these slots. */
export function intervalRanges(
  graph: CompiledGraph,
  { sweep }: Evaluation,
  edges: KinkedEdges,
): (box: Box) => readonly Interval[] | undefined {
  const { tape, nodes, shapes } = graph
  const newRanges = (): Ranges => ({
    low: new Float64Array(tape.slots),
    high: new Float64Array(tape.slots),
  })
  const passBack = (adjoints: Ranges, from: number, to: number): void => {
    for (let slot = to - 1; slot >= from; slot -= 1) {
      if (adjoints.low[slot] === 0 && adjoints.high[slot] === 0) continue
      const [left, right] = [tape.left[slot] as number, tape.right[slot] as number]
      const kink = edges.get(slot)
      if (left !== slot && tape.variable[left] === 1) {
        const partial = sweep.leftPartials[slot] as number
        addProduct(adjoints, left, slot, kink?.[0].low ?? partial, kink?.[0].high ?? partial)
      }
      if (right !== slot && tape.variable[right] === 1) {
        const partial = sweep.rightPartials[slot] as number
        addProduct(adjoints, right, slot, kink?.[1]?.low ?? partial, kink?.[1]?.high ?? partial)
      }
    }
  }
  const rangesAt = ({ low, high }: Ranges, name: string): Interval[] => {
    const first = tape.slotOf.get(name) as number
    return Array.from({ length: entryCount(shapes.get(name) ?? SCALAR) }, (_, entry) => ({
      low: low[first + entry] as number,
      high: high[first + entry] as number,
    }))
  }

  const gradients = newRanges()
  const output = tape.slotOf.get(graph.output) as number
  fillRange(gradients, 1, output, output + 1)
  passBack(gradients, tape.inputs, tape.slots)

  const adjoints = newRanges()
  const locals = new Map<string, ReadonlyMap<string, Interval[]>>()
  nodes.forEach((node, index) => {
    const [from, to] = [tape.starts[index] as number, tape.starts[index + 1] as number]
    fillRange(adjoints, 1, tape.slotOf.get(node.name) as number, to)
    passBack(adjoints, from, to)
    const byOperand = new Map<string, Interval[]>()
    for (const operand of node.operands) {
      if (!node.mixed.has(operand)) byOperand.set(operand, rangesAt(adjoints, operand))
      const first = tape.slotOf.get(operand) as number
      fillRange(adjoints, 0, first, first + entryCount(shapes.get(operand) ?? SCALAR))
    }
    fillRange(adjoints, 0, from, to)
    locals.set(node.name, byOperand)
  })
  return box => {
    if (box.kind === 'forward') return undefined
    return box.kind === 'local' ? locals.get(box.of)?.get(box.wrt) : rangesAt(gradients, box.wrt)
  }
}

function fillRange({ low, high }: Ranges, value: number, from: number, to: number): void {
  low.fill(value, from, to)
  high.fill(value, from, to)
}
