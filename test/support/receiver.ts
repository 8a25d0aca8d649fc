/** A receiver of webhooks on this machine, which behaves as it is told to. */
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { CERTIFICATE, CERTIFICATE_KEY } from './certificate.js'

export type Received = {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Receiver = {
  readonly url: string
  readonly port: number
  readonly received: Received[]
  /** What is done with a request, which counts as received by then. */
  behave: (received: Received, response: http.ServerResponse) => void
  /** Requests under way. */
  readonly open: () => number
  readonly close: () => Promise<void>
}

export const answering =
  (status: number, headers: Record<string, string> = {}) =>
  (_received: Received, response: http.ServerResponse): void => {
    response.writeHead(status, headers).end('ok')
  }

/** Listens on a free port; by https with the certificate of test/support/certificate.ts where it is asked for. */
export async function createReceiver({ tls = false } = {}): Promise<Receiver> {
  const received: Received[] = []
  let open = 0
  const listener: http.RequestListener = (request, response) => {
    open += 1
    response.on('close', () => {
      open -= 1
    })
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const item = {
        path: request.url ?? '',
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks).toString(),
      }
      received.push(item)
      receiver.behave(item, response)
    })
  }
  const server = tls
    ? https.createServer({ cert: CERTIFICATE, key: CERTIFICATE_KEY }, listener)
    : http.createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const receiver: Receiver = {
    url: tls ? `https://receiver.test:${String(port)}` : `http://127.0.0.1:${String(port)}`,
    port,
    received,
    behave: answering(200),
    open: () => open,
    close: () =>
      new Promise(resolve => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
  return receiver
}
