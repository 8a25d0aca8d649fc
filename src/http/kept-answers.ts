/**
 * Answers that clients keep and ask for again each time: with an entity tag, and compressed. Only for what is public: how
 * long a compressed body is tells of what is in it, and one that holds a secret beside what its reader typed would give
 * it away letter by letter (BREACH).
 */
import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { codingFor, encode, type Coding } from './content-coding.js'
import { isKnownTag } from './entity-tag.js'

/** Compressed bodies that are remembered: some hundred pages. */
const REMEMBERED_BYTES = 8 * 1024 * 1024

/** What a route gives its answers as `onSend`. */
export type KeepAnswer = (request: FastifyRequest, reply: FastifyReply, payload: unknown) => Promise<unknown>

/**
 * Makes the hook of routes whose 200s are public. They are compressed as the client likes best, once for all who ask, and
 * not sent at all to who has them already. Other answers pass as they are.
 */
export function createKeptAnswers(): KeepAnswer {
  const encoded = new LRUCache<string, Buffer, { text: string; coding: Exclude<Coding, 'identity'> }>({
    maxSize: REMEMBERED_BYTES,
    sizeCalculation: bytes => bytes.length,
    // Whoever asks for the same meanwhile waits for the same.
    fetchMethod: (_tag, _stale, { context: { text, coding } }) => encode(text, coding),
    ignoreFetchAbort: true,
  })
  return async (request, reply, payload) => {
    if (reply.statusCode !== 200 || typeof payload !== 'string') return payload
    const coding = codingFor(request.headers['accept-encoding'])
    const suffix = coding === 'identity' ? '' : `-${coding}`
    const etag = `"${hash('sha256', payload, 'base64url')}${suffix}"`
    const others = reply.getHeader('vary')
    void reply
      .header('vary', others === undefined ? 'accept-encoding' : `accept-encoding, ${String(others)}`)
      // It may be kept, but is asked for again each time: graphs get new versions, and the code new names.
      .header('cache-control', 'no-cache')
      .header('etag', etag)
    // Of HEAD there is nothing to be spared, and Fastify's own hook for it wants a body to measure.
    if (request.method === 'GET' && isKnownTag(request.headers['if-none-match'], etag)) {
      void reply.code(304)
      return null
    }
    if (coding === 'identity') return payload
    void reply.header('content-encoding', coding)
    return (await encoded.fetch(etag, { context: { text: payload, coding } })) ?? encode(payload, coding)
  }
}
