/** What is done on a page for practice: entries that are kept and checked, undone, cleared, revealed. */
import { useEffect, useState } from 'preact/hooks'
import type { RevealView } from '../contracts/practice.js'
import type { Strings } from '../strings/strings.js'
import { keepDraft } from './browser/draft-keeping.js'
import type { PracticeData } from './browser/page-data.js'
import { request } from './browser/requests.js'
import { storageOf } from './browser/storage.js'
import { useStore } from './browser/use-store.js'
import { addressOf, subjectOf } from './practice-addresses.js'
import { createChecks } from './practice-checks.js'
import { reduceBoard, startBoard } from './state/board.js'
import { createDraftStore } from './state/drafts.js'
import type { Problem, Trouble } from './state/persistent.js'
import { createStore } from './state/store.js'
import { problemText } from './state/wording.js'

/** `typing`: the box that is typed in, which nothing else writes over. */
export function usePractice(
  data: PracticeData,
  strings: Strings,
  typing: { readonly current: string | null },
) {
  const { practice } = strings
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [refusal, setRefusal] = useState<Problem | null>(null)
  const [note, setNote] = useState('')
  const [{ board, drafts, checks }] = useState(() => {
    const drafts = createDraftStore(storageOf('localStorage'), subjectOf(data))
    const board = createStore(reduceBoard, startBoard(drafts.read() ?? new Map()))
    const path = addressOf(data, 'grade')
    return {
      board,
      drafts,
      checks: createChecks({ board, path, onTrouble: setTrouble, onRefused: setRefusal }),
    }
  })

  const isKept = useStore(drafts.keeping)
  useEffect(() => {
    const stopKeeping = keepDraft({ drafts, board, typing: () => typing.current, onMerged: checks.check })
    checks.check()
    window.addEventListener('online', checks.now)
    return () => {
      stopKeeping()
      checks.stop()
      window.removeEventListener('online', checks.now)
    }
  }, [board, drafts, checks, typing])

  const reveal = async (): Promise<void> => {
    if (board.get().revealed !== null) {
      board.dispatch({ kind: 'hidden' })
      setNote(practice.hidden)
      return
    }
    const outcome = await request<RevealView>(addressOf(data, 'reveal'))
    if (outcome.kind === 'ok') {
      const values = new Map(outcome.body.boxes.map(({ id, value }) => [id, value]))
      board.dispatch({ kind: 'revealed', values })
      setNote(practice.revealed)
    } else setNote(practice.notLoaded)
  }

  return {
    board,
    trouble,
    /** What is to be read of what was done last. */
    said: refusal === null ? note : problemText(strings, refusal),
    isKept,
    /** Sends at once what waits to be sent again. */
    retry: checks.now,
    check: checks.check,
    typed: (box: string): void => {
      setNote('')
      checks.typed(box)
    },
    undo: (): void => {
      board.dispatch({ kind: 'undone' })
      checks.check()
    },
    clear: (): void => {
      board.dispatch({ kind: 'cleared' })
      checks.check()
    },
    /** Shows all that is right, or the entries again. */
    reveal: (): void => void reveal(),
  }
}

export type Practice = ReturnType<typeof usePractice>
