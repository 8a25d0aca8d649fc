import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  earnedMillionths,
  fromMillionths,
  meanMillionths,
  roundPoints,
  totalCredit,
} from '../../src/grading/credit.js'

const HUGE = 1e308

describe('the credit of an attempt', () => {
  test.each<[string, readonly (readonly [credit: number, weight: number])[], number, boolean]>([
    [
      'nothing right',
      [
        [0, 1],
        [0, 1],
      ],
      0,
      false,
    ],
    [
      'half',
      [
        [1, 1],
        [0, 1],
      ],
      0.5,
      false,
    ],
    [
      'weighted',
      [
        [1, 3],
        [0, 1],
      ],
      0.75,
      false,
    ],
    [
      'partly right',
      [
        [0.5, 1],
        [1, 1],
      ],
      0.75,
      false,
    ],
    [
      'all',
      [
        [1, 1],
        [1, 2],
      ],
      1,
      true,
    ],
    [
      'all that weighs',
      [
        [1, 1],
        [0, 0],
      ],
      1,
      true,
    ],
    [
      'none that weighs',
      [
        [0, 1],
        [1, 0],
      ],
      0,
      false,
    ],
    [
      'weights whose sum overflows',
      [
        [1, HUGE],
        [0, HUGE],
        [1, HUGE],
        [0, HUGE],
      ],
      0.5,
      false,
    ],
    [
      'the smallest weights',
      [
        [1, 5e-324],
        [0, 5e-324],
      ],
      0.5,
      false,
    ],
    [
      'a huge weight beside a small one',
      [
        [0, HUGE],
        [1, 1],
      ],
      1e-308,
      false,
    ],
    ['no boxes', [], 0, false],
    ['no weight', [[1, 0]], 0, false],
  ])('%s', (_case, boxes, credit, complete) => {
    const result = totalCredit(boxes.map(([earned, weight]) => ({ credit: earned, weight })))
    expect(result.credit).toBeCloseTo(credit, 12)
    expect(result.complete).toBe(complete)
  })

  test('is not 1 for a small box that is wrong beside a huge one that is right', () => {
    for (const boxes of [
      [
        [1, HUGE],
        [0, 5e-324],
      ],
      [
        [1, 1],
        [0, 1e-17],
      ],
      [
        [1, 1],
        [0.99, 1e-300],
      ],
    ] as const) {
      const { credit, complete } = totalCredit(boxes.map(([earned, weight]) => ({ credit: earned, weight })))
      expect(credit).toBeLessThan(1)
      expect(credit).toBeGreaterThan(0.999)
      expect(complete).toBe(false)
      expect(earnedMillionths(credit, 1)).toBe(999_999)
    }
  })

  const weight = fc.oneof(
    fc.constantFrom(0, 1, 2, 0.1, 5e-324, HUGE, Number.MAX_VALUE),
    fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }),
    fc.double({ min: 0, max: 10, noNaN: true }),
  )
  const credit = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 0.99, noNaN: true }))
  const boxes = fc.array(fc.record({ credit, weight }), { minLength: 1, maxLength: 30 })

  test('lies in [0, 1], and is 1 exactly when every box of positive weight is right', () => {
    let complete = 0
    const mostlyRight = fc.array(fc.record({ credit: fc.constantFrom(1, 1, 1, 1, 1, 0.99), weight }), {
      minLength: 1,
      maxLength: 8,
    })
    fc.assert(
      fc.property(fc.oneof(boxes, mostlyRight), list => {
        const counted = list.filter(box => box.weight > 0)
        const result = totalCredit(list)
        const allRight = counted.length > 0 && counted.every(box => box.credit === 1)
        expect(result.credit).toBeGreaterThanOrEqual(0)
        expect(result.credit).toBeLessThanOrEqual(1)
        expect(result.credit === 1).toBe(allRight)
        expect(result.complete).toBe(allRight)
        expect(earnedMillionths(result.credit, 1) === 1_000_000).toBe(allRight)
        if (allRight) complete += 1
      }),
      { numRuns: 2000 },
    )
    expect(complete).toBeGreaterThan(100)
  })

  test('depends neither on the order of the boxes nor on the unit of the weights', () => {
    const whole = fc.array(fc.record({ credit: fc.constantFrom(0, 0.5, 1), weight: fc.nat(100) }), {
      minLength: 1,
    })
    fc.assert(
      fc.property(whole, list => {
        const { credit: plain } = totalCredit(list)
        expect(totalCredit(list.toReversed()).credit).toBeCloseTo(plain, 12)
        expect(totalCredit(list.map(box => ({ ...box, weight: box.weight * 1e300 }))).credit).toBeCloseTo(
          plain,
          12,
        )
        const sum = list.reduce((total, box) => total + box.weight, 0)
        const earned = list.reduce((total, box) => total + box.weight * box.credit, 0)
        if (sum > 0) expect(plain).toBeCloseTo(earned / sum, 12)
      }),
    )
  })

  test('does not fall when a box gets better', () => {
    fc.assert(
      fc.property(boxes, fc.nat(29), (list, place) => {
        const better = list.map((box, index) => (index === place % list.length ? { ...box, credit: 1 } : box))
        expect(totalCredit(better).credit).toBeGreaterThanOrEqual(totalCredit(list).credit)
      }),
    )
  })
})

describe('millionths', () => {
  test.each([
    [1, 1, 1_000_000],
    [0.6, 1, 600_000],
    [1, 0.5, 500_000],
    [0, 1, 0],
    [1, 0, 0],
    [2 / 3, 1, 666_667],
    [0.9999999, 1, 999_999],
    [1 - 2 ** -53, 1, 999_999],
    [1, 0.9999999, 999_999],
    [0.0000004, 1, 0],
    [0.0000006, 1, 1],
  ])('a credit of %d at %d earns %i', (credit, factor, expected) => {
    expect(earnedMillionths(credit, factor)).toBe(expected)
  })

  test('are all only for complete work on time', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(share, share, (credit, factor) => {
        const earned = earnedMillionths(credit, factor)
        expect(Number.isInteger(earned)).toBe(true)
        expect(earned).toBeGreaterThanOrEqual(0)
        expect(earned === 1_000_000).toBe(credit === 1 && factor === 1)
        expect(Math.abs(fromMillionths(earned) - credit * factor)).toBeLessThanOrEqual(1e-6)
      }),
    )
  })

  test.each([
    [249, 2, 125],
    [3, 2, 2],
    [1, 3, 0],
    [2, 3, 1],
    [2_000_000, 2, 1_000_000],
    [1_999_999, 2, 999_999],
    [2_999_999, 3, 999_999],
    [0, 5, 0],
  ])('a sum of %i over %i attempts has the mean %i', (sum, count, expected) => {
    expect(meanMillionths(sum, count)).toBe(expected)
  })

  test('have means that whole-number arithmetic gives, a half rounded up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (count, share) => {
          const sum = Math.round(share * count * 1_000_000)
          const exact = Number((2n * BigInt(sum) + BigInt(count)) / (2n * BigInt(count)))
          expect(meanMillionths(sum, count)).toBe(
            sum < count * 1_000_000 ? Math.min(exact, 999_999) : 1_000_000,
          )
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('points', () => {
  test.each([
    [6, 6],
    [10 / 3, 3.3333],
    [20 / 3, 6.6667],
    [1.00005, 1.0001],
    [0.00004, 0],
    [0, 0],
    [1_000_000, 1_000_000],
    [123456.78905, 123456.7891],
  ])('%d are shown as %d', (points, expected) => {
    expect(roundPoints(points)).toBe(expected)
  })
})
