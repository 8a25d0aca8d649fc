/** What is selected of a field's object. */
import { Kind, type FieldNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql'

/** The fragments of a document by their names. */
export type FragmentOf = (name: string) => FragmentDefinitionNode | undefined

/** Whether any of these fields is selected, in fragments too; that it may be left out by a directive is not looked at. */
export function selects(
  fieldNodes: readonly FieldNode[],
  fragmentOf: FragmentOf,
  wanted: ReadonlySet<string>,
): boolean {
  const sets: (SelectionSetNode | undefined)[] = fieldNodes.map(node => node.selectionSet)
  const seen = new Set<string>()
  for (let set = sets.pop(); set !== undefined || sets.length > 0; set = sets.pop()) {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        if (wanted.has(selection.name.value)) return true
      } else if (selection.kind === Kind.INLINE_FRAGMENT) sets.push(selection.selectionSet)
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value)
        sets.push(fragmentOf(selection.name.value)?.selectionSet)
      }
    }
  }
  return false
}

/** Statistics that are read for themselves. */
const DISTRIBUTED: ReadonlySet<string> = new Set(['medianCredit', 'timeToCompletion'])

/** Whether statistics are asked for with what goes over the progress of the whole class. */
export function selectsDistribution(fieldNodes: readonly FieldNode[], fragmentOf: FragmentOf): boolean {
  return selects(fieldNodes, fragmentOf, DISTRIBUTED)
}
