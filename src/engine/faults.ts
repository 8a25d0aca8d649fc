/**
 * What the engine says when it refuses. Faults are values with a stable code; callers map the code to a status.
 */

/** Every reason for which the engine refuses an expression or a graph. */
export type EngineFaultCode =
  | 'syntax'
  | 'two-numbers'
  | 'double-star'
  | 'unknown-name'
  | 'wrong-argument-count'
  | 'expression-too-long'
  | 'expression-too-deep'
  | 'expression-too-large'
  | 'literal-too-long'
  | 'exponent-too-large'
  | 'too-complex'
  | 'invalid-name'
  | 'reserved-name'
  | 'duplicate-name'
  | 'cycle'
  | 'unknown-output'
  | 'output-feeds-node'
  | 'too-many-nodes'
  | 'too-many-edges'
  | 'not-finite'
  | 'ragged-array'
  | 'shape-mismatch'
  | 'tensor-output'
  | 'domain-error'
  | 'box-collision'
  | 'unknown-box'
  | 'duplicate-box'
  | 'no-box'

/** Where in a definition a fault lies: keys and indexes from its root. */
export type FaultPath = readonly (string | number)[]

/** One refusal: `path` points into the definition, `position` (0-based, UTF-16 units) into an expression. */
export type EngineFault = {
  readonly code: EngineFaultCode
  readonly message: string
  readonly path: FaultPath
  readonly position?: number
}

/** What publication points out without refusing. */
export type EngineWarning = {
  readonly code: 'unused-node' | 'ambiguous-multiplication'
  readonly message: string
  readonly path: FaultPath
  readonly position?: number
}

/**
 * The only thing that reading an expression throws. `position` is where reading stopped (0-based, UTF-16 units).
 */
export class ExpressionError extends Error {
  readonly code: EngineFaultCode
  readonly position: number

  constructor(code: EngineFaultCode, position: number, message: string) {
    super(message)
    this.name = 'ExpressionError'
    this.code = code
    this.position = position
  }
}

/** Steps that the work of one request may still take; every costly loop draws on it. */
export type StepBudget = { remaining: number }

/** A fresh budget of so many steps. One request shares one. */
export function createStepBudget(steps: number): StepBudget {
  return { remaining: steps }
}

/** Takes steps from the budget; throws `too-complex` once it is spent. */
export function spend(budget: StepBudget, steps: number, position = 0): void {
  budget.remaining -= steps
  if (budget.remaining < 0) {
    throw new ExpressionError('too-complex', position, 'This takes more work than one request may ask for.')
  }
}
