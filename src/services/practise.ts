/** Practice: grading without storing. */
import type { PracticeBody, PracticeView } from '../contracts/attempt.js'
import { definedInputs } from '../engine/evaluate.js'
import type { CompiledGraph } from '../engine/graph.js'
import { isSameShape, SCALAR, shapeOfValue, showShape, type Value } from '../engine/tensor.js'
import { jsonPointer, Refusal } from '../errors.js'
import type { AnswerKey } from '../grading/answer-key.js'
import { answerKeyAt, answerKeyOf, type PublishedGraph } from '../grading/published-graph.js'
import type { GradingWork } from './budget.js'
import { gradeOrRefuse } from './grade-answers.js'
import { findGraph, type GraphLibrary } from './graph-library.js'
import { viewGradedBox } from './views.js'

/** Grades answers, at other inputs if asked. What cannot be read is `invalid`. */
export async function practise(
  { library }: { readonly library: GraphLibrary },
  tenantId: string,
  key: string,
  version: number | undefined,
  body: PracticeBody,
): Promise<PracticeView> {
  const { published } = await findGraph(library, tenantId, key, version)
  const answers = new Map(Object.entries(body.answers))
  const answerKey = practiceKey(published, body.inputs)
  const { credit, boxes } = gradeOrRefuse(answerKey, answers, { unreadable: 'mark', evenWork: false })
  return { credit, boxes: boxes.map(box => viewGradedBox(box, answers)) }
}

/**
 * Grades answers for whoever has no key, within bounds that `work` sets. It tells of the boxes alone that hold an answer:
 * of a large graph all others would be most of the work, and a page knows that they are blank.
 */
export function practiseFreely(
  published: PublishedGraph,
  { answers: typed }: Pick<PracticeBody, 'answers'>,
  work: GradingWork,
): PracticeView {
  const answers = new Map(Object.entries(typed))
  const options = { unreadable: 'mark', evenWork: false, work } as const
  const { credit, boxes } = gradeOrRefuse(answerKeyOf(published), answers, options)
  const answered = boxes.filter(({ status }) => status !== 'blank')
  return { credit, boxes: answered.map(box => viewGradedBox(box, answers)) }
}

function hasShapeOf({ shapes }: CompiledGraph, name: string, value: Value): boolean {
  const shape = shapeOfValue(value)
  return shape !== undefined && isSameShape(shape, shapes.get(name) ?? SCALAR)
}

function practiceKey(
  published: PublishedGraph,
  inputs: Readonly<Record<string, Value>> | undefined,
): AnswerKey {
  if (inputs === undefined) return answerKeyOf(published)
  const values = definedInputs(published.graph)
  const given = Object.entries(inputs)
  const strangers = given.filter(([name]) => !values.has(name))
  if (strangers.length > 0) {
    const entries = strangers.map(([name]) => ({
      path: jsonPointer(['inputs', name]),
      code: 'unknown-input' as const,
      message: 'The graph has no input of that name.',
    }))
    throw new Refusal('invalid-inputs', 'The graph has no such input.', entries)
  }
  const misshapen = given.filter(([name, value]) => !hasShapeOf(published.graph, name, value))
  if (misshapen.length > 0) {
    const entries = misshapen.map(([name]) => ({
      path: jsonPointer(['inputs', name]),
      code: 'shape-mismatch' as const,
      message: `The input "${name}" has the shape ${showShape(published.graph.shapes.get(name) ?? SCALAR)}.`,
    }))
    throw new Refusal('invalid-inputs', 'An input has another shape than in the graph.', entries)
  }
  for (const [name, value] of given) values.set(name, value)
  const result = answerKeyAt(published, values, {})
  if (result.ok) return result.key
  const { code, message } = result.fault
  throw new Refusal('invalid-inputs', message, [{ path: '/inputs', code, message }])
}
