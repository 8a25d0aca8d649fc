/**
 * Credit for consistent work (contract §4, follow-through): a box outside its tolerance is worked out again in one step
 * from the learner's own entries, and counts where that is what was typed.
 */
import type { Expression } from '../engine/expression.js'
import type { StepBudget } from '../engine/faults.js'
import type { AnswerKey, KeyedBox } from './answer-key.js'
import type { Verdict } from './verdicts.js'
import { evaluateOwnExpression, ownSight } from './own-sight.js'
import { createNumberArena } from './number-arena.js'
import { sweepOwnDerivatives } from './own-derivatives.js'
import { sweepOwnValues, type Settle } from './own-tape.js'
import type { ReadNumber } from './read-answer.js'
import type { Sight } from './sight.js'
import { isStock, mergeTaints, MISSING, rootOf, UNCOMMON, WRONG, wrongTaint } from './taint.js'
import { isWithin } from './tolerance.js'

/** What a learner gave in a box, compared with what is right. */
export type Given =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'numbers'
      /** In row-major order; undefined for an entry of an array that was left blank. */
      readonly entries: readonly (ReadNumber | undefined)[]
      readonly right: readonly boolean[]
    }
  | {
      readonly kind: 'expression'
      readonly root: Expression
      readonly right: boolean
      /** The number that it is, where it has no names. */
      readonly constant: number | undefined
    }

/** A learner's whole work, worked out again from itself. Boxes go by their index among those asked. */
export type OwnWork = {
  /** The verdict on one entry of a box that numbers were given in. */
  verdict(box: number, entry: number): Verdict
  /** The box in which the slip lies that a box follows from. */
  rootOf(box: number): number
  /** The learner's own numbers. */
  readonly sight: Sight
}

const RANKS: Readonly<Record<Verdict, number>> = {
  blank: 0,
  invalid: 0,
  incorrect: 1,
  follows: 2,
  correct: 3,
}

/**
 * Works everything out from a learner's entries, `given` being by the boxes asked. Throws only `too-complex`, where
 * expressions were typed that take more steps than the budget has. `evenWork`: as many sweeps whatever is right.
 */
export function followOwnEntries(
  key: AnswerKey,
  given: readonly Given[],
  { budget, evenWork }: { readonly budget: StepBudget; readonly evenWork: boolean },
): OwnWork {
  const { graph, places } = key
  const { offsets } = places
  const total = offsets[given.length] as number
  const verdicts = new Array<Verdict>(total).fill('blank')
  const arena = createNumberArena(total, total)
  const expected = arena.doubles(total).fill(Number.NaN)
  const ingredients = arena.integers(total)
  const oneNumber = isOneNumber(given)

  /** The verdict on one number by what follows from the learner's other entries. */
  const judge = (typed: ReadNumber, computed: number, taint: number, { tolerance }: KeyedBox): Verdict => {
    if (oneNumber || (taint & MISSING) !== 0 || !Number.isFinite(computed)) return 'incorrect'
    if (!isWithin(typed, computed, tolerance)) return 'incorrect'
    if (isStock(typed.double) && (taint & UNCOMMON) === 0) return 'incorrect'
    return (taint & WRONG) === 0 ? 'correct' : 'follows'
  }

  const settle: Settle = (asked, { values, taints }, first, own) => {
    const answer = given[asked] as Given
    const keyed = key.boxes[asked] as KeyedBox
    const [offset, end] = [offsets[asked] as number, offsets[asked + 1] as number]
    const count = end - offset
    const put = (entry: number, value: number, taint: number): void => {
      values[first + entry] = value
      taints[first + entry] = Number.isFinite(value) ? taint : MISSING
    }
    if (answer.kind === 'expression') {
      const { entries, taint } = evaluateOwnExpression(graph, answer.root, own, budget)
      for (let entry = 0; entry < count; entry += 1) {
        // One number may stand for all entries.
        const value = entries[entries.length === 1 ? 0 : entry] ?? Number.NaN
        put(entry, value, answer.right ? taint : wrongTaint(asked, value))
      }
      return
    }
    for (let entry = 0; entry < count; entry += 1) {
      const place = offset + entry
      const [computed, taint] = [values[first + entry] as number, taints[first + entry] as number]
      const typed = answer.kind === 'numbers' ? answer.entries[entry] : undefined
      if (answer.kind === 'nothing' || typed === undefined) {
        put(entry, Number.NaN, MISSING)
        continue
      }
      const verdict = answer.right[entry] === true ? 'correct' : judge(typed, computed, taint, keyed)
      // Of two ways to work it out, the one that speaks for the learner counts.
      if (RANKS[verdict] > RANKS[verdicts[place] as Verdict]) {
        verdicts[place] = verdict
        expected[place] = (taint & MISSING) === 0 ? computed : Number.NaN
        ingredients[place] = taint
      }
      const root = verdicts[place] === 'follows' ? rootOf(ingredients[place] as number) : asked
      put(entry, typed.double, verdicts[place] === 'correct' ? 0 : wrongTaint(root, typed.double))
    }
  }

  const tape = sweepOwnValues(graph, places, key.evaluation.sweep.values, settle)
  if (evenWork || tape.byValue.length > 0) sweepOwnDerivatives(graph, places, tape, false, settle)
  const derivatives = sweepOwnDerivatives(graph, places, tape, true, settle)

  const taintOf = (box: number): number => {
    let taint = 0
    for (let place = offsets[box] as number; place < (offsets[box + 1] as number); place += 1)
      taint = mergeTaints(taint, ingredients[place] as number)
    return taint
  }
  return {
    verdict: (box, entry) => verdicts[(offsets[box] as number) + entry] as Verdict,
    rootOf: box => rootOf(taintOf(box)),
    sight: ownSight(key, { tape, derivatives, expected }),
  }
}

/** Whether all readable entries of an attempt are one number: then none is worked out from another. */
function isOneNumber(given: readonly Given[]): boolean {
  let one: number | undefined
  for (const answer of given) {
    if (answer.kind === 'nothing') continue
    const numbers = answer.kind === 'numbers' ? answer.entries.map(entry => entry?.double) : [answer.constant]
    if (answer.kind === 'expression' && answer.constant === undefined) return false
    for (const number of numbers) {
      if (number === undefined) continue
      one ??= number
      if (number !== one) return false
    }
  }
  return true
}
