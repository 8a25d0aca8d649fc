/** What is needed by some, now and then: it stays for a while after the last, since most come back. */
import type { Pause } from './live-clock.js'

/** Something that is begun when it is needed, and ended a while after it no longer is. */
export function createLingering(
  pause: Pause,
  milliseconds: number,
  start: () => { readonly stop: () => Promise<void> },
) {
  let current: { readonly stop: () => Promise<void> } | undefined
  let lingering = new AbortController()
  let ending: Promise<void> = Promise.resolve()

  const end = (): void => {
    const over = current?.stop()
    current = undefined
    ending = Promise.all([ending, over]).then(() => undefined)
  }

  return {
    begin: (): void => {
      lingering.abort()
      current ??= start()
    },

    linger: (): void => {
      lingering.abort()
      lingering = new AbortController()
      const { signal } = lingering
      void pause(milliseconds, signal).then(() => {
        if (!signal.aborted) end()
      })
    },

    stop: async (): Promise<void> => {
      lingering.abort()
      end()
      await ending
    },
  }
}
