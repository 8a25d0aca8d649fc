/** One limit: what it counts, how far the count is, and what is answered when it is reached. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../errors.js'

export type LimitName = 'key' | 'practice' | 'pages' | 'failed-keys' | 'session' | 'failed-sessions'

const MINUTE = 60_000

export type Standing = {
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

export type Limit = {
  readonly name: LimitName
  /** What is counted, for people. */
  readonly of: string
  readonly max: number
  /** For whom it is counted. */
  readonly whose: (request: FastifyRequest) => string
}

export type Limiter = ReturnType<typeof createLimiter>

/** The counter of one limit. */
export function createLimiter(app: FastifyInstance, limit: Limit, onLimited: (name: LimitName) => void) {
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
export async function count(
  { standing, refuse }: Limiter,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const now = await standing(request, true)
  if (now.isExceeded) throw refuse(reply, now)
  const shown = reply.getHeader('ratelimit-remaining')
  if (typeof shown !== 'number' || now.remaining < shown) write(reply, now)
}
