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

/** Throws `missing-scope` or `query-too-complex`, of any operation of the document, before anything is looked up. */
export function checkOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  { scopes }: Principal,
  variables: Readonly<Record<string, unknown>> | null | undefined,
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
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    const cost = costOf(schema, definition, fragments, variables)
    if (cost > MAX_COST) {
      const detail = `The query costs ${String(cost)} points, of at most ${String(MAX_COST)}: ask for smaller pages or in parts.`
      throw new Refusal('query-too-complex', detail)
    }
  }
}
