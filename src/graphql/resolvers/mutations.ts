/** The fields of Mutation: input, checked by the schema of the REST body → service → node. */
import { attemptBodySchema, idempotencyKeySchema } from '../../contracts/attempt.js'
import {
  assignmentBodySchema,
  courseBodySchema,
  memberBodySchema,
  overrideBodySchema,
} from '../../contracts/course.js'
import { definitionSchema } from '../../contracts/graph.js'
import { eraseMember, putCourse, putMember } from '../../services/courses.js'
import { deleteOverride, putOverride } from '../../services/overrides.js'
import { publish } from '../../services/publish-graph.js'
import { putAssignment } from '../../services/put-assignment.js'
import { requestRegrade } from '../../services/request-regrade.js'
import { submitAttempt } from '../../services/submit-attempt.js'
import { checkArguments } from '../arguments.js'
import type { Resolvers } from '../generated.js'
import { assignmentNode } from './queries.js'

const attemptSchema = attemptBodySchema.extend({ idempotencyKey: idempotencyKeySchema.nullish() })

const INPUT = ['input']
const DELETED = { deleted: true }

export const mutations = {
  Mutation: {
    publishGraph: async (_root, { key, definition }, { services, principal, forget }) => {
      const body = checkArguments(definitionSchema, definition, ['definition'])
      const { created, view } = await publish(services, principal.tenantId, key, body)
      forget()
      return { created, graph: view, warnings: view.warnings }
    },
    putCourse: async (_root, { key, input }, { services, principal, forget }) => {
      const body = checkArguments(courseBodySchema, input, INPUT)
      const { created, view } = await putCourse(services, principal, key, body)
      forget()
      return { created, course: view }
    },
    putAssignment: async (_root, { course, key, input }, { services, principal, forget }) => {
      const body = checkArguments(assignmentBodySchema, input, INPUT)
      const { created, view } = await putAssignment(services, principal, course, key, body)
      forget()
      return { created, assignment: assignmentNode(course, view) }
    },
    putMember: async (_root, { course, key, input }, { services, principal, forget }) => {
      const body = checkArguments(memberBodySchema, input, INPUT)
      const { created, view } = await putMember(services, principal, course, key, body)
      forget()
      return { created, member: view }
    },
    deleteMember: async (_root, { course, key }, { services, principal, forget }) => {
      await eraseMember(services, principal, course, key)
      forget()
      return DELETED
    },
    putOverride: async (_root, { input, ...path }, { services, principal, forget }) => {
      const body = checkArguments(overrideBodySchema, input, INPUT)
      const { created, view } = await putOverride(services, principal, path, body)
      forget()
      return { created, override: view }
    },
    deleteOverride: async (_root, path, { services, principal, forget }) => {
      await deleteOverride(services, principal, path)
      forget()
      return DELETED
    },
    submitAttempt: async (_root, { course, assignment, input }, context) => {
      const { services, principal, receivedAt, bytes, forget } = context
      const { idempotencyKey, ...body } = checkArguments(attemptSchema, input, INPUT)
      const submission = { course, assignment, body, receivedAt, bytes }
      const { attempt, replayed } = await submitAttempt(services, principal, {
        ...submission,
        idempotencyKey: idempotencyKey ?? undefined,
      })
      forget()
      return { attempt, replayed }
    },
    requestRegrade: async (_root, { dryRun, ...path }, { services, principal, forget }) => {
      const job = await requestRegrade(services, principal, path, { dryRun })
      forget()
      return { job }
    },
  },
  SubmittedAttempt: {
    // At one level of feedback it is said of the attempt, at the others of the progress.
    attempts: attempt => ('attempts' in attempt ? attempt.attempts : attempt.progress.attempts),
    remaining: attempt => ('attempts' in attempt ? attempt.remaining : attempt.progress.remaining),
  },
} satisfies Resolvers
