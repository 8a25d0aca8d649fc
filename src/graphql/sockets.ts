/** WebSockets of the application: who may open one is decided by the hooks of its route, as of any request. */
import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import websocket from '@fastify/websocket'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import { handleProtocols } from 'graphql-ws'
import { answerWithoutUpgrade, asksForSocket, refuseUpgrade } from '../http/upgrades.js'
import { FAREWELL_MILLISECONDS, MAX_MESSAGE_BYTES } from './live-limits.js'

/** The close code of a server that stops. */
const GOING_AWAY = 1001

export type OpenSocket = (socket: WebSocket, request: FastifyRequest) => void

/** Where sockets are opened once there is somebody to take them. */
export type Sockets = { readonly take: (open: OpenSocket) => void }

/**
 * Opens sockets at an address, whoever registers its route, and at no other. To be registered before all that may refuse a request, so that a
 * refusal ends the socket that it came on.
 */
export async function registerSockets(app: FastifyInstance, address: string): Promise<Sockets> {
  let open: OpenSocket = socket => {
    socket.terminate()
  }
  let isStopping = false
  // Before the hook of the plugin, which looks for what is set here.
  app.addHook('onRoute', route => {
    if (route.method !== 'GET' || route.url !== address) return
    route.wsHandler = (socket: WebSocket, request) => {
      // Asked for before the stop, and admitted after it.
      if (isStopping) socket.terminate()
      else open(socket, request)
    }
  })
  const upgrades = new EventEmitter()
  app.server.on('upgrade', (request, socket, head: Buffer) => {
    if (!asksForSocket(request)) answerWithoutUpgrade(app.server, request, socket, head)
    else if (isStopping) refuseUpgrade(socket, 'unavailable')
    // The plugin would open a socket on every route, and nobody would look after it.
    else if (request.url?.split('?', 1)[0] !== address) refuseUpgrade(socket, 'not-found')
    else upgrades.emit('upgrade', request, socket, head)
  })
  await app.register(websocket, {
    options: {
      // Of it the plugin asks nothing but to be told of upgrades.
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- see above
      server: upgrades as Server,
      maxPayload: MAX_MESSAGE_BYTES,
      // What is told is small, and compressing each message for each client costs more than sending it.
      perMessageDeflate: false,
      handleProtocols: protocols => handleProtocols(protocols),
    },
    preClose: done => {
      isStopping = true
      const { clients } = app.websocketServer
      for (const client of clients) client.close(GOING_AWAY, 'the server is stopping')
      // Who does not answer would keep the server from ending.
      setTimeout(() => {
        for (const client of clients) client.terminate()
      }, FAREWELL_MILLISECONDS).unref()
      done()
    },
    errorHandler: (_error, socket) => {
      socket.terminate()
    },
  })
  return {
    take: opened => {
      open = opened
    },
  }
}
