/**
 * Who asks, and may they? Decided at the start of a request from the key and the table of rights alone, before any
 * body is read and before anything that the path names is looked up.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { Refusal } from '../errors.js'
import type { Principal } from '../services/principal.js'
import type { LimitedLookUp } from './rate-limits.js'
import { RIGHTS, type Right } from './rights.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null on open routes. */
    principal: Principal | null
    /** The server's clock when the request arrived, in milliseconds. */
    receivedAt: number
  }
}

export type AuthenticationOptions = {
  readonly authenticate: (key: string) => Promise<Principal | undefined>
  readonly now: () => number
  /** Bounds how many unknown keys are looked up. */
  readonly limited?: LimitedLookUp | undefined
}

/** Files of the documentation page, which the page's plugin registers by itself. */
const OPEN_FILES = '/docs/'

function rightOf(method: string, url: string): Right | undefined {
  return RIGHTS.get(`${method} ${url}`) ?? (url.startsWith(OPEN_FILES) ? 'open' : undefined)
}

/** Requires the right of the table on every route; a route that the table lacks cannot be registered. */
export function registerAuthentication(app: FastifyInstance, options: AuthenticationOptions): void {
  app.decorateRequest('principal', null)
  app.decorateRequest('receivedAt', 0)
  app.addHook('onRoute', (route: RouteOptions) => {
    for (const method of [route.method].flat()) {
      if (rightOf(method, route.url) === undefined)
        throw new Error(`no right is stated for ${method} ${route.url}`)
    }
  })
  app.addHook('onRequest', async (request, reply) => {
    request.receivedAt = options.now()
    const right = rightOf(request.method, request.routeOptions.url ?? '')
    // Without a route there is nothing to protect: the answer is 404.
    if (right === undefined || right === 'open') return
    const principal = await identify(request, reply, options)
    if (!principal.scopes.has(right)) {
      throw new Refusal('missing-scope', `This needs a key with the scope ${right}.`)
    }
    const { course } = request.params as { course?: string }
    if (course !== undefined && principal.courses.length > 0 && !principal.courses.includes(course)) {
      throw new Refusal('course-not-allowed', 'This key is restricted to other courses.')
    }
    request.principal = principal
  })
}

async function identify(
  request: FastifyRequest,
  reply: FastifyReply,
  { authenticate, limited }: AuthenticationOptions,
): Promise<Principal> {
  const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (key === undefined) {
    throw new Refusal('missing-key', 'Send the header "Authorization: Bearer cm_…" with an API key.')
  }
  const principal = await (limited?.({ request, reply, key }, authenticate) ?? authenticate(key))
  if (principal === undefined) throw new Refusal('unknown-key', 'This API key is not known or was revoked.')
  return principal
}

/** Who asks, on a route that needs a key. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error('a route without a right asks for a principal')
  return request.principal
}
