/**
 * Subscriptions over a WebSocket, by the protocol graphql-transport-ws (the package graphql-ws speaks it). A document is held to
 * the same rules as one that comes by POST, and counts as a request of its key. What is told waits for the client to take it: who
 * is slow makes the feed drop events, never this process keep them.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ExecutionArgs, GraphQLError, GraphQLSchema } from 'graphql'
import { CloseCode, makeServer } from 'graphql-ws'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import { Refusal } from '../errors.js'
import { keyOf, type Identify } from '../http/authentication.js'
import { addressOf, type CountOfKey } from '../http/rate-limits.js'
import type { Principal } from '../services/principal.js'
import type { Services } from '../services/services.js'
import { createContext, type RequestContext } from './context.js'
import { formatError, type ErrorFormat } from './errors.js'
import { createPreparation } from './live-documents.js'
import { asGraphqlError } from './live-errors.js'
import { createSubscriptionRunner, sharedByOf, type LiveContext } from './live-execution.js'
import { createKeyWatch, type Client } from './live-keys.js'
import {
  INIT_MILLISECONDS,
  KEY_MILLISECONDS,
  MAX_CONNECTIONS,
  MAX_CONNECTIONS_PER_KEY,
  MAX_MESSAGES,
  MAX_NAMELESS,
  MAX_NAMELESS_PER_ADDRESS,
  MAX_SUBSCRIPTIONS,
  MAX_UNSENT_BYTES,
  PING_MILLISECONDS,
} from './live-limits.js'
import { createRoom } from './live-room.js'
import { endSocket, sendTo, TRY_LATER, turnAway } from './live-socket.js'

export type LiveOptions = {
  readonly schema: GraphQLSchema
  readonly services: Services
  readonly identify: Identify
  readonly countOfKey: CountOfKey
  readonly introspection: boolean
  readonly format: ErrorFormat
  /** Told what fails in the background. */
  readonly onError: (error: unknown) => void
  /** Milliseconds between two looks at keys. */
  readonly keyMilliseconds?: number | undefined
}

/** One client's connection. */
type Connection = {
  readonly socket: WebSocket
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** Who it is and by which key, once that is known. */
  client: Client | undefined
  /** Whether it has answered since the last ping. */
  isThere: boolean
  /** Messages since the last second began. */
  messages: number
}

/** The close code of WebSocket itself for who does not keep to what is agreed. */
const POLICY_VIOLATED = 1008

/** Takes the connections for subscriptions of an application. */
export function createLive(options: LiveOptions) {
  const { schema, services, identify, countOfKey, introspection, format, onError, keyMilliseconds } = options
  const room = createRoom<Connection>({
    ofAddress: MAX_NAMELESS_PER_ADDRESS,
    nameless: MAX_NAMELESS,
    ofKey: MAX_CONNECTIONS_PER_KEY,
    named: MAX_CONNECTIONS,
  })
  const prepare = createPreparation(schema, introspection)

  /** Knows a connection by its key from now on. False where there is no room for it. */
  const know = (connection: Connection, principal: Principal, key: string): boolean => {
    const provenAt = services.effects.monotonic()
    connection.client = { socket: connection.socket, principal, key, provenAt }
    return room.name(connection, principal.keyId)
  }

  /** Finds room for who comes, with the key of the header that was looked at before or without one. */
  const seat = (connection: Connection): boolean => {
    const { principal, headers } = connection.request
    if (principal !== null) return know(connection, principal, keyOf(headers.authorization) ?? '')
    const entered = room.enter(connection, addressOf(connection.request))
    if (entered === false) return false
    entered.gone?.socket.terminate()
    return true
  }

  /** Who connects, where the header has not said it: by the first message. False, and the socket closed, where nobody may. */
  const admit = async (connection: Connection, said: unknown): Promise<boolean> => {
    if (connection.client !== undefined) return true
    const { socket, request, reply } = connection
    const authorization = authorizationIn(said)
    try {
      const principal = await identify({ request, reply, authorization })
      request.principal = principal
      await countOfKey({ request, reply })
      // Left meanwhile, or put out.
      if (!room.has(connection)) return false
      if (know(connection, principal, keyOf(authorization) ?? '')) return true
      throw new Refusal('too-many-subscriptions', 'There are as many connections as there may be.')
    } catch (error) {
      const { code, status } = formatError(error, request, format).extensions ?? {}
      endSocket(socket, CLOSE_CODES.get(status) ?? CloseCode.Forbidden, String(code))
      return false
    }
  }

  const contextOf = (
    { request }: Connection,
    { principal }: Client,
    payload: Parameters<typeof prepare>[1],
  ): LiveContext => ({
    create: (): RequestContext =>
      createContext(services, { principal, receivedAt: services.effects.now(), bytes: 0, request }),
    sharedBy: sharedByOf(principal, payload),
  })

  /** What a client asks to subscribe to, ready to run, or what is wrong with it. `subscriptions`: that it has, with this one. */
  const ask = async (
    connection: Connection,
    subscriptions: number,
    payload: Parameters<typeof prepare>[1],
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const { client } = connection
    try {
      if (client === undefined) throw new Refusal('missing-key', 'Say who you are first.')
      await countOfKey(connection)
      if (subscriptions > MAX_SUBSCRIPTIONS) {
        const detail = `One connection has at most ${String(MAX_SUBSCRIPTIONS)} subscriptions.`
        throw new Refusal('too-many-subscriptions', detail)
      }
      const prepared = prepare(client.principal, payload)
      if (!('document' in prepared)) return prepared
      return { ...prepared, contextValue: contextOf(connection, client, payload) }
    } catch (error) {
      return [asGraphqlError(error)]
    }
  }

  const server = makeServer<Record<string, unknown>, Connection>({
    subscribe: createSubscriptionRunner(),
    connectionInitWaitTimeout: INIT_MILLISECONDS,
    onConnect: ({ extra, connectionParams }) => admit(extra, connectionParams),
    onSubscribe: ({ extra, subscriptions }, _id, payload) =>
      ask(extra, Object.keys(subscriptions).length, payload),
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
    if (!seat(connection)) {
      turnAway(socket)
      return
    }
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: text => sendTo(socket, text),
        close: (code, reason) => {
          endSocket(socket, code, reason)
        },
        onMessage: take => {
          socket.on('message', (data: Buffer) => {
            // To whom we have said goodbye we do not listen any more.
            if (socket.readyState !== socket.OPEN) return
            connection.messages += 1
            if (connection.messages > MAX_MESSAGES || socket.bufferedAmount > MAX_UNSENT_BYTES) {
              endSocket(socket, POLICY_VIOLATED, 'too many messages')
              return
            }
            take(data.toString()).catch((error: unknown) => {
              formatError(error, request, format)
              endSocket(socket, CloseCode.InternalServerError, 'internal-error')
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
      room.leave(connection)
      void closed(code, reason.toString())
    })
  }

  /** Who is gone without a word, or reads no more, is cut off. */
  const ping = (): void => {
    for (const connection of room.guests()) {
      const { socket, isThere } = connection
      if (!isThere || socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate()
      connection.isThere = false
      if (socket.readyState === socket.OPEN) socket.ping()
    }
  }

  const keys = createKeyWatch({
    services,
    clients: () => room.guests().flatMap(({ client }) => client ?? []),
    milliseconds: keyMilliseconds ?? KEY_MILLISECONDS,
    onError,
  })
  const pinging = setInterval(ping, PING_MILLISECONDS)
  const counting = setInterval(() => {
    for (const connection of room.guests()) connection.messages = 0
    keys.endUnproven()
  }, 1_000)
  keys.start()
  return {
    open,
    stop: async (): Promise<void> => {
      clearInterval(pinging)
      clearInterval(counting)
      await keys.stop()
    },
  }
}

/** How a connection is closed whose key is refused, by the status that a request would be answered with. */
const CLOSE_CODES: ReadonlyMap<unknown, number> = new Map([
  [401, CloseCode.Unauthorized],
  [429, TRY_LATER],
  [503, TRY_LATER],
])

const saidSchema = z.object({ authorization: z.string() })

/** What a first message says of its sender. */
function authorizationIn(said: unknown): string | undefined {
  return saidSchema.safeParse(said).data?.authorization
}
