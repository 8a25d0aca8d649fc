/** Attempts that are made in a tab: what is submitted, and what becomes of the work when it is answered. */
import type { AttemptAnswer } from '../contracts/attempt.js'
import type { SessionView } from '../contracts/learn.js'
import type { Strings } from '../strings/strings.js'
import type { createReadingChecks } from './learn-checks.js'
import type { Kept } from './learn-kept.js'
import type { Reading } from './learn-reading.js'
import type { SessionRequests } from './learn-session.js'
import { createSubmission, newAttemptKey } from './learn-submission.js'
import { filledEntries, type Entries } from './state/board.js'
import type { PendingAttempt } from './state/drafts.js'
import type { Problem } from './state/persistent.js'
import { canSubmit, isSubmitted, nextNumber, type Standing, type StandingAction } from './state/standing.js'
import type { Store } from './state/store.js'
import { problemText } from './state/wording.js'

type Options = {
  readonly session: SessionView
  readonly requests: SessionRequests
  readonly strings: Strings
  readonly kept: Kept
  readonly standing: Store<Standing, StandingAction>
  readonly checks: ReturnType<typeof createReadingChecks>
  readonly judge: (answer: AttemptAnswer, sent: Entries) => void
  readonly reading: Reading
}

export function createAttempts(options: Options) {
  const { session, requests, strings, kept, standing, reading } = options
  const { board } = kept
  const { learn } = strings
  const reactions = createReactions(options)
  const submission = createSubmission({
    requests,
    pendings: kept.pendings,
    isNewest: ({ number }) => number !== null && number >= nextNumber(standing.get()),
    onSent: () => {
      standing.dispatch({ kind: 'sent' })
    },
    onStored: (answer, attempt) => {
      reactions.stored(answer, attempt)
      reading.refresh()
    },
    onRefused: reactions.refused,
    onEnded: () => {
      // Where nothing could be kept nothing is sent again.
      standing.dispatch({ kind: 'ended', isUnanswered: kept.pendings.read() !== null })
    },
    onTrouble: trouble => {
      standing.dispatch({ kind: 'troubled', trouble })
    },
  })
  const say = (notice: string): void => {
    standing.dispatch({ kind: 'said', notice })
  }
  /** Settles what was on its way at an earlier visit and is not to be sent. */
  const settleEarlier = (): void => {
    if (kept.earlier === null) return
    const { attempt, fate } = kept.earlier
    if (fate === 'to-send' || fate === 'unknown') return
    kept.pendings.remove(attempt)
    if (fate === 'superseded') say(kept.takeUnsent(attempt) ? learn.supersededKept : learn.superseded)
    else if (session.last !== null) reactions.stored(session.last.result, attempt)
  }
  return {
    /** Begins with what was on its way when the page was opened. */
    start: (): void => {
      settleEarlier()
      submission.start()
    },
    stop: submission.stop,
    now: submission.now,
    /** Submits what stands in the boxes, once. */
    submit: (): void => {
      const { entries } = board.get()
      const filled = filledEntries(entries)
      if (!canSubmit(standing.get())) return
      if (filled.size === 0) say(learn.nothingAnswered)
      else if (isSubmitted(standing.get(), entries)) say(learn.alreadySubmitted)
      else {
        const { variant, subject } = session
        const number = nextNumber(standing.get())
        submission.submit({ key: newAttemptKey(), variant, subject, number, entries: filled })
      }
    },
    /** Other entries stand in the boxes: why nothing was submitted needs no more saying. */
    changed: (): void => {
      const notice = standing.get().notice.trim()
      if (notice === learn.alreadySubmitted || notice === learn.nothingAnswered) say('')
    },
  }
}

/** What an answer changes. The attempt may have been made on other values than those that are shown. */
function createReactions({ session, strings, kept, standing, checks, judge, reading }: Options) {
  const { board, drafts, draftsOf } = kept
  const takeStale = ({ subject, entries }: PendingAttempt, notice: string): void => {
    if (subject === session.subject) reading.refreshAfterRefusal({ isStale: true, notice })
    // What is shown is what it should have been made on.
    else if (board.get().entries.size === 0) {
      board.dispatch({ kind: 'merged', entries, typing: null })
      draftsOf(subject).remove()
    }
  }
  return {
    stored: (answer: AttemptAnswer, { subject, entries }: PendingAttempt): void => {
      const isOfShown = subject === session.subject
      standing.dispatch({ kind: 'stored', answer, entries, isOfShown })
      if (!isOfShown) {
        draftsOf(subject).remove()
        return
      }
      // What was typed since is kept on; what was submitted needs keeping no more.
      if (isSubmitted(standing.get(), board.get().entries)) drafts.remove()
      board.dispatch({ kind: 'all-left' })
      judge(answer, entries)
    },
    refused: (problem: Problem, attempt: PendingAttempt): void => {
      const { code, status, errors } = problem
      const notice = refusalText(strings, problem)
      standing.dispatch({ kind: 'refused', notice })
      if (code === 'stale-variant') takeStale(attempt, notice)
      if (status === 403) reading.refreshAfterRefusal({ isStale: false, notice })
      if (code !== 'unreadable-answer' || attempt.subject !== session.subject) return
      board.dispatch({ kind: 'all-left' })
      checks.wasRead(attempt.entries, errors)
    },
  }
}

function refusalText(strings: Strings, problem: Problem): string {
  const { learn } = strings
  if (problem.code === 'unreadable-answer') return learn.unreadable
  if (problem.code === 'stale-variant') return learn.staleVariant
  return `${learn.refused} ${problemText(strings, problem)}`
}
