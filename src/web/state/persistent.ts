/** Requests that are sent again until they are answered. */

export type ProblemEntry = { readonly path: string; readonly code: string; readonly message: string }

/** What came of a request. */
export type Outcome<Body> =
  | { readonly kind: 'ok'; readonly body: Body }
  | {
      readonly kind: 'problem'
      readonly status: number
      readonly code: string
      readonly detail: string
      readonly errors: readonly ProblemEntry[]
      readonly retryAfterSeconds: number | null
    }
  /** No answer: the network is gone, or the server. */
  | { readonly kind: 'lost' }

export type Problem = Extract<Outcome<unknown>, { kind: 'problem' }>

/** Why a request waits to be sent again. */
export type Trouble =
  | { readonly kind: 'lost' }
  | { readonly kind: 'busy'; readonly seconds: number }
  | { readonly kind: 'failed' }

const LONGEST_WAIT_SECONDS = 30

/** What is to be done after a request has failed so many times in a row; null: it is answered for good. */
export function waitAfter(
  outcome: Outcome<unknown>,
  failures: number,
): { readonly seconds: number; readonly trouble: Trouble } | null {
  const seconds = Math.min(LONGEST_WAIT_SECONDS, 2 ** Math.min(failures, 10))
  if (outcome.kind === 'ok') return null
  if (outcome.kind === 'lost') return { seconds, trouble: { kind: 'lost' } }
  const { status, retryAfterSeconds } = outcome
  if (status === 429 || status === 503) {
    const asked = Math.max(1, Math.ceil(retryAfterSeconds ?? seconds))
    return { seconds: asked, trouble: { kind: 'busy', seconds: asked } }
  }
  return status >= 500 ? { seconds, trouble: { kind: 'failed' } } : null
}

export type PersistentOptions<Request, Body> = {
  readonly send: (request: Request) => Promise<Outcome<Body>>
  /** Calls back after so many seconds, unless what it returns is called before. */
  readonly wait: (seconds: number, then: () => void) => () => void
  readonly onAnswer: (body: Body, request: Request, sequence: number) => void
  readonly onProblem: (problem: Problem, request: Request) => void
  /** null: the trouble is over. */
  readonly onTrouble: (trouble: Trouble | null) => void
}

export type Persistent<Request> = {
  /** Sends a request; an earlier one that still waits is given up. Where the server has asked to wait, it waits as long. */
  readonly start: (request: Request) => void
  /** Sends at once what waits to be sent again. */
  readonly now: () => void
  /** Gives up what is not answered. */
  readonly stop: () => void
}

/**
 * Sends requests and sends the latest again until it is answered. Answers come with the number of their request, from 1,
 * and may come out of order; a request that has failed is not sent again once there is a later one.
 */
export function createPersistent<Request, Body>(
  options: PersistentOptions<Request, Body>,
): Persistent<Request> {
  let latest: { readonly request: Request; readonly sequence: number } | null = null
  let sequence = 0
  let failures = 0
  let isUnderWay = false
  let isAskedToWait = false
  let cancelWait: (() => void) | null = null
  /** What was given up is not answered any more, however late its answer comes. */
  let stops = 0

  const stopWaiting = (): void => {
    cancelWait?.()
    cancelWait = null
    isAskedToWait = false
  }

  const go = async (): Promise<void> => {
    if (latest === null) return
    stopWaiting()
    const sent = latest
    isUnderWay = true
    const stopsBefore = stops
    const outcome = await options.send(sent.request)
    if (stops !== stopsBefore) return
    // A later request has taken over what comes next.
    const isLatest = latest === sent
    if (isLatest) isUnderWay = false
    const again = waitAfter(outcome, failures)
    if (again === null) {
      if (isLatest) {
        latest = null
        failures = 0
      }
      options.onTrouble(null)
      if (outcome.kind === 'ok') options.onAnswer(outcome.body, sent.request, sent.sequence)
      else if (outcome.kind === 'problem' && isLatest) options.onProblem(outcome, sent.request)
      return
    }
    if (!isLatest) return
    failures += 1
    options.onTrouble(again.trouble)
    isAskedToWait = again.trouble.kind === 'busy'
    cancelWait = options.wait(again.seconds, () => void go())
  }

  return {
    start(request: Request): void {
      sequence += 1
      latest = { request, sequence }
      if (!isAskedToWait) void go()
    },
    now(): void {
      if (latest !== null && !isUnderWay) void go()
    },
    stop(): void {
      stops += 1
      latest = null
      isUnderWay = false
      failures = 0
      stopWaiting()
    },
  }
}
