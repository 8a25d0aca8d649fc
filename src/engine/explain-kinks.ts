/**
 * What a derivative on a kink is: not one number but a range, of which the engine takes one by convention.
 */
import type { DerivativeBox } from './explain-arithmetic.js'
import { list, nameOf, sentence } from './explain-phrases.js'
import { step, type Step } from './explain-step.js'
import type { CompiledGraph } from './graph.js'
import type { Kinks } from './kinks.js'
import { showNumber } from './shown-number.js'
import { entriesOf, type Value } from './tensor.js'

/** Says which value is taken and which are accepted; empty where the box has one right value alone. */
export function kinkSteps(
  graph: CompiledGraph,
  kinks: Kinks | undefined,
  box: DerivativeBox,
  value: Value,
): Step[] {
  const ranges = kinks?.rangesOf(box)
  const wide = ranges?.findIndex(({ low, high }) => low !== high) ?? -1
  const range = ranges?.[wide]
  if (kinks === undefined || range === undefined) return []
  const reached = box.kind === 'local' ? new Set([box.of]) : reachedFrom(graph, box.wrt)
  const nodes = list(kinks.nodes.filter(name => reached.has(name)).map(nameOf))
  const [low, high] = [showNumber(range.low), showNumber(range.high)]
  const taken = showNumber(entriesOf(value)[wide] ?? 0)
  const where = typeof value === 'number' ? sentence`` : sentence` (in its first entry there)`
  return [
    step(
      'convention',
      sentence`The values sit on a kink of ${nodes}, where the slope jumps: any value from ${low} to ${high} is right${where}, and ${taken} is taken by convention`,
    ),
  ]
}

/** A name and all that depends on it. */
function reachedFrom(graph: CompiledGraph, name: string): Set<string> {
  const reached = new Set([name])
  for (const node of graph.nodes) {
    if (node.operands.some(operand => reached.has(operand))) reached.add(node.name)
  }
  return reached
}
