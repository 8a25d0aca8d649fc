/** Keeps a board's entries on the device, and takes over what another tab has kept. */
import type { Board, BoardAction, Entries } from '../state/board.js'
import { readDraft, type DraftStore } from '../state/drafts.js'
import type { Store } from '../state/store.js'

type Options = {
  readonly drafts: DraftStore
  readonly board: Store<Board, BoardAction>
  /** The box that is being typed in. */
  readonly typing: () => string | null
  readonly onMerged: () => void
  /** What is kept was taken away in another tab: it was submitted there, and what is seen here stays. */
  readonly onRemoved?: () => void
}

/** Begins to keep a draft, which is written with every change of the entries, until what it returns is called. */
export function keepDraft({ drafts, board, typing, onMerged, onRemoved }: Options): () => void {
  let kept = board.get().entries
  let isMerging = false

  const merge = (entries: Entries): void => {
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
    if (!isMerging) drafts.write(entries)
  })
  const onStorage = (event: StorageEvent): void => {
    if (event.key !== drafts.key) return
    if (event.newValue === null) onRemoved?.()
    else merge(readDraft(event.newValue))
  }
  // A page that was asleep has missed what other tabs did.
  const onWake = (event: PageTransitionEvent): void => {
    if (!event.persisted) return
    const entries = drafts.read()
    if (entries === null) onRemoved?.()
    else merge(entries)
  }
  window.addEventListener('storage', onStorage)
  window.addEventListener('pageshow', onWake)
  return () => {
    unsubscribe()
    window.removeEventListener('storage', onStorage)
    window.removeEventListener('pageshow', onWake)
  }
}
