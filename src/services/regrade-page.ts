/** What a regrading makes of a page of attempts: each graded again, and the progress of its learner folded. */
import { setImmediate as letOthersRun } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { HeldJob } from '../database/jobs.js'
import type {
  AttemptToRegrade,
  FoldedProgress,
  LearnersToRegrade,
  RegradedAttempt,
  RegradedPage,
  StoredResult,
} from '../database/regrading-reads.js'
import type { Value } from '../engine/tensor.js'
import type { AnswerKey } from '../grading/answer-key.js'
import {
  advanceProgress,
  effectivePolicy,
  NO_PROGRESS,
  viewProgress,
  type ProgressState,
} from '../grading/attempt-policy.js'
import type { GradedBox } from '../grading/verdicts.js'
import { answerKeyAt, answerKeyOf, type PublishedGraph } from '../grading/published-graph.js'
import {
  countOtherVerdicts,
  inputsInVersion,
  regradeAttempt,
  type AttemptResult,
} from '../grading/regrade-attempt.js'
import { overrideOf } from './assignments.js'
import { answersBudget } from './budget.js'
import type { ResultBefore } from './jobs.js'
import type { KeptPolicy } from './request-regrade.js'

/** Grading a page ends after this long, so that it is stored while the lease lasts. In milliseconds. */
const PAGE_MILLISECONDS = 2_000

/** After this long in a row, requests of this process get their turn. In milliseconds. */
const TURN_MILLISECONDS = 10

/** All that stays the same while a job is worked on. */
export type Task = KeptPolicy & {
  readonly job: HeldJob
  readonly published: PublishedGraph
  readonly now: () => number
}

/** Grades attempts in order; `seen` is how many, which is all of them unless there is reason to `hurry`. */
export async function regradePage(
  task: Task,
  attempts: readonly AttemptToRegrade[],
  learners: LearnersToRegrade,
  hurry: AbortSignal | undefined,
): Promise<{ readonly page: RegradedPage; readonly seen: number }> {
  const start = task.now()
  let turn = start
  const keyFor = createKeys(task)
  const progress = new Map<string, FoldedProgress>()
  const regraded: RegradedAttempt[] = []
  let seen = 0
  for (const attempt of attempts) {
    const { learner, number } = attempt
    const before = progress.get(learner) ?? learners.progress.get(learner)
    // One that was looked at already is passed over, and one that cannot be folded yet is left for later.
    if (number === (before?.attempts ?? 0) + 1) {
      const done = regradeOne(task, keyFor, attempt, before, learners)
      regraded.push(done.regraded)
      progress.set(learner, done.after)
    }
    seen += 1
    const time = task.now()
    if (hurry !== undefined && (hurry.aborted || time - start > PAGE_MILLISECONDS)) break
    if (time - turn > TURN_MILLISECONDS) {
      await letOthersRun()
      turn = task.now()
    }
  }
  return { page: { attempts: regraded, before: learners.progress, progress }, seen }
}

/** The answer keys of a page, each made once; undefined where the graph has no finite values at a variant's inputs. */
function createKeys({ published, policy }: Task): (inputs: string | null) => AnswerKey | undefined {
  const keys = new Map<string | null, AnswerKey | undefined>()
  const make = (inputs: string | null): AnswerKey | undefined => {
    if (inputs === null) return answerKeyOf(published, policy)
    const stored = JSON.parse(inputs) as Record<string, Value> // Stored by ourselves, of a compiled graph.
    const at = inputsInVersion(published.graph, new Map(Object.entries(stored)))
    const made = answerKeyAt(published, at, policy)
    return made.ok ? made.key : undefined
  }
  return inputs => {
    if (!keys.has(inputs)) keys.set(inputs, make(inputs))
    return keys.get(inputs)
  }
}

function regradeOne(
  task: Task,
  keyFor: (inputs: string | null) => AnswerKey | undefined,
  attempt: AttemptToRegrade,
  before: FoldedProgress | undefined,
  learners: LearnersToRegrade,
): { readonly regraded: RegradedAttempt; readonly after: FoldedProgress } {
  const { id, learner, number, answers } = attempt
  const policy = effectivePolicy(task.policy, overrideOf(learners.overrides.get(learner)))
  const standing = attempt.regraded ?? attempt.stored
  // Graded under a later policy than this job's, it keeps what it has.
  const isLater = standing.policyRevision > task.job.policyRevision
  const graded = isLater ? undefined : gradeOne(keyFor, policy, attempt)
  const worth = graded ?? standing
  const { completed, ...state } = advanceProgress(stateOf(before), policy.keep, {
    earnedMillionths: worth.earnedMillionths,
    complete: worth.credit === 1,
  })
  const after = { ...state, completedAt: before?.completedAt ?? (completed ? attempt.submittedAt : null) }
  const shown = isLater ? standing.progress : viewProgress({ ...state, completed }, policy)
  const result = { ...standing, ...(graded === undefined ? {} : byTask(task, graded)), progress: shown }
  const skipped = !isLater && graded === undefined
  const { boxes } = result
  return {
    regraded: { id, learner, number, answers, boxes, skipped, ...compare(attempt, result) },
    after,
  }
}

function stateOf(folded: FoldedProgress | undefined): ProgressState {
  if (folded === undefined) return NO_PROGRESS
  const { completedAt, ...rest } = folded
  return { ...rest, completed: completedAt !== null }
}

function gradeOne(
  keyFor: (inputs: string | null) => AnswerKey | undefined,
  policy: KeptPolicy['policy'],
  { answers, inputs, submittedAt }: AttemptToRegrade,
): AttemptResult | undefined {
  const key = keyFor(inputs)
  if (key === undefined) return undefined
  const typed = new Map(Object.entries(answers as Record<string, unknown>)) // Written from a checked body alone.
  const attempt = { answers: typed, submittedAt: submittedAt.getTime() }
  return regradeAttempt(key, policy, attempt, answersBudget())
}

function byTask({ job, graphId, graphVersion }: Task, graded: AttemptResult): Omit<StoredResult, 'progress'> {
  return { ...graded, graphId, graphVersion, policyRevision: job.policyRevision }
}

/** Whether a result is another than the one that stood, and what is to be stored of it. */
function compare(
  { stored, regraded }: AttemptToRegrade,
  result: StoredResult,
): Pick<RegradedAttempt, 'changed' | 'row'> {
  const standing = regraded ?? stored
  const { credit, points, maxPoints, late, earnedMillionths } = standing
  // Boxes are written by grading alone.
  const boxesChanged = countOtherVerdicts(
    standing.boxes as readonly GradedBox[],
    result.boxes as readonly GradedBox[],
  )
  const before: ResultBefore = { credit, points, maxPoints, late, earnedMillionths, boxesChanged }
  const changed =
    boxesChanged > 0 ||
    credit !== result.credit ||
    earnedMillionths !== result.earnedMillionths ||
    points !== result.points ||
    maxPoints !== result.maxPoints ||
    late !== result.late
  return { changed, row: changed || !isSameResult(result, stored) ? { before, result } : undefined }
}

/** Whether two results are the same in all that is read of them. */
function isSameResult(one: StoredResult, other: StoredResult): boolean {
  return isDeepStrictEqual({ ...one, policyRevision: 0 }, { ...other, policyRevision: 0 })
}
