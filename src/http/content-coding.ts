/** In which coding a body is sent: brotli, gzip, or as it is. */
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { negotiate } from '@fastify/accept-negotiator'

export type Coding = 'br' | 'gzip' | 'identity'

/** Best first. */
const CODINGS: readonly Coding[] = ['br', 'gzip', 'identity']

/** Quality 5 is as fast as gzip and smaller; more is for what is compressed once and for all, by the build. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }

const brotliAsync = promisify(brotliCompress)
const gzipAsync = promisify(gzip)

/**
 * The coding that an Accept-Encoding likes best of those that there are, and of equals the best. As it is where the header
 * is missing, or allows none at all: who refuses everything is better served than not.
 */
export function codingFor(acceptEncoding: string | undefined): Coding {
  const header = (acceptEncoding ?? '').toLowerCase()
  // `*` means what the header does not name: the negotiator would take it for the best, refused by name or not.
  const refused = new Set(
    Array.from(header.matchAll(/(?:^|,)\s*([\w-]+)\s*;\s*q=0(?:\.0*)?\s*(?=,|$)/g), match => match[1]),
  )
  const left = CODINGS.filter(coding => !refused.has(coding))
  return CODINGS.find(coding => coding === negotiate(header, left)) ?? 'identity'
}

/** A text in a coding, made beside the event loop. */
export function encode(text: string, coding: Exclude<Coding, 'identity'>): Promise<Buffer> {
  return coding === 'br' ? brotliAsync(text, BROTLI) : gzipAsync(text)
}
