/** Ids where every byte counts, as in a token or a NOTIFY: the 16 bytes of a UUID in base64url. */

/** Characters of a short id. */
export const SHORT_ID_CHARACTERS = 22

/** The short form of a UUID. */
export function shortenId(id: string): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')
}

/** The UUID of a short form, which must be 22 characters of base64url. */
export function lengthenId(text: string): string {
  const hex = Buffer.from(text, 'base64url').toString('hex')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
  return parts.join('-')
}
