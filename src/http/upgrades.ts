/** Requests that ask for their connection to become another. */
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type {} from '@fastify/websocket'
import type { FastifyRequest } from 'fastify'
import { PROBLEMS, type ProblemCode } from '../errors.js'

/** Whether a request asks for a WebSocket. Only a GET can; of any other the server may overlook what it asks beside. */
export function asksForSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}

/**
 * Whether a request has come as an upgrade to a WebSocket and becomes one when it is answered. Its headers do not tell: anyone
 * can write them on a request that stays what it is.
 */
export function isSocket({ method, ws }: FastifyRequest): boolean {
  return method === 'GET' && ws
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

/** Answers a request for an upgrade with the status of a problem, and ends its connection. */
export function refuseUpgrade(socket: Duplex, code: ProblemCode): void {
  const { status } = PROBLEMS[code]
  const line = `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`
  // Node listens to it no more, and whoever asked may be gone already.
  socket.on('error', () => socket.destroy())
  // Ended alone, the socket would stay half open for as long as the other side likes.
  socket.end(`${line}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => socket.destroy())
}
