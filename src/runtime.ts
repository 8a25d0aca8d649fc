/**
 * What a process of ours is made of, for the server and the command line alike: a database that is there, services
 * over it, and a way to close both.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from './config.js'
import { createDatabase } from './database/client.js'
import { startEmbeddedPostgres, type EmbeddedPostgres } from './database/embedded-postgres.js'
import { createHintListener } from './database/live-hints.js'
import { migrate, pendingMigrations } from './database/migrate.js'
import { createReader } from './database/read-replicas.js'
import { migrateWorkQueue, pendingQueueMigrations } from './database/work-queue.js'
import { createWriterDatabase } from './database/writer-database.js'
import type { WriterObserver } from './database/writer-observer.js'
import { createServices } from './compose.js'
import { createFigureStore } from './services/draw-figure.js'
import { createFigurePool } from './services/figure-pool.js'
import { createIds } from './services/new-ids.js'
import type { Services } from './services/services.js'
import { countMissing } from './services/verify.js'
import type { Effects } from './services/effects.js'
import type { KeyStore } from './services/seed-demo.js'

/** The real clock, ids and randomness. */
const systemEffects: Effects = {
  now: Date.now,
  monotonic: () => performance.now(),
  newId: createIds(Date.now, randomBytes),
  randomBytes,
}

/** Run from its sources, as in `npm run dev`, a thread needs a loader of its own. */
const FIGURE_WORKER = new URL(
  import.meta.url.endsWith('.ts') ? '../scripts/figure-worker.mjs' : './services/figure-worker.js',
  import.meta.url,
)

export type Runtime = {
  readonly databaseUrl: string
  readonly services: Services
  readonly close: () => Promise<void>
}

export type RuntimeOptions = {
  readonly log: (message: string) => void
  /** Whether a Postgres that another process of ours runs in the data folder will do; it ends with that process. */
  readonly attach: boolean
  /** Told of every flush of submissions. */
  readonly observer?: WriterObserver | undefined
}

/** Finds or starts the database that the configuration names and builds the services over it. */
export async function openRuntime(config: Config, options: RuntimeOptions): Promise<Runtime> {
  const postgres = config.databaseUrl === undefined ? await keepPostgres(config, options) : undefined
  const databaseUrl = config.databaseUrl ?? postgres?.url ?? ''
  const database = createDatabase(databaseUrl, { log: options.log })
  const writerDatabase = createWriterDatabase(databaseUrl, { log: options.log })
  const replicas = config.readUrls.map(url => createDatabase(url, { log: options.log }))
  const figures = createFigureStore(
    createFigurePool({
      workerFile: FIGURE_WORKER,
      onError: error => {
        options.log(
          `Drawing a figure failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        )
      },
    }),
  )
  const services = createServices(database, {
    effects: systemEffects,
    maxNodes: config.maxNodes,
    figures,
    writerDatabase,
    writerLimits: { capacity: config.queueCapacity },
    observer: options.observer,
    webhookUrls: { allowPrivate: config.privateWebhooks },
    reader: createReader(database, replicas),
    listen: createHintListener(config.directUrl ?? databaseUrl),
    onFeedError: error => {
      options.log(`Watching courses: ${error instanceof Error ? error.message : String(error)}`)
    },
  })
  return {
    databaseUrl,
    services,
    close: async () => {
      await services.feeds.stop()
      await figures.close()
      await Promise.all([database, writerDatabase, ...replicas].map(client => client.$disconnect()))
      await postgres?.stop()
    },
  }
}

/** Milliseconds between two tries to start our own Postgres again. */
const RESTART_PAUSE = 2_000

/** Our own Postgres, started again at the same address should it ever end by itself. */
async function keepPostgres(
  { dataFolder }: Config,
  { log, attach }: RuntimeOptions,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const stopping = new AbortController()
  const start = (settings: Record<string, string>): Promise<EmbeddedPostgres> =>
    startEmbeddedPostgres({ dataFolder, log, attach, settings, onEnd: restart })
  const restart = (): void => {
    if (!stopping.signal.aborted) current = startAgain()
  }
  const startAgain = async (): Promise<EmbeddedPostgres | undefined> => {
    while (!stopping.signal.aborted) {
      try {
        return await start({ port: new URL(url).port })
      } catch (error) {
        log(`Postgres cannot be started again yet: ${error instanceof Error ? error.message : String(error)}`)
        await sleep(RESTART_PAUSE, undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
    return undefined
  }
  let current: Promise<EmbeddedPostgres | undefined> = Promise.resolve(undefined)
  const first = await start({})
  current = Promise.resolve(first)
  const { url } = first
  return {
    url,
    stop: async () => {
      stopping.abort()
      await (await current)?.stop()
    },
  }
}

/**
 * Brings the database to this version, or refuses to work with it: in production migrating is an operator's decision.
 * Answers the names of the migrations applied.
 */
export async function prepareDatabase(config: Config, runtime: Runtime): Promise<readonly string[]> {
  if (!config.production) return migrateDatabase(runtime)
  // The queue's own are applied by whoever works on it, unless there are none left.
  const pending =
    (await pendingMigrations(runtime.databaseUrl)).length +
    (await pendingQueueMigrations(runtime.databaseUrl))
  if (pending === 0) return []
  throw new Error(`The database lacks ${String(pending)} migrations: run "chainmark migrate" first.`)
}

/** What those of the queue of webhooks are told as: its package has names of its own. */
const QUEUE_MIGRATIONS = 'queue_of_webhooks'

/** Applies the migrations that are missing, and counts what was stored before it was counted. Answers their names. */
export async function migrateDatabase({ databaseUrl, services }: Runtime): Promise<readonly string[]> {
  const { applied } = await migrate(databaseUrl)
  const ofQueue = await pendingQueueMigrations(databaseUrl)
  await migrateWorkQueue(databaseUrl)
  // Every time: an earlier run may have been cut off before it came to this.
  await countMissing(services)
  return ofQueue === 0 ? applied : [...applied, QUEUE_MIGRATIONS]
}

/** The demo's key in a file of the data folder that only its owner can read. */
export function demoKeyFile(dataFolder: string): KeyStore {
  const file = path.join(dataFolder, 'demo-key')
  return {
    read: async () => {
      try {
        return (await readFile(file, 'utf8')).trim()
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },
    write: async key => {
      await mkdir(dataFolder, { recursive: true, mode: 0o700 })
      // Written aside and renamed: whoever reads it finds the whole key, and the mode holds from the first byte.
      await writeFile(`${file}.new`, `${key}\n`, { mode: 0o600 })
      await rename(`${file}.new`, file)
    },
  }
}
