import { describe, expect, test } from 'vitest'
import { digitsOf, isBroughtTo, typedCells } from '../../src/grading/typed-digits.js'
import { number } from '../support/grading.js'

describe('the digits typed', () => {
  test.each([
    ['66.4', -1, -1],
    ['-4', 0, 0],
    ['−4', 0, 0],
    ['- 4', 0, 0],
    ['.50', -2, -2],
    ['4.', 0, 0],
    ['1200', 0, 2],
    ['0', 0, 0],
    ['1.2e3', 2, 2],
    ['12E-3', -3, -3],
    [66.4, -1, -1],
    [1200, 0, 2],
    [1e21, 21, 21],
    [1e-7, -7, -7],
    [' 7.0 ', -1, -1],
  ])('%j ends at the power %i, %i at most', (typed, finest, coarsest) => {
    expect(digitsOf(typed)).toEqual({ finest, coarsest })
  })

  test.each(['9/2', '2*11', 'sqrt(2)', '', '.', 'e3', 'pi', '1e9999', null, undefined, [1]])(
    '%j has none',
    typed => {
      expect(digitsOf(typed)).toBeUndefined()
    },
  )
})

describe('brought to the digits typed', () => {
  const isBrought = (typed: string, value: number, cut = true): boolean => {
    const digits = digitsOf(typed)
    return digits !== undefined && isBroughtTo(number(typed), digits, value, { cut })
  }

  test.each([
    ['0.73', 0.7310586, true],
    ['0.74', 0.7310586, false],
    ['0.66', 2 / 3, true],
    ['0.67', 2 / 3, true],
    ['-0.66', -2 / 3, true],
    ['-0.67', -2 / 3, true],
    ['0.67', -2 / 3, false],
    // Half away from zero, by the decimal and not by its double.
    ['1.01', 1.005, true],
    ['-1.01', -1.005, true],
    ['2.7', 2.675, true],
    ['2.68', 2.675, true],
    ['1200', 1234, true],
    ['1230', 1234, true],
    ['1300', 1234, false],
    ['1.2e3', 1234, true],
    ['1.3e3', 1250, true],
    ['1200.0', 1234, false],
    ['0', 0.4, true],
    ['3', 1e300, false],
  ])('%s is %d: %j', (typed, value, expected) => {
    expect(isBrought(typed, value)).toBe(expected)
  })

  test('cut off only where that is meant', () => {
    expect(isBrought('0.66', 2 / 3, false)).toBe(false)
    expect(isBrought('0.67', 2 / 3, false)).toBe(true)
    expect(isBrought('-0.66', -2 / 3, false)).toBe(false)
  })
})

test.each([
  ['5', 1, ['5']],
  [5, 1, [5]],
  [[1, '2'], 2, [1, '2']],
  [
    [
      [1, 2],
      [3, null],
    ],
    4,
    [1, 2, 3, null],
  ],
  ['[[1, 2], [max(3, 4), 5]]', 4, ['1', ' 2', ' max(3, 4)', ' 5']],
  ['[1,,3]', 3, ['1', '', '3']],
])('the cells of %j', (typed, entries, cells) => {
  expect(typedCells(typed, entries)).toEqual(cells)
})
