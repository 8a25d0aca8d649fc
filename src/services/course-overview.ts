/** A course at a glance: a line for every assignment, and who needs help and why. */
import type { AssignmentStatistics, CourseOverview } from '../contracts/statistics.js'
import type { StoredAssignment } from '../database/assignments.js'
import type { StoredOverride } from '../database/overrides.js'
import type { StoredProgress } from '../database/progress.js'
import { effectivePolicy } from '../grading/attempt-policy.js'
import { byNeed, helpReasons, type HelpReason, type LearnerPlace } from '../grading/need-help.js'
import { overrideOf, policyOf, type AssignmentPolicy } from './assignments.js'
import { findCourse } from './courses.js'
import { groupBy } from './group-by.js'
import { countLearners, learnersOf, type LearnerServices } from './learners.js'
import type { Principal } from './principal.js'
import { readStatistics, type StatisticsServices } from './statistics.js'

/** Learners who are named, and reasons that are given for one. */
const MOST_LEARNERS = 50
const MOST_REASONS = 20

/** So many of the learners with the least credit are looked at, fewer where each has many assignments. */
const MOST_CONSIDERED = 500
const MOST_ENTRIES = 20_000

export type OverviewServices = StatisticsServices & LearnerServices

type HelpWanted = Pick<CourseOverview, 'learners' | 'needHelp' | 'considered'>

/** The overview of a course that a key names. */
export async function readCourseOverview(
  services: OverviewServices,
  principal: Principal,
  courseKey: string,
): Promise<CourseOverview> {
  const course = await findCourse(services, principal, courseKey)
  return readOverview(services, course.id)
}

/**
 * The overview of a course as of now, by six statements: assignments, their summaries, how many learners there are, those
 * with the least credit, and the progress and overrides of these.
 */
export async function readOverview(services: OverviewServices, courseId: string): Promise<CourseOverview> {
  const assignments = await services.assignments.list(courseId, '', null)
  const [statistics, help] = await Promise.all([
    readStatistics(services, courseId, assignments, { distribution: false }),
    readHelpWanted(services, courseId, assignments),
  ])
  return {
    ...help,
    assignments: assignments.flatMap((assignment, index) => {
      const of = statistics[index]
      return of === undefined ? [] : [viewLine(assignment, of, help.learners)]
    }),
  }
}

function viewLine(
  { key, title, graphTitle, points }: StoredAssignment,
  { learners, completed, attempts, meanCredit, firstWrongBox }: AssignmentStatistics,
  learnersInAll: number,
): CourseOverview['assignments'][number] {
  return {
    key,
    title: title ?? graphTitle,
    points,
    learners,
    completed,
    // They were counted a moment apart.
    notStarted: Math.max(0, learnersInAll - learners),
    attempts,
    meanCredit,
    stumblingBox: firstWrongBox,
  }
}

/** Who needs help, of the learners with the least credit in all. */
async function readHelpWanted(
  services: OverviewServices,
  courseId: string,
  assignments: readonly StoredAssignment[],
): Promise<HelpWanted> {
  const most = Math.min(MOST_CONSIDERED, Math.floor(MOST_ENTRIES / Math.max(1, assignments.length)))
  const [learners, { items }] = await Promise.all([
    countLearners(services, courseId, {}),
    learnersOf(services, courseId, { limit: Math.max(1, most), orderBy: 'CREDIT_ASC' }),
  ])
  const keys = items.map(({ key }) => key)
  const [begun, overrides] = await Promise.all([
    services.progress.ofLearners(courseId, keys),
    services.overrides.ofLearners(courseId, keys),
  ])
  const policies = assignments.map(assignment => ({ ...assignment, policy: policyOf(assignment) }))
  const begunBy = groupBy(begun, ({ learner }) => learner)
  const overridesOf = groupBy(overrides, ({ learner }) => learner)
  const now = services.effects.now()
  const found = items.map(({ key, name }) => {
    const places = learnerPlaces(policies, begunBy.get(key), overridesOf.get(key))
    return { learner: key, name, reasons: helpReasons(places, now) }
  })
  return {
    // They were counted a moment apart.
    learners: Math.max(learners, items.length),
    needHelp: byNeed(found)
      .slice(0, MOST_LEARNERS)
      .map(({ reasons, ...learner }) => ({
        ...learner,
        reasons: reasons.slice(0, MOST_REASONS).map(viewReason),
      })),
    considered: items.length,
  }
}

/** Every assignment as it is for one learner. */
function learnerPlaces(
  assignments: readonly { readonly id: string; readonly key: string; readonly policy: AssignmentPolicy }[],
  begun: readonly StoredProgress[] = [],
  overrides: readonly StoredOverride[] = [],
): LearnerPlace[] {
  const progressAt = new Map(begun.map(row => [row.assignmentId, row]))
  const overrideAt = new Map(overrides.map(row => [row.assignmentId, row]))
  return assignments.map(({ id, key, policy }) => ({
    assignment: key,
    policy: effectivePolicy(policy, overrideOf(overrideAt.get(id))),
    progress: progressAt.get(id),
  }))
}

function viewReason({ lastSubmittedAt, ...reason }: HelpReason): HelpReasonView {
  return {
    ...reason,
    lastSubmittedAt: lastSubmittedAt === null ? null : new Date(lastSubmittedAt).toISOString(),
  }
}

type HelpReasonView = CourseOverview['needHelp'][number]['reasons'][number]
