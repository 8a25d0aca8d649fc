/** What all pages share: the head, the top, the way to another language. */
import { LANGUAGES, type Language } from '../contracts/languages.js'
import { stringsOf } from '../strings/strings.js'
import { html, type Html } from './html.js'

/** The files of a page's code, as addresses. */
export type PageAssets = {
  /** Null: the code was not built, and the page does without. */
  readonly script: string | null
  readonly preloads: readonly string[]
  readonly styles: readonly string[]
}

/** Where and for whom a page is written. */
export type PageContext = {
  readonly language: Language
  /** Whether the language was chosen in the address, and is to be kept in links. */
  readonly chosen: boolean
  /** Whose graphs are meant; null: those that are built in. */
  readonly tenant: string | null
  readonly assets: PageAssets
}

export type Page = {
  readonly title: string
  readonly description: string
  /** The address of this page with a query but for its language. */
  readonly address: Address
  readonly body: Html
}

/** A path, and what of a query goes with it. */
export type Address = { readonly path: string; readonly query?: Readonly<Record<string, string | null>> }

/** A small drawing of a graph of two nodes, in the page itself. */
const ICON =
  'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 32 32%22%3E' +
  '%3Cpath d=%22M9 16h14%22 stroke=%22%231a7f37%22 stroke-width=%224%22/%3E' +
  '%3Ccircle cx=%228%22 cy=%2216%22 r=%227%22 fill=%22%230969da%22/%3E' +
  '%3Ccircle cx=%2224%22 cy=%2216%22 r=%227%22 fill=%22%231a7f37%22/%3E%3C/svg%3E'

/** A whole document. */
export function writePage(context: PageContext, page: Page): string {
  const { language, assets } = context
  const { site } = stringsOf(language)
  const styles = assets.styles.map(href => html`<link rel="stylesheet" href="${href}" />`)
  const preloads = assets.preloads.map(href => html`<link rel="modulepreload" href="${href}" />`)
  const script = assets.script === null ? null : html`<script type="module" src="${assets.script}"></script>`
  const { markup } = html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta
          name="viewport"
          content="width=device-width, initial-scale=1, interactive-widget=resizes-content"
        />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content="${page.description}" />
        <title>${page.title}</title>
        <link rel="icon" href="${ICON}" />
        ${styles}${preloads}${script}
      </head>
      <body>
        <a class="skip-link" href="#app">${site.skip}</a>
        <header class="site-header">
          <a class="site-name" href="${hrefOf(context, { path: '/' })}">Chainmark</a>
          ${otherLanguages(context, page.address)}
        </header>
        ${page.body}
      </body>
    </html> `
  return markup
}

function otherLanguages(context: PageContext, address: Address): Html {
  const links = LANGUAGES.filter(language => language !== context.language).map(language => {
    const href = hrefOf({ ...context, language, chosen: true }, address)
    return html`<a href="${href}" hreflang="${language}" lang="${language}"
      >${stringsOf(language).languageName}</a
    >`
  })
  return html`<nav class="languages" aria-label="${stringsOf(context.language).site.otherLanguages}">
    ${links}
  </nav>`
}

/** An address on this service, in the language of the page where that was chosen. */
export function hrefOf(
  { language, chosen }: Pick<PageContext, 'language' | 'chosen'>,
  { path, query = {} }: Address,
): string {
  const given = [...Object.entries(query), ['lang', chosen ? language : null] as const]
  const text = given
    .flatMap(([name, value]) => (value === null ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join('&')
  return text === '' ? path : `${path}?${text}`
}
