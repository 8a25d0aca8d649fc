/** The schema, ready to run: the types of schema.graphql, their resolvers, and before each of these what it asks of a key. */
import { readFileSync } from 'node:fs'
import {
  buildSchema,
  isEnumType,
  isObjectType,
  isScalarType,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql'
import { z } from 'zod'
import { keySchema } from '../contracts/text.js'
import { Refusal } from '../errors.js'
import type { Principal } from '../services/principal.js'
import { counted, countingResolver } from './answer-size.js'
import { checkArguments } from './arguments.js'
import type { RequestContext } from './context.js'
import { READ_TOGETHER } from './cost.js'
import { repeatedFault } from './errors.js'
import { FIELD_RIGHTS, type FieldRight } from './rights.js'
import { jsonScalar, timeScalar } from './scalars.js'

type Resolver = GraphQLFieldResolver<unknown, RequestContext>

/** Resolvers by type and field; of a subscription, what subscribes and what makes an event of what comes. */
export type ResolverTable = Readonly<
  Record<
    string,
    Readonly<Record<string, Resolver | { readonly subscribe: Resolver; readonly resolve: Resolver }>>
  >
>

const SDL = new URL('./schema.graphql', import.meta.url)

/** Types whose fields always read or write something. */
const ROOTS = new Set(['Query', 'Mutation', 'Subscription'])

/** Builds the schema, whose lists and texts are counted as they are answered. Throws where a field of a root type has no resolver, or a resolver no row in the table of rights. */
export function createSchema(
  resolvers: ResolverTable,
  rights: ReadonlyMap<string, FieldRight> = FIELD_RIGHTS,
): GraphQLSchema {
  const schema = buildSchema(readFileSync(SDL, 'utf8'))
  const unused = new Set(
    Object.entries(resolvers).flatMap(([type, fields]) =>
      Object.keys(fields).map(field => `${type}.${field}`),
    ),
  )
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    if (isScalarType(type)) {
      if (type.name === 'JSON') Object.assign(type, jsonScalar)
      if (type.name === 'DateTime') Object.assign(type, timeScalar)
    } else if (isEnumType(type)) {
      // Inside they are what REST says; orders, which it has from here, are the same on both sides.
      if (type.name === 'LearnerOrder') continue
      for (const value of type.getValues()) value.value = value.name.toLowerCase().replaceAll('_', '-')
    } else if (isObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        const name = `${type.name}.${field.name}`
        const resolver = resolvers[type.name]?.[field.name]
        unused.delete(name)
        if (resolver === undefined) {
          if (ROOTS.has(type.name)) throw new Error(`nothing resolves ${name}`)
          const counting = countingResolver(field.type)
          if (counting !== undefined) field.resolve = counting
          continue
        }
        const right = rights.get(name)
        if (right === undefined) throw new Error(`no right is stated for ${name}`)
        if (typeof resolver === 'function') {
          const takesTurn = right.needs !== 'parent' && !READ_TOGETHER.has(name)
          field.resolve = guarded(counted(resolver, field.type), right, takesTurn)
        } else {
          field.subscribe = guarded(resolver.subscribe, right, true)
          field.resolve = ofEvent(resolver.resolve)
        }
      }
    }
  }
  const [stranger] = unused
  if (stranger !== undefined) throw new Error(`there is no field ${stranger} to resolve`)
  return schema
}

/**
 * A resolver that is only reached by who may, and with keys that are keys; where it reads by itself, when its turn has come. A
 * fault that another field has run into already is told as such.
 */
function guarded(resolver: Resolver, right: FieldRight, takesTurn: boolean): Resolver {
  return (parent, given: Readonly<Record<string, unknown>>, context, info) => {
    checkRight(context.principal, right, given)
    checkArguments(keysSchema, given)
    context.checkTime()
    const answer: unknown = takesTurn
      ? context.atOnce(() => {
          context.checkTime()
          return resolver(parent, given, context, info)
        })
      : resolver(parent, given, context, info)
    if (!(answer instanceof Promise)) return answer
    return answer.catch((error: unknown) => {
      if (error instanceof Refusal) throw error
      if (context.faults.has(error)) throw repeatedFault(error, context.services.isUnavailable)
      context.faults.add(error)
      throw error
    })
  }
}

/** A resolver of an event: each is counted for itself. */
function ofEvent(resolver: Resolver): Resolver {
  return (event, given, context, info) => {
    context.beginEvent()
    return resolver(event, given, context, info)
  }
}

const keysSchema = z.looseObject({
  key: keySchema.optional(),
  course: keySchema.optional(),
  assignment: keySchema.nullish(),
  learner: keySchema.nullish(),
})

/** Whether a key may read or write a field; throws `missing-scope` or `course-not-allowed` where not. */
function checkRight(
  { scopes, courses }: Principal,
  { needs, course }: FieldRight,
  given: Readonly<Record<string, unknown>>,
): void {
  if (needs !== 'parent' && !scopes.has(needs)) throw missingScope(needs)
  const asked = course === undefined ? undefined : given[course]
  if (typeof asked === 'string' && courses.length > 0 && !courses.includes(asked)) {
    throw new Refusal('course-not-allowed', 'This key is restricted to other courses.')
  }
}

/** As REST says it. */
export function missingScope(scope: string): Refusal {
  return new Refusal('missing-scope', `This needs a key with the scope ${scope}.`)
}
