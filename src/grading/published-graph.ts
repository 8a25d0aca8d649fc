/**
 * A graph as it is published: compiled, with the weights and tolerances of its boxes, checked at its own values.
 * Publication refuses what could not be graded and warns of what an author may not have meant.
 */
import { evaluateGraph, definedInputs, type Evaluation } from '../engine/evaluate.js'
import type { EngineFault, EngineWarning } from '../engine/faults.js'
import type { GraphDefinition } from '../engine/definition.js'
import { compileGraph, type CompiledGraph, type CompileOptions } from '../engine/graph.js'
import type { Value } from '../engine/tensor.js'
import { findTruths, type AnswerKey, type BoxPolicy, type BoxTruth } from './answer-key.js'
import { absoluteFloor, type Tolerance } from './tolerance.js'

/** A box of a definition: its id alone, or with how it counts. */
export type DefinedBox =
  | string
  | { readonly id: string; readonly weight?: number | undefined; readonly tolerance?: Tolerance | undefined }

/** A graph definition with what grading needs of it. */
export type GradedDefinition = Omit<GraphDefinition, 'boxes'> & {
  readonly tolerance?: Tolerance | undefined
  readonly boxes?: readonly DefinedBox[] | undefined
}

export type PublicationFault = Omit<EngineFault, 'code'> & {
  readonly code: EngineFault['code'] | 'no-weight'
}

export type PublicationWarning = Omit<EngineWarning, 'code'> & {
  readonly code: EngineWarning['code'] | 'kink' | 'near-zero'
}

/** A published graph, ready to grade. It never changes, so it may be cached by version. */
export type PublishedGraph = {
  readonly graph: CompiledGraph
  /** At the values of the definition. */
  readonly evaluation: Evaluation
  /** The right values of the boxes asked, at those values. */
  readonly truths: readonly BoxTruth[]
  /** The names of inputs and nodes. */
  readonly names: ReadonlySet<string>
  readonly tolerance: Tolerance | undefined
  readonly boxes: ReadonlyMap<string, { readonly weight: number; readonly tolerance: Tolerance | undefined }>
}

export type PublicationResult =
  | {
      readonly ok: true
      readonly published: PublishedGraph
      readonly warnings: readonly PublicationWarning[]
    }
  | { readonly ok: false; readonly faults: readonly PublicationFault[] }

/** What an assignment may set over its graph's own weights and tolerance. */
export type GradingOverrides = {
  readonly tolerance?: Tolerance | null | undefined
  /** Box id → weight; boxes left out keep the graph's. */
  readonly weights?: ReadonlyMap<string, number> | undefined
}

/** Checks a definition and makes it ready to grade, or lists all that is wrong with it. Throws only `too-complex`. */
export function publishGraph(definition: GradedDefinition, options: CompileOptions): PublicationResult {
  const defined = definition.boxes?.map(box => (typeof box === 'string' ? { id: box } : box))
  const compiled = compileGraph({ ...definition, boxes: defined?.map(box => box.id) }, options)
  if (!compiled.ok) return compiled
  const { graph } = compiled
  const evaluated = evaluateGraph(graph, definedInputs(graph))
  if (!evaluated.ok) return { ok: false, faults: [evaluated.fault] }
  const { evaluation } = evaluated
  const { boxes: truths, missing, kinkedNodes } = findTruths(graph, evaluation)
  if (missing.length > 0) return { ok: false, faults: missing.map(id => missingValue(graph, id)) }
  const own = new Map((defined ?? []).map(box => [box.id, box]))
  const published: PublishedGraph = {
    graph,
    evaluation,
    truths,
    names: new Set([...graph.inputs, ...graph.nodes].map(({ name }) => name)),
    tolerance: definition.tolerance,
    boxes: new Map(
      graph.asked.map(({ id }) => [
        id,
        { weight: own.get(id)?.weight ?? 1, tolerance: own.get(id)?.tolerance },
      ]),
    ),
  }
  if ([...published.boxes.values()].every(box => box.weight === 0)) {
    const message = 'At least one box must have a weight above 0.'
    return { ok: false, faults: [{ code: 'no-weight', path: ['boxes'], message }] }
  }
  const warnings = [
    ...compiled.warnings,
    ...kinkWarnings(graph, kinkedNodes),
    ...nearZero(answerKeyOf(published)),
  ]
  return { ok: true, published, warnings }
}

/** Each box's weight and tolerance: the box's own over the assignment's over the graph's over the defaults. */
export function boxPolicies(
  published: PublishedGraph,
  overrides: GradingOverrides,
): (id: string) => BoxPolicy {
  return id => {
    const box = published.boxes.get(id)
    return {
      weight: overrides.weights?.get(id) ?? box?.weight ?? 1,
      tolerance: box?.tolerance ?? overrides.tolerance ?? published.tolerance ?? {},
    }
  }
}

/** The answer key of a published graph at its own values, under an assignment's overrides. */
export function answerKeyOf(published: PublishedGraph, overrides: GradingOverrides = {}): AnswerKey {
  return keyFor(published, published.truths, overrides)
}

/** The answer key at other inputs (every input must be there, in the shape of its definition), or why there is none. */
export function answerKeyAt(
  published: PublishedGraph,
  inputs: ReadonlyMap<string, Value>,
): { readonly ok: true; readonly key: AnswerKey } | { readonly ok: false; readonly fault: PublicationFault } {
  const evaluated = evaluateGraph(published.graph, inputs)
  if (!evaluated.ok) return evaluated
  const { boxes, missing } = findTruths(published.graph, evaluated.evaluation)
  const [first] = missing
  if (first !== undefined) return { ok: false, fault: missingValue(published.graph, first) }
  return { ok: true, key: keyFor(published, boxes, {}) }
}

function keyFor(
  published: PublishedGraph,
  truths: readonly BoxTruth[],
  overrides: GradingOverrides,
): AnswerKey {
  const policyOf = boxPolicies(published, overrides)
  return { boxes: truths.map(truth => ({ ...truth, ...policyOf(truth.box.id) })), names: published.names }
}

function missingValue(graph: CompiledGraph, id: string): PublicationFault {
  return {
    code: 'domain-error',
    path: ['boxes', graph.asked.findIndex(box => box.id === id)],
    message: `The box "${id}" has no finite value at these inputs.`,
  }
}

function kinkWarnings(graph: CompiledGraph, names: readonly string[]): PublicationWarning[] {
  return graph.nodes
    .filter(node => names.includes(node.name))
    .map(node => ({
      code: 'kink',
      path: ['nodes', node.listed, 'expression'],
      message: `The values sit on a kink of "${node.name}": any slope between its two sides will be accepted.`,
    }))
}

function nearZero(key: AnswerKey): PublicationWarning[] {
  return key.boxes
    .filter(({ truths, tolerance }) =>
      truths.some(truth => truth !== 0 && Math.abs(truth) <= 10 * absoluteFloor(tolerance)),
    )
    .map(({ box }) => ({
      code: 'near-zero',
      path: ['boxes'],
      message: `The right value of "${box.id}" is so near 0 that its tolerance hardly tells it from 0.`,
    }))
}
