/** Newline-delimited JSON, a line at a time as it arrives: what is read is bounded, whatever is sent. */
import type { Readable } from 'node:stream'
import { PROBLEMS, Refusal } from '../errors.js'

export const NDJSON = 'application/x-ndjson'

export type Line =
  | { readonly kind: 'line'; readonly bytes: Buffer }
  /** It is too long; what follows it is read. */
  | { readonly kind: 'too-long' }
  /** All of it is too long, or it has too many lines; nothing more is read. */
  | { readonly kind: 'too-much'; readonly refusal: Refusal }

export type LineLimits = {
  readonly lineBytes: number
  readonly bytes: number
  readonly lines: number
}

const NEWLINE = 0x0a

/** The lines of a stream that are not blank. */
export async function* linesOf(stream: Readable, limits: LineLimits): AsyncGenerator<Line> {
  let parts: Buffer[] = []
  let length = 0
  let bytes = 0
  let lines = 0
  const endLine = (): Line | undefined => {
    const line: Line =
      length > limits.lineBytes ? { kind: 'too-long' } : { kind: 'line', bytes: Buffer.concat(parts) }
    const blank = line.kind === 'line' && line.bytes.every(isBlank)
    parts = []
    length = 0
    if (blank) return undefined
    lines += 1
    if (lines <= limits.lines) return line
    const message = `A batch has at most ${String(limits.lines)} attempts; what follows was not read.`
    const entry = { path: '', code: 'out-of-range', message } as const
    return { kind: 'too-much', refusal: new Refusal('invalid-request', message, [entry]) }
  }
  // Where no more is read, the answer is still to be sent on the same connection.
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > limits.bytes) {
      const refusal = new Refusal(
        'body-too-large',
        `${PROBLEMS['body-too-large'].title}; the rest was not read.`,
      )
      yield { kind: 'too-much', refusal }
      return
    }
    let start = 0
    while (start < chunk.length) {
      const end = chunk.indexOf(NEWLINE, start)
      const part = chunk.subarray(start, end === -1 ? chunk.length : end)
      length += part.length
      // Of a line that is too long nothing is kept.
      if (length > limits.lineBytes) parts = []
      else parts.push(part)
      if (end === -1) break
      start = end + 1
      const line = endLine()
      if (line === undefined) continue
      yield line
      if (line.kind === 'too-much') return
    }
  }
  const last = endLine()
  if (last !== undefined) yield last
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d
}
