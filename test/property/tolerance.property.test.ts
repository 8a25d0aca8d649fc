import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isWithin, type Tolerance } from '../../src/grading/tolerance.js'
import { number } from '../support/grading.js'

/** Everything below is in whole units of 10^-80, so that no float is anywhere near. */
const PLACES = 80
const ONE = 10n ** BigInt(PLACES)

/** A decimal such as `-1.25e-7` in units. */
function units(decimal: string): bigint {
  const [, sign, whole = '', part = '', exponent = '0'] =
    /^(-?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/.exec(decimal) ?? []
  const size = BigInt(whole + part) * 10n ** BigInt(PLACES + Number(exponent) - part.length)
  return sign === '-' ? -size : size
}

/** Units as a decimal. */
function decimal(value: bigint): string {
  const digits = magnitude(value)
    .toString()
    .padStart(PLACES + 1, '0')
  const [whole, part] = [digits.slice(0, -PLACES), digits.slice(-PLACES).replace(/0+$/, '')]
  return `${value < 0n ? '-' : ''}${whole}${part === '' ? '' : `.${part}`}`
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}

/** The contract's bound around a truth, by the letter; doubled, and in units of 10^-160. */
function twiceBound(truth: bigint, tolerance: Tolerance): bigint {
  if ('decimals' in tolerance) return 10n ** BigInt(PLACES - tolerance.decimals) * ONE
  if ('significantDigits' in tolerance && truth !== 0n) {
    const place = magnitude(truth).toString().length - 1
    return 10n ** BigInt(place - tolerance.significantDigits + 1) * ONE
  }
  const { absolute = 1e-9, relative = 1e-3 } = 'significantDigits' in tolerance ? {} : tolerance
  const [floor, share] = [2n * units(String(absolute)) * ONE, 2n * units(String(relative)) * magnitude(truth)]
  return floor > share ? floor : share
}

/** Whether top/bottom units are within the tolerance of the truth. */
function isRight(top: bigint, bottom: bigint, truth: bigint, tolerance: Tolerance): boolean {
  return 2n * magnitude(top - truth * bottom) * ONE <= twiceBound(truth, tolerance) * bottom
}

const tolerance: fc.Arbitrary<Tolerance> = fc.oneof(
  fc.constant({}),
  fc.integer({ min: 0, max: 15 }).map(decimals => ({ decimals })),
  fc.integer({ min: 1, max: 15 }).map(significantDigits => ({ significantDigits })),
  fc.record(
    {
      absolute: fc.constantFrom(0, 1e-9, 1e-6, 0.001, 0.5, 0.015),
      relative: fc.constantFrom(0, 1e-6, 0.001, 0.01, 0.1, 1 / 8),
    },
    { requiredKeys: [] },
  ),
)

const roundTruth = fc
  .tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: -12, max: 4 }))
  .map(([mantissa, exponent]) => Number(`${String(mantissa)}e${String(exponent)}`))
const anyTruth = fc.double({ min: 1e-8, max: 1e8, noNaN: true }).chain(size => fc.constantFrom(size, -size))
const truth = fc.oneof({ weight: 3, arbitrary: roundTruth }, { weight: 1, arbitrary: anyTruth })

describe('whether an answer is right', () => {
  test('is what whole-number arithmetic says, at the very edge of the tolerance', () => {
    const counts = { right: 0, wrong: 0, onTheEdge: 0 }
    const nudge = fc.constantFrom(-1n, 0n, 0n, 1n)
    fc.assert(
      fc.property(truth, tolerance, fc.boolean(), nudge, (target, within, above, nudged) => {
        const exactTruth = units(String(target))
        const bound = twiceBound(exactTruth, within) / (2n * ONE)
        // Cut to the 29th place, so that no more digits are typed than are read; most edges have fewer.
        const grain = 10n ** BigInt(PLACES - 29)
        const offset = (bound / grain + nudged) * grain
        const typed = exactTruth + (above ? offset : -offset)
        const text = decimal(typed)
        if (text.replace(/[-.]/g, '').length > 40) return
        const expected = isRight(typed, 1n, exactTruth, within)
        expect([text, isWithin(number(text), target, within)]).toEqual([text, expected])
        counts[expected ? 'right' : 'wrong'] += 1
        if (2n * offset * ONE === twiceBound(exactTruth, within)) counts.onTheEdge += 1
      }),
      { numRuns: 3000 },
    )
    expect(counts.right).toBeGreaterThan(300)
    expect(counts.wrong).toBeGreaterThan(300)
    expect(counts.onTheEdge).toBeGreaterThan(300)
  })

  test('is what whole-number arithmetic says, for fractions near the truth', () => {
    const counts = { right: 0, wrong: 0 }
    fc.assert(
      fc.property(
        truth,
        tolerance,
        fc.bigInt({ min: 1n, max: 999n }),
        fc.bigInt({ min: -2n, max: 2n }),
        (target, within, bottom, nudged) => {
          const exactTruth = units(String(target))
          const top = (exactTruth * bottom) / ONE + nudged
          const expected = isRight(top * ONE, bottom, exactTruth, within)
          const text = `${String(top)}/${String(bottom)}`
          expect([text, isWithin(number(text), target, within)]).toEqual([text, expected])
          counts[expected ? 'right' : 'wrong'] += 1
        },
      ),
      { numRuns: 3000 },
    )
    expect(counts.right).toBeGreaterThan(100)
    expect(counts.wrong).toBeGreaterThan(300)
  })

  test('does not change with the sign of both, nor with how the number is written', () => {
    fc.assert(
      fc.property(roundTruth, roundTruth, tolerance, (typed, target, within) => {
        const verdict = isWithin(number(typed), target, within)
        expect(isWithin(number(-typed), -target, within)).toBe(verdict)
        expect(isWithin(number(String(typed)), target, within)).toBe(verdict)
        expect(isWithin(number(`(${String(typed)})*3/3`), target, within)).toBe(verdict)
        expect(isWithin(number(decimal(units(String(typed)))), target, within)).toBe(verdict)
      }),
      { numRuns: 1000 },
    )
  })

  test('the truth itself always is', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), tolerance, (target, within) => {
        expect(isWithin(number(target), target, within)).toBe(true)
        expect(isWithin(number(String(target)), target, within)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})
