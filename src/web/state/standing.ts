/** How the work on an assignment stands in this tab: a pure reducer, one action a thing that can happen. */
import type { AttemptAnswer } from '../../contracts/attempt.js'
import type { SessionView } from '../../contracts/learn.js'
import { filledEntries, isSameEntries, type Entries } from './board.js'
import type { PendingAttempt } from './drafts.js'
import type { Trouble } from './persistent.js'
import { entriesOf } from './verdicts.js'
import { heardAfter } from './wording.js'

/** A session as it was read. */
export type ReadSession = SessionView & {
  /** When it came, by the clock of the device: what its own clock has gone on since is counted from then. */
  readonly readAt: number
}

export type Result = {
  readonly answer: AttemptAnswer
  /** Whether it was made earlier, and is looked at again. */
  readonly isAgain: boolean
  /** Whether it was made on what is shown. */
  readonly isOfShown: boolean
}

export type Standing = {
  /** As it was last read, of what is shown. */
  readonly session: ReadSession
  /** The session of the next attempt, which has other values and waits to be begun. */
  readonly next: ReadSession | null
  readonly sending: 'idle' | 'sending' | 'ended'
  /** Whether the session has ended before an attempt was answered: the next one sends it again. */
  readonly isUnanswered: boolean
  readonly trouble: Trouble | null
  readonly notice: string
  readonly result: Result | null
  /** What was submitted last of what is shown: it is not taken twice. */
  readonly submitted: Entries | null
}

export type StandingAction =
  | { readonly kind: 'sent' }
  | {
      readonly kind: 'stored'
      readonly answer: AttemptAnswer
      readonly entries: Entries
      readonly isOfShown: boolean
    }
  | { readonly kind: 'refused'; readonly notice: string }
  | { readonly kind: 'ended'; readonly isUnanswered: boolean }
  | { readonly kind: 'said'; readonly notice: string }
  /** null: the trouble is over. */
  | { readonly kind: 'troubled'; readonly trouble: Trouble | null }
  /** The session was read again. */
  | { readonly kind: 'refreshed'; readonly session: ReadSession }
  /** The session was read again, and the next attempt has other values. */
  | { readonly kind: 'next-waits'; readonly session: ReadSession }

/** The standing of a session that was just opened; the last attempt is seen again where it was made on what is shown. */
export function startStanding(session: ReadSession, notice: string): Standing {
  const standing: Standing = {
    session,
    next: null,
    sending: 'idle',
    isUnanswered: false,
    trouble: null,
    notice,
    result: null,
    submitted: null,
  }
  return withLast(standing, lastOfShown(session))
}

/** The attempt made last, where it was made on what is shown. */
export function lastOfShown({ last }: SessionView): SessionView['last'] {
  return last?.isOfShown === true ? last : null
}

/** The standing after something has happened; the same one where nothing has changed. */
export function reduceStanding(standing: Standing, action: StandingAction): Standing {
  switch (action.kind) {
    case 'sent':
      return { ...standing, sending: 'sending', notice: '' }
    case 'stored': {
      const { answer, entries, isOfShown } = action
      const result = { answer, isAgain: false, isOfShown }
      const submitted = isOfShown ? entries : standing.submitted
      return { ...standing, sending: 'idle', notice: '', result, submitted }
    }
    case 'refused':
      return { ...standing, sending: 'idle', notice: action.notice }
    case 'ended':
      return { ...standing, sending: 'ended', isUnanswered: action.isUnanswered, notice: '' }
    case 'said':
      return said(standing, action.notice)
    case 'troubled':
      return standing.trouble === action.trouble ? standing : { ...standing, trouble: action.trouble }
    case 'refreshed': {
      const { session } = action
      return withLast({ ...standing, session }, lastOfShown(session))
    }
    case 'next-waits': {
      const { last } = action.session
      // Made on other values than those of the next: on those that are shown here.
      return withLast(
        { ...standing, next: action.session },
        last?.number === standing.session.number ? last : null,
      )
    }
  }
}

/** Whether boxes take no entries: nothing is taken any more, or only on other values. */
export function isReadOnly({ session, next }: Standing): boolean {
  return next !== null || takesNothing(session.state)
}

/** Whether nothing more can be submitted, so that what was submitted is looked at. */
export function takesNothing(state: SessionView['state']): boolean {
  return state === 'closed' || state === 'no-attempts-left'
}

/** Whether Submit does something. */
export function canSubmit({ session, next, sending }: Standing): boolean {
  return session.state === 'open' && next === null && sending === 'idle'
}

/** Whether what stands in the boxes is what was submitted last: once more would use an attempt and change nothing. */
export function isSubmitted({ submitted }: Standing, entries: Entries): boolean {
  return submitted !== null && isSameEntries(filledEntries(entries), submitted)
}

/** The number that the next attempt will have, as far as is known here. */
export function nextNumber({ session, result }: Standing): number {
  return Math.max(session.number, (result?.answer.number ?? 0) + 1)
}

/** What has become of an attempt that was on its way when its page was left. */
export type EarlierAttempt =
  /** Nothing was stored since: it is sent again. */
  | 'to-send'
  /** It is the last one, and only its answer was lost. */
  | 'stored'
  /** Others were made since: sent now, it would count as newer than they are, and nobody has asked for that. */
  | 'superseded'
  /** It cannot be told before the assignment opens. */
  | 'unknown'

/** Tells which, by a session that was opened since. */
export function judgeEarlier(
  { number, entries }: Pick<PendingAttempt, 'number' | 'entries'>,
  session: SessionView,
): EarlierAttempt {
  if (number === session.number) return 'to-send'
  if (session.state === 'not-open') return 'unknown'
  const { last, graph } = session
  // Of the last one only what stands in boxes that are shown is told.
  const shown = new Set(graph.boxes.map(({ id }) => id))
  const sent = new Map([...filledEntries(entries)].filter(([box]) => shown.has(box)))
  // Attempts that were not known of when it was submitted have made its number a later one.
  const isLast = last !== null && last.number >= (number ?? 1) && isSameEntries(sent, entriesOf(last.answers))
  return isLast ? 'stored' : 'superseded'
}

/** What a session that was read again is: what is shown, the next attempt, or another piece of work. */
export type Refreshed = 'same' | 'next' | 'another'

/** Tells which, for what stands in the boxes. */
export function afterRefresh(standing: Standing, fresh: SessionView, entries: Entries): Refreshed {
  const { session, result } = standing
  const wasOpen = session.state === 'open'
  if (
    fresh.subject === session.subject &&
    (fresh.state === session.state || (wasOpen && fresh.state === 'no-attempts-left'))
  )
    return 'same'
  if (!wasOpen || fresh.state !== 'open') return 'another'
  const isMadeHere = result !== null && result.answer.number >= session.number
  const { last } = fresh
  const isMadeElsewhere =
    last !== null &&
    last.number >= session.number &&
    isSameEntries(filledEntries(entries), entriesOf(last.answers))
  return isMadeHere || isMadeElsewhere ? 'next' : 'another'
}

/**
 * How many attempts are left after the one that is looked at, or now; null: without a limit, or none is taken any more.
 */
export function attemptsLeft({ session, next, result }: Standing): number | null {
  const { state, assignment, number } = next ?? session
  if (state === 'closed') return null
  if (result !== null && result.answer.number >= number) {
    const { answer } = result
    return 'progress' in answer ? answer.progress.remaining : answer.remaining
  }
  return assignment.maxAttempts === null ? null : Math.max(0, assignment.maxAttempts - number + 1)
}

function said(standing: Standing, words: string): Standing {
  const notice = heardAfter(standing.notice, words)
  return notice === standing.notice ? standing : { ...standing, notice }
}

function withLast(standing: Standing, last: SessionView['last']): Standing {
  if (last === null || last.number <= (standing.result?.answer.number ?? 0)) return standing
  return {
    ...standing,
    result: { answer: last.result, isAgain: true, isOfShown: true },
    submitted: entriesOf(last.answers),
  }
}
