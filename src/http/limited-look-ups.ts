/** How many keys and tokens that nobody knows one address may have looked up, without harm to others behind it. */
import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { count, type Limiter } from './limiter.js'

/**
 * Looks a key up, or rejects with `too-many-requests` where it is not even to be looked up. What is not found counts
 * against the address.
 */
export type LimitedLookUp = <Found>(
  asked: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly key: string },
  lookUp: (key: string) => Promise<Found | undefined>,
) => Promise<Found | undefined>

/** Keys that are remembered as good. A service has some for each LMS that it serves. */
const GOOD_KEYS = 5_000

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
export function limitLookUps({ standing, refuse, whose }: Limiter): LimitedLookUp {
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
 * The same for tokens of sessions, with a count of their own. An LMS is one key, and a campus behind one address is hundreds
 * of learners who open their pages in the same minute, each with a token that is new here; so what may be wrong, and what
 * may be under way at once, has to be far more. A class of learners pushes no API key out of the good ones, and a token
 * that somebody made up stops no API key. A session that asks too often is not looked up.
 */
export function limitSessions(
  ofFailedSessions: Limiter | undefined,
  ofSession: Limiter | undefined,
): LimitedLookUp | undefined {
  const limited = ofFailedSessions === undefined ? undefined : limitLookUps(ofFailedSessions)
  if (ofSession === undefined) return limited
  return (asked, lookUp) => {
    const countAndLookUp: typeof lookUp = async token => {
      await count(ofSession, asked.request, asked.reply)
      return lookUp(token)
    }
    return limited?.(asked, countAndLookUp) ?? countAndLookUp(asked.key)
  }
}
