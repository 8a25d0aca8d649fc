/** Answers of a request, read before any is graded. */
import type { StepBudget } from '../engine/faults.js'
import { jsonPointer, MAX_INVENTED, Refusal } from '../errors.js'
import type { AnswerKey } from '../grading/answer-key.js'
import { readAnswers, type AnswerReadings, type Answers } from '../grading/grade.js'
import { withinBudget } from './budget.js'
import { viewRemark } from './views.js'

/** Reads every answer. Refuses answers to boxes that are not asked, and a request without any answer. */
export function readOrRefuse(
  key: AnswerKey,
  answers: Answers,
  budget: StepBudget,
  reading?: StepBudget,
): AnswerReadings['readings'] {
  const { readings, unknown, nothingAnswered } = withinBudget('/answers', () =>
    readAnswers(key, answers, budget, reading),
  )
  if (unknown.length > 0) {
    const left = unknown.length - MAX_INVENTED
    const more = left > 0 ? ` ${String(left)} more of them are not listed.` : ''
    throw new Refusal(
      'unknown-box',
      `An answer names a box that is not asked here.${more}`,
      unknown.slice(0, MAX_INVENTED).map(id => ({
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

/** What cannot be read, box by box. */
export function unreadableIn(readings: AnswerReadings['readings']) {
  return [...readings].flatMap(([id, reading]) =>
    reading.kind === 'unreadable' ? [viewRemark({ ...reading, path: ['answers', id] })] : [],
  )
}
