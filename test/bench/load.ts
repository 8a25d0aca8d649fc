/**
 * The load generator, a process of its own: so many connections, each of which sends its next submission when the last is
 * answered. Every submission is of a random learner and has an idempotency key of its own; every answer's status is looked at.
 */
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type Connection } from './load-connection.js'
import { onRequest } from './submissions-programs.js'

export type Load = {
  readonly port: number
  readonly connections: number
  readonly seconds: number
  readonly key: string
  /** Learners are `learner-1` to this; learner n submits to path n modulo their number. */
  readonly learners: number
  readonly paths: readonly string[]
  /** The answers of a submission, as JSON. */
  readonly answers: string
  /** Submissions in a request to a batch route; undefined: the route of single ones. */
  readonly batch: number | undefined
  /** What the idempotency keys begin with: another for every load on one database. */
  readonly prefix: string
}

export type LoadResult = {
  /** Attempts that were acknowledged, and in what time. */
  readonly attempts: number
  readonly seconds: number
  /** Of whole requests, in milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Attempts that were not acknowledged: by which status, or `connection`, and how many. */
  readonly errors: Readonly<Record<string, number>>
  /** What the generator itself took of the processor. */
  readonly cpuSeconds: number
}

/** Milliseconds before a connection that broke is opened again. */
const RECONNECT_PAUSE = 50

/** Serves loads to the process that started this one. */
export function serveLoad(): void {
  onRequest(request => runLoad(request as Load)) // Both sides are started from the same sources.
}

async function runLoad(load: Load): Promise<LoadResult> {
  const nextRequest = load.batch === undefined ? singles(load) : batches(load, load.batch)
  const latencies: number[] = []
  const errors = new Map<string, number>()
  let attempts = 0
  const start = performance.now()
  const end = start + load.seconds * 1000
  const cpuBefore = process.cpuUsage()
  const fail = (what: string, count: number): void => {
    errors.set(what, (errors.get(what) ?? 0) + count)
  }

  /** Resolves when the time is up (true) or the connection has broken (false). */
  const useConnection = (): Promise<boolean> =>
    new Promise(resolve => {
      let sentAt = 0
      const sendNext = (): void => {
        sentAt = performance.now()
        if (sentAt < end) {
          connection.send(nextRequest())
          return
        }
        connection.close()
        resolve(true)
      }
      const connection: Connection = connect(load.port, sendNext, answer => {
        if (answer === undefined) {
          fail('connection', load.batch ?? 1)
          resolve(false)
          return
        }
        latencies.push(performance.now() - sentAt)
        const taken = acknowledged(answer, load.batch)
        attempts += taken
        const wanted = load.batch ?? 1
        if (taken < wanted) fail(`not acknowledged by a ${String(answer.status)}`, wanted - taken)
        sendNext()
      })
    })
  const keepBusy = async (): Promise<void> => {
    while (!(await useConnection())) {
      await sleep(RECONNECT_PAUSE)
      if (performance.now() >= end) return
    }
  }
  await Promise.all(Array.from({ length: load.connections }, keepBusy))
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  const sorted = Float64Array.from(latencies).sort()
  const quantile = (part: number): number => sorted[Math.floor(part * sorted.length)] ?? Number.NaN
  return {
    attempts,
    seconds,
    p50: quantile(0.5),
    p99: quantile(0.99),
    errors: Object.fromEntries(errors),
    cpuSeconds: (user + system) / 1e6,
  }
}

/** How many attempts an answer acknowledges. */
function acknowledged(
  { status, body }: { readonly status: number; readonly body: string },
  batch: number | undefined,
): number {
  if (batch === undefined) return status === 201 ? 1 : 0
  return status === 200 ? (body.match(/"status":201\b/g)?.length ?? 0) : 0
}

function headsOf({ paths, port, key }: Load): string[] {
  return paths.map(path =>
    [
      `POST ${path} HTTP/1.1`,
      `host: 127.0.0.1:${String(port)}`,
      `authorization: Bearer ${key}`,
      'content-type: application/json',
      '',
    ].join('\r\n'),
  )
}

function singles(load: Load): () => string {
  const heads = headsOf(load)
  const rest = `","answers":${load.answers}}`
  let count = 0
  return () => {
    const learner = 1 + Math.floor(Math.random() * load.learners)
    count += 1
    const body = `{"learner":"learner-${String(learner)}${rest}`
    const head = heads[learner % heads.length] ?? ''
    return `${head}idempotency-key: ${load.prefix}-${String(count)}\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`
  }
}

function batches(load: Load, size: number): () => string {
  const heads = headsOf(load)
  const rest = `","answers":${load.answers},"idempotencyKey":"${load.prefix}-`
  let count = 0
  return () => {
    const items: string[] = []
    for (let item = 0; item < size; item += 1) {
      const learner = 1 + Math.floor(Math.random() * load.learners)
      count += 1
      items.push(`{"learner":"learner-${String(learner)}${rest}${String(count)}"}`)
    }
    const body = `{"items":[${items.join()}]}`
    return `${heads[count % heads.length] ?? ''}content-length: ${String(body.length)}\r\n\r\n${body}`
  }
}
