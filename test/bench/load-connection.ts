/**
 * One keep-alive connection that carries one request at a time. Made for little work of our own: the generator shares the
 * processor with what it measures. Texts are Latin-1 throughout, so that characters count as bytes.
 */
import net from 'node:net'

export type Connection = {
  /** Sends a whole request; its answer, or `undefined` where the connection broke first, goes to `onAnswer`. */
  readonly send: (request: string) => void
  readonly close: () => void
}

type Answer = { readonly status: number; readonly body: string }

const HEAD_END = '\r\n\r\n'

/** Connects; `onOpen` is called when requests can be sent. After a break the connection is of no more use. */
export function connect(
  port: number,
  onOpen: () => void,
  onAnswer: (answer: Answer | undefined) => void,
): Connection {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
  let received = ''
  let closing = false
  let broken = false
  const breakDown = (): void => {
    if (closing || broken) return
    broken = true
    socket.destroy()
    onAnswer(undefined)
  }
  socket.setEncoding('latin1')
  socket.on('connect', onOpen)
  socket.on('error', breakDown)
  socket.on('close', breakDown)
  socket.on('data', (piece: string) => {
    received = received === '' ? piece : received + piece
    const answer = readAnswer(received)
    if (answer === 'incomplete') return
    received = ''
    if (answer === 'unreadable') breakDown()
    else onAnswer(answer)
  })
  return {
    send: request => {
      socket.write(request, 'latin1')
    },
    close: () => {
      closing = true
      socket.destroy()
    },
  }
}

/** What has arrived so far as an answer: nothing may follow it, since nothing more was asked. */
function readAnswer(received: string): Answer | 'incomplete' | 'unreadable' {
  const headEnd = received.indexOf(HEAD_END)
  if (headEnd < 0) return 'incomplete'
  const start = headEnd + HEAD_END.length
  const status = Number(received.slice(9, 12))
  const length = headerValue(received, headEnd, 'content-length: ')
  if (length !== undefined) {
    const end = start + Number(length)
    if (received.length < end) return 'incomplete'
    return received.length === end ? { status, body: received.slice(start) } : 'unreadable'
  }
  if (headerValue(received, headEnd, 'transfer-encoding: ') !== 'chunked') return 'unreadable'
  // Looked at whole only when the end may be there: a long answer comes in many pieces.
  if (!received.endsWith(`0${HEAD_END}`)) return 'incomplete'
  return joinChunks(received, start, status)
}

function joinChunks(received: string, start: number, status: number): Answer | 'incomplete' | 'unreadable' {
  const chunks: string[] = []
  for (let at = start; ;) {
    const lineEnd = received.indexOf('\r\n', at)
    if (lineEnd < 0) return 'incomplete'
    const size = Number.parseInt(received.slice(at, lineEnd), 16)
    if (Number.isNaN(size)) return 'unreadable'
    if (size === 0) return { status, body: chunks.join('') }
    chunks.push(received.slice(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
}

/** Of the headers that we look for, Node writes the names in one way only, but for the first letters. */
function headerValue(received: string, headEnd: number, name: string): string | undefined {
  let at = received.indexOf(name)
  if (at < 0 || at > headEnd) {
    at = received.indexOf(name.replace(/\b[a-z]/g, letter => letter.toUpperCase()))
    if (at < 0 || at > headEnd) return undefined
  }
  const valueStart = at + name.length
  return received.slice(valueStart, received.indexOf('\r\n', valueStart))
}
