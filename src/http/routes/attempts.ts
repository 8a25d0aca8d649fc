import { z } from 'zod'
import {
  assignmentSolutionQuerySchema,
  attemptAnswerSchema,
  attemptBodySchema,
  attemptRecordSchema,
  attemptsQuerySchema,
  idempotencyKeySchema,
  learnerProgressSchema,
  variantSchema,
} from '../../contracts/attempt.js'
import { solutionSchema } from '../../contracts/graph.js'
import { learnersQuerySchema } from '../../contracts/learners.js'
import { pageOf } from '../../contracts/text.js'
import { listAttempts, readAttempt } from '../../services/attempts.js'
import { asPage } from '../../services/cursors.js'
import type { LearnerServices } from '../../services/learners.js'
import { readCourseProgress, readLearnerProgress } from '../../services/progress.js'
import { readVariant } from '../../services/read-variant.js'
import { solveAssignment } from '../../services/solve-assignment.js'
import { submitAttempt, type SubmissionServices } from '../../services/submit-attempt.js'
import { principalOf } from '../authentication.js'
import {
  assignmentPath,
  attemptPath,
  coursePath,
  learnerPath,
  refusals,
  assignedPath,
  type ZodApp,
} from './route-parts.js'

const idempotencyHeaders = z.looseObject({ 'idempotency-key': idempotencyKeySchema.optional() })

/** The routes of attempts and variants. */
export function registerAttemptRoutes(app: ZodApp, services: SubmissionServices): void {
  const tags = ['attempts']

  app.get(
    '/v1/courses/:course/assignments/:assignment/variants/:learner',
    {
      schema: {
        tags,
        summary: 'What a learner is asked next; never an answer',
        description: 'A variant that is not fixed is drawn at first sight, stored, and the same ever after.',
        params: assignedPath,
        response: { 200: variantSchema, ...refusals },
      },
    },
    request => readVariant(services, principalOf(request), request.params),
  )

  app.get(
    '/v1/courses/:course/assignments/:assignment/solution',
    {
      schema: {
        tags,
        summary: 'The solution of a variant, with formulas and steps',
        description:
          'Of an attempt that was made, at the graph version and inputs that it is graded at. Else at the next variant ' +
          'of the learner; while variants are fixed, the graph at its own values.',
        params: assignmentPath,
        querystring: assignmentSolutionQuerySchema,
        response: { 200: solutionSchema, ...refusals },
      },
    },
    request => solveAssignment(services, principalOf(request), request.params, request.query),
  )

  app.post(
    '/v1/courses/:course/assignments/:assignment/attempts',
    {
      schema: {
        tags,
        summary: 'Grade and store an attempt',
        description:
          'Answers 201 once the attempt is committed. A learner unknown to the course is enrolled. ' +
          "How much is answered is the assignment's `feedback`. " +
          'A replay answers the stored attempt, with the header Idempotent-Replayed: true, ' +
          'as far as the policies of then and of now both allow.',
        params: assignmentPath,
        headers: idempotencyHeaders,
        body: attemptBodySchema,
        response: { 201: attemptAnswerSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { attempt, replayed } = await submitAttempt(services, principalOf(request), {
        ...request.params,
        body: request.body,
        idempotencyKey: request.headers['idempotency-key'],
        receivedAt: request.receivedAt,
        bytes: request.bodyBytes,
      })
      if (replayed) void reply.header('idempotent-replayed', 'true')
      return reply.code(201).send(attempt)
    },
  )

  app.get(
    '/v1/courses/:course/assignments/:assignment/attempts',
    {
      schema: {
        tags,
        summary: 'List attempts, oldest first',
        params: assignmentPath,
        querystring: attemptsQuerySchema,
        response: { 200: pageOf(attemptRecordSchema), ...refusals },
      },
    },
    async request =>
      asPage(await listAttempts(services, principalOf(request), request.params, request.query)),
  )

  app.get(
    '/v1/courses/:course/assignments/:assignment/attempts/:id',
    {
      schema: {
        tags,
        summary: 'Read an attempt',
        params: attemptPath,
        response: { 200: attemptRecordSchema, ...refusals },
      },
    },
    request => readAttempt(services, principalOf(request), request.params),
  )
}

/** The routes of progress. */
export function registerProgressRoutes(app: ZodApp, services: LearnerServices): void {
  const tags = ['progress']

  app.get(
    '/v1/courses/:course/progress',
    {
      schema: {
        tags,
        summary: 'The progress of learners on all assignments',
        description:
          'A page of the class: all learners by key, or those that are asked for, in another order. ' +
          'Instructors are left out. Filters that are given hold together.',
        params: coursePath,
        querystring: learnersQuerySchema,
        response: { 200: pageOf(learnerProgressSchema), ...refusals },
      },
    },
    async request =>
      asPage(await readCourseProgress(services, principalOf(request), request.params.course, request.query)),
  )

  app.get(
    '/v1/courses/:course/learners/:learner/progress',
    {
      schema: {
        tags,
        summary: 'The progress of one learner on all assignments',
        params: learnerPath,
        response: { 200: learnerProgressSchema, ...refusals },
      },
    },
    request =>
      readLearnerProgress(services, principalOf(request), request.params.course, request.params.learner),
  )
}
