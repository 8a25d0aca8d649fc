import { setImmediate as everythingElse } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createWorkApart, type WorkKind } from '../../src/database/work-apart.js'

/** Work that says when it begins, and ends when it is told. */
function createBench(most: number) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  let over = 0
  const apart = createWorkApart(most, () => (over += 1))
  return {
    apart,
    begun,
    over: () => over,
    add: (kind: WorkKind, name: string) => {
      apart.add(kind, () => {
        begun.push(name)
        return new Promise<void>(resolve => ends.set(name, resolve))
      })
    },
    end: async (name: string) => {
      ends.get(name)!()
      await everythingElse()
    },
  }
}

test('so much is done at once, and the rest in turn', async () => {
  const { apart, begun, over, add, end } = createBench(2)
  for (const name of ['1', '2', '3']) add('alone', name)
  expect(begun).toEqual(['1', '2'])
  await end('2')
  expect(begun).toEqual(['1', '2', '3'])
  await end('3')
  expect(apart.isIdle()).toBe(false)
  await end('1')
  expect(apart.isIdle()).toBe(true)
  expect(over()).toBe(3)
})

test('a kind of which much waits leaves the next place to another', async () => {
  const { begun, add, end } = createBench(2)
  for (const name of ['1', '2', '3', '4']) add('alone', name)
  add('held', 'other')
  add('search', 'third')
  await end('1')
  expect(begun).toEqual(['1', '2', 'other'])
  await end('2')
  expect(begun.at(-1)).toBe('third')
  await end('third')
  expect(begun.at(-1)).toBe('3')
})
