/** How one box is worked out, as pages show it, and what may be typed in a box to be right there. */
import type { Language } from '../contracts/languages.js'
import type { StepsView } from '../contracts/practice.js'
import type { Box } from '../engine/boxes.js'
import { boxValue } from '../engine/evaluate.js'
import { createStepBudget } from '../engine/faults.js'
import { createSymbolics, symbolicForm } from '../engine/symbolic.js'
import type { Value } from '../engine/tensor.js'
import type { PublishedGraph } from '../grading/published-graph.js'
import type { ToHtml } from './mathml.js'
import { explainOne } from './solve-graph.js'

/** Steps of symbolic work for the expression boxes of one graph. */
const SYMBOLIC_STEPS = 500_000

/** The steps of one box at the values of a graph, in a language. It takes work: whoever is asked for it often keeps it. */
export function viewSteps(
  published: PublishedGraph,
  box: Box,
  { typeset, language }: { readonly typeset: ToHtml; readonly language: Language },
): StepsView {
  const { steps = [] } = explainOne(published, box, language)
  return {
    box: box.id,
    value: createTyped(published)(box),
    steps: steps.map(({ kind, text, tex }) => ({ kind, text, html: typeset({ text, tex }) })),
  }
}

/** What may be typed in a box to be right there. */
export function createTyped({ graph, evaluation, boxes }: PublishedGraph): (box: Box) => string {
  let symbolics: ReturnType<typeof createSymbolics> | undefined
  return box => {
    if (boxes.get(box.id)?.answer === 'expression') {
      symbolics ??= createSymbolics(graph, createStepBudget(SYMBOLIC_STEPS))
      const form = symbolicForm(graph, symbolics, box)
      if (form !== undefined) return form.text
    }
    const value = boxValue(evaluation, box)
    if (value === undefined) throw new Error(`the asked box ${box.id} has no value`)
    return typedValue(value)
  }
}

/** A value as it is typed: numbers with all their digits, arrays in brackets. */
function typedValue(value: Value): string {
  // Minus zero is 0.
  if (typeof value === 'number') return String(value === 0 ? 0 : value)
  return `[${value.map(typedValue).join(', ')}]`
}
