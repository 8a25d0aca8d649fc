/**
 * Hints between servers over Postgres: NOTIFY through the pool, and LISTEN on a connection of its own, which must be a
 * session of Postgres itself and none that a pooler lends. It is there only while somebody listens, and comes back by
 * itself; whoever listens is told each time, since what was said meanwhile is lost.
 */
import pg from 'pg'
import type { Database } from './client.js'
import { waitFor } from './waiting.js'

/** One channel for all: Postgres keeps the names of channels, and hints are few. */
const CHANNEL = 'chainmark_live'

/** Milliseconds. A connection that does not answer for so long is a dead one. */
const HEARTBEAT = 15_000
const ANSWER_WITHIN = 5_000
/** Before the first try to connect again; each pause is twice the one before, up to the longest. */
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 5_000

/** Sends a payload, of fewer than 8,000 bytes, to all who listen. A statement alone: it touches no table. */
export async function notifyServers(database: Pick<Database, '$executeRaw'>, payload: string): Promise<void> {
  await database.$executeRaw`SELECT pg_notify(${CHANNEL}, ${payload})`
}

export type HintHandlers = {
  readonly onHint: (payload: string) => void
  /** Listening begins, for the first time or again. */
  readonly onListening: () => void
  /** The connection broke or could not be had; it is tried again. */
  readonly onError: (error: unknown) => void
}

/** Listens until it is told to stop, which resolves once the connection is closed. */
export type ListenForHints = (handlers: HintHandlers) => { readonly stop: () => Promise<void> }

export type HintListenerOptions = {
  /** Milliseconds between two looks whether the connection lives, and those within which it must answer. */
  readonly heartbeat?: number
  readonly answerWithin?: number
}

/** Listening by connections to this URL. */
export function createHintListener(
  connectionString: string,
  { heartbeat = HEARTBEAT, answerWithin = ANSWER_WITHIN }: HintListenerOptions = {},
): ListenForHints {
  return handlers => {
    const stopping = new AbortController()
    const working = keepListening(handlers, stopping.signal)
    return {
      stop: async () => {
        stopping.abort()
        await working
      },
    }
  }

  async function keepListening(handlers: HintHandlers, stopping: AbortSignal): Promise<void> {
    let pause = FIRST_PAUSE
    while (!stopping.aborted) {
      try {
        await listenOnce(
          {
            ...handlers,
            onListening: () => {
              pause = FIRST_PAUSE
              handlers.onListening()
            },
          },
          stopping,
        )
      } catch (error) {
        if (!isAborted(stopping)) handlers.onError(error)
      }
      // Servers that lost the same database do not come back in step.
      await waitFor(pause * (0.5 + Math.random() / 2), stopping)
      pause = Math.min(2 * pause, LONGEST_PAUSE)
    }
  }

  /** Listens on one connection until it breaks, which it rejects with, or until it is to stop. */
  async function listenOnce(handlers: HintHandlers, stopping: AbortSignal): Promise<void> {
    const client = new pg.Client({
      connectionString,
      application_name: 'chainmark live',
      connectionTimeoutMillis: answerWithin,
      query_timeout: answerWithin,
      keepAlive: true,
    })
    let stop = (): void => undefined
    const over = new Promise<void>((resolve, reject) => {
      stop = resolve
      client.on('error', reject)
      client.on('end', () => {
        reject(new Error('The connection that listens was closed.'))
      })
    })
    client.on('notification', ({ channel, payload = '' }) => {
      if (channel === CHANNEL && !stopping.aborted) handlers.onHint(payload)
    })
    stopping.addEventListener('abort', stop, { once: true })
    const beating = new AbortController()
    const listening = listen(client, handlers, beating.signal)
    // Whichever is over first is waited for; the other may fail later, or at once.
    over.catch(() => undefined)
    listening.catch(() => undefined)
    try {
      await Promise.race([over, listening])
    } finally {
      beating.abort()
      stopping.removeEventListener('abort', stop)
      await close(client)
    }
  }

  async function listen(client: pg.Client, handlers: HintHandlers, signal: AbortSignal): Promise<void> {
    await client.connect()
    await client.query(`LISTEN ${CHANNEL}`)
    if (!signal.aborted) handlers.onListening()
    await beat(client, signal)
  }

  /** Rejects once the connection does not answer; a network that is gone says nothing by itself. */
  async function beat(client: pg.Client, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await waitFor(heartbeat, signal)
      if (!isAborted(signal)) await client.query('SELECT 1')
    }
  }

  /** Says goodbye, and does not wait long for an answer. */
  async function close(client: pg.Client): Promise<void> {
    const patience = new AbortController()
    await Promise.race([client.end().catch(() => undefined), waitFor(answerWithin, patience.signal)])
    patience.abort()
  }
}

/** Asked anew each time: the compiler takes what it knows of a signal to last. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}
