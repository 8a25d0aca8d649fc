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
import type { GradedBox } from '../grading/verdicts.js'
import type { ExpectedValues } from './expected-values.js'
import { viewGradedBox } from './views.js'

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
    return withBoxes(stored, ({ box, judged }) => ({ ...judged, ...expectedIn(box, revealed(box)) }))
  }
  return withBoxes(stored, ({ box, judged, remarks }) => ({
    ...judged,
    feedback: remarks,
    ...expectedIn(box, revealed(box)),
  }))
}

/** An attempt as teachers read it. */
export function viewRecord(stored: StoredAttempt, expected: ExpectedValues): AttemptRecord {
  return withBoxes(stored, ({ box, judged, remarks }) => ({
    ...judged,
    feedback: remarks,
    ...misconceptionsIn(box),
    ...expectedIn(box, expected),
  }))
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
function withBoxes<Box>(stored: StoredAttempt, viewBox: (shown: ShownBox) => Box) {
  const answers = new Map(Object.entries(stored.answers as Record<string, unknown>))
  const boxes = stored.boxes as readonly GradedBox[] // Written by submissions and regradings alone.
  const { progress, ...score } = viewScore(stored)
  return {
    ...score,
    boxes: boxes.map(box => {
      const { feedback: remarks, ...judged } = viewGradedBox(box, answers)
      return viewBox({ box, judged, remarks })
    }),
    progress,
  }
}

type ShownBox = {
  readonly box: GradedBox
  /** With its verdict alone. */
  readonly judged: Omit<ReturnType<typeof viewGradedBox>, 'feedback'>
  readonly remarks: ReturnType<typeof viewGradedBox>['feedback']
}

function misconceptionsIn({ misconceptions = [] }: GradedBox) {
  return misconceptions.length === 0 ? {} : { misconceptions: [...misconceptions] }
}

function expectedIn({ id }: { readonly id: string }, expected: ExpectedValues) {
  const value = expected(id)
  return value === undefined ? {} : { expected: value }
}
