/** The whole HTTP application, registered in one visible order. It neither listens nor knows where its database is. */
import { randomUUID } from 'node:crypto'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import { registerAuthentication } from './http/authentication.js'
import { registerDocumentation, registerOpenApi } from './http/documentation.js'
import { formRefusal, type RequestPart } from './http/form-faults.js'
import { registerHealth } from './http/health.js'
import { registerJsonBodies } from './http/json-body.js'
import { answerClientError, answerError, registerProblems } from './http/problems.js'
import { registerRequestLog } from './http/request-log.js'
import { registerAttemptRoutes, registerProgressRoutes } from './http/routes/attempts.js'
import { registerCourseRoutes } from './http/routes/courses.js'
import { registerFigureRoutes } from './http/routes/figures.js'
import { registerGraphRoutes } from './http/routes/graphs.js'
import { registerJobRoutes } from './http/routes/jobs.js'
import { authenticate } from './services/api-keys.js'
import type { Services } from './services/services.js'

const BODY_BYTES = 256 * 1024

/** Builds the application over its services. Resolves when it is ready to listen or to be injected into. */
export async function buildApp(services: Services, logger: FastifyBaseLogger): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    bodyLimit: BODY_BYTES,
    // The request log is ours: see registerRequestLog.
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: false,
    genReqId: () => randomUUID(),
    requestTimeout: 60_000,
    // What arrives on an open connection while we drain is answered like any other request.
    return503OnClosing: false,
    // Longer than the idle time of common load balancers, so that they and not we close a connection.
    keepAliveTimeout: 72_000,
    // Keys have at most 128 characters, percent-encoded three times that; longer ones are refused by their schema.
    routerOptions: { maxParamLength: 16_384 },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => {
      void answerError(error, request, reply, services.isUnavailable)
    },
  })
  registerProblems(app, services.isUnavailable)
  registerRequestLog(app)
  registerJsonBodies(app)
  registerAuthentication(app, {
    authenticate: key => authenticate(services.keys, key),
    now: services.effects.now,
  })
  await registerOpenApi(app)
  registerHealth(app, { ping: services.ping })
  await app.register((scope, _options, done) => {
    // Set here and not on the root: other plugins bring schemas that are not zod's.
    scope.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => input => {
      const result = schema.safeParse(input)
      if (result.success) return { value: result.data }
      return { error: formRefusal(httpPart as RequestPart, input, result.error) }
    })
    scope.setSerializerCompiler(() => JSON.stringify)
    const routes = scope.withTypeProvider<ZodTypeProvider>()
    registerGraphRoutes(routes, services)
    registerFigureRoutes(routes, services)
    registerCourseRoutes(routes, services)
    registerAttemptRoutes(routes, services)
    registerProgressRoutes(routes, services)
    registerJobRoutes(routes, services)
    done()
  })
  await registerDocumentation(app)
  await app.ready()
  return app
}
