/**
 * Rational → its decimal digits, for printing.
 */
import { powerOfTen, type Rational } from './rational.js'

/** digits · 10^exponent: as many digits as it takes and no zero at their end, `0` for zero. */
export type Decimal = { readonly digits: string; readonly exponent: number }

/** A rational that is not negative as a decimal; undefined for one that has none, such as 1/3. */
export function decimalOf({ numerator, denominator }: Rational): Decimal | undefined {
  // A denominator 2^i·5^j divides 10^max(i, j).
  let [rest, twos, fives] = [denominator, 0, 0]
  for (; rest % 2n === 0n; twos += 1) rest /= 2n
  for (; rest % 5n === 0n; fives += 1) rest /= 5n
  if (rest !== 1n) return undefined
  if (numerator === 0n) return { digits: '0', exponent: 0 }
  const places = Math.max(twos, fives)
  const all = ((numerator * powerOfTen(places).numerator) / denominator).toString()
  const digits = all.replace(/0+$/, '')
  return { digits, exponent: all.length - digits.length - places }
}

/** A decimal without a power of ten: `1500`, `0.05`. */
export function plainDecimal({ digits, exponent }: Decimal): string {
  if (exponent >= 0) return digits + '0'.repeat(exponent)
  const padded = digits.padStart(1 - exponent, '0')
  return `${padded.slice(0, exponent)}.${padded.slice(exponent)}`
}
