/**
 * What an operation costs, estimated before it is run: a point for each value that it may answer, and more for what is read for
 * each parent anew. Pages count with the size that is asked for, in the text or in a variable; how long other lists are is only
 * known once they are read (answer-size.ts).
 */
import {
  getNamedType,
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
import { CLASS_READ_COST, READ_COST, USUAL_LIST, WORK_COST } from './limits.js'
import { FIELD_RIGHTS } from './rights.js'
import { selectsDistribution } from './selection.js'

type Variables = Readonly<Record<string, unknown>> | undefined

/** Read for all parents together, or not at all: what they cost is what they answer. */
export const READ_TOGETHER: ReadonlySet<string> = new Set([
  'Learner.progress',
  'Assignment.statistics',
  'Course.progress',
])

/** Mutations that compile or grade, or go over all attempts of an assignment or a learner. */
const WORKING: ReadonlySet<string> = new Set([
  'Mutation.publishGraph',
  'Mutation.putAssignment',
  'Mutation.submitAttempt',
  'Mutation.requestRegrade',
  'Mutation.deleteMember',
])

const USUAL_PAGE = 50

/** What a connection passes on to its fields. */
type Page = {
  /** How many edges it has at most. */
  readonly size: number
  /** Whether its list is not simply all there is, and to be gone over to be counted. */
  readonly isPart: boolean
}

const NO_PAGE: Page = { size: 0, isPart: false }

/** The cost of an operation of a valid document, with its variables as they will stand. */
export function costOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Variables,
): number {
  const fragmentOf = (name: string): FragmentDefinitionNode | undefined => fragments.get(name)
  /** Each fragment is looked at once for each kind of page, however often it is spread. */
  const known = new Map<string, number>()

  const ofSet = (set: SelectionSetNode | undefined, type: GraphQLObjectType, page: Page): number => {
    let sum = 0
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) sum += ofField(selection, type, page)
      else if (selection.kind === Kind.INLINE_FRAGMENT) sum += ofSet(selection.selectionSet, type, page)
      else {
        const name = `${selection.name.value} ${String(page.size)} ${String(page.isPart)}`
        const cost = known.get(name) ?? ofSet(fragmentOf(selection.name.value)?.selectionSet, type, page)
        known.set(name, cost)
        sum += cost
      }
    }
    return sum
  }

  const ofField = (node: FieldNode, parent: GraphQLObjectType, page: Page): number => {
    const field = parent.getFields()[node.name.value]
    // The name of a type is a value like others; what is asked of the schema itself is bounded by it and by the depth.
    if (field === undefined) return 1
    const price = priceOf(`${parent.name}.${field.name}`, node, page)
    const many = isList(field.type) ? (field.name === 'edges' ? page.size : USUAL_LIST) : 1
    const inner = getNamedType(field.type)
    if (!isObjectType(inner)) return price + 1
    const innerPage = inner.name.endsWith('Connection') ? pageOf(node, parent.name, variables) : NO_PAGE
    return price + many * (1 + ofSet(node.selectionSet, inner, innerPage))
  }

  /** What reading or writing a field costs, whatever it answers. */
  const priceOf = (name: string, node: FieldNode, { isPart }: Page): number => {
    if (WORKING.has(name)) return WORK_COST
    if (name === 'CourseProgress.overview') return CLASS_READ_COST
    if (name === 'LearnerConnection.totalCount' && isPart) return CLASS_READ_COST
    if (name === 'Assignment.statistics' && selectsDistribution([node], fragmentOf)) return READ_COST
    const right = FIELD_RIGHTS.get(name)
    return right === undefined || right.needs === 'parent' || READ_TOGETHER.has(name) ? 0 : READ_COST
  }

  const root = schema.getRootType(operation.operation)
  return root === undefined || root === null ? 0 : ofSet(operation.selectionSet, root, NO_PAGE)
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type))
}

/** The page that a connection is asked for; of a size that no page has, as if it were: it is refused with its reason later. */
function pageOf({ arguments: given = [] }: FieldNode, parent: string, variables: Variables): Page {
  const valueOf = (name: string) => given.find(one => one.name.value === name)?.value
  const isPart = parent === 'Assignment' || (valueOf('filter') ?? { kind: Kind.NULL }).kind !== Kind.NULL
  const first = valueOf('first')
  if (first?.kind === Kind.INT) return { size: Math.max(0, Number(first.value)), isPart }
  const value = first?.kind === Kind.VARIABLE ? variables?.[first.name.value] : undefined
  return { size: typeof value === 'number' ? Math.max(0, value) : USUAL_PAGE, isPart }
}
