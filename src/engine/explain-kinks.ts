/**
 * What a derivative on a kink is: not one number but a range, of which the engine takes one by convention.
 */
import type { DerivativeBox } from './explain-arithmetic.js'
import { dependentsOf } from './explain-context.js'
import { list, nameOf, sentence, words } from './explain-phrases.js'
import { step, type Step } from './explain-step.js'
import type { CompiledGraph } from './graph.js'
import type { Kinks } from './kinks.js'
import { showNumber } from './shown-number.js'
import { entriesOf, SCALAR, type Shape, type Value } from './tensor.js'

/** Says which value is taken and which are accepted; empty where the box has one right value alone. */
export function kinkSteps(
  graph: CompiledGraph,
  kinks: Kinks | undefined,
  box: DerivativeBox,
  value: Value,
): Step[] {
  const ranges = kinks?.rangesOf(box) ?? []
  const wide = ranges.flatMap(({ low, high }, entry) => (low === high ? [] : [{ low, high, entry }]))
  const [first, ...others] = wide
  if (kinks === undefined || first === undefined) return []
  const nodes = list(nodesBetween(graph, kinks, box).map(nameOf))
  const [low, high] = [showNumber(first.low), showNumber(first.high)]
  const taken = showNumber(entriesOf(value)[first.entry] ?? 0)
  const where = words(placeOf(first.entry, graph.shapes.get(box.wrt) ?? SCALAR))
  const rest = words(othersLike(others.length))
  return [
    step(
      'convention',
      sentence`The values sit on a kink of ${nodes}, where the slope jumps: any value from ${low} to ${high} is right${where}, and ${taken} is taken by convention${rest}`,
    ),
  ]
}

/** The nodes on a kink whose slope the derivative is made of: those from its operand, itself not one, to its node. */
function nodesBetween(graph: CompiledGraph, kinks: Kinks, box: DerivativeBox): readonly string[] {
  if (box.kind === 'local') return kinks.nodes.filter(name => name === box.of)
  const dependents = dependentsOf(graph, box.wrt)
  // A gradient is one of the output: what is used is on a way to it.
  const between = new Set(
    graph.nodes.filter(node => node.used && dependents.has(node.name)).map(node => node.name),
  )
  return kinks.nodes.filter(name => between.has(name))
}

/** ` in entry 1`, ` in row 1, entry 2`; nothing for a number. Counted from 1. */
function placeOf(entry: number, [rows, columns]: Shape): string {
  if (rows === undefined) return ''
  if (columns === undefined) return ` in entry ${String(entry + 1)}`
  return ` in row ${String(Math.floor(entry / columns) + 1)}, entry ${String((entry % columns) + 1)}`
}

function othersLike(count: number): string {
  if (count === 0) return ''
  return count === 1
    ? '; 1 more entry has a range of its own'
    : `; ${String(count)} more entries have ranges of their own`
}
