/** When an open page has to ask how its assignment stands. */
import type { SessionView } from '../../contracts/learn.js'

/** What an assignment changes at by itself; null: at nothing any more. */
export function nextMoment({
  state,
  assignment: { opensAt, closesAt },
}: Pick<SessionView, 'state' | 'assignment'>): string | null {
  if (state === 'closed') return null
  return state === 'not-open' ? opensAt : closesAt
}

/** Servers' clocks are not all alike, and timers not that exact. */
const MARGIN_MILLISECONDS = 500
/** A class that waits for the same moment does not ask in the same one. */
export const SPREAD_MILLISECONDS = 4_000
/** Where the time has come and nothing has changed, it is not asked more often. */
const LEAST_MILLISECONDS = 1_000

/**
 * How long to wait for a moment, some time after the server has said what time it is. The device's own clock may be
 * wrong, so only the time that has passed is taken from it. `spread` milliseconds are added. At 0 the moment has come.
 */
export function millisecondsUntil(moment: string, now: string, passed: number, spread = 0): number {
  const margin = MARGIN_MILLISECONDS + spread
  const wait = Math.max(LEAST_MILLISECONDS, Date.parse(moment) - Date.parse(now) + margin)
  return Math.max(0, wait - passed)
}
