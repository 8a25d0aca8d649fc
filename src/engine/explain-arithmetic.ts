/**
 * The steps that show a derivative by arithmetic: add ε and see what changes.
 */
import type { Box } from './boxes.js'
import { EPSILON } from './differences.js'
import type { Explained } from './explain-context.js'
import { approximation, EPSILON_SIGN, equation, nameOf, nudgedNames } from './explain-phrases.js'
import { step, type Step } from './explain-step.js'
import type { Formula } from './formula.js'
import { showDouble, showRounded, type ShownNumber } from './shown-number.js'
import { showValue } from './shown-value.js'

/** A nudge changes little: values before and after it are shown to this many significant digits. */
const NUDGE_DIGITS = 12
/** … of which so many may be the change's own. */
const CHANGE_DIGITS = 9

/** A box for a derivative. */
export type DerivativeBox = Exclude<Box, { kind: 'forward' }>

/**
 * The nudge and its quotient, as the notebook does them; where there is no quotient, why. `recomputed` says what is
 * computed again. Empty where differences were not asked for.
 */
export function arithmeticSteps(
  { graph, evaluation, differences, say }: Explained,
  box: DerivativeBox,
  label: Formula,
  recomputed: Formula,
): Step[] {
  if (differences === undefined) return []
  const { forward, reason } = differences
  if (forward === undefined) return [step('nudge', say.noCheck(say.leftOut(reason)))]
  const [at, before] = [evaluation.values.get(box.wrt), evaluation.values.get(box.of)]
  const node = nameOf(box.of)
  const [after, nudged] = nudgedNames([box.of, box.wrt], graph.shapes.keys()) as readonly [Formula, Formula] // As many as went in.
  const quotient = {
    text: `(${after.text} − ${node.text})/ε`,
    tex: `\\frac{${after.tex} - ${node.tex}}{${EPSILON_SIGN.tex}}`,
  }
  const nudge = { epsilon: equation(EPSILON_SIGN, showDouble(EPSILON)), name: nameOf(box.wrt), recomputed }
  if (typeof at !== 'number' || typeof before !== 'number' || typeof forward !== 'number') {
    return [
      step('nudge', say.nudgeEntries(nudge)),
      step('quotient', equation(approximation(label, quotient), showValue(forward))),
    ]
  }
  const moved = equation(nudged, showRounded(at + EPSILON, NUDGE_DIGITS))
  const was = equation(node, showRounded(before, NUDGE_DIGITS))
  const is = equation(after, valueAfter(before, forward))
  return [
    step('nudge', say.nudge({ ...nudge, moved, was, is })),
    step('quotient', equation(approximation(label, quotient), showDouble(forward))),
  ]
}

/**
 * The node's value after the nudge, from the quotient. Rounding hides what that costs: fewer digits are shown than
 * doubles hold, and past a billionth of the change none.
 */
function valueAfter(before: number, forward: number): ShownNumber {
  const change = forward * EPSILON
  const after = before + change
  const digits = after === 0 ? 0 : CHANGE_DIGITS + Math.ceil(Math.log10(Math.abs(after / change)))
  return showRounded(after, Math.min(NUDGE_DIGITS, digits))
}
