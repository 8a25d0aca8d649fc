import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { practiceQuerySchema } from '../../contracts/practice.js'
import { writeGraphPage } from '../../pages/graph-page.js'
import { writeIndexPage } from '../../pages/index-page.js'
import type { PageContext } from '../../pages/layout.js'
import { writeLearnPage } from '../../pages/learn-page.js'
import { writeRefusalPage } from '../../pages/refusal-page.js'
import type { Practice } from '../../services/practice-page.js'
import type { PublicGraphs } from '../../services/public-graphs.js'
import { isKnownTag } from '../entity-tag.js'
import { languageOf } from '../page-language.js'
import { refusalFor } from '../problems.js'
import { NO_ASSETS, type WebAssets } from '../web-assets.js'
import { graphPath, type ZodApp } from './route-parts.js'

export type PageOptions = {
  readonly practice: Practice
  readonly graphs: PublicGraphs
  /** The pages' code; undefined: it was not built, and they do without. */
  readonly assets: WebAssets | undefined
  /** Who may show the pages in a frame, as sources of CSP. */
  readonly frameAncestors: readonly string[]
  readonly isUnavailable: (error: unknown) => boolean
}

// What else an address holds, such as the marks that mail programs add to links, is nothing to refuse a person for.
const pageQuery = z.object({ ...practiceQuerySchema.shape, lang: z.unknown().optional() })
const indexQuery = pageQuery.pick({ tenant: true, lang: true })

/** The pages. What they refuse is a page as well. */
export function registerPageRoutes(app: ZodApp, options: PageOptions): void {
  const { practice, graphs, assets } = options
  const policy = contentPolicy(options.frameAncestors)
  const contextOf = (request: FastifyRequest, entry: string, tenant?: string): PageContext => ({
    ...languageOf(request),
    tenant: tenant ?? null,
    assets: assets?.entry(entry) ?? NO_ASSETS,
  })
  const withHeaders = (reply: FastifyReply, referrer: string): FastifyReply =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', referrer)
      .header('permissions-policy', PERMISSIONS)
      .header('vary', 'accept-language')
  const send = (request: FastifyRequest, reply: FastifyReply, page: string): FastifyReply => {
    const etag = `"${hash('sha256', page, 'base64url')}"`
    // It may be kept, but is asked for again each time: graphs get new versions, and the code new names.
    void withHeaders(reply, 'strict-origin-when-cross-origin')
      .header('cache-control', 'no-cache')
      .header('etag', etag)
    return isKnownTag(request.headers['if-none-match'], etag) ? reply.code(304).send() : reply.send(page)
  }

  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalFor(error, request, options.isUnavailable)
    const status = refusal.code === 'invalid-request' ? 404 : refusal.status
    if (refusal.retryAfter !== undefined) void reply.header('retry-after', String(refusal.retryAfter))
    const kind = status === 404 ? 'notFound' : status === 429 || status === 503 ? 'busy' : 'broken'
    return withHeaders(reply, 'no-referrer')
      .code(status)
      .header('cache-control', 'no-store')
      .send(writeRefusalPage(contextOf(request, 'practice'), kind))
  })

  app.get('/', { schema: { hide: true, querystring: indexQuery } }, async (request, reply) => {
    const { tenant } = request.query
    const context = contextOf(request, 'practice', tenant)
    const page = writeIndexPage(
      { ...context, assets: { ...NO_ASSETS, styles: context.assets.styles } },
      await graphs.list(tenant),
    )
    return send(request, reply, page)
  })

  app.get(
    '/graphs/:graph',
    { schema: { hide: true, params: graphPath, querystring: pageQuery } },
    async (request, reply) => {
      const { tenant, version } = request.query
      const drawn = await practice.graph(request.params.graph, { tenant, version })
      const context = contextOf(request, 'practice', tenant)
      return send(request, reply, writeGraphPage(context, { ...drawn, pinned: version !== undefined }))
    },
  )

  // Whose page it is stands in the fragment of the address, which is told to nobody.
  app.get('/learn', { schema: { hide: true } }, (request, reply) =>
    withHeaders(reply, 'no-referrer')
      .header('cache-control', 'no-store')
      .send(writeLearnPage(contextOf(request, 'learn'))),
  )
}

/** Nothing but files of this service, and no script or style in the page itself. */
function contentPolicy(frameAncestors: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${frameAncestors.join(' ')}`,
  ].join('; ')
}

/** What a page for learners has no use for. */
const PERMISSIONS = ['camera', 'display-capture', 'geolocation', 'microphone', 'payment', 'usb']
  .map(feature => `${feature}=()`)
  .join(', ')
