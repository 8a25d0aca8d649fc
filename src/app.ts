/** The whole HTTP application, registered in one visible order. It neither listens nor knows where its database is. */
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import { registerAuthentication } from './http/authentication.js'
import { registerDocumentation, registerOpenApi } from './http/documentation.js'
import { formRefusal, type RequestPart } from './http/form-faults.js'
import { registerHealth } from './http/health.js'
import { registerJsonBodies } from './http/json-body.js'
import { createKeptAnswers } from './http/kept-answers.js'
import type { Metrics } from './http/metrics.js'
import { createPageAnswers, withoutLastSlash } from './http/page-answers.js'
import { registerPressure, type PressureOptions } from './http/pressure.js'
import { answerClientError, answerError, refusalFor, registerProblems } from './http/problems.js'
import { createRateLimits, type RateLimits } from './http/rate-limits.js'
import { registerRequestLog } from './http/request-log.js'
import { registerAssetRoutes } from './http/routes/assets.js'
import { registerAttemptBatchRoute } from './http/routes/attempt-batch.js'
import { registerAttemptRoutes, registerProgressRoutes } from './http/routes/attempts.js'
import { registerCourseRoutes } from './http/routes/courses.js'
import { registerExportRoutes } from './http/routes/exports.js'
import { registerFigureRoutes } from './http/routes/figures.js'
import { registerGraphRoutes } from './http/routes/graphs.js'
import { registerJobRoutes } from './http/routes/jobs.js'
import { registerLearnRoutes } from './http/routes/learn.js'
import { registerPageRoutes } from './http/routes/pages.js'
import { registerPracticeRoutes } from './http/routes/practice.js'
import { registerWebhookRoutes } from './http/routes/webhooks.js'
import { registerStatisticsRoutes } from './http/routes/statistics.js'
import { createTraffic, type Traffic } from './http/traffic.js'
import { proxyTrust, type TrustedProxies } from './http/trusted-proxies.js'
import { readWebAssets } from './http/web-assets.js'
import { GRAPHQL_ADDRESS, registerGraphql, type GraphqlOptions } from './graphql/register.js'
import { registerSockets } from './graphql/sockets.js'
import { createFairLine } from './services/fair-line.js'
import { createPractice } from './services/practice-page.js'
import { createPublicGraphs } from './services/public-graphs.js'
import type { Services } from './services/services.js'

const BODY_BYTES = 256 * 1024

const NO_LIMITS: RateLimits = { perKey: 0, practice: 0, failedKeys: 0 }

export type AppOptions = {
  /** How late the event loop may be. Without it, as late as it will. */
  readonly pressure?: Pick<PressureOptions, 'maxLoopDelay' | 'sampleMilliseconds'>
  /** Without it, there are none. */
  readonly rateLimits?: RateLimits
  /** Whose word is taken for where a request comes from. Without it, nobody's: it comes from who is connected. */
  readonly trustedProxies?: TrustedProxies
  /** The origin that browsers reach the service at. Without it, the one that each request names. */
  readonly publicUrl?: string | undefined
  /** Where the pages' code was built to. Without it, or where nothing is there, they do without. */
  readonly webFolder?: URL | undefined
  /** Who may show the pages in a frame, as sources of CSP. Without it, the service itself. */
  readonly frameAncestors?: readonly string[]
  readonly metrics?: Metrics
  /** For who wants to know of it, or to end it. */
  readonly traffic?: Traffic
  /** Without it, nobody is told of the schema. */
  readonly graphql?: GraphqlOptions
  /** After so many milliseconds a database that says nothing counts as away, for /readyz. */
  readonly pingMilliseconds?: number
}

/** Builds the application over its services. Resolves when it is ready to listen or to be injected into. */
export async function buildApp(
  services: Services,
  logger: FastifyBaseLogger,
  options: AppOptions = {},
): Promise<FastifyInstance> {
  const { metrics, traffic = createTraffic() } = options
  const assets = options.webFolder === undefined ? undefined : await readWebAssets(options.webFolder)
  const pageAnswers = createPageAnswers({ assets, frameAncestors: options.frameAncestors ?? ["'self'"] })
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    bodyLimit: BODY_BYTES,
    // The request log is ours: see registerRequestLog.
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: false,
    genReqId: () => randomUUID(),
    trustProxy: proxyTrust(options.trustedProxies ?? 0),
    requestTimeout: 60_000,
    // What arrives on an open connection while we drain is answered like any other request.
    return503OnClosing: false,
    // Longer than the idle time of common load balancers, so that they and not we close a connection.
    keepAliveTimeout: 72_000,
    // Keys have at most 128 characters, percent-encoded three times that; longer ones are refused by their schema.
    routerOptions: { maxParamLength: 16_384 },
    rewriteUrl: ({ url = '/' }) => withoutLastSlash(url),
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => {
      const refusal = refusalFor(error, request, services.isUnavailable)
      const page = pageAnswers.refusePeople(request, reply, refusal)
      if (page === undefined) void answerError(refusal, request, reply, services.isUnavailable)
    },
  })
  registerProblems(app, services.isUnavailable, pageAnswers.refusePeople)
  const sockets = await registerSockets(app, GRAPHQL_ADDRESS)
  registerRequestLog(app)
  metrics?.observeRequests(app)
  metrics?.watchRequests(traffic.inFlight)
  metrics?.watchQueue(services.writer.load)
  traffic.register(app)
  await registerPressure(app, {
    maxLoopDelay: 0,
    ...options.pressure,
    load: services.writer.load,
    onShed: metrics?.shed,
  })
  registerJsonBodies(app)
  const limits = await createRateLimits(app, options.rateLimits ?? NO_LIMITS, metrics?.limited)
  const { identify } = registerAuthentication(app, {
    authenticate: services.authenticate,
    now: services.effects.now,
    limited: limits.lookUp,
    authenticateSession: services.authenticateSession,
    limitedSession: limits.lookUpSession,
  })
  limits.register()
  await registerOpenApi(app)
  registerHealth(app, {
    ping: services.ping,
    isDraining: traffic.isDraining,
    pingMilliseconds: options.pingMilliseconds,
  })
  const keep = createKeptAnswers()
  const graphs = createPublicGraphs(services)
  // One for all that is worked out for people while they wait.
  const line = createFairLine()
  const practice = createPractice(services, graphs, line)
  await app.register((scope, _options, done) => {
    // Set here and not on the root: other plugins bring schemas that are not zod's.
    scope.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => input => {
      // Whoever takes a stream reads it himself.
      if (input instanceof Readable) return { value: input }
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
    registerAttemptBatchRoute(routes, services)
    registerProgressRoutes(routes, services)
    registerExportRoutes(routes, services)
    registerStatisticsRoutes(routes, services)
    registerJobRoutes(routes, services)
    registerWebhookRoutes(routes, services)
    registerLearnRoutes(routes, services, { publicUrl: options.publicUrl, line })
    void routes.register((asked, _askedOptions, askedDone) => {
      registerPracticeRoutes(asked.withTypeProvider<ZodTypeProvider>(), {
        practice,
        graphs,
        keep,
        askerOf: limits.askerOf,
      })
      askedDone()
    })
    // In a scope of its own: what they refuse is a page.
    void routes.register((pages, _pageOptions, pagesDone) => {
      registerPageRoutes(pages.withTypeProvider<ZodTypeProvider>(), {
        practice,
        graphs,
        keep,
        answers: pageAnswers,
        isUnavailable: services.isUnavailable,
      })
      pagesDone()
    })
    done()
  })
  if (assets !== undefined) await registerAssetRoutes(app, assets)
  await registerGraphql(app, services, {
    introspection: false,
    ...options.graphql,
    identify,
    countOfKey: limits.countOfKey,
    sockets,
  })
  await registerDocumentation(app)
  await app.ready()
  return app
}
