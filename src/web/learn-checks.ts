/** Assignments: while something is typed, whether it can be read. What is right is not asked about before it is submitted. */
import type { PageBox } from '../contracts/practice.js'
import type { SessionRequests } from './learn-session.js'
import { entryOf, type Board, type BoardAction, type Entries } from './state/board.js'
import type { ProblemEntry } from './state/persistent.js'
import type { Store } from './state/store.js'
import { isWorthALook, PAUSE_MILLISECONDS } from './state/typing.js'
import { verdictsOfRefusal } from './state/verdicts.js'

type Options = {
  readonly board: Store<Board, BoardAction>
  readonly boxes: readonly PageBox[]
  readonly check: SessionRequests['check']
}

/** A number as most are typed: nobody has to be asked whether it can be read. */
const PLAIN_NUMBER = /^[+-]?\d{1,15}(\.\d{0,15})?$/

/** Looks at what stands in boxes, each entry once, and marks what cannot be read. */
export function createReadingChecks({ board, boxes, check }: Options) {
  const numeric = new Set(boxes.filter(({ shape }) => shape === undefined).map(({ id }) => id))
  /** What stood in a box when it was looked at. */
  const read = new Map<string, string>()
  let asked = 0
  let pause: ReturnType<typeof setTimeout> | undefined

  /** Takes over what the server says of these entries: what it does not name can be read. */
  const wasRead = (sent: Entries, errors: readonly ProblemEntry[] = []): void => {
    for (const [box, entry] of sent) read.set(box, entry)
    for (const [box, verdict] of verdictsOfRefusal(errors, sent))
      board.dispatch({ kind: 'read', box, verdict })
  }
  const isUnread = ([box, entry]: readonly [string, string]): boolean => {
    const text = entry.trim()
    if (text === '' || read.get(box) === entry) return false
    return !(numeric.has(box) && PLAIN_NUMBER.test(text))
  }
  const look = async (): Promise<void> => {
    clearTimeout(pause)
    const entries = new Map([...board.get().entries].filter(isUnread))
    if (entries.size === 0) return
    asked += 1
    const mine = asked
    const outcome = await check(entries)
    // No answer is no harm: it is looked at again the next time, and when it is submitted.
    if (outcome.kind === 'ok' && mine === asked) wasRead(entries, outcome.body.errors)
  }

  return {
    wasRead,
    look: (): void => void look(),
    /** To be called while something is typed: after a pause it is looked at. */
    typed: (box: string): void => {
      clearTimeout(pause)
      if (isWorthALook(entryOf(board.get(), box))) pause = setTimeout(() => void look(), PAUSE_MILLISECONDS)
    },
    stop(): void {
      clearTimeout(pause)
      asked += 1
    },
  }
}
