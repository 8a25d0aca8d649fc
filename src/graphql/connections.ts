/** Lists as connections: `first` and `after`, edges with cursors, and where the page lies. */
import { z } from 'zod'
import type { PageQuery } from '../contracts/text.js'
import type { Listing } from '../services/cursors.js'
import { checkArguments } from './arguments.js'

/** The most items of a page, as in REST. */
const MOST_ITEMS = 200
const USUAL_ITEMS = 50

const pageSchema = z.object({
  first: z.int().min(1).max(MOST_ITEMS).nullish(),
  after: z.string().nullish(),
})

export type PageArguments = { readonly first?: number | null; readonly after?: string | null }

/** Which page is asked for. Throws `invalid-request` for a size that no page has. */
export function pageQuery(given: PageArguments): PageQuery {
  const { first, after } = checkArguments(pageSchema, given)
  return { limit: first ?? USUAL_ITEMS, cursor: after ?? undefined }
}

export type Connection<Node> = {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

/** A part of a list as a connection. Its cursors are those of REST: what one gives the other takes. */
export function connectionOf<Item, Node>(
  { items, cursors, hasNextPage }: Listing<Item>,
  { cursor: after }: PageQuery,
  nodeOf: (item: Item) => Node,
): Connection<Node> {
  return {
    edges: items.map((item, index) => ({ cursor: cursors[index] ?? '', node: nodeOf(item) })),
    pageInfo: {
      hasNextPage,
      // A cursor stands for an item that comes before.
      hasPreviousPage: after !== undefined,
      startCursor: cursors[0] ?? null,
      endCursor: cursors.at(-1) ?? null,
    },
  }
}
