/**
 * What a number on a learner's own tape has been made of: whether something is missing in it, whether something wrong,
 * and which wrong box to look at first. One integer a number, so that it can run along the tape beside the values.
 */

/** An ingredient is asked and has no readable entry. */
export const MISSING = 1
/** An ingredient is an entry that is not correct. */
export const WRONG = 2
/** And one of those is no stock answer. */
export const UNCOMMON = 4

const BITS = 7
const ROOT_SHIFT = 3

/** Of a wrong entry: `root` is the index of the box that the slip lies in. */
export function wrongTaint(root: number, value: number): number {
  return WRONG | (isStock(value) ? 0 : UNCOMMON) | ((root + 1) << ROOT_SHIFT)
}

/** What is made of both: all that either has; where the roots differ, the box that is asked first. */
export function mergeTaints(a: number, b: number): number {
  if (a === b) return a
  const [rootA, rootB] = [a & ~BITS, b & ~BITS]
  const root = rootA === 0 ? rootB : rootB === 0 ? rootA : Math.min(rootA, rootB)
  return ((a | b) & BITS) | root
}

/** The index of the box that the slip lies in, −1 without one. */
export function rootOf(taint: number): number {
  return (taint >> ROOT_SHIFT) - 1
}

/** What is typed without any work: 0, 1 and −1 (contract §4, follow-through). */
export function isStock(value: number): boolean {
  return value === 0 || value === 1 || value === -1
}
