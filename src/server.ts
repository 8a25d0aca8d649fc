/** The process: configuration, start, signals, graceful shutdown. */
import { randomUUID } from 'node:crypto'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { pino, type Logger } from 'pino'
import pretty from 'pino-pretty'
import { buildApp } from './app.js'
import { readConfig, type Config } from './config.js'
import { createMetrics, type Metrics } from './http/metrics.js'
import { serveMetrics } from './http/metrics-server.js'
import { createTraffic, type Traffic } from './http/traffic.js'
import { createPost } from './outbound/post.js'
import { createWorkQueue } from './database/work-queue.js'
import { demoKeyFile, openRuntime, prepareDatabase } from './runtime.js'
import { createJobRunner } from './services/job-runner.js'
import { createSessionPurge } from './services/learner-sessions.js'
import { createStandingFolder } from './services/standing-folder.js'
import { createSummaryFolder } from './services/summary-folder.js'
import { openDemoSession, seedDemo } from './services/seed-demo.js'
import { createWebhookDispatcher } from './services/webhook-dispatcher.js'

/** Where the pages' code is; run from the sources as well it is what was built last. */
const WEB_FOLDER = new URL(import.meta.url.endsWith('.ts') ? '../dist/web/' : './web/', import.meta.url)

/** After this long a stop no longer waits for connections on which nothing is under way. */
const SILENT_MILLISECONDS = 2_500
/**
 * After this long a stop no longer waits for requests. Longer than a submission can take: it may wait 10 s until it is tried
 * for the last time, 3 s until it is known whether that can be done at once (database/attempt-tries.ts), 3 s for a connection
 * and 8 s for its transaction (database/writer-database.ts), so that whoever waits for one is told how it ended.
 */
const REQUESTS_MILLISECONDS = 27_000
/** After this long a stop is over, whatever still waits; without the time for load balancers to notice. */
const STOP_MILLISECONDS = 29_000
/** The same before anything was served: less than containers are usually given. */
const STOP_STARTING_MILLISECONDS = 9_000

/** Milliseconds between two looks at what a stop waits for. */
const LOOK_MILLISECONDS = 100

function createLogger(level: Config['logLevel']): Logger {
  // People read a terminal, programs read anything else.
  return process.stdout.isTTY
    ? pino({ level }, pretty({ colorize: true, singleLine: true, ignore: 'pid,hostname' }))
    : pino({ level })
}

function demoText(url: string, key: string, learnUrl: string | undefined): string {
  const answers = JSON.stringify({ a: '11', J: '121', dJ_da: '22', da_dw: '3', dJ_dw: '66' })
  return [
    '',
    `Chainmark is ready: ${url}   (API: ${url}/docs)`,
    `Practise in a browser: ${url}/graphs/lab-network1`,
    ...(learnUrl === undefined ? [] : [`An assignment as its learner opens it: ${learnUrl}`]),
    `Demo key: ${key}`,
    'Grade an attempt:',
    '',
    `curl -sS ${url}/v1/courses/demo/assignments/lab-network0/attempts \\`,
    `  -H 'authorization: Bearer ${key}' -H 'content-type: application/json' \\`,
    `  -d '{"learner":"student-42","answers":${answers}}'`,
    '',
    '',
  ].join('\n')
}

/** Where a client on this machine reaches the server. */
function localUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${String(port)}`
}

/** Ends an application: takes no connection any more, answers what is under way, and closes the others. */
async function closeApp(app: FastifyInstance, traffic: Traffic): Promise<void> {
  let waited = 0
  const looking = setInterval(() => {
    waited += LOOK_MILLISECONDS
    const patience = traffic.inFlight() === 0 ? SILENT_MILLISECONDS : REQUESTS_MILLISECONDS
    if (waited >= patience) app.server.closeAllConnections()
  }, LOOK_MILLISECONDS)
  await app.close()
  clearInterval(looking)
}

async function startMetrics(
  address: NonNullable<Config['metrics']>,
  metrics: Metrics,
  log: Logger,
): Promise<() => Promise<void>> {
  const { port, close } = await serveMetrics(metrics, {
    ...address,
    onError: error => {
      log.error({ err: error }, 'the metrics could not be served')
    },
  })
  log.info({ url: `${localUrl(address.host, port)}/metrics` }, 'metrics')
  return close
}

/**
 * Starts everything. Each part that was started is put on `opened`, so that a stop at any moment ends just those. Once
 * `stopped` is aborted nothing more is begun.
 */
async function start(
  config: Config,
  log: Logger,
  traffic: Traffic,
  opened: (() => Promise<void>)[],
  stopped: AbortSignal,
): Promise<void> {
  const metrics = config.metrics === undefined ? undefined : createMetrics()
  const runtime = await openRuntime(config, {
    log: message => {
      log.info(message)
    },
    attach: false,
    observer: metrics?.writer,
  })
  opened.push(runtime.close)
  stopped.throwIfAborted()
  if (config.metrics !== undefined && metrics !== undefined) {
    opened.push(await startMetrics(config.metrics, metrics, log))
  }
  const applied = await prepareDatabase(config, runtime)
  if (applied.length > 0) log.info({ applied }, 'migrated')
  stopped.throwIfAborted()
  const key = config.production ? undefined : await seedDemo(runtime.services, demoKeyFile(config.dataFolder))
  stopped.throwIfAborted()
  const runner = createJobRunner(runtime.services, {
    ownerId: randomUUID(),
    onError: error => {
      log.error({ err: error }, 'a step of a job failed')
    },
  })
  opened.push(runner.stop)
  const folder = createSummaryFolder(runtime.services, {
    onError: error => {
      log.error({ err: error }, 'folding a summary failed')
    },
  })
  opened.push(folder.stop)
  const standings = createStandingFolder(runtime.services, {
    onError: error => {
      log.error({ err: error }, 'counting standings again failed')
    },
  })
  opened.push(standings.stop)
  const sessionPurge = createSessionPurge(runtime.services, {
    onError: error => {
      log.error({ err: error }, 'taking sessions away that have ended failed')
    },
  })
  opened.push(sessionPurge.stop)
  const onDispatchError = (error: unknown): void => {
    log.error({ err: error }, 'sending to webhooks failed')
  }
  const dispatcher = createWebhookDispatcher(
    {
      ...runtime.services,
      queue: createWorkQueue(config.directUrl ?? runtime.databaseUrl, { onError: onDispatchError }),
      post: createPost({ allowPrivate: config.privateWebhooks }),
    },
    { onError: onDispatchError, onOutcome: metrics?.delivered },
  )
  opened.push(dispatcher.stop)
  // After the last request nothing comes any more; what a client that left has sent is stored all the same.
  opened.push(runtime.services.writer.drain)
  if (config.production && config.publicUrl === undefined) {
    log.warn('CHAINMARK_PUBLIC_URL is not set: links to /learn begin with the host that each request names')
  }
  const app = await buildApp(runtime.services, log, {
    pressure: { maxLoopDelay: config.maxLoopDelay },
    rateLimits: config.rateLimits,
    trustedProxies: config.trustedProxies,
    publicUrl: config.publicUrl,
    frameAncestors: config.frameAncestors,
    webFolder: WEB_FOLDER,
    graphql: { introspection: config.graphqlIntrospection },
    traffic,
    ...(metrics === undefined ? {} : { metrics }),
  })
  let listening = false
  opened.push(async () => {
    // A step that is under way is told to hurry now and waited for later: no request waits for it.
    void runner.stop()
    // Requests of ours may take as long as those of others.
    void dispatcher.stop().catch(() => undefined)
    // /readyz says no from the signal on; until load balancers have seen that, what they send is answered.
    if (listening) await sleep(config.drainSeconds * 1_000)
    // Whoever watches a course would stay for ever.
    runtime.services.feeds.endAll()
    await closeApp(app, traffic)
  })
  await app.listen({ port: config.port, host: config.host })
  listening = true
  runner.start()
  folder.start()
  dispatcher.start()
  standings.start()
  sessionPurge.start()
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : config.port
  const url = localUrl(config.host, port)
  if (key === undefined) log.info({ url }, 'ready')
  else process.stdout.write(demoText(url, key, await openDemoSession(runtime.services, key, url)))
}

function refuseToStart(error: unknown): void {
  process.stderr.write(`Chainmark cannot start: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

async function run(config: Config): Promise<void> {
  const log = createLogger(config.logLevel)
  const opened: (() => Promise<void>)[] = []
  let stopping: Promise<void> | undefined
  const stop = async (starting: Promise<void>): Promise<void> => {
    // What is just being started must be known before it can be ended.
    await starting.catch(() => undefined)
    for (const close of opened.toReversed()) {
      await close().catch((error: unknown) => {
        log.error({ err: error }, 'a part did not stop cleanly')
        process.exitCode = 1
      })
    }
  }
  const stopped = new AbortController()
  const traffic = createTraffic()
  let started = false
  const starting = start(config, log, traffic, opened, stopped.signal)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Again while stopping: a second Ctrl-C, or npm passing on what the terminal had sent us already.
      if (stopping !== undefined) return
      log.info({ signal }, 'stopping')
      stopped.abort()
      traffic.drain()
      // A start may be waiting for a silent database. Our own Postgres sees that we are gone and stops by itself.
      const patience = started ? config.drainSeconds * 1_000 + STOP_MILLISECONDS : STOP_STARTING_MILLISECONDS
      setTimeout(() => {
        log.warn('not everything stopped in time')
        process.exit(1)
      }, patience).unref()
      stopping = stop(starting)
    })
  }
  try {
    await starting
    started = true
  } catch (error) {
    if (stopping === undefined) {
      refuseToStart(error)
      log.debug({ err: error }, 'start failed')
      stopping = stop(starting)
    }
    await stopping
  }
}

try {
  await run(readConfig())
} catch (error) {
  refuseToStart(error)
}
