/**
 * Cursors: opaque to clients, bound to the list that gave them. A cursor holds the last key or id of a page and a
 * digest of what the list is (tenant, path, filters), so that one of another list is refused, not misread.
 */
import { z } from 'zod'
import { keySchema } from '../contracts/text.js'
import { Refusal } from '../errors.js'
import { sha256 } from './hash.js'

/** What a list is: everything that decides what is in it and in which order. */
export type ListIdentity = readonly string[]

export type Page<Item> = { readonly items: Item[]; readonly nextCursor: string | null }

function digestOf(list: ListIdentity): string {
  return Buffer.from(sha256(...list))
    .toString('base64url')
    .slice(0, 11)
}

/** What a list is ordered by, and so what its positions look like. */
const POSITIONS = {
  key: keySchema,
  id: z.uuid(),
  /** A value that items are sorted by, as JSON, and the key of the item: what else it has to be is the reader's to check. */
  sorted: z.string().max(2_000),
} as const

/** The position that a cursor of this list holds; undefined without a cursor. Throws `invalid-cursor`. */
export function readCursor(
  cursor: string | undefined,
  list: ListIdentity,
  orderedBy: keyof typeof POSITIONS,
): string | undefined {
  if (cursor === undefined) return undefined
  const decoded = Buffer.from(cursor, 'base64url')
  const [digest, position] = splitOnce(decoded.toString('utf8'), '.')
  // Encoding it again must give the same text: Buffer skips over what is not base64url.
  const wellFormed = decoded.toString('base64url') === cursor && digest === digestOf(list)
  if (!wellFormed || !POSITIONS[orderedBy].safeParse(position).success) {
    throw new Refusal(
      'invalid-cursor',
      'Use `nextCursor` (in GraphQL `endCursor`) of the page before, with the same filters.',
    )
  }
  return position
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** Some items of a list, each with the cursor that goes on after it. */
export type Listing<Item> = {
  readonly items: readonly Item[]
  /** One an item, in the same order. */
  readonly cursors: readonly string[]
  readonly hasNextPage: boolean
}

/**
 * A part of a list from one item more than was asked for: `fetched` was read with `limit + 1`, and the extra item only tells
 * that more follow.
 */
export function listingFrom<Stored, Item>(
  fetched: readonly Stored[],
  limit: number,
  list: ListIdentity,
  options: { readonly positionOf: (stored: Stored) => string; readonly view: (stored: Stored) => Item },
): Listing<Item> {
  const shown = fetched.slice(0, limit)
  const digest = digestOf(list)
  return {
    items: shown.map(options.view),
    cursors: shown.map(stored => encode(digest, options.positionOf(stored))),
    hasNextPage: fetched.length > limit,
  }
}

/** A listing as a page: with the one cursor that is needed to go on. */
export function asPage<Item>({ items, cursors, hasNextPage }: Listing<Item>): Page<Item> {
  return { items: [...items], nextCursor: hasNextPage ? (cursors.at(-1) ?? null) : null }
}

function encode(digest: string, position: string): string {
  return Buffer.from(`${digest}.${position}`).toString('base64url')
}
