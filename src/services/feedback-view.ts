/** An attempt as those see it who may: its learner's system as far as the policy says, teachers all of it. */
import {
  attemptSchema,
  type AttemptAnswer,
  type AttemptRecord,
  type AttemptView,
} from '../contracts/attempt.js'
import type { StoredAttempt } from '../database/attempts.js'
import type { Disclosure } from '../grading/attempt-policy.js'
import { roundPoints } from '../grading/credit.js'
import type { Answers } from '../grading/grade.js'
import type { GradedBox } from '../grading/verdicts.js'
import type { ExpectedValues } from './expected-values.js'
import { viewGradedBox, viewJudgedBox } from './views.js'

/** Where no right value is to be shown. */
export const nothingExpected: ExpectedValues = () => undefined

/** An attempt as its learner's system sees it, under what the policy discloses. */
export function viewForLearner(
  stored: StoredAttempt,
  disclosure: Disclosure,
  expected: ExpectedValues,
): AttemptAnswer {
  const { feedback, reveals } = disclosure
  if (feedback === 'none') return viewReceived(stored)
  if (feedback === 'score') return viewScore(stored)
  const revealed = (box: GradedBox): ExpectedValues =>
    reveals(box.status === 'correct') ? expected : nothingExpected
  if (feedback === 'verdicts') {
    return withBoxes(stored, (box, answers) => withExpected(viewJudgedBox(box, answers), revealed(box)))
  }
  return withBoxes(stored, (box, answers) => withExpected(viewGradedBox(box, answers), revealed(box)))
}

/** An attempt as teachers read it. */
export function viewRecord(stored: StoredAttempt, expected: ExpectedValues): AttemptRecord {
  return withBoxes(stored, (box, answers) =>
    withExpected({ ...viewGradedBox(box, answers), ...misconceptionsIn(box) }, expected),
  )
}

function progressOf(stored: StoredAttempt): AttemptView['progress'] {
  return attemptSchema.shape.progress.parse(stored.progress)
}

function viewReceived(stored: StoredAttempt): AttemptAnswer {
  const { attempts, remaining } = progressOf(stored)
  const { id, number, late } = stored
  return { id, number, submittedAt: stored.submittedAt.toISOString(), late, attempts, remaining }
}

function viewScore(stored: StoredAttempt): Omit<AttemptView, 'boxes'> {
  const { id, learner, number, credit, late } = stored
  return {
    id,
    learner,
    number,
    credit,
    points: roundPoints(stored.points),
    maxPoints: roundPoints(stored.maxPoints),
    submittedAt: stored.submittedAt.toISOString(),
    late,
    progress: progressOf(stored),
  }
}

/** With the boxes as they are to be shown, before the progress, where they are easier to read. */
function withBoxes<Box>(stored: StoredAttempt, viewBox: (box: GradedBox, answers: Answers) => Box) {
  const answers = new Map(Object.entries(stored.answers as Record<string, unknown>))
  const boxes = stored.boxes as readonly GradedBox[] // Written by submissions and regradings alone.
  const { id, learner, number, credit, points, maxPoints, submittedAt, late, progress } = viewScore(stored)
  return {
    id,
    learner,
    number,
    credit,
    points,
    maxPoints,
    submittedAt,
    late,
    boxes: boxes.map(box => viewBox(box, answers)),
    progress,
  }
}

function misconceptionsIn({ misconceptions = [] }: GradedBox) {
  return misconceptions.length === 0 ? {} : { misconceptions: [...misconceptions] }
}

/** A box with its right value, where there is one to be shown. */
function withExpected<Box extends { readonly id: string }>(box: Box, expected: ExpectedValues) {
  const value = expected(box.id)
  return value === undefined ? box : { ...box, expected: value }
}
