/** The values of symbolic forms, computed part by part in plain loops. */
import { operandsFirst, type Expression } from '../../src/engine/expression.js'
import { operationRow, signatureOf, tensorRow } from '../../src/engine/operations.js'
import { toDouble } from '../../src/engine/rational.js'
import type { Value } from '../../src/engine/tensor.js'
import { eachEntry, eachPair, PLAIN_OPERATIONS } from './plain-arrays.js'

/** The value of a form, given those of the names in it. */
export function formValue(root: Expression, valueOfName: (name: string) => Value | undefined): Value {
  const found = new Map<Expression, Value>()
  for (const part of operandsFirst(root)) {
    if (part.kind === 'number') found.set(part, toDouble(part.value))
    else if (part.kind === 'constant') found.set(part, part.value)
    else if (part.kind === 'name') found.set(part, valueOfName(part.name) ?? Number.NaN)
    else
      found.set(
        part,
        applied(
          part.operation,
          part.operands.map(operand => found.get(operand) ?? Number.NaN),
        ),
      )
  }
  return found.get(root) ?? Number.NaN
}

function applied(operation: number, operands: readonly Value[]): Value {
  const [x = Number.NaN, y = Number.NaN] = operands
  if (tensorRow(operation) !== undefined) {
    const { name } = signatureOf(operation)
    return PLAIN_OPERATIONS[name as keyof typeof PLAIN_OPERATIONS](x, y)
  }
  const row = operationRow(operation)
  return row.arity === 1 ? eachEntry(row.value, x) : eachPair(row.value, x, y)
}

/** Pairs of entries of a form's value, broadcast where it is one number for all, and of what it should be. */
export function entryPairs(form: Value, expected: Value): readonly (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = []
  eachPair(
    (value, right) => {
      pairs.push([value, right])
      return 0
    },
    form,
    expected,
  )
  return pairs
}
