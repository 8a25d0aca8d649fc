/** How boxes, remarks and graded boxes are shown, wherever they are shown. */
import { boxLabel, type Box } from '../engine/boxes.js'
import type { FaultPath } from '../engine/faults.js'
import { jsonPointer } from '../errors.js'
import type { Answers, GradedBox } from '../grading/grade.js'

/** A box as clients see it. */
export function viewBox(box: Box) {
  return { id: box.id, kind: box.kind, of: box.of, wrt: box.wrt, label: boxLabel(box) }
}

/** A graded box with what was typed in it. */
export function viewGradedBox(box: GradedBox, answers: Answers) {
  const { id, status, credit, feedback } = box
  const typed = answers.get(id) ?? null
  // JSON has no infinity: `1e999` in a body was read as one, and must not come back as null.
  const answer = typeof typed === 'number' && !Number.isFinite(typed) ? String(typed) : typed
  return { id, status, credit, answer, feedback: [...feedback] }
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
