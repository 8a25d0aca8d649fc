/**
 * The inner loops of the forward sweep.
 *
 * A number that passes through a call is boxed on the heap, unless the engine inlines the call, which it does where
 * one place in the source always calls the same function. A loop over `rows[code].value(x, y)` is one place that calls
 * them all, and takes three times as long. So the operations that networks are mostly made of are called from a place
 * of their own. What they compute stands in the table of operations alone, and a row that has no place here is called
 * through the table: a new operation needs nothing in this file.
 */
import { OPERATIONS, operationRow, type BinaryOperation, type UnaryOperation } from './operations.js'
import type { Sweep, Tape } from './tape.js'

type Kernel<Row> = Row & { readonly code: number }

function unary(name: string): Kernel<UnaryOperation> {
  const code = OPERATIONS.codeOf(name)
  const row = operationRow(code)
  if (row.arity !== 1) throw new Error(`${name} has two operands`)
  return { ...row, code }
}

function binary(name: string): Kernel<BinaryOperation> {
  const code = OPERATIONS.codeOf(name)
  const row = operationRow(code)
  if (row.arity !== 2) throw new Error(`${name} has one operand`)
  return { ...row, code }
}

const add = binary('+')
const multiply = binary('*')
const subtract = binary('-')
const divide = binary('/')
const power = binary('^')
const max = binary('max')
const logAddExp = binary('log_add_exp')
const copy = unary('copy')
const negate = unary('negate')
const square = unary('square')
const relu = unary('relu')
const tanh = unary('tanh')
const sigmoid = unary('sigmoid')
const exp = unary('exp')
const ln = unary('ln')
const sqrt = unary('sqrt')
const sin = unary('sin')
const cos = unary('cos')

/**
 * Computes values and partials of the slots from … to − 1 from those before them, up to the first where a value or a
 * partial is not finite. Answers that slot, whose numbers are stored too, or −1.
 */
export function computeSlots(tape: Tape, sweep: Sweep, from: number, to: number): number {
  const { codes, left, right, variable } = tape
  const { rows } = OPERATIONS
  const { values, leftPartials, rightPartials } = sweep
  for (let slot = from; slot < to; slot += 1) {
    // `as number`: every array has a number for every slot and each operand.
    const code = codes[slot] as number
    const rightSlot = right[slot] as number
    const x = values[left[slot] as number] as number
    const y = values[rightSlot] as number
    let value: number
    let leftPartial: number
    let rightPartial = 0
    switch (code) {
      case add.code:
        value = add.value(x, y)
        leftPartial = add.partials[0](x, y, value)
        rightPartial = add.partials[1](x, y, value)
        break
      case multiply.code:
        value = multiply.value(x, y)
        leftPartial = multiply.partials[0](x, y, value)
        rightPartial = multiply.partials[1](x, y, value)
        break
      case subtract.code:
        value = subtract.value(x, y)
        leftPartial = subtract.partials[0](x, y, value)
        rightPartial = subtract.partials[1](x, y, value)
        break
      case divide.code:
        value = divide.value(x, y)
        leftPartial = divide.partials[0](x, y, value)
        rightPartial = divide.partials[1](x, y, value)
        break
      case power.code:
        value = power.value(x, y)
        leftPartial = power.partials[0](x, y, value)
        // The partial by an exponent is a logarithm, and most exponents are constants.
        if (variable[rightSlot] === 1) rightPartial = power.partials[1](x, y, value)
        break
      case max.code:
        value = max.value(x, y)
        leftPartial = max.partials[0](x, y, value)
        rightPartial = max.partials[1](x, y, value)
        break
      case logAddExp.code:
        value = logAddExp.value(x, y)
        leftPartial = logAddExp.partials[0](x, y, value)
        rightPartial = logAddExp.partials[1](x, y, value)
        break
      case copy.code:
        value = copy.value(x)
        leftPartial = copy.partial(x, value)
        break
      case negate.code:
        value = negate.value(x)
        leftPartial = negate.partial(x, value)
        break
      case square.code:
        value = square.value(x)
        leftPartial = square.partial(x, value)
        break
      case relu.code:
        value = relu.value(x)
        leftPartial = relu.partial(x, value)
        break
      case tanh.code:
        value = tanh.value(x)
        leftPartial = tanh.partial(x, value)
        break
      case sigmoid.code:
        value = sigmoid.value(x)
        leftPartial = sigmoid.partial(x, value)
        break
      case exp.code:
        value = exp.value(x)
        leftPartial = exp.partial(x, value)
        break
      case ln.code:
        value = ln.value(x)
        leftPartial = ln.partial(x, value)
        break
      case sqrt.code:
        value = sqrt.value(x)
        leftPartial = sqrt.partial(x, value)
        break
      case sin.code:
        value = sin.value(x)
        leftPartial = sin.partial(x, value)
        break
      case cos.code:
        value = cos.value(x)
        leftPartial = cos.partial(x, value)
        break
      default: {
        const row = rows[code]
        if (row === undefined) {
          value = values[slot] as number
          leftPartial = 0
        } else if (row.arity === 1) {
          value = row.value(x)
          leftPartial = row.partial(x, value)
        } else {
          value = row.value(x, y)
          leftPartial = row.partials[0](x, y, value)
          rightPartial = row.partials[1](x, y, value)
        }
      }
    }
    values[slot] = value
    leftPartials[slot] = leftPartial
    rightPartials[slot] = rightPartial
    if (!Number.isFinite(value) || !Number.isFinite(leftPartial) || !Number.isFinite(rightPartial))
      return slot
  }
  return -1
}

/** Only the values of the slots from … to − 1. Answers the first slot whose value is not finite, or −1. */
export function sweepValues(tape: Tape, values: Float64Array, from: number, to: number): number {
  const { codes, left, right } = tape
  const { rows } = OPERATIONS
  for (let slot = from; slot < to; slot += 1) {
    const code = codes[slot] as number
    const x = values[left[slot] as number] as number
    const y = values[right[slot] as number] as number
    let value: number
    switch (code) {
      case add.code:
        value = add.value(x, y)
        break
      case multiply.code:
        value = multiply.value(x, y)
        break
      case subtract.code:
        value = subtract.value(x, y)
        break
      case divide.code:
        value = divide.value(x, y)
        break
      default: {
        const row = rows[code]
        if (row === undefined) value = values[slot] as number
        else value = row.arity === 1 ? row.value(x) : row.value(x, y)
      }
    }
    values[slot] = value
    if (!Number.isFinite(value)) return slot
  }
  return -1
}
