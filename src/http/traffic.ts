/**
 * The requests under way, and whether more are wanted. While we drain everything is still answered, but each answer
 * closes its connection, so that the next request goes to another process.
 */
import type { FastifyInstance } from 'fastify'
import { isSocket } from './upgrades.js'

export type Traffic = ReturnType<typeof createTraffic>

/** The traffic of one application, to be registered there once. */
export function createTraffic() {
  let inFlight = 0
  let draining = false
  const left = (): void => {
    inFlight -= 1
  }
  const drain = (): void => {
    draining = true
  }
  return {
    /** Requests whose headers have arrived and which are neither answered nor given up by their client. */
    inFlight: () => inFlight,

    isDraining: () => draining,

    /** Asks for no more requests from now on. */
    drain,

    register: (app: FastifyInstance): void => {
      app.addHook('preClose', done => {
        drain()
        done()
      })
      app.addHook('onRequest', (request, reply, done) => {
        // A WebSocket stays open for hours, and is closed at the end: nobody waits for it.
        if (isSocket(request)) {
          done()
          return
        }
        inFlight += 1
        // Comes once, whether the answer was sent or the client left.
        reply.raw.once('close', left)
        done()
      })
      app.addHook('onSend', (_request, reply, _payload, done) => {
        if (draining) void reply.header('connection', 'close')
        done()
      })
    },
  }
}
