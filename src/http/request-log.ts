/**
 * One line a request, with its id, which the response carries too. It names the route's pattern and not its address:
 * no key, no answer and no learner is ever logged.
 */
import type { FastifyInstance } from 'fastify'

/** Gives every response its request id and logs every request. */
export function registerRequestLog(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id)
    void reply.header('x-content-type-options', 'nosniff')
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        milliseconds: Math.round(reply.elapsedTime * 100) / 100,
        tenant: request.principal?.tenantId,
        key: request.principal?.keyId,
      },
      'request',
    )
    done()
  })
}
