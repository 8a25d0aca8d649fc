import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createDraftStore,
  EMPTY_DRAFT,
  readDraft,
  writeDraft,
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

const entries = fc.array(fc.tuple(fc.string(), fc.string())).map(pairs => new Map(pairs))

test('a draft is read back as it was written, whatever was typed and however boxes are called', () => {
  const drafts = fc.record({
    entries,
    pending: fc.option(fc.record({ key: fc.string(), variant: fc.string(), entries })),
  })
  fc.assert(
    fc.property(drafts, draft => {
      expect(readDraft(writeDraft(draft))).toEqual(draft)
    }),
  )
  const odd = { entries: new Map([['__proto__', '1']]), pending: null }
  expect(readDraft(writeDraft(odd))).toEqual(odd)
})

test.each([
  '',
  'null',
  '[]',
  '{}',
  '{"entries":7}',
  '{"entries":[["a"],["b",2],null]}',
  '{"pending":{"key":1}}',
])('what is no draft is an empty one: %s', text => {
  expect(readDraft(text)).toEqual(EMPTY_DRAFT)
})

describe('the draft of a subject', () => {
  const draft = { entries: new Map([['a', '11']]), pending: null }

  test('is kept under its own key, and takes no room once it is empty', () => {
    const storage = memory()
    const [one, other] = [createDraftStore(storage, 'one'), createDraftStore(storage, 'other')]
    expect(one.write(draft)).toBe(true)
    expect(one.read()).toEqual(draft)
    expect(other.read()).toEqual(EMPTY_DRAFT)
    one.write(EMPTY_DRAFT)
    expect(storage.items.size).toBe(0)
  })

  test('is lived without where the storage throws or is none', () => {
    const refuse = (): never => {
      throw new Error('full')
    }
    const full = { getItem: refuse, setItem: refuse, removeItem: refuse }
    for (const storage of [full, null]) {
      const drafts = createDraftStore(storage, 'one')
      expect(drafts.write(draft)).toBe(false)
      expect(drafts.read()).toEqual(EMPTY_DRAFT)
    }
  })
})
