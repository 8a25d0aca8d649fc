/**
 * How much work reading the answers of one request may take: whoever asks pays nothing for it, and 26 characters are
 * enough to ask for milliseconds of exact arithmetic. Counted by the size of what is typed and of what is computed, so
 * that the same answers are always read the same way.
 */
import { createStepBudget, spend, type StepBudget } from '../engine/faults.js'

/**
 * Of an attempt: some 4,000 short calculations, or 80 with as large numbers as there can be, in 40 to 160 milliseconds.
 * Plain numbers and fractions cost nothing: the size of a request bounds what they take.
 */
const READING_STEPS = 4_000_000

/** What parsing takes: making ready, or saying why it cannot be done, and each character. */
const STEPS_TO_PARSE = 800
const STEPS_PER_CHARACTER = 40

/** The budget for reading the answers of one request. */
export function createReadingBudget(steps = READING_STEPS): StepBudget {
  return createStepBudget(steps)
}

/** For a text that is to be parsed, beside what its operations take. Throws `too-complex` when the budget is spent. */
export function spendOnParsing(budget: StepBudget, text: string): void {
  spend(budget, STEPS_TO_PARSE + text.length * STEPS_PER_CHARACTER)
}
