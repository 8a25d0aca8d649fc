/** What the device keeps of the work on an assignment, and the board that begins with it. */
import type { SessionView } from '../contracts/learn.js'
import { storageOf } from './browser/storage.js'
import { filledEntries, isSameEntries, reduceBoard, startBoard, type Entries } from './state/board.js'
import { createDraftStore, createPendingStore, type DraftStore, type PendingAttempt } from './state/drafts.js'
import { judgeEarlier, lastOfShown, takesNothing } from './state/standing.js'
import { createStore } from './state/store.js'
import { entriesOf } from './state/verdicts.js'

/** What was typed for other values, to be looked at again. */
export type Carried = {
  readonly entries: Entries
  /** The subject that it was typed for. */
  readonly from: string
}

export type Kept = ReturnType<typeof createKept>

export function createKept(session: SessionView, carried: Carried | null) {
  const storage = storageOf('localStorage')
  const draftsOf = (subject: string): DraftStore => createDraftStore(storage, subject)
  const drafts = draftsOf(session.subject)
  const pendings = createPendingStore(storage, session.attemptsSubject)
  const [draft, pending] = [drafts.read(), pendings.read()]
  const earlier = pending === null ? null : { attempt: pending, fate: judgeEarlier(pending, session) }
  const hasDraft = draft !== null && draft.size > 0

  /** What the device has of this work, else what was brought along, is on its way or was submitted. */
  const firstEntries = (): Entries => {
    const { state, subject } = session
    const last = lastOfShown(session)
    const submitted = last === null ? null : entriesOf(last.answers)
    // What can be submitted no more stays on the device; what was submitted is looked at.
    if (takesNothing(state) && submitted !== null && earlier?.fate !== 'to-send') return submitted
    if (hasDraft) return draft
    const sent = pending?.subject === subject ? pending.entries : null
    return carried?.entries ?? sent ?? draft ?? submitted ?? new Map()
  }

  const board = createStore(reduceBoard, startBoard(firstEntries()))
  return {
    board,
    drafts,
    draftsOf,
    pendings,
    /** What was on its way when the page was opened, and what has become of it. */
    earlier,
    /** Keeps the entries of an attempt that is not sent, unless something newer is kept; false: other ones stand in the boxes. */
    takeUnsent({ subject, entries }: PendingAttempt): boolean {
      if (!isSameEntries(board.get().entries, filledEntries(entries))) return false
      if (subject === session.subject && !hasDraft) drafts.write(entries)
      return true
    },
    /** What was brought along is kept where it is now, and no more where it was. */
    takeCarried(): void {
      if (carried === null || carried.from === session.subject) return
      if (hasDraft || drafts.write(carried.entries)) draftsOf(carried.from).remove()
    },
  }
}
