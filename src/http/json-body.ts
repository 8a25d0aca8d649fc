/**
 * Bytes → JSON body. Stricter than JSON.parse alone: well-formed UTF-8, bounded nesting, and no key that would reach
 * an object's prototype, so that nothing behind it has to think of those.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { jsonPointer, Refusal } from '../errors.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** How long the body was, in bytes. */
    bodyBytes: number
  }
}

const MAX_DEPTH = 32

/** Keeps nothing from one call to the next. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/** Parses a body. Throws `malformed-json`, or `invalid-request` with the place of what is not accepted. */
export function parseJsonBody(bytes: Buffer): unknown {
  let body: unknown
  try {
    body = JSON.parse(strictUtf8.decode(bytes))
  } catch {
    throw new Refusal('malformed-json', 'The body is not well-formed JSON in UTF-8.')
  }
  checkStructure(body)
  return body
}

type Place = {
  readonly value: object
  readonly parent: Place | undefined
  readonly key: string
  readonly depth: number
}

/** Walks the body without recursion: it is checked for depth here. */
function checkStructure(body: unknown): void {
  if (typeof body !== 'object' || body === null) return
  const places: Place[] = [{ value: body, parent: undefined, key: '', depth: 0 }]
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    for (const [key, value] of Object.entries(place.value)) {
      if (key === '__proto__') throw refuse(place, key, 'reserved-name', 'The name "__proto__" is reserved')
      if (typeof value !== 'object' || value === null) continue
      if (place.depth >= MAX_DEPTH) {
        throw refuse(
          place,
          key,
          'too-deep',
          `The body may be nested at most ${String(MAX_DEPTH)} levels deep`,
        )
      }
      places.push({ value: value as object, parent: place, key, depth: place.depth + 1 })
    }
  }
}

function refuse(place: Place, key: string, code: 'reserved-name' | 'too-deep', message: string): Refusal {
  const path = [key]
  for (let at = place; at.parent !== undefined; at = at.parent) path.unshift(at.key)
  return new Refusal('invalid-request', `${message}.`, [{ path: jsonPointer(path), code, message }])
}

/** JSON is UTF-8 (RFC 8259); a body that says it is something else is not guessed at. */
function checkCharset(type: string | undefined): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(type ?? '')?.[1] ?? 'utf-8'
  if (!/^utf-?8$/i.test(charset)) throw new Refusal('unsupported-media-type', 'JSON bodies are UTF-8.')
}

/** Whether a route does without a body: it has no schema for one, or one that takes null, which stands for none. */
function needsNoBody({ routeOptions }: FastifyRequest): boolean {
  const schema = routeOptions.schema?.body as z.ZodType | undefined // All our routes have zod's schemas.
  return schema === undefined || schema.safeParse(null).success
}

/** Makes an application take JSON bodies through this parser, and no other bodies. */
export function registerJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.decorateRequest('bodyBytes', 0)
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    // Some clients send a content type with every request: without a body there is nothing to parse.
    if (bytes.length === 0 && needsNoBody(request)) {
      done(null, undefined)
      return
    }
    request.bodyBytes = bytes.length
    try {
      checkCharset(request.headers['content-type'])
      done(null, parseJsonBody(bytes))
    } catch (error) {
      done(error as Error)
    }
  })
}
