/** The fields of Query, and those of other types that read: arguments → service → node. */
import { z } from 'zod'
import type { AssignmentView } from '../../contracts/course.js'
import { listAssignments, readAssignment } from '../../services/assignments.js'
import { listAttempts, readAttempt } from '../../services/attempts.js'
import { listCourses, listMembers, readCourse } from '../../services/courses.js'
import { readJob } from '../../services/jobs.js'
import { listGraphs, readAssignedGraph, readGraph } from '../../services/read-graphs.js'
import { readLearner } from '../../services/read-learner.js'
import { checkArguments } from '../arguments.js'
import { classList, classSize } from '../class-list.js'
import { connectionOf, pageQuery, type Connection, type PageArguments } from '../connections.js'
import type { RequestContext } from '../context.js'
import type { Resolvers } from '../generated.js'
import type { AssignmentNode, AttemptNode, LearnerNode } from '../nodes.js'
import { selectsDistribution } from '../selection.js'

const versionSchema = z.object({ version: z.int().min(1).nullish() })

/** An assignment with the key of its course. */
export function assignmentNode(course: string, { graph, ...view }: AssignmentView): AssignmentNode {
  return { ...view, course, graphKey: graph }
}

async function oneAssignment(
  { reads, principal }: RequestContext,
  course: string,
  key: string,
): Promise<AssignmentNode> {
  return assignmentNode(course, await readAssignment(reads().services, principal, course, key))
}

async function someAssignments(
  { reads, principal }: RequestContext,
  course: string,
  given: PageArguments,
): Promise<Connection<AssignmentNode>> {
  const page = pageQuery(given)
  const listing = await listAssignments(reads().services, principal, course, page)
  return connectionOf(listing, page, view => assignmentNode(course, view))
}

async function someAttempts(
  { reads, principal }: RequestContext,
  path: { readonly course: string; readonly assignment: string },
  given: PageArguments & { readonly learner?: string | null },
): Promise<Connection<AttemptNode>> {
  const page = pageQuery(given)
  const query = { ...page, learner: given.learner ?? undefined }
  return connectionOf(await listAttempts(reads().services, principal, path, query), page, record => record)
}

async function oneLearner(
  { reads, principal }: RequestContext,
  course: string,
  key: string,
): Promise<LearnerNode> {
  return { ...(await readLearner(reads().services, principal, course, key)), course }
}

export const queries = {
  Query: {
    graph: (_root, { key, version }, { reads, principal }) => {
      const checked = checkArguments(versionSchema, { version })
      return readGraph(reads().services, principal.tenantId, key, checked.version ?? undefined)
    },
    graphs: async (_root, given, { reads, principal }) => {
      const page = pageQuery(given)
      return connectionOf(await listGraphs(reads().services, principal.tenantId, page), page, graph => graph)
    },
    course: (_root, { key }, { reads, principal }) => readCourse(reads().services, principal, key),
    courses: async (_root, given, { reads, principal }) => {
      const page = pageQuery(given)
      return connectionOf(await listCourses(reads().services, principal, page), page, course => course)
    },
    assignment: (_root, { course, key }, context) => oneAssignment(context, course, key),
    assignments: (_root, { course, ...page }, context) => someAssignments(context, course, page),
    learner: (_root, { course, key }, context) => oneLearner(context, course, key),
    attempt: (_root, path, { reads, principal }) => readAttempt(reads().services, principal, path),
    attempts: (_root, { course, assignment, ...page }, context) =>
      someAttempts(context, { course, assignment }, page),
    job: (_root, { id }, { reads, principal }) => readJob(reads().services, principal, id),
  },
  Course: {
    assignment: (course, { key }, context) => oneAssignment(context, course.key, key),
    assignments: (course, page, context) => someAssignments(context, course.key, page),
    members: async (course, given, { reads, principal }) => {
      const page = pageQuery(given)
      const listing = await listMembers(reads().services, principal, course.key, page)
      return connectionOf(listing, page, member => member)
    },
    learner: (course, { key }, context) => oneLearner(context, course.key, key),
    learners: (course, given, context) => classList(context, course.key, given),
    progress: course => course,
  },
  CourseProgress: {
    overview: (course, _arguments, { reads }) => reads().overviewOf(course.key),
    matrix: (course, given, context) => classList(context, course.key, given),
  },
  LearnerConnection: {
    totalCount: (learners, _arguments, context) => classSize(context, learners),
  },
  Learner: {
    progress: (learner, _arguments, { reads }) => learner.progress ?? reads().progressOf(learner),
  },
  Assignment: {
    graph: ({ course, key }, _arguments, { reads, principal }) =>
      readAssignedGraph(reads().services, principal, course, key),
    statistics: (assignment, _arguments, { reads }, { fieldNodes, fragments }) =>
      selectsDistribution(fieldNodes, name => fragments[name])
        ? reads().distributedStatisticsOf(assignment)
        : reads().statisticsOf(assignment),
    learners: (assignment, given, context) => classList(context, assignment.course, given, assignment.key),
    attempts: ({ course, key }, given, context) => someAttempts(context, { course, assignment: key }, given),
  },
  Box: {
    answer: box => box.answer ?? 'number',
  },
} satisfies Resolvers
