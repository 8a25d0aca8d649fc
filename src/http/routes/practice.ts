import type { FastifyRequest } from 'fastify'
import { practiceBodySchema, practiceSchema } from '../../contracts/attempt.js'
import {
  cascadePageSchema,
  practiceGraphSchema,
  practiceQuerySchema,
  publicGraphsQuerySchema,
  publicGraphsSchema,
  revealSchema,
  stepsQuerySchema,
  stepsSchema,
} from '../../contracts/practice.js'
import type { Asker } from '../../services/free-practice.js'
import type { Practice } from '../../services/practice-page.js'
import type { PublicGraphs } from '../../services/public-graphs.js'
import type { KeepAnswer } from '../kept-answers.js'
import { graphPath, refusals, type ZodApp } from './route-parts.js'

// The pages' own: they may change with the pages, and are not part of the API that is documented.
const hide = true

/** A thousand boxes with an answer each. Reading a body takes work as well, and whoever sends one needs no key. */
const BODY_BYTES = 64 * 1024

const bodySchema = practiceBodySchema.omit({ inputs: true })

export type PracticeRouteOptions = {
  readonly practice: Practice
  readonly graphs: PublicGraphs
  readonly keep: KeepAnswer
  /** Who has sent a request. */
  readonly askerOf: (request: FastifyRequest) => Asker
}

/** The routes that the pages for practice ask, of public graphs alone. To be registered in a scope of their own. */
export function registerPracticeRoutes(
  app: ZodApp,
  { practice, graphs, keep, askerOf }: PracticeRouteOptions,
): void {
  // What holds answers is to lie nowhere, and a refusal may be gone the next moment; routes that `keep` say otherwise.
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header('cache-control', 'no-store')
    done()
  })

  app.get(
    '/practice/graphs',
    {
      onSend: keep,
      schema: {
        hide,
        querystring: publicGraphsQuerySchema,
        response: { 200: publicGraphsSchema, ...refusals },
      },
    },
    async request => ({ items: await graphs.list(request.query.tenant) }),
  )

  app.get(
    '/practice/graphs/:graph',
    {
      onSend: keep,
      schema: {
        hide,
        params: graphPath,
        querystring: practiceQuerySchema,
        response: { 200: practiceGraphSchema, ...refusals },
      },
    },
    request => practice.graph(request.params.graph, request.query),
  )

  app.post(
    '/practice/graphs/:graph/grade',
    {
      bodyLimit: BODY_BYTES,
      schema: {
        hide,
        params: graphPath,
        querystring: practiceQuerySchema,
        body: bodySchema,
        response: { 200: practiceSchema, ...refusals },
      },
    },
    request => practice.grade(request.params.graph, request.query, request.body, askerOf(request)),
  )

  app.get(
    '/practice/graphs/:graph/steps',
    {
      schema: {
        hide,
        params: graphPath,
        querystring: stepsQuerySchema,
        response: { 200: stepsSchema, ...refusals },
      },
    },
    request => practice.steps(request.params.graph, request.query, request.query.box, askerOf(request)),
  )

  app.get(
    '/practice/graphs/:graph/reveal',
    {
      schema: {
        hide,
        params: graphPath,
        querystring: practiceQuerySchema,
        response: { 200: revealSchema, ...refusals },
      },
    },
    request => practice.reveal(request.params.graph, request.query),
  )

  app.get(
    '/practice/graphs/:graph/cascade',
    {
      schema: {
        hide,
        params: graphPath,
        querystring: practiceQuerySchema,
        response: { 200: cascadePageSchema, ...refusals },
      },
    },
    request => practice.cascade(request.params.graph, request.query),
  )
}
