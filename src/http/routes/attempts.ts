import { z } from 'zod'
import {
  attemptBodySchema,
  attemptSchema,
  attemptsQuerySchema,
  learnerProgressSchema,
  variantSchema,
} from '../../contracts/attempt.js'
import { pageOf, pageQuerySchema } from '../../contracts/text.js'
import { listAttempts, readAttempt } from '../../services/attempts.js'
import { readCourseProgress, readLearnerProgress } from '../../services/progress.js'
import { readVariant } from '../../services/read-variant.js'
import { submitAttempt, type SubmissionServices } from '../../services/submit-attempt.js'
import { principalOf } from '../authentication.js'
import {
  assignmentPath,
  attemptPath,
  coursePath,
  learnerPath,
  refusals,
  variantPath,
  type ZodApp,
} from './route-parts.js'

const idempotencyHeaders = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7E]{1,255}$/, { message: 'an Idempotency-Key is 1 to 255 visible ASCII characters' })
    .optional()
    .describe('the same key with the same request answers the attempt it stored; unique in the course'),
})

/** The routes of attempts and variants. */
export function registerAttemptRoutes(app: ZodApp, services: SubmissionServices): void {
  const tags = ['attempts']

  app.get(
    '/v1/courses/:course/assignments/:assignment/variants/:learner',
    {
      schema: {
        tags,
        summary: 'What a learner is asked next; never an answer',
        params: variantPath,
        response: { 200: variantSchema, ...refusals },
      },
    },
    request => readVariant(services, principalOf(request), request.params),
  )

  app.post(
    '/v1/courses/:course/assignments/:assignment/attempts',
    {
      schema: {
        tags,
        summary: 'Grade and store an attempt',
        description:
          'Answers 201 once the attempt is committed. A learner unknown to the course is enrolled. ' +
          'A replay answers the stored attempt, with the header Idempotent-Replayed: true.',
        params: assignmentPath,
        headers: idempotencyHeaders,
        body: attemptBodySchema,
        response: { 201: attemptSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { attempt, replayed } = await submitAttempt(services, principalOf(request), {
        ...request.params,
        body: request.body,
        idempotencyKey: request.headers['idempotency-key'],
        receivedAt: request.receivedAt,
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
        response: { 200: pageOf(attemptSchema), ...refusals },
      },
    },
    request => listAttempts(services, principalOf(request), request.params, request.query),
  )

  app.get(
    '/v1/courses/:course/assignments/:assignment/attempts/:id',
    {
      schema: {
        tags,
        summary: 'Read an attempt',
        params: attemptPath,
        response: { 200: attemptSchema, ...refusals },
      },
    },
    request => readAttempt(services, principalOf(request), request.params),
  )
}

/** The routes of progress. */
export function registerProgressRoutes(app: ZodApp, services: SubmissionServices): void {
  const tags = ['progress']

  app.get(
    '/v1/courses/:course/progress',
    {
      schema: {
        tags,
        summary: 'The progress of all learners on all assignments',
        params: coursePath,
        querystring: pageQuerySchema,
        response: { 200: pageOf(learnerProgressSchema), ...refusals },
      },
    },
    request => readCourseProgress(services, principalOf(request), request.params.course, request.query),
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
