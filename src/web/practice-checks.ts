/** Practice: entries are checked by the server when a box is left; nothing is stored there. */
import type { PracticeView } from '../contracts/attempt.js'
import { request, wait } from './browser/requests.js'
import { filledEntries, type Board, type BoardAction, type Entries } from './state/board.js'
import { createPersistent, type Problem, type Trouble } from './state/persistent.js'
import type { Store } from './state/store.js'
import { isWorthALook, PAUSE_MILLISECONDS } from './state/typing.js'
import { answersOf, verdictsOf } from './state/verdicts.js'

type Options = {
  readonly board: Store<Board, BoardAction>
  /** The address that grades. */
  readonly path: string
  readonly onTrouble: (trouble: Trouble | null) => void
  /** null: there is no refusal any more. */
  readonly onRefused: (problem: Problem | null) => void
}

export type Checks = {
  /** Looks at all entries; where they are as they were last looked at, it does nothing. */
  readonly check: () => void
  /** To be called while something is typed: after a pause it is looked at whether it can be read. */
  readonly typed: (box: string) => void
  /** Sends at once what waits to be sent again. */
  readonly now: () => void
  readonly stop: () => void
}

type Question = {
  readonly entries: Entries
  /** The box that is still typed in: of it is asked whether it can be read; null: all that was left is judged. */
  readonly typing: string | null
}

/** Checks all entries of a board so far, each state of them once. */
export function createChecks({ board, path, onTrouble, onRefused }: Options): Checks {
  let lastSent = ''
  let pause: ReturnType<typeof setTimeout> | undefined

  const grading = createPersistent<Question, PracticeView>({
    send: ({ entries }) => request(path, { method: 'POST', body: { answers: answersOf(entries) } }),
    wait,
    onTrouble,
    onAnswer(body, { entries, typing }, sequence) {
      onRefused(null)
      const verdicts = verdictsOf(body.boxes, entries)
      if (typing === null) board.dispatch({ kind: 'judged', sequence, verdicts })
      else board.dispatch({ kind: 'read', box: typing, verdict: verdicts.get(typing) ?? null })
    },
    onProblem(problem) {
      lastSent = ''
      onRefused(problem)
    },
  })

  const ask = (question: Question): void => {
    clearTimeout(pause)
    const { entries, typing } = question
    const sent = JSON.stringify([typing, ...[...entries].sort()])
    if (sent === lastSent) return
    lastSent = sent
    if (entries.size > 0) grading.start(question)
    else {
      grading.stop()
      board.dispatch({ kind: 'verdicts-dropped' })
    }
  }

  return {
    check() {
      ask({ entries: filledEntries(board.get().entries), typing: null })
    },
    typed(box) {
      clearTimeout(pause)
      const text = board.get().entries.get(box) ?? ''
      if (!isWorthALook(text)) return
      // That box alone: what others are judged by is not to change with every letter.
      pause = setTimeout(ask, PAUSE_MILLISECONDS, { entries: new Map([[box, text]]), typing: box })
    },
    now: grading.now,
    stop() {
      clearTimeout(pause)
      grading.stop()
    },
  }
}
