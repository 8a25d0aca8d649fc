/** Work in the background of every server: a step, a rest, and the next step, until it is stopped. */
import { pauseFor, type Pause } from './live-clock.js'

export type BackgroundOptions = {
  /** Told what a step failed of; the next one tries again. */
  readonly onError: (error: unknown) => void
  /** Waits for so many milliseconds, or until the rest is to end: something is to be done at once, or nothing any more. */
  readonly pause?: Pause
}

/** Milliseconds between two steps of which the first has left something to do: others get their turn. */
const BREATH_MILLISECONDS = 10

/** A loop at rest until it is started. A step is told when it is to stop, and answers whether there is more to do at once. */
export function createBackgroundLoop(
  step: (stopping: AbortSignal) => Promise<{ readonly more: boolean }>,
  restMilliseconds: number,
  { onError, pause = pauseFor }: BackgroundOptions,
) {
  const stopping = new AbortController()
  let resting = new AbortController()
  const work = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // What wakes it while it works ends the rest that follows.
      resting = new AbortController()
      const { more } = await step(stopping.signal).catch((error: unknown) => {
        onError(error)
        return { more: false }
      })
      await pause(more ? BREATH_MILLISECONDS : restMilliseconds, resting.signal)
    }
  }
  let working: Promise<void> | undefined

  return {
    /** Works from now on. */
    start: (): void => {
      working ??= work()
    },

    /** Ends the rest: there is something to do at once. */
    wake: (): void => {
      resting.abort()
    },

    /** Begins no other step; resolves once the one that is under way is over. */
    stop: async (): Promise<void> => {
      stopping.abort()
      resting.abort()
      await working
    },
  }
}
