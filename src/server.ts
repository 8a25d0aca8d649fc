/** The process: configuration, start, signals, graceful shutdown. */
import { randomUUID } from 'node:crypto'
import process from 'node:process'
import { pino, type Logger } from 'pino'
import pretty from 'pino-pretty'
import { buildApp } from './app.js'
import { readConfig, type Config } from './config.js'
import { demoKeyFile, openRuntime, prepareDatabase } from './runtime.js'
import { createJobRunner } from './services/job-runner.js'
import { seedDemo } from './services/seed-demo.js'

/** After this long a stop no longer waits for open connections. */
const DRAIN_MILLISECONDS = 2_500
/** After this long a stop is over, whatever still waits. */
const STOP_MILLISECONDS = 4_500

function createLogger(level: Config['logLevel']): Logger {
  // People read a terminal, programs read anything else.
  return process.stdout.isTTY
    ? pino({ level }, pretty({ colorize: true, singleLine: true, ignore: 'pid,hostname' }))
    : pino({ level })
}

function demoText(url: string, key: string): string {
  const answers = JSON.stringify({ a: '11', J: '121', dJ_da: '22', da_dw: '3', dJ_dw: '66' })
  return [
    '',
    `Chainmark is ready: ${url}   (API: ${url}/docs)`,
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

/**
 * Starts everything. Each part that was started is put on `opened`, so that a stop at any moment ends just those. Once
 * `stopped` is aborted nothing more is begun.
 */
async function start(
  config: Config,
  log: Logger,
  opened: (() => Promise<void>)[],
  stopped: AbortSignal,
): Promise<void> {
  const runtime = await openRuntime(config, {
    log: message => {
      log.info(message)
    },
    attach: false,
  })
  opened.push(runtime.close)
  stopped.throwIfAborted()
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
  const app = await buildApp(runtime.services, log)
  opened.push(async () => {
    // A step that is under way is told to hurry now and waited for later: no request waits for it.
    void runner.stop()
    const impatience = setTimeout(() => {
      app.server.closeAllConnections()
    }, DRAIN_MILLISECONDS)
    await app.close()
    clearTimeout(impatience)
  })
  await app.listen({ port: config.port, host: config.host })
  runner.start()
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : config.port
  const url = localUrl(config.host, port)
  if (key === undefined) log.info({ url }, 'ready')
  else process.stdout.write(demoText(url, key))
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
  const starting = start(config, log, opened, stopped.signal)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Again while stopping: a second Ctrl-C, or npm passing on what the terminal had sent us already.
      if (stopping !== undefined) return
      log.info({ signal }, 'stopping')
      stopped.abort()
      // A start may be waiting for a silent database. Our own Postgres sees that we are gone and stops by itself.
      setTimeout(() => {
        log.warn('not everything stopped in time')
        process.exit(1)
      }, STOP_MILLISECONDS).unref()
      stopping = stop(starting)
    })
  }
  try {
    await starting
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
