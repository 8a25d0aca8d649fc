/** What is typed, kept on the device until it is submitted. A storage that refuses is lived without. */
import type { Entries } from './board.js'

/** An attempt on its way: sent again with the same key until it is answered, so that it is stored once. */
export type PendingAttempt = {
  readonly key: string
  readonly variant: string
  readonly entries: Entries
}

export type Draft = { readonly entries: Entries; readonly pending: PendingAttempt | null }

/** What is asked of localStorage. */
export type KeyValueStore = {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

export const EMPTY_DRAFT: Draft = { entries: new Map(), pending: null }

/** The key that the draft of a subject is kept under. */
export function draftKey(subject: string): string {
  return `chainmark:draft:v1:${subject}`
}

/** A draft as text. */
export function writeDraft({ entries, pending }: Draft): string {
  return JSON.stringify({
    entries: [...entries],
    pending: pending === null ? null : { ...pending, entries: [...pending.entries] },
  })
}

/** A draft read back; what is no draft is an empty one. */
export function readDraft(text: string | null): Draft {
  if (text === null) return EMPTY_DRAFT
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return EMPTY_DRAFT
  }
  if (!isObject(value)) return EMPTY_DRAFT
  return { entries: readEntries(value['entries']), pending: readPending(value['pending']) }
}

/** The draft of one subject in a storage; null: there is none to keep it in. */
export function createDraftStore(storage: KeyValueStore | null, subject: string) {
  const key = draftKey(subject)
  return {
    key,
    read(): Draft {
      try {
        return readDraft(storage?.getItem(key) ?? null)
      } catch {
        return EMPTY_DRAFT
      }
    },
    /** Keeps a draft; false where it could not be kept. An empty one takes no room. */
    write(draft: Draft): boolean {
      try {
        if (storage === null) return false
        if (draft.entries.size === 0 && draft.pending === null) storage.removeItem(key)
        else storage.setItem(key, writeDraft(draft))
        return true
      } catch {
        return false
      }
    },
  }
}

export type DraftStore = ReturnType<typeof createDraftStore>

function readPending(value: unknown): PendingAttempt | null {
  if (!isObject(value)) return null
  const { key, variant, entries } = value
  if (typeof key !== 'string' || typeof variant !== 'string') return null
  return { key, variant, entries: readEntries(entries) }
}

function readEntries(value: unknown): Entries {
  if (!Array.isArray(value)) return new Map()
  const pairs = (value as readonly unknown[]).filter(isPair)
  return new Map(pairs)
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every(part => typeof part === 'string')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
