/** What all answers for people have: their headers, their language, and a page in the place of a refusal. */
import { negotiate } from '@fastify/accept-negotiator'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Refusal } from '../errors.js'
import type { PageContext } from '../pages/layout.js'
import { writeRefusalPage } from '../pages/refusal-page.js'
import { languageOf } from './page-language.js'
import { NO_ASSETS, type WebAssets } from './web-assets.js'

export type PageOptions = {
  /** The pages' code; undefined: it was not built, and they do without. */
  readonly assets: WebAssets | undefined
  /** Who may show the pages in a frame, as sources of CSP. */
  readonly frameAncestors: readonly string[]
}

export type PageAnswers = ReturnType<typeof createPageAnswers>

/** Refusals that say that an address names nothing; people need not know why. */
const NOTHING_THERE: ReadonlySet<string> = new Set(['invalid-request', 'malformed-request'])

/** What programs ask: nobody reads it, whatever a request says that it likes. */
const OF_PROGRAMS = /^\/(v1|graphql|practice|learn)(?![^/?])/

/** An address of a page that ends in a slash, which somebody typed or a program added. */
const PAGE_WITH_SLASH = /^(\/learn|\/graphs\/[^/?]+)\/(?=\?|$)/

/** The address of a page without a slash at its end; any other address as it is. */
export function withoutLastSlash(url: string): string {
  return url.replace(PAGE_WITH_SLASH, '$1')
}

/** Whether somebody reads the answer in a browser, who is not helped by a problem in JSON. */
function isForPeople({ method, url, headers }: FastifyRequest): boolean {
  if ((method !== 'GET' && method !== 'HEAD') || OF_PROGRAMS.test(url)) return false
  // Who takes anything, as curl does, is no browser.
  const liked = ['application/problem+json', 'application/json', 'text/html']
  return negotiate((headers.accept ?? '').toLowerCase(), liked) === 'text/html'
}

/** Makes what the answers of pages have in common. */
export function createPageAnswers({ assets, frameAncestors }: PageOptions) {
  const policy = contentPolicy(frameAncestors)

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

  const refuse = (
    request: FastifyRequest,
    reply: FastifyReply,
    refusal: Refusal,
    vary = 'accept-language',
  ): FastifyReply => {
    const status = NOTHING_THERE.has(refusal.code) ? 404 : refusal.status
    if (refusal.retryAfter !== undefined) void reply.header('retry-after', String(refusal.retryAfter))
    const kind = status === 404 ? 'notFound' : status === 429 || status === 503 ? 'busy' : 'broken'
    return withHeaders(reply, 'no-referrer')
      .code(status)
      .header('x-request-id', request.id)
      .header('cache-control', 'no-store')
      .header('vary', vary)
      .send(writeRefusalPage(contextOf(request, 'practice'), kind))
  }

  return {
    /** What a page is written for. */
    contextOf,

    /** The headers of every page. */
    withHeaders,

    /** A page that says that there is none, and where to go on. */
    refuse,

    /** The same at an address that is nobody's, if a browser asks there for a page. */
    refusePeople: (
      request: FastifyRequest,
      reply: FastifyReply,
      refusal: Refusal,
    ): FastifyReply | undefined => {
      if (isForPeople(request)) return refuse(request, reply, refusal, 'accept, accept-language')
      void reply.header('vary', 'accept')
      return undefined
    },
  }
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
