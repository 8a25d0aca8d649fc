/** Solutions: every number of a graph at one set of inputs. */
import type { Definition, Evaluated, Solution } from '../contracts/graph.js'
import { DIFFERENCES_STEPS, finiteDifferences } from '../engine/differences.js'
import { boxValue, type Evaluation } from '../engine/evaluate.js'
import { createStepBudget } from '../engine/faults.js'
import type { CompiledGraph } from '../engine/graph.js'
import { findGraph, type GraphLibrary } from './graph-library.js'
import { compileOrRefuse } from './publish-graph.js'
import { viewBox, viewRemark } from './views.js'

/** The solution of a published version at its own values. */
export async function solveGraph(
  { library }: { readonly library: GraphLibrary },
  tenantId: string,
  key: string,
  version: number | undefined,
): Promise<Solution> {
  const { published } = await findGraph(library, tenantId, key, version)
  return solve(published.graph, published.evaluation)
}

/** The solution of a definition that is stored nowhere. */
export function evaluateDefinition(
  { maxNodes }: { readonly maxNodes: number },
  definition: Definition,
): Evaluated {
  const { published, warnings } = compileOrRefuse(definition, maxNodes)
  return { ...solve(published.graph, published.evaluation), warnings: warnings.map(viewRemark) }
}

function solve(graph: CompiledGraph, evaluation: Evaluation): Solution {
  const budget = createStepBudget(DIFFERENCES_STEPS)
  return {
    values: Object.fromEntries(evaluation.values),
    locals: [...evaluation.locals].flatMap(([node, byOperand]) =>
      [...byOperand].map(([operand, value]) => ({ node, operand, value })),
    ),
    gradients: Object.fromEntries(evaluation.gradients),
    boxes: graph.asked.map(box => {
      const value = boxValue(evaluation, box)
      if (value === undefined) throw new Error(`the asked box ${box.id} has no value`)
      const differences = finiteDifferences(graph, evaluation, box, budget)
      return {
        ...viewBox(box),
        value,
        ...(differences === undefined ? {} : { finiteDifferences: differences }),
      }
    }),
  }
}
