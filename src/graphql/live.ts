/**
 * Subscriptions over a WebSocket, by the protocol graphql-transport-ws (the package graphql-ws speaks it). A document is held to
 * the same rules as one that comes by POST. What is told waits for the client to take it: who is slow makes the feed drop
 * events, never this process keep them.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  parse,
  specifiedRules,
  subscribe,
  validate,
  type ExecutionArgs,
  type GraphQLSchema,
} from 'graphql'
import { CloseCode, makeServer } from 'graphql-ws'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import { Refusal } from '../errors.js'
import type { Identify } from '../http/authentication.js'
import { checkStructure } from '../http/json-body.js'
import type { Principal } from '../services/principal.js'
import type { Services } from '../services/services.js'
import { checkOperation } from './check-operation.js'
import { createContext } from './context.js'
import { documentRules, PARSE_OPTIONS, VALIDATE_OPTIONS } from './document-rules.js'
import { documentError, formatError, type ErrorFormat } from './errors.js'
import {
  INIT_MILLISECONDS,
  KEY_MILLISECONDS,
  MAX_CONNECTIONS_PER_KEY,
  MAX_MESSAGES,
  MAX_NAMELESS,
  MAX_SUBSCRIPTIONS,
  MAX_UNSENT_BYTES,
  PING_MILLISECONDS,
} from './live-limits.js'

export type LiveOptions = {
  readonly schema: GraphQLSchema
  readonly services: Services
  readonly identify: Identify
  readonly introspection: boolean
  readonly format: ErrorFormat
  /** Milliseconds between two looks at keys. */
  readonly keyMilliseconds?: number | undefined
}

/** One client's connection. */
type Connection = {
  readonly socket: WebSocket
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** Who it is and by which key, once that is known. */
  client: { readonly principal: Principal; readonly key: string } | undefined
  /** Whether it has answered since the last ping. */
  isThere: boolean
  /** Messages since the last second began. */
  messages: number
}

/** Close codes of WebSocket itself. */
const POLICY_VIOLATED = 1008
const TRY_LATER = 1013

/** Takes the connections for subscriptions of an application. */
export function createLive({
  schema,
  services,
  identify,
  introspection,
  format,
  keyMilliseconds,
}: LiveOptions) {
  const connections = new Set<Connection>()
  const rules = [...specifiedRules, ...documentRules(introspection)]
  const validateOptions = { ...VALIDATE_OPTIONS, hideSuggestions: !introspection }

  const countOf = (is: (connection: Connection) => boolean): number => [...connections].filter(is).length

  /** Who connects: by the header of the request, else by the first message. False, and the socket closed, where nobody may. */
  const admit = async (connection: Connection, said: unknown): Promise<boolean> => {
    const { socket, request, reply } = connection
    const authorization = request.headers.authorization ?? authorizationIn(said)
    try {
      const principal = await identify({ request, reply, authorization })
      const ofKey = countOf(({ client }) => client?.principal.keyId === principal.keyId)
      if (ofKey >= MAX_CONNECTIONS_PER_KEY) {
        throw new Refusal('too-many-subscriptions', 'This key has as many connections as it may have.')
      }
      connection.client = { principal, key: authorization?.replace(/^Bearer +/i, '') ?? '' }
      return true
    } catch (error) {
      const { extensions } = formatError(error, request, format)
      const isNobody = extensions?.['status'] === 401
      socket.close(isNobody ? CloseCode.Unauthorized : CloseCode.Forbidden, String(extensions?.['code']))
      return false
    }
  }

  /** What a client asks to subscribe to, ready to run; throws what is wrong with it. */
  const prepare = (
    { client, request }: Connection,
    subscriptions: number,
    payload: { readonly query: unknown; readonly operationName?: unknown; readonly variables?: unknown },
  ): ExecutionArgs | readonly GraphQLError[] => {
    if (client === undefined) throw new Refusal('missing-key', 'Say who you are first.')
    // This one is counted already.
    if (subscriptions > MAX_SUBSCRIPTIONS) {
      const detail = `One connection has at most ${String(MAX_SUBSCRIPTIONS)} subscriptions.`
      throw new Refusal('too-many-subscriptions', detail)
    }
    const { query, operationName, variables } = payload
    checkStructure(variables)
    const document = parse(String(query), PARSE_OPTIONS)
    const faults = validate(schema, document, rules, validateOptions)
    if (faults.length > 0) return faults
    const name = typeof operationName === 'string' ? operationName : undefined
    if (getOperationAST(document, name)?.operation !== OperationTypeNode.SUBSCRIPTION) {
      throw documentError(
        'graphql-invalid',
        'Here subscriptions are taken, one operation each: send others by POST.',
      )
    }
    const variableValues = variables as Record<string, unknown> | null | undefined // Checked by the protocol's reader.
    checkOperation(schema, document, client.principal, variableValues)
    return {
      schema,
      document,
      ...(name === undefined ? {} : { operationName: name }),
      ...(variableValues === null || variableValues === undefined ? {} : { variableValues }),
      contextValue: createContext(services, {
        principal: client.principal,
        receivedAt: services.effects.now(),
        bytes: 0,
        request,
      }),
    }
  }

  const server = makeServer<Record<string, unknown>, Connection>({
    subscribe,
    connectionInitWaitTimeout: INIT_MILLISECONDS,
    onConnect: ({ extra, connectionParams }) => admit(extra, connectionParams),
    onSubscribe: ({ extra, subscriptions }, _id, payload) => {
      try {
        return prepare(extra, Object.keys(subscriptions).length, payload)
      } catch (error) {
        return [asGraphqlError(error)]
      }
    },
    onError: ({ extra }, _id, _payload, errors) =>
      errors.map(error => formatError(error, extra.request, format)),
    onNext: ({ extra }, _id, _payload, _args, { errors, ...result }) => ({
      ...result,
      ...(errors === undefined
        ? {}
        : { errors: errors.map(error => formatError(error, extra.request, format)) }),
    }),
  } as Parameters<typeof makeServer<Record<string, unknown>, Connection>>[0])

  const open = (socket: WebSocket, request: FastifyRequest, reply: FastifyReply): void => {
    const connection: Connection = { socket, request, reply, client: undefined, isThere: true, messages: 0 }
    if (countOf(({ client }) => client === undefined) >= MAX_NAMELESS) {
      socket.close(TRY_LATER, 'too many connections')
      return
    }
    connections.add(connection)
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: text => sendTo(socket, text),
        close: (code, reason) => {
          socket.close(code, reason)
        },
        onMessage: take => {
          socket.on('message', (data: Buffer) => {
            connection.messages += 1
            if (connection.messages > MAX_MESSAGES || socket.bufferedAmount > MAX_UNSENT_BYTES) {
              socket.close(POLICY_VIOLATED, 'too many messages')
              return
            }
            take(data.toString()).catch((error: unknown) => {
              formatError(error, request, format)
              socket.close(CloseCode.InternalServerError, 'internal-error')
            })
          })
        },
      },
      connection,
    )
    socket.on('pong', () => {
      connection.isThere = true
    })
    socket.once('close', (code: number, reason: Buffer) => {
      connections.delete(connection)
      void closed(code, reason.toString())
    })
  }

  /** Who is gone without a word, or reads no more, is cut off. */
  const ping = (): void => {
    for (const connection of connections) {
      const { socket, isThere } = connection
      if (!isThere || socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate()
      connection.isThere = false
      if (socket.readyState === socket.OPEN) socket.ping()
    }
  }

  /** Ends the connections of keys that hold no more. Each key is asked for once. */
  const checkKeys = async (): Promise<void> => {
    const keys = new Set([...connections].flatMap(({ client }) => client?.key ?? []))
    for (const connection of connections) connection.messages = 0
    await Promise.all(
      [...keys].map(async key => {
        // While the database is away nothing is told, and nothing is known.
        const holds = await services.authenticate(key).catch(() => 'unknown')
        if (holds !== undefined) return
        for (const { client, socket } of connections) {
          if (client?.key === key) socket.close(CloseCode.Unauthorized, 'unknown-key')
        }
      }),
    )
  }

  const pinging = setInterval(ping, PING_MILLISECONDS)
  const checking = setInterval(() => void checkKeys(), keyMilliseconds ?? KEY_MILLISECONDS)
  return {
    open,
    /** How many are connected. */
    connected: () => connections.size,
    stop: (): void => {
      clearInterval(pinging)
      clearInterval(checking)
    },
  }
}

/** Sends a text; resolves once it is on its way, so that nothing more is taken from a feed before. */
function sendTo(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.readyState !== socket.OPEN) {
      resolve()
      return
    }
    socket.send(text, error => {
      // Who has left meanwhile needs nothing any more.
      if (error && socket.readyState === socket.OPEN) reject(error)
      else resolve()
    })
  })
}

const saidSchema = z.object({ authorization: z.string() })

/** What a first message says of its sender. */
function authorizationIn(said: unknown): string | undefined {
  return saidSchema.safeParse(said).data?.authorization
}

function asGraphqlError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error
  const originalError = error instanceof Error ? error : new Error('not an error')
  return new GraphQLError(originalError.message, { originalError })
}
