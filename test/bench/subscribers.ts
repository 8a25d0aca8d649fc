/**
 * Subscribers, in a process of their own: so many connections, each subscribed to the attempts of a course. What each has got
 * is counted, and whether each learner's numbers came in order.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { onRequest } from './submissions-programs.js'

export type SubscribersRequest =
  | {
      readonly kind: 'subscribe'
      readonly port: number
      readonly key: string
      readonly course: string
      readonly count: number
    }
  /** Waits until each has got so many events, or nothing came for some seconds, and lets go of all of them. */
  | { readonly kind: 'finish'; readonly expected: number }

export type SubscribersResult = {
  /** Events that the subscriber with the fewest, and the one with the most, has got or was told that it missed. */
  readonly least: number
  readonly most: number
  /** Of all of them together: events that they were told they missed; numbers that came out of order, or twice. */
  readonly missed: number
  readonly disordered: number
}

const SUBSCRIPTION = `subscription Watch($course: String!) {
  attemptGraded(course: $course) { missed attempts { attempt { id learner number } } }
}`

/** Seconds without an event after which no more are waited for. */
const SILENCE = 5

type Subscriber = {
  readonly socket: WebSocket
  received: number
  missed: number
  disordered: number
  readonly last: Map<string, number>
}

type Event = {
  readonly missed: number
  readonly attempts: readonly { readonly attempt: { readonly learner: string; readonly number: number } }[]
}

/** Serves subscriptions to the process that started this one. */
export function serveSubscribers(): void {
  let subscribers: Subscriber[] = []
  onRequest(async request => {
    const asked = request as SubscribersRequest // Both sides are started from the same sources.
    if (asked.kind === 'subscribe') {
      subscribers = await Promise.all(Array.from({ length: asked.count }, () => subscribe(asked)))
      return {}
    }
    await settle(subscribers, asked.expected)
    for (const { socket } of subscribers) socket.terminate()
    const counts = subscribers.map(({ received, missed }) => received + missed)
    const total = (of: (subscriber: Subscriber) => number): number =>
      subscribers.reduce((sum, subscriber) => sum + of(subscriber), 0)
    return {
      least: Math.min(...counts),
      most: Math.max(...counts),
      missed: total(({ missed }) => missed),
      disordered: total(({ disordered }) => disordered),
    } satisfies SubscribersResult
  })
}

async function settle(subscribers: readonly Subscriber[], expected: number): Promise<void> {
  const total = () => subscribers.reduce((sum, { received, missed }) => sum + received + missed, 0)
  for (let before = -1, silent = 0; silent < SILENCE && total() < expected * subscribers.length;) {
    await sleep(1_000)
    silent = total() === before ? silent + 1 : 0
    before = total()
  }
}

/** Resolves once the subscription is acknowledged, and a moment later, since only what comes after it counts. */
async function subscribe({
  port,
  key,
  course,
}: Extract<SubscribersRequest, { kind: 'subscribe' }>): Promise<Subscriber> {
  const socket = new WebSocket(`ws://127.0.0.1:${String(port)}/graphql`, 'graphql-transport-ws', {
    headers: { authorization: `Bearer ${key}` },
  })
  const subscriber: Subscriber = { socket, received: 0, missed: 0, disordered: 0, last: new Map() }
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('close', code => {
      reject(new Error(`a subscriber was closed: ${String(code)}`))
    })
    socket.on('open', () => {
      socket.send('{"type":"connection_init","payload":{}}')
    })
    socket.on('message', (bytes: Buffer) => {
      const message = JSON.parse(bytes.toString('utf8')) as { type: string; payload?: unknown }
      if (message.type === 'connection_ack') {
        const payload = { query: SUBSCRIPTION, variables: { course } }
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }))
        setTimeout(resolve, 1_000)
      } else if (message.type === 'ping') {
        socket.send('{"type":"pong"}')
      } else if (message.type === 'next') {
        const { data } = message.payload as { data?: { attemptGraded: Event } | null }
        if (data) count(subscriber, data.attemptGraded)
        else console.error('a subscriber was refused', JSON.stringify(message.payload))
      } else if (message.type === 'error') {
        reject(new Error(JSON.stringify(message.payload)))
      }
    })
  })
  return subscriber
}

function count(subscriber: Subscriber, { missed, attempts }: Event): void {
  subscriber.missed += missed
  subscriber.received += attempts.length
  for (const {
    attempt: { learner, number },
  } of attempts) {
    if (number <= (subscriber.last.get(learner) ?? 0)) subscriber.disordered += 1
    subscriber.last.set(learner, number)
  }
}
