/** Solutions: every number of a graph at one set of inputs, with the formulas and steps behind each box. */
import type { BoxSolution, Definition, Evaluated, Solution } from '../contracts/graph.js'
import type { Box } from '../engine/boxes.js'
import { cascade } from '../engine/cascade.js'
import { DIFFERENCES_STEPS, finiteDifferences, type FiniteDifferences } from '../engine/differences.js'
import { boxValue, evaluateGraph, type Evaluation } from '../engine/evaluate.js'
import { EXPLAIN_WORDS, type ExplainLanguage, type ExplainWords } from '../engine/explain-words.js'
import { explainBox } from '../engine/explain.js'
import { createStepBudget } from '../engine/faults.js'
import type { CompiledGraph } from '../engine/graph.js'
import { findKinks } from '../engine/kinks.js'
import { symbolicForm } from '../engine/symbolic.js'
import type { Value } from '../engine/tensor.js'
import { Refusal } from '../errors.js'
import type { PublishedGraph } from '../grading/published-graph.js'
import { findGraph, type GraphLibrary } from './graph-library.js'
import { compileOrRefuse } from './publish-graph.js'
import { symbolicsOf } from './symbolic-texts.js'
import { viewBox, viewRemark } from './views.js'

/** The most boxes that are all explained in one solution; of a larger graph the box asked is. */
const MAX_EXPLAINED = 100

/** The most edges of all cascades of one solution: each parameter has one through the whole graph. */
const MAX_CASCADE_EDGES = 10_000

/** The longest symbolic form shown beside other boxes, in characters, and the most of all together. */
const MAX_FORM_LENGTH = 2_000
const MAX_FORMS_LENGTH = 1_000_000

/** The solution of a published version at its own values. `box` names the one to explain, where not all are. */
export async function solveGraph(
  { library }: { readonly library: GraphLibrary },
  tenantId: string,
  key: string,
  { version, box }: { readonly version?: number | undefined; readonly box?: string | undefined },
): Promise<Solution> {
  const { published } = await findGraph(library, tenantId, key, version)
  return solve(published, box)
}

/** The solution of a published graph at these inputs, or at its own, as `solveGraph` answers it. */
export function solveAt(
  published: PublishedGraph,
  inputs: ReadonlyMap<string, Value> | undefined,
  box: string | undefined,
): Solution {
  return solve(atInputs(published, inputs), box)
}

/** A published graph as what is solved of it is at these inputs, those of a variant, or at its own. */
export function atInputs(
  published: PublishedGraph,
  inputs: ReadonlyMap<string, Value> | undefined,
): PublishedGraph {
  if (inputs === undefined) return published
  const evaluated = evaluateGraph(published.graph, inputs)
  if (!evaluated.ok) throw new Error(`a variant has no solution: ${evaluated.fault.message}`)
  return { ...published, evaluation: evaluated.evaluation }
}

/** The solution of a definition that is stored nowhere. */
export function evaluateDefinition(
  { maxNodes }: { readonly maxNodes: number },
  definition: Definition,
  box: string | undefined,
): Evaluated {
  const { published, warnings } = compileOrRefuse(definition, maxNodes)
  return { ...solve(published, box), warnings: warnings.map(viewRemark) }
}

function solve(published: PublishedGraph, boxAsked: string | undefined): Solution {
  const { graph, evaluation } = published
  if (boxAsked !== undefined) askedBox(graph, boxAsked)
  const cascades = cascadesOf(published)
  const all = graph.asked.length <= MAX_EXPLAINED
  const viewSolution = createSolver(published, 'en')
  // The box asked comes first, so that what is left out for want of steps is never its.
  const asked = graph.asked.filter(box => box.id === boxAsked).map(box => viewSolution(box, true))[0]
  return {
    values: Object.fromEntries(evaluation.values),
    locals: [...evaluation.locals].flatMap(([node, byOperand]) =>
      [...byOperand].map(([operand, value]) => ({ node, operand, value })),
    ),
    gradients: Object.fromEntries(evaluation.gradients),
    boxes: graph.asked.map(box =>
      box.id === asked?.id ? asked : viewSolution(box, all && boxAsked === undefined),
    ),
    ...(cascades === undefined ? {} : { cascades }),
  }
}

/** The solution of one box with its steps, which are told in a language, and of no other. */
export function explainOne(published: PublishedGraph, box: Box, language: ExplainLanguage): BoxSolution {
  return createSolver(published, language)(box, true)
}

/** How a nudge of each parameter runs through a graph; undefined where that is too much to be told. */
export function cascadesOf({ graph, evaluation }: PublishedGraph): Solution['cascades'] {
  const edges = graph.nodes.reduce((count, node) => count + node.operands.length, 0)
  const parameters = graph.inputs.filter(({ role }) => role === 'parameter')
  if (parameters.length * edges > MAX_CASCADE_EDGES) return undefined
  return parameters.flatMap(({ name }) => viewCascade(graph, evaluation, name))
}

/** The box of an id that a query names; `unknown-box` where the graph asks none of that id. */
export function askedBox({ asked }: CompiledGraph, id: string): Box {
  const box = asked.find(candidate => candidate.id === id)
  if (box !== undefined) return box
  const message = 'This graph asks no box of that id.'
  throw new Refusal('unknown-box', message, [{ path: '/query/box', code: 'unknown-box', message }])
}

/** Shows boxes of one graph with their values, in a language, out of one budget of work. */
function createSolver(
  published: PublishedGraph,
  language: ExplainLanguage,
): (box: Box, explained: boolean) => BoxSolution {
  const say = EXPLAIN_WORDS[language]
  const { graph, evaluation } = published
  const differencesBudget = createStepBudget(DIFFERENCES_STEPS)
  const symbolics = symbolicsOf(graph)
  const kinks = findKinks(graph, evaluation)
  const scratch = evaluation.sweep.values.slice()
  let formsLength = 0

  return (box, explained) => {
    const value = boxValue(evaluation, box)
    if (value === undefined) throw new Error(`the asked box ${box.id} has no value`)
    const differences = finiteDifferences(graph, evaluation, box, differencesBudget, scratch)
    const form = formsLength < MAX_FORMS_LENGTH ? symbolicForm(graph, symbolics, box) : undefined
    const symbolic = form !== undefined && form.text.length <= MAX_FORM_LENGTH ? { ...form } : undefined
    formsLength += symbolic === undefined ? 0 : symbolic.text.length + symbolic.tex.length
    return {
      ...viewBox(published, box),
      value,
      ...(symbolic === undefined ? {} : { symbolic }),
      ...(differences === undefined ? {} : { finiteDifferences: viewDifferences(differences, say) }),
      ...(explained
        ? { steps: explainBox(graph, evaluation, box, { symbolics, differences, kinks, say }) }
        : {}),
    }
  }
}

function viewDifferences({ epsilon, forward, central, reason }: FiniteDifferences, say: ExplainWords) {
  return {
    epsilon,
    ...(forward === undefined ? {} : { forward }),
    ...(central === undefined ? {} : { central }),
    ...(reason === undefined ? {} : { reason: say.leftOut(reason) }),
  }
}

/** How a nudge of a parameter runs through the graph; nothing where arrays are in its way. */
function viewCascade(graph: CompiledGraph, evaluation: Evaluation, from: string) {
  const found = cascade(graph, evaluation, from)
  if (found === undefined) return []
  const { nodes, edges, lines } = found
  return [{ from, nodes: [...nodes], edges: [...edges], lines: [...lines] }]
}
