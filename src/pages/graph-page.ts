/** A public graph to be practised: readable as it comes, and all that the page's script needs. */
import type { PageGraph } from '../contracts/practice.js'
import { stringsOf } from '../strings/strings.js'
import { dataBlock, html, madeElsewhere } from './html.js'
import { hrefOf, writePage, type PageContext } from './layout.js'

export type GraphPage = {
  readonly graph: PageGraph
  /** The figure, made by src/figure, which escapes what users wrote; null: a list of boxes in its place. */
  readonly svg: string | null
  /** Whether the address names the version. */
  readonly pinned: boolean
}

/** The page of a graph. */
export function writeGraphPage(context: PageContext, { graph, svg, pinned }: GraphPage): string {
  const { language, tenant, assets } = context
  const { site, board } = stringsOf(language)
  const figure =
    svg === null
      ? html`<p>${board.noFigure}</p>
          <ul class="plain-boxes">
            ${graph.boxes.map(box => html`<li>${box.label.text}</li>`)}
          </ul>`
      : html`<div id="figure">${madeElsewhere(svg)}</div>`
  const body = html`<main id="app" data-page="practice" tabindex="-1">
      <nav class="crumbs" aria-label="${site.wayBack}">
        <a href="${hrefOf(context, { path: '/', query: { tenant } })}">${site.home}</a>
      </nav>
      <h1>${graph.title}</h1>
      ${graph.description === undefined ? null : html`<p class="description">${graph.description}</p>`}
      ${figure}
      <noscript><p class="notice">${site.noScript}</p></noscript>
      ${assets.script === null ? html`<p class="notice" role="note">${site.scriptMissing}</p>` : null}
    </main>
    ${dataBlock('page-data', { graph, tenant, language })}`
  return writePage(context, {
    title: `${graph.title} – Chainmark`,
    description: graph.description ?? site.tagline,
    address: {
      path: `/graphs/${encodeURIComponent(graph.key)}`,
      query: { tenant, version: pinned ? String(graph.version) : null },
    },
    body,
  })
}
