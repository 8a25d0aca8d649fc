/** Short ways into explanations for tests. */
import type { Box } from '../../src/engine/boxes.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { finiteDifferences } from '../../src/engine/differences.js'
import type { Evaluation } from '../../src/engine/evaluate.js'
import { EXPLAIN_WORDS, type ExplainWords } from '../../src/engine/explain-words.js'
import { explainBox, type Step } from '../../src/engine/explain.js'
import type { CompiledGraph } from '../../src/engine/graph.js'
import { findKinks } from '../../src/engine/kinks.js'
import { createSymbolics } from '../../src/engine/symbolic.js'
import { compile, evaluate, plenty } from './engine.js'

/** What explains the boxes of an evaluation, as a solution does, in English or in the words of this table. */
export function createExplainer(
  compiled: CompiledGraph,
  evaluation: Evaluation,
  say?: ExplainWords,
): (box: Box) => Step[] {
  const symbolics = createSymbolics(compiled, plenty())
  const kinks = findKinks(compiled, evaluation)
  return box => {
    const differences = finiteDifferences(compiled, evaluation, box, plenty())
    return explainBox(compiled, evaluation, box, { symbolics, kinks, differences, say })
  }
}

/** The steps of one box of a definition, at its own values. */
export function stepsOf(definition: GraphDefinition, id: string, say?: ExplainWords): Step[] {
  const { graph: compiled } = compile(definition)
  const box = compiled.boxes.get(id)
  if (box === undefined) throw new Error(`no box ${id}`)
  return createExplainer(compiled, evaluate(compiled), say)(box)
}

/** The same as `kind: text`. */
export function linesOf(definition: GraphDefinition, id: string): string[] {
  return stepsOf(definition, id).map(({ kind, text }) => `${kind}: ${text}`)
}

/** The same in German. */
export function germanLinesOf(definition: GraphDefinition, id: string): string[] {
  return stepsOf(definition, id, EXPLAIN_WORDS.de).map(({ kind, text }) => `${kind}: ${text}`)
}
