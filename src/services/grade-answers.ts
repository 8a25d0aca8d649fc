/** Answers of a request → a grade, or the reason why there is none. Reading and comparing share one budget of work. */
import { jsonPointer, Refusal } from '../errors.js'
import type { AnswerKey } from '../grading/answer-key.js'
import { gradeReadings, type Answers, type Grade } from '../grading/grade.js'
import { gradingWork, withinBudget, type GradingWork } from './budget.js'
import { readOrRefuse, unreadableIn } from './read-answers.js'

type Options = {
  readonly unreadable: 'refuse' | 'mark'
  /** The time taken tells nothing of the verdicts. */
  readonly evenWork: boolean
  readonly work?: GradingWork
}

/**
 * Grades answers. What cannot be read refuses them all, or is marked in its box, as asked; an expression that cannot be
 * decided refuses them all.
 */
export function gradeOrRefuse(
  key: AnswerKey,
  answers: Answers,
  { unreadable, evenWork, work = gradingWork() }: Options,
): Grade {
  const { reading, ...comparing } = work
  const readings = readOrRefuse(key, answers, work.budget, reading)
  const refused = unreadableIn(readings)
  if (unreadable === 'refuse' && refused.length > 0) {
    const detail = 'Some answers cannot be read; nothing was graded and no attempt was used.'
    throw new Refusal('unreadable-answer', detail, refused)
  }
  const grade = withinBudget('/answers', () =>
    gradeReadings(key, readings, answers, { evenWork, ...comparing }),
  )
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
