/** Answers of a request → a grade, or the reason why there is none. Reading and comparing share one budget of work. */
import { jsonPointer, Refusal } from '../errors.js'
import type { AnswerKey } from '../grading/answer-key.js'
import { gradeReadings, type Answers, type Grade } from '../grading/grade.js'
import { answersBudget, withinBudget } from './budget.js'
import { readOrRefuse } from './read-answers.js'
import { viewRemark } from './views.js'

/**
 * Grades answers. What cannot be read refuses them all, or is marked in its box, as asked; an expression that cannot be
 * decided refuses them all. `evenWork`: the time taken tells nothing of the verdicts.
 */
export function gradeOrRefuse(
  key: AnswerKey,
  answers: Answers,
  { unreadable, evenWork }: { readonly unreadable: 'refuse' | 'mark'; readonly evenWork: boolean },
): Grade {
  const budget = answersBudget()
  const readings = readOrRefuse(key, answers, budget)
  const refused = [...readings].flatMap(([id, reading]) =>
    reading.kind === 'unreadable' ? [viewRemark({ ...reading, path: ['answers', id] })] : [],
  )
  if (unreadable === 'refuse' && refused.length > 0) {
    const detail = 'Some answers cannot be read; nothing was graded and no attempt was used.'
    throw new Refusal('unreadable-answer', detail, refused)
  }
  const grade = withinBudget('/answers', () => gradeReadings(key, readings, answers, { evenWork, budget }))
  if (grade.undecidable.length > 0) {
    const entries = grade.undecidable.map(id => ({
      path: jsonPointer(['answers', id]),
      code: 'undecidable' as const,
      message:
        'This expression has a value at too few of the inputs tried to be compared with the right one.',
    }))
    throw new Refusal('undecidable', 'An expression cannot be decided; nothing was graded.', entries)
  }
  return grade
}
