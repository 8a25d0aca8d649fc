/** Waiting for room in the writer's queue, with an end to it. */
import type { WriterLoad } from '../database/writer-observer.js'

/** Resolves after so many milliseconds. */
export type Pause = (milliseconds: number) => Promise<unknown>

/** Milliseconds that are waited for at most, all together: well within the time after which clients give up a request. */
const PATIENCE_MILLISECONDS = 10_000
/** The first wait; each is twice the one before, up to the longest. */
const FIRST_MILLISECONDS = 50
const LONGEST_MILLISECONDS = 1_000

/**
 * The patience of one request. Each call waits until the queue has room, and answers whether it is worth another try;
 * false once the patience is used up. All who ask meanwhile wait together and go on together.
 */
export function createPatience(load: () => WriterLoad, pause: Pause): () => Promise<boolean> {
  let left = PATIENCE_MILLISECONDS
  // It grows over the whole request: a queue may have room by number and none for what is tried.
  let next = FIRST_MILLISECONDS
  let waiting: Promise<boolean> | undefined

  const wait = async (): Promise<boolean> => {
    let room = false
    while (!room && left > 0) {
      const milliseconds = Math.min(next, left)
      left -= milliseconds
      next = Math.min(2 * next, LONGEST_MILLISECONDS)
      await pause(milliseconds)
      const { queued, capacity } = load()
      room = queued < capacity
    }
    waiting = undefined
    return room
  }
  return () => (waiting ??= wait())
}
