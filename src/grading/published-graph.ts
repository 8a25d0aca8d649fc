/**
 * A graph as it is published: compiled, with the weights and tolerances of its boxes, checked at its own values.
 * Publication refuses what could not be graded and warns of what an author may not have meant.
 */
import { evaluateGraph, definedInputs } from '../engine/evaluate.js'
import type { EngineFault, EngineWarning } from '../engine/faults.js'
import type { GraphDefinition } from '../engine/definition.js'
import { compileGraph, type CompiledGraph, type CompileOptions } from '../engine/graph.js'
import type { Value } from '../engine/tensor.js'
import {
  findTruths,
  type AnswerForm,
  type AnswerKey,
  type BoxPolicy,
  type GraphPoint,
  type KeyedBox,
} from './answer-key.js'
import { findPlaces, type AskedPlaces } from './asked-places.js'
import type { VariantWarning } from './check-variants.js'
import type { CoincidenceWarning } from './coincidence-warnings.js'
import { createDiagnoser } from './diagnose.js'
import type { InputSample } from './draw-inputs.js'
import { publicationWarnings } from './publication-warnings.js'
import type { Tolerance } from './tolerance.js'

/** A box of a definition: its id alone, or with how it counts. */
export type DefinedBox =
  | string
  | {
      readonly id: string
      readonly weight?: number | undefined
      readonly tolerance?: Tolerance | undefined
      readonly answer?: AnswerForm | undefined
    }

/** A graph definition with what grading needs of it. */
export type GradedDefinition = Omit<GraphDefinition, 'boxes' | 'inputs'> & {
  readonly inputs: readonly (GraphDefinition['inputs'][number] & {
    /** How variants draw it. */
    readonly sample?: InputSample | undefined
  })[]
  readonly tolerance?: Tolerance | undefined
  readonly boxes?: readonly DefinedBox[] | undefined
}

export type PublicationFault = Omit<EngineFault, 'code'> & {
  readonly code: EngineFault['code'] | 'no-weight'
}

export type PublicationWarning = Omit<EngineWarning, 'code'> & {
  readonly code:
    | EngineWarning['code']
    | 'kink'
    | 'near-zero'
    | 'undecidable-expression'
    | CoincidenceWarning['code']
    | VariantWarning['code']
}

/** A published graph, ready to grade, at the values of its definition. It never changes, so it may be cached by version. */
export type PublishedGraph = GraphPoint & {
  readonly graph: CompiledGraph
  readonly places: AskedPlaces
  /** The names of inputs and nodes. */
  readonly names: ReadonlySet<string>
  readonly tolerance: Tolerance | undefined
  readonly boxes: ReadonlyMap<string, PublishedBox>
}

type PublishedBox = {
  readonly weight: number
  readonly tolerance: Tolerance | undefined
  readonly answer: AnswerForm
}

export type PublicationResult =
  | {
      readonly ok: true
      readonly published: PublishedGraph
      /** What an author may not have meant. Worked out whenever it is read: a stored graph is compiled without it. */
      readonly warnings: readonly PublicationWarning[]
    }
  | { readonly ok: false; readonly faults: readonly PublicationFault[] }

/** What an assignment may set over its graph's own weights and tolerance. */
export type GradingOverrides = {
  readonly tolerance?: Tolerance | null | undefined
  /** Box id → weight; boxes left out keep the graph's. */
  readonly weights?: ReadonlyMap<string, number> | undefined
  readonly followThrough?: number | undefined
}

/** Credit of what follows where an assignment sets none (contract §5). */
export const DEFAULT_FOLLOW_THROUGH = 0.5

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
    places: findPlaces(graph),
    evaluation,
    truths,
    diagnoser: createDiagnoser(graph, truths, evaluation),
    names: new Set([...graph.inputs, ...graph.nodes].map(({ name }) => name)),
    tolerance: definition.tolerance,
    boxes: new Map(
      graph.asked.map(({ id }) => [
        id,
        {
          weight: own.get(id)?.weight ?? 1,
          tolerance: own.get(id)?.tolerance,
          answer: own.get(id)?.answer ?? 'number',
        },
      ]),
    ),
  }
  if ([...published.boxes.values()].every(box => box.weight === 0)) {
    const message = 'At least one box must have a weight above 0.'
    return { ok: false, faults: [{ code: 'no-weight', path: ['boxes'], message }] }
  }
  return {
    ok: true,
    published,
    get warnings() {
      const key = answerKeyOf(published)
      return publicationWarnings(
        { definition, key, kinkedNodes, compiled: compiled.warnings },
        options.budget,
      )
    },
  }
}

/** Each box's weight and tolerance: the box's own over the assignment's over the graph's over the defaults. */
export function boxPolicies(
  published: Pick<PublishedGraph, 'boxes' | 'tolerance'>,
  overrides: GradingOverrides,
): (id: string) => BoxPolicy {
  return id => {
    const box = published.boxes.get(id)
    return {
      weight: overrides.weights?.get(id) ?? box?.weight ?? 1,
      tolerance: box?.tolerance ?? overrides.tolerance ?? published.tolerance ?? {},
      answer: box?.answer ?? 'number',
    }
  }
}

/** The answer key of a published graph at its own values, under an assignment's overrides. */
export function answerKeyOf(published: PublishedGraph, overrides: GradingOverrides = {}): AnswerKey {
  return keyFor(published, published, overrides)
}

/** The answer key at other inputs (every input must be there, in the shape of its definition), or why there is none. */
export function answerKeyAt(
  published: PublishedGraph,
  inputs: ReadonlyMap<string, Value>,
  overrides: GradingOverrides = {},
): { readonly ok: true; readonly key: AnswerKey } | { readonly ok: false; readonly fault: PublicationFault } {
  const evaluated = evaluateGraph(published.graph, inputs)
  if (!evaluated.ok) return evaluated
  const { evaluation } = evaluated
  const { boxes: truths, missing } = findTruths(published.graph, evaluation)
  const [first] = missing
  if (first !== undefined) return { ok: false, fault: missingValue(published.graph, first) }
  const diagnoser = createDiagnoser(published.graph, truths, evaluation)
  return { ok: true, key: keyFor(published, { evaluation, truths, diagnoser }, overrides) }
}

function keyFor(
  { graph, places, names, ...published }: PublishedGraph,
  { evaluation, truths, diagnoser }: GraphPoint,
  overrides: GradingOverrides,
): AnswerKey {
  const policyOf = boxPolicies(published, overrides)
  const boxes = truths.map((truth): KeyedBox => {
    const { box, shape, truths: entries, ranges } = truth
    const { weight, tolerance, answer } = policyOf(box.id)
    return { box, shape, truths: entries, ranges, weight, tolerance, answer }
  })
  const followThrough = overrides.followThrough ?? DEFAULT_FOLLOW_THROUGH
  return { graph, places, evaluation, boxes, diagnoser, names, followThrough }
}

function missingValue(graph: CompiledGraph, id: string): PublicationFault {
  return {
    code: 'domain-error',
    path: ['boxes', graph.asked.findIndex(box => box.id === id)],
    message: `The box "${id}" has no finite value at these inputs.`,
  }
}
