/**
 * What is typed, kept on the device until it is submitted, and what is submitted, kept until it is answered. A storage
 * that refuses is lived without.
 */
import type { Entries } from './board.js'
import { createStore } from './store.js'

/** An attempt on its way: sent again with the same key until it is answered, so that it is stored once. */
export type PendingAttempt = {
  readonly key: string
  readonly variant: string
  /** The subject of what it was made on: the next attempt may be asked something else. */
  readonly subject: string
  /** The number that it was to have, as far as was known when it was submitted; null: it was not kept. */
  readonly number: number | null
  readonly entries: Entries
}

/** What is asked of localStorage. */
export type KeyValueStore = {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** A draft as text. */
export function writeDraft(entries: Entries): string {
  return JSON.stringify({ entries: [...entries] })
}

/** A draft read back; what is no draft is an empty one. */
export function readDraft(text: string): Entries {
  return readEntries(readObject(text)['entries'])
}

/** An attempt on its way, as text. */
export function writePending(attempt: PendingAttempt): string {
  return JSON.stringify({ ...attempt, entries: [...attempt.entries] })
}

/** An attempt on its way, read back; null: it is none. */
export function readPending(text: string | null): PendingAttempt | null {
  const { key, variant, subject, number, entries } = readObject(text)
  if (typeof key !== 'string' || typeof variant !== 'string' || typeof subject !== 'string') return null
  const kept = { key, variant, subject, entries: readEntries(entries) }
  return { ...kept, number: typeof number === 'number' ? number : null }
}

/** What a tab worked on last, so that it can be shown when its session has ended. */
export type LastWork = {
  readonly subject: string
  readonly attemptsSubject: string
  /** Box id → what the box is called. */
  readonly labels: ReadonlyMap<string, string>
}

export function writeLastWork({ labels, ...subjects }: LastWork): string {
  return JSON.stringify({ ...subjects, labels: [...labels] })
}

/** null: the text tells of no work. */
export function readLastWork(text: string | null): LastWork | null {
  const { subject, attemptsSubject, labels } = readObject(text)
  if (typeof subject !== 'string' || typeof attemptsSubject !== 'string') return null
  return { subject, attemptsSubject, labels: readEntries(labels) }
}

/** The draft of one subject in a storage; null: there is none to keep it in. */
export function createDraftStore(storage: KeyValueStore | null, subject: string) {
  const key = `chainmark:draft:v1:${subject}`
  const kept = createKeptText(storage, key)
  const keeping = createStore((_before: boolean, isKept: boolean) => isKept, storage !== null)
  return {
    key,
    /** Whether what is typed is kept, as far as that was tried: a storage may be full. */
    keeping,
    /** null: none is kept, which is something else than one that was cleared. */
    read(): Entries | null {
      const text = kept.read()
      return text === null ? null : readDraft(text)
    },
    /** Keeps a draft, also an empty one, which tells other tabs of it; false where it could not be kept. */
    write(entries: Entries): boolean {
      const isKept = kept.write(writeDraft(entries))
      keeping.dispatch(isKept)
      return isKept
    },
    remove: kept.remove,
  }
}

export type DraftStore = ReturnType<typeof createDraftStore>

/** The attempt that a learner has on its way to an assignment, from whichever tab. */
export function createPendingStore(storage: KeyValueStore | null, attemptsSubject: string) {
  const key = `chainmark:pending:v1:${attemptsSubject}`
  const kept = createKeptText(storage, key)
  const read = (): PendingAttempt | null => readPending(kept.read())
  return {
    key,
    read,
    write: (attempt: PendingAttempt): boolean => kept.write(writePending(attempt)),
    /** Takes an attempt away once it is answered; another one stays. */
    remove(attempt: PendingAttempt): void {
      if (read()?.key === attempt.key) kept.remove()
    },
  }
}

export type PendingStore = ReturnType<typeof createPendingStore>

function createKeptText(storage: KeyValueStore | null, key: string) {
  return {
    read(): string | null {
      try {
        return storage?.getItem(key) ?? null
      } catch {
        return null
      }
    },
    write(text: string): boolean {
      try {
        storage?.setItem(key, text)
        return storage !== null
      } catch {
        return false
      }
    },
    remove: (): void => {
      try {
        storage?.removeItem(key)
      } catch {
        // What cannot be taken away could not be kept either.
      }
    },
  }
}

function readEntries(value: unknown): Entries {
  if (!Array.isArray(value)) return new Map()
  const pairs = (value as readonly unknown[]).filter(isPair)
  return new Map(pairs)
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every(part => typeof part === 'string')
}

/** The object that a text writes; an empty one where it writes none. */
function readObject(text: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
