/** A learner's session in this tab: its token, and what it opens. */
import type { AttemptAnswer } from '../contracts/attempt.js'
import type { Language } from '../contracts/languages.js'
import type { AnswerCheck, SessionView } from '../contracts/learn.js'
import { request } from './browser/requests.js'
import { storageOf } from './browser/storage.js'
import type { Entries } from './state/board.js'
import { readLastWork, writeLastWork, type LastWork, type PendingAttempt } from './state/drafts.js'
import type { Outcome } from './state/persistent.js'
import { answersOf } from './state/verdicts.js'

const TOKEN_KEY = 'chainmark:token:v1'
const WORK_KEY = 'chainmark:work:v1'

/** The form of a token. The fragment of an address may be anything else, such as the way past the head of the page. */
const TOKEN_PATTERN = /^cl_[\w-]+$/

/** The token that stands in the address; null: none does. */
export function tokenInAddress(): string | null {
  const text = decoded(window.location.hash.slice(1))
  return TOKEN_PATTERN.test(text) ? text : null
}

/**
 * The token of the address, which is taken from there at once, so that it is in no history, bookmark or picture of the
 * screen; after a reload the one that this tab has kept.
 */
export function takeToken(): string | null {
  const storage = storageOf('sessionStorage')
  const given = tokenInAddress()
  if (given === null) return storage?.getItem(TOKEN_KEY) ?? null
  window.history.replaceState(null, '', window.location.pathname + window.location.search)
  // Another learner may have used this tab before.
  if (storage?.getItem(TOKEN_KEY) !== given) storage?.removeItem(WORK_KEY)
  storage?.setItem(TOKEN_KEY, given)
  return given
}

/** What this tab worked on last: what was typed can be read even when the session has ended. */
export function lastWork(): LastWork | null {
  return readLastWork(storageOf('sessionStorage')?.getItem(WORK_KEY) ?? null)
}

export function rememberWork({ subject, attemptsSubject, graph }: SessionView): void {
  const labels = new Map(graph.boxes.map(({ id, label }) => [id, label.text]))
  storageOf('sessionStorage')?.setItem(WORK_KEY, writeLastWork({ subject, attemptsSubject, labels }))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

/** The requests that a token opens, in the language of the page. */
export function createSessionRequests(token: string, language: Language) {
  const headers = { authorization: `Bearer ${token}` }
  return {
    /** What opens addresses of the session. */
    headers,
    read: (): Promise<Outcome<SessionView>> => request(`/learn/session?lang=${language}`, { headers }),
    /** The address of the steps of a box. */
    stepsOf: (box: string): string =>
      `/learn/steps?${new URLSearchParams({ box, lang: language }).toString()}`,
    check: (entries: Entries): Promise<Outcome<AnswerCheck>> =>
      request('/learn/check', { method: 'POST', headers, body: { answers: answersOf(entries) } }),
    submit: ({ key, variant, entries }: PendingAttempt): Promise<Outcome<AttemptAnswer>> =>
      request('/learn/attempts', {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': key },
        body: { answers: answersOf(entries), ...(variant === '' ? {} : { variant }) },
      }),
  }
}

export type SessionRequests = ReturnType<typeof createSessionRequests>
