/** How long each element of an array is, in bytes as it was sent: what parsing a JSON text leaves nothing of. */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/**
 * The lengths of the elements of an array that is a field of the object which a text holds, without the space around
 * them; none where it is no array. The text must be JSON in UTF-8. Of a field that is there twice the last counts, as it
 * does for JSON.parse.
 */
export function elementBytes(text: Uint8Array, field: string): readonly number[] {
  let lengths: number[] = []
  let depth = 0
  /** The outermost name that was read last. */
  let name: string | undefined
  let nameComes = false
  let inside = false
  let start = 0
  const endElement = (end: number): void => {
    const length = lengthWithoutSpace(text, start, end)
    if (length > 0) lengths.push(length)
    start = end + 1
  }
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at]
    if (byte === QUOTE) {
      const begin = at
      for (at += 1; at < text.length && text[at] !== QUOTE; at += 1) if (text[at] === BACKSLASH) at += 1
      if (!nameComes || depth !== 1) continue
      name = nameIn(text.subarray(begin, at + 1))
      nameComes = false
      // What it held before, if it was there before, counts no more.
      if (name === field) lengths = []
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1
      nameComes = depth === 1 && byte === OPEN_BRACE
      if (depth !== 2 || byte !== OPEN_BRACKET || name !== field) continue
      inside = true
      start = at + 1
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1
      if (depth !== 1 || !inside) continue
      endElement(at)
      inside = false
    } else if (byte === COMMA) {
      if (depth === 1) nameComes = name !== undefined
      else if (depth === 2 && inside) endElement(at)
    }
  }
  return lengths
}

/** A name may be written with escapes. */
function nameIn(quoted: Uint8Array): string {
  return JSON.parse(Buffer.from(quoted).toString('utf8')) as string // A quoted text.
}

function lengthWithoutSpace(text: Uint8Array, start: number, end: number): number {
  let [first, last] = [start, end]
  while (first < last && isSpace(text[first])) first += 1
  while (first < last && isSpace(text[last - 1])) last -= 1
  return last - first
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d
}
