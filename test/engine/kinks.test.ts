import { describe, expect, test } from 'vitest'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { findKinks } from '../../src/engine/kinks.js'
import { compile, evaluate, graph, rangeOf } from '../support/engine.js'
import { BUILT_IN_GRAPHS } from '../support/lab-graphs.js'

function kinksOf(definition: GraphDefinition) {
  const { graph: compiled } = compile(definition)
  return { compiled, kinks: findKinks(compiled, evaluate(compiled)) }
}

/** The range of each derivative box asked for, as `[low, high]`. */
function rangesOf(definition: GraphDefinition): Record<string, readonly [number, number] | undefined> {
  const { compiled, kinks } = kinksOf(definition)
  return Object.fromEntries(
    compiled.asked
      .filter(box => box.kind !== 'forward')
      .map(box => {
        const range = rangeOf(kinks, box)
        return [box.id, range && [range.low + 0, range.high + 0]]
      }),
  )
}

describe('a graph off every kink', () => {
  test.each(Object.entries(BUILT_IN_GRAPHS))('%s has none', (_key, definition) => {
    expect(kinksOf(definition).kinks).toBeUndefined()
  })

  test('has none, however near it comes', () => {
    expect(kinksOf(graph({ w: 1e-300 }, { J: 'relu(w) + abs(w) + max(w, 0)' })).kinks).toBeUndefined()
  })

  test('has none where a value ties with itself', () => {
    expect(kinksOf(graph({ w: 1 }, { J: 'max(w, w) + min(w^2, w^2)' })).kinks).toBeUndefined()
  })

  test('has none for a kink among constants, which no value moves', () => {
    expect(kinksOf(graph({ w: 1 }, { J: 'w*max(2, 2) + relu(0)' })).kinks).toBeUndefined()
  })
})

describe('the range of right values', () => {
  test.each<[string, GraphDefinition, Readonly<Record<string, readonly [number, number]>>]>([
    [
      'relu at 0',
      graph({ w: 0 }, { a: 'relu(w)', J: '6*a' }),
      { dJ_da: [6, 6], da_dw: [0, 1], dJ_dw: [0, 6] },
    ],
    [
      'relu at 0, with a negative slope behind',
      graph({ w: 0 }, { a: 'relu(w)', J: '-6*a' }),
      { dJ_da: [-6, -6], da_dw: [0, 1], dJ_dw: [-6, 0] },
    ],
    [
      'leaky_relu at 0',
      graph({ w: 0 }, { a: 'leaky_relu(w)', J: '2*a' }),
      { dJ_da: [2, 2], da_dw: [0.01, 1], dJ_dw: [0.02, 2] },
    ],
    [
      'abs at 0',
      graph({ w: 0 }, { a: 'abs(w)', J: '3*a + w' }),
      { dJ_da: [3, 3], local_dJ_dw: [1, 1], da_dw: [-1, 1], dJ_dw: [-2, 4] },
    ],
    [
      'a tie of max',
      graph({ w: 2, v: 2 }, { a: 'max(w, v)', J: '4*a' }),
      { dJ_da: [4, 4], da_dw: [0, 1], dJ_dw: [0, 4], da_dv: [0, 1], dJ_dv: [0, 4] },
    ],
    [
      'a tie of min with a constant',
      graph({ w: 2 }, { a: 'min(w, 2)', J: '4*a' }),
      { dJ_da: [4, 4], da_dw: [0, 1], dJ_dw: [0, 4] },
    ],
    ['a kink inside an expression', graph({ w: 1 }, { J: '5*relu(2*w - 2) + w' }), { dJ_dw: [1, 11] }],
    [
      'two kinks in a chain',
      graph({ w: 0 }, { a: 'relu(w)', b: 'abs(a)', J: '2*b' }),
      { dJ_db: [2, 2], db_da: [-1, 1], dJ_da: [-2, 2], da_dw: [0, 1], dJ_dw: [-2, 2] },
    ],
    [
      'a kink on one of two paths',
      graph({ w: 0 }, { a: 'relu(w)', b: '3*w', J: 'a + b' }),
      { dJ_da: [1, 1], dJ_db: [1, 1], db_dw: [3, 3], da_dw: [0, 1], dJ_dw: [3, 4] },
    ],
    [
      'a kink off which another path lies',
      graph({ w: 0, v: 1 }, { a: 'relu(w)', b: 'v^2', J: 'a + b' }),
      { dJ_da: [1, 1], dJ_db: [1, 1], db_dv: [2, 2], dJ_dv: [2, 2], da_dw: [0, 1], dJ_dw: [0, 1] },
    ],
    [
      'a kink behind which nothing moves',
      graph({ w: 0 }, { a: 'relu(w)', J: '0*a' }),
      { dJ_da: [0, 0], da_dw: [0, 1], dJ_dw: [0, 0] },
    ],
  ])('%s', (_case, definition, expected) => {
    expect(rangesOf(definition)).toEqual(expected)
  })

  test('holds the right value that the convention gives', () => {
    const definition = graph(
      { w: 0, v: 0 },
      { a: 'relu(w) - 2*abs(v)', b: 'max(a, w)', J: '3*b - min(a, v)' },
    )
    const { compiled, kinks } = kinksOf(definition)
    const { gradients, locals } = evaluate(compiled)
    for (const box of compiled.asked) {
      const range = rangeOf(kinks, box)
      if (box.kind === 'forward') {
        expect(range).toBeUndefined()
        continue
      }
      const right = box.kind === 'local' ? locals.get(box.of)?.get(box.wrt) : gradients.get(box.wrt)
      expect(right).toBeGreaterThanOrEqual(range?.low ?? Number.NaN)
      expect(right).toBeLessThanOrEqual(range?.high ?? Number.NaN)
    }
  })

  test('is found at the inputs given, not at those defined', () => {
    const { graph: compiled } = compile(graph({ w: 1 }, { J: 'relu(w)' }))
    expect(findKinks(compiled, evaluate(compiled))).toBeUndefined()
    expect(findKinks(compiled, evaluate(compiled, { w: 0 }))?.nodes).toEqual(['J'])
  })
})

test('the nodes that sit on a kink themselves are named, in the order of computing', () => {
  const definition = graph({ w: 0 }, { J: 'd + abs(w)', d: '2*a', a: 'relu(w)' }, { output: 'J' })
  expect(kinksOf(definition).kinks?.nodes).toEqual(['a', 'J'])
})

describe('one kink on several paths is one choice', () => {
  test.each<[string, GraphDefinition, readonly [number, number]]>([
    ['relu against itself', graph({ w: 0 }, { a: 'relu(w)', J: '3*a - 3*a' }), [0, 0]],
    ['a tie with its own source', graph({ w: 2 }, { a: 'w', J: 'max(a, w)' }), [1, 1]],
    ['relu squared by a product', graph({ w: 0 }, { a: 'relu(w) + 1', J: 'a*a' }), [0, 2]],
  ])('%s', (_case, definition, expected) => {
    const { compiled, kinks } = kinksOf({ ...definition, boxes: undefined })
    const box = compiled.boxes.get('dJ_dw')!
    const range = rangeOf(kinks, box)!
    expect([range.low + 0, range.high + 0]).toEqual(expected)
  })

  test('beyond many kinks the range errs on the wide side', () => {
    const names = Array.from({ length: 20 }, (_, index) => `p${String(index)}`)
    const nodes = Object.fromEntries(names.map(name => [name, 'relu(w)']))
    const definition = graph({ w: 0 }, { ...nodes, J: names.map(name => `${name} - ${name}/2`).join(' + ') })
    const { compiled, kinks } = kinksOf(definition)
    const range = rangeOf(kinks, compiled.boxes.get('dJ_dw')!)!
    expect(range.low).toBeLessThanOrEqual(0)
    expect(range.high).toBeGreaterThanOrEqual(names.length / 2)
  })
})
