import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { attemptAnswerSchema, idempotencyKeySchema } from '../../contracts/attempt.js'
import {
  answerCheckBodySchema,
  answerCheckSchema,
  createdSessionSchema,
  learnAttemptBodySchema,
  sessionBodySchema,
  sessionSchema,
  sessionStepsQuerySchema,
} from '../../contracts/learn.js'
import { languageQuerySchema, stepsSchema } from '../../contracts/practice.js'
import { checkAnswers } from '../../services/check-answers.js'
import type { FairLine } from '../../services/fair-line.js'
import { createSession, submissionIn } from '../../services/learner-sessions.js'
import { readSession } from '../../services/read-session.js'
import type { Services } from '../../services/services.js'
import { createSessionSteps } from '../../services/session-steps.js'
import { submitAttempt } from '../../services/submit-attempt.js'
import { principalOf, sessionOf } from '../authentication.js'
import { assignmentPath, refusals, type ZodApp } from './route-parts.js'

export type LearnOptions = {
  /** Where browsers reach the service, such as `https://chainmark.example`; without it, where each request was sent. */
  readonly publicUrl?: string | undefined
  /** In which what takes work is done. */
  readonly line: FairLine
}

const idempotencyHeaders = z.looseObject({ 'idempotency-key': idempotencyKeySchema.optional() })

/** The routes of learners' sessions: one that opens them for an API key, and those that their tokens open. */
export function registerLearnRoutes(
  app: ZodApp,
  services: Services,
  { publicUrl, line }: LearnOptions,
): void {
  const tags = ['sessions']
  const stepsOf = createSessionSteps(services, line)

  app.post(
    '/v1/courses/:course/assignments/:assignment/sessions',
    {
      schema: {
        tags,
        summary: 'Open an assignment for a learner, for a page to be embedded or linked',
        description:
          'Answers a token that is shown once, and the address of the page. A learner unknown to the course is enrolled. ' +
          'The session ends with its time, when the API key that made it is revoked, and when the learner is erased.',
        params: assignmentPath,
        body: sessionBodySchema,
        response: { 201: createdSessionSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const origin = publicUrl ?? originOf(request)
      const created = await createSession(
        services,
        principalOf(request),
        request.params,
        request.body,
        origin,
      )
      return reply.code(201).header('cache-control', 'no-store').send(created)
    },
  )

  app.get(
    '/learn/session',
    {
      schema: {
        tags,
        summary: 'What a learner sees of the assignment; no answer before the policy shows it',
        description:
          'With the dates and attempts that hold for this learner. Before the assignment opens nothing is shown of ' +
          'what it asks, and with the feedback `none` no progress is. While attempts are taken, the graph is at the ' +
          'inputs of the next one, and afterwards at those of the last, which is shown again with its answers.',
        querystring: languageQuerySchema,
        response: { 200: sessionSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const view = await readSession(services, sessionOf(request), {
        time: request.receivedAt,
        language: request.query.lang,
      })
      return reply.header('cache-control', 'no-store').send(view)
    },
  )

  app.get(
    '/learn/steps',
    {
      schema: {
        tags,
        summary: 'How a box is worked out, where the policy shows what is right in it',
        description:
          'Of the boxes that `revealed` of `GET /learn/session` lists, at the inputs that it shows; of others 403 ' +
          '`not-revealed`.',
        querystring: sessionStepsQuerySchema,
        response: { 200: stepsSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { box, lang: language } = request.query
      const view = await stepsOf(sessionOf(request), box, { time: request.receivedAt, language })
      return reply.header('cache-control', 'no-store').send(view)
    },
  )

  app.post(
    '/learn/check',
    {
      schema: {
        tags,
        summary: 'Whether answers can be read; nothing is graded, and nothing stored',
        description:
          'What an attempt with these answers would be refused for as `unreadable-answer`, while they are still typed. ' +
          'It tells nothing of what is right.',
        body: answerCheckBodySchema,
        response: { 200: answerCheckSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const check = await checkAnswers(services, sessionOf(request), request.body, request.receivedAt)
      return reply.header('cache-control', 'no-store').send(check)
    },
  )

  app.post(
    '/learn/attempts',
    {
      schema: {
        tags,
        summary: "Grade and store an attempt of the session's learner",
        description:
          'As `POST …/attempts` does, and answered alike. An Idempotency-Key is unique among those of this learner on ' +
          'this assignment, and stands apart from those that API keys send.',
        headers: idempotencyHeaders,
        body: learnAttemptBodySchema,
        response: { 201: attemptAnswerSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const session = sessionOf(request)
      const submission = submissionIn(session, {
        body: request.body,
        idempotencyKey: request.headers['idempotency-key'],
        receivedAt: request.receivedAt,
        bytes: request.bodyBytes,
      })
      const { attempt, replayed } = await submitAttempt(services, session.principal, submission)
      if (replayed) void reply.header('idempotent-replayed', 'true')
      return reply.code(201).header('cache-control', 'no-store').send(attempt)
    },
  )
}

/** Where a request was sent, as far as trusted proxies tell. */
function originOf({ protocol, host }: FastifyRequest): string {
  return `${protocol}://${host}`
}
