import { describe, expect, test } from 'vitest'
import { createPatience } from '../../src/services/patience.js'

/** A patience before a queue that has room from the given pause on. */
function before(roomAfter: number) {
  const waited: number[] = []
  const patience = createPatience(
    () => ({ queued: waited.length < roomAfter ? 10 : 9, capacity: 10 }),
    milliseconds => {
      waited.push(milliseconds)
      return Promise.resolve()
    },
  )
  return { patience, waited }
}

describe('patience', () => {
  test('waits until there is room, longer each time', async () => {
    const { patience, waited } = before(3)
    expect(await patience()).toBe(true)
    expect(waited).toEqual([50, 100, 200])
  })

  test('is shared by all who ask at once', async () => {
    const { patience, waited } = before(1)
    expect(await Promise.all([patience(), patience(), patience()])).toEqual([true, true, true])
    expect(waited).toEqual([50])
  })

  test('is used up in the end, where there is never room and where there is room that does not help', async () => {
    const never = before(Infinity)
    expect(await never.patience()).toBe(false)
    expect(await never.patience()).toBe(false)
    const always = before(0)
    let tries = 0
    while (await always.patience()) tries += 1
    expect(tries).toBeLessThan(20)
    for (const { waited } of [never, always]) expect(waited.reduce((sum, each) => sum + each)).toBe(10_000)
  })
})
