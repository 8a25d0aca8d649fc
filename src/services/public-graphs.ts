/**
 * Graphs that anybody may practise: those that are built in, and of each tenant those whose latest version says so. What
 * is not public is answered as if it were not there.
 */
import { LRUCache } from 'lru-cache'
import type { PracticeQuery, PublicGraph } from '../contracts/practice.js'
import { notFound } from '../errors.js'
import type { LibraryGraph } from './graph-library.js'
import type { Services } from './services.js'

type PublicGraphServices = Pick<Services, 'library' | 'graphs' | 'tenants'>

/** No tenant has this id: it sees what everybody sees, the graphs that are built in. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

/** The most graphs of one list, and how many of a tenant are looked at for it, so many at once. */
const MOST_LISTED = 200
const MOST_LOOKED_AT = 2_000
const PAGE = 200

/** Rows of lists that are kept. A version never changes. */
const MOST_KEPT = 2_000

export type PublicGraphs = ReturnType<typeof createPublicGraphs>

/** Public graphs, found and listed. */
export function createPublicGraphs({ library, graphs, tenants }: PublicGraphServices) {
  const rows = new LRUCache<string, PublicGraph>({ max: MOST_KEPT })

  const idOf = async (tenant: string | undefined): Promise<string | undefined> =>
    tenant === undefined ? NOBODY : (await tenants.find(tenant))?.id

  const rowOf = async (
    tenantId: string,
    { key, version, title }: Omit<PublicGraph, 'boxes'>,
  ): Promise<PublicGraph | undefined> => {
    const place = `${tenantId}/${String(version)}/${key}`
    const kept = rows.get(place)
    if (kept !== undefined) return kept
    const graph = await library.find(tenantId, key, version)
    // It may have been deleted since it was listed.
    if (graph === undefined) return undefined
    const { description } = graph.definition
    const boxes = graph.published.graph.asked.length
    const row = { key, version, title, ...(description === undefined ? {} : { description }), boxes }
    rows.set(place, row)
    return row
  }

  return {
    /** The public graphs of the tenant with this key, or those that are built in, by key; of an unknown tenant none. */
    async list(tenant: string | undefined): Promise<PublicGraph[]> {
      const tenantId = await idOf(tenant)
      if (tenantId === undefined) return []
      const found: PublicGraph[] = []
      let after = ''
      for (let looked = 0; looked < MOST_LOOKED_AT; looked += PAGE) {
        const page = await graphs.list(tenantId, after, PAGE)
        for (const graph of page) {
          if (!(tenant === undefined ? graph.builtIn : graph.public && !graph.builtIn)) continue
          const row = await rowOf(tenantId, graph)
          if (row !== undefined) found.push(row)
          if (found.length === MOST_LISTED) return found
        }
        const last = page.at(-1)
        if (last === undefined || page.length < PAGE) break
        after = last.key
      }
      return found
    },

    /**
     * The public graph of a key, at a version or its latest; `not-found` where there is none. A version is public if it
     * says so itself and the latest still does.
     */
    async find(key: string, { tenant, version }: PracticeQuery): Promise<LibraryGraph> {
      const tenantId = await idOf(tenant)
      const latest = tenantId === undefined ? undefined : await library.find(tenantId, key)
      if (tenantId === undefined || !isPublic(latest, tenant)) throw notFound()
      if (version === undefined || version === latest.version) return latest
      const graph = await library.find(tenantId, key, version)
      if (!isPublic(graph, tenant)) throw notFound()
      return graph
    },
  }
}

/** Whether a graph is one of the tenant's own and public, or without a tenant, one that is built in. */
function isPublic(graph: LibraryGraph | undefined, tenant: string | undefined): graph is LibraryGraph {
  if (graph === undefined) return false
  return tenant === undefined ? graph.builtIn : !graph.builtIn && graph.definition.public === true
}
