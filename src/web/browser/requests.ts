/** Requests to the server that this page comes from. */
import type { Outcome, ProblemEntry } from '../state/persistent.js'

type RequestOptions = {
  readonly method?: 'GET' | 'POST'
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** So long an answer is waited for. */
const TIMEOUT_MILLISECONDS = 20_000

/**
 * Asks the server. Never throws: where no answer comes, the request is lost. What is answered with 2xx has the form of
 * the route's contract, which the server checks before it sends it.
 */
export async function request<Body>(path: string, options: RequestOptions = {}): Promise<Outcome<Body>> {
  const { method = 'GET', body, headers = {} } = options
  // Not AbortSignal.timeout, which browsers have learnt later than all else here.
  const ending = new AbortController()
  const timer = setTimeout(() => {
    ending.abort()
  }, TIMEOUT_MILLISECONDS)
  try {
    const response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: ending.signal,
    })
    if (response.ok) return { kind: 'ok', body: (await response.json()) as Body }
    const problem = (await response.json().catch(() => ({}))) as Partial<ProblemBody>
    return {
      kind: 'problem',
      status: response.status,
      code: problem.code ?? '',
      detail: problem.detail ?? '',
      errors: problem.errors ?? [],
      retryAfterSeconds: secondsIn(response.headers.get('retry-after')),
    }
  } catch {
    return { kind: 'lost' }
  } finally {
    clearTimeout(timer)
  }
}

type ProblemBody = {
  readonly code: string
  readonly detail: string
  readonly errors: readonly ProblemEntry[]
}

function secondsIn(header: string | null): number | null {
  const seconds = Number(header ?? Number.NaN)
  return Number.isFinite(seconds) ? seconds : null
}

/** How much longer, in part, one may wait than was asked: a class that was told to wait does not come back as one. */
const SPREAD = 0.25

/** Calls back after so many seconds or a little later, unless what it returns is called before. */
export function wait(seconds: number, then: () => void): () => void {
  const timer = setTimeout(then, seconds * 1_000 * (1 + SPREAD * Math.random()))
  return () => {
    clearTimeout(timer)
  }
}
