/**
 * Places that an author gives nodes by hand: columns from left to right, rows from top to bottom.
 */
import type { CompiledGraph } from '../engine/graph.js'

/** Where a node, or an input on its own, stands. Columns and rows that nothing stands in take no room. */
export type Place = { readonly name: string; readonly column: number; readonly row: number }

export type PlaceFault = {
  readonly code: 'unplaceable-name' | 'place-taken' | 'place-not-right'
  /** From the root of a definition. */
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** Every name's place. */
export type Places = ReadonlyMap<string, { readonly column: number; readonly row: number }>

/**
 * What is wrong with an author's places: each names a node or input, nothing stands in the place of another, and every
 * node stands to the right of what feeds it. A node without a place gets one right of all that feeds it.
 */
export function checkPlaces(graph: CompiledGraph, places: readonly Place[]): PlaceFault[] {
  const faults: PlaceFault[] = []
  const known = new Set([...graph.inputs, ...graph.nodes].map(({ name }) => name))
  const [byName, byPlace] = [new Map<string, Place>(), new Map<string, Place>()]
  places.forEach((place, index) => {
    const { name, column, row } = place
    const at = ['figure', 'places', index]
    const key = `${String(column)}/${String(row)}`
    const other = byPlace.get(key)
    if (!known.has(name)) {
      faults.push({
        code: 'unplaceable-name',
        path: [...at, 'name'],
        message: 'The graph has no node or input of that name.',
      })
    } else if (byName.has(name)) {
      faults.push({ code: 'place-taken', path: [...at, 'name'], message: `"${name}" has a place already.` })
    } else if (other !== undefined) {
      faults.push({ code: 'place-taken', path: at, message: `"${other.name}" stands in that place already.` })
    }
    byName.set(name, place)
    byPlace.set(key, place)
  })
  if (faults.length > 0) return faults
  const all = completePlaces(graph, places)
  places.forEach(({ name, column }, index) => {
    const node = graph.nodes.find(candidate => candidate.name === name)
    const blocked = node?.operands.find(operand => (all.get(operand)?.column ?? -1) >= column)
    if (blocked === undefined) return
    const message = `"${name}" must stand to the right of "${blocked}", which feeds it.`
    faults.push({ code: 'place-not-right', path: ['figure', 'places', index, 'column'], message })
  })
  return faults
}

/** The places of all nodes, and of those inputs that were given one. */
export function completePlaces(graph: CompiledGraph, given: readonly Place[]): Places {
  const places = new Map(given.map(({ name, column, row }) => [name, { column, row }]))
  const lowestRow = new Map<number, number>()
  for (const { column, row } of given) lowestRow.set(column, Math.max(lowestRow.get(column) ?? -1, row))
  for (const { name, operands } of graph.nodes) {
    if (places.has(name)) continue
    const column = Math.max(-1, ...operands.map(operand => places.get(operand)?.column ?? -1)) + 1
    const row = (lowestRow.get(column) ?? -1) + 1
    lowestRow.set(column, row)
    places.set(name, { column, row })
  }
  return places
}
