/**
 * What the boxes hold, to be found by value: a box of many may hold what was typed in another.
 */
import type { Box } from '../engine/boxes.js'
import { isSameShape } from '../engine/tensor.js'
import type { BoxTruth } from './answer-key.js'
import { asRead, isMatch, isRight, type Prepared } from './match.js'

export type BoxIndex = {
  /**
   * The first box that holds what was typed, of the same shape, where that is not right here as well and `isOpen` lets
   * it pass. Draws on the budget for every box looked at; the search ends where the budget does.
   */
  find(
    typed: Prepared,
    budget: { steps: number },
    isOpen: (other: Box, entries: readonly number[]) => boolean,
  ): Box | undefined
}

const MOST_UNSORTED = 32

/** What a box looked at costs. */
const BOX_STEPS = 5

/**
 * An index of what someone has in the boxes: the first entry of each, not finite where there is none, and all of them
 * when they are asked for.
 */
export function createBoxIndex(
  boxes: readonly BoxTruth[],
  firsts: Float64Array,
  entriesAt: (place: number) => readonly number[] | undefined,
): BoxIndex {
  const places: number[] = []
  for (let place = 0; place < firsts.length; place += 1)
    if (Number.isFinite(firsts[place])) places.push(place)
  // Few boxes are looked through faster than they are sorted.
  const isSorted = places.length > MOST_UNSORTED
  // Sorting is stable: boxes of one value stay in order.
  if (isSorted) places.sort((a, b) => (firsts[a] as number) - (firsts[b] as number))
  const values = places.map(place => firsts[place] as number)

  /** Whether a box holds what was typed, and holds there what is not right here. */
  const holds = (place: number, typed: Prepared, isOpen: Parameters<BoxIndex['find']>[2]): boolean => {
    const other = boxes[place]
    if (other === undefined || !isSameShape(other.shape, typed.keyed.shape)) return false
    const entries = entriesAt(place)
    if (entries === undefined || !isMatch('tolerance', typed, entries, undefined)) return false
    const isRightHere = entries.every(
      (entry, index) => typed.entries[index] === undefined || isRight(typed.keyed, index, asRead(entry)),
    )
    return !isRightHere && isOpen(other.box, entries)
  }

  return {
    find(typed, budget, isOpen) {
      // Where the first entry was left blank, every box of the shape may be meant.
      const [value, reach] = typed.first === 0 ? [typed.value, typed.reach] : [0, Infinity]
      let found = Infinity
      for (let at = isSorted ? firstFrom(values, value - reach) : 0; at < values.length; at += 1) {
        const distance = (values[at] as number) - value
        if (!isSorted && Math.abs(distance) > reach) continue
        if (distance > reach || budget.steps < BOX_STEPS) break
        budget.steps -= BOX_STEPS
        const place = places[at] as number
        if (place < found && holds(place, typed, isOpen)) found = place
      }
      return boxes[found]?.box
    },
  }
}

/** The place of the first value that is not below a bound, by bisection. */
function firstFrom(values: readonly number[], bound: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((values[middle] as number) < bound) low = middle + 1
    else high = middle
  }
  return low
}
