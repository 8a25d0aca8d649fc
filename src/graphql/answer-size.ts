/**
 * What an operation answers, counted while it is answered: how long a list is and how large a text, only those know who have
 * read it. A list is charged for before its items are looked at: an operation that would answer too much ends there.
 */
import {
  getNamedType,
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type FieldNode,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type SelectionSetNode,
} from 'graphql'
import { Refusal } from '../errors.js'
import type { RequestContext } from './context.js'
import { CHARACTERS_PER_POINT, FREE_CHARACTERS, MAX_COST, MAX_FAULTS } from './limits.js'
import type { FragmentOf } from './selection.js'

/** The points of one operation's answer. */
export type Tally = {
  /** Adds points; whether they are not too many with those before. */
  readonly takes: (points: number) => boolean
  /** Whether enough errors say that it is too much: what may be null is so without another. */
  readonly isTold: () => boolean
  /** How many values an item of a list has, by the fields that select it. */
  readonly itemSize: (fieldNodes: readonly FieldNode[], measure: () => number) => number
}

/** A tally of nothing yet. */
export function createTally(): Tally {
  let [points, refused] = [0, 0]
  const sizes = new WeakMap<readonly FieldNode[], number>()
  return {
    takes: more => {
      points += more
      if (points <= MAX_COST) return true
      refused += 1
      return false
    },
    isTold: () => refused > MAX_FAULTS,
    // Selections are merged once for all parents of a type, so that all items of a list are asked for by the same nodes.
    itemSize: (fieldNodes, measure) => {
      const size = sizes.get(fieldNodes) ?? measure()
      sizes.set(fieldNodes, size)
      return size
    },
  }
}

type Resolver = GraphQLFieldResolver<unknown, RequestContext>

/** Says what a value costs beside the point that its parent's list has paid. */
type Price = (value: unknown, context: RequestContext, info: GraphQLResolveInfo) => number

/**
 * The resolver of a field that has none of its own and whose size is not known before: it takes what the parent has, and throws
 * `query-too-complex` where that is too much. Undefined for fields that are always small. It never waits.
 */
export function countingResolver(type: GraphQLOutputType): Resolver | undefined {
  const price = priceOf(type)
  if (price === undefined) return undefined
  const charge = charging(price, !isNonNullType(type))
  return (parent, _given, context, info) =>
    charge((parent as Readonly<Record<string, unknown>>)[info.fieldName], context, info)
}

/** What a resolver answers, counted like what needs none; the resolver itself where that is always small. */
export function counted(resolver: Resolver, type: GraphQLOutputType): Resolver {
  const price = priceOf(type)
  if (price === undefined) return resolver
  const charge = charging(price, !isNonNullType(type))
  return (parent, given, context, info) => {
    const answer: unknown = resolver(parent, given, context, info)
    return answer instanceof Promise
      ? answer.then(value => charge(value, context, info))
      : charge(answer, context, info)
  }
}

function charging(price: Price, isNullable: boolean) {
  return (value: unknown, context: RequestContext, info: GraphQLResolveInfo): unknown => {
    const points = price(value, context, info)
    if (points === 0) return value
    context.checkTime()
    const tally = context.tally()
    if (tally.takes(points)) return value
    if (isNullable && tally.isTold()) return null
    throw new Refusal(
      'query-too-complex',
      `The answer has more than ${String(MAX_COST)} values: ask for smaller pages or in parts.`,
    )
  }
}

function priceOf(type: GraphQLOutputType): Price | undefined {
  const inner = getNamedType(type)
  if (isListType(getNullableType(type))) {
    return (value, { tally }, info) => {
      if (!Array.isArray(value)) return 0
      if (isObjectType(inner))
        return value.length * tally().itemSize(info.fieldNodes, () => sizeOf(inner, info))
      return weightOf(value)
    }
  }
  if (isLeafType(inner) && (inner.name === 'JSON' || inner.name === 'String')) return weightOf
  return undefined
}

/**
 * How much there is of a value beside itself: a point for each entry of its lists and objects, and of what is longer than a usual
 * name some for its length.
 */
function weightOf(whole: unknown): number {
  if (typeof whole === 'string') return weightOfText(whole)
  if (typeof whole !== 'object' || whole === null) return 0
  let sum = 0
  const waiting: object[] = [whole]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    for (const [name, entry] of Object.entries(value) as [string, unknown][]) {
      sum += 1 + weightOfText(name)
      if (typeof entry === 'string') sum += weightOfText(entry)
      else if (typeof entry === 'object' && entry !== null) waiting.push(entry)
    }
  }
  return sum
}

function weightOfText({ length }: string): number {
  return length <= FREE_CHARACTERS ? 0 : Math.ceil((length - FREE_CHARACTERS) / CHARACTERS_PER_POINT)
}

/** How many values an item of a list has, itself among them, without those in lists of its own: they are charged for there. */
function sizeOf(item: GraphQLObjectType, { fieldNodes, fragments }: GraphQLResolveInfo): number {
  const fragmentOf: FragmentOf = name => fragments[name]
  let sum = 1
  for (const { selectionSet } of fieldNodes) sum += valuesIn(selectionSet, item, fragmentOf, new Map())
  return sum
}

/** A document's depth is bounded by now, and fragments are counted once. */
function valuesIn(
  set: SelectionSetNode | undefined,
  type: GraphQLObjectType,
  fragmentOf: FragmentOf,
  known: Map<string, number>,
): number {
  let sum = 0
  for (const selection of set?.selections ?? []) {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      sum += valuesIn(selection.selectionSet, type, fragmentOf, known)
    } else if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const { value: name } = selection.name
      const size = known.get(name) ?? valuesIn(fragmentOf(name)?.selectionSet, type, fragmentOf, known)
      known.set(name, size)
      sum += size
    } else {
      sum += 1
      const field = type.getFields()[selection.name.value]
      if (field === undefined || isListType(getNullableType(field.type))) continue
      const inner = getNamedType(field.type)
      if (isObjectType(inner)) sum += valuesIn(selection.selectionSet, inner, fragmentOf, known)
    }
  }
  return sum
}
