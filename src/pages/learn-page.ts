/** An assignment for one learner: an empty page whose script reads the token from the address and asks for the rest. */
import { stringsOf } from '../strings/strings.js'
import { html } from './html.js'
import { writePage, type PageContext } from './layout.js'

/** The page, alike for everybody. */
export function writeLearnPage(context: PageContext): string {
  const { language, assets } = context
  const { site, learn } = stringsOf(language)
  const body = html`<main id="app" data-page="learn" tabindex="-1">
    <h1>${site.learnTitle}</h1>
    ${
      assets.script === null
        ? html`<p class="notice" role="note">${site.scriptMissing}</p>`
        : html`<p>${learn.loading}</p>`
    }
    <noscript><p class="notice">${site.noScript}</p></noscript>
  </main>`
  return writePage(context, {
    title: `${site.learnTitle} – Chainmark`,
    description: site.tagline,
    address: { path: '/learn' },
    body,
  })
}
