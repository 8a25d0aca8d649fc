import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createStepBudget } from '../../src/engine/faults.js'
import type { Shape } from '../../src/engine/tensor.js'
import { readBoxAnswer, type BoxReading } from '../../src/grading/read-array.js'
import { plenty, refusalOf } from '../support/engine.js'
import { arrayOf } from '../support/random-tensor-graphs.js'

const NAMES = new Set(['J', 'w'])

function reading(typed: unknown, shape: Shape): BoxReading {
  return readBoxAnswer(typed, shape, { names: NAMES, budget: plenty() })
}

/** The entries in order, a blank one as null; or what the reading is instead. */
function read(typed: unknown, shape: Shape): unknown {
  const found = reading(typed, shape)
  if (found.kind === 'array')
    return found.entries.map(entry => (entry.kind === 'blank' ? null : entry.double))
  return found.kind === 'unreadable' ? found.code : found.kind === 'number' ? found.double : found.kind
}

function messageOf(typed: unknown, shape: Shape): string {
  const found = reading(typed, shape)
  return found.kind === 'unreadable' ? found.message : ''
}

describe('an array typed as text', () => {
  test.each<[string, Shape, readonly (number | null)[]]>([
    ['[1, 2]', [2], [1, 2]],
    ['[1,2]', [2], [1, 2]],
    ['  [ 1 ,\t2 ]\n', [2], [1, 2]],
    ['[11]', [1], [11]],
    ['[[1, 2], [3, 4]]', [2, 2], [1, 2, 3, 4]],
    ['[ [1,2] ,\n  [3,4] ]', [2, 2], [1, 2, 3, 4]],
    ['[[1, 2, 3]]', [1, 3], [1, 2, 3]],
    ['[[1], [2], [3]]', [3, 1], [1, 2, 3]],
    ['[[7]]', [1, 1], [7]],
    ['[−4, - 4, +.5, 4., 1.1e1]', [5], [-4, -4, 0.5, 4, 11]],
    ['[9/2, 2·11, (1+1/3)^2*9, sqrt(4)/2]', [4], [4.5, 22, 16, 1]],
    ['[max(1, 2), min(max(3, 4), 5)]', [2], [2, 4]],
    ['[[max(1, 2), 1], [(1 + 2)*3, 0]]', [2, 2], [2, 1, 9, 0]],
    ['[1, , 3]', [3], [1, null, 3]],
    ['[1, 2, ]', [3], [1, 2, null]],
    ['[, 2]', [2], [null, 2]],
    ['[[1, ], [ , 4]]', [2, 2], [1, null, null, 4]],
  ])('%j is read entry by entry', (typed, shape, entries) => {
    expect(read(typed, shape)).toEqual(entries)
  })

  test.each<[string, Shape]>([
    ['', [2]],
    ['   ', [2, 2]],
    ['[,]', [2]],
    ['[ , ]', [2]],
    ['[[,],[ , ]]', [2, 2]],
  ])('%j in a box of shape %j is blank', (typed, shape) => {
    expect(reading(typed, shape)).toEqual({ kind: 'blank' })
  })

  test.each<[string, Shape]>([
    ['[1, 2', [2]],
    ['1, 2]', [2]],
    ['[1, 2]]', [2]],
    ['[[1, 2], [3, 4]', [2, 2]],
    ['[1, 2] [3, 4]', [2, 2]],
    ['[[1, 2] [3, 4]]', [2, 2]],
    ['[[1, 2], 3 [4]]', [2, 2]],
    ['[[1, 2] 5, [3, 4]]', [2, 2]],
    ['[[1, 2], [3, 4]] 5', [2, 2]],
    ['[[[1]]]', [1, 1]],
    ['[max(1, 2]', [2]],
    ['[1), 2]', [2]],
    ['][', [2]],
    ['[', [2]],
    [']', [2]],
    ['1, 2', [2]],
    ['5', [2]],
    ['11', [1]],
    ['{1, 2}', [2]],
    ['(1, 2)', [2]],
    ['1 2', [2]],
    ['J', [2]],
  ])('%j is no array', (typed, shape) => {
    expect(read(typed, shape)).toBe('not-an-array')
    expect(messageOf(typed, shape)).toContain('[1, 2]')
  })

  test.each<[string, Shape, string, string]>([
    ['[1, 2, 3]', [2], '(2,)', '(3,)'],
    ['[1]', [2], '(2,)', '(1,)'],
    ['[]', [2], '(2,)', '(0,)'],
    ['[1, 2,]', [2], '(2,)', '(3,)'],
    ['[[1, 2]]', [2], '(2,)', '(1, 2)'],
    ['[[1], [2]]', [2], '(2,)', '(2, 1)'],
    ['[1, 2]', [1, 2], '(1, 2)', '(2,)'],
    ['[[1, 3], [2, 4]]', [2, 3], '(2, 3)', '(2, 2)'],
    ['[[1, 2], [3, 4], [5, 6]]', [2, 3], '(2, 3)', '(3, 2)'],
    ['[[], []]', [2, 2], '(2, 2)', '(2, 0)'],
  ])('%j in a box of shape %j has the wrong shape; the message says both', (typed, shape, wanted, found) => {
    expect(read(typed, shape)).toBe('wrong-shape')
    expect(messageOf(typed, shape)).toContain(`asks for an array of shape ${wanted}`)
    expect(messageOf(typed, shape)).toContain(`has the shape ${found}`)
  })

  test.each([
    '[[1, 2], [3]]',
    '[[1], [2, 3]]',
    '[[1, 2], 3]',
    '[1, [2, 3]]',
    '[[1, 2], [3, 4],]',
    '[[1, 2], , [3, 4]]',
  ])('%j has no shape at all', typed => {
    expect(read(typed, [2, 2])).toBe('wrong-shape')
    expect(messageOf(typed, [2, 2])).toContain('(2, 2)')
    expect(messageOf(typed, [2, 2])).toContain('rows')
  })

  test.each<[string, Shape, string, string]>([
    ['[1, nan]', [2], 'not-a-number', 'Entry 2: '],
    ['[11abc, 1]', [2], 'unknown-name', 'Entry 1: '],
    ['[1, 2 3]', [2], 'two-numbers', 'Entry 2: '],
    ['[[1, 2], [3, 1e999]]', [2, 2], 'too-large', 'Row 2, entry 2: '],
    ['[[1, J], [3, 4]]', [2, 2], 'graph-name', 'Row 1, entry 2: '],
    ['[[1], [1/0]]', [2, 1], 'outside-domain', 'Row 2, entry 1: '],
    ['[2**3]', [1], 'double-star', 'Entry 1: '],
    [`[1, ${'1'.repeat(201)}]`, [2], 'answer-too-long', 'Entry 2: '],
    ['[sum(1), 2]', [2], 'not-readable', 'Entry 1: '],
  ])('%j says where it cannot be read', (typed, shape, code, place) => {
    expect(read(typed, shape)).toBe(code)
    expect(messageOf(typed, shape).startsWith(place)).toBe(true)
  })

  test('has at most 20,000 characters', () => {
    const typed = `[${Array<string>(4999).fill('  1').join(',')}, 1]`
    expect(typed).toHaveLength(20_000)
    expect(read(typed, [5000])).toEqual(Array(5000).fill(1))
    expect(read(`${typed} `, [5000])).toBe('answer-too-long')
  })

  test('of nothing but brackets and commas is refused like any other', () => {
    for (const typed of [
      '['.repeat(20_000),
      '[('.repeat(10_000),
      `[${','.repeat(19_000)}`,
      `[${')('.repeat(9_000)}]`,
    ])
      expect(['not-an-array', 'wrong-shape']).toContain(read(typed, [2]))
  })
})

describe('an array given as one', () => {
  test.each<[unknown, Shape, readonly (number | null)[]]>([
    [[1, 2], [2], [1, 2]],
    [['1', 2], [2], [1, 2]],
    [[' 9/2 ', '−1'], [2], [4.5, -1]],
    [
      [
        [1, 2],
        ['3', '2·2'],
      ],
      [2, 2],
      [1, 2, 3, 4],
    ],
    [[1, null], [2], [1, null]],
    [['', 2], [2], [null, 2]],
    [
      [
        [null, 1],
        ['  ', 2],
      ],
      [2, 2],
      [null, 1, null, 2],
    ],
  ])('%j is read entry by entry', (typed, shape, entries) => {
    expect(read(typed, shape)).toEqual(entries)
  })

  test.each<[unknown, Shape]>([
    [null, [2]],
    [undefined, [2]],
    [[null, null], [2]],
    [['', ' '], [2]],
    [
      [[null], ['']],
      [2, 1],
    ],
  ])('%j is blank', (typed, shape) => {
    expect(reading(typed, shape)).toEqual({ kind: 'blank' })
  })

  test.each<[unknown, Shape, string, string]>([
    [5, [2], 'not-an-array', 'shape (2,)'],
    [5, [1], 'not-an-array', 'shape (1,)'],
    [true, [2], 'not-an-array', 'shape (2,)'],
    [{ 0: 1, 1: 2 }, [2], 'not-an-array', 'shape (2,)'],
    [[], [2], 'wrong-shape', '(0,)'],
    [[[]], [1, 1], 'wrong-shape', '(1, 0)'],
    [[[], []], [2, 2], 'wrong-shape', '(2, 0)'],
    [[1], [2], 'wrong-shape', '(1,)'],
    [[[1, 2]], [2], 'wrong-shape', '(1, 2)'],
    [[1, 2], [2, 1], 'wrong-shape', '(2,)'],
    [[[1, 2], [3]], [2, 2], 'wrong-shape', 'rows'],
    [[[1, 2], 3], [2, 2], 'wrong-shape', 'rows'],
    [[1, [2]], [2], 'wrong-shape', 'rows'],
    [[[[1]]], [1, 1], 'not-one-number', 'Row 1, entry 1'],
    [[1, true], [2], 'not-a-text-or-number', 'Entry 2'],
    [[1, { value: 2 }], [2], 'not-a-text-or-number', 'Entry 2'],
    [[1, Number.POSITIVE_INFINITY], [2], 'too-large', 'Entry 2'],
    [[[1], ['1,5']], [2, 1], 'separator', 'Row 2, entry 1'],
    [['[1, 2]', 1], [2], 'not-readable', 'Entry 1'],
  ])('%j in a box of shape %j is refused: %s', (typed, shape, code, said) => {
    expect(read(typed, shape)).toBe(code)
    expect(messageOf(typed, shape)).toContain(said)
  })
})

test('a number in a box that asks for one is read as ever', () => {
  expect(read('11', [])).toBe(11)
  expect(read(null, [])).toBe('blank')
  expect(read([11], [])).toBe('not-one-number')
  expect(read([[11]], [])).toBe('not-one-number')
  expect(read('[11]', [])).toBe('not-readable')
  expect(read('1'.repeat(201), [])).toBe('answer-too-long')
})

test('what JSON writes of an array is read as that array, given or typed', () => {
  fc.assert(
    fc.property(
      fc
        .constantFrom<Shape>([1], [4], [1, 1], [2, 3], [3, 1])
        .chain(shape => fc.tuple(fc.constant(shape), arrayOf(shape))),
      ([shape, array]) => {
        const entries = (array as readonly unknown[]).flat()
        expect(read(array, shape)).toEqual(entries)
        expect(read(JSON.stringify(array), shape)).toEqual(entries)
      },
    ),
  )
})

test('whatever is typed is read or refused, and never throws', () => {
  const soup = fc
    .array(fc.constantFrom('[', ']', ',', '(', ')', ' ', '1', '-', 'max', 'J', '2.5'))
    .map(parts => parts.join(''))
  fc.assert(
    fc.property(
      fc.oneof(soup, fc.string(), fc.jsonValue()),
      fc.constantFrom<Shape>([], [1], [2], [2, 2]),
      (typed, shape) => {
        const found = reading(typed, shape)
        if (found.kind === 'array')
          expect(found.entries).toHaveLength(shape.reduce((count, length) => count * length, 1))
        if (found.kind === 'unreadable') expect(found.message).not.toBe('')
      },
    ),
    { numRuns: 1000 },
  )
})

test('entries share the budget of the request', () => {
  const options = { names: NAMES, budget: createStepBudget(50) }
  expect(refusalOf(() => readBoxAnswer(['1+1', '1+1', '1+1', '1+1'], [4], options)).code).toBe('too-complex')
})
