/** What the value of an input is drawn from, in variants. */
import { z } from 'zod'

const finite = z.number()

/** Whether a range of integers holds one that is not excluded; looks at no more of them than are excluded. */
function leavesInteger(low: number, high: number, exclude: readonly number[]): boolean {
  const excluded = new Set(exclude.filter(value => low <= value && value <= high))
  return high - low + 1 > excluded.size
}

/** ⌊value · 10^decimals⌋, exactly, the value being taken as it is written. */
function floorScaled(value: number, decimals: number): bigint {
  const [mantissa = '', exponent = '0'] = String(value).split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = BigInt(whole + fraction)
  const places = decimals + Number(exponent) - fraction.length
  if (places >= 0) return digits * 10n ** BigInt(places)
  const divisor = 10n ** BigInt(-places)
  return digits / divisor - (digits < 0n && digits % divisor !== 0n ? 1n : 0n)
}

/** What is wrong with a range of numbers of so many decimals; undefined where it holds one. */
function rangeFault([low, high]: readonly [number, number], decimals: number): string | undefined {
  if (low > high) return 'the range must not be empty'
  if (-floorScaled(-low, decimals) <= floorScaled(high, decimals)) return undefined
  const numbers =
    decimals === 0 ? 'whole number' : `number of ${String(decimals)} decimal${decimals === 1 ? '' : 's'}`
  return `no ${numbers} lies between ${String(low)} and ${String(high)}`
}

/** How a variant's value of an input is drawn (contract §1); a sample that leaves nothing to draw is refused. */
export const sampleSchema = z.union([
  z
    .strictObject({ integer: z.tuple([z.int(), z.int()]), exclude: z.array(z.int()).max(100).optional() })
    .refine(({ integer: [low, high], exclude = [] }) => leavesInteger(low, high, exclude), {
      message: 'no number is left to draw',
    }),
  z.strictObject({ choice: z.array(finite).min(1).max(100) }),
  z
    .strictObject({ uniform: z.tuple([finite, finite]), decimals: z.int().min(0).max(6) })
    .superRefine(({ uniform, decimals }, context) => {
      const message = rangeFault(uniform, decimals)
      if (message !== undefined)
        context.addIssue({ code: 'custom', path: ['uniform'], input: uniform, message })
    }),
])
