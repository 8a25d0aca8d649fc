import { hash } from 'node:crypto'

/** SHA-256 of the parts, each preceded by its length so that no two lists of parts read alike. */
export function sha256(...parts: readonly string[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hash('sha256', joined(parts), 'buffer'))
}

/** The same in hexadecimal. */
export function sha256Hex(...parts: readonly string[]): string {
  return hash('sha256', joined(parts), 'hex')
}

function joined(parts: readonly string[]): string {
  return parts.map(part => `${String(Buffer.byteLength(part))}:${part}`).join('')
}
