/** A learner's session in this tab: its token, and what it opens. */
import type { AttemptAnswer } from '../contracts/attempt.js'
import type { Language } from '../contracts/languages.js'
import type { AnswerCheck, SessionView } from '../contracts/learn.js'
import { request } from './browser/requests.js'
import { storageOf } from './browser/storage.js'
import type { Entries } from './state/board.js'
import { readLastWork, writeLastWork, type LastWork, type PendingAttempt } from './state/drafts.js'
import type { Outcome } from './state/persistent.js'
import type { ReadSession } from './state/standing.js'
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
 * screen; after a reload the one that this tab has kept. Where nothing keeps it, it stays in the address: without it a
 * reload would have lost the session.
 */
export function takeToken(): string | null {
  const given = tokenInAddress()
  if (given === null) return readInTab(TOKEN_KEY)
  // Another learner may have used this tab before.
  if (!isTokenKept(given)) storageOf('sessionStorage')?.removeItem(WORK_KEY)
  keepInTab(TOKEN_KEY, given)
  if (isTokenKept(given))
    window.history.replaceState(null, '', window.location.pathname + window.location.search)
  leadLinksTo(given)
  return given
}

/** Where nothing keeps the token: puts it back into the address, after another fragment has taken its place. */
export function holdToken(token: string): void {
  if (!isTokenKept(token)) window.history.replaceState(null, '', `#${token}`)
}

/** Where nothing keeps the token, the ways to the other languages have to take it along. */
function leadLinksTo(token: string): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[hreflang]'))
    link.hash = isTokenKept(token) ? '' : token
}

function isTokenKept(token: string): boolean {
  return readInTab(TOKEN_KEY) === token
}

function readInTab(key: string): string | null {
  return storageOf('sessionStorage')?.getItem(key) ?? null
}

/** Keeps a text as long as the tab is there, where there is room for it. */
function keepInTab(key: string, text: string): void {
  try {
    storageOf('sessionStorage')?.setItem(key, text)
  } catch {
    // The storage is full: it is lived without.
  }
}

/** What this tab worked on last: what was typed can be read even when the session has ended. */
export function lastWork(): LastWork | null {
  return readLastWork(readInTab(WORK_KEY))
}

export function rememberWork({ subject, attemptsSubject, graph }: SessionView): void {
  const labels = new Map(graph.boxes.map(({ id, label }) => [id, label.text]))
  keepInTab(WORK_KEY, writeLastWork({ subject, attemptsSubject, labels }))
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
    read: async (): Promise<Outcome<ReadSession>> => {
      const outcome = await request<SessionView>(`/learn/session?lang=${language}`, { headers })
      return outcome.kind === 'ok' ? { kind: 'ok', body: { ...outcome.body, readAt: Date.now() } } : outcome
    },
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
