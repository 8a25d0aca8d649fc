import { describe, expect, test } from 'vitest'
import { findKinks } from '../../src/engine/kinks.js'
import type { Value } from '../../src/engine/tensor.js'
import { compile, evaluate, graph } from '../support/engine.js'

/** Kinks and edges, the whole of what the contract says of them: gradient of J by x, and the range of right ones. */
describe('kinks', () => {
  type Case = readonly [string, Value, string, Value, readonly (readonly [number, number])[] | 'none']
  const NUMBERS: readonly Case[] = [
    ['relu at 0', 0, 'relu(x)', 0, [[0, 1]]],
    ['relu of −0', -0, 'relu(x)', 0, [[0, 1]]],
    ['leaky_relu at 0', 0, 'leaky_relu(x)', 0.01, [[0.01, 1]]],
    ['abs at 0', 0, 'abs(x)', 0, [[-1, 1]]],
    ['a tie of max', 2, 'max(x, 2)', 0.5, [[0, 1]]],
    ['a tie of min', 2, 'min(2, x)', 0.5, [[0, 1]]],
    ['max of a value with itself', 2, 'max(x, x)', 1, 'none'],
    ['x^0 at 0', 0, 'x^0', 0, 'none'],
    ['x^1 at 0', 0, 'x^1', 1, 'none'],
    ['x^2 at 0', 0, 'x^2', 0, 'none'],
    ['sign at 0', 0, 'sign(x)', 0, 'none'],
    ['sigmoid at 1000', 1000, 'sigmoid(x)', 0, 'none'],
    ['sigmoid at −1000', -1000, 'sigmoid(x)', 0, 'none'],
    ['softplus at 1000', 1000, 'softplus(x)', 1, 'none'],
    ['softplus at −1000', -1000, 'softplus(x)', 0, 'none'],
    ['tanh at 1000', 1000, 'tanh(x)', 0, 'none'],
    ['softmax at 1000', 1000, 'softmax(x)', 0, 'none'],
    ['logsumexp at −1000', -1000, 'logsumexp(x)', 1, 'none'],
  ]
  const ARRAYS: readonly Case[] = [
    [
      'relu at 0 in one entry',
      [-1, 0, 2],
      'sum(relu(x))',
      [0, 0, 1],
      [
        [0, 0],
        [0, 1],
        [1, 1],
      ],
    ],
    [
      'leaky_relu at 0 in one entry',
      [0, -3],
      '2*sum(leaky_relu(x))',
      [0.02, 0.02],
      [
        [0.02, 2],
        [0.02, 0.02],
      ],
    ],
    [
      'abs at 0 in one entry of a matrix',
      [
        [0, 1],
        [-2, 0],
      ],
      'sum(abs(x))',
      [
        [0, 1],
        [-1, 0],
      ],
      [
        [-1, 1],
        [1, 1],
        [-1, -1],
        [-1, 1],
      ],
    ],
    [
      'ties of max with a number',
      [1, 2, 3],
      'sum(max(x, 2))',
      [0, 0.5, 1],
      [
        [0, 0],
        [0, 1],
        [1, 1],
      ],
    ],
    [
      'ties of min with a vector',
      [1, 2],
      'mean(min(x, 2*x - 1))',
      [0.75, 0.5],
      [
        [0.5, 1],
        [0.5, 0.5],
      ],
    ],
    [
      'a matrix and its transpose',
      [
        [5, 3],
        [3, 5],
      ],
      'sum(max(x, transpose(x)))',
      [
        [1, 1],
        [1, 1],
      ],
      [
        [1, 1],
        [0, 2],
        [0, 2],
        [1, 1],
      ],
    ],
    ['max of an array with itself', [2, 2], 'sum(max(x, x))', [1, 1], 'none'],
    [
      'a kink that an operation on the whole hands on',
      [0, 1],
      '3*mean(relu(x)) + sum(x)',
      [1, 2.5],
      [
        [1, 2.5],
        [2.5, 2.5],
      ],
    ],
    ['x^0 at 0 in one entry', [0, 5], 'sum(x^0)', [0, 0], 'none'],
    ['0^x^0', [[0, 1]], 'sum((x*0)^0)', [[0, 0]], 'none'],
    ['sigmoid at ±1000', [-1000, 0, 1000], 'sum(sigmoid(x))', [0, 0.25, 0], 'none'],
    ['softplus at ±1000', [-1000, 0, 1000], 'sum(softplus(x))', [0, 0.5, 1], 'none'],
    ['softmax at ±1000', [-1000, 1000], 'dot(softmax(x), softmax(x))', [0, 0], 'none'],
    ['log_softmax at ±1000', [-1000, 1000], 'sum(log_softmax(x))', [1, -1], 'none'],
    ['logsumexp at ±1000', [-1000, 1000, 1000], 'logsumexp(x)', [0, 0.5, 0.5], 'none'],
  ]

  test.each([...NUMBERS, ...ARRAYS])('%s: %j, %s', (_what, x, expression, gradient, expected) => {
    const { graph: compiled } = compile(graph({ x }, { a: expression, J: 'a' }))
    const evaluation = evaluate(compiled)
    expect(evaluation.gradients.get('x')).toEqual(gradient)
    expect(evaluation.locals.get('a')?.get('x')).toEqual(gradient)
    const kinks = findKinks(compiled, evaluation)
    if (expected === 'none') {
      expect(kinks).toBeUndefined()
      return
    }
    expect(kinks?.nodes).toEqual(['a'])
    for (const id of ['dJ_dx', 'da_dx']) {
      const box = compiled.boxes.get(id)
      expect(box && kinks?.rangesOf(box)?.map(({ low, high }) => [low + 0, high + 0])).toEqual(expected)
    }
  })

  test('in an array: the local derivative has its range entry by entry', () => {
    const { graph: compiled } = compile(graph({ x: [-1, 0, 2] }, { a: 'relu(x)', J: 'dot(a, 2*a + 5)' }))
    const kinks = findKinks(compiled, evaluate(compiled))
    const rangesOf = (id: string) => {
      const box = compiled.boxes.get(id)
      return box && kinks?.rangesOf(box)
    }
    expect(rangesOf('da_dx')).toEqual([
      { low: 0, high: 0 },
      { low: 0, high: 1 },
      { low: 1, high: 1 },
    ])
    expect(rangesOf('dJ_dx')).toEqual([
      { low: 0, high: 0 },
      { low: 0, high: 5 },
      { low: 13, high: 13 },
    ])
  })

  test('many in one array: each entry has its own range, and no other', () => {
    const x = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? 0 : index))
    // What the output does not depend on bends nothing of it.
    const expressions = { a: 'relu(x)', J: '3*sum(a)', u: '5*relu(-x)' }
    const { graph: compiled } = compile(graph({ x }, expressions, { output: 'J' }))
    const kinks = findKinks(compiled, evaluate(compiled))
    expect(kinks?.nodes).toEqual(['a', 'u'])
    const box = compiled.boxes.get('dJ_dx')
    expect(box && kinks?.rangesOf(box)).toEqual(
      x.map(entry => (entry === 0 ? { low: 0, high: 3 } : { low: 3, high: 3 })),
    )
    const local = compiled.boxes.get('da_dx')
    expect(local && kinks?.rangesOf(local)).toEqual(
      x.map(entry => (entry === 0 ? { low: 0, high: 1 } : { low: 1, high: 1 })),
    )
  })
})
