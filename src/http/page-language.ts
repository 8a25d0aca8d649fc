/** In which language a page is written. */
import type { FastifyRequest } from 'fastify'
import { LANGUAGES, type Language } from '../contracts/languages.js'

/** The language that the address chooses, else the one of ours that the browser likes best, else English. */
export function languageOf(request: FastifyRequest): {
  readonly language: Language
  readonly chosen: boolean
} {
  // An address that cannot be read has no query.
  const { lang } = (request.query ?? {}) as { readonly lang?: unknown }
  const asked = LANGUAGES.find(language => language === lang)
  if (asked !== undefined) return { language: asked, chosen: true }
  return { language: preferred(request.headers['accept-language'] ?? ''), chosen: false }
}

/** Of a header as `de-CH, en;q=0.8`; the first of those that are liked alike. */
function preferred(header: string): Language {
  let best: { readonly language: Language; readonly weight: number } = { language: 'en', weight: 0 }
  for (const part of header.split(',')) {
    const [range = '', ...parameters] = part.split(';').map(text => text.trim().toLowerCase())
    const language = LANGUAGES.find(known => range === known || range.startsWith(`${known}-`))
    const quality = parameters.find(parameter => parameter.startsWith('q='))
    const weight = quality === undefined ? 1 : Number(quality.slice(2))
    if (language !== undefined && weight > best.weight) best = { language, weight }
  }
  return best.language
}
