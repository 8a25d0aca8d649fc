/** GraphQL at /graphql: mercurius over the schema, with the keys, limits and errors of the rest of the application. */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { getOperationAST, OperationTypeNode, type DocumentNode, type GraphQLError } from 'graphql'
import mercurius, { type MercuriusOptions } from 'mercurius'
import { Refusal } from '../errors.js'
import type { Identify } from '../http/authentication.js'
import type { CountOfKey } from '../http/rate-limits.js'
import { createLiveAttempts } from '../services/live-attempts.js'
import type { Services } from '../services/services.js'
import { checkOperation } from './check-operation.js'
import { createContext, type RequestContext } from './context.js'
import { PARSE_OPTIONS, requestRules, VALIDATE_OPTIONS } from './document-rules.js'
import { documentError, formatError, formatRefusedRequest } from './errors.js'
import { createLive } from './live.js'
import { mutations } from './resolvers/mutations.js'
import { queries } from './resolvers/queries.js'
import { subscriptions } from './resolvers/subscriptions.js'
import { createSchema, type ResolverTable } from './schema.js'
import type { Sockets } from './sockets.js'

/** Where it is all at. */
export const GRAPHQL_ADDRESS = '/graphql'

export type GraphqlOptions = {
  /** Whether the schema may be asked for, and a page to write queries is there. */
  readonly introspection: boolean
  /** Milliseconds between two looks at the keys of those who watch. */
  readonly keyMilliseconds?: number | undefined
}

/** Registers the routes, within a scope of their own. */
export async function registerGraphql(
  app: FastifyInstance,
  services: Services,
  {
    introspection,
    identify,
    countOfKey,
    sockets,
    keyMilliseconds,
  }: GraphqlOptions & {
    readonly identify: Identify
    readonly countOfKey: CountOfKey
    readonly sockets: Sockets
  },
): Promise<void> {
  const live = subscriptions(services.feeds, createLiveAttempts(services))
  const schema = createSchema({ ...queries, ...mutations, ...live } as unknown as ResolverTable) // Typed by the schema's own types.
  const format = { isUnavailable: services.isUnavailable, suggestions: introspection }

  // mercurius asks for it also where a request was refused, to answer that.
  const contextOf = (request: FastifyRequest): RequestContext | Pick<RequestContext, 'request'> => {
    const { principal, receivedAt, bodyBytes: bytes } = request
    if (principal === null) return { request }
    return createContext(services, { principal, receivedAt, bytes, request })
  }

  const errorFormatter: MercuriusOptions['errorFormatter'] = (execution, context) => {
    const request = (context as unknown as RequestContext).request
    return {
      // Without data nothing was run.
      statusCode: execution.data ? 200 : 400,
      response: {
        data: execution.data ?? null,
        errors: execution.errors.map(error =>
          formatError(error, request, format),
        ) as unknown as GraphQLError[],
      },
    }
  }

  const errorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { status, errors } = formatRefusedRequest(error, request, reply, format)
    return reply.code(status).type('application/json; charset=utf-8').send({ errors })
  }

  const connections = createLive({
    schema,
    services,
    identify,
    countOfKey,
    introspection,
    format,
    onError: error => {
      app.log.error({ err: error }, 'looking at the keys of subscriptions failed')
    },
    keyMilliseconds,
  })
  const replies = new WeakMap<FastifyRequest, FastifyReply>()
  // mercurius would run what comes over a socket without looking at it.
  sockets.take((socket, request) => {
    const reply = replies.get(request)
    if (reply === undefined) socket.terminate()
    else connections.open(socket, request, reply)
  })
  app.addHook('onClose', connections.stop)

  await app.register(async scope => {
    scope.addHook('onRoute', route => {
      adjustRoute(route, replies)
    })
    await scope.register(mercurius, {
      schema,
      // A document that was valid once would be kept with its text: what clients send is not kept.
      cache: false,
      context: contextOf,
      errorFormatter,
      errorHandler,
      validationRules: requestRules(introspection),
      graphql: {
        parseOptions: PARSE_OPTIONS,
        validateOptions: { ...VALIDATE_OPTIONS, hideSuggestions: !introspection },
      },
      allowBatchedQueries: false,
      csrfPrevention: { allowedContentTypes: ['application/json'] },
      graphiql: introspection,
    } as unknown as MercuriusOptions)
    scope.graphql.addHook('preParsing', (_schema, source, context) => {
      // Whatever may have let a request pass without a key: nothing is even read for it.
      if (!('principal' in context)) throw new Refusal('missing-key', 'This needs an API key.')
      // Where a text is no GraphQL, mercurius takes it for the JSON of a parsed document, with no limit but the body's.
      if (LIKE_JSON.test(source))
        throw documentError('graphql-syntax', 'Syntax Error: The query is not GraphQL.')
      return Promise.resolve()
    })
    scope.graphql.addHook('preValidation', (_schema, document, context) => {
      checkKind(document, (context as unknown as RequestContext).request)
      return Promise.resolve()
    })
    scope.graphql.addHook('preExecution', (_schema, document, context, variables) => {
      checkOperation(schema, document, (context as unknown as RequestContext).principal, variables)
      return Promise.resolve()
    })
  })
}

/** Whether a document has the operation that is asked for, and one that comes this way. */
function checkKind(document: DocumentNode, { method, body, query }: FastifyRequest): void {
  const { operationName } = (method === 'GET' ? query : body) as { readonly operationName?: string | null }
  const operation = getOperationAST(document, operationName)
  if (operation === null || operation === undefined) {
    throw documentError(
      'graphql-invalid',
      'There is no operation of that name, or there are several and none is named.',
    )
  }
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
    throw documentError('graphql-invalid', 'Subscriptions are taken over WebSocket.')
  }
}

/** How JSON begins, and GraphQL never does. */
const LIKE_JSON = /^\s*(?:\{\s*["}]|["[\d-]|(?:true|false|null)\s*$)/

/**
 * The routes of mercurius, without its schemas of answers, which make texts of the numbers in paths. What may open a WebSocket is
 * kept with its reply: the handler of a socket is given only the request.
 */
function adjustRoute(route: RouteOptions, replies: WeakMap<FastifyRequest, FastifyReply>): void {
  route.schema = { ...route.schema, response: undefined, hide: true }
  if (route.method === 'POST' && route.url === GRAPHQL_ADDRESS) {
    route.preHandler = (request, _reply, done) => {
      done(
        request.body === undefined || request.body === null
          ? documentError('graphql-invalid', 'The request has no query.')
          : undefined,
      )
    }
  }
  if (route.method !== 'GET' || route.url !== GRAPHQL_ADDRESS) return
  const onRequest = route.onRequest as
    ((request: FastifyRequest, reply: FastifyReply) => Promise<void>) | undefined
  route.onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    // No browser sends a key by itself, and without one nothing comes of a connection.
    if (request.ws) replies.set(request, reply)
    else await onRequest?.(request, reply)
  }
}
