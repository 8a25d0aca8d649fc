/** What stands in the boxes of a page, and what is known of it: a pure reducer, one action a thing that can happen. */

export type BoxStatus = 'correct' | 'follows' | 'incorrect' | 'invalid' | 'blank'

export type Remark = { readonly code: string; readonly message: string }

export type Verdict = {
  readonly status: BoxStatus
  /** What stood in the box when it was judged. */
  readonly entry: string
  readonly remarks: readonly Remark[]
  /** Of an array: how many of its entries are right. */
  readonly partly: { readonly right: number; readonly all: number } | null
  /** What is right, where a policy tells. */
  readonly expected: string | null
}

export type Entries = ReadonlyMap<string, string>

type Change = {
  /** Changes of one visit to a box are undone at once; null: it stands alone. */
  readonly visit: number | null
  readonly before: Entries
}

export type Board = {
  readonly entries: Entries
  readonly verdicts: ReadonlyMap<string, Verdict>
  /** What stood in a box when it was last left: only that is judged in the open. */
  readonly left: Entries
  /** The oldest first. */
  readonly history: readonly Change[]
  /** The number of the newest answer that was taken. */
  readonly newest: number
  /** What is shown in place of the entries; null: the entries. */
  readonly revealed: Entries | null
}

export type BoardAction =
  | { readonly kind: 'typed'; readonly box: string; readonly text: string; readonly visit: number }
  | { readonly kind: 'left'; readonly box: string }
  | { readonly kind: 'all-left' }
  | { readonly kind: 'cleared' }
  | { readonly kind: 'undone' }
  /** Entries of another tab, or of an earlier visit; the box that is typed in stays as it is. */
  | { readonly kind: 'merged'; readonly entries: Entries; readonly typing: string | null }
  /** An answer to the request of that number; of an older one than what is known it changes nothing. */
  | { readonly kind: 'judged'; readonly sequence: number; readonly verdicts: ReadonlyMap<string, Verdict> }
  /** An answer to what is still being typed in one box: whether that can be read. Nothing else is said of it yet. */
  | { readonly kind: 'read'; readonly box: string; readonly verdict: Verdict | null }
  | { readonly kind: 'verdicts-dropped' }
  | { readonly kind: 'revealed'; readonly values: Entries }
  | { readonly kind: 'hidden' }

const MOST_CHANGES = 500

/** A board with these entries, all of them looked at before. */
export function startBoard(entries: Entries = new Map()): Board {
  return {
    entries: withoutBlanks(entries),
    verdicts: new Map(),
    left: withoutBlanks(entries),
    history: [],
    newest: 0,
    revealed: null,
  }
}

/** The board after something has happened; the same one where nothing has changed. */
export function reduceBoard(board: Board, action: BoardAction): Board {
  switch (action.kind) {
    case 'typed':
      return typed(board, action)
    case 'left':
      return leave(board, action.box)
    case 'all-left':
      return { ...board, left: board.entries }
    case 'cleared':
      if (board.revealed !== null || board.entries.size === 0) return board
      return { ...board, entries: new Map(), left: new Map(), history: remember(board, null) }
    case 'undone':
      return undone(board)
    case 'merged':
      return merged(board, action.entries, action.typing)
    case 'judged':
      if (action.sequence <= board.newest) return board
      return { ...board, newest: action.sequence, verdicts: action.verdicts }
    case 'read': {
      const { box, verdict } = action
      if (verdict?.status !== 'invalid') return board
      return { ...board, verdicts: new Map(board.verdicts).set(box, verdict) }
    }
    case 'verdicts-dropped':
      return { ...board, verdicts: new Map() }
    case 'revealed':
      return { ...board, revealed: action.values }
    case 'hidden':
      return { ...board, revealed: null }
  }
}

/** What is typed in a box; the empty text where nothing is. */
export function entryOf(board: Board, box: string): string {
  return board.entries.get(box) ?? ''
}

/**
 * The verdict that a box shows: the one of what stands in it now, once the box was left with that. Only that something
 * cannot be read may be said before.
 */
export function shownVerdict(board: Board, box: string): Verdict | null {
  return board.revealed === null ? ownVerdict(board, box) : null
}

/** The same, whether or not other values are shown in place of the entries. */
function ownVerdict(board: Board, box: string): Verdict | null {
  const verdict = board.verdicts.get(box)
  if (verdict === undefined) return null
  // Of an empty box there is nothing to say but what is right in it, where that is told.
  if (verdict.status === 'blank' && verdict.expected === null) return null
  const entry = entryOf(board, box)
  if (verdict.entry !== entry) return null
  return verdict.status === 'invalid' || (board.left.get(box) ?? '') === entry ? verdict : null
}

/** How many of the boxes were filled in and are right. */
export function countRight(board: Board, boxes: readonly { readonly id: string }[]): number {
  return boxes.filter(({ id }) => ownVerdict(board, id)?.status === 'correct').length
}

/** How many of the boxes hold something. */
export function countFilled(board: Board, boxes: readonly { readonly id: string }[]): number {
  return boxes.filter(({ id }) => entryOf(board, id).trim() !== '').length
}

function typed(board: Board, { box, text, visit }: Extract<BoardAction, { kind: 'typed' }>): Board {
  if (board.revealed !== null || entryOf(board, box) === text) return board
  const entries = withEntry(board.entries, box, text)
  const last = board.history.at(-1)
  if (last?.visit !== visit) return { ...board, entries, history: remember(board, visit) }
  // Typed back to what it was: there is nothing left to undo.
  const history = isSameEntries(last.before, entries) ? board.history.slice(0, -1) : board.history
  return { ...board, entries, history }
}

function leave(board: Board, box: string): Board {
  const entry = entryOf(board, box)
  return (board.left.get(box) ?? '') === entry ? board : { ...board, left: withEntry(board.left, box, entry) }
}

function undone(board: Board): Board {
  const last = board.history.at(-1)
  if (last === undefined || board.revealed !== null) return board
  return { ...board, entries: last.before, left: last.before, history: board.history.slice(0, -1) }
}

function merged(board: Board, others: Entries, typing: string | null): Board {
  const entries = new Map(withoutBlanks(others))
  const own = typing === null ? undefined : board.entries.get(typing)
  if (typing !== null) {
    if (own === undefined) entries.delete(typing)
    else entries.set(typing, own)
  }
  if (isSameEntries(entries, board.entries)) return board
  const left = new Map(entries)
  if (typing !== null) left.delete(typing)
  // What was done before in this tab would undo what was done in the other.
  return { ...board, entries, left, history: [] }
}

function remember(board: Board, visit: number | null): readonly Change[] {
  return [...board.history, { visit, before: board.entries }].slice(-MOST_CHANGES)
}

function withEntry(entries: Entries, box: string, text: string): Entries {
  const changed = new Map(entries)
  if (text === '') changed.delete(box)
  else changed.set(box, text)
  return changed
}

function withoutBlanks(entries: Entries): Entries {
  return new Map([...entries].filter(([, text]) => text !== ''))
}

/** Without the boxes that hold nothing but spaces: what is submitted. */
export function filledEntries(entries: Entries): Entries {
  return new Map([...entries].filter(([, text]) => text.trim() !== ''))
}

/** Whether the same stands in the same boxes. */
export function isSameEntries(some: Entries, others: Entries): boolean {
  return some.size === others.size && [...some].every(([box, text]) => others.get(box) === text)
}
