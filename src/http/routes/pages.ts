import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { practiceQuerySchema } from '../../contracts/practice.js'
import { writeGraphPage } from '../../pages/graph-page.js'
import { writeIndexPage } from '../../pages/index-page.js'
import { writeLearnPage } from '../../pages/learn-page.js'
import type { Practice } from '../../services/practice-page.js'
import type { PublicGraphs } from '../../services/public-graphs.js'
import type { KeepAnswer } from '../kept-answers.js'
import type { PageAnswers } from '../page-answers.js'
import { refusalFor } from '../problems.js'
import { NO_ASSETS } from '../web-assets.js'
import { graphPath, type ZodApp } from './route-parts.js'

export type PageRouteOptions = {
  readonly practice: Practice
  readonly graphs: PublicGraphs
  readonly answers: PageAnswers
  readonly keep: KeepAnswer
  readonly isUnavailable: (error: unknown) => boolean
}

// What else an address holds, such as the marks that mail programs add to links, is nothing to refuse a person for.
const pageQuery = z.object({ ...practiceQuerySchema.shape, lang: z.unknown().optional() })
const indexQuery = pageQuery.pick({ tenant: true, lang: true })

/** The pages. What they refuse is a page as well. */
export function registerPageRoutes(app: ZodApp, options: PageRouteOptions): void {
  const { practice, graphs, keep } = options
  const { contextOf, withHeaders, refuse } = options.answers
  // Who asks for the head alone, as checkers of links do, gets that.
  const exposeHeadRoute = true
  const withPublicHeaders = (reply: FastifyReply): FastifyReply =>
    withHeaders(reply, 'strict-origin-when-cross-origin')

  app.setErrorHandler((error, request, reply) =>
    refuse(request, reply, refusalFor(error, request, options.isUnavailable)),
  )

  app.get(
    '/',
    { exposeHeadRoute, onSend: keep, schema: { hide: true, querystring: indexQuery } },
    async (request, reply) => {
      const { tenant } = request.query
      const context = contextOf(request, 'practice', tenant)
      const page = writeIndexPage(
        { ...context, assets: { ...NO_ASSETS, styles: context.assets.styles } },
        await graphs.list(tenant),
      )
      return withPublicHeaders(reply).send(page)
    },
  )

  app.get(
    '/graphs/:graph',
    {
      exposeHeadRoute,
      onSend: keep,
      schema: { hide: true, params: graphPath, querystring: pageQuery },
    },
    async (request, reply) => {
      const { tenant, version } = request.query
      const context = contextOf(request, 'practice', tenant)
      const drawn = await practice.graph(request.params.graph, { tenant, version, lang: context.language })
      return withPublicHeaders(reply).send(
        writeGraphPage(context, { ...drawn, pinned: version !== undefined }),
      )
    },
  )

  // Whose page it is stands in the fragment of the address, which is told to nobody.
  app.get('/learn', { exposeHeadRoute, schema: { hide: true } }, (request, reply) =>
    withHeaders(reply, 'no-referrer')
      .header('cache-control', 'no-store')
      .send(writeLearnPage(contextOf(request, 'learn'))),
  )
}
