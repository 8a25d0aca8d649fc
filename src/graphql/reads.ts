/**
 * What one operation reads, each thing once: the services get courses and assignments that were read for another field
 * already, and what is asked of every learner or assignment of a list is read for all of them together.
 */
import type { LearnerProgress } from '../contracts/attempt.js'
import type { AssignmentStatistics, CourseOverview } from '../contracts/statistics.js'
import { notFound } from '../errors.js'
import { readOverview } from '../services/course-overview.js'
import { findCourse } from '../services/courses.js'
import type { Principal } from '../services/principal.js'
import { readProgressOf } from '../services/progress.js'
import type { Services } from '../services/services.js'
import { readStatistics } from '../services/statistics.js'
import { createBatch } from './batch.js'

export type Reads = {
  /** The services, over what was read already. */
  readonly services: Services
  readonly progressOf: (learner: InCourse) => Promise<LearnerProgress['progress']>
  /** Without the median and the times: they are read for themselves. */
  readonly statisticsOf: (assignment: InCourse) => Promise<AssignmentStatistics>
  readonly distributedStatisticsOf: (assignment: InCourse) => Promise<AssignmentStatistics>
  readonly overviewOf: (courseKey: string) => Promise<CourseOverview>
}

/** A learner or an assignment, by its key and the course's. */
type InCourse = { readonly course: string; readonly key: string }

type StoredAssignment = Awaited<ReturnType<Services['assignments']['list']>>[number]

/** The reads of one operation. They see what was there when they were first asked, so that its fields agree. */
export function createReads(services: Services, principal: Principal): Reads {
  const shared = shareLookUps(services)
  const courseId = async (key: string): Promise<string> => (await findCourse(shared, principal, key)).id

  /** Makes a reader of some of one course a reader of some of any. */
  const byCourse = <Found>(read: (courseId: string, keys: readonly string[]) => Promise<readonly Found[]>) =>
    createBatch(
      ({ course, key }: InCourse) => `${course}/${key}`,
      async asked => {
        const found = new Map<InCourse, Found>()
        const courses = new Set(asked.map(({ course }) => course))
        await Promise.all(
          [...courses].map(async course => {
            const here = asked.filter(one => one.course === course)
            const all = await read(
              await courseId(course),
              here.map(({ key }) => key),
            )
            for (const [index, one] of here.entries()) {
              const its = all[index]
              if (its !== undefined) found.set(one, its)
            }
          }),
        )
        return asked.map(one => {
          const its = found.get(one)
          if (its === undefined) throw new Error('something that was asked for was not read')
          return its
        })
      },
    )

  const statisticsWith = (distribution: boolean) =>
    byCourse(async (id, keys) => {
      const assignments = await Promise.all(keys.map(key => assignmentOf(shared, id, key)))
      return readStatistics(shared, id, assignments, { distribution })
    })

  return {
    services: shared,
    progressOf: byCourse(async (id, keys) => {
      const assignments = await shared.assignments.list(id, '', null)
      const progress = await readProgressOf(shared, id, keys, assignments)
      return keys.map(key => progress.get(key) ?? [])
    }),
    statisticsOf: statisticsWith(false),
    distributedStatisticsOf: statisticsWith(true),
    overviewOf: async course => readOverview(shared, await courseId(course)),
  }
}

async function assignmentOf(services: Services, courseId: string, key: string): Promise<StoredAssignment> {
  const found = await services.assignments.find(courseId, key)
  // It was there when the list was read.
  if (found === undefined) throw notFound()
  return found
}

/** The services over look-ups that are made once: of courses, and of the assignments of a course. */
function shareLookUps(services: Services): Services {
  const courses = new Map<string, ReturnType<Services['courses']['find']>>()
  const lists = new Map<string, Promise<StoredAssignment[]>>()
  const single = new Map<string, ReturnType<Services['assignments']['find']>>()
  return {
    ...services,
    courses: {
      ...services.courses,
      find: (tenantId, key) => once(courses, key, () => services.courses.find(tenantId, key)),
    },
    assignments: {
      ...services.assignments,
      find: (courseId, key) => {
        const list = lists.get(courseId)
        if (list !== undefined) return list.then(all => all.find(one => one.key === key))
        return once(single, `${courseId}/${key}`, () => services.assignments.find(courseId, key))
      },
      // Read whole, whatever page is asked for: progress goes over all of them, and pages are cut from that.
      list: async (courseId, after, limit) => {
        const all = await once(lists, courseId, () => services.assignments.list(courseId, '', null))
        const behind = after === '' ? all : all.filter(({ key }) => key > after)
        return limit === null ? behind : behind.slice(0, limit)
      },
    },
  }
}

function once<Found>(known: Map<string, Promise<Found>>, key: string, read: () => Promise<Found>) {
  const found = known.get(key) ?? read()
  known.set(key, found)
  return found
}
