/**
 * Students' answers at a deadline, as a learning management system sends them: many at once, each with a key of its own, and
 * again and again until they are acknowledged. What was acknowledged is remembered, to be compared with what is stored.
 */
import { randomUUID } from 'node:crypto'
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export type Acknowledged = {
  readonly id: string
  readonly learner: string
  readonly number: number
  readonly body: string
}

export type LoadOptions = {
  /** Where the service is; asked anew for each request, so that it may move. */
  readonly url: () => string
  readonly key: string
  /** Of the route that takes attempts. */
  readonly path: string
  readonly connections: number
  readonly learners: number
  /** Of this share of requests, the client goes away before the answer is there. */
  readonly leaving?: number
}

/** Milliseconds before a client tries again. */
const RETRY_PAUSE = 50

const ANSWERS = { c: '-4', a: '4', d: '3', J: '9/2', dJ_dd: '3', dd_da: '1', dJ_da: '2', dJ_dc: '30' }

/** A load that goes on until it is stopped. Its clients end with their last submission acknowledged. */
export function startLoad(options: LoadOptions) {
  const acknowledged = new Map<string, Acknowledged>()
  /** How requests ended: by status, or `broken` for a connection that did not live to see an answer. */
  const ends = new Map<string, number>()
  const agent = new http.Agent({ keepAlive: true, maxSockets: options.connections })
  let stopped = false
  let sent = 0

  const client = async (): Promise<void> => {
    while (!stopped) {
      sent += 1
      const idempotencyKey = randomUUID()
      const learner = `learner-${String(sent % options.learners)}`
      for (;;) {
        const end = await submit(agent, options, { learner, idempotencyKey })
        ends.set(end.status, (ends.get(end.status) ?? 0) + 1)
        if (end.status === '201') {
          const { id, number } = JSON.parse(end.body) as { id: string; number: number }
          acknowledged.set(idempotencyKey, { id, learner, number, body: end.body })
          break
        }
        // Anything else but "try again" is a finding; the test looks at what there was.
        if (end.status !== 'broken' && end.status !== '503') break
        await sleep(RETRY_PAUSE)
      }
    }
  }
  const clients = Promise.all(Array.from({ length: options.connections }, client))
  return {
    acknowledged,
    ends,
    stop: async (): Promise<void> => {
      stopped = true
      await clients
      agent.destroy()
    },
  }
}

function submit(
  agent: http.Agent,
  { url, key, path, leaving = 0 }: LoadOptions,
  { learner, idempotencyKey }: { readonly learner: string; readonly idempotencyKey: string },
): Promise<{ readonly status: string; readonly body: string }> {
  return new Promise(resolve => {
    const broken = (): void => {
      resolve({ status: 'broken', body: '' })
    }
    const request = http.request(
      url() + path,
      {
        method: 'POST',
        agent,
        timeout: 30_000,
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'idempotency-key': idempotencyKey,
        },
      },
      response => {
        let body = ''
        response.on('data', (chunk: Buffer) => (body += chunk.toString()))
        response.on('end', () => {
          resolve({ status: String(response.statusCode), body })
        })
        response.on('error', broken)
      },
    )
    request.on('error', broken)
    request.on('timeout', () => request.destroy())
    request.end(JSON.stringify({ learner, answers: ANSWERS }))
    if (Math.random() < leaving)
      request.on('finish', () => setTimeout(() => request.destroy(), Math.random() * 20))
  })
}
