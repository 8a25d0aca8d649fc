/** Newline-delimited JSON, cut into lines as it arrives: what is read is bounded, whatever is sent. */
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

type LineCutter = {
  /** The lines that end in this chunk and are not blank. After one that is `too-much` there are no more. */
  readonly take: (chunk: Buffer) => Line[]
  /** The last line, where no line break ends it. */
  readonly end: () => Line[]
}

const NEWLINE = 0x0a

/** A cutter at the beginning of a text. */
export function createLineCutter(limits: LineLimits): LineCutter {
  let parts: Buffer[] = []
  let length = 0
  let bytesLeft = limits.bytes
  let linesLeft = limits.lines
  let over = false

  const append = (part: Buffer): void => {
    length += part.length
    // Of a line that is too long nothing is kept.
    if (length > limits.lineBytes) parts = []
    else if (part.length > 0) parts.push(part)
  }
  const endLine = (lines: Line[]): void => {
    const line: Line =
      length > limits.lineBytes ? { kind: 'too-long' } : { kind: 'line', bytes: joined(parts) }
    parts = []
    length = 0
    if (line.kind === 'line' && line.bytes.every(isBlank)) return
    linesLeft -= 1
    if (linesLeft >= 0) {
      lines.push(line)
      return
    }
    const message = `A batch has at most ${String(limits.lines)} attempts; what follows was not read.`
    const entry = { path: '', code: 'out-of-range', message } as const
    lines.push({ kind: 'too-much', refusal: new Refusal('invalid-request', message, [entry]) })
    over = true
  }

  return {
    take: chunk => {
      const lines: Line[] = []
      const known = chunk.subarray(0, bytesLeft)
      bytesLeft -= known.length
      let start = 0
      for (
        let end = known.indexOf(NEWLINE);
        end !== -1 && !over;
        start = end + 1, end = known.indexOf(NEWLINE, start)
      ) {
        append(known.subarray(start, end))
        endLine(lines)
      }
      if (over) return lines
      append(known.subarray(start))
      if (known.length < chunk.length) {
        over = true
        const detail = `${PROBLEMS['body-too-large'].title}; the rest was not read.`
        lines.push({ kind: 'too-much', refusal: new Refusal('body-too-large', detail) })
      }
      return lines
    },
    end: () => {
      const lines: Line[] = []
      if (!over) endLine(lines)
      return lines
    },
  }
}

function joined(parts: readonly Buffer[]): Buffer {
  const [first] = parts
  return first !== undefined && parts.length === 1 ? first : Buffer.concat(parts)
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d
}
