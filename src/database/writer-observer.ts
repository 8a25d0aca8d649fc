/** What the attempt writer tells of its work to whoever measures it. Numbers alone: nothing says whose attempts they are. */

/** A flush that is over. Times in seconds. */
export type FlushedBatch = {
  /** Submissions in it. */
  readonly size: number
  /** SQL statements that it took. */
  readonly statements: number
  /** From its beginning to its end, the wait for a connection included. */
  readonly seconds: number
  /** Of these, spent waiting for a connection of the pool; undefined where it took no transaction of its own. */
  readonly waitSeconds: number | undefined
  /** How long each of its submissions had waited in the queue before. */
  readonly queuedSeconds: readonly number[]
  readonly outcome: 'committed' | 'failed'
}

export type WriterObserver = {
  /** Told once a flush, when it is over. Does not throw. */
  readonly flushed: (batch: FlushedBatch) => void
}

/** How full the writer's queue is; at its capacity it refuses what comes. Both in submissions. */
export type WriterLoad = {
  readonly queued: number
  readonly capacity: number
}
