/** Publishing, reading, solving and practising graphs. */
import type {
  Definition,
  Evaluated,
  GraphSummary,
  GraphView,
  PublishedView,
  Solution,
} from '../contracts/graph.js'
import type { PracticeBody, PracticeView } from '../contracts/attempt.js'
import type { PageQuery } from '../contracts/text.js'
import type { GraphRepository } from '../database/graphs.js'
import { boxLabel, type Box } from '../engine/boxes.js'
import { DIFFERENCES_STEPS, finiteDifferences } from '../engine/differences.js'
import { boxValue, definedInputs, evaluateGraph, type Evaluation } from '../engine/evaluate.js'
import { createStepBudget, type FaultPath } from '../engine/faults.js'
import type { CompiledGraph } from '../engine/graph.js'
import { jsonPointer, notFound, Refusal } from '../errors.js'
import { buildAnswerKey, type AnswerKey } from '../grading/answer-key.js'
import { gradeReadings, readAnswers, type Answers, type GradedBox } from '../grading/grade.js'
import { answerKeyOf, boxPolicies, type PublishedGraph } from '../grading/published-graph.js'
import { canonicalJson } from './canonical-json.js'
import { pageFrom, readCursor, type Page } from './cursors.js'
import type { Effects } from './effects.js'
import {
  checkDefinition,
  requestBudget,
  withinBudget,
  type GraphLibrary,
  type LibraryGraph,
} from './graph-library.js'

/** What the graph services work with. */
export type GraphServices = {
  readonly graphs: GraphRepository
  readonly library: GraphLibrary
  readonly effects: Effects
  /** The most nodes of a published graph. */
  readonly maxNodes: number
}

/** A box as clients see it. */
export function viewBox(box: Box) {
  return { id: box.id, kind: box.kind, of: box.of, wrt: box.wrt, label: boxLabel(box) }
}

function viewGraph({ stored, definition, published }: LibraryGraph): GraphView {
  const { title, description, tolerance, inputs, nodes, output } = definition
  return {
    key: stored.key,
    version: stored.version,
    title,
    ...(description === undefined ? {} : { description }),
    public: definition.public ?? false,
    builtIn: stored.builtIn,
    ...(tolerance === undefined ? {} : { tolerance }),
    inputs,
    nodes,
    output,
    boxes: published.graph.asked.map(viewBox),
  }
}

/** A fault or warning of a definition, its path as a JSON pointer. */
function viewRemark<Code extends string>(remark: {
  readonly code: Code
  readonly path: FaultPath
  readonly message: string
  readonly position?: number
}) {
  const { code, path, message, position } = remark
  return { path: jsonPointer(path), code, message, ...(position === undefined ? {} : { position }) }
}

function compileOrRefuse(definition: Definition, maxNodes: number) {
  const result = checkDefinition(definition, maxNodes)
  if (result.ok) return result
  const count = result.faults.length
  const detail =
    count === 1 ? (result.faults[0]?.message ?? '') : `The definition has ${String(count)} faults.`
  throw new Refusal('invalid-graph', detail, result.faults.map(viewRemark))
}

/** Publishes a definition under a key: its first version, its next, or the same again. */
export async function publish(
  { graphs, library, effects, maxNodes }: GraphServices,
  tenantId: string,
  key: string,
  definition: Definition,
): Promise<{ readonly created: boolean; readonly view: PublishedView }> {
  compileOrRefuse(definition, maxNodes)
  const canonical = canonicalJson(definition)
  const { outcome, version } = await graphs.publish(tenantId, key, definition, {
    id: effects.newId(),
    time: new Date(effects.now()),
    isSame: latest => canonicalJson(latest) === canonical,
  })
  const graph = await library.find(tenantId, key, version)
  if (graph === undefined) throw new Error('a graph just published cannot be found')
  return {
    created: outcome === 'created',
    view: { ...viewGraph(graph), warnings: graph.warnings.map(viewRemark) },
  }
}

async function findGraph(
  library: GraphLibrary,
  tenantId: string,
  key: string,
  version?: number,
): Promise<LibraryGraph> {
  const graph = await library.find(tenantId, key, version)
  if (graph === undefined) throw notFound()
  return graph
}

/** A published version, without any answer. */
export async function readGraph(
  { library }: GraphServices,
  tenantId: string,
  key: string,
  version: number | undefined,
): Promise<GraphView> {
  return viewGraph(await findGraph(library, tenantId, key, version))
}

/** The graphs that a tenant sees, by key. */
export async function listGraphs(
  { graphs }: GraphServices,
  tenantId: string,
  query: PageQuery,
): Promise<Page<GraphSummary>> {
  const list = ['graphs', tenantId]
  const after = readCursor(query.cursor, list) ?? ''
  return pageFrom(await graphs.list(tenantId, after, query.limit + 1), query.limit, list, {
    positionOf: stored => stored.key,
    view: graph => graph,
  })
}

/** Every number of a published version at its own values. */
export async function solveGraph(
  { library }: GraphServices,
  tenantId: string,
  key: string,
  version: number | undefined,
): Promise<Solution> {
  const { published } = await findGraph(library, tenantId, key, version)
  return solve(published.graph, published.evaluation)
}

/** The solution of a definition that is stored nowhere. */
export function evaluateDefinition({ maxNodes }: GraphServices, definition: Definition): Evaluated {
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

/** Grades answers for practice; nothing is stored. What cannot be read is `invalid`. */
export async function practise(
  { library }: GraphServices,
  tenantId: string,
  key: string,
  version: number | undefined,
  body: PracticeBody,
): Promise<PracticeView> {
  const { published } = await findGraph(library, tenantId, key, version)
  const answers = new Map(Object.entries(body.answers))
  const answerKey = practiceKey(published, body.inputs)
  const { readings, unknown, nothingAnswered } = withinBudget(() =>
    readAnswers(answerKey, answers, requestBudget()),
  )
  refuseUnknownBoxes(unknown)
  if (nothingAnswered) throw nothingAnsweredRefusal()
  const { credit, boxes } = gradeReadings(answerKey, readings)
  return { credit, boxes: boxes.map(box => viewGradedBox(box, answers)) }
}

function practiceKey(
  published: PublishedGraph,
  inputs: Readonly<Record<string, number>> | undefined,
): AnswerKey {
  if (inputs === undefined) return answerKeyOf(published)
  const values = definedInputs(published.graph)
  const given = Object.entries(inputs)
  const strangers = given.filter(([name]) => !values.has(name))
  if (strangers.length > 0) {
    throw new Refusal(
      'invalid-inputs',
      'The graph has no such input.',
      strangers.map(([name]) => ({
        path: jsonPointer(['inputs', name]),
        code: 'unknown-input',
        message: 'The graph has no input of that name.',
      })),
    )
  }
  for (const [name, value] of given) values.set(name, value)
  const result = evaluateGraph(published.graph, values)
  if (!result.ok) {
    const { code, message } = result.fault
    throw new Refusal('invalid-inputs', message, [{ path: '/inputs', code, message }])
  }
  const { key, missing } = buildAnswerKey(published.graph, result.evaluation, boxPolicies(published, {}))
  if (missing.length > 0) {
    const message = `The box "${missing[0] ?? ''}" has no finite value at these inputs.`
    throw new Refusal('invalid-inputs', message, [{ path: '/inputs', code: 'domain-error', message }])
  }
  return key
}

/** Refuses answers to boxes that are not asked. */
export function refuseUnknownBoxes(unknown: readonly string[]): void {
  if (unknown.length === 0) return
  throw new Refusal(
    'unknown-box',
    'An answer names a box that is not asked here.',
    unknown.map(id => ({
      path: jsonPointer(['answers', id]),
      code: 'unknown-box',
      message: 'No box of that id is asked.',
    })),
  )
}

export function nothingAnsweredRefusal(): Refusal {
  const message = 'At least one box must hold an answer.'
  return new Refusal('nothing-answered', message, [{ path: '/answers', code: 'nothing-answered', message }])
}

/** A graded box with what was typed in it. */
export function viewGradedBox(box: GradedBox, answers: Answers) {
  const { id, status, credit, feedback } = box
  return { id, status, credit, answer: answers.get(id) ?? null, feedback: [...feedback] }
}
