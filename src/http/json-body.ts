/**
 * Bytes → JSON body. Stricter than JSON.parse alone: well-formed UTF-8, bounded nesting, and no key that would reach
 * an object's prototype, so that nothing behind it has to think of those.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { jsonPointer, Refusal } from '../errors.js'
import { elementBytes } from './element-bytes.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** How long the body was, in bytes. */
    bodyBytes: number
    /** How long each element is of a field whose elements stand for themselves, in bytes; of other bodies none. */
    elementBytes: readonly number[]
  }
}

const MAX_DEPTH = 32

/** Keeps nothing from one call to the next. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/** Parses a body. Throws `malformed-json`, or `invalid-request` with the place of what is not accepted. */
export function parseJsonBody(bytes: Buffer): unknown {
  const body = parse(bytes)
  checkStructure(body)
  return body
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(strictUtf8.decode(bytes))
  } catch {
    throw new Refusal('malformed-json', 'The body is not well-formed JSON in UTF-8.')
  }
}

type Place = {
  readonly value: object
  readonly parent: Place | undefined
  readonly key: string
  readonly depth: number
}

/**
 * Refuses what was parsed where it nests too deeply or has a key that is reserved: `invalid-request` with the place. What is
 * in an array that is its field `apart` is left out: its elements are checked by whoever takes them, each by itself.
 */
export function checkStructure(body: unknown, apart?: string): void {
  if (!isObject(body)) return
  // Walked without recursion: it is checked for depth here.
  const places: Place[] = [{ value: body, parent: undefined, key: '', depth: 0 }]
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    for (const key of Object.keys(place.value)) {
      if (key === '__proto__') throw refuse(place, key, 'reserved-name', 'The name "__proto__" is reserved')
      const value = (place.value as Readonly<Record<string, unknown>>)[key] // A key of its own.
      if (!isObject(value)) continue
      if (place.parent === undefined && key === apart && Array.isArray(value)) continue
      if (place.depth >= MAX_DEPTH) {
        throw refuse(
          place,
          key,
          'too-deep',
          `The body may be nested at most ${String(MAX_DEPTH)} levels deep`,
        )
      }
      places.push({ value, parent: place, key, depth: place.depth + 1 })
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function refuse(place: Place, key: string, code: 'reserved-name' | 'too-deep', message: string): Refusal {
  const path = [key]
  for (let at = place; at.parent !== undefined; at = at.parent) path.unshift(at.key)
  return new Refusal('invalid-request', `${message}.`, [{ path: jsonPointer(path), code, message }])
}

/** JSON is UTF-8 (RFC 8259); a body that says it is something else is not guessed at: `unsupported-media-type`. */
export function checkCharset({ headers }: FastifyRequest): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8'
  if (!/^utf-?8$/i.test(charset)) throw new Refusal('unsupported-media-type', 'JSON bodies are UTF-8.')
}

/** Whether a route does without a body: it has no schema for one, or one that takes null, which stands for none. */
function needsNoBody({ routeOptions }: FastifyRequest): boolean {
  const schema = routeOptions.schema?.body as z.ZodType | object | undefined // Our routes have zod's schemas, others their own.
  return schema === undefined || ('safeParse' in schema && schema.safeParse(null).success)
}

/** Makes an application take JSON bodies through this parser, and no other bodies. */
export function registerJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.decorateRequest('bodyBytes', 0)
  addJsonParser(app, parseJsonBody)
}

/**
 * Makes an application that takes JSON bodies take some whose field of this name is an array of parts that stand for
 * themselves: each is measured, and left for whoever takes it to check.
 */
export function registerJsonParts(app: FastifyInstance, field: string): void {
  app.removeContentTypeParser('application/json')
  app.decorateRequest('elementBytes')
  addJsonParser(app, (bytes, request) => {
    const body = parse(bytes)
    checkStructure(body, field)
    request.elementBytes = elementBytes(bytes, field)
    return body
  })
}

function addJsonParser(
  app: FastifyInstance,
  parseBody: (bytes: Buffer, request: FastifyRequest) => unknown,
): void {
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    // Some clients send a content type with every request: without a body there is nothing to parse.
    if (bytes.length === 0 && needsNoBody(request)) {
      done(null, undefined)
      return
    }
    request.bodyBytes = bytes.length
    try {
      checkCharset(request)
      done(null, parseBody(bytes, request))
    } catch (error) {
      done(error as Error)
    }
  })
}
