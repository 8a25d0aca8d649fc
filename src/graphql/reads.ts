/**
 * What one operation reads, each thing once: the services get courses and assignments that were read for another field
 * already, and what is asked of every learner or assignment of a list is read for all of them together.
 */
import type { LearnerProgress } from '../contracts/attempt.js'
import type { LearnersQuery } from '../contracts/learners.js'
import type { AssignmentStatistics, CourseOverview } from '../contracts/statistics.js'
import { notFound } from '../errors.js'
import { readOverview } from '../services/course-overview.js'
import { findCourse } from '../services/courses.js'
import type { Listing } from '../services/cursors.js'
import { countLearners, listLearners, type ClassLearner } from '../services/learners.js'
import type { Principal } from '../services/principal.js'
import { readProgressOf } from '../services/progress.js'
import type { Services } from '../services/services.js'
import { readStatistics } from '../services/statistics.js'
import type { AtOnce } from './at-once.js'
import { createBatch } from './batch.js'

export type Reads = {
  /** The services, over what was read already. */
  readonly services: Services
  readonly progressOf: (learner: InCourse) => Promise<LearnerProgress['progress']>
  /** Without the median and the times: they are read for themselves. */
  readonly statisticsOf: (assignment: InCourse) => Promise<AssignmentStatistics>
  readonly distributedStatisticsOf: (assignment: InCourse) => Promise<AssignmentStatistics>
  readonly overviewOf: (courseKey: string) => Promise<CourseOverview>
  /** A part of the class of a course. */
  readonly learnersOf: (courseKey: string, query: LearnersQuery) => Promise<Listing<ClassLearner>>
  /** How many learners there are of the kind that a query asks for, on all pages. */
  readonly classSizeOf: (courseKey: string, query: LearnersQuery) => Promise<number>
}

/** A learner or an assignment, by its key and the course's. */
type InCourse = { readonly course: string; readonly key: string }

type StoredAssignment = Awaited<ReturnType<Services['assignments']['list']>>[number]

/**
 * The reads of one operation. They see what was there when they were first asked, so that its fields agree. What is read for many
 * takes its turn through `atOnce`; what is read for one field has it already.
 */
export function createReads(services: Services, principal: Principal, atOnce: AtOnce): Reads {
  const shared = shareLookUps(services)
  const courseId = async (key: string): Promise<string> => (await findCourse(shared, principal, key)).id
  const overviews = new Map<string, Promise<CourseOverview>>()
  const classes = new Map<string, Promise<Listing<ClassLearner>>>()
  const sizes = new Map<string, Promise<number>>()

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
            const keys = here.map(({ key }) => key)
            const all = await atOnce(async () => read(await courseId(course), keys))
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
    overviewOf: course => once(overviews, course, async () => readOverview(shared, await courseId(course))),
    learnersOf: (course, query) =>
      once(classes, JSON.stringify([course, query]), () => listLearners(shared, principal, course, query)),
    classSizeOf: (course, query) => {
      // Whatever page, in whatever order.
      const kind = { ...query, limit: 0, cursor: undefined, orderBy: undefined }
      return once(sizes, JSON.stringify([course, kind]), async () =>
        countLearners(shared, await courseId(course), query),
      )
    },
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
