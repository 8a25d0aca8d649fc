/** Waiting, for what goes on until it is stopped. Passed in, so that a test can drive it by hand. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Resolves after so many milliseconds, or as soon as the signal is aborted. */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>

/** By the clock on the wall. */
export const pauseFor: Pause = async (milliseconds, signal) => {
  // Stopped is as good as waited.
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
}
