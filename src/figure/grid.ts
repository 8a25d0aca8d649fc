/** Blocks in the columns and rows that an author gave them. */
import type { Block } from './block.js'
import type { Places } from './places.js'
import type { Point } from './shapes.js'

/** Pixels between what stands in neighbouring rows or columns. */
const ROOM = 34

/** Where the blocks of a grid begin: columns and rows are as wide and high as what stands in them. */
export function gridCorners(blocks: readonly Block[], places: Places): Map<string, Point> {
  const widths = new Map<number, number>()
  const rises = new Map<number, number>()
  const drops = new Map<number, number>()
  const raise = (sizes: Map<number, number>, key: number, size: number): void => {
    sizes.set(key, Math.max(sizes.get(key) ?? 0, size))
  }
  for (const block of blocks) {
    const { column, row } = places.get(block.name) ?? { column: 0, row: 0 }
    raise(widths, column, block.width)
    raise(rises, row, block.exitY)
    raise(drops, row, block.height - block.exitY)
  }
  const lefts = runningStarts(widths)
  const tops = runningStarts(new Map([...rises].map(([row, rise]) => [row, rise + (drops.get(row) ?? 0)])))
  return new Map(
    blocks.map(block => {
      const { column, row } = places.get(block.name) ?? { column: 0, row: 0 }
      // In a row, the lines that run from node to node are at one height.
      const y = (tops.get(row) ?? 0) + (rises.get(row) ?? 0) - block.exitY
      return [block.name, { x: lefts.get(column) ?? 0, y }]
    }),
  )
}

/** Key → where it begins, when all are set one after the other in the order of their keys. */
function runningStarts(sizes: ReadonlyMap<number, number>): Map<number, number> {
  let start = 0
  return new Map(
    [...sizes]
      .sort(([a], [b]) => a - b)
      .map(([key, size]) => {
        const own = start
        start += size + ROOM
        return [key, own]
      }),
  )
}
