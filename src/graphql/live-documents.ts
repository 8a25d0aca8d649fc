/** What a client asks to subscribe to, held to the same rules as a document that comes by POST. */
import {
  getOperationAST,
  Kind,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLError,
  type GraphQLSchema,
  type SelectionNode,
} from 'graphql'
import { checkStructure } from '../http/json-body.js'
import type { Principal } from '../services/principal.js'
import { checkOperation } from './check-operation.js'
import { documentRules, PARSE_OPTIONS, VALIDATE_OPTIONS } from './document-rules.js'
import { documentError } from './errors.js'

type Payload = { readonly query: unknown; readonly operationName?: unknown; readonly variables?: unknown }

/** Makes ready to run what a client asks to subscribe to, but for its context; answers or throws what is wrong with it. */
export function createPreparation(schema: GraphQLSchema, introspection: boolean) {
  const rules = [...specifiedRules, ...documentRules(introspection)]
  const options = { ...VALIDATE_OPTIONS, hideSuggestions: !introspection }
  return (
    principal: Principal,
    { query, operationName, variables }: Payload,
  ): Omit<ExecutionArgs, 'contextValue'> | readonly GraphQLError[] => {
    checkStructure(variables)
    const document = parse(String(query), PARSE_OPTIONS)
    refuseSkipping(document)
    const faults = validate(schema, document, rules, options)
    if (faults.length > 0) return faults
    const name = typeof operationName === 'string' ? operationName : undefined
    if (getOperationAST(document, name)?.operation !== OperationTypeNode.SUBSCRIPTION) {
      const message = 'Here subscriptions are taken, one operation each: send others by POST.'
      throw documentError('graphql-invalid', message)
    }
    const variableValues = variables as Record<string, unknown> | null | undefined // Checked by the protocol's reader.
    checkOperation(schema, document, principal, variableValues)
    return {
      schema,
      document,
      ...(name === undefined ? {} : { operationName: name }),
      ...(variableValues === null || variableValues === undefined ? {} : { variableValues }),
    }
  }
}

/**
 * Throws where the one field of a subscription might be left out. The specification forbids that, since there would be nothing to
 * subscribe to; graphql-js does not look for it, and fails.
 */
function refuseSkipping({ definitions }: DocumentNode): void {
  const fragments = new Map<string, readonly SelectionNode[]>()
  const waiting: SelectionNode[] = []
  for (const one of definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one.selectionSet.selections)
    if (one.kind !== Kind.OPERATION_DEFINITION || one.operation !== OperationTypeNode.SUBSCRIPTION) continue
    waiting.push(...one.selectionSet.selections)
  }
  for (let selection = waiting.pop(); selection !== undefined; selection = waiting.pop()) {
    const { directives = [] } = selection
    if (directives.some(({ name }) => name.value === 'skip' || name.value === 'include')) {
      throw documentError(
        'graphql-invalid',
        'What is subscribed to is never left out: @skip and @include are for what is in it.',
      )
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) waiting.push(...selection.selectionSet.selections)
    if (selection.kind !== Kind.FRAGMENT_SPREAD) continue
    const { value } = selection.name
    waiting.push(...(fragments.get(value) ?? []))
    // Once is enough, and a fragment may lead back to itself.
    fragments.delete(value)
  }
}
