/**
 * Every error → an error of a GraphQL answer with a code of the registry: what a Refusal says, what GraphQL itself says of a
 * document, and of anything else not a word about its inside: that is logged as in REST.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { PROBLEMS, Refusal, type ProblemCode } from '../errors.js'
import { problemFor } from '../http/problems.js'
import { MAX_MESSAGE } from './limits.js'

export type ErrorFormat = {
  readonly isUnavailable: (error: unknown) => boolean
  /** Whether a message may name what the schema has instead. */
  readonly suggestions: boolean
}

/** An error of a document, with its code. */
export function documentError(code: ProblemCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, status: PROBLEMS[code].status } })
}

/** What a field is told that ran into the fault of another: what that is was logged with the first. */
export function repeatedFault(error: unknown, isUnavailable: (error: unknown) => boolean): Refusal {
  return isUnavailable(error)
    ? new Refusal('unavailable', 'The database cannot be reached right now; please try again.', [], 2)
    : new Refusal('internal-error', 'This is the fault of the service that another field has met.')
}

/** One error as it is answered. */
export function formatError(
  error: unknown,
  request: FastifyRequest,
  { isUnavailable, suggestions }: ErrorFormat,
): GraphQLFormattedError {
  const own = error instanceof GraphQLError ? documentFault(error) : undefined
  const place = error instanceof GraphQLError ? placeOf(error) : {}
  if (own !== undefined) {
    const { code, message } = own
    const told = suggestions ? message : message.replace(/ Did you mean [^]*$/, '')
    return {
      message: told.length > MAX_MESSAGE ? `${told.slice(0, MAX_MESSAGE)}…` : told,
      ...place,
      extensions: { code, status: PROBLEMS[code].status },
    }
  }
  const problem = problemFor(causeOf(error), request, isUnavailable)
  const { code, status, detail, errors, retryAfter } = problem
  return {
    message: detail,
    ...place,
    extensions: {
      code,
      status,
      ...(errors === undefined ? {} : { errors }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    },
  }
}

/** What a resolver has thrown, below all that was made of it. */
function causeOf(error: unknown): unknown {
  let cause = error
  while (cause instanceof GraphQLError && cause.originalError !== undefined) cause = cause.originalError
  return cause
}

/** How GraphQL ends its search for fields that do not go together, once it has compared too many. */
const TOO_MANY_REPEATED = 'Validation aborted.'

/** What GraphQL itself finds wrong with a document or its variables; undefined for what comes of running it. */
function documentFault(
  error: GraphQLError,
): { readonly code: ProblemCode; readonly message: string } | undefined {
  const { message, extensions, path } = error
  // What services throw is never GraphQL's own, whatever it says.
  if (!(causeOf(error) instanceof GraphQLError)) return undefined
  const { code } = extensions
  if (typeof code === 'string' && Object.hasOwn(PROBLEMS, code)) return { code: code as ProblemCode, message }
  if (message.startsWith('Syntax Error: Document contains more')) {
    return { code: 'query-too-complex', message: 'The query has too many words and signs.' }
  }
  if (message === TOO_MANY_REPEATED) {
    return { code: 'query-too-complex', message: 'The query repeats too many fields.' }
  }
  if (message.startsWith('Syntax Error')) return { code: 'graphql-syntax', message }
  // What is found while running lies at a path. Only a variable that was left out can be the caller's fault then.
  if (path === undefined || message.startsWith('Argument "')) return { code: 'graphql-invalid', message }
  return undefined
}

function placeOf({ locations, path }: GraphQLError): Pick<GraphQLFormattedError, 'locations' | 'path'> {
  return { ...(locations === undefined ? {} : { locations }), ...(path === undefined ? {} : { path }) }
}

/** Faults that mercurius and its routes find, by their codes. */
const REQUEST_FAULTS: ReadonlyMap<string, readonly [ProblemCode, string]> = new Map([
  ['MER_ERR_GQL_PERSISTED_QUERY_NOT_FOUND', ['graphql-invalid', 'The request has no query.']],
  [
    'MER_ERR_METHOD_NOT_ALLOWED',
    ['method-not-allowed', 'Only queries can be sent by GET: send this by POST.'],
  ],
])

const NEEDS_PREFLIGHT =
  'Send JSON by POST, or the header "mercurius-require-preflight: true", which no page of another site can send.'

/** The errors and the status with which a request is answered that is refused as a whole. */
export function formatRefusedRequest(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  format: ErrorFormat,
): { readonly status: number; readonly errors: readonly GraphQLFormattedError[] } {
  const errors = faultsOf(error, request).map(fault => formatError(fault, request, format))
  const first = errors[0]?.extensions ?? {}
  const status = typeof first['status'] === 'number' ? first['status'] : 400
  if (typeof first['retryAfter'] === 'number') void reply.header('retry-after', String(first['retryAfter']))
  if (status === 401) void reply.header('www-authenticate', 'Bearer')
  return { status, errors }
}

function faultsOf(error: unknown, request: FastifyRequest): readonly unknown[] {
  const { code, errors } = error as { readonly code?: unknown; readonly errors?: unknown }
  if (typeof code !== 'string' || !code.startsWith('MER_ERR_')) return [error]
  const known = REQUEST_FAULTS.get(code)
  if (known !== undefined) return [documentError(...known)]
  if (code === 'MER_ERR_GQL_CSRF_PREVENTION') {
    return request.method === 'POST'
      ? [documentError('unsupported-media-type', 'The body must be application/json.')]
      : [documentError('preflight-needed', NEEDS_PREFLIGHT)]
  }
  if (code !== 'MER_ERR_GQL_VALIDATION') return [error]
  const faults = Array.isArray(errors) ? errors.filter(fault => fault instanceof GraphQLError) : []
  return faults.length > 0
    ? faults
    : [
        documentError(
          'graphql-invalid',
          'A request has `query`, a text, and `variables`, an object, or neither of both.',
        ),
      ]
}
