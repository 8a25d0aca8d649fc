/** The verdicts that contract §4 asks for, worked out once more and from nothing of the grading. */
import type { Box } from '../../src/engine/boxes.js'
import type { Desk } from './simulated-desk.js'
import { ingredientsOf, sightOf, type ClassSight } from './simulated-sight.js'

export type Status = 'correct' | 'follows' | 'incorrect' | 'blank'

export type Verdict = {
  /** The statuses that the contract allows; more than one only where it leaves open what counts as used. */
  readonly allowed: readonly Status[]
  /** Worked out rightly, and yet without credit: the guard against stock answers. */
  readonly guarded: boolean
}

const STOCK = new Set([0, 1, -1])

/** What each box's status must be, asked in order as the boxes are filled in. */
export function createVerdicts(
  desk: Desk,
  entries: ReadonlyMap<string, number>,
): (box: Box, typed: string) => Verdict {
  const { graph, inputs } = desk
  const sound = new Set<string>()
  // Boxes whose status the contract leaves open between correct and another.
  const open = new Set<string>()
  const only = (status: Status): Verdict => ({ allowed: [status], guarded: false })

  const judge = (box: Box, typed: string): Verdict => {
    if (typed === '') return only('blank')
    const value = Number(typed)
    if (desk.isWithin(value, desk.truth(box))) return only('correct')
    const met = READINGS.filter(read => {
      const own = read(sightOf(graph, inputs, entries), box)
      return Number.isFinite(own) && desk.isWithin(value, own)
    })
    if (met.length === 0) return only('incorrect')
    const used = ingredientsOf(graph, box)
    // An operand that a derivative does not mention may or may not count as used: this is each way of counting.
    const ways = [used, ...met.map(read => used.filter(id => isMoved(read, box, id)))]
    const statuses = new Set(ways.flatMap(ids => statusesBy(value, ids)))
    const guarded = statuses.has('incorrect')
    return { allowed: [...statuses], guarded }
  }
  /** Whether a reading of a box depends on an entry; tried on both sides of 0, for relu's sake. */
  const isMoved = (read: Reading, box: Box, id: string): boolean => {
    const entry = entries.get(id) ?? 0
    const here = read(sightOf(graph, inputs, entries), box)
    return [1.1 * entry + 0.01, 0.3 - 1.2 * entry].some(
      other => !Object.is(read(sightOf(graph, inputs, new Map(entries).set(id, other)), box), here),
    )
  }
  const statusesBy = (value: number, ids: readonly string[]): Status[] => {
    const wrong = ids.filter(id => !sound.has(id) && !open.has(id))
    const isStock = STOCK.has(value) && wrong.every(id => STOCK.has(entries.get(id) ?? Number.NaN))
    // What follows from no wrong entry at all may or may not be a stock answer.
    if (isStock) return wrong.length > 0 ? ['incorrect'] : ['correct', 'incorrect']
    if (wrong.length > 0) return ['follows']
    return ids.some(id => open.has(id)) ? ['correct', 'follows'] : ['correct']
  }
  return (box, typed) => {
    const verdict = judge(box, typed)
    if (verdict.allowed.includes('correct')) (verdict.allowed.length === 1 ? sound : open).add(box.id)
    return verdict
  }
}

type Reading = (sight: ClassSight, box: Box) => number

/** The two ways to work a box out: from the operands, and from the node's own entry. */
const READINGS: readonly Reading[] = [
  (sight, box) => sight.expected(box),
  (sight, box) => sight.expectedByValue(box),
]
