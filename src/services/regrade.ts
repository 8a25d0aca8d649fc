/**
 * The work of one regrading, a page of attempts a step. Attempts are looked at in order of learner and number, so that a
 * learner's progress is folded as it was made; what arrives behind the cursor is looked at last. Any step may be the
 * last one of this process: another goes on from what was committed.
 */
import { setImmediate as letOthersRun } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { HeldJob } from '../database/jobs.js'
import type {
  AttemptToRegrade,
  FoldedProgress,
  LearnersToRegrade,
  RegradedAttempt,
  RegradedPage,
  RegradingRepository,
  StoredResult,
} from '../database/regrading.js'
import type { Value } from '../engine/tensor.js'
import type { AnswerKey } from '../grading/answer-key.js'
import { advanceProgress, effectivePolicy, NO_PROGRESS, viewProgress } from '../grading/attempt-policy.js'
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
import type { Effects } from './effects.js'
import type { GraphLibrary } from './graph-library.js'
import type { ResultBefore } from './jobs.js'
import { keptPolicy, type KeptPolicy } from './request-regrade.js'

export type RegradeServices = {
  readonly regrading: RegradingRepository
  readonly library: GraphLibrary
  readonly effects: Effects
}

/** What a step came to: there is more to do, all is done, or somebody else has the job. */
export type StepOutcome = 'working' | 'done' | 'lost'

/** Boxes that the attempts of a page have together, about. */
const PAGE_BOXES = 20_000

/** Attempts that may be left for the last pass, which keeps submissions waiting. */
const LAST_ATTEMPTS = 100

/** Grading a page ends after this long, so that it is stored while the lease lasts. In milliseconds. */
const PAGE_MILLISECONDS = 2_000

/** After this long in a row, requests of this process get their turn. In milliseconds. */
const TURN_MILLISECONDS = 10

/** All that stays the same while a job is worked on. */
type Task = KeptPolicy & {
  readonly job: HeldJob
  readonly published: PublishedGraph
  readonly now: () => number
}

/**
 * Takes up a job where it was left. Each call of the answer does a page of at most so many attempts; once `hurry` is
 * aborted, a smaller one.
 */
export async function takeUpRegrading(
  { regrading, library, effects }: RegradeServices,
  job: HeldJob,
  { pageAttempts, hurry }: { readonly pageAttempts: number; readonly hurry: AbortSignal },
): Promise<() => Promise<StepOutcome>> {
  const kept = keptPolicy(job.policy)
  const { published } = await library.pinned(kept.graphId, kept.graphVersion)
  const task: Task = { ...kept, job, published, now: effects.now }
  const boxes = published.truths.reduce((count, { truths }) => count + truths.length, 0)
  const limit = Math.max(1, Math.min(pageAttempts, Math.floor(PAGE_BOXES / boxes)))
  let { cursor } = job
  let catchingUp = false

  const lookAt = async (attempts: readonly AttemptToRegrade[]): Promise<boolean> => {
    const learners = await regrading.learners(job, attempts)
    const { page, seen } = await regradePage(task, attempts, learners, hurry)
    const last = attempts[seen - 1]
    // What arrived meanwhile stands anywhere in the order: it does not move the cursor.
    const place = catchingUp || last === undefined ? undefined : last
    if (!(await regrading.write(job, page, place))) return false
    if (catchingUp && page.attempts.length === 0) throw new Error('attempts are not numbered without gaps')
    if (place !== undefined) cursor = { learner: place.learner, number: place.number }
    return true
  }

  return async () => {
    if (!catchingUp) {
      const attempts = await regrading.after({ ...job, cursor }, limit)
      if (attempts.length > 0) return (await lookAt(attempts)) ? 'working' : 'lost'
      catchingUp = true
    }
    const missed = await regrading.missed(job, limit)
    const few = missed.length < limit && missed.length <= LAST_ATTEMPTS
    // The few that are left are looked at in the last pass, when no more can arrive; a dry run lets those go by.
    if (!few || (job.dryRun && missed.length > 0)) {
      if (!(await lookAt(missed))) return 'lost'
      if (!few) return 'working'
    }
    const time = new Date(effects.now())
    if (job.dryRun) return (await regrading.finishDryRun(job, time)) ? 'done' : 'lost'
    const finished = await regrading.finish(job, {
      maxPoints: kept.policy.points,
      most: limit,
      time,
      regrade: async (attempts, learners) => (await regradePage(task, attempts, learners, undefined)).page,
    })
    return finished === 'more' ? 'working' : finished
  }
}

/** Grades attempts in order; `seen` is how many, which is all of them unless there is reason to `hurry`. */
async function regradePage(
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
    const before = progress.get(learner) ?? learners.progress.get(learner) ?? NOTHING_FOLDED
    // One that was looked at already is passed over, and one that cannot be folded yet is left for later.
    if (number === before.attempts + 1) {
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
  return { page: { attempts: regraded, progress }, seen }
}

const NOTHING_FOLDED: FoldedProgress = {
  attempts: 0,
  creditMillionths: 0,
  bestMillionths: 0,
  firstMillionths: 0,
  lastMillionths: 0,
  sumMillionths: 0,
  completedAt: null,
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
  before: FoldedProgress,
  learners: LearnersToRegrade,
): { readonly regraded: RegradedAttempt; readonly after: FoldedProgress } {
  const { id, learner, number } = attempt
  const policy = effectivePolicy(task.policy, overrideOf(learners.overrides.get(learner)))
  const standing = attempt.regraded ?? attempt.stored
  // Graded under a later policy than this job's, it keeps what it has.
  const isLater = standing.policyRevision > task.job.policyRevision
  const graded = isLater ? undefined : gradeOne(keyFor, policy, attempt)
  const worth = graded ?? standing
  const { completedAt, ...rest } = before
  const { completed, ...state } = advanceProgress(
    { ...NO_PROGRESS, ...rest, completed: completedAt !== null },
    policy.keep,
    { earnedMillionths: worth.earnedMillionths, complete: worth.credit === 1 },
  )
  const after = { ...state, completedAt: completedAt ?? (completed ? attempt.submittedAt : null) }
  const shown = isLater ? standing.progress : viewProgress({ ...state, completed }, policy)
  const result = { ...standing, ...(graded === undefined ? {} : byTask(task, graded)), progress: shown }
  return {
    regraded: { id, learner, number, skipped: !isLater && graded === undefined, ...compare(attempt, result) },
    after,
  }
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
    points !== result.points ||
    maxPoints !== result.maxPoints ||
    late !== result.late
  return { changed, row: changed || !isSameResult(result, stored) ? { before, result } : undefined }
}

/** Whether two results are the same in all that is read of them. */
function isSameResult(one: StoredResult, other: StoredResult): boolean {
  return isDeepStrictEqual({ ...one, policyRevision: 0 }, { ...other, policyRevision: 0 })
}
