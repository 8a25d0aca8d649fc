/** A course at a glance: a line for every assignment, and who needs help and why. */
import type { AssignmentStatistics, CourseOverview } from '../contracts/statistics.js'
import type { StoredAssignment } from '../database/assignments.js'
import { byNeed, helpReasons, INACTIVE_AFTER, type HelpReason } from '../grading/need-help.js'
import { findCourse } from './courses.js'
import { countLearners, learnersToHelp, type LearnerServices } from './learners.js'
import type { Principal } from './principal.js'
import { readPlaces } from './progress.js'
import { readStatistics, type StatisticsServices } from './statistics.js'

/** Learners who are named, and reasons that are given for one. */
const MOST_LEARNERS = 50
const MOST_REASONS = 20

/** So many learners are looked at, fewer where each has many assignments. */
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
 * who need help most likely, and the progress and overrides of these.
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

/** Who needs help, of those who need it most likely. */
async function readHelpWanted(
  services: OverviewServices,
  courseId: string,
  assignments: readonly StoredAssignment[],
): Promise<HelpWanted> {
  const most = Math.min(MOST_CONSIDERED, Math.floor(MOST_ENTRIES / Math.max(1, assignments.length)))
  const now = services.effects.now()
  // Of the last millisecond they are inactive from then on.
  const inactiveSince = new Date(now - INACTIVE_AFTER + 1)
  const [learners, considered] = await Promise.all([
    countLearners(services, courseId, {}),
    learnersToHelp(services, courseId, { most: Math.max(1, most), inactiveSince }),
  ])
  const keys = considered.map(({ key }) => key)
  const places = await readPlaces(services, courseId, keys, assignments)
  const found = considered.map(({ key, name }) => ({
    learner: key,
    name,
    reasons: helpReasons(places.get(key) ?? [], now),
  }))
  return {
    // They were counted a moment apart.
    learners: Math.max(learners, considered.length),
    needHelp: byNeed(found)
      .slice(0, MOST_LEARNERS)
      .map(({ reasons, ...learner }) => ({
        ...learner,
        reasons: reasons.slice(0, MOST_REASONS).map(viewReason),
      })),
    considered: considered.length,
  }
}

function viewReason({ lastSubmittedAt, ...reason }: HelpReason): HelpReasonView {
  return {
    ...reason,
    lastSubmittedAt: lastSubmittedAt === null ? null : new Date(lastSubmittedAt).toISOString(),
  }
}

type HelpReasonView = CourseOverview['needHelp'][number]['reasons'][number]
