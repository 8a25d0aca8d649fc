/**
 * Expression → text that the parser reads back as the same expression. Products always show their `*`.
 */
import { BINDING } from './binding.js'
import { operandsFirst, type Expression } from './expression.js'
import { operationRow, OPERATIONS } from './operations.js'
import { absolute, powerOfTen, type Rational } from './rational.js'
import { MAX_LITERAL_EXPONENT } from './tokens.js'

type Printed = { readonly text: string; readonly binding: number }

/** The expression as text, with the brackets it needs and no others. */
export function printExpression(root: Expression): string {
  const printed = new Map<Expression, Printed>()
  const operand = (expression: Expression, binding: number): string => {
    const { text, binding: own } = printed.get(expression) as Printed // Operands are visited first.
    return own < binding ? `(${text})` : text
  }
  for (const expression of operandsFirst(root)) printed.set(expression, print(expression, operand))
  return (printed.get(root) as Printed).text
}

function print(
  expression: Expression,
  operand: (expression: Expression, binding: number) => string,
): Printed {
  if (expression.kind === 'number') return printNumber(expression.value)
  if (expression.kind !== 'apply') return { text: expression.name, binding: BINDING.atom }
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
      const { name } = operationRow(operation)
      return { text: `${name}(${operands.map(part => operand(part, 0)).join(', ')})`, binding: BINDING.atom }
    }
  }
}

/** A number as a decimal where it has one of reasonable length, else as a fraction. */
function printNumber(value: Rational): Printed {
  const sign = value.numerator < 0n ? '-' : ''
  const decimal = printDecimal(absolute(value))
  if (decimal !== undefined)
    return { text: sign + decimal, binding: sign === '' ? BINDING.atom : BINDING.sign }
  const fraction = `${value.numerator.toString()}/${value.denominator.toString()}`
  return { text: fraction, binding: sign === '' ? BINDING.product : BINDING.sum }
}

function printDecimal({ numerator, denominator }: Rational): string | undefined {
  // A denominator 2^i·5^j divides 10^max(i, j).
  let [rest, twos, fives] = [denominator, 0, 0]
  for (; rest % 2n === 0n; twos += 1) rest /= 2n
  for (; rest % 5n === 0n; fives += 1) rest /= 5n
  if (rest !== 1n) return undefined
  const places = Math.max(twos, fives)
  const digits = ((numerator * powerOfTen(places).numerator) / denominator).toString()
  if (places === 0 && digits.length <= 21) return digits
  if (places > 0 && places <= 20 && digits.length <= 40) {
    const padded = digits.padStart(places + 1, '0')
    return `${padded.slice(0, -places)}.${padded.slice(-places)}`
  }
  const significant = digits.replace(/0+$/, '')
  return withExponent(significant, digits.length - significant.length - places)
}

/** digits · 10^exponent. What is past the exponents that are read goes into the digits, as it was typed. */
function withExponent(digits: string, exponent: number): string {
  const read = Math.min(Math.max(exponent, -MAX_LITERAL_EXPONENT), MAX_LITERAL_EXPONENT)
  const rest = exponent - read
  if (rest >= 0) return `${digits}${'0'.repeat(rest)}e${String(read)}`
  const padded = digits.padStart(-rest, '0')
  return `${padded.slice(0, rest)}.${padded.slice(rest)}e${String(read)}`
}
