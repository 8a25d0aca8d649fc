import { describe, expect, test } from 'vitest'
import { createRandomNumbers, xoshiro128 } from '../../src/engine/random-numbers.js'

describe('xoshiro128**', () => {
  test('gives the words of its reference implementation', () => {
    const next = xoshiro128([1, 2, 3, 4])
    expect(Array.from({ length: 10 }, next)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ])
  })

  test('gives the same numbers for the same seed, others for others, all from 0 to 1', () => {
    const numbers = (seed: number) => Array.from({ length: 1000 }, createRandomNumbers(seed))
    expect(numbers(7)).toEqual(numbers(7))
    expect(numbers(7)).toEqual(numbers(7 + 2 ** 32))
    expect(numbers(7)).not.toEqual(numbers(8))
    for (const seed of [0, 1, 2 ** 32 - 1]) {
      const drawn = numbers(seed)
      expect(drawn.every(number => number >= 0 && number < 1)).toBe(true)
      const mean = drawn.reduce((sum, number) => sum + number, 0) / drawn.length
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.05)
      expect(new Set(drawn).size).toBe(1000)
    }
  })
})
