/** What is looked at of a valid document before it is run: may the key read and write all of it, and is it not too much? */
import {
  getNamedType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
} from 'graphql'
import { Refusal } from '../errors.js'
import type { Principal } from '../services/principal.js'
import { costOf } from './cost.js'
import { MAX_COST } from './limits.js'
import { FIELD_RIGHTS } from './rights.js'
import { missingScope } from './schema.js'
import { readVariables, type Variables } from './variables.js'

/**
 * Throws `missing-scope` or `query-too-complex`, of any operation of the document, and `graphql-invalid` for one fault of the
 * variables of its only operation or the one that is named, before anything is looked up.
 */
export function checkOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  { scopes }: Principal,
  variables: Variables,
  operationName?: string | null,
): void {
  const types = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(types, {
      Field: node => {
        const parent = getNamedType(types.getParentType())
        if (!isObjectType(parent)) return
        const needs = FIELD_RIGHTS.get(`${parent.name}.${node.name.value}`)?.needs ?? 'parent'
        if (needs !== 'parent' && !scopes.has(needs)) throw missingScope(needs)
      },
    }),
  )
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
  }
  const operations = document.definitions.filter(one => one.kind === Kind.OPERATION_DEFINITION)
  for (const operation of operations) {
    const { coerced, fault } = readVariables(schema, operation, variables)
    const isAsked = operations.length === 1 || operation.name?.value === (operationName ?? '')
    if (isAsked && fault !== undefined) throw fault
    const cost = costOf(schema, operation, fragments, coerced)
    if (cost > MAX_COST) {
      const detail = `The query costs ${String(cost)} points, of at most ${String(MAX_COST)}: ask for smaller pages or in parts.`
      throw new Refusal('query-too-complex', detail)
    }
  }
}
