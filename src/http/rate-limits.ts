/**
 * How often one may ask in a minute. Counters are this process's own: with n replicas behind a balancer a limit is up to
 * n times as high. Each limit counts for the last 5,000 keys or addresses and forgets those seen longest ago, so that no
 * flood of addresses takes memory without end.
 */
import { hash } from 'node:crypto'
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { Refusal } from '../errors.js'
import { keyOf } from './authentication.js'

/** Requests in a minute; 0: without limit. */
export type RateLimits = {
  /** Of one API key. An LMS at a deadline is one key. */
  readonly perKey: number
  /** Practice, from one address. */
  readonly practice: number
  /** With an API key that is not known, from one address. */
  readonly failedKeys: number
  /** Of one learner's session. */
  readonly perSession?: number
}

export type LimitName = 'key' | 'practice' | 'failed-keys' | 'session'

/**
 * Looks a key up, or rejects with `too-many-requests` where it is not even to be looked up. What is not found counts
 * against the address.
 */
export type LimitedLookUp = <Found>(
  asked: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly key: string },
  lookUp: (key: string) => Promise<Found | undefined>,
) => Promise<Found | undefined>

/** Counts as one request of its key what comes over a connection that was opened before; rejects with `too-many-requests`. */
export type CountOfKey = (asked: {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}) => Promise<void>

const MINUTE = 60_000

/** Keys that are remembered as good. A service has some for each LMS that it serves. */
const GOOD_KEYS = 5_000

/** Practice, and the pages that lead to it: all that looks something up for whoever asks. */
function isPractice(url: string | undefined): boolean {
  return (
    url === '/v1/graphs/:graph/grade' ||
    url === '/' ||
    url === '/graphs/:graph' ||
    url?.startsWith('/practice/') === true
  )
}

/** Whom an address stands for: one of IPv6 for its /64, which is what one customer gets. */
export function addressOf({ ip }: FastifyRequest): string {
  // A socket that is gone has no address any more. Its request still takes its way, and nobody gets the answer.
  const address = ip as string | undefined
  return address === undefined ? '' : normalizeIP(address)
}

type Standing = {
  readonly max: number
  readonly remaining: number
  /** Until counting begins anew. */
  readonly seconds: number
}

function write(reply: FastifyReply, { max, remaining, seconds }: Standing): void {
  void reply
    .header('ratelimit-limit', max)
    .header('ratelimit-remaining', remaining)
    .header('ratelimit-reset', seconds)
}

type Limit = {
  readonly name: LimitName
  /** What is counted, for people. */
  readonly of: string
  readonly max: number
  /** For whom it is counted. */
  readonly whose: (request: FastifyRequest) => string
}

type Limiter = ReturnType<typeof createLimiter>

/** The counter of one limit. */
function createLimiter(app: FastifyInstance, limit: Limit, onLimited: (name: LimitName) => void) {
  const { name, of, max, whose } = limit
  const ask = app.createRateLimit({ max, timeWindow: MINUTE, keyGenerator: whose })
  return {
    whose,

    /** Counts a request, or only looks. Exceeded is a limit by what was counted past it. */
    standing: async (request: FastifyRequest, increment: boolean) => {
      const answer = await ask(request, { increment })
      // Without a list of those who are not counted, every answer is a count.
      if (answer.isAllowed) return { max, remaining: max, seconds: 0, isExceeded: false }
      const { remaining, ttlInSeconds: seconds, isExceeded } = answer
      return { max, remaining, seconds, isExceeded }
    },

    refuse: (reply: FastifyReply, { seconds }: Standing): Refusal => {
      onLimited(name)
      const wait = Math.max(1, seconds)
      write(reply, { max, remaining: 0, seconds: wait })
      const detail = `${of}: at most ${String(max)} requests a minute. Please try again later.`
      return new Refusal('too-many-requests', detail, [], wait)
    },
  }
}

/** Counts a request, and rejects where it is one too many. Of two limits the headers show the one that is nearer. */
async function count(
  { standing, refuse }: Limiter,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const now = await standing(request, true)
  if (now.isExceeded) throw refuse(reply, now)
  const shown = reply.getHeader('ratelimit-remaining')
  if (typeof shown !== 'number' || now.remaining < shown) write(reply, now)
}

/**
 * An address that has sent too many wrong keys gets no other key looked up for the rest of the minute. Behind one
 * address may be many, though: a whole LMS, several of them, a proxy. So a key that was good here before passes, whatever
 * others send: it is looked up as always, and a revoked one is refused. What is left is a good key that this process has
 * never seen, from an address that is over its limit: it waits for a minute at most, and without that there would be no
 * limit. A request without a key costs no look-up and is not counted.
 *
 * What is just being looked up counts as if it were not found, until it is: else any number could be sent at once. Each
 * key once, since those who send the same at once have it looked up together; so an LMS whose key is new here is one.
 */
function limitLookUps({ standing, refuse, whose }: Limiter): LimitedLookUp {
  const good = new LRUCache<string, true>({ max: GOOD_KEYS })
  /** Keys that are being looked up and not known to be good, by address; and for how many requests. */
  const underWay = new Map<string, Map<string, number>>()

  const begin = (address: string, digest: string): void => {
    const keys = underWay.get(address) ?? new Map<string, number>()
    underWay.set(address, keys.set(digest, (keys.get(digest) ?? 0) + 1))
  }
  const end = (address: string, digest: string): void => {
    const keys = underWay.get(address)
    const others = (keys?.get(digest) ?? 1) - 1
    if (others > 0) keys?.set(digest, others)
    else keys?.delete(digest)
    if (keys?.size === 0) underWay.delete(address)
  }

  return async ({ request, reply, key }, lookUp) => {
    // Keys are kept nowhere as they are.
    const digest = hash('sha256', key, 'base64')
    const isKnown = good.get(digest) !== undefined
    const address = whose(request)
    if (!isKnown) {
      const now = await standing(request, false)
      const keys = underWay.get(address)
      const isAsked = keys?.has(digest) === true
      if (now.remaining === 0 || (!isAsked && now.remaining <= (keys?.size ?? 0))) throw refuse(reply, now)
      begin(address, digest)
    }
    try {
      const found = await lookUp(key)
      if (found !== undefined) {
        good.set(digest, true)
        return found
      }
      good.delete(digest)
      await standing(request, true)
      return undefined
    } finally {
      if (!isKnown) end(address, digest)
    }
  }
}

/**
 * The same for tokens of sessions, which are good ones of their own: a class of learners pushes no API key out. A session
 * that asks too often is not looked up.
 */
function limitSessions(
  ofFailedKeys: Limiter | undefined,
  ofSession: Limiter | undefined,
): LimitedLookUp | undefined {
  const limited = ofFailedKeys === undefined ? undefined : limitLookUps(ofFailedKeys)
  if (ofSession === undefined) return limited
  return (asked, lookUp) => {
    const countAndLookUp: typeof lookUp = async token => {
      await count(ofSession, asked.request, asked.reply)
      return lookUp(token)
    }
    return limited?.(asked, countAndLookUp) ?? countAndLookUp(asked.key)
  }
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
  const ofPractice = limiter({
    name: 'practice',
    of: 'Practice from one address',
    max: limits.practice,
    whose: addressOf,
  })
  const ofFailedKeys = limiter({
    name: 'failed-keys',
    of: 'Unknown API keys from one address',
    max: limits.failedKeys,
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

    lookUpSession: limitSessions(ofFailedKeys, ofSession),

    countOfKey,

    /** Counts the requests of routes that are registered after it. To be called after authentication is registered. */
    register: (): void => {
      if (ofKey === undefined && ofPractice === undefined) return
      app.addHook('onRequest', async (request, reply) => {
        // What learners do on their pages is not their system's doing.
        if (ofKey !== undefined && request.principal !== null && request.session === null) {
          await count(ofKey, request, reply)
        }
        if (ofPractice === undefined || !isPractice(request.routeOptions.url)) return
        await count(ofPractice, request, reply)
      })
    },
  }
}
