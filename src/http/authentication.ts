/**
 * Who asks, and may they? Decided at the start of a request from the key and the table of rights alone, before any
 * body is read and before anything that the path names is looked up.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { Refusal } from '../errors.js'
import {
  isSessionToken,
  type AuthenticateSession,
  type LearnerSession,
} from '../services/learner-sessions.js'
import type { Principal } from '../services/principal.js'
import type { LimitedLookUp } from './limited-look-ups.js'
import { RIGHTS, type Right } from './rights.js'
import { isSocket } from './upgrades.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null on open routes. */
    principal: Principal | null
    /** Whose page asks; null on all routes but those for learners' sessions. */
    session: LearnerSession | null
    /** The server's clock when the request arrived, in milliseconds. */
    receivedAt: number
  }
}

export type AuthenticationOptions = {
  readonly authenticate: (key: string) => Promise<Principal | undefined>
  readonly now: () => number
  /** Bounds how many unknown keys are looked up. */
  readonly limited?: LimitedLookUp | undefined
  /** Without it, no token of a session is known. */
  readonly authenticateSession?: AuthenticateSession | undefined
  /** Bounds how many unknown tokens are looked up, and how often one session asks. */
  readonly limitedSession?: LimitedLookUp | undefined
}

/** Files of the pages to read and to try, which the pages' plugins register by themselves. */
const OPEN_FILES = ['/docs/', '/graphiql', '/assets/']

/** Who may read an answer may read its head alone. */
function rightOf(method: string, url: string): Right | undefined {
  const read = method === 'HEAD' ? 'GET' : method
  return (
    RIGHTS.get(`${read} ${url}`) ?? (OPEN_FILES.some(files => url.startsWith(files)) ? 'open' : undefined)
  )
}

/** Tells who sends an `Authorization`; throws `missing-key`, `unknown-key` or `too-many-requests`. */
export type Identify = (asked: {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly authorization: string | undefined
}) => Promise<Principal>

/**
 * Requires the right of the table on every route; a route that the table lacks cannot be registered. Answers how to identify
 * who brings a key by other ways than a header.
 */
export function registerAuthentication(
  app: FastifyInstance,
  options: AuthenticationOptions,
): { readonly identify: Identify } {
  const identify: Identify = asked => identifyBy(asked, options)
  app.decorateRequest('principal', null)
  app.decorateRequest('session', null)
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
    if (right === 'session') {
      request.session = await identifySession(request, reply, options)
      request.principal = request.session.principal
      return
    }
    // What a browser opens cannot bring a key with it: it comes with the first message, and is asked for there.
    if (right === 'any-key' && isSocket(request) && request.headers.authorization === undefined) return
    const { authorization } = request.headers
    const principal = await identify({ request, reply, authorization })
    if (right !== 'any-key' && !principal.scopes.has(right)) {
      throw new Refusal('missing-scope', `This needs a key with the scope ${right}.`)
    }
    const { course } = request.params as { course?: string }
    if (course !== undefined && principal.courses.length > 0 && !principal.courses.includes(course)) {
      throw new Refusal('course-not-allowed', 'This key is restricted to other courses.')
    }
    request.principal = principal
  })
  return { identify }
}

/** The key that an `Authorization` names; undefined where it names none. */
export function keyOf(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
}

async function identifyBy(
  { request, reply, authorization }: Parameters<Identify>[0],
  { authenticate, limited }: AuthenticationOptions,
): Promise<Principal> {
  const key = keyOf(authorization)
  if (key === undefined) {
    throw new Refusal('missing-key', 'Send the header "Authorization: Bearer cm_…" with an API key.')
  }
  if (isSessionToken(key)) {
    throw new Refusal('missing-key', "The token of a learner's session opens /learn alone; send an API key.")
  }
  const principal = await (limited?.({ request, reply, key }, authenticate) ?? authenticate(key))
  if (principal === undefined) throw new Refusal('unknown-key', 'This API key is not known or was revoked.')
  return principal
}

/** Whose session a request brings the token of; throws `missing-session`, `unknown-session` or `too-many-requests`. */
async function identifySession(
  request: FastifyRequest,
  reply: FastifyReply,
  { authenticateSession, limitedSession }: AuthenticationOptions,
): Promise<LearnerSession> {
  const token = keyOf(request.headers.authorization)
  if (token === undefined || !isSessionToken(token)) {
    const detail = 'Send the header "Authorization: Bearer cl_…" with the token of a learner\'s session.'
    throw new Refusal('missing-session', detail)
  }
  const lookUp: AuthenticateSession = authenticateSession ?? (() => Promise.resolve(undefined))
  // One that has ended was known: it is no guess, and does not count as one against its address.
  const known = await (limitedSession?.({ request, reply, key: token }, lookUp) ?? lookUp(token))
  if (known?.kind !== 'open') {
    throw new Refusal('unknown-session', 'This session has ended or is not known. Open the assignment again.')
  }
  return known.session
}

/** Whose page asks, on a route for learners' sessions. */
export function sessionOf(request: FastifyRequest): LearnerSession {
  if (request.session === null) throw new Error('a route for other than sessions asks for one')
  return request.session
}

/** Who asks, on a route that needs a key. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error('a route without a right asks for a principal')
  return request.principal
}
