/**
 * The work of one regrading, a page of attempts a step. Attempts are looked at in order of learner and number, so that a
 * learner's progress is folded as it was made; what arrives behind the cursor is looked at last. Any step may be the
 * last one of this process: another goes on from what was committed.
 */
import type { HeldJob } from '../database/jobs.js'
import type { RegradingRepository } from '../database/regrading.js'
import type { AttemptToRegrade } from '../database/regrading-reads.js'
import type { Bell } from './bell.js'
import type { CourseFeeds } from './course-feed.js'
import type { DeliveryBell } from './delivery-bell.js'
import type { Effects } from './effects.js'
import type { GraphLibrary } from './graph-library.js'
import { regradePage, type Task } from './regrade-page.js'
import { keptPolicy } from './request-regrade.js'

export type RegradeServices = {
  readonly regrading: RegradingRepository
  readonly library: GraphLibrary
  readonly effects: Effects
  readonly deliveryBell: DeliveryBell
  readonly standingBell: Bell
  readonly feeds: Pick<CourseFeeds, 'tell'>
}

/** What a step came to: there is more to do, now or a little later; all is done; or somebody else has the job. */
export type StepOutcome = 'working' | 'later' | 'done' | 'lost'

/** Boxes that the attempts of a page have together, about. */
const PAGE_BOXES = 20_000

/** Attempts that may be left for the last pass, which keeps submissions waiting. */
const LAST_ATTEMPTS = 100

/** Results of earlier jobs that never stood, which are taken away in one transaction. */
const DROPPED_AT_ONCE = 5_000

/** The last pass of a job is put off so often; where it cannot be done after that, it has failed. */
const MOST_POSTPONED = 30

/** So many steps in a row may find that what they read is no longer there; more than that is a fault of ours. */
const MOST_FRUITLESS = 5

/**
 * Takes up a job where it was left. Each call of the answer does a page of at most so many attempts; once `hurry` is
 * aborted, a smaller one.
 */
export async function takeUpRegrading(
  { regrading, library, effects, deliveryBell, standingBell, feeds }: RegradeServices,
  job: HeldJob,
  { pageAttempts, hurry }: { readonly pageAttempts: number; readonly hurry: AbortSignal },
): Promise<() => Promise<StepOutcome>> {
  const kept = keptPolicy(job.policy)
  const { published } = await library.pinned(kept.graphId, kept.graphVersion)
  const task: Task = { ...kept, job, published, now: effects.now }
  const boxes = published.truths.reduce((count, { truths }) => count + truths.length, 0)
  const limit = Math.max(1, Math.min(pageAttempts, Math.floor(PAGE_BOXES / boxes)))
  let { cursor } = job
  // What has been at its last pass has come to the end of the order.
  let catchingUp = job.postponed > 0
  let fruitless = 0
  while (!hurry.aborted && (await regrading.dropNeverStanding(job, DROPPED_AT_ONCE)));

  const lookAt = async (attempts: readonly AttemptToRegrade[]): Promise<boolean> => {
    const learners = await regrading.learners(job, attempts)
    const { page, seen } = await regradePage(task, attempts, learners, hurry)
    const last = attempts[seen - 1]
    // What arrived meanwhile stands anywhere in the order: it does not move the cursor.
    const place = catchingUp || last === undefined ? undefined : last
    if (!(await regrading.write(job, page, place))) return false
    // Nothing can be folded where the learner was erased between two reads, be it that the learner is back already.
    fruitless = catchingUp && page.attempts.length === 0 ? fruitless + 1 : 0
    if (fruitless > MOST_FRUITLESS) throw new Error('attempts are not numbered without gaps')
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
    // The few that are left are looked at in the last pass, when no more can arrive; a dry run lets those go by. When that
    // was too early, they are looked at here first, so that it has less to do.
    if (!few || ((job.dryRun || job.postponed > 0) && missed.length > 0)) {
      if (!(await lookAt(missed))) return 'lost'
      if (!few || fruitless > 0) return 'working'
    }
    const time = new Date(effects.now())
    if (job.dryRun) return (await regrading.finishDryRun(job, time)) ? 'done' : 'lost'
    const finished = await regrading.finish(job, {
      maxPoints: kept.policy.points,
      most: Math.min(limit, LAST_ATTEMPTS),
      time,
      regrade: async (attempts, learners) => (await regradePage(task, attempts, learners, undefined)).page,
    })
    if (finished === 'done') {
      deliveryBell.ring([job.courseId])
      // A whole class may be marked: until it is counted again, every reader counts it.
      standingBell.ring()
      feeds.tell({ kind: 'progress', courseId: job.courseId })
    }
    if (finished !== 'more') return finished
    if (job.postponed >= MOST_POSTPONED) throw new Error('the last pass was put off too often')
    return 'later'
  }
}
