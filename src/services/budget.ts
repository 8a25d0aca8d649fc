/** How much work one request may ask for. */
import { createStepBudget, ExpressionError, type StepBudget } from '../engine/faults.js'
import { Refusal } from '../errors.js'

/** Steps for reading the answers of one request: a full body of plain numbers takes a fortieth of them. */
const ANSWER_STEPS = 10_000_000

/** Steps a node for reading a definition. */
const STEPS_PER_NODE = 500

/** The budget for the answers of one request. */
export function answersBudget(): StepBudget {
  return createStepBudget(ANSWER_STEPS)
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
