/** The scalars that GraphQL has not of itself. */
import { GraphQLError, Kind, type GraphQLScalarType, type ValueNode } from 'graphql'
import { checkStructure } from '../http/json-body.js'

/** The most levels of lists and objects that a value may have, as a body of REST. */
const MAX_DEPTH = 32

type Literals = Parameters<GraphQLScalarType['parseLiteral']>[1]

/** JSON, from variables and from the text of a query alike: what REST refuses of a body is refused of both. */
export const jsonScalar: Pick<GraphQLScalarType, 'parseValue' | 'parseLiteral' | 'serialize'> = {
  serialize: value => value,
  parseValue: value => {
    checkStructure(value)
    return value
  },
  parseLiteral: (node, variables) => {
    const value = readLiteral(node, variables, 0)
    // With what its variables hold it may nest more deeply than either.
    checkStructure(value)
    return value
  },
}

function readLiteral(node: ValueNode, variables: Literals, depth: number): unknown {
  // One of more was refused by now; a query's text has no more tokens than limits.ts allows.
  if (depth > MAX_DEPTH) {
    throw new GraphQLError(`A JSON value may be nested at most ${String(MAX_DEPTH)} levels deep.`)
  }
  switch (node.kind) {
    case Kind.NULL:
      return null
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value)
    case Kind.STRING:
    case Kind.BOOLEAN:
      return node.value
    case Kind.ENUM:
      throw new GraphQLError('A word in a JSON value needs double quotes.')
    case Kind.VARIABLE:
      return variables?.[node.name.value] ?? null
    case Kind.LIST:
      return node.values.map(value => readLiteral(value, variables, depth + 1))
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map(({ name, value }) => {
          if (name.value === '__proto__') throw new GraphQLError('The name "__proto__" is reserved.')
          return [name.value, readLiteral(value, variables, depth + 1)]
        }),
      )
  }
}

/** Times are texts inside too: the schemas of the services' input read them. */
export const timeScalar: Pick<GraphQLScalarType, 'parseValue' | 'parseLiteral' | 'serialize'> = {
  serialize: value => value,
  parseValue: value => {
    if (typeof value !== 'string') throw new GraphQLError('A time is a text, ISO 8601 with a zone.')
    return value
  },
  parseLiteral: node => {
    if (node.kind !== Kind.STRING) throw new GraphQLError('A time is a text, ISO 8601 with a zone.')
    return node.value
  },
}
