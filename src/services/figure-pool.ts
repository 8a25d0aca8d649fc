/**
 * The threads that draw figures. A job that takes too long is ended with its thread; one that crashes takes nothing
 * else with it.
 */
import { MessageChannel } from 'node:worker_threads'
import { Piscina } from 'piscina'
import { Refusal } from '../errors.js'
import type { Figure } from '../figure/draw.js'
import type { FigureJob } from './figure-worker.js'

export type FigurePool = {
  /** Draws a figure. All errors are refusals: it takes too much, too many are waiting, or its thread failed. */
  readonly draw: (job: FigureJob) => Promise<Figure>
  /** Ends all threads, and with them what they are drawing. */
  readonly close: () => Promise<void>
}

export type FigurePoolOptions = {
  /** The compiled `figure-worker`. */
  readonly workerFile: URL
  /** How long drawing one figure may take, counted from when a thread that is ready takes it up. */
  readonly limitMilliseconds?: number
  /** How many may be drawn or wait to be drawn. */
  readonly mostAtOnce?: number
  /** How much memory a thread may take. */
  readonly threadMegabytes?: number
  /** Told what lies behind a refusal where a thread failed, and when one ends by itself with nothing to draw. */
  readonly onError: (error: unknown) => void
}

const LIMIT_MILLISECONDS = 2_000
const MOST_AT_ONCE = 32
const MOST_THREADS = 2
/** A second thread that has nothing to draw for so long is ended. */
const IDLE_MILLISECONDS = 300_000
/** How long a figure may wait for a thread, the start of the thread included. */
const WAIT_MILLISECONDS = 20_000
/** Enough for the largest graphs many times over. */
const THREAD_MEGABYTES = 512
const RETRY_SECONDS = 5

/** A pool whose first thread starts with the first figure. No thread keeps the process alive. */
export function createFigurePool(options: FigurePoolOptions): FigurePool {
  const {
    limitMilliseconds = LIMIT_MILLISECONDS,
    mostAtOnce = MOST_AT_ONCE,
    threadMegabytes = THREAD_MEGABYTES,
  } = options
  let threads: Piscina<unknown, Figure> | undefined
  let atOnce = 0
  const start = (): Piscina<unknown, Figure> => {
    const pool = new Piscina<unknown, Figure>({
      filename: options.workerFile.href,
      name: 'draw',
      // At least one: where the last thread was ended, what waits would wait for ever.
      minThreads: 1,
      maxThreads: MOST_THREADS,
      idleTimeout: IDLE_MILLISECONDS,
      resourceLimits: { maxOldGenerationSizeMb: threadMegabytes },
    })
    pool.on('error', error => {
      options.onError(error)
      abandon(pool)
    })
    return pool
  }
  /** A thread that cannot start leaves what waits for it waiting: all is refused, and the next figure starts anew. */
  const abandon = (pool: Piscina<unknown, Figure>): void => {
    // Only once: a pool that is destroyed twice may start a thread again.
    if (threads !== pool) return
    threads = undefined
    void pool.destroy()
  }
  return {
    async draw(job) {
      if (atOnce >= mostAtOnce) {
        throw new Refusal('unavailable', 'Too many figures are being drawn right now.', [], RETRY_SECONDS)
      }
      atOnce += 1
      try {
        threads ??= start()
        return await drawWithin(threads, job, limitMilliseconds)
      } catch (error) {
        if (error instanceof Refusal) throw error
        // The thread could not start, or failed or was ended over this figure: another try may go well.
        options.onError(error)
        // A thread that has started and fails is replaced before its figure fails.
        if (threads?.threads.length === 0) abandon(threads)
        throw new Refusal('unavailable', 'The figure could not be drawn right now.', [], RETRY_SECONDS)
      } finally {
        atOnce -= 1
      }
    },

    async close() {
      const pool = threads
      threads = undefined
      await pool?.destroy()
    },
  }
}

async function drawWithin(threads: Piscina<unknown, Figure>, job: FigureJob, limit: number): Promise<Figure> {
  const ending = new AbortController()
  const waiting = new Refusal('unavailable', 'The figure waited too long to be drawn.', [], RETRY_SECONDS)
  const end = (refusal: Refusal): void => {
    ending.abort(refusal)
  }
  let timer = setTimeout(end, WAIT_MILLISECONDS, waiting)
  const { port1: here, port2: begun } = new MessageChannel()
  here.once('message', () => {
    clearTimeout(timer)
    timer = setTimeout(end, limit, tooMuch())
  })
  try {
    return await threads.run({ ...job, begun }, { transferList: [begun], signal: ending.signal })
  } catch (error) {
    if (ending.signal.aborted) throw ending.signal.reason
    if (hasCode(error, 'ERR_WORKER_OUT_OF_MEMORY')) throw tooMuch()
    throw error
  } finally {
    clearTimeout(timer)
    here.close()
  }
}

function tooMuch(): Refusal {
  return new Refusal(
    'figure-not-drawn',
    'Drawing this figure took more time or memory than one may take. Try again later, or with a smaller graph.',
    [],
    30,
  )
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
