/**
 * What an explanation is made of.
 */
import type { Formula } from './formula.js'

/**
 * What a step does:
 * - `definition`: the formula of a node as it stands
 * - `substitution`: the same with the numbers put in
 * - `result`: the value of a forward box
 * - `nudge`: ε is added to the operand
 * - `quotient`: how the change compares with ε
 * - `convention`: what is taken at a kink
 * - `words`: what happens, said in words
 * - `path`: the same for one of several ways to the output
 * - `chain-rule`: the chain rule in symbols
 * - `symbolic`: the derivative as a formula
 * - `numbers`: the derivative in numbers, and its value
 */
export type StepKind =
  | 'definition'
  | 'substitution'
  | 'result'
  | 'nudge'
  | 'quotient'
  | 'convention'
  | 'words'
  | 'path'
  | 'chain-rule'
  | 'symbolic'
  | 'numbers'

/** One step of an explanation: `text` to be read, aloud or on a screen; `tex` one complete formula for math mode. */
export type Step = Formula & { readonly kind: StepKind }

/** A step of some kind that says this. */
export function step(kind: StepKind, { text, tex }: Formula): Step {
  return { kind, text, tex }
}
