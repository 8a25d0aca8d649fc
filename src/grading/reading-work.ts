/**
 * How much work reading the answers of one request may take: whoever asks pays nothing for it, and 26 characters are
 * enough to ask for milliseconds of exact arithmetic. Counted by the size of what is typed and of what is computed, so
 * that the same answers are always read the same way.
 */
import { createStepBudget, spend, type StepBudget } from '../engine/faults.js'

/**
 * Measured: some 10 milliseconds, and 20 for what is all parsing. A full body of plain numbers fits in, and so do 800
 * short calculations, or 20 of as large numbers as there can be.
 */
const READING_STEPS = 1_000_000

/** What a character of a plain number takes. */
const STEPS_PER_DIGIT = 4

/** What parsing takes: making ready, or saying why it cannot be done, and each character. */
const STEPS_TO_PARSE = 800
const STEPS_PER_CHARACTER = 40

/** The budget for reading the answers of one request. */
export function createReadingBudget(): StepBudget {
  return createStepBudget(READING_STEPS)
}

/** For a plain number or fraction. Throws `too-complex` when the budget is spent. */
export function spendOnPlain(budget: StepBudget, text: string): void {
  spend(budget, text.length * STEPS_PER_DIGIT)
}

/** For a text that is to be parsed, beside what its operations take. Throws `too-complex` when the budget is spent. */
export function spendOnParsing(budget: StepBudget, text: string): void {
  spend(budget, STEPS_TO_PARSE + text.length * STEPS_PER_CHARACTER)
}
