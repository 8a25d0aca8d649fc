/** What stored attempts add to the summaries of their assignments. */
import type { CountedAttempt, FlushOptions } from '../database/attempt-flush.js'
import type { CountShare } from '../database/learner-share.js'
import type { CountPage } from '../database/regrading-page.js'
import {
  changeTotals,
  countAttempt,
  countProgress,
  createSummaryChange,
  foldChanges,
  storedChange,
  type SummaryChange,
} from '../grading/attempt-summary.js'
import type { GradedBox } from '../grading/verdicts.js'

type Counted = { readonly of: CountedAttempt; readonly change: SummaryChange }

/** One change an assignment and generation, of attempts in the order of their numbers. */
export const countAttempts: FlushOptions['summarise'] = attempts => {
  const changes = new Map<string, Counted>()
  for (const attempt of attempts) {
    const { draft, number, before, after, generation } = attempt
    const place = `${draft.courseId}/${draft.assignmentId}/${generation}`
    let counted = changes.get(place)
    if (counted === undefined) changes.set(place, (counted = { of: attempt, change: createSummaryChange() }))
    countAttempt(counted.change, gradedAttempt({ ...draft, number }), 1)
    countProgress(counted.change, before, after)
  }
  return [...changes.values()].map(({ of: { draft, generation }, change }) => ({
    courseId: draft.courseId,
    assignmentId: draft.assignmentId,
    generation,
    change: storedChange(change),
  }))
}

/** What a learner is to add to a summary, and totals without what a learner has added. */
export const countShare: CountShare = {
  add: ({ attempts, progress }) => {
    const change = createSummaryChange()
    for (const attempt of attempts) countAttempt(change, gradedAttempt(attempt), 1)
    countProgress(change, undefined, progress)
    return storedChange(change)
  },
  fold: foldChanges,
  takeAway: (totals, { attempts, progress }) =>
    changeTotals(totals, tally => {
      for (const attempt of attempts) countAttempt(tally, gradedAttempt(attempt), -1)
      countProgress(tally, progress, undefined)
    }),
}

/** What a page of a regrading adds to the summary of its results. */
export const countPage: CountPage = (attempts, moved) => {
  const change = createSummaryChange()
  for (const attempt of attempts) countAttempt(change, gradedAttempt(attempt), 1)
  for (const { before, after } of moved) countProgress(change, before, after)
  return storedChange(change)
}

/** What the database knows of an attempt, as it was: boxes come from grading, answers from a checked body. */
function gradedAttempt({ number, boxes, answers }: { number: number; boxes: unknown; answers: unknown }) {
  return {
    number,
    boxes: boxes as readonly GradedBox[],
    answers: answers as Readonly<Record<string, unknown>>,
  }
}
