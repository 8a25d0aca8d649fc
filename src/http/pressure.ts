/**
 * Refuses early what would be answered too late. Work that is begun and then given up by its client costs those who are
 * still in time; a 503 before anything was read or looked up costs next to nothing.
 */
import underPressure from '@fastify/under-pressure'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { WriterLoad } from '../database/writer-observer.js'
import { Refusal } from '../errors.js'
import { SUBMISSIONS } from './rights.js'

/** What was too full: the event loop of this process, or the queue of submissions. */
export type ShedReason = 'event-loop' | 'queue'

export type PressureOptions = {
  /**
   * Milliseconds that the event loop may be late, on the average of a sample, before requests are refused. 0: any.
   * A submission needs about half a dozen turns of the loop: with a second each, most clients would have left.
   * How much of its time the loop works is no measure: a process that is always at work and always in time is well used.
   */
  readonly maxLoopDelay: number
  /** Milliseconds from one sample to the next. */
  readonly sampleMilliseconds?: number
  readonly load: () => WriterLoad
  readonly onShed?: ((reason: ShedReason) => void) | undefined
}

/**
 * Never refused: a restart cures no overload, and were every replica to say that it is not ready, none would be left.
 */
const SPARED = new Set(['/livez', '/readyz'])

function isSubmission({ method, routeOptions }: FastifyRequest): boolean {
  return SUBMISSIONS.has(`${method} ${routeOptions.url ?? ''}`)
}

/** Sheds load on all routes that are registered after it. To be registered before authentication, which asks the database. */
export async function registerPressure(app: FastifyInstance, options: PressureOptions): Promise<void> {
  const { maxLoopDelay, sampleMilliseconds = 1_000, load, onShed } = options
  // Made once: under overload even the trace of an error is work.
  const busy = new Refusal('unavailable', 'The service is overloaded right now; please try again.', [], 2)
  const full = new Refusal('unavailable', 'Too many submissions are waiting; please try again.', [], 1)
  if (maxLoopDelay > 0) {
    await app.register(underPressure, {
      maxEventLoopDelay: maxLoopDelay,
      sampleInterval: sampleMilliseconds,
      // Its own answer would have a body of another form.
      pressureHandler: ({ routeOptions }) => {
        if (SPARED.has(routeOptions.url ?? '')) return
        onShed?.('event-loop')
        throw busy
      },
    })
  }
  app.addHook('onRequest', (request, _reply, done) => {
    const { queued, capacity } = load()
    if (queued < capacity || !isSubmission(request)) {
      done()
      return
    }
    onShed?.('queue')
    done(full)
  })
}
