import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluateExpression } from '../../src/engine/evaluate-expression.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { createStepBudget } from '../../src/engine/faults.js'
import { entriesOf, shapeOfValue, type Value } from '../../src/engine/tensor.js'
import { compile, evaluate, plenty, read, refusalOf } from '../support/engine.js'
import { randomGraph } from '../support/random-graphs.js'
import { randomTensorGraph } from '../support/random-tensor-graphs.js'

function valueAt(
  text: string,
  values: Readonly<Record<string, Value>>,
  budget = plenty(),
): Value | undefined {
  const known = new Map(Object.entries(values))
  return evaluateExpression(read(text, [...known.keys()]).root, name => known.get(name), budget)
}

describe('the value of an expression', () => {
  test.each<[string, Record<string, Value>, Value]>([
    ['2*a', { a: 11 }, 22],
    ['pi/2', {}, Math.PI / 2],
    ['-a', { a: 0 }, 0],
    ['max(a, b)^2 - ln(b)', { a: 3, b: 1 }, 9],
    ['v*v', { v: [1, 2, 3] }, [1, 4, 9]],
    ['-v', { v: [0, 2] }, [0, -2]],
    ['v + 1', { v: [1, 2] }, [2, 3]],
    ['1/v', { v: [2, 4] }, [0.5, 0.25]],
    [
      'v + A',
      {
        v: [10, 20],
        A: [
          [1, 2],
          [3, 4],
        ],
      },
      [
        [11, 22],
        [13, 24],
      ],
    ],
    ['matmul(transpose(A), v)', { A: [[1, 2, 3]], v: [2] }, [2, 4, 6]],
    ['dot(a, v)', { a: 2, v: [1, 2] }, [2, 4]],
    ['sum(A)', { A: [[1, 2, 3]] }, 6],
    ['mean(v) + sum(2)', { v: [1, 2, 6] }, 5],
    ['logsumexp(v)', { v: [0, -1000] }, 0],
  ])('%s at %j', (text, values, expected) => {
    expect(valueAt(text, values)).toEqual(expected)
  })

  test.each<[string, Record<string, Value>]>([
    ['1/a', { a: 0 }],
    ['0*(1/a)', { a: 0 }],
    ['1/(1/a)', { a: 0 }],
    ['relu(ln(a))', { a: -1 }],
    ['exp(a)', { a: 1000 }],
    ['1/v', { v: [1, 0] }],
    ['0*sum(ln(v))', { v: [1, -1] }],
    ['v + u', { v: [1, 2], u: [1, 2, 3] }],
    ['matmul(v, 2)', { v: [1, 2] }],
    ['v', { v: [] }],
  ])('%s at %j is none', (text, values) => {
    expect(valueAt(text, values)).toBeUndefined()
  })

  test('is none where a name has none, even where it would not matter', () => {
    const { root } = read('a + 0*b', ['a', 'b'])
    expect(evaluateExpression(root, name => (name === 'a' ? 1 : undefined), plenty())).toBeUndefined()
    expect(evaluateExpression(root, () => 1, plenty())).toBe(1)
  })

  test.each([
    ['numbers', randomGraph],
    ['arrays', randomTensorGraph],
  ])('is the one that the tape computes, node by node, for %s', (_what, random) => {
    let compared = 0
    fc.assert(
      fc.property(random as fc.Arbitrary<{ readonly definition: GraphDefinition }>, ({ definition }) => {
        const compiled = compile(definition).graph
        const { values } = evaluate(compiled)
        for (const { name, root } of compiled.nodes) {
          const value = evaluateExpression(root, operand => values.get(operand), plenty()) ?? Number.NaN
          const expected = entriesOf(values.get(name) ?? Number.NaN)
          expect(shapeOfValue(value)).toEqual(compiled.shapes.get(name))
          for (const [index, entry] of entriesOf(value).entries()) {
            const right = expected[index] ?? Number.NaN
            expect(Math.abs(entry - right)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(right)))
            compared += 1
          }
        }
      }),
    )
    expect(compared).toBeGreaterThan(300)
  })

  test('takes steps for arrays, and no stack for depth', () => {
    const wide = Array.from({ length: 300 }, () => [1])
    const cost = (): unknown => valueAt('A + transpose(A)', { A: wide }, createStepBudget(50_000))
    expect(refusalOf(cost).code).toBe('too-complex')
    expect(valueAt(`${'1+'.repeat(4_900)}a`, { a: 1 })).toBe(4_901)
  })
})
