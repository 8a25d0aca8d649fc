/** What is selected of a field's object. */
import { Kind, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql'

/** Whether any of these fields is selected, in fragments too; that it may be left out by a directive is not looked at. */
export function selects({ fieldNodes, fragments }: GraphQLResolveInfo, wanted: ReadonlySet<string>): boolean {
  const sets: (SelectionSetNode | undefined)[] = fieldNodes.map(node => node.selectionSet)
  const seen = new Set<string>()
  for (let set = sets.pop(); set !== undefined || sets.length > 0; set = sets.pop()) {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        if (wanted.has(selection.name.value)) return true
      } else if (selection.kind === Kind.INLINE_FRAGMENT) sets.push(selection.selectionSet)
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value)
        sets.push(fragments[selection.name.value]?.selectionSet)
      }
    }
  }
  return false
}
