/**
 * Which inputs a learner is asked about: drawn at first sight and stored, and from then on what is stored. While
 * variants are fixed, the graph's own.
 */
import type { StoredAssignment } from '../database/assignments.js'
import type { StoredVariant, VariantPlace, VariantRepository } from '../database/variants.js'
import { definedInputs } from '../engine/evaluate.js'
import type { CompiledGraph } from '../engine/graph.js'
import type { Value } from '../engine/tensor.js'
import { learnerErased, Refusal } from '../errors.js'
import type { AnswerKey } from '../grading/answer-key.js'
import { variantNumber } from '../grading/attempt-policy.js'
import {
  answerKeyAt,
  answerKeyOf,
  type GradingOverrides,
  type PublishedGraph,
} from '../grading/published-graph.js'
import { inputsInVersion } from '../grading/regrade-attempt.js'
import { policyOf, type AssignmentServices } from './assignments.js'
import { memberHash } from './courses.js'
import type { LibraryGraph } from './graph-library.js'
import { variantToken, type VariantDraw } from './variant-draw.js'

export type VariantServices = AssignmentServices & {
  readonly variants: VariantRepository
  readonly draws: VariantDraw
}

/** Whose variant, and after how many attempts. */
export type Asked = {
  readonly courseId: string
  readonly assignment: StoredAssignment
  readonly learner: string
  readonly attempts: number
}

/** While variants are fixed there is one, of this name. */
export const FIXED_VARIANT = 'fixed'

/** Where the variant of a learner's next attempt is stored; undefined while variants are fixed. */
export function variantPlace({ courseId, assignment, learner, attempts }: Asked): VariantPlace | undefined {
  const number = variantNumber(policyOf(assignment).variants, attempts)
  if (number === undefined) return undefined
  const { id: assignmentId, graphId, graphVersion } = assignment
  return { courseId, assignmentId, learner, graphId, graphVersion, number }
}

/** The variant of a place: the one that is stored, or one drawn and stored now. Throws `learner-erased`. */
export async function variantAt(
  services: VariantServices,
  assignment: StoredAssignment,
  graph: LibraryGraph,
  place: VariantPlace,
): Promise<StoredVariant> {
  const { variants, effects } = services
  const stored = await variants.find(place)
  if (stored !== undefined) return stored
  const drawn = drawAt(services, assignment, graph, place)
  const hash = memberHash(place.courseId, place.learner)
  const kept = await variants.keep(place, drawn, hash, new Date(effects.now()))
  if (kept === undefined) throw learnerErased()
  return kept
}

/** The variant of a place as it is stored, or as its learner would get it now; stores nothing. */
export async function foreseenVariant(
  services: VariantServices,
  assignment: StoredAssignment,
  graph: LibraryGraph,
  place: VariantPlace,
): Promise<StoredVariant> {
  return (await services.variants.find(place)) ?? drawAt(services, assignment, graph, place)
}

function drawAt(
  { draws }: VariantServices,
  { seed }: StoredAssignment,
  graph: LibraryGraph,
  place: VariantPlace,
): StoredVariant {
  // Where nothing can be drawn, the graph's own values stand: publication warned of it.
  const inputs = draws.draw(graph, seed, place) ?? definedInputs(graph.published.graph)
  return { token: variantToken(seed, place), inputs: Object.fromEntries(inputs) }
}

/**
 * The variant that an attempt says it answers, undefined for the fixed one. Refuses an attempt that names none where
 * variants are drawn, and one that names another than the learner's current one or one that nobody was shown.
 */
export async function answeredVariant(
  services: VariantServices,
  asked: Asked,
  named: string | undefined,
): Promise<StoredVariant | undefined> {
  const place = variantPlace(asked)
  if (place === undefined) {
    if (named === undefined || named === FIXED_VARIANT) return undefined
    throw staleVariant()
  }
  const isCurrent = named === variantToken(asked.assignment.seed, place)
  const stored = isCurrent ? await services.variants.find(place) : undefined
  if (stored !== undefined) return stored
  if (await services.members.isErased(asked.courseId, memberHash(asked.courseId, asked.learner))) {
    throw learnerErased()
  }
  throw named === undefined ? variantRequired() : staleVariant()
}

/** An attempt was made for another variant than the current one. */
export function staleVariant(): Refusal {
  const message = 'The answers are for a variant that is not the current one; read the variant again.'
  return new Refusal('stale-variant', message)
}

function variantRequired(): Refusal {
  const message = 'Variants are drawn here: an attempt says by `variant` which one it answers.'
  return new Refusal('variant-required', message, [{ path: '/variant', code: 'variant-required', message }])
}

/** Stored inputs of a variant as values of the inputs of a graph, be it another version than they were drawn for. */
export function inputsOf(graph: CompiledGraph, stored: unknown): ReadonlyMap<string, Value> {
  return inputsInVersion(graph, new Map(Object.entries(stored as Record<string, Value>))) // As it was drawn.
}

/** What is right at the inputs of a variant, or at the graph's own. */
export function keyOfVariant(
  published: PublishedGraph,
  variant: Pick<StoredVariant, 'inputs'> | undefined,
  overrides: GradingOverrides,
): AnswerKey {
  if (variant === undefined) return answerKeyOf(published, overrides)
  const result = answerKeyAt(published, inputsOf(published.graph, variant.inputs), overrides)
  if (!result.ok) throw new Error(`a stored variant has no answer key: ${result.fault.message}`)
  return result.key
}
