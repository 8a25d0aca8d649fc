/** Which boxes ask for an expression that could never be decided, as publication warns of them. */
import type { Box } from '../engine/boxes.js'
import { createExpressionPool } from '../engine/expression.js'
import { createStepBudget, ExpressionError, type StepBudget } from '../engine/faults.js'
import type { CompiledGraph } from '../engine/graph.js'
import { ZERO } from '../engine/rational.js'
import { createExpressionComparer } from './compare-expression.js'

/** Steps for one graph, less than a tenth of a second: a stored graph is looked at each time that it is loaded. */
const STEPS = 2_000_000

/**
 * Those boxes of which the right expression has a value at too few of the sampled inputs. Stops where the steps for it,
 * or those of the budget, are spent: a graph is not refused because it was not looked at for a warning.
 */
export function undecidableBoxes(graph: CompiledGraph, boxes: readonly Box[], budget: StepBudget): Box[] {
  // 0 has a value everywhere, so that what is undecidable beside it is so by itself.
  const zero = createExpressionPool().number(ZERO)
  const given = Math.min(STEPS, budget.remaining)
  const allowance = createStepBudget(given)
  const compare = createExpressionComparer(graph, allowance)
  const found: Box[] = []
  try {
    for (const box of boxes) {
      if (compare(box, zero) === 'undecidable') found.push(box)
    }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
  }
  budget.remaining -= given - Math.max(0, allowance.remaining)
  return found
}
