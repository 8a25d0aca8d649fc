import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bitLength, greatestCommonDivisor } from '../../src/engine/greatest-common-divisor.js'

function byEuclid(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

const upTo = (bits: bigint) => fc.bigInt({ min: 0n, max: 2n ** bits })
const number = fc.oneof(upTo(20n), upTo(56n), upTo(120n), upTo(1000n), upTo(4096n))

describe('the greatest common divisor', () => {
  test('is the one that Euclid finds', () => {
    fc.assert(
      fc.property(number, number, number, (a, b, factor) => {
        expect(greatestCommonDivisor(a, b)).toBe(byEuclid(a, b))
        expect(greatestCommonDivisor(a * factor, b * factor)).toBe(byEuclid(a, b) * factor)
      }),
      { numRuns: 2000 },
    )
  })

  test('of neighbours, of powers of two and of what is a little more or less than one', () => {
    const near = Array.from({ length: 140 }, (_, bits) => 2n ** BigInt(bits))
    const numbers = near.flatMap(power => [power - 1n, power, power + 1n])
    for (const a of numbers) for (const b of numbers) expect(greatestCommonDivisor(a, b)).toBe(byEuclid(a, b))
  })

  test('of Fibonacci numbers, with the most steps there can be', () => {
    let [a, b] = [1n, 1n]
    for (let index = 0; index < 3000; index += 1) {
      expect(greatestCommonDivisor(b, a)).toBe(1n)
      ;[a, b] = [b, a + b]
    }
  })
})

test('the length in bits is rounded up to whole hexadecimal digits', () => {
  expect([0n, 1n, 15n, 16n, 2n ** 64n - 1n, 2n ** 64n].map(bitLength)).toEqual([4, 4, 4, 8, 64, 68])
})
