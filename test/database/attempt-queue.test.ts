import { describe, expect, test } from 'vitest'
import type { AttemptDraft } from '../../src/database/attempt-flush.js'
import { createAttemptQueue, type QueueItem, type QueueLimits } from '../../src/database/attempt-queue.js'

const LIMITS: QueueLimits = { capacity: 8, characters: 1_000, batch: 3, batchCharacters: 100 }

type Named = QueueItem & { readonly name: string }

/** `ada1@week`: the first of ada to week; `:k` behind it is a key. */
function item(text: string, size = 10): Named {
  const [, name, learner, assignmentId, key] = /^((\D+)\d+)@(\w+):?(\w+)?$/.exec(text)!
  return {
    name: name!,
    person: learner!,
    key,
    size,
    draft: { assignmentId } as AttemptDraft,
    decide: () => ({ kind: 'refused', refusal: undefined }),
  }
}

function queueOf(...texts: string[]) {
  const queue = createAttemptQueue<Named>(LIMITS)
  expect(texts.filter(text => !queue.add(item(text)))).toEqual([])
  return queue
}

const names = (items: readonly Named[]) => items.map(({ name }) => name)
const NOBODY = new Map<Named, () => void>()

describe('a learner whose submissions are being flushed', () => {
  test('has later ones wait, in order, until all of these are over', () => {
    const queue = queueOf('ada1@week', 'bob1@week', 'ada2@week', 'ada3@week', 'bob2@week', 'cyd1@week')
    const first = queue.take()
    expect(names(first)).toEqual(['ada1', 'bob1', 'ada2'])
    expect(names(queue.take())).toEqual(['cyd1'])
    expect(queue.take()).toEqual([])
    expect(queue.waiting()).toBe(2)
    queue.settle(first.slice(0, 1), NOBODY)
    expect(queue.has(1)).toBe(false)
    queue.settle(first.slice(1), NOBODY)
    expect(names(queue.take()).sort()).toEqual(['ada3', 'bob2'])
    expect(queue.waiting()).toBe(0)
  })

  test('and one of whom something is put back: that is first', () => {
    const queue = queueOf('ada1@week', 'bob1@week', 'cyd1@week', 'ada2@week')
    const batch = queue.take()
    expect(queue.take()).toEqual([])
    queue.putBack(batch.slice(0, 1))
    queue.settle(batch.slice(1), NOBODY)
    expect(names(queue.take())).toEqual(['ada1', 'ada2'])
  })
})

describe('submissions with the key of another', () => {
  const batchOfThree = () => {
    const queue = queueOf('ada1@week:k', 'bob1@week:k', 'cyd1@week:k', 'dan1@week:other')
    const batch = queue.take()
    expect(names(batch)).toEqual(['ada1', 'dan1'])
    return { queue, batch }
  }

  test('are told what became of it', () => {
    const { queue, batch } = batchOfThree()
    const told: string[] = []
    queue.settle(batch, new Map([[batch[0]!, ({ name }) => told.push(name)]]))
    expect(told).toEqual(['bob1', 'cyd1'])
    expect(queue.waiting()).toBe(0)
  })

  test('take its place, one after the other, where nothing was found out', () => {
    const { queue, batch } = batchOfThree()
    queue.settle(batch, NOBODY)
    const next = queue.take()
    expect(names(next)).toEqual(['bob1'])
    queue.settle(next, NOBODY)
    expect(names(queue.take())).toEqual(['cyd1'])
  })
})

describe('an assignment that is held', () => {
  test('has its submissions wait apart, those included that come later, and they come back first', () => {
    const queue = queueOf('ada1@held', 'bob1@free', 'cyd1@held')
    queue.hold('held')
    expect(queue.add(item('dan1@free'))).toBe(true)
    queue.release('held')
    queue.hold('held')
    expect(names(queue.take())).toEqual(['bob1', 'dan1'])
    expect(queue.has(1)).toBe(false)
    queue.release('held')
    expect(names(queue.take())).toEqual(['ada1', 'cyd1'])
  })

  test('is taken from by its name, and what is put back is first among its own', () => {
    const queue = queueOf('ada1@held', 'bob1@held', 'cyd1@free')
    queue.hold('held')
    const batch = queue.take('held')
    expect(names(batch)).toEqual(['ada1', 'bob1'])
    expect(queue.add(item('dan1@held'))).toBe(true)
    queue.putBack(batch)
    expect(names(queue.take('held'))).toEqual(['ada1', 'bob1', 'dan1'])
    expect(names(queue.take())).toEqual(['cyd1'])
  })

  test.each<[string, (number: number) => string]>([
    ['of many learners', number => `l${String(number)}@held`.replace('l', 'lmnopq'.charAt(number))],
    ['of one learner', number => `ada${String(number)}@held`],
    ['with one key', number => `${'lmnopq'.charAt(number)}1@held:k`],
  ])('takes a quarter of the room and no more: %s', (_, text) => {
    const queue = queueOf(text(0))
    queue.hold('held')
    const taken = [1, 2, 3, 4].map(number => queue.add(item(text(number))))
    expect(taken).toEqual([true, false, false, false])
    const others = ['x', 'y', 'z', 'u', 'v', 'w'].map(learner => queue.add(item(`${learner}1@free`)))
    expect(others).toEqual(Array(6).fill(true))
    expect(queue.waiting()).toBe(8)
  })

  test('takes a quarter of the characters and no more, together with others that are held', () => {
    const queue = queueOf()
    queue.hold('one')
    queue.hold('other')
    expect(queue.add(item('ada1@one', 249))).toBe(true)
    expect(queue.add(item('bob1@other', 1))).toBe(true)
    expect(queue.add(item('cyd1@other', 1))).toBe(false)
    expect(queue.add(item('dan1@free', 700))).toBe(true)
  })

  test('has its room again when what waited was taken, or was told', () => {
    const queue = queueOf('ada1@held:k')
    const flushed = queue.take()
    queue.hold('held')
    expect(queue.add(item('bob1@held:k'))).toBe(true)
    expect(queue.add(item('cyd1@held'))).toBe(true)
    expect(queue.add(item('dan1@held'))).toBe(false)
    queue.settle(flushed, new Map([[flushed[0]!, () => undefined]]))
    expect(queue.add(item('dan1@held'))).toBe(true)
    expect(queue.add(item('eve1@held'))).toBe(false)
    expect(names(queue.take('held'))).toEqual(['cyd1', 'dan1'])
    expect(queue.add(item('eve1@held'))).toBe(true)
    expect(queue.waiting()).toBe(1)
  })
})

test('what is set aside keeps its room and its learners until it is tried again', () => {
  const queue = queueOf('ada1@week', 'bob1@week', 'cyd1@week')
  const batch = queue.take()
  queue.setAside(batch.slice(0, 2))
  expect(queue.waiting()).toBe(2)
  const more = Array.from({ length: 7 }, (_, index) => queue.add(item(`ada${String(index + 2)}@week`)))
  expect(more).toEqual([true, true, true, true, true, true, false])
  expect(queue.take()).toEqual([])
  queue.resume(batch.slice(0, 2))
  expect(queue.waiting()).toBe(6)
  queue.settle(batch, NOBODY)
  expect(names(queue.take())).toEqual(['ada2', 'ada3', 'ada4'])
})
