/** What the attempts on assignments come to: the statistics of a class, read without its attempts. */
import type { AssignmentStatistics } from '../contracts/statistics.js'
import type { StoredAssignment } from '../database/assignments.js'
import type { StatisticsRepository, StoredDistribution } from '../database/statistics.js'
import type { SummaryRepository } from '../database/summaries.js'
import { readSummary } from '../grading/attempt-summary-read.js'
import { fromMillionths } from '../grading/credit.js'
import { statisticsOf } from '../grading/statistics.js'
import { findAssignment, type AssignmentServices } from './assignments.js'
import type { Principal } from './principal.js'
import type { Turn } from './turns.js'

export type StatisticsServices = AssignmentServices & {
  readonly summaries: Pick<SummaryRepository, 'readMany'>
  readonly statistics: StatisticsRepository
  /** Waits until others had their turn. */
  readonly turn: Turn
}

/** What is read beside summaries. */
type Wanted = {
  /** The median credit and times to completion: they are read from the progress of all learners. */
  readonly distribution: boolean
}

/**
 * The statistics of assignments of a course, in the order in which these are given. One statement reads the summaries of
 * all of them, and one more their distributions where these are wanted; where they are not, medians and times are as if
 * nobody had begun.
 */
export async function readStatistics(
  services: StatisticsServices,
  courseId: string,
  assignments: readonly StoredAssignment[],
  { distribution }: Wanted,
): Promise<readonly AssignmentStatistics[]> {
  if (assignments.length === 0) return []
  const ids = assignments.map(({ id }) => id)
  const [stored, distributions, graphs] = await Promise.all([
    services.summaries.readMany(courseId, ids),
    distribution ? services.statistics.distributions(courseId, ids) : [],
    Promise.all(
      assignments.map(({ graphId, graphVersion }) => services.library.pinned(graphId, graphVersion)),
    ),
  ])
  const summaryOf = new Map(stored.map(row => [row.assignmentId, row]))
  const distributionOf = new Map(distributions.map(row => [row.assignmentId, row]))
  const statistics: AssignmentStatistics[] = []
  for (const [index, { id }] of assignments.entries()) {
    const { totals, changes = [] } = summaryOf.get(id) ?? {}
    const asked = graphs[index]?.published.graph.asked.map(box => box.id) ?? []
    statistics.push({
      ...statisticsOf(readSummary(totals, changes), asked),
      ...viewDistribution(distributionOf.get(id)),
    })
    // The summary of a large graph takes milliseconds to be added up.
    await services.turn()
  }
  return statistics
}

function viewDistribution(
  stored: StoredDistribution | undefined,
): Pick<AssignmentStatistics, 'medianCredit' | 'timeToCompletion'> {
  const { medianMillionths = null, timed = 0, median = null } = stored ?? {}
  const { lowerQuartile = null, upperQuartile = null } = stored ?? {}
  return {
    medianCredit: medianMillionths === null ? null : fromMillionths(medianMillionths),
    timeToCompletion: {
      learners: timed,
      median: seconds(median),
      lowerQuartile: seconds(lowerQuartile),
      upperQuartile: seconds(upperQuartile),
    },
  }
}

/** The clocks of two servers may differ by a moment, so that something seems to end before it began. */
function seconds(passed: number | null): number | null {
  return passed === null ? null : Math.max(0, passed)
}

/** The statistics of one assignment. */
export async function readAssignmentStatistics(
  services: StatisticsServices,
  principal: Principal,
  courseKey: string,
  assignmentKey: string,
): Promise<AssignmentStatistics> {
  const { courseId, assignment } = await findAssignment(services, principal, courseKey, assignmentKey)
  const [statistics] = await readStatistics(services, courseId, [assignment], { distribution: true })
  if (statistics === undefined) throw new Error('no statistics for an assignment')
  return statistics
}
