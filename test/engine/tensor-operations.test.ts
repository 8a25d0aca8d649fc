import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entriesOf, type Shape, type Value } from '../../src/engine/tensor.js'
import { TENSOR_ROWS, type Emit, type TensorOperation } from '../../src/engine/tensor-operations.js'
import { compile, evaluate, graph, numberOf } from '../support/engine.js'
import { PLAIN_OPERATIONS, plainShape } from '../support/plain-arrays.js'
import { arrayOf, SHAPES } from '../support/random-tensor-graphs.js'

type Name = keyof typeof PLAIN_OPERATIONS

const ROWS = TENSOR_ROWS.map(row => [row.name, row] as const)

function rowOf(name: string): TensorOperation {
  const row = TENSOR_ROWS.find(candidate => candidate.name === name)
  if (row === undefined) throw new Error(`no operation ${name}`)
  return row
}

/** The value of an expression in A and B. */
function valueOf(expression: string, A: Value, B: Value = 0): Value {
  const { graph: compiled } = compile(graph({ A, B }, { z: expression, J: 'sum(z)' }))
  const value = evaluate(compiled).values.get('z')
  if (value === undefined) throw new Error('z has no value')
  expect(compiled.shapes.get('z')).toEqual(plainShape(value))
  return value
}

function expectClose(actual: Value | undefined, expected: Value, tolerance = 1e-12): void {
  expect(plainShape(actual ?? Number.NaN)).toEqual(plainShape(expected))
  const [got, wanted] = [entriesOf(actual ?? Number.NaN), entriesOf(expected)]
  wanted.forEach((entry, index) => {
    expect(Math.abs((got[index] ?? Number.NaN) - entry)).toBeLessThanOrEqual(
      tolerance * (1 + Math.abs(entry)),
    )
  })
}

function applyPlain(name: string, operands: readonly Value[]): Value {
  const [x = Number.NaN, y = Number.NaN] = operands
  return PLAIN_OPERATIONS[name as Name](x, y)
}

function callOf({ name, arity }: TensorOperation): string {
  return arity === 1 ? `${name}(A)` : `${name}(A, B)`
}

/** Operands that conform, of every shape. */
function operandsOf({ arity, shape }: TensorOperation): fc.Arbitrary<readonly Value[]> {
  const pairs = SHAPES.flatMap(x => SHAPES.map(y => [x, y] as const)).filter(
    ([x, y]) => shape(x, y) !== undefined,
  )
  return arity === 1
    ? fc.constantFrom(...SHAPES).chain(x => fc.tuple(arrayOf(x)))
    : fc.constantFrom(...pairs).chain(([x, y]) => fc.tuple(arrayOf(x), arrayOf(y)))
}

test('every row has a plain counterpart to be checked against', () => {
  expect(ROWS.map(([name]) => name).sort()).toEqual(Object.keys(PLAIN_OPERATIONS).sort())
})

describe('values', () => {
  test.each(ROWS)('of %s are those of plain loops, whatever the shapes', (name, row) => {
    fc.assert(
      fc.property(operandsOf(row), operands => {
        const [x = Number.NaN, y] = operands
        expectClose(valueOf(callOf(row), x, y), applyPlain(name, operands))
      }),
    )
  })

  const M: Value = [
    [1, 2, 3],
    [4, 5, 6],
  ]
  const N: Value = [
    [1, -1],
    [0, 2],
    [3, 1],
  ]
  // As NumPy answers.
  test.each<[string, Value, Value, Value]>([
    ['matmul(A, B)', [1, 2, 3], [4, 5, 6], 32],
    ['matmul(A, B)', M, [1, 0, -1], [-2, -2]],
    ['matmul(A, B)', [1, -1], M, [-3, -3, -3]],
    [
      'matmul(A, B)',
      M,
      N,
      [
        [10, 6],
        [22, 12],
      ],
    ],
    ['matmul(A, B)', [[1, 2, 3]], [[4], [5], [6]], [[32]]],
    [
      'matmul(A, B)',
      [[1], [2]],
      [[3, 4]],
      [
        [3, 4],
        [6, 8],
      ],
    ],
    ['dot(A, B)', 2, [1, 2], [2, 4]],
    ['dot(A, B)', [1, 2], 3, [3, 6]],
    ['dot(A, B)', 2, 3, 6],
    ['dot(A, B)', [[1, 2]], 3, [[3, 6]]],
    ['dot(A, B)', [1, 2], [3, 4], 11],
    ['dot(A, B)', N, [2, 1], [1, 2, 7]],
    ['transpose(A)', 5, 0, 5],
    ['transpose(A)', [1, 2], 0, [1, 2]],
    [
      'transpose(A)',
      M,
      0,
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
    ['transpose(transpose(A))', M, 0, M],
    ['sum(A)', M, 0, 21],
    ['mean(A)', M, 0, 3.5],
    ['sum(A)', 5, 0, 5],
    ['mean(A)', [4], 0, 4],
    [
      'A + B',
      M,
      [10, 20, 30],
      [
        [11, 22, 33],
        [14, 25, 36],
      ],
    ],
    [
      'A*B',
      [[1], [2]],
      [3, 4],
      [
        [3, 4],
        [6, 8],
      ],
    ],
    ['max(A, B)', [1, 5, 3], 3, [3, 5, 3]],
    ['A^2 - relu(-A)', [-2, 3], 0, [2, 9]],
    ['2', 0, 0, 2],
    ['sum(2) + mean(3) + dot(2, 2)', 0, 0, 9],
  ])('%s of %j and %j', (expression, x, y, expected) => {
    expect(valueOf(expression, x, y)).toEqual(expected)
  })

  test('softmax and its kin work along the last axis', () => {
    const rows: Value = [
      [0, Math.log(3)],
      [Math.log(4), 0],
    ]
    const softmax: Value = [
      [0.25, 0.75],
      [0.8, 0.2],
    ]
    expectClose(valueOf('softmax(A)', rows), softmax)
    expectClose(
      valueOf('log_softmax(A)', rows),
      softmax.map(row => row.map(Math.log)),
    )
    expectClose(valueOf('logsumexp(A)', rows), [Math.log(4), Math.log(5)])
    expectClose(valueOf('logsumexp(A)', [0, 0, 0]), Math.log(3))
  })
})

describe('softmax, log_softmax and logsumexp', () => {
  const names = ['softmax', 'log_softmax', 'logsumexp'] as const

  test.each(names)('%s overflows nowhere between −1000 and 1000', name => {
    const extremes = [[1000, -1000, 1000], [-1000, -1000, -999], [1000], [-1000], [0, 1000], [1000, 0, -1000]]
    for (const x of extremes) {
      expectClose(valueOf(`${name}(A)`, x), PLAIN_OPERATIONS[name](x), 1e-13)
      const { gradients } = evaluate(compile(graph({ A: x }, { J: `sum(${name}(A)*A)` })).graph)
      for (const entry of entriesOf(gradients.get('A') ?? Number.NaN))
        expect(Number.isFinite(entry)).toBe(true)
    }
  })

  test.each([
    ['softmax', 0],
    ['log_softmax', 0],
    ['logsumexp', 1],
  ] as const)('%s shifted by c is shifted by %d·c', (name, share) => {
    const shift = fc.integer({ min: -1000, max: 1000 })
    fc.assert(
      fc.property(fc.constantFrom<Shape>([1], [4], [2, 3]).chain(arrayOf), shift, (x, c) => {
        const shifted = valueOf(`${name}(A + B) - ${String(share)}*B`, x, c)
        expectClose(shifted, valueOf(`${name}(A)`, x), 1e-10)
      }),
    )
  })

  test('of one entry are 1, 0 and the entry, which nothing moves in the first two', () => {
    for (const x of [[3], [-1000], [[7]]]) {
      const one = (expression: string) => {
        const { values, gradients } = evaluate(compile(graph({ A: x }, { z: expression, J: 'sum(z)' })).graph)
        return [values.get('z'), gradients.get('A')].map(value => entriesOf(value ?? Number.NaN))
      }
      expect(one('softmax(A)')).toEqual([[1], [0]])
      expect(one('log_softmax(A)')).toEqual([[0], [0]])
      expect(one('logsumexp(A)')).toEqual([[x.flat()[0]], [1]])
    }
  })

  test('the gradient of cross-entropy by the logits is softmax less the target', () => {
    const logits = [2, -1, 0.5]
    const definition = graph({ z: logits }, { L: '-sum(y*log_softmax(z))' }, { data: { y: [0, 1, 0] } })
    const { gradients } = evaluate(compile(definition).graph)
    const [a, b, c] = PLAIN_OPERATIONS.softmax(logits) as [number, number, number]
    expectClose(gradients.get('z'), [a, b - 1, c])
  })

  test('the gradient of logsumexp is softmax', () => {
    fc.assert(
      fc.property(fc.constantFrom<Shape>([1], [3], [5]).chain(arrayOf), x => {
        const { gradients } = evaluate(compile(graph({ A: x }, { J: 'logsumexp(A)' })).graph)
        expectClose(gradients.get('A'), PLAIN_OPERATIONS.softmax(x))
      }),
    )
  })
})

describe('writing out', () => {
  /** Writes an operation out on slots that stand for nothing, and counts what is laid on the tape. */
  function written(
    { writeOut }: TensorOperation,
    x: Shape,
    y: Shape,
  ): { laid: number; slots: readonly number[] } {
    let next = 0
    const take = (shape: Shape) => {
      const slots = shape.reduce((list, length) => Array.from({ length: length * list.length }), [0])
      return { shape, slots: slots.map(() => next++) }
    }
    const [left, right] = [take(x), take(y)]
    const operands = next
    const lay = (): number => next++
    const emit: Emit = Object.assign(lay, { constant: lay })
    return { slots: writeOut(emit, left, right), laid: next - operands }
  }

  test.each(ROWS)(
    '%s costs no more than it says, and makes as many entries as its shape has',
    (_name, row) => {
      for (const x of SHAPES)
        for (const y of SHAPES) {
          const shape = row.shape(x, y)
          if (shape === undefined) continue
          const { laid, slots } = written(row, x, y)
          expect(laid, `${JSON.stringify(x)} ${JSON.stringify(y)}`).toBeLessThanOrEqual(row.cost(x, y))
          expect(slots).toHaveLength(shape.reduce((count, length) => count * length, 1))
          expect(slots.every(Number.isInteger)).toBe(true)
        }
    },
  )
})

test('an operation that leaves no name behind is a number like any other', () => {
  const { graph: compiled } = compile(graph({ w: 3 }, { k: 'logsumexp(2)', J: 'w*k*softmax(5)' }))
  const { values, gradients } = evaluate(compiled)
  expect([values.get('k'), values.get('J'), gradients.get('w')]).toEqual([2, 6, 2])
  expect(numberOf(gradients.get('k'))).toBe(3)
  expect(rowOf('sum').shape([], [])).toEqual([])
})
