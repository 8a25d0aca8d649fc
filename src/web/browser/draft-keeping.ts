/** Keeps a board's entries on the device, and takes over what another tab has kept. */
import type { Board, BoardAction } from '../state/board.js'
import { readDraft, type DraftStore, type PendingAttempt } from '../state/drafts.js'
import type { Store } from '../state/store.js'

export type DraftKeeping = {
  /** Writes what is there, with the attempt that is on its way; false where the browser keeps nothing. */
  readonly write: (pending: PendingAttempt | null) => boolean
  readonly stop: () => void
}

type Options = {
  readonly drafts: DraftStore
  readonly board: Store<Board, BoardAction>
  /** The box that is being typed in. */
  readonly typing: () => string | null
  readonly pending: () => PendingAttempt | null
  readonly onMerged: () => void
}

/** Begins to keep a draft; it is written with every change of the entries. */
export function keepDraft({ drafts, board, typing, pending, onMerged }: Options): DraftKeeping {
  let kept = board.get().entries
  let isMerging = false
  const write = (attempt: PendingAttempt | null): boolean =>
    drafts.write({ entries: board.get().entries, pending: attempt })

  const merge = (text: string | null): void => {
    const { entries } = text === null ? drafts.read() : readDraft(text)
    const before = board.get()
    isMerging = true
    board.dispatch({ kind: 'merged', entries, typing: typing() })
    isMerging = false
    if (board.get() !== before) onMerged()
  }
  const unsubscribe = board.subscribe(({ entries }) => {
    if (entries === kept) return
    kept = entries
    // What came from another tab is not written back to it.
    if (!isMerging) write(pending())
  })
  const onStorage = (event: StorageEvent): void => {
    // Taken away: it was submitted there, and what is seen here stays until something is typed.
    if (event.key === drafts.key && event.newValue !== null) merge(event.newValue)
  }
  // A page that was asleep has missed what other tabs did. Nothing kept is nothing to take over: see above.
  const onWake = (event: PageTransitionEvent): void => {
    if (event.persisted && drafts.read().entries.size > 0) merge(null)
  }
  window.addEventListener('storage', onStorage)
  window.addEventListener('pageshow', onWake)
  return {
    write,
    stop() {
      unsubscribe()
      window.removeEventListener('storage', onStorage)
      window.removeEventListener('pageshow', onWake)
    },
  }
}
