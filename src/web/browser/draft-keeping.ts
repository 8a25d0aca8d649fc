/** Keeps a board's entries on the device, and takes over what another tab has kept. */
import type { Board, BoardAction, Entries } from '../state/board.js'
import { readDraft, type DraftStore } from '../state/drafts.js'
import { subscribeToPart, type Store } from '../state/store.js'
import { PAUSE_MILLISECONDS } from '../state/typing.js'

type Options = {
  readonly drafts: DraftStore
  readonly board: Store<Board, BoardAction>
  /** The box that is being typed in. */
  readonly typing: () => string | null
  /** Entries of another tab are here, and for a moment no more have come. */
  readonly onMerged: () => void
  /** What is kept was taken away in another tab: it was submitted there, and what is seen here stays. */
  readonly onRemoved?: () => void
}

/** Begins to keep a draft, which is written with every change of the entries, until what it returns is called. */
export function keepDraft({ drafts, board, typing, onMerged, onRemoved }: Options): () => void {
  let isMerging = false
  let pause: ReturnType<typeof setTimeout> | undefined

  const merge = (entries: Entries): void => {
    const before = board.get()
    isMerging = true
    board.dispatch({ kind: 'merged', entries, typing: typing() })
    isMerging = false
    if (board.get() === before) return
    // It may go on there: each letter would be a question of every tab.
    clearTimeout(pause)
    pause = setTimeout(onMerged, PAUSE_MILLISECONDS)
  }
  const unsubscribe = subscribeToPart(
    board,
    ({ entries }) => entries,
    // What came from another tab is not written back to it.
    entries => isMerging || drafts.write(entries),
  )
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
    clearTimeout(pause)
    unsubscribe()
    window.removeEventListener('storage', onStorage)
    window.removeEventListener('pageshow', onWake)
  }
}
