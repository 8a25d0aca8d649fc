/** Whether an expression is right in its box: as a function of the inputs, whatever their values are. */
import type { Box } from '../engine/boxes.js'
import { createFormComparer, type Equivalence } from '../engine/equivalence.js'
import type { Expression } from '../engine/expression.js'
import type { StepBudget } from '../engine/faults.js'
import type { CompiledGraph } from '../engine/graph.js'

/** The same inputs are sampled every time, so that the same answer always gets the same verdict. */
const SEED = 20_170_823

/** Compares an expression over the graph's names with what is right in a box. */
export type CompareExpression = (box: Box, root: Expression) => Equivalence

/**
 * The comparison of expressions with what is right in their boxes (contract §4, expression boxes): one for all boxes
 * of a request, which share what is computed of the graph. `undecidable` where too few of the sampled inputs give both
 * a value. The comparison throws `too-complex` when the budget is spent; nothing is computed before the first.
 */
export function createExpressionComparer(graph: CompiledGraph, budget: StepBudget): CompareExpression {
  const compare = createFormComparer(graph, { seed: SEED, budget })
  return (box, root) => compare(root, truthOf(graph, box))
}

function truthOf(graph: CompiledGraph, box: Box) {
  if (box.kind !== 'forward') return box
  const node = graph.nodes.find(({ name }) => name === box.of)
  if (node === undefined) throw new Error(`the box ${box.id} is of no node`)
  return node.root
}
