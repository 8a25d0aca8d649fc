/** For whoever keeps the process running: is it alive, and should it get requests? */
import type { FastifyInstance } from 'fastify'
import { Refusal } from '../errors.js'

export type HealthOptions = {
  /** Resolves when the database answers. */
  readonly ping: () => Promise<void>
  /** Whether the process is stopping. */
  readonly isDraining: () => boolean
  /** After so many milliseconds a database that says nothing counts as away. */
  readonly pingMilliseconds?: number | undefined
}

/** Shorter than the time that common probes wait for an answer. */
const PING_MILLISECONDS = 2_000

/** The routes /livez and /readyz. Both are answered however busy the process is: see registerPressure. */
export function registerHealth(app: FastifyInstance, options: HealthOptions): void {
  const ping = oneAtATime(options.ping, options.pingMilliseconds ?? PING_MILLISECONDS)
  app.get('/livez', { schema: { hide: true } }, () => ({ status: 'ok' }))
  app.get('/readyz', { schema: { hide: true } }, async () => {
    if (options.isDraining()) throw new Refusal('unavailable', 'This process is stopping.', [], 1)
    await ping()
    return { status: 'ok' }
  })
}

/**
 * A ping that everyone shares who asks while it is under way. One that takes too long fails for all of them, at once for
 * those who come later, and no other is begun before it is over: probes cannot fill a pool that is stuck.
 */
function oneAtATime(ping: () => Promise<void>, milliseconds: number): () => Promise<void> {
  let current: Promise<void> | undefined
  return () => {
    if (current === undefined) {
      const pinging = ping()
      current = within(pinging, milliseconds)
      const over = (): void => {
        current = undefined
      }
      pinging.then(over, over)
    }
    return current
  }
}

async function within(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Refusal('unavailable', 'The database does not answer right now.', [], 2))
    }, milliseconds)
  })
  try {
    await Promise.race([work, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
