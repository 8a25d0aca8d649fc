import { describe, expect, test } from 'vitest'
import type { EngineFault } from '../../src/engine/faults.js'
import { showShape, type Shape, type Value } from '../../src/engine/tensor.js'
import { compile, faultsOf, graph } from '../support/engine.js'
import { LINEAR_REGRESSION, TWO_LAYER_NETWORK } from '../support/lab-graphs.js'
import { filled } from '../support/plain-arrays.js'
import { SHAPES } from '../support/random-tensor-graphs.js'

function withNode(expression: string, arrays: Readonly<Record<string, Shape>>) {
  const values = Object.fromEntries(Object.entries(arrays).map(([name, shape]) => [name, filled(shape, 1)]))
  return graph(values, { z: expression, J: 'sum(z)' })
}

/** The shape of an expression as NumPy shows it, or ✗ where it is refused. */
function shapeOf(expression: string, arrays: Readonly<Record<string, Shape>>): string {
  const definition = withNode(expression, arrays)
  try {
    return showShape(compile(definition).graph.shapes.get('z') ?? [])
  } catch {
    expect(faultsOf(definition).map(({ code }) => code)).toEqual(['shape-mismatch'])
    return '✗'
  }
}

/** NumPy's rule: axes are compared from the last, and one of each pair is as long as the other or 1. */
function broadcast(a: Shape, b: Shape): string {
  const rank = Math.max(a.length, b.length)
  const padded = [a, b].map(shape => [...Array<number>(rank - shape.length).fill(1), ...shape])
  const result: number[] = []
  for (let axis = 0; axis < rank; axis += 1) {
    const [x = 0, y = 0] = padded.map(shape => shape[axis])
    if (x !== y && Math.min(x, y) !== 1) return '✗'
    result.push(Math.max(x, y))
  }
  return showShape(result)
}

describe('operations entry by entry', () => {
  const pairs = SHAPES.flatMap(a => SHAPES.map(b => [a, b] as const))

  test.each(['A + B', 'A*B', 'B/A', 'A^B', 'max(A, B)'])(
    '%s broadcasts as NumPy does, all pairs of shapes',
    expression => {
      for (const [A, B] of pairs)
        expect(shapeOf(expression, { A, B }), `${showShape(A)} ${showShape(B)}`).toBe(broadcast(A, B))
      expect(pairs).toHaveLength(21 ** 2)
    },
  )

  test('of one operand keep its shape', () => {
    for (const A of SHAPES)
      for (const expression of ['-A', 'relu(A)', 'A^2', '2A + 1'])
        expect(shapeOf(expression, { A })).toBe(showShape(A))
  })
})

describe('operations on whole arrays', () => {
  test.each<[string, Shape, Shape, string]>([
    ['matmul', [3], [3], '()'],
    ['matmul', [2, 3], [3], '(2,)'],
    ['matmul', [2], [2, 3], '(3,)'],
    ['matmul', [2, 3], [3, 4], '(2, 4)'],
    ['matmul', [1, 3], [3, 1], '(1, 1)'],
    ['matmul', [3, 1], [1, 3], '(3, 3)'],
    ['matmul', [3], [3, 1], '(1,)'],
    ['matmul', [1], [1], '()'],
    ['matmul', [3], [2], '✗'],
    ['matmul', [3], [1], '✗'],
    ['matmul', [2, 3], [2, 3], '✗'],
    ['matmul', [2, 3], [2], '✗'],
    ['matmul', [3], [2, 3], '✗'],
    ['matmul', [3, 1], [3], '✗'],
    ['matmul', [], [3], '✗'],
    ['matmul', [3], [], '✗'],
    ['matmul', [], [2, 3], '✗'],
    ['matmul', [], [], '✗'],
    ['dot', [3], [3], '()'],
    ['dot', [2, 3], [3], '(2,)'],
    ['dot', [2, 3], [3, 4], '(2, 4)'],
    ['dot', [2], [2, 3], '(3,)'],
    ['dot', [], [3], '(3,)'],
    ['dot', [2, 3], [], '(2, 3)'],
    ['dot', [], [], '()'],
    ['dot', [3], [2], '✗'],
    ['dot', [2, 3], [2, 3], '✗'],
    ['dot', [1], [3], '✗'],
  ])('%s of %j and %j', (name, A, B, expected) => {
    expect(shapeOf(`${name}(A, B)`, { A, B })).toBe(expected)
  })

  test.each<[string, Shape, string]>([
    ['transpose', [], '()'],
    ['transpose', [3], '(3,)'],
    ['transpose', [2, 3], '(3, 2)'],
    ['transpose', [1, 3], '(3, 1)'],
    ...(['sum', 'mean'] as const).flatMap(name =>
      [[], [1], [3], [2, 3]].map((shape): [string, Shape, string] => [name, shape, '()']),
    ),
    ...(['softmax', 'log_softmax'] as const).flatMap(name =>
      [[], [1], [3], [2, 3], [3, 1]].map((shape): [string, Shape, string] => [name, shape, showShape(shape)]),
    ),
    ['logsumexp', [], '()'],
    ['logsumexp', [1], '()'],
    ['logsumexp', [3], '()'],
    ['logsumexp', [2, 3], '(2,)'],
    ['logsumexp', [2, 1], '(2,)'],
  ])('%s of %j', (name, A, expected) => {
    expect(shapeOf(`${name}(A)`, { A })).toBe(expected)
  })
})

test.each([
  [
    'linear-regression',
    LINEAR_REGRESSION,
    { X: [4, 2], y: [4], w: [2], b: [], u: [4], p: [4], r: [4], J: [] },
  ],
  [
    'two-layer-network',
    TWO_LAYER_NETWORK,
    { x: [2], y: [3], W1: [3, 2], b1: [3], W2: [3, 3], b2: [3], z1: [3], h: [3], z2: [3], L: [] },
  ],
])('%s: every name has its shape', (_key, definition, shapes) => {
  expect(Object.fromEntries(compile(definition).graph.shapes)).toEqual(shapes)
})

describe('shapes that do not conform', () => {
  const told = (faults: readonly EngineFault[]) =>
    faults.map(({ code, path, message }) => ({ code, path, message }))

  test.each<[string, Readonly<Record<string, Shape>>, string, string, string]>([
    ['A + B', { A: [2], B: [3] }, 'A + B', '(2,)', '(3,)'],
    ['2*(A - B)^2', { A: [2, 3], B: [2] }, 'A - B', '(2, 3)', '(2,)'],
    ['relu(matmul(A, B) + A)', { A: [2, 3], B: [2, 3] }, 'matmul(A, B)', '(2, 3)', '(2, 3)'],
    ['matmul(3, A)', { A: [2] }, 'matmul(3, A)', '()', '(2,)'],
    ['matmul(transpose(A), B)*B', { A: [3, 2], B: [3] }, 'matmul(transpose(A), B)*B', '(2,)', '(3,)'],
    ['max(A, logsumexp(B))', { A: [4], B: [3, 2] }, 'max(A, logsumexp(B))', '(4,)', '(3,)'],
  ])('%s: the message names the node, the part and both shapes', (expression, arrays, part, left, right) => {
    expect(told(faultsOf(withNode(expression, arrays)))).toEqual([
      {
        code: 'shape-mismatch',
        path: ['nodes', 0, 'expression'],
        message: `Node "z": "${part}" has operands of shapes ${left} and ${right}, which do not conform.`,
      },
    ])
  })

  test('a long part is told in short', () => {
    const [fault] = faultsOf(withNode(`A${' + A'.repeat(500)} + B`, { A: [2], B: [3] }))
    expect(fault?.message.length).toBeLessThan(200)
    expect(fault?.message).toContain('(2,) and (3,)')
  })

  test('one fault a cause: what is made of a node without a shape is not told again', () => {
    const arrays = { A: [1, 2], B: [1, 2, 3] }
    const expressions = { a: 'A + B', b: 'a*2', c: 'matmul(b, a)', d: 'B - A', J: 'sum(c) + sum(d)' }
    const faults = faultsOf(graph(arrays, expressions))
    expect(faults.map(({ code, path }) => [code, ...path])).toEqual([
      ['shape-mismatch', 'nodes', 0, 'expression'],
      ['shape-mismatch', 'nodes', 3, 'expression'],
    ])
  })

  test('are told by their place in the list, in the order of computing', () => {
    const nodes = { J: 'sum(b)', b: 'matmul(c, A)', d: 'A - B', c: '2*B' }
    const faults = faultsOf(graph({ A: [1, 2], B: [1, 2, 3] }, nodes, { output: 'J' }))
    expect(faults.map(({ path }) => path[1])).toEqual([2, 1])
  })
})

describe('an output that is an array', () => {
  test.each<[string, Shape, string]>([
    ['2*A', [3], '(3,)'],
    ['A', [1], '(1,)'],
    ['transpose(A)', [2, 3], '(3, 2)'],
    ['softmax(A)', [1, 1], '(1, 1)'],
  ])('%s of shape %j is refused, with its shape', (expression, A, shape) => {
    const faults = faultsOf(graph({ A: filled(A, 1) }, { J: expression }))
    expect(faults).toMatchObject([{ code: 'tensor-output', path: ['output'] }])
    expect(faults[0]?.message).toContain('"J"')
    expect(faults[0]?.message).toContain(shape)
  })

  test('is not told where it has no shape at all', () => {
    expect(faultsOf(graph({ A: [1, 2], B: [1, 2, 3] }, { J: 'A + B' })).map(({ code }) => code)).toEqual([
      'shape-mismatch',
    ])
  })
})

describe('values without a shape', () => {
  test.each<[string, unknown]>([
    ['an empty vector', []],
    ['an empty row', [[]]],
    ['empty rows', [[], []]],
    ['ragged rows', [[1, 2], [3]]],
    ['numbers and rows', [1, [2]]],
    ['rows and numbers', [[1], 2]],
  ])('%s: refused at the input, by name', (_what, value) => {
    const faults = faultsOf(graph({ w: 1, A: value as Value }, { J: 'sum(A) + w' }))
    expect(faults).toMatchObject([{ code: 'ragged-array', path: ['inputs', 1, 'value'] }])
    expect(faults[0]?.message).toContain('"A"')
  })

  test('an array with a number that is not finite is refused as such', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(
        faultsOf(
          graph(
            {
              A: [
                [1, 2],
                [value, 3],
              ],
            },
            { J: 'sum(A)' },
          ),
        ),
      ).toMatchObject([{ code: 'not-finite', path: ['inputs', 0, 'value'] }])
  })

  test('are told together with faults of other kinds, and shapes only where every value has one', () => {
    const faults = faultsOf(graph({ A: [], B: [1, 2], C: [1, 2, 3] }, { z: 'B + C', y: 'B +', J: 'sum(A)' }))
    expect(faults.map(({ code }) => code)).toEqual(['ragged-array', 'syntax'])
  })
})
