import { createHash } from 'node:crypto'

/** SHA-256 of the parts, each preceded by its length so that no two lists of parts read alike. */
export function sha256(...parts: readonly string[]): Uint8Array<ArrayBuffer> {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${String(Buffer.byteLength(part))}:`).update(part)
  return Uint8Array.from(hash.digest())
}
