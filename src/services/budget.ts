/** How much work one request may ask for. */
import { createStepBudget, ExpressionError, type StepBudget } from '../engine/faults.js'
import { Refusal } from '../errors.js'
import { DIAGNOSIS_STEPS, type GradingOptions } from '../grading/grade.js'
import { createReadingBudget } from '../grading/reading-work.js'

/** Steps for comparing the answers of one request. */
const ANSWER_STEPS = 10_000_000

/** Steps a node for reading a definition. */
const STEPS_PER_NODE = 500

/** The budget for the answers of one request. */
export function answersBudget(): StepBudget {
  return createStepBudget(ANSWER_STEPS)
}

/** What grading the answers of one request may take, and has taken of it when it is done. */
export type GradingWork = Required<Pick<GradingOptions, 'budget' | 'diagnosis'>> & {
  readonly reading: StepBudget
}

/** The work of one request; by default as much as one with an API key, or a learner's session, may ask for. */
export function gradingWork({
  reading,
  comparing = ANSWER_STEPS,
  diagnosing = DIAGNOSIS_STEPS,
}: {
  readonly reading?: number
  readonly comparing?: number
  readonly diagnosing?: number
} = {}): GradingWork {
  return {
    reading: createReadingBudget(reading),
    budget: createStepBudget(comparing),
    diagnosis: { steps: diagnosing },
  }
}

/** The budget for a definition of at most so many nodes: about a quarter of a second for 2,000. */
export function definitionBudget(maxNodes: number): StepBudget {
  return createStepBudget(maxNodes * STEPS_PER_NODE)
}

/** Runs work that draws on a budget; when that is spent, refuses the request. `path` says which part asks too much. */
export function withinBudget<Result>(path: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ExpressionError) || error.code !== 'too-complex') throw error
    const { code, message } = error
    throw new Refusal('too-complex', message, [{ path, code, message }])
  }
}
