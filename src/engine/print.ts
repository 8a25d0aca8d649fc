/**
 * Expression → text that the parser reads back as the same expression. Products always show their `*`.
 */
import { BINDING } from './binding.js'
import { decimalOf, plainDecimal, type Decimal } from './decimal.js'
import { operandsFirst, type Expression } from './expression.js'
import { OPERATIONS, signatureOf } from './operations.js'
import { absolute, fromDouble, type Rational } from './rational.js'
import { MAX_LITERAL_EXPONENT } from './tokens.js'

export type PrintOptions = {
  /** The graph's own names: a function that has lost its name to one of them goes by its other name, if it has one. */
  readonly names?: { has(name: string): boolean } | undefined
  /** Numbers put in for names; a negative one stands in brackets. */
  readonly numberOf?: ((name: string) => number | undefined) | undefined
}

/** Looser than any operator, tighter than nothing at all: the whole of a text, or an argument of a function. */
const PUT_IN_NEGATIVE = 1

type Printed = { readonly text: string; readonly binding: number }

/** The expression as text, with the brackets it needs and no others. */
export function printExpression(root: Expression, options: PrintOptions = {}): string {
  const printed = new Map<Expression, Printed>()
  const operand = (expression: Expression, binding: number): string => {
    const { text, binding: own } = printed.get(expression) as Printed // Operands are visited first.
    return own < binding ? `(${text})` : text
  }
  for (const expression of operandsFirst(root)) printed.set(expression, print(expression, operand, options))
  return (printed.get(root) as Printed).text
}

function print(
  expression: Expression,
  operand: (expression: Expression, binding: number) => string,
  { names, numberOf }: PrintOptions,
): Printed {
  if (expression.kind === 'number') return printNumber(expression.value)
  if (expression.kind === 'name') return printPutIn(numberOf?.(expression.name)) ?? atom(expression.name)
  if (expression.kind !== 'apply') return atom(expression.name)
  const { operation, operands } = expression
  const [left, right] = operands as readonly [Expression, Expression]
  switch (operation) {
    case OPERATIONS.add:
      return {
        text: `${operand(left, BINDING.sum)} + ${operand(right, BINDING.sum + 1)}`,
        binding: BINDING.sum,
      }
    case OPERATIONS.subtract:
      return {
        text: `${operand(left, BINDING.sum)} - ${operand(right, BINDING.sum + 1)}`,
        binding: BINDING.sum,
      }
    case OPERATIONS.multiply:
      return {
        text: `${operand(left, BINDING.product)}*${operand(right, BINDING.sign + 1)}`,
        binding: BINDING.product,
      }
    case OPERATIONS.divide:
      return {
        text: `${operand(left, BINDING.product)}/${operand(right, BINDING.sign + 1)}`,
        binding: BINDING.product,
      }
    case OPERATIONS.power:
      return {
        text: `${operand(left, BINDING.power)}^${operand(right, BINDING.power - 1)}`,
        binding: BINDING.power - 1,
      }
    case OPERATIONS.negate:
      return { text: `-${operand(left, BINDING.sign + 1)}`, binding: BINDING.sign }
    default: {
      const name = functionName(operation, names)
      return atom(`${name}(${operands.map(part => operand(part, 0)).join(', ')})`)
    }
  }
}

function atom(text: string): Printed {
  return { text, binding: BINDING.atom }
}

/** The name by which a function is called among these names; its first where all are taken. */
function functionName(operation: number, names: PrintOptions['names']): string {
  const { name } = signatureOf(operation)
  if (names?.has(name) !== true) return name
  for (const [alias, code] of OPERATIONS.functions) if (code === operation && !names.has(alias)) return alias
  return name
}

/** A number in the place of a name, in brackets wherever a negative one is not alone. */
function printPutIn(value: number | undefined): Printed | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined
  const { text, binding } = printNumber(fromDouble(value))
  return value < 0 ? { text, binding: PUT_IN_NEGATIVE } : { text, binding }
}

/** A number as a decimal where it has one of reasonable length, else as a fraction. */
function printNumber(value: Rational): Printed {
  const sign = value.numerator < 0n ? '-' : ''
  const decimal = decimalOf(absolute(value))
  if (decimal !== undefined)
    return { text: sign + printDecimal(decimal), binding: sign === '' ? BINDING.atom : BINDING.sign }
  const fraction = `${value.numerator.toString()}/${value.denominator.toString()}`
  return { text: fraction, binding: sign === '' ? BINDING.product : BINDING.sum }
}

function printDecimal(decimal: Decimal): string {
  const { digits, exponent } = decimal
  const short = exponent >= 0 ? digits.length + exponent <= 21 : exponent >= -20 && digits.length <= 40
  return short ? plainDecimal(decimal) : withExponent(digits, exponent)
}

/** digits · 10^exponent. What is past the exponents that are read goes into the digits, as it was typed. */
function withExponent(digits: string, exponent: number): string {
  const read = Math.min(Math.max(exponent, -MAX_LITERAL_EXPONENT), MAX_LITERAL_EXPONENT)
  const rest = exponent - read
  if (rest >= 0) return `${digits}${'0'.repeat(rest)}e${String(read)}`
  const padded = digits.padStart(-rest, '0')
  return `${padded.slice(0, rest)}.${padded.slice(rest)}e${String(read)}`
}
