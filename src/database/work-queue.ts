/**
 * A queue in the database of courses that have something to send: graphile-worker, in a schema of its own. It tells a server
 * that there is something, and which of them does it; whatever it forgets or tells twice is no harm (services/
 * webhook-dispatcher.ts). Its statements stand alone and touch none of our tables.
 */
import { Logger, run, runMigrations } from 'graphile-worker'
import { migrations } from 'graphile-worker/dist/generated/sql.js'
import pg from 'pg'
import { inUtc } from './connection.js'
import { waitFor } from './waiting.js'

/** The one task: sending what is due of a course. */
const TASK = 'send_webhooks'

/** Courses that a server works on at once. */
const AT_ONCE = 4

/** One connection listens and one puts courses on the queue; the others ask for work and say that it is done. */
const CONNECTIONS = AT_ONCE + 2

/** Milliseconds between two looks for work where nothing tells of it, as behind a pooler. */
const POLL_MILLISECONDS = 2_000

/** Milliseconds that a connection, and then a statement, is waited for. */
const CONNECT_MILLISECONDS = 5_000
const STATEMENT_MILLISECONDS = 30_000

/** Milliseconds until it is begun again after the database was away for so long that it gave up. */
const RESTART_MILLISECONDS = 5_000

export type WorkQueueOptions = {
  /** Told what did not work; it goes on by itself. */
  readonly onError: (error: unknown) => void
  /** How long a statement may take before it is given up, in milliseconds. */
  readonly statementTimeout?: number
}

export type WorkQueue = {
  /** Puts courses on the queue, each once: at once, or to be done at a time unless it is on the queue already. */
  readonly wake: (courseIds: readonly string[], at?: Date) => Promise<void>
  /** Does what is on the queue from now on, several courses at once. What is thrown is told, and forgotten. */
  readonly work: (send: (courseId: string) => Promise<void>) => void
  /** Takes nothing on any more, waits for what is under way, and closes the connections. */
  readonly stop: () => Promise<void>
}

/** Makes the queue's schema, or brings it up to date. Any number of processes may do it at once. */
export async function migrateWorkQueue(connectionString: string): Promise<void> {
  await withConnection(connectionString, pool =>
    runMigrations({ pgPool: pool, logger: createLogger(() => undefined) }),
  )
}

/** How many migrations of the queue's schema the database still lacks; changes nothing. */
export async function pendingQueueMigrations(connectionString: string): Promise<number> {
  return withConnection(connectionString, async pool => {
    const known = Object.keys(migrations).map(name => Number.parseInt(name, 10))
    const found = await pool.query<{ found: boolean }>(
      `SELECT to_regclass('graphile_worker.migrations') IS NOT NULL AS found`,
    )
    if (!found.rows[0]?.found) return known.length
    const latest = await pool.query<{ id: number | null }>(
      'SELECT max(id) AS id FROM graphile_worker.migrations',
    )
    // As the package does: what comes after the latest is missing.
    const done = latest.rows[0]?.id ?? 0
    return known.filter(id => id > done).length
  })
}

/** The queue, of a database that has its schema; it connects when first used. */
export function createWorkQueue(
  connectionString: string,
  { onError, statementTimeout = STATEMENT_MILLISECONDS }: WorkQueueOptions,
): WorkQueue {
  const pool = createPool(connectionString, {
    max: CONNECTIONS,
    onError,
    // As of every other connection: none waits for ever, not even for a server that cannot time out by itself.
    statement_timeout: statementTimeout,
    query_timeout: statementTimeout + CONNECT_MILLISECONDS,
  })
  const stopping = new AbortController()
  let working: Promise<void> | undefined

  const runOnce = async (send: (courseId: string) => Promise<void>): Promise<void> => {
    const runner = await run({
      pgPool: pool,
      logger: createLogger(onError),
      concurrency: AT_ONCE,
      pollInterval: POLL_MILLISECONDS,
      noHandleSignals: true,
      // A pooler may give each statement another connection.
      noPreparedStatements: true,
      // Said in batches, what cannot be said ends the run, which is begun again; said one by one, it would end the process.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
      taskList: {
        [TASK]: async payload => {
          await send(courseIn(payload)).catch(onError)
        },
      },
      crontab: '',
    })
    const stop = (): void => {
      // It says so where it has stopped by itself already.
      runner.stop().catch(() => undefined)
    }
    stopping.signal.addEventListener('abort', stop, { once: true })
    if (stopping.signal.aborted) stop()
    try {
      await runner.promise
    } finally {
      stopping.signal.removeEventListener('abort', stop)
    }
  }

  const keepRunning = async (send: (courseId: string) => Promise<void>): Promise<void> => {
    while (!stopping.signal.aborted) {
      await runOnce(send).catch(onError)
      await waitFor(RESTART_MILLISECONDS, stopping.signal)
    }
  }

  return {
    wake: async (courseIds, at) => {
      if (courseIds.length === 0) return
      const jobs = [...new Set(courseIds)].map(courseId => ({
        identifier: TASK,
        payload: { courseId },
        job_key: `${TASK}/${courseId}`,
        run_at: at?.toISOString() ?? null,
      }))
      // What is on the queue for another time stays, if a time was given: it may have been put there just now, for now.
      // And what waits to be begun keeps its place: a course that is called all the time would never have its turn.
      await pool.query(
        `SELECT count(*) FROM (
           SELECT ARRAY(
             SELECT spec::graphile_worker.job_spec
             FROM json_populate_recordset(NULL::graphile_worker.job_spec, $1::json) spec
             WHERE $2::boolean OR NOT EXISTS (
               SELECT FROM graphile_worker.jobs due
               WHERE due.key = spec.job_key AND due.run_at <= now() AND due.locked_at IS NULL
                 AND due.attempts < due.max_attempts)) AS specs OFFSET 0) given
         CROSS JOIN LATERAL graphile_worker.add_jobs(given.specs, $2::boolean)
         WHERE cardinality(given.specs) > 0`,
        [JSON.stringify(jobs), at !== undefined],
      )
    },

    work: send => {
      working ??= keepRunning(send)
    },

    stop: async () => {
      stopping.abort()
      await working
      await pool.end()
    },
  }
}

function courseIn(payload: unknown): string {
  return (payload as { courseId: string }).courseId // Put there by us alone.
}

async function withConnection<Value>(
  connectionString: string,
  use: (pool: pg.Pool) => Promise<Value>,
): Promise<Value> {
  const pool = createPool(connectionString, { max: 1, onError: () => undefined })
  try {
    return await use(pool)
  } finally {
    await pool.end()
  }
}

function createPool(
  connectionString: string,
  { onError, ...options }: pg.PoolConfig & { readonly onError: (error: unknown) => void },
): pg.Pool {
  const pool = new pg.Pool({
    ...inUtc(connectionString),
    application_name: 'chainmark',
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    keepAlive: true,
    ...options,
  })
  // Without a listener a broken idle connection ends the process; the next statement has another.
  pool.on('error', onError)
  pool.on('connect', client => {
    // Of one that is in use: its statement fails as well, and tells.
    client.on('error', () => undefined)
  })
  return pool
}

/** Its errors and warnings are ours; what else it says is of no use to anyone. */
function createLogger(onError: (error: unknown) => void): Logger {
  return new Logger(() => (level, message) => {
    // A type of values that exist in no code: the package declares them for its own compilation alone.
    const name: string = level
    if (name === 'error' || name === 'warning') onError(new Error(message))
  })
}
