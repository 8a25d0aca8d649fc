/** When the tables are looked at: now and then by itself, sooner where something asks for it, and never for most of the time. */
import type { Pause } from './live-clock.js'

/** Milliseconds between two looks at the tables, and the least between two where hints say so. */
const LOOK_MILLISECONDS = 2_000
const SOON_MILLISECONDS = 250
/** Looking may take a twentieth of the time, looking back as far as need be another, and a fifth where hints ask for it. */
const REST = 20
const SHORT_REST = 5

/** How far a look goes back: as far as need be, or, where that takes long, mostly not as far. */
export type LookBack = 'far' | 'near'

type LookerOptions = {
  readonly look: (courseIds: readonly string[], back: LookBack) => Promise<void>
  readonly all: () => readonly string[]
  readonly now: () => number
  readonly pause: Pause
  readonly onError: (error: unknown) => void
}

/** Looks at all courses every two seconds, at those that hints speak of sooner, and never for most of the time. */
export function createLooker({ look, all, now, pause, onError }: LookerOptions) {
  let resting = new AbortController()
  let hurry = new AbortController()
  let soon = new Set<string>()
  let working: Promise<void> | undefined

  const work = async (signal: AbortSignal): Promise<void> => {
    const isOver = (): boolean => signal.aborted
    let [tookNear, tookFar] = [0, 0]
    let lastAll = now()
    let lastFar = -Infinity
    while (!isOver()) {
      hurry = new AbortController()
      const nextAll = lastAll + Math.max(LOOK_MILLISECONDS, REST * tookNear)
      const untilAll = nextAll - now()
      if (untilAll > 0 && soon.size === 0) await pause(untilAll, hurry.signal)
      if (isOver()) return
      const start = now()
      const isTime = start >= nextAll
      const back = isTime && start >= lastFar + REST * tookFar ? 'far' : 'near'
      const courseIds = isTime ? all() : [...soon]
      soon = new Set()
      if (isTime) lastAll = start
      if (back === 'far') lastFar = start
      try {
        await look(courseIds, back)
      } catch (error) {
        onError(error)
      }
      const took = now() - start
      if (back === 'far') tookFar = took
      else tookNear = took
      await pause(Math.max(SOON_MILLISECONDS, SHORT_REST * took), signal)
    }
  }

  const rest = (): void => {
    resting.abort()
    hurry.abort()
    soon = new Set()
  }

  return {
    begin: (): void => {
      if (working !== undefined && !resting.signal.aborted) return
      resting = new AbortController()
      const { signal } = resting
      working = Promise.resolve(working).then(() => work(signal))
    },

    lookSoon: (...courseIds: readonly string[]): void => {
      for (const courseId of courseIds) soon.add(courseId)
      hurry.abort()
    },

    rest,

    stop: async (): Promise<void> => {
      rest()
      await working
    },
  }
}
