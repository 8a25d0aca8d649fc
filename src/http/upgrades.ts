/** Requests that ask for their connection to become another. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'

/** Whether a request asks for a WebSocket. */
export function asksForSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket'
}

/** Headers of a connection, which say nothing any more once it stays what it is. */
const OF_THE_CONNECTION = new Set(['upgrade', 'connection', 'http2-settings'])

/**
 * Gives a request back to the server as if it had not asked for an upgrade: who would rather speak HTTP/2 is answered in
 * HTTP/1.1. Once a server takes any upgrade, Node takes every request that asks for one out of its hands.
 */
export function answerWithoutUpgrade(
  server: Server,
  { method, url, rawHeaders }: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const lines = [`${method ?? 'GET'} ${url ?? '/'} HTTP/1.1`]
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    if (!OF_THE_CONNECTION.has(name.toLowerCase())) lines.push(`${name}: ${value}`)
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
  server.emit('connection', socket)
}
