/**
 * What a derivative on a kink is: not one number but a range, of which the engine takes one by convention.
 */
import type { DerivativeBox } from './explain-arithmetic.js'
import { dependentsOf, type Explained } from './explain-context.js'
import { list, nameOf } from './explain-phrases.js'
import { step, type Step } from './explain-step.js'
import type { EntryPlace } from './explain-words.js'
import type { CompiledGraph } from './graph.js'
import type { Kinks } from './kinks.js'
import { showNumber } from './shown-number.js'
import { entriesOf, SCALAR, type Shape, type Value } from './tensor.js'

/** Says which value is taken and which are accepted; empty where the box has one right value alone. */
export function kinkSteps({ graph, kinks, say }: Explained, box: DerivativeBox, value: Value): Step[] {
  const ranges = kinks?.rangesOf(box) ?? []
  const wide = ranges.flatMap(({ low, high }, entry) => (low === high ? [] : [{ low, high, entry }]))
  const [first, ...others] = wide
  if (kinks === undefined || first === undefined) return []
  const nodes = list(nodesBetween(graph, kinks, box).map(nameOf))
  const [low, high] = [showNumber(first.low), showNumber(first.high)]
  const taken = showNumber(entriesOf(value)[first.entry] ?? 0)
  const place = placeOf(first.entry, graph.shapes.get(box.wrt) ?? SCALAR)
  return [step('convention', say.kink({ nodes, low, high, taken, place, others: others.length }))]
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

/** Where an entry stands in an array; undefined for a number. */
function placeOf(entry: number, [rows, columns]: Shape): EntryPlace | undefined {
  if (rows === undefined) return undefined
  if (columns === undefined) return { row: undefined, entry: entry + 1 }
  return { row: Math.floor(entry / columns) + 1, entry: (entry % columns) + 1 }
}
