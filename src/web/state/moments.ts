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
/** Where the time has come and nothing has changed, it is not asked more often. */
const LEAST_MILLISECONDS = 1_000

/**
 * How long to wait for a moment, some time after the server has said what time it is. The device's own clock may be
 * wrong, so only the time that has passed is taken from it. At 0 the moment has come.
 */
export function millisecondsUntil(moment: string, now: string, passed: number): number {
  const wait = Math.max(LEAST_MILLISECONDS, Date.parse(moment) - Date.parse(now) + MARGIN_MILLISECONDS)
  return Math.max(0, wait - passed)
}
