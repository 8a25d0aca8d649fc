import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createDraftStore,
  createPendingStore,
  readDraft,
  readLastWork,
  readPending,
  writeDraft,
  writeLastWork,
  writePending,
  type KeyValueStore,
} from '../../src/web/state/drafts.js'

function memory(): KeyValueStore & { readonly items: Map<string, string> } {
  const items = new Map<string, string>()
  return {
    items,
    getItem: key => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: key => void items.delete(key),
  }
}

const refuse = (): never => {
  throw new Error('full')
}
const NO_ROOM: KeyValueStore = { getItem: refuse, setItem: refuse, removeItem: refuse }

const entries = fc.array(fc.tuple(fc.string(), fc.string())).map(pairs => new Map(pairs))
const texts = { key: fc.string(), variant: fc.string(), subject: fc.string() }

test('all is read back as it was written, whatever was typed and however boxes are called', () => {
  fc.assert(
    fc.property(entries, fc.record({ ...texts, number: fc.option(fc.nat()), entries }), (draft, pending) => {
      expect(readDraft(writeDraft(draft))).toEqual(draft)
      expect(readPending(writePending(pending))).toEqual(pending)
      const work = { subject: pending.subject, attemptsSubject: pending.key, labels: draft }
      expect(readLastWork(writeLastWork(work))).toEqual(work)
    }),
  )
  const odd = new Map([['__proto__', '1']])
  expect(readDraft(writeDraft(odd))).toEqual(odd)
})

test('an attempt that was kept without its number is one without a number', () => {
  const text = JSON.stringify({ key: 'k1', variant: '', subject: 'one', entries: [['a', '11']] })
  expect(readPending(text)).toMatchObject({ key: 'k1', number: null })
})

test.each(['', 'null', '[]', '{}', '{"entries":7}', '{"entries":[["a"],["b",2],null]}', '{"key":1}', 'x'])(
  'what is no draft is an empty one, and what is no attempt is none: %s',
  text => {
    expect(readDraft(text)).toEqual(new Map())
    expect(readPending(text)).toBeNull()
    expect(readLastWork(text)).toBeNull()
  },
)

describe('the draft of a subject', () => {
  const draft = new Map([['a', '11']])

  test('is kept under its own key; one that was cleared is something else than none', () => {
    const storage = memory()
    const [one, other] = [createDraftStore(storage, 'one'), createDraftStore(storage, 'other')]
    expect(one.write(draft)).toBe(true)
    expect(one.read()).toEqual(draft)
    expect(other.read()).toBeNull()
    one.write(new Map())
    expect(one.read()).toEqual(new Map())
    one.remove()
    expect(one.read()).toBeNull()
    expect(storage.items.size).toBe(0)
  })

  test('is lived without where the storage throws or is none', () => {
    for (const storage of [NO_ROOM, null]) {
      const drafts = createDraftStore(storage, 'one')
      expect(drafts.write(draft)).toBe(false)
      expect(drafts.read()).toBeNull()
      drafts.remove()
    }
  })
})

describe('the attempt that a learner has on its way', () => {
  const attempt = { key: 'k1', variant: '', subject: 'one', number: 1, entries: new Map([['a', '11']]) }

  test('is found whatever is shown, and is not taken away by a draft or by another attempt', () => {
    const storage = memory()
    createPendingStore(storage, 'ada').write(attempt)
    const pendings = createPendingStore(storage, 'ada')
    createDraftStore(storage, 'ada').write(new Map())
    createDraftStore(storage, 'ada').remove()
    pendings.remove({ ...attempt, key: 'k2' })
    expect(pendings.read()).toEqual(attempt)
    expect(createPendingStore(storage, 'bob').read()).toBeNull()
    pendings.remove(attempt)
    expect(storage.items.size).toBe(0)
  })

  test('is lived without where the storage throws or is none', () => {
    for (const storage of [NO_ROOM, null]) {
      const pendings = createPendingStore(storage, 'ada')
      expect(pendings.write(attempt)).toBe(false)
      expect(pendings.read()).toBeNull()
      pendings.remove(attempt)
    }
  })
})
