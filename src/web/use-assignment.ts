/** What happens to an assignment while it is open: entries kept, attempts sent, what the server says of them. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { AttemptAnswer } from '../contracts/attempt.js'
import type { SessionView } from '../contracts/learn.js'
import type { Strings } from '../strings/strings.js'
import { keepDraft } from './browser/draft-keeping.js'
import { storageOf } from './browser/storage.js'
import { createReadingChecks } from './learn-checks.js'
import type { SessionRequests } from './learn-session.js'
import { createSubmission, newAttemptKey } from './learn-submission.js'
import { reduceBoard, startBoard, type Entries } from './state/board.js'
import { createDraftStore, type Draft } from './state/drafts.js'
import type { Problem, Trouble } from './state/persistent.js'
import { createStore } from './state/store.js'
import { entriesOf, verdictsOf } from './state/verdicts.js'

export type AssignmentOptions = {
  readonly session: SessionView
  readonly carried: Entries | null
  readonly requests: SessionRequests
  readonly strings: Strings
  readonly onSession: (session: SessionView, carried: Entries | null) => void
}

export type Sending = 'idle' | 'sending' | 'ended'

export function useAssignment({ session, carried, requests, strings, onSession }: AssignmentOptions) {
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const [notice, setNotice] = useState(carried === null ? '' : strings.learn.staleVariant)
  const [sending, setSending] = useState<Sending>('idle')
  // The last attempt is shown again where it was made on what is shown.
  const [last] = useState(session.last?.isOfShown === true ? session.last : null)
  const [result, setResult] = useState<AttemptAnswer | null>(last === null ? null : last.result)
  /** The session of the next attempt, where that has other values. */
  const [next, setNext] = useState<SessionView | null>(null)
  const typing = useRef<string | null>(null)

  // Read anew at each use: the callbacks below are made once.
  const latest = useRef({ session, onSession })
  latest.current = { session, onSession }

  const refresh = async (carry: Entries | null): Promise<void> => {
    const outcome = await requests.read()
    if (outcome.kind === 'problem' && outcome.status === 401) setSending('ended')
    if (outcome.kind !== 'ok') return
    if (outcome.body.subject === latest.current.session.subject || carry !== null)
      latest.current.onSession(outcome.body, carry)
    else setNext(outcome.body)
  }

  const [kit] = useState(() => {
    const storage = storageOf('localStorage')
    const drafts = createDraftStore(storage, session.subject)
    const draft = drafts.read()
    const submitted: Entries = last === null ? new Map() : entriesOf(last.answers)
    const board = createStore(reduceBoard, startBoard(firstEntries(session, draft, carried, submitted)))
    const { boxes } = session.graph
    const checks = createReadingChecks({ board, boxes, check: requests.check })
    let judgements = 0
    const judge = (answer: AttemptAnswer, sent: Entries): void => {
      checks.wasRead(sent)
      if (!('boxes' in answer)) return
      judgements += 1
      board.dispatch({ kind: 'judged', sequence: judgements, verdicts: verdictsOf(answer.boxes, sent) })
    }
    if (last !== null) judge(last.result, submitted)
    const submission = createSubmission({
      requests,
      onTrouble: setTrouble,
      onPending(pending) {
        drafts.write({ entries: board.get().entries, pending })
      },
      onStored(answer, sent) {
        setSending('idle')
        setNotice('')
        setResult(answer)
        // What was typed since is kept on; what was submitted needs keeping no more.
        if (isSame(board.get().entries, sent)) drafts.write({ entries: new Map(), pending: null })
        board.dispatch({ kind: 'all-left' })
        judge(answer, sent)
        void refresh(null)
      },
      onRefused(problem, sent) {
        setSending(problem.status === 401 ? 'ended' : 'idle')
        setNotice(noticeOf(strings, problem))
        if (problem.code === 'unreadable-answer') {
          board.dispatch({ kind: 'all-left' })
          checks.wasRead(sent, problem.errors)
        }
        if (problem.code === 'stale-variant') void refresh(board.get().entries)
        if (problem.status === 403) void refresh(null)
      },
    })
    return { drafts, draft, board, checks, submission, keepsDrafts: storage !== null }
  })

  useEffect(() => {
    const { drafts, draft, board, checks, submission } = kit
    const keeping = keepDraft({
      drafts,
      board,
      typing: () => typing.current,
      pending: submission.pending,
      onMerged: checks.look,
    })
    window.addEventListener('online', submission.now)
    if (draft.pending !== null) {
      setSending('sending')
      submission.submit(draft.pending)
    }
    return () => {
      keeping.stop()
      checks.stop()
      submission.stop()
      window.removeEventListener('online', submission.now)
    }
  }, [kit])

  useAt(session.state === 'not-open' ? session.assignment.opensAt : null, () => void refresh(null))

  const submit = (): void => {
    const entries = new Map([...kit.board.get().entries].filter(([, text]) => text.trim() !== ''))
    if (entries.size === 0) {
      setNotice(strings.learn.nothingAnswered)
      return
    }
    setNotice('')
    setSending('sending')
    kit.submission.submit({ key: newAttemptKey(), variant: session.variant, entries })
  }

  // A next attempt that nobody can make is only a state to be told of.
  const state = next === null || next.state === 'open' ? session.state : next.state
  return { ...kit, typing, trouble, notice, sending, last, result, next, state, submit }
}

/** Whether boxes take no entries any more. */
export function isReadOnly(state: SessionView['state']): boolean {
  return state === 'closed' || state === 'no-attempts-left'
}

/** What stands in the boxes at first: what the device has kept of this work, else what was brought along or submitted. */
function firstEntries(
  { state }: SessionView,
  draft: Draft,
  carried: Entries | null,
  submitted: Entries,
): Entries {
  // What can be submitted no more stays on the device; what was submitted is looked at.
  if (isReadOnly(state) && submitted.size > 0 && draft.pending === null) return submitted
  return draft.entries.size > 0 ? draft.entries : (carried ?? submitted)
}

function noticeOf({ learn }: Strings, { status, code, detail }: Problem): string {
  if (status === 401) return ''
  if (code === 'unreadable-answer') return learn.unreadable
  if (code === 'stale-variant') return learn.staleVariant
  return `${learn.refused} ${detail}`
}

/** Timers run for no longer. */
const LONGEST_MILLISECONDS = 2_000_000_000

/** Calls back when a time has come. */
function useAt(time: string | null, then: () => void): void {
  useEffect(() => {
    if (time === null) return undefined
    const left = Date.parse(time) - Date.now() + 1_000
    const timer = setTimeout(then, Math.min(Math.max(left, 5_000), LONGEST_MILLISECONDS))
    return () => {
      clearTimeout(timer)
    }
  }, [time])
}

function isSame(some: Entries, others: Entries): boolean {
  const filled = [...some].filter(([, text]) => text.trim() !== '')
  return filled.length === others.size && filled.every(([box, text]) => others.get(box) === text)
}
