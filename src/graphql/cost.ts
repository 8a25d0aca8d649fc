/**
 * What an operation costs, before it is run: a point for each object that it may answer, and more for what is read for each
 * parent anew. Pages count with the size that is asked for, in the text or in a variable.
 */
import {
  getNamedType,
  getVariableValues,
  getNullableType,
  isListType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { READ_COST, USUAL_LIST } from './limits.js'
import { FIELD_RIGHTS } from './rights.js'

type Variables = Readonly<Record<string, unknown>> | null | undefined

/** Read for all parents together, or not at all: what they cost is what they answer. */
const READ_TOGETHER: ReadonlySet<string> = new Set([
  'Learner.progress',
  'Assignment.statistics',
  'Course.progress',
])

const USUAL_PAGE = 50

/** The cost of an operation of a valid document. */
export function costOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  given: Variables,
): number {
  const variables = withDefaults(schema, operation, given)
  /** Each fragment is looked at once, however often it is spread. */
  const known = new Map<string, number>()

  /** A connection passes the size of its page on to its edges. */
  const ofSet = (set: SelectionSetNode | undefined, type: GraphQLObjectType, page: number): number => {
    let sum = 0
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) sum += ofField(selection, type, page)
      else if (selection.kind === Kind.INLINE_FRAGMENT) sum += ofSet(selection.selectionSet, type, page)
      else {
        const name = `${selection.name.value} ${String(page)}`
        const cost = known.get(name) ?? ofSet(fragments.get(selection.name.value)?.selectionSet, type, page)
        known.set(name, cost)
        sum += cost
      }
    }
    return sum
  }

  const ofField = (node: FieldNode, parent: GraphQLObjectType, page: number): number => {
    const field = parent.getFields()[node.name.value]
    // What is asked of the schema itself is bounded by it and by the depth.
    if (field === undefined) return 0
    const name = `${parent.name}.${field.name}`
    const reads = FIELD_RIGHTS.has(name) && !READ_TOGETHER.has(name) && isReading(name) ? READ_COST : 0
    const inner = getNamedType(field.type)
    if (!isObjectType(inner)) return reads
    const many = isList(field.type) ? (field.name === 'edges' ? page : USUAL_LIST) : 1
    const size = inner.name.endsWith('Connection') ? pageOf(node, variables) : 0
    return reads + many * (1 + ofSet(node.selectionSet, inner, size))
  }

  const root = schema.getRootType(operation.operation)
  return root === undefined || root === null ? 0 : ofSet(operation.selectionSet, root, 0)
}

function isReading(name: string): boolean {
  return FIELD_RIGHTS.get(name)?.needs !== 'parent'
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type))
}

/** The size of a page that is asked for; of one that no page has, as if it were: it is refused with its reason later. */
function pageOf({ arguments: given = [] }: FieldNode, variables: Variables): number {
  const first = given.find(({ name }) => name.value === 'first')?.value
  if (first?.kind === Kind.INT) return Math.max(0, Number(first.value))
  if (first?.kind !== Kind.VARIABLE) return USUAL_PAGE
  const value = variables?.[first.name.value]
  return typeof value === 'number' ? Math.max(0, value) : USUAL_PAGE
}

/** The variables as they will stand; where they cannot, nothing is run. */
function withDefaults(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Variables,
): Variables {
  return getVariableValues(schema, variableDefinitions, given ?? {}, { maxErrors: 1 }).coerced
}
