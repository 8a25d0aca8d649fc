/** The right values of an attempt's boxes, for where a policy reveals them. */
import { valueOfEntries, type Value } from '../engine/tensor.js'
import type { StoredAttempt } from '../database/attempts.js'
import { answerKeyAt, answerKeyOf, type PublishedGraph } from '../grading/published-graph.js'
import type { GraphLibrary } from './graph-library.js'
import { createSymbolicTexts } from './symbolic-texts.js'
import { inputsOf } from './variant-store.js'

/** Box id → what is right in it: a value, or of an expression box the expression as text. */
export type ExpectedValues = (id: string) => Value | string | undefined

/**
 * A way to the right values of stored attempts, each at its own inputs; of an attempt whose graph is not known there are
 * none. What is found out about a graph or a variant is kept for the next attempt: make one a request.
 */
export function createExpectedValues(
  library: GraphLibrary,
): (
  attempt: Pick<StoredAttempt, 'graphId' | 'graphVersion' | 'variant' | 'inputs'>,
) => Promise<ExpectedValues> {
  const symbolic = new Map<PublishedGraph, ExpectedValues>()
  const values = new Map<string, ExpectedValues>()
  return async ({ graphId, graphVersion, variant, inputs }) => {
    if (graphId === null) return () => undefined
    const { published } = await library.pinned(graphId, graphVersion)
    const textOf = symbolic.get(published) ?? symbolicTexts(published)
    symbolic.set(published, textOf)
    const place = `${graphId}/${String(graphVersion)}/${variant ?? ''}`
    const valueOf = values.get(place) ?? valuesAt(published, inputs)
    values.set(place, valueOf)
    return id => (published.boxes.get(id)?.answer === 'expression' ? textOf(id) : valueOf(id))
  }
}

function valuesAt(published: PublishedGraph, inputs: unknown): ExpectedValues {
  const result =
    inputs === null
      ? { ok: true as const, key: answerKeyOf(published) }
      : answerKeyAt(published, inputsOf(published.graph, inputs))
  const boxes = new Map(result.ok ? result.key.boxes.map(keyed => [keyed.box.id, keyed]) : [])
  return id => {
    const keyed = boxes.get(id)
    return keyed === undefined ? undefined : valueOfEntries(keyed.shape, keyed.truths)
  }
}

function symbolicTexts({ graph }: PublishedGraph): ExpectedValues {
  const textOf = createSymbolicTexts(graph)
  const asked = new Map(graph.asked.map(box => [box.id, box]))
  return id => {
    const box = asked.get(id)
    return box === undefined ? undefined : textOf(box)
  }
}
