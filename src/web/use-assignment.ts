/** What happens to an assignment while it is open: entries kept, attempts sent, what the server says of them. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { AttemptAnswer } from '../contracts/attempt.js'
import type { SessionView } from '../contracts/learn.js'
import type { Strings } from '../strings/strings.js'
import { keepDraft } from './browser/draft-keeping.js'
import { storageOf } from './browser/storage.js'
import type { SessionRequests } from './learn-session.js'
import { createSubmission, newAttemptKey } from './learn-submission.js'
import { reduceBoard, startBoard, type Entries } from './state/board.js'
import { createDraftStore } from './state/drafts.js'
import type { Problem, Trouble } from './state/persistent.js'
import { createStore } from './state/store.js'
import { verdictsOf, verdictsOfRefusal } from './state/verdicts.js'

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
  const [result, setResult] = useState<AttemptAnswer | null>(null)
  /** The session of the next attempt, where that has other values. */
  const [next, setNext] = useState<SessionView | null>(null)
  const typing = useRef<string | null>(null)
  const judgements = useRef(0)

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
    const board = createStore(
      reduceBoard,
      startBoard(draft.entries.size > 0 ? draft.entries : (carried ?? new Map())),
    )
    const judge = (verdicts: ReturnType<typeof verdictsOf>): void => {
      judgements.current += 1
      board.dispatch({ kind: 'all-left' })
      board.dispatch({ kind: 'judged', sequence: judgements.current, verdicts })
    }
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
        if ('boxes' in answer) judge(verdictsOf(answer.boxes, sent))
        void refresh(null)
      },
      onRefused(problem, sent) {
        setSending(problem.status === 401 ? 'ended' : 'idle')
        setNotice(noticeOf(strings, problem))
        if (problem.code === 'unreadable-answer') judge(verdictsOfRefusal(problem.errors, sent))
        if (problem.code === 'stale-variant') void refresh(board.get().entries)
        if (problem.status === 403) void refresh(null)
      },
    })
    return { drafts, draft, board, submission, keepsDrafts: storage !== null }
  })

  useEffect(() => {
    const { drafts, draft, board, submission } = kit
    const keeping = keepDraft({
      drafts,
      board,
      typing: () => typing.current,
      pending: submission.pending,
      onMerged: () => undefined,
    })
    window.addEventListener('online', submission.now)
    if (draft.pending !== null) {
      setSending('sending')
      submission.submit(draft.pending)
    }
    return () => {
      keeping.stop()
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

  return { ...kit, typing, trouble, notice, sending, result, next, submit }
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
