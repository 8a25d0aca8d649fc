/** Answers of a request, read before any is graded. */
import type { StepBudget } from '../engine/faults.js'
import { jsonPointer, Refusal } from '../errors.js'
import type { AnswerKey } from '../grading/answer-key.js'
import { readAnswers, type AnswerReadings, type Answers } from '../grading/grade.js'
import { withinBudget } from './budget.js'

/** Reads every answer. Refuses answers to boxes that are not asked, and a request without any answer. */
export function readOrRefuse(
  key: AnswerKey,
  answers: Answers,
  budget: StepBudget,
): AnswerReadings['readings'] {
  const { readings, unknown, nothingAnswered } = withinBudget('/answers', () =>
    readAnswers(key, answers, budget),
  )
  if (unknown.length > 0) {
    throw new Refusal(
      'unknown-box',
      'An answer names a box that is not asked here.',
      unknown.map(id => ({
        path: jsonPointer(['answers', id]),
        code: 'unknown-box',
        message: 'No box of that id is asked.',
      })),
    )
  }
  if (nothingAnswered) {
    const message = 'At least one box must hold an answer.'
    throw new Refusal('nothing-answered', message, [{ path: '/answers', code: 'nothing-answered', message }])
  }
  return readings
}
