/**
 * Pieces of TeX put together, each knowing which brackets it needs where.
 */
import { decimalOf, plainDecimal } from './decimal.js'
import { absolute, ONE, type Rational } from './rational.js'

/** How tightly a piece of TeX holds together; a larger number holds tighter. */
export const HOLD = {
  /** A negative number put in for a name stands in brackets wherever it is not alone. */
  putInNegative: 1,
  sum: 10,
  /** Products with a sign of their own: of arrays, to one number or entry by entry. */
  dot: 14,
  entrywise: 15,
  product: 20,
  /** What may be a factor, but not the base of a power: fractions, powers, calls. */
  term: 30,
  atom: 40,
} as const

/** A piece of TeX that stands for one value. */
export type Printed = {
  readonly tex: string
  readonly hold: number
  /** Where the TeX begins with a minus sign: what that is the negative of. */
  readonly magnitude?: Printed | undefined
  /** Whether it begins with a digit or a fraction, so that a factor before it needs a sign between. */
  readonly dotted?: boolean | undefined
  /** Whether it is or ends in a number that was put in for a name. */
  readonly putIn?: boolean | undefined
  /** Whether it ends in a name, or a power of it, that reads as a function's: brackets behind it would be its call. */
  readonly likeFunction?: boolean | undefined
  /** A call that takes a power on its head: `\tanh^{2}\left(z\right)`. */
  readonly call?: { readonly head: string; readonly operands: string }
}

/** A number: a decimal, with a power of ten where it is very large or small, or a fraction. */
export function printNumber(value: Rational): Printed {
  if (value.numerator < 0n) return printNegative(printNumber(absolute(value)))
  const decimal = decimalOf(value)
  if (decimal === undefined) {
    const [top, bottom] = [value.numerator, value.denominator].map(integer =>
      printNumber({ ...ONE, numerator: integer }),
    )
    return printFraction(top as Printed, bottom as Printed)
  }
  const { digits, exponent } = decimal
  const size = digits.length - 1 + exponent
  if (size >= -7 && size <= 20) return { tex: plainDecimal(decimal), hold: HOLD.atom, dotted: true }
  const power = `10^{${String(size)}}`
  if (digits === '1') return { tex: power, hold: HOLD.term, dotted: true }
  const mantissa = plainDecimal({ digits, exponent: 1 - digits.length })
  return { tex: `${mantissa} \\cdot ${power}`, hold: HOLD.product, dotted: true }
}

/** The product of arrays to one number. */
export function printDot(left: Printed, right: Printed): Printed {
  return printSigned(left, '\\cdot', right, HOLD.dot, HOLD.product)
}

/** The product of arrays entry by entry, which may be read from either end. */
export function printEntrywise(left: Printed, right: Printed): Printed {
  return printSigned(left, '\\odot', right, HOLD.entrywise, HOLD.entrywise)
}

function printSigned(left: Printed, sign: string, right: Printed, hold: number, leastLeft: number): Printed {
  const least = right.magnitude === undefined ? HOLD.product : HOLD.term
  const positive = withoutSign(left, leastLeft)
  return {
    tex: `${held(left, leastLeft)} ${sign} ${held(right, least)}`,
    hold,
    magnitude: positive && printSigned(positive, sign, right, hold, leastLeft),
  }
}

/** What a first factor is the negative of, where it stands without brackets, so that its sign comes first. */
function withoutSign({ magnitude, hold }: Printed, least: number): Printed | undefined {
  return hold < least ? undefined : magnitude && { ...magnitude, magnitude: undefined }
}

/** In brackets that grow with what they hold. */
export function bracket(tex: string): string {
  return `\\left(${tex}\\right)`
}

/** In brackets where it does not hold together tightly enough. */
function held({ tex, hold }: Printed, least: number): string {
  return hold < least ? bracket(tex) : tex
}

/** −x. */
export function printNegative(magnitude: Printed): Printed {
  // -a b is the same number whichever way it is read; a second sign behind the first stands in brackets.
  const least = magnitude.magnitude === undefined ? HOLD.dot : HOLD.term
  const bracketed = magnitude.hold < least
  return {
    tex: `-${held(magnitude, least)}`,
    hold: bracketed ? HOLD.product : Math.min(magnitude.hold, HOLD.product),
    magnitude,
    likeFunction: !bracketed && magnitude.likeFunction,
  }
}

/** A sum or a difference. */
export function printSum(left: Printed, sign: '+' | '-', right: Printed): Printed {
  const least = right.magnitude === undefined ? HOLD.dot : HOLD.term
  return { tex: `${held(left, HOLD.sum)}${sign}${held(right, least)}`, hold: HOLD.sum }
}

/** A product, with a sign only where two factors side by side would be misread. */
export function printProduct(left: Printed, right: Printed): Printed {
  const first = held(left, HOLD.product)
  const second = held(right, HOLD.term)
  const bracketed = second.startsWith('\\left(')
  const dotted =
    right.putIn === true ||
    (bracketed ? left.putIn === true : right.dotted === true) ||
    (left.likeFunction === true && second.startsWith('\\left'))
  const positive = withoutSign(left, HOLD.product)
  const between = dotted ? ' \\cdot ' : bracketed ? '' : ' '
  return {
    tex: first + between + second,
    hold: HOLD.product,
    magnitude: positive && printProduct(positive, right),
    putIn: right.putIn,
    likeFunction: right.hold >= HOLD.term && right.likeFunction,
  }
}

/** A fraction; a minus sign above goes in front of it. */
export function printFraction(top: Printed, bottom: Printed): Printed {
  const { magnitude } = top
  if (magnitude !== undefined)
    return printNegative(printFraction({ ...magnitude, magnitude: undefined }, bottom))
  return { tex: `\\frac{${top.tex}}{${bottom.tex}}`, hold: HOLD.term, dotted: true }
}

/** A power, of which the exponent is TeX. */
export function printPower(base: Printed, exponent: string): Printed {
  if (base.call !== undefined && /^[2-9]$/.test(exponent)) {
    return { tex: `${base.call.head}^{${exponent}}${base.call.operands}`, hold: HOLD.term }
  }
  const { dotted, putIn } = base
  const likeFunction = base.hold >= HOLD.atom && base.likeFunction
  return { tex: `${held(base, HOLD.atom)}^{${exponent}}`, hold: HOLD.term, dotted, putIn, likeFunction }
}
