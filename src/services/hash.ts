import { createHash, type Hash } from 'node:crypto'

/** SHA-256 of the parts, each preceded by its length so that no two lists of parts read alike. */
export function sha256(...parts: readonly string[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hashOf(parts).digest())
}

/** The same in hexadecimal. */
export function sha256Hex(...parts: readonly string[]): string {
  return hashOf(parts).digest('hex')
}

function hashOf(parts: readonly string[]): Hash {
  return createHash('sha256').update(parts.map(part => `${String(Buffer.byteLength(part))}:${part}`).join(''))
}
