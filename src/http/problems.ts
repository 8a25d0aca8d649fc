/**
 * Every refusal → application/problem+json (RFC 9457) with a code of the registry. What is not a refusal is our bug:
 * it is logged and answered without a word about its inside.
 */
import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { PROBLEMS, Refusal, type ProblemCode } from '../errors.js'

/** A problem as it is documented and sent. */
export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('stable; see the list of codes'),
    detail: z.string(),
    errors: z
      .array(
        z.strictObject({
          path: z
            .string()
            .describe('a JSON pointer into the body, or one that begins with /path, /query or /headers'),
          code: z.string(),
          message: z.string(),
          position: z.int().optional().describe('0-based place in an expression'),
        }),
      )
      .optional(),
    retryAfter: z
      .int()
      .optional()
      .describe(
        'of one part of a request: after so many seconds it may be sent again. Of a whole request the header ' +
          'Retry-After says it',
      ),
  })
  .meta({
    examples: [
      {
        type: 'urn:chainmark:problem:unreadable-answer',
        title: 'An answer cannot be read',
        status: 422,
        code: 'unreadable-answer',
        detail: 'Some answers cannot be read; nothing was graded and no attempt was used.',
        errors: [{ path: '/answers/a', code: 'unknown-name', message: 'Unknown name "abc".' }],
      },
    ],
  })

type Problem = z.infer<typeof problemSchema>

/** Fastify's own refusals that have a code of ours; others of 4xx are `malformed-request`. */
const FASTIFY_CODES: ReadonlyMap<string, ProblemCode> = new Map([
  ['FST_ERR_CTP_BODY_TOO_LARGE', 'body-too-large'],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'unsupported-media-type'],
])

function problemOf(refusal: Refusal): Problem {
  const { code, entries, message } = refusal
  const { status, title } = PROBLEMS[code]
  return {
    type: `urn:chainmark:problem:${code}`,
    title,
    status,
    code,
    detail: message,
    ...(entries.length > 0 ? { errors: [...entries] } : {}),
  }
}

function refusalOf(error: unknown, isUnavailable: (error: unknown) => boolean): Refusal | undefined {
  if (error instanceof Refusal) return error
  if (isUnavailable(error)) {
    return new Refusal('unavailable', 'The database cannot be reached right now; please try again.', [], 2)
  }
  const { code, statusCode } = error as Partial<FastifyError>
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return undefined
  const known = FASTIFY_CODES.get(code ?? '')
  return known === undefined
    ? new Refusal('malformed-request', 'The request is not well-formed HTTP.')
    : new Refusal(known, PROBLEMS[known].title + '.')
}

function send(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
  // Here as well as in the request log's hook: an address that cannot be read passes no hook.
  void reply.header('x-request-id', request.id)
  if (refusal.retryAfter !== undefined) void reply.header('retry-after', String(refusal.retryAfter))
  if (refusal.status === 401) void reply.header('www-authenticate', 'Bearer')
  return reply
    .code(refusal.status)
    .type('application/problem+json; charset=utf-8')
    .serializer(JSON.stringify as (payload: unknown) => string)
    .send(problemOf(refusal))
}

/**
 * An error for the log. The messages of database errors may quote rows, and rows hold answers: of those only names,
 * codes and places are kept.
 */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error }
  const { name, message, stack = '' } = error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const places = stack.split('\n').filter(line => line.startsWith('    at '))
  const quotesRows = name.startsWith('Prisma') || code !== undefined
  return { name, ...(code === undefined ? {} : { code }), ...(quotesRows ? {} : { message }), places }
}

/** The refusal that an error is answered with. What is no refusal of ours is logged. */
export function refusalFor(
  error: unknown,
  request: FastifyRequest,
  isUnavailable: (error: unknown) => boolean,
): Refusal {
  const refusal = refusalOf(error, isUnavailable)
  if (refusal?.code === 'unavailable') request.log.warn({ fault: describeError(error) }, 'unavailable')
  if (refusal !== undefined) return refusal
  request.log.error({ fault: describeError(error) }, 'internal error')
  return new Refusal('internal-error', 'This is a fault of the service; it was logged.')
}

/** An error, whatever it is, as the problem of a part of a request, which has no headers of its own. */
export function problemFor(
  error: unknown,
  request: FastifyRequest,
  isUnavailable: (error: unknown) => boolean,
): Problem {
  const refusal = refusalFor(error, request, isUnavailable)
  const { retryAfter } = refusal
  return { ...problemOf(refusal), ...(retryAfter === undefined ? {} : { retryAfter }) }
}

/** Answers an error, whatever it is. */
export function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  isUnavailable: (error: unknown) => boolean,
): FastifyReply {
  return send(request, reply, refusalFor(error, request, isUnavailable))
}

/** Answers a refusal otherwise than with a problem; undefined: a problem is what was asked for. */
export type AnswerOtherwise = (
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
) => FastifyReply | undefined

/** Makes an application answer every error and, unless there is something better, every unknown address with a problem. */
export function registerProblems(
  app: FastifyInstance,
  isUnavailable: (error: unknown) => boolean,
  answerUnknown: AnswerOtherwise = () => undefined,
): void {
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, isUnavailable))
  app.setNotFoundHandler((request, reply) => {
    const refusal = new Refusal('route-not-found', 'No route of that method and path exists.')
    return answerUnknown(request, reply, refusal) ?? send(request, reply, refusal)
  })
}

/** Node's codes of bytes that are no HTTP request; others are `malformed-request`. */
const CLIENT_ERRORS: ReadonlyMap<string, ProblemCode> = new Map([
  ['HPE_HEADER_OVERFLOW', 'headers-too-large'],
  ['ERR_HTTP_REQUEST_TIMEOUT', 'request-timeout'],
])

/**
 * Answers what Node would answer by itself, before there is a request, in the form of our problems. Where an answer is
 * already on its way nothing can be said any more: whatever was added would be read as a part of it.
 */
export function answerClientError(this: FastifyInstance, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || isBeingAnswered(socket)) {
    socket.destroy()
    return
  }
  const code = CLIENT_ERRORS.get(error.code ?? '') ?? 'malformed-request'
  const { status, title } = PROBLEMS[code]
  this.log.info({ status, code }, 'no request')
  const body = JSON.stringify(problemOf(new Refusal(code, `${title}.`)))
  const head = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${String(Buffer.byteLength(body))}`,
    'connection: close',
  ]
  // Ended alone, the socket would stay half open for as long as the other side likes.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}

/**
 * Whether what is written next would be taken for a part of the answer to a request, or for the whole of one that arrived
 * well. Node asks the same before its own answer, and keeps the response whose turn it is in this place.
 */
function isBeingAnswered(socket: Socket): boolean {
  const { _httpMessage: response } = socket as Socket & { readonly _httpMessage?: ServerResponse | null }
  if (response === undefined || response === null) return false
  return response.headersSent || response.req.complete
}
