import { setImmediate as afterThisTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createFairLine } from '../../src/services/fair-line.js'

/** A line whose work takes no time, and a list of what it did. */
function setUp(options: Parameters<typeof createFairLine>[0] = {}) {
  const line = createFairLine({ now: () => 0, ...options })
  const done: string[] = []
  const ask = (party: string, what: string, isWanted?: () => boolean): Promise<string> =>
    line
      .take(party, () => done.push(what), isWanted)
      .then(
        () => 'done',
        (error: unknown) => (error as { code: string }).code,
      )
  return { line, done, ask }
}

describe('whoever asks', () => {
  test('has a turn after one piece of each other party, however much those have asked for', async () => {
    const { done, ask } = setUp()
    const all = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'].map(what => ask(what.slice(0, 1), what))
    await Promise.all(all)
    expect(done).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
  })

  test('is answered what the work answers, or told how it failed, and the line goes on', async () => {
    const { line } = setUp()
    const fails = line.take('a', () => {
      throw new Error('no')
    })
    await expect(Promise.all([fails.catch(String), line.take('a', () => 7)])).resolves.toEqual([
      'Error: no',
      7,
    ])
  })

  test('waits for no turn of an event loop that others need', async () => {
    const { ask } = setUp()
    let turns = 0
    const all = Promise.all(['1', '2', '3'].map(what => ask('a', what)))
    const counting = (async () => {
      for (; turns < 3; turns += 1) await afterThisTurn()
    })()
    await all
    await counting
    expect(turns).toBe(3)
  })
})

describe('where too many wait', () => {
  test('a party that has as many waiting as it may is refused, and others are not', async () => {
    const { ask } = setUp({ mostEach: 2 })
    expect(await Promise.all([ask('a', '1'), ask('a', '2'), ask('a', '3'), ask('b', '4')])).toEqual([
      'done',
      'done',
      'unavailable',
      'done',
    ])
  })

  test('the party that asks for most gives way to who comes, and never who asks for least', async () => {
    const { line, done, ask } = setUp({ mostInAll: 3 })
    const all = [ask('a', 'a1'), ask('a', 'a2'), ask('a', 'a3'), ask('b', 'b1'), ask('a', 'a4')]
    expect(line.waiting()).toBe(3)
    expect(await Promise.all(all)).toEqual(['done', 'done', 'unavailable', 'done', 'unavailable'])
    expect(done).toEqual(['a1', 'b1', 'a2'])
    expect(line.waiting()).toBe(0)
  })

  test('what nobody waits for any more is not done', async () => {
    const { done, ask } = setUp()
    let isThere = true
    const all = [ask('a', '1'), ask('b', '2', () => isThere), ask('b', '3')]
    isThere = false
    await Promise.all(all)
    expect(done).toEqual(['1', '3'])
  })
})

test('after work that took its time it rests for as long, and the rest is over however late the next comes', async () => {
  let clock = 0
  const line = createFairLine({ now: () => clock })
  await line.take('a', () => {
    clock += 5
  })
  // A minute later: were the rest counted from now, the timer would be waited for.
  clock += 60_000
  let turns = 0
  const next = line.take('a', () => 'done')
  const counting = (async () => {
    for (; turns < 2; turns += 1) await afterThisTurn()
  })()
  expect(await Promise.race([next, counting.then(() => 'late')])).toBe('done')
})
