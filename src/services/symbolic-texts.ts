/** Formulas of the boxes of a graph, within the work that one request may ask for. */
import type { Box } from '../engine/boxes.js'
import { createStepBudget } from '../engine/faults.js'
import type { CompiledGraph } from '../engine/graph.js'
import { createSymbolics, symbolicForm, type Symbolics } from '../engine/symbolic.js'

/** Steps of symbolic work for all boxes of one graph: about half a second. */
const SYMBOLIC_STEPS = 500_000

/** The derivatives of a graph as formulas, out of one budget. */
export function symbolicsOf(graph: CompiledGraph): Symbolics {
  return createSymbolics(graph, createStepBudget(SYMBOLIC_STEPS))
}

/**
 * A way to what is right in a box as text of a formula; undefined where there is none. Each is worked out once, when it is
 * asked for.
 */
export function createSymbolicTexts(graph: CompiledGraph): (box: Box) => string | undefined {
  const texts = new Map<string, string | undefined>()
  let symbolics: Symbolics | undefined
  return box => {
    symbolics ??= symbolicsOf(graph)
    if (!texts.has(box.id)) texts.set(box.id, symbolicForm(graph, symbolics, box)?.text)
    return texts.get(box.id)
  }
}
