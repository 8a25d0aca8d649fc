import { practiceBodySchema, practiceSchema } from '../../contracts/attempt.js'
import {
  DEFINITION_BYTES,
  definitionSchema,
  evaluatedSchema,
  evaluateQuerySchema,
  graphSchema,
  graphSummarySchema,
  publishedSchema,
  solutionQuerySchema,
  solutionSchema,
  versionQuerySchema,
} from '../../contracts/graph.js'
import { pageOf, pageQuerySchema } from '../../contracts/text.js'
import { asPage } from '../../services/cursors.js'
import type { GraphLibrary } from '../../services/graph-library.js'
import { practise } from '../../services/practise.js'
import { publish, type PublishServices } from '../../services/publish-graph.js'
import { listGraphs, readGraph } from '../../services/read-graphs.js'
import { evaluateDefinition, solveGraph } from '../../services/solve-graph.js'
import { principalOf } from '../authentication.js'
import { graphPath, refusals, type ZodApp } from './route-parts.js'

const tags = ['graphs']

type GraphServices = PublishServices & { readonly library: GraphLibrary }

/** The routes of graphs: publishing, reading, solving, practising. */
export function registerGraphRoutes(app: ZodApp, services: GraphServices): void {
  app.get(
    '/v1/graphs',
    {
      schema: {
        tags,
        summary: 'List the graphs that this key can read',
        querystring: pageQuerySchema,
        response: { 200: pageOf(graphSummarySchema), ...refusals },
      },
    },
    async request => asPage(await listGraphs(services, principalOf(request).tenantId, request.query)),
  )

  app.get(
    '/v1/graphs/:graph',
    {
      schema: {
        tags,
        summary: 'Read a published graph; never an answer',
        params: graphPath,
        querystring: versionQuerySchema,
        response: { 200: graphSchema, ...refusals },
      },
    },
    request =>
      readGraph(services, principalOf(request).tenantId, request.params.graph, request.query.version),
  )

  app.put(
    '/v1/graphs/:graph',
    {
      bodyLimit: DEFINITION_BYTES,
      schema: {
        tags,
        summary: 'Publish a graph, or its next version',
        description: 'Publishing the same definition again changes nothing. All faults are listed at once.',
        params: graphPath,
        body: definitionSchema,
        response: { 200: publishedSchema, 201: publishedSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { created, view } = await publish(
        services,
        principalOf(request).tenantId,
        request.params.graph,
        request.body,
      )
      return reply.code(created ? 201 : 200).send(view)
    },
  )

  app.get(
    '/v1/graphs/:graph/solution',
    {
      schema: {
        tags,
        summary: 'All values, local derivatives and gradients of a graph, with formulas and steps',
        params: graphPath,
        querystring: solutionQuerySchema,
        response: { 200: solutionSchema, ...refusals },
      },
    },
    request => solveGraph(services, principalOf(request).tenantId, request.params.graph, request.query),
  )

  app.post(
    '/v1/graphs/:graph/grade',
    {
      schema: {
        tags,
        summary: 'Grade answers for practice; nothing is stored',
        params: graphPath,
        querystring: versionQuerySchema,
        body: practiceBodySchema,
        response: { 200: practiceSchema, ...refusals },
      },
    },
    request =>
      practise(
        services,
        principalOf(request).tenantId,
        request.params.graph,
        request.query.version,
        request.body,
      ),
  )

  app.post(
    '/v1/evaluate',
    {
      bodyLimit: DEFINITION_BYTES,
      schema: {
        tags,
        summary: 'Solve a definition; nothing is stored',
        querystring: evaluateQuerySchema,
        body: definitionSchema,
        response: { 200: evaluatedSchema, ...refusals },
      },
    },
    request => Promise.resolve(evaluateDefinition(services, request.body, request.query.box)),
  )
}
