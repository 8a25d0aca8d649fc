/** The first page: what this is, and the graphs that anybody may practise. */
import type { PublicGraph } from '../contracts/practice.js'
import { stringsOf } from '../strings/strings.js'
import { html, type Html } from './html.js'
import { hrefOf, writePage, type PageContext } from './layout.js'

/** The page with these graphs. */
export function writeIndexPage(context: PageContext, graphs: readonly PublicGraph[]): string {
  const { site } = stringsOf(context.language)
  const { tenant } = context
  const list =
    graphs.length === 0
      ? html`<p>${site.noGraphs}</p>`
      : html`<ul class="graph-list">
          ${fromSmall(graphs).map(graph => writeCard(context, graph))}
        </ul>`
  const body = html`<main id="app" data-page="index" tabindex="-1">
    <h1>${site.tagline}</h1>
    ${site.intro.map(paragraph => html`<p class="intro">${paragraph}</p>`)}
    <section aria-labelledby="graphs">
      <h2 id="graphs">${tenant === null ? site.graphsTitle : site.graphsOf(tenant)}</h2>
      ${list}
    </section>
    <section aria-labelledby="how">
      <h2 id="how">${site.howTitle}</h2>
      <ol class="how">
        ${site.how.map(step => html`<li>${step}</li>`)}
      </ol>
    </section>
    <section aria-labelledby="teachers">
      <h2 id="teachers">${site.teachersTitle}</h2>
      <p>${site.teachers}</p>
      <p><a href="/docs">${site.apiDocs}</a></p>
    </section>
  </main>`
  return writePage(context, {
    title: `Chainmark – ${site.tagline}`,
    description: site.intro[0] ?? '',
    address: { path: '/', query: { tenant } },
    body,
  })
}

/** The smallest first: there one begins. */
function fromSmall(graphs: readonly PublicGraph[]): PublicGraph[] {
  return graphs.toSorted((one, other) => one.boxes - other.boxes || (one.title < other.title ? -1 : 1))
}

function writeCard(context: PageContext, { key, title, description, boxes }: PublicGraph): Html {
  const { site } = stringsOf(context.language)
  const href = hrefOf(context, {
    path: `/graphs/${encodeURIComponent(key)}`,
    query: { tenant: context.tenant },
  })
  return html`<li class="graph-card">
    <h3><a href="${href}">${title}</a></h3>
    ${description === undefined ? null : html`<p>${description}</p>`}
    <p class="box-count">${site.boxes(boxes)}</p>
  </li>`
}
