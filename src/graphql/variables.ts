/** The variables of an operation, and the first of what is wrong with them: to tell all would take as long as a client likes. */
import {
  getNamedType,
  getVariableValues,
  GraphQLError,
  isInputObjectType,
  Kind,
  typeFromAST,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'

/** As they were sent. */
export type Variables = Readonly<Record<string, unknown>> | null | undefined

type ReadVariables =
  | { readonly coerced: Readonly<Record<string, unknown>>; readonly fault?: undefined }
  | { readonly coerced?: undefined; readonly fault: GraphQLError }

/** The variables as they will stand, or one fault of them. */
export function readVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  given: Variables,
): ReadVariables {
  const stranger = strangeName(schema, operation, given)
  if (stranger !== undefined) return { fault: stranger }
  const { variableDefinitions = [] } = operation
  const { coerced, errors } = getVariableValues(schema, variableDefinitions, given ?? {}, { maxErrors: 1 })
  if (coerced !== undefined) return { coerced }
  return { fault: errors[0] ?? new GraphQLError('The variables do not fit the query.') }
}

/**
 * One fault of the variables of the operation of a document that is asked for; undefined where they fit, and where it has no such
 * operation.
 */
export function faultOfVariables(
  schema: GraphQLSchema,
  { definitions }: DocumentNode,
  given: Variables,
  operationName?: string | null,
): GraphQLError | undefined {
  const operations = definitions.filter(one => one.kind === Kind.OPERATION_DEFINITION)
  const isNamed = typeof operationName === 'string' && operationName !== ''
  const asked = isNamed ? operations.find(({ name }) => name?.value === operationName) : operations[0]
  return asked === undefined ? undefined : readVariables(schema, asked, given).fault
}

/** Of a name that an input has not, GraphQL looks for those like it, and quotes the whole value each time: it is told here. */
function strangeName(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Variables,
): GraphQLError | undefined {
  for (const { variable, type: written } of variableDefinitions) {
    const type = getNamedType(typeFromAST(schema, written))
    const value = given?.[variable.name.value]
    if (!isInputObjectType(type) || typeof value !== 'object' || value === null) continue
    const fields = type.getFields()
    const stranger = Object.keys(value).find(name => !Object.hasOwn(fields, name))
    if (stranger === undefined) continue
    const message = `Variable "$${variable.name.value}" has a field that ${type.name} has not: ${stranger}`
    return new GraphQLError(message, { nodes: [variable] })
  }
  return undefined
}
