/**
 * How often one may ask in a minute. Counters are this process's own: with n replicas behind a balancer a limit is up to
 * n times as high. Each limit counts for the last 5,000 keys or addresses and forgets those seen longest ago, so that no
 * flood of addresses takes memory without end.
 */
import { hash } from 'node:crypto'
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Asker } from '../services/free-practice.js'
import { keyOf } from './authentication.js'
import { limitLookUps, limitSessions } from './limited-look-ups.js'
import { count, createLimiter, type Limit, type Limiter, type LimitName } from './limiter.js'

/** Requests in a minute; 0: without limit. */
export type RateLimits = {
  /** Of one API key. An LMS at a deadline is one key. */
  readonly perKey: number
  /** Practice, from one address; and pages that lead to it. */
  readonly practice: number
  /** With an API key that is not known, from one address. */
  readonly failedKeys: number
  /** Of one learner's session. */
  readonly perSession?: number
  /** With a token of a session that is not known, from one address. */
  readonly failedSessions?: number
}

/** Counts as one request of its key what comes over a connection that was opened before; rejects with `too-many-requests`. */
export type CountOfKey = (asked: {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}) => Promise<void>

/** What looks something up for whoever asks: practice, and the pages that lead to it. */
function isPractice(url: string | undefined): boolean {
  return url === '/v1/graphs/:graph/grade' || url?.startsWith('/practice/') === true
}

function isPage(url: string | undefined): boolean {
  return url === '/' || url === '/graphs/:graph'
}

/** Whom an address stands for: one of IPv6 for its /64, which is what one customer gets. */
export function addressOf({ ip }: FastifyRequest): string {
  // A socket that is gone has no address any more. Its request still takes its way, and nobody gets the answer.
  const address = ip as string | undefined
  return address === undefined ? '' : normalizeIP(address)
}

/** Makes the limits of an application; those of 0 are not there at all. */
export async function createRateLimits(
  app: FastifyInstance,
  limits: RateLimits,
  onLimited: (name: LimitName) => void = () => undefined,
) {
  // Its own hooks answer by themselves and run once a request at most; only its counters are used.
  await app.register(rateLimit, { global: false })
  const limiter = (limit: Limit): Limiter | undefined =>
    limit.max === 0 ? undefined : createLimiter(app, limit, onLimited)
  const ofKey = limiter({
    name: 'key',
    of: 'One API key',
    max: limits.perKey,
    whose: request => request.principal?.keyId ?? '',
  })
  // Kept from when a request arrives: a socket that is gone when its work is done has no address any more.
  const practising = new WeakMap<FastifyRequest, string>()
  const ofPractice = limiter({
    name: 'practice',
    of: 'Practice from one address',
    max: limits.practice,
    whose: request => practising.get(request) ?? addressOf(request),
  })
  // Apart from it: where a class practises more than it may, whoever comes is not turned away at the door.
  const ofPages = limiter({
    name: 'pages',
    of: 'Pages from one address',
    max: limits.practice,
    whose: addressOf,
  })
  const ofFailedKeys = limiter({
    name: 'failed-keys',
    of: 'Unknown API keys from one address',
    max: limits.failedKeys,
    whose: addressOf,
  })
  const ofFailedSessions = limiter({
    name: 'failed-sessions',
    of: "Unknown learners' sessions from one address",
    max: limits.failedSessions ?? 0,
    whose: addressOf,
  })
  const ofSession = limiter({
    name: 'session',
    of: "One learner's session",
    max: limits.perSession ?? 0,
    // Tokens are kept nowhere as they are.
    whose: request => hash('sha256', keyOf(request.headers.authorization) ?? '', 'base64'),
  })
  const countOfKey: CountOfKey = async ({ request, reply }) => {
    if (ofKey === undefined || request.principal === null) return
    const now = await ofKey.standing(request, true)
    if (now.isExceeded) throw ofKey.refuse(reply, now)
  }
  return {
    lookUp: ofFailedKeys === undefined ? undefined : limitLookUps(ofFailedKeys),

    lookUpSession: limitSessions(ofFailedSessions, ofSession),

    countOfKey,

    /** Who practises by a request. It was counted as one when it arrived; to charge it for more refuses nothing. */
    askerOf: (request: FastifyRequest): Asker => ({
      address: practising.get(request) ?? addressOf(request),
      isThere: () => !request.raw.socket.destroyed,
      charge: async units => {
        for (let more = 1; more < units; more += 1) await ofPractice?.standing(request, true)
      },
    }),

    /** Counts the requests of routes that are registered after it. To be called after authentication is registered. */
    register: (): void => {
      if (ofKey === undefined && ofPractice === undefined) return
      app.addHook('onRequest', async (request, reply) => {
        // What learners do on their pages is not their system's doing.
        if (ofKey !== undefined && request.principal !== null && request.session === null) {
          await count(ofKey, request, reply)
        }
        const { url } = request.routeOptions
        if (ofPages !== undefined && isPage(url)) await count(ofPages, request, reply)
        if (ofPractice === undefined || !isPractice(url)) return
        practising.set(request, addressOf(request))
        await count(ofPractice, request, reply)
      })
    },
  }
}
