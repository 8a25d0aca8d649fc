import { describe, expect, test } from 'vitest'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { evaluateGraph } from '../../src/engine/evaluate.js'
import { createStepBudget } from '../../src/engine/faults.js'
import { entriesOf, type Shape, type Value } from '../../src/engine/tensor.js'
import { compile, domainFaultOf, evaluate, graph, refusalOf } from '../support/engine.js'
import { LINEAR_REGRESSION } from '../support/lab-graphs.js'
import { filled } from '../support/plain-arrays.js'

describe('a number that does not exist in one entry names its node and expression', () => {
  test.each<[string, GraphDefinition, number, string, string]>([
    [
      'the logarithm of 0',
      graph({ v: [1, 0, 2] }, { a: '2*v', b: 'ln(a)', J: 'sum(b)' }),
      1,
      '"b" = ln(a)',
      'logarithm',
    ],
    [
      'the logarithm of a negative entry',
      graph(
        {
          v: [
            [1, 2],
            [3, -4],
          ],
        },
        { J: 'sum(ln(v))' },
      ),
      0,
      '"J" = sum(ln(v))',
      'logarithm',
    ],
    [
      'a division by 0',
      graph({ v: [1, 2], u: [1, 0] }, { a: 'v/u', J: 'sum(a)' }),
      0,
      '"a" = v/u',
      'division by zero',
    ],
    [
      'a division of a number by 0',
      graph({ u: [[3], [0]] }, { a: '1/u', J: 'mean(a)' }),
      0,
      '"a" = 1/u',
      'division by zero',
    ],
    ['a square root', graph({ v: [4, -1] }, { J: 'sum(sqrt(v))' }), 0, '"J"', 'square root of a negative'],
    [
      'the slope of a square root',
      graph({ v: [4, 0] }, { J: 'sum(sqrt(v))' }),
      0,
      '"J"',
      'slope of a square root',
    ],
    ['a power', graph({ v: [1, -8] }, { J: 'sum(v^(1/3))' }), 0, '"J"', 'negative number to a power'],
    ['exp overflows', graph({ v: [1, 1000] }, { a: 'exp(v)', J: 'sum(a)' }), 0, '"a" = exp(v)', 'too large'],
    [
      'a product overflows',
      graph({ v: [1e200, 1], w: [1e200, 1] }, { J: 'dot(v, w)' }),
      0,
      '"J" = dot(v, w)',
      'too large',
    ],
    ['a sum overflows', graph({ v: [1.7e308, 1.7e308] }, { J: 'sum(v)' }), 0, '"J" = sum(v)', 'too large'],
    [
      'a constant of its own',
      graph({ v: [1, 2] }, { a: 'v + 1/0', J: 'sum(a)' }),
      0,
      '"a" = v + 1/0',
      'division by zero',
    ],
    [
      'a constant in an operation on arrays',
      graph({ v: [1, 2] }, { J: 'sum(v) + sum(ln(0))' }),
      0,
      '"J"',
      'logarithm',
    ],
  ])('%s', (_what, definition, listed, excerpt, reason) => {
    const fault = domainFaultOf(compile(definition).graph)
    expect(fault).toMatchObject({ code: 'domain-error', path: ['nodes', listed, 'expression'] })
    expect(fault.message).toContain(excerpt)
    expect(fault.message).toContain(reason)
  })

  test('a gradient past the largest double in one entry, though every value is finite', () => {
    const fault = domainFaultOf(
      compile(graph({ v: [0, 1] }, { a: '1e200*v', b: 'a*k', J: 'sum(b)' }, { data: { k: [1e200, 1] } }))
        .graph,
    )
    expect(fault.code).toBe('domain-error')
    expect(fault.message).toContain('gradient of "J" by "v"')
  })

  test('a derivative by data that does not exist in one entry is left out, and all else stands', () => {
    const { graph: compiled } = compile(
      graph({ w: [3, 4] }, { r: 'sqrt(x)*w', J: 'sum(r)' }, { data: { x: [4, 0] } }),
    )
    const { values, locals, gradients } = evaluate(compiled)
    expect(values.get('r')).toEqual([6, 0])
    expect(Object.fromEntries(gradients)).toEqual({ w: [2, 0], r: [1, 1], J: 1 })
    expect(Object.fromEntries(locals.get('r') ?? [])).toEqual({ w: [2, 0] })
  })

  test('there is no −0 in an array', () => {
    const { graph: compiled } = compile(graph({ w: [0, 1] }, { a: '-w', b: '0*a', J: 'sum(b)' }))
    const { values, locals, gradients } = evaluate(compiled)
    const all = [
      ...values.values(),
      ...gradients.values(),
      ...[...locals.values()].flatMap(map => [...map.values()]),
    ]
    expect(all.flatMap(value => entriesOf(value)).filter(entry => Object.is(entry, -0))).toEqual([])
  })

  test('inputs of a shape of their own are taken at evaluation, in that shape', () => {
    const { graph: compiled } = compile(LINEAR_REGRESSION)
    const inputs = new Map<string, Value>([
      [
        'X',
        [
          [1, 0],
          [0, 1],
          [1, 1],
          [0, 0],
        ],
      ],
      ['y', [0, 0, 0, 0]],
      ['w', [2, 4]],
      ['b', 0],
    ])
    expect(evaluateGraph(compiled, inputs)).toMatchObject({
      ok: true,
      evaluation: {
        values: new Map<string, Value>([
          ...inputs,
          ['u', [2, 4, 6, 0]],
          ['p', [2, 4, 6, 0]],
          ['r', [2, 4, 6, 0]],
          ['J', 14],
        ]),
      },
    })
  })
})

describe('what would be written out to too many operations is refused before it is', () => {
  const STEPS = 1_000_000
  const named = (count: number, expression: (before: string) => string): Record<string, string> =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `n${String(index)}`,
        expression(index === 0 ? 'v' : `n${String(index - 1)}`),
      ]),
    )

  test.each<[string, Readonly<Record<string, Shape>>, Readonly<Record<string, string>>]>([
    ['an outer sum', { c: [1000, 1], r: [1, 1000] }, { J: 'sum(c + r)' }],
    ['two outer products', { c: [800, 1], r: [1, 800] }, { J: 'sum(c*r) + sum(r*c)' }],
    ['a product of matrices', { A: [300, 300] }, { J: 'sum(matmul(A, A))' }],
    ['an outer product by matmul', { c: [5000, 1], r: [1, 5000] }, { J: 'sum(matmul(c, r))' }],
    ['a dot of matrices', { A: [300, 300] }, { J: 'sum(dot(A, A))' }],
    [
      'scaling again and again',
      { v: [5000] },
      { ...named(300, before => `dot(2, ${before})`), J: 'sum(n299)' },
    ],
    ['copies of copies', { v: [5000] }, { ...named(300, before => before), J: 'sum(n299)' }],
    [
      'transposes of transposes',
      { v: [50, 100] },
      { ...named(300, before => `transpose(${before})`), J: 'sum(n299)' },
    ],
    [
      'softmaxes of softmaxes',
      { v: [5000] },
      { ...named(100, before => `softmax(${before})`), J: 'sum(n99)' },
    ],
    ['sums of sums', { v: [5000] }, { ...named(300, () => 'sum(v)'), J: 'n299' }],
    ['inputs alone', { A: [1001, 1000] }, { J: '2' }],
  ])('%s', (_what, shapes, expressions) => {
    const parameters = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, filled(shape, 1)]),
    )
    const options = { budget: createStepBudget(STEPS) }
    expect(refusalOf(() => compile(graph(parameters, expressions), options)).code).toBe('too-complex')
  })

  test('a layer of 100 units on 784 inputs fits', () => {
    const definition = graph(
      { W: filled([100, 784], 0.01), b: filled([100], 0) },
      { h: 'relu(matmul(W, x) + b)', J: 'sum(h)' },
      { data: { x: filled([784], 1) } },
    )
    const { graph: compiled } = compile(definition, { budget: createStepBudget(STEPS) })
    const { gradients, values } = evaluate(compiled)
    expect(values.get('J')).toBeCloseTo(784, 9)
    expect(entriesOf(gradients.get('W') ?? 0)).toEqual(Array(78_400).fill(1))
  })
})
