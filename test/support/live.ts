/** A client of subscriptions, over a WebSocket to a service that listens. */
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { TestService } from './service.js'

type Message = { readonly type: string; readonly id?: string; readonly payload?: unknown }

export type LiveClient = Awaited<ReturnType<typeof connect>>

/** Where a service takes WebSockets. */
export function liveUrl(service: TestService): string {
  const { port } = service.app.server.address() as AddressInfo
  return `ws://127.0.0.1:${String(port)}/graphql`
}

/** Connects with a key in the first message, or in the header; resolves once that is answered, by whatever. */
export async function connect(
  service: TestService,
  key: string | undefined,
  by: 'message' | 'header' = 'message',
) {
  const authorization = key === undefined ? undefined : `Bearer ${key}`
  const headers = by === 'header' && authorization !== undefined ? { authorization } : {}
  const socket = new WebSocket(liveUrl(service), 'graphql-transport-ws', { headers })
  const messages: Message[] = []
  let closed: { readonly code: number; readonly reason: string } | undefined
  const waiting = new Set<() => void>()
  const wake = (): void => {
    for (const look of waiting) look()
  }
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as Message)
    wake()
  })
  socket.on('close', (code, reason) => {
    closed ??= { code, reason: reason.toString() }
    wake()
  })
  // A refused upgrade is told by what follows.
  socket.on('error', error => {
    closed ??= { code: 0, reason: error.message }
    wake()
  })

  /** Resolves once there is what is looked for, or the connection is over. */
  const until = <Found>(look: () => Found | undefined): Promise<Found | undefined> =>
    new Promise(resolve => {
      const again = (): void => {
        const found = look()
        if (found === undefined && closed === undefined) return
        waiting.delete(again)
        resolve(found)
      }
      waiting.add(again)
      again()
    })

  socket.on('open', () => {
    socket.send(
      JSON.stringify({ type: 'connection_init', payload: by === 'message' ? { authorization } : {} }),
    )
  })
  await until(() => messages.find(({ type }) => type === 'connection_ack'))
  let ids = 0

  return {
    socket,
    messages,
    until,
    closed: () => closed,
    send: (message: unknown): void => {
      socket.send(typeof message === 'string' ? message : JSON.stringify(message))
    },
    /** What came for a subscription. */
    of: (id: string): unknown[] =>
      messages.flatMap(one => (one.id === id && one.type === 'next' ? [one.payload] : [])),
    /** Asks for a subscription and answers its errors, or none once it stands. */
    subscribe: async (query: string, variables?: Record<string, unknown>): Promise<unknown[]> => {
      ids += 1
      const id = String(ids)
      const before = service.services.feeds.load().watchers
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query, variables } }))
      const answers = () => messages.filter(message => message.id === id && message.type !== 'complete')
      const isDecided = () => answers().length > 0 || service.services.feeds.load().watchers > before
      while (!isDecided() && closed === undefined) await sleep(5)
      return answers().flatMap(({ type, payload }) =>
        type === 'error' ? (payload as unknown[]) : ((payload as { errors?: unknown[] }).errors ?? []),
      )
    },
    close: (): void => {
      socket.close()
    },
  }
}
