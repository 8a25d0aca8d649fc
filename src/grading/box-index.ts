/**
 * What the boxes hold, to be found by value: a box of many may hold what was typed in another.
 */
import type { Box } from '../engine/boxes.js'
import { isSameShape } from '../engine/tensor.js'
import type { BoxTruth } from './answer-key.js'
import { isMatch, isRight, type Prepared } from './match.js'
import { asRead } from './read-answer.js'

export type BoxIndex = {
  /**
   * The first box that holds what was typed, of the same shape, where that is not right here as well and `isOpen` lets
   * it pass. Of many boxes that hold it some are looked at. A search always draws as much on the budget, and is not made
   * where that does not suffice; `evenWork`: as many boxes are looked at whatever they hold.
   */
  find(typed: Prepared, search: Search): Box | undefined
}

type Search = {
  readonly budget: { steps: number }
  readonly evenWork: boolean
  readonly isOpen: (other: Box, entries: readonly number[]) => boolean
}

const MOST_UNSORTED = 32
/** The most of many that are looked at. */
const MOST_LOOKS = 16

/** What a box looked at costs. */
const BOX_STEPS = 10

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
  const holds = (place: number, typed: Prepared, isOpen: Search['isOpen']): boolean => {
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
    find(typed, { budget, evenWork, isOpen }) {
      // Where the first entry was left blank, every box of the shape may be meant.
      const [value, reach] = typed.first === 0 ? [typed.value, typed.reach] : [0, Infinity]
      const looks = isSorted && reach < Infinity ? MOST_LOOKS : values.length
      if (budget.steps < looks * BOX_STEPS) return undefined
      budget.steps -= looks * BOX_STEPS
      let found = Infinity
      // Behind the last value there may be too few to look at.
      const from = isSorted ? Math.min(firstFrom(values, value - reach), values.length - looks) : 0
      for (let at = from; at < from + looks; at += 1) {
        const place = places[at] as number
        const isNear = Math.abs((values[at] as number) - value) <= reach
        const isFirst = isNear && place < found
        if (!isFirst && !evenWork) continue
        if (holds(place, typed, isOpen) && isFirst) found = place
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
