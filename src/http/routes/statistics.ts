import { assignmentStatisticsSchema, courseOverviewSchema } from '../../contracts/statistics.js'
import { readCourseOverview, type OverviewServices } from '../../services/course-overview.js'
import { readAssignmentStatistics } from '../../services/statistics.js'
import { principalOf } from '../authentication.js'
import { assignmentPath, coursePath, refusals, type ZodApp } from './route-parts.js'

/** The routes of what a class's attempts come to. */
export function registerStatisticsRoutes(app: ZodApp, services: OverviewServices): void {
  const tags = ['progress']

  app.get(
    '/v1/courses/:course/overview',
    {
      schema: {
        tags,
        summary: 'A course at a glance: every assignment, and who needs help and why',
        description: 'Instructors are counted nowhere.',
        params: coursePath,
        response: { 200: courseOverviewSchema, ...refusals },
      },
    },
    request => readCourseOverview(services, principalOf(request), request.params.course),
  )

  app.get(
    '/v1/courses/:course/assignments/:assignment/statistics',
    {
      schema: {
        tags,
        summary: 'What the attempts on an assignment come to, in all and by box',
        description:
          'By the results that stand: a regrading changes them all at once. Instructors are counted nowhere. It costs the ' +
          'same however many attempts there are.',
        params: assignmentPath,
        response: { 200: assignmentStatisticsSchema, ...refusals },
      },
    },
    request => {
      const { course, assignment } = request.params
      return readAssignmentStatistics(services, principalOf(request), course, assignment)
    },
  )
}
