/** Where a page for practice asks, and where it leads. */
import type { PracticeData } from './browser/page-data.js'

/** What the draft of a graph is kept under. */
export function subjectOf({ graph, tenant }: PracticeData): string {
  return [tenant ?? '', graph.key, String(graph.version)].map(encodeURIComponent).join('/')
}

export function addressOf(
  { graph, tenant, language }: PracticeData,
  what: 'grade' | 'steps' | 'reveal' | 'cascade',
  box: string | null = null,
): string {
  // What is told in words is told in the language of the page.
  const lang = what === 'steps' || what === 'cascade' ? language : null
  const query = searchOf({ version: String(graph.version), tenant, box, lang })
  return `/practice/graphs/${encodeURIComponent(graph.key)}/${what}${query}`
}

/** The list of graphs that this one is of, in the language that the address has chosen, if it has. */
export function otherGraphsOf({ tenant }: PracticeData): string {
  return `/${searchOf({ tenant, lang: new URLSearchParams(window.location.search).get('lang') })}`
}

function searchOf(values: Readonly<Record<string, string | null>>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== null) search.set(name, value)
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}
