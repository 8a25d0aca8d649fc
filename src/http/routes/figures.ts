import { z } from 'zod'
import { figureQuerySchema } from '../../contracts/graph.js'
import { drawFigureOf } from '../../services/draw-figure.js'
import type { Services } from '../../services/services.js'
import { principalOf } from '../authentication.js'
import { isKnownTag } from '../entity-tag.js'
import { graphPath, refusals, type ZodApp } from './route-parts.js'

/** An SVG document may name nothing to be loaded and run nothing, wherever it is opened. */
const SVG_POLICY = "default-src 'none'; sandbox"

const svgSchema = {
  description: 'the drawing; it holds no answer',
  content: { 'image/svg+xml': { schema: z.string() } },
}

/** The routes of figures. */
export function registerFigureRoutes(app: ZodApp, services: Pick<Services, 'library' | 'figures'>): void {
  app.get(
    '/v1/graphs/:graph/figure.svg',
    {
      schema: {
        tags: ['graphs'],
        summary: 'Draw a published graph with its boxes empty',
        description:
          'Each box is a rect with the id `box-` and the box id. The answer has an ETag: with If-None-Match, a drawing that the client has is not sent again.',
        params: graphPath,
        querystring: figureQuerySchema,
        response: { 200: svgSchema, 304: z.undefined().describe('as the client has it'), ...refusals },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request)
      const { svg, tag } = await drawFigureOf(services, tenantId, request.params.graph, request.query)
      const etag = `"${tag}"`
      void reply
        // It may be kept, but is asked for again each time: the latest version of a graph changes.
        .header('cache-control', 'private, no-cache')
        .header('etag', etag)
        .header('content-security-policy', SVG_POLICY)
      if (isKnownTag(request.headers['if-none-match'], etag)) return reply.code(304).send()
      return reply.type('image/svg+xml; charset=utf-8').send(svg)
    },
  )
}
