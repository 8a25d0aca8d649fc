/** Entity tags: what a client knows a document again by. */

/** Whether If-None-Match names this tag (RFC 9110: a list, each perhaps weak, or `*`). */
export function isKnownTag(header: string | undefined, etag: string): boolean {
  const tags = (header ?? '').split(',').map(tag => tag.trim().replace(/^W\//, ''))
  return tags.includes(etag) || tags.includes('*')
}
