import { describe, expect, test } from 'vitest'
import { showResult } from '../../src/engine/shown-number.js'
import { describeShape, showValue } from '../../src/engine/shown-value.js'

describe('an array', () => {
  test('of one axis stands in brackets', () => {
    expect(showValue([1, -2, 0.5])).toEqual({
      text: '[1, −2, 0.5]',
      tex: '\\left[1, -2, 0.5\\right]',
      exact: true,
    })
  })

  test('of two axes stands row by row', () => {
    const value = [
      [1, 2],
      [3, -4],
    ]
    expect(showValue(value)).toEqual({
      text: '[[1, 2], [3, −4]]',
      tex: '\\begin{bmatrix} 1 & 2 \\\\ 3 & -4 \\end{bmatrix}',
      exact: true,
    })
  })

  test('shows its numbers as it is told, and says where digits were left out', () => {
    expect(showValue([1 / 3])).toMatchObject({ text: '[0.33333333]', exact: false })
    expect(showValue([[1 / 3]], showResult)).toMatchObject({ text: '[[0.3333333333333333]]', exact: false })
    expect(showValue(1 / 3, showResult)).toMatchObject({ text: '0.3333333333333333' })
  })

  test('leaves out the middle of long axes', () => {
    const long = Array.from({ length: 100 }, (_, index) => index)
    expect(showValue(long)).toMatchObject({ text: '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …, 99]', exact: false })
    expect(showValue(long.slice(0, 12)).text).not.toContain('…')
    expect(showValue([long, long, long, long, long, long, long]).text).toBe(
      '[[0, 1, 2, 3, …, 99], [0, 1, 2, 3, …, 99], [0, 1, 2, 3, …, 99], [0, 1, 2, 3, …, 99], …, [0, 1, 2, 3, …, 99]]',
    )
  })
})

test('shapes are said in words', () => {
  expect([[], [3], [2, 3]].map(describeShape)).toEqual(['a number', 'a vector of 3', 'a 2 by 3 matrix'])
})
