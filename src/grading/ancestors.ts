/**
 * What each node of a graph depends on. Worked out for the first nodes that are asked about and no others, a bit a
 * name, so that thousands of boxes of one large graph cost little more than one.
 */
import { spend, type StepBudget } from '../engine/faults.js'
import type { CompiledGraph } from '../engine/graph.js'

/** Whether a node depends on an input or node: directly or through others, and never on itself. */
export type DependsOn = (node: string, name: string) => boolean

/** Words of bits that are joined in about the time in which a character is read. */
const WORDS_PER_STEP = 16

/** Answers for one graph. It takes its work from the budget and throws `too-complex` when that is spent. */
export function createAncestors({ inputs, nodes }: CompiledGraph, budget: StepBudget): DependsOn {
  const words = Math.ceil((inputs.length + nodes.length) / 32)
  let places: ReadonlyMap<string, number> | undefined
  /** A row of words for each of the first nodes, in sorted order. */
  const rows: Uint32Array[] = []

  /** Rows up to a node's: what it depends on stands before it. */
  const rowOf = (index: number, placeOf: (name: string) => number): Uint32Array | undefined => {
    while (rows.length <= index) {
      const row = new Uint32Array(words)
      const operands = nodes[rows.length]?.operands ?? []
      spend(budget, Math.ceil(((operands.length + 1) * words) / WORDS_PER_STEP))
      for (const operand of operands) {
        const place = placeOf(operand)
        row[place >> 5] = (row[place >> 5] ?? 0) | (1 << (place & 31))
        const behind = rows[place - inputs.length]
        behind?.forEach((word, at) => {
          row[at] = (row[at] ?? 0) | word
        })
      }
      rows.push(row)
    }
    return rows[index]
  }

  return (node, name) => {
    if (places === undefined) {
      spend(budget, inputs.length + nodes.length)
      places = new Map([...inputs, ...nodes].map((named, index) => [named.name, index]))
    }
    const known = places
    const placeOf = (one: string): number => known.get(one) ?? -1
    const place = placeOf(name)
    const row = rowOf(placeOf(node) - inputs.length, placeOf)
    return place >= 0 && row !== undefined && (((row[place >> 5] ?? 0) >>> (place & 31)) & 1) === 1
  }
}
