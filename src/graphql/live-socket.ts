/** What is done with one WebSocket. */
import type { WebSocket } from 'ws'
import { FAREWELL_MILLISECONDS } from './live-limits.js'

/** The close code of WebSocket itself for who is to come again later. */
export const TRY_LATER = 1013

/** Sends a text; resolves once it is on its way, so that nothing more is taken from a feed before. */
export function sendTo(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.readyState !== socket.OPEN) {
      resolve()
      return
    }
    socket.send(text, error => {
      // Who has left meanwhile needs nothing any more.
      if (error && socket.readyState === socket.OPEN) reject(error)
      else resolve()
    })
  })
}

/** Closes a connection, and cuts it off where the client does not answer that. */
export function endSocket(socket: WebSocket, code?: number, reason?: string): void {
  if (socket.readyState !== socket.OPEN) return
  socket.close(code, reason)
  const cutting = setTimeout(() => {
    socket.terminate()
  }, FAREWELL_MILLISECONDS)
  cutting.unref()
  socket.once('close', () => {
    clearTimeout(cutting)
  })
}

/** Says that there is no room, and keeps nothing of the connection. */
export function turnAway(socket: WebSocket): void {
  socket.close(TRY_LATER, 'too many connections')
  socket.terminate()
}
