import { describe, expect, test } from 'vitest'
import {
  broadcastEntries,
  broadcastShapes,
  entriesOf,
  entryCount,
  isSameShape,
  isScalar,
  shapeOfValue,
  showShape,
  valueOfEntries,
  type Shape,
  type Value,
} from '../../src/engine/tensor.js'

const VALUES: readonly (readonly [string, Value, Shape, readonly number[]])[] = [
  ['()', 7, [], [7]],
  ['(1,)', [7], [1], [7]],
  ['(3,)', [1, 2, 3], [3], [1, 2, 3]],
  ['(1, 1)', [[7]], [1, 1], [7]],
  ['(1, 3)', [[1, 2, 3]], [1, 3], [1, 2, 3]],
  ['(3, 1)', [[1], [2], [3]], [3, 1], [1, 2, 3]],
  [
    '(2, 3)',
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    [2, 3],
    [1, 2, 3, 4, 5, 6],
  ],
]

describe('a value', () => {
  test.each(VALUES)(
    'of shape %s has its entries row by row, and is made of them again',
    (shown, value, shape, entries) => {
      expect(shapeOfValue(value)).toEqual(shape)
      expect(showShape(shape)).toBe(shown)
      expect(entriesOf(value)).toEqual(entries)
      expect(entryCount(shape)).toBe(entries.length)
      expect(isScalar(shape)).toBe(typeof value === 'number')
      expect(valueOfEntries(shape, entries)).toEqual(value)
      expect(valueOfEntries(shape, Float64Array.of(0, 0, ...entries, 0), 2)).toEqual(value)
    },
  )

  test.each<[string, unknown]>([
    ['an empty vector', []],
    ['one empty row', [[]]],
    ['empty rows', [[], []]],
    ['rows of which one is empty', [[1], []]],
    ['rows of which the first is empty', [[], [1]]],
    ['rows of different lengths', [[1, 2], [3]]],
    ['a longer second row', [[1], [2, 3]]],
    ['a row after a number', [1, [2]]],
    ['a number after a row', [[1], 2]],
  ])('%s has no shape', (_what, value) => {
    expect(shapeOfValue(value as Value)).toBeUndefined()
  })
})

test('shapes are the same when all lengths of all axes are', () => {
  const shapes = VALUES.map(([, , shape]) => shape)
  shapes.forEach((a, i) => {
    shapes.forEach((b, j) => {
      expect(isSameShape(a, b)).toBe(i === j)
    })
  })
})

describe('broadcasting', () => {
  // As np.broadcast_shapes answers; ✗ where it raises.
  const COLUMNS: readonly Shape[] = [[], [1], [2], [3], [1, 1], [1, 3], [2, 1], [3, 1], [2, 3], [3, 2]]
  const TABLE: readonly (readonly [Shape, string])[] = [
    [[], '() (1,) (2,) (3,) (1,1) (1,3) (2,1) (3,1) (2,3) (3,2)'],
    [[1], '(1,) (1,) (2,) (3,) (1,1) (1,3) (2,1) (3,1) (2,3) (3,2)'],
    [[2], '(2,) (2,) (2,) ✗ (1,2) ✗ (2,2) (3,2) ✗ (3,2)'],
    [[3], '(3,) (3,) ✗ (3,) (1,3) (1,3) (2,3) (3,3) (2,3) ✗'],
    [[1, 1], '(1,1) (1,1) (1,2) (1,3) (1,1) (1,3) (2,1) (3,1) (2,3) (3,2)'],
    [[1, 3], '(1,3) (1,3) ✗ (1,3) (1,3) (1,3) (2,3) (3,3) (2,3) ✗'],
    [[2, 1], '(2,1) (2,1) (2,2) (2,3) (2,1) (2,3) (2,1) ✗ (2,3) ✗'],
    [[3, 1], '(3,1) (3,1) (3,2) (3,3) (3,1) (3,3) ✗ (3,1) ✗ (3,2)'],
    [[2, 3], '(2,3) (2,3) ✗ (2,3) (2,3) (2,3) (2,3) ✗ (2,3) ✗'],
    [[3, 2], '(3,2) (3,2) (3,2) ✗ (3,2) ✗ ✗ (3,2) ✗ (3,2)'],
  ]
  const show = (shape: Shape | undefined): string =>
    shape === undefined ? '✗' : showShape(shape).replaceAll(' ', '')

  test.each(TABLE.map(([shape, row]) => [showShape(shape), shape, row] as const))(
    '%s goes with the shapes that it goes with in NumPy',
    (_shown, shape, row) => {
      expect(COLUMNS.map(other => show(broadcastShapes(shape, other))).join(' ')).toBe(row)
    },
  )

  test.each<[Shape, Shape, readonly number[]]>([
    [[], [2, 2], [0, 0, 0, 0]],
    [[1], [3], [0, 0, 0]],
    [[3], [3], [0, 1, 2]],
    [[3], [2, 3], [0, 1, 2, 0, 1, 2]],
    [
      [1, 3],
      [2, 3],
      [0, 1, 2, 0, 1, 2],
    ],
    [
      [2, 1],
      [2, 3],
      [0, 0, 0, 1, 1, 1],
    ],
    [
      [1, 1],
      [2, 3],
      [0, 0, 0, 0, 0, 0],
    ],
    [
      [2, 3],
      [2, 3],
      [0, 1, 2, 3, 4, 5],
    ],
    [[], [], [0]],
  ])('of %j to %j repeats its entries along the axes that it lacks', (shape, result, entries) => {
    expect(broadcastEntries(shape, result)).toEqual(entries)
  })
})
