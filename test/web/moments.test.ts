import { describe, expect, test } from 'vitest'
import { millisecondsUntil, nextMoment } from '../../src/web/state/moments.js'

const NOW = '2026-03-01T10:00:00.000Z'
const IN_A_MINUTE = '2026-03-01T10:01:00.000Z'
const IN_A_YEAR = '2027-03-01T10:00:00.000Z'

describe('a page asks again', () => {
  const assignment = {
    key: 'lab',
    title: 'Lab',
    points: 10,
    opensAt: IN_A_MINUTE,
    dueAt: null,
    closesAt: IN_A_YEAR,
    maxAttempts: null,
    feedback: 'full',
  } as const

  test.each([
    ['not-open', IN_A_MINUTE],
    ['open', IN_A_YEAR],
    ['no-attempts-left', IN_A_YEAR],
    ['closed', null],
  ] as const)('%s: when that changes by itself', (state, moment) => {
    expect(nextMoment({ state, assignment })).toBe(moment)
  })

  test('when it does by the clock of the server, of which the device takes only how much time has passed', () => {
    const left = millisecondsUntil(IN_A_MINUTE, NOW, 0)
    expect(left).toBeGreaterThan(60_000)
    expect(left).toBeLessThan(62_000)
    expect(millisecondsUntil(IN_A_MINUTE, NOW, 30_000)).toBe(left - 30_000)
    expect(millisecondsUntil(IN_A_MINUTE, NOW, left)).toBe(0)
    expect(millisecondsUntil(IN_A_MINUTE, NOW, 9_000_000)).toBe(0)
    expect(millisecondsUntil(IN_A_YEAR, NOW, 0)).toBeGreaterThan(364 * 86_400_000)
  })

  test('not without a pause where the time has come and nothing has changed', () => {
    expect(millisecondsUntil(NOW, IN_A_MINUTE, 0)).toBeGreaterThanOrEqual(1_000)
  })
})
