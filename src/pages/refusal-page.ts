/** What people read where there is no page, or none right now. */
import { stringsOf } from '../strings/strings.js'
import { html } from './html.js'
import { hrefOf, writePage, type PageContext } from './layout.js'

/** Why there is no page. */
export type RefusalKind = 'notFound' | 'busy' | 'broken'

/** A page that says why there is none, and where to go on. */
export function writeRefusalPage(context: PageContext, kind: RefusalKind): string {
  const { site } = stringsOf(context.language)
  const title = { notFound: site.notFoundTitle, busy: site.busyTitle, broken: site.brokenTitle }[kind]
  const body = html`<main id="app" data-page="refusal" tabindex="-1">
    <h1>${title}</h1>
    <p>${site[kind]}</p>
    <p><a href="${hrefOf(context, { path: '/' })}">${site.home}</a></p>
  </main>`
  return writePage(context, {
    title: `${title} – Chainmark`,
    description: site.tagline,
    address: { path: '/' },
    body,
  })
}
