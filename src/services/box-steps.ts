/** How one box is worked out, as pages show it, and what may be typed in a box to be right there. */
import type { Language } from '../contracts/languages.js'
import type { StepsView } from '../contracts/practice.js'
import type { Box } from '../engine/boxes.js'
import { boxValue } from '../engine/evaluate.js'
import type { Value } from '../engine/tensor.js'
import type { PublishedGraph } from '../grading/published-graph.js'
import type { ToHtml } from './mathml.js'
import { explainOne } from './solve-graph.js'
import { createSymbolicTexts } from './symbolic-texts.js'

/** The steps of one box at the values of a graph, in a language. It takes work: whoever is asked for it often keeps it. */
export function viewSteps(
  published: PublishedGraph,
  box: Box,
  { typeset, language }: { readonly typeset: ToHtml; readonly language: Language },
): StepsView {
  const { steps = [], symbolic } = explainOne(published, box, language)
  // The formula was worked out for the steps already; one that is too long to stand beside them was left out.
  const formula = isExpression(published, box) ? symbolic?.text : undefined
  return {
    box: box.id,
    value: formula ?? createTyped(published)(box),
    steps: steps.map(({ kind, text, tex }) => ({ kind, text, html: typeset({ text, tex }) })),
  }
}

/** What may be typed in a box to be right there. */
export function createTyped(published: PublishedGraph): (box: Box) => string {
  const symbolicText = createSymbolicTexts(published.graph)
  return box => {
    const formula = isExpression(published, box) ? symbolicText(box) : undefined
    if (formula !== undefined) return formula
    const value = boxValue(published.evaluation, box)
    if (value === undefined) throw new Error(`the asked box ${box.id} has no value`)
    return typedValue(value)
  }
}

function isExpression({ boxes }: PublishedGraph, { id }: Box): boolean {
  return boxes.get(id)?.answer === 'expression'
}

/** A value as it is typed: numbers with all their digits, arrays in brackets. */
function typedValue(value: Value): string {
  // Minus zero is 0.
  if (typeof value === 'number') return String(value === 0 ? 0 : value)
  return `[${value.map(typedValue).join(', ')}]`
}
