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
import type { Practice } from '../../services/practice-page.js'
import type { PublicGraphs } from '../../services/public-graphs.js'
import { graphPath, refusals, type ZodApp } from './route-parts.js'

// The pages' own: they may change with the pages, and are not part of the API that is documented.
const hide = true

const bodySchema = practiceBodySchema.omit({ inputs: true })

/** The routes that the pages for practice ask, of public graphs alone. */
export function registerPracticeRoutes(
  app: ZodApp,
  { practice, graphs }: { readonly practice: Practice; readonly graphs: PublicGraphs },
): void {
  app.get(
    '/practice/graphs',
    {
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
      schema: {
        hide,
        params: graphPath,
        querystring: practiceQuerySchema,
        body: bodySchema,
        response: { 200: practiceSchema, ...refusals },
      },
    },
    request => practice.grade(request.params.graph, request.query, request.body),
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
    request => practice.steps(request.params.graph, request.query, request.query.box),
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
