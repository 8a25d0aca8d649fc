/** How boxes, remarks and graded boxes are shown, wherever they are shown. */
import { boxLabel, type Box } from '../engine/boxes.js'
import type { FaultPath } from '../engine/faults.js'
import { isScalar, SCALAR } from '../engine/tensor.js'
import { jsonPointer } from '../errors.js'
import type { Answers } from '../grading/grade.js'
import type { GradedBox } from '../grading/verdicts.js'
import type { PublishedGraph } from '../grading/published-graph.js'

/** A box as clients see it; one that takes an array says of which shape, one that takes an expression says so. */
export function viewBox({ graph, boxes }: PublishedGraph, box: Box) {
  const { id, kind, of, wrt } = box
  const shape = graph.shapes.get(wrt ?? of) ?? SCALAR
  return {
    id,
    kind,
    of,
    wrt,
    label: boxLabel(box),
    ...(isScalar(shape) ? {} : { shape: [...shape] }),
    ...(boxes.get(id)?.answer === 'expression' ? { answer: 'expression' as const } : {}),
  }
}

// Both are made at once and not out of each other: copying an object takes longer than all else that is done for a box.

/** A box's verdict with what was typed in it. */
export function viewJudgedBox({ id, status, credit, entries }: GradedBox, answers: Answers) {
  const answer = withoutInfinity(answers.get(id) ?? null)
  return entries === undefined ? { id, status, credit, answer } : { id, status, credit, entries, answer }
}

/** The same with what is said of it. */
export function viewGradedBox({ id, status, credit, entries, feedback: said }: GradedBox, answers: Answers) {
  const answer = withoutInfinity(answers.get(id) ?? null)
  const feedback = [...said]
  return entries === undefined
    ? { id, status, credit, answer, feedback }
    : { id, status, credit, entries, answer, feedback }
}

/** JSON has no infinity: `1e999` in a body was read as one, and must not come back as null. */
function withoutInfinity(typed: unknown): unknown {
  if (typeof typed === 'string') return typed
  if (Array.isArray(typed)) return typed.map(withoutInfinity)
  if (typeof typed === 'object' && typed !== null) {
    return Object.fromEntries(Object.entries(typed).map(([name, part]) => [name, withoutInfinity(part)]))
  }
  return typeof typed === 'number' && !Number.isFinite(typed) ? String(typed) : typed
}

/** A fault or warning of a definition, its path as a JSON pointer. */
export function viewRemark<Code extends string>(remark: {
  readonly code: Code
  readonly path: FaultPath
  readonly message: string
  readonly position?: number
}) {
  const { code, path, message, position } = remark
  return { path: jsonPointer(path), code, message, ...(position === undefined ? {} : { position }) }
}
