/**
 * What a stored attempt is worth under another policy or graph version (contract §5, regrading). Acceptance was decided
 * once: an answer that can no longer be read is marked, and one whose box is gone is passed over; neither refuses the
 * attempt.
 */
import { definedInputs } from '../engine/evaluate.js'
import { createStepBudget, ExpressionError, type StepBudget } from '../engine/faults.js'
import type { CompiledGraph } from '../engine/graph.js'
import { isSameShape, SCALAR, shapeOfValue, type Value } from '../engine/tensor.js'
import type { AnswerKey } from './answer-key.js'
import { isLate, type AttemptPolicy } from './attempt-policy.js'
import { earnedMillionths } from './credit.js'
import { gradeReadings, readAnswers, type Answers } from './grade.js'
import type { GradedBox } from './verdicts.js'

/** What an attempt is worth. */
export type AttemptResult = {
  readonly credit: number
  readonly earnedMillionths: number
  readonly late: boolean
  /** Not rounded. */
  readonly points: number
  readonly maxPoints: number
  readonly boxes: readonly GradedBox[]
}

/**
 * The inputs of a variant in a version of its graph: what the version lacks is left out, and what is new in it, or has
 * another shape there, takes the definition's value.
 */
export function inputsInVersion(
  graph: CompiledGraph,
  stored: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  const inputs = definedInputs(graph)
  for (const name of inputs.keys()) {
    const value = stored.get(name)
    const shape = value === undefined ? undefined : shapeOfValue(value)
    const fits = shape !== undefined && isSameShape(shape, graph.shapes.get(name) ?? SCALAR)
    if (value !== undefined && fits) inputs.set(name, value)
  }
  return inputs
}

/**
 * Grades what was typed at some time, in milliseconds since 1970, under a policy. Undefined where it cannot be decided:
 * an expression of which too little can be compared, or more work than the budget holds.
 */
export function regradeAttempt(
  key: AnswerKey,
  policy: AttemptPolicy,
  attempt: { readonly answers: Answers; readonly submittedAt: number },
  budget: StepBudget,
): AttemptResult | undefined {
  const { answers, submittedAt } = attempt
  try {
    // It was read and accepted once, whatever room for reading there is now.
    const { readings } = readAnswers(key, answers, budget, createStepBudget(Number.POSITIVE_INFINITY))
    const { credit, boxes, undecidable } = gradeReadings(key, readings, answers, { budget })
    if (undecidable.length > 0) return undefined
    const late = isLate(policy, submittedAt)
    const factor = late ? policy.lateCredit : 1
    return {
      credit,
      earnedMillionths: earnedMillionths(credit, factor),
      late,
      points: credit * factor * policy.points,
      maxPoints: policy.points,
      boxes,
    }
  } catch (error) {
    if (error instanceof ExpressionError) return undefined
    throw error
  }
}

/** In how many boxes two results have another status or credit; a box that only one of them has counts. */
export function countOtherVerdicts(before: readonly GradedBox[], after: readonly GradedBox[]): number {
  const left = new Map(before.map(box => [box.id, box]))
  let count = 0
  for (const { id, status, credit } of after) {
    const known = left.get(id)
    left.delete(id)
    if (known?.status !== status || known.credit !== credit) count += 1
  }
  return count + left.size
}
