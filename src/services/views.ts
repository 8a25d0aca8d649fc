/** How boxes, remarks and graded boxes are shown, wherever they are shown. */
import { boxLabel, type Box } from '../engine/boxes.js'
import type { FaultPath } from '../engine/faults.js'
import type { CompiledGraph } from '../engine/graph.js'
import { isScalar, SCALAR } from '../engine/tensor.js'
import { jsonPointer } from '../errors.js'
import type { Answers, GradedBox } from '../grading/grade.js'

/** A box as clients see it; one that takes an array says of which shape. */
export function viewBox({ shapes }: CompiledGraph, box: Box) {
  const { id, kind, of, wrt } = box
  const shape = shapes.get(wrt ?? of) ?? SCALAR
  return { id, kind, of, wrt, label: boxLabel(box), ...(isScalar(shape) ? {} : { shape: [...shape] }) }
}

/** A graded box with what was typed in it. */
export function viewGradedBox(box: GradedBox, answers: Answers) {
  const { id, status, credit, entries, feedback } = box
  const typed = answers.get(id) ?? null
  const answer = withoutInfinity(typed)
  return {
    id,
    status,
    credit,
    ...(entries === undefined ? {} : { entries }),
    answer,
    feedback: [...feedback],
  }
}

/** JSON has no infinity: `1e999` in a body was read as one, and must not come back as null. */
function withoutInfinity(typed: unknown): unknown {
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
