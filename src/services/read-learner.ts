/** One learner as a class list shows them, with their progress. */
import type { LearnerProgress } from '../contracts/attempt.js'
import type { AssignmentServices } from './assignments.js'
import type { ClassLearner } from './learners.js'
import type { Principal } from './principal.js'
import { readLearnerProgress } from './progress.js'

/** One member of a course; `not-found` where there is none. Two numbers of a list and of this are the same. */
export async function readLearner(
  services: AssignmentServices,
  principal: Principal,
  courseKey: string,
  key: string,
): Promise<ClassLearner & Pick<LearnerProgress, 'progress'>> {
  const { name, progress } = await readLearnerProgress(services, principal, courseKey, key)
  // Whole millionths are added up, so that no rounding depends on an order.
  const millionths = progress.reduce((sum, { credit }) => sum + Math.round(credit * 1e6), 0)
  const times = progress.flatMap(({ lastSubmittedAt }) => lastSubmittedAt ?? [])
  return {
    key,
    name,
    credit: Math.round(millionths / Math.max(1, progress.length)) / 1e6,
    attempts: progress.reduce((sum, { attempts }) => sum + attempts, 0),
    begun: progress.filter(({ attempts }) => attempts > 0).length,
    completed: progress.filter(({ completed }) => completed).length,
    // Of ISO times in UTC the last in the alphabet is the last.
    lastSubmittedAt: times.toSorted().at(-1) ?? null,
    progress,
  }
}
