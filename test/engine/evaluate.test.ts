import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { boxValue, definedInputs, evaluateGraph } from '../../src/engine/evaluate.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { compile, domainFaultOf, evaluate, graph, localsOf } from '../support/engine.js'
import { BUILT_IN_GRAPHS, FAN_OUT, LAB_BOXES, LOGISTIC_NEURON, type LabGraph } from '../support/lab-graphs.js'

function solve(definition: GraphDefinition) {
  const { graph: compiled } = compile(definition)
  const evaluation = evaluate(compiled)
  return {
    values: Object.fromEntries(evaluation.values),
    gradients: Object.fromEntries(evaluation.gradients),
    locals: localsOf(evaluation),
    boxes: compiled.asked.map(box => [box.id, boxValue(evaluation, box)] as const),
  }
}

describe('the built-in graphs', () => {
  test('are those that the migrations install', () => {
    const folder = new URL('../../prisma/migrations/', import.meta.url)
    const scripts = readdirSync(folder, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => readFileSync(new URL(`${entry.name}/migration.sql`, folder), 'utf8'))
    const installed = scripts.flatMap(sql =>
      [...sql.matchAll(/'(\{\s*"[^']*\})'/g)].map(([, json = '']) => JSON.parse(json) as { title: string }),
    )
    const byTitle = (a: { title: string }, b: { title: string }): number => (a.title < b.title ? -1 : 1)
    expect(installed.sort(byTitle)).toEqual(Object.values<LabGraph>(BUILT_IN_GRAPHS).sort(byTitle))
  })

  test.each(Object.entries(LAB_BOXES))("%s has the lab's truth in every box, in order", (key, boxes) => {
    expect(solve(BUILT_IN_GRAPHS[key as keyof typeof LAB_BOXES]).boxes).toEqual(boxes)
  })

  test('fan-out sums the gradient of u over its two paths', () => {
    expect(solve(FAN_OUT)).toEqual({
      values: { w: 2, x: 3, b: -1, u: 6, v: -2, J: 34 },
      locals: { 'u/w': 3, 'u/x': 2, 'v/u': -1, 'v/b': 6, 'J/v': -4, 'J/u': 5 },
      gradients: { J: 1, v: -4, u: 9, b: -24, w: 27, x: 18 },
      boxes: [
        ['u', 6],
        ['v', -2],
        ['J', 34],
        ['dJ_dv', -4],
        ['local_dJ_du', 5],
        ['dv_du', -1],
        ['dJ_du', 9],
        ['dv_db', 6],
        ['dJ_db', -24],
        ['du_dw', 3],
        ['dJ_dw', 27],
      ],
    })
  })

  test('logistic-neuron is right at every node and edge', () => {
    const { values, locals, gradients } = solve(LOGISTIC_NEURON)
    expect(values).toEqual({
      ...{ x0: 1, x1: 2, y: 1, w0: -2, w1: 3, b: -4 },
      ...{ d: -2, e: 6, f: 0, g: 0, h: 1, i: 2, a: 0.5, k: 0.5, L: 0.25 },
    })
    expect(locals).toEqual({
      ...{ 'd/x0': -2, 'd/w0': 1, 'e/x1': 3, 'e/w1': 2, 'f/d': 1, 'f/e': 1, 'f/b': 1, 'g/f': -1, 'h/g': 1 },
      ...{ 'i/h': 1, 'a/i': -0.25, 'k/y': 1, 'k/a': -1, 'L/k': 1 },
    })
    expect(gradients).toEqual({
      ...{ L: 1, k: 1, a: -1, i: 0.25, h: 0.25, g: 0.25, f: -0.25, d: -0.25, e: -0.25 },
      ...{ w0: -0.25, w1: -0.5, b: -0.25, x0: 0.5, x1: -0.75, y: 1 },
    })
  })
})

describe('an evaluation', () => {
  test('takes other inputs than those defined', () => {
    const { graph: compiled } = compile(FAN_OUT)
    const { values, gradients } = evaluate(compiled, { w: 1, x: 1, b: 0 })
    expect([values.get('u'), values.get('v'), values.get('J')]).toEqual([1, 4, 21])
    expect([gradients.get('w'), gradients.get('b')]).toEqual([5, 8])
    // The compiled graph keeps nothing of it.
    expect(evaluate(compiled).values.get('J')).toBe(34)
  })

  test('has the gradient 0 for what the output does not depend on', () => {
    const { gradients, locals } = solve(graph({ w: 2, z: 5 }, { u: 'w*z', J: 'w^2' }))
    expect(gradients).toEqual({ w: 4, z: 0, u: 0, J: 1 })
    expect(locals).toEqual({ 'u/w': 5, 'u/z': 2, 'J/w': 4 })
  })

  test('has the local derivative 0, and a box for it, where an operand cancels out', () => {
    expect(solve(graph({ w: 2, z: 5 }, { a: 'w - w + 0*z', J: 'a + w' })).locals).toEqual({
      'a/w': 0,
      'a/z': 0,
      'J/a': 1,
      'J/w': 1,
    })
  })

  test('knows no −0, which means nothing to a learner', () => {
    const { values, locals, gradients } = solve(graph({ w: 0 }, { a: '-w', b: '0*a*(-1)', J: '-b' }))
    for (const number of [...Object.values(values), ...Object.values(locals), ...Object.values(gradients)])
      expect(Object.is(number, -0)).toBe(false)
  })

  test('reads a node that only names another, and one that is a constant', () => {
    const { values, locals, gradients } = solve(graph({ w: 3 }, { a: 'w', k: '2^10/3*3', b: 'a', J: 'b*k' }))
    expect(values).toMatchObject({ a: 3, k: 1024, b: 3, J: 3072 })
    expect(locals).toEqual({ 'a/w': 1, 'b/a': 1, 'J/b': 1024, 'J/k': 3 })
    expect(gradients).toMatchObject({ w: 1024, a: 1024, b: 1024, k: 3 })
  })

  test('reads a name as often as it stands in an expression', () => {
    expect(solve(graph({ w: 3 }, { a: 'w*w + w', J: 'a' })).locals).toEqual({ 'a/w': 7, 'J/a': 1 })
    expect(solve(graph({ w: 3 }, { J: 'w^w' })).gradients['w']).toBeCloseTo(27 * (1 + Math.log(3)), 10)
    expect(solve(graph({ w: 3 }, { J: 'max(w, w)' })).gradients['w']).toBe(1)
  })

  test('works constants out exactly', () => {
    expect(solve(graph({ w: 1 }, { J: 'w*(0.1 + 0.2)' })).values['J']).toBe(0.3)
    expect(solve(graph({ w: 1 }, { J: 'w*(1e400/1e399)' })).values['J']).toBe(10)
  })

  test.each<[string, Readonly<Record<string, number>>, string, Readonly<Record<string, number>>]>([
    ['relu', { w: 0 }, 'relu(w)', { w: 0 }],
    ['abs', { w: 0 }, 'abs(w)', { w: 0 }],
    ['max', { w: 3, v: 3 }, 'max(w, v)', { w: 0.5, v: 0.5 }],
    ['min', { w: 3, v: 3 }, 'min(w, v)', { w: 0.5, v: 0.5 }],
    ['a tie with a constant', { w: 1 }, 'max(1, w)', { w: 0.5 }],
    ['x^0', { w: 0 }, 'w^0', { w: 0 }],
  ])('takes the convention at the kink of %s', (_name, parameters, expression, expected) => {
    expect(solve(graph(parameters, { J: expression })).gradients).toMatchObject(expected)
  })

  test('overflows nowhere on the way', () => {
    const { values, gradients } = solve(
      graph(
        { w: 1000 },
        { s: 'sigmoid(-w)', p: 'softplus(w)', q: 'softplus(-w)', t: 'sigmoid(w)', J: 's + p + q + t' },
      ),
    )
    expect(values).toMatchObject({ s: 0, p: 1000, q: 0, t: 1, J: 1001 })
    expect(gradients['w']).toBe(1)
  })
})

describe('a number that does not exist names its node', () => {
  const LARGE = 'a value too large to compute with'
  test.each<[string, GraphDefinition, number, string, string]>([
    ['ln(−1)', graph({ w: -1 }, { a: '2*w', b: 'ln(a)', J: 'b' }), 1, '"b" = ln(a)', 'logarithm'],
    ['ln(0)', graph({ w: 0 }, { J: 'ln(w)' }), 0, '"J"', 'logarithm'],
    [
      'a division by zero',
      graph({ w: 1 }, { a: '1/(w - 1)', J: 'a' }),
      0,
      '"a" = 1/(w - 1)',
      'division by zero',
    ],
    ['a square root', graph({ w: -4 }, { J: '2 + sqrt(w)' }), 0, '"J"', 'square root of a negative'],
    ['the slope of a square root', graph({ w: 0 }, { J: 'sqrt(w)' }), 0, '"J"', 'slope of a square root'],
    ['0^0.5', graph({ w: 0 }, { J: 'w^0.5' }), 0, '"J"', 'power below 1'],
    [
      'a root of a negative number',
      graph({ w: -8 }, { J: 'w^(1/3)' }),
      0,
      '"J"',
      'negative number to a power',
    ],
    [
      'a variable power of a negative number',
      graph({ w: -2, n: 2 }, { J: 'w^n' }),
      0,
      '"J"',
      'negative number to a power',
    ],
    ['asin(2)', graph({ w: 2 }, { J: 'asin(w)' }), 0, '"J"', 'asin at or outside'],
    ['exp overflows', graph({ w: 1000 }, { a: 'w', J: 'exp(a)' }), 1, '"J"', LARGE],
    ['a product overflows', graph({ w: 1e200 }, { J: 'w*w' }), 0, '"J"', LARGE],
    ['a power of a negative number overflows', graph({ w: -1e200 }, { J: 'w^3' }), 0, '"J"', LARGE],
    ['a constant overflows', graph({ w: 1 }, { J: 'w*1e400' }), 0, '"J"', LARGE],
    [
      'a constant does not exist',
      graph({ w: 1 }, { a: 'w', J: 'a + relu(ln(0 - 1))' }),
      1,
      '"J"',
      'logarithm',
    ],
    ['a constant of an overflow', graph({ w: 1 }, { J: 'w + 1/exp(1000)' }), 0, '"J"', LARGE],
    [
      'a constant node does not exist',
      graph({ w: 1 }, { k: '1/0', J: 'w + k' }),
      0,
      '"k" = 1/0',
      'division by zero',
    ],
    [
      'a derivative overflows',
      graph({ w: 1e-310 }, { J: 'w*ln(w)' }),
      0,
      '"J"',
      'derivative that is not finite',
    ],
    [
      'a gradient overflows',
      graph(
        { w: 1 },
        { a: '1e200*w', b: '1e-200*a', c: '1e200*b*1e-200', J: '(a*1e-200)^2*1e200*1e200*0 + c' },
      ),
      3,
      '"J"',
      LARGE,
    ],
    [
      'even where the output does not depend on it',
      graph({ w: 0 }, { u: '1/w', J: 'w^2' }),
      0,
      '"u"',
      'division by zero',
    ],
  ])('%s', (_case, definition, listed, excerpt, reason) => {
    const fault = domainFaultOf(compile(definition).graph)
    expect(fault).toMatchObject({ code: 'domain-error', path: ['nodes', listed, 'expression'] })
    expect(fault.message).toContain(excerpt)
    expect(fault.message).toContain(reason)
  })

  test('by its place in the list, not in the order of computing', () => {
    const definition = graph({ w: -1 }, { J: 'b', b: 'ln(w)' }, { output: 'J' })
    expect(domainFaultOf(compile(definition).graph).path).toEqual(['nodes', 1, 'expression'])
  })

  test('with an excerpt of a long expression', () => {
    const { message } = domainFaultOf(compile(graph({ w: -1 }, { J: `ln(w)${' + w'.repeat(2000)}` })).graph)
    expect(message.length).toBeLessThan(250)
  })

  test('a gradient past the largest double is refused, though every value is finite', () => {
    const definition = graph({ w: 0 }, { a: '1e200*w', b: '1e200*a', J: 'b' })
    const fault = domainFaultOf(compile(definition).graph)
    expect(fault.code).toBe('domain-error')
    expect(fault.message).toContain('gradient of "J"')
  })

  test('at inputs other than those defined too', () => {
    const { graph: compiled } = compile(graph({ w: 1 }, { J: 'ln(w)' }))
    const inputs = new Map([...definedInputs(compiled), ['w', -1] as const])
    expect(evaluateGraph(compiled, inputs)).toMatchObject({ ok: false, fault: { code: 'domain-error' } })
    expect(evaluateGraph(compiled, definedInputs(compiled)).ok).toBe(true)
  })
})

describe('derivatives by data', () => {
  test('are worked out as well', () => {
    expect(solve(graph({ w: 3 }, { J: 'w*x' }, { data: { x: 2 } })).gradients).toEqual({ w: 2, x: 3, J: 1 })
  })

  test('are left out where they do not exist, while all else stands', () => {
    const { values, locals, gradients } = solve(
      graph({ w: -2 }, { p: 'w^n', r: 'sqrt(x)', J: 'p + r + x' }, { data: { n: 2, x: 0 } }),
    )
    expect(values).toMatchObject({ p: 4, r: 0, J: 4 })
    expect(locals).toEqual({ 'p/w': -4, 'J/p': 1, 'J/r': 1, 'J/x': 1 })
    expect(gradients).toEqual({ w: -4, p: 1, r: 1, J: 1 })
  })

  test('do not hide a parameter that shares the node', () => {
    const { locals } = solve(graph({ w: 3 }, { J: 'w*(x - 1)^n' }, { data: { x: 1, n: 1 } }))
    expect(locals).toMatchObject({ 'J/w': 0, 'J/x': 3 })
  })
})

describe('size', () => {
  test('a chain of 100,000 nodes is compiled, swept forward and swept back', { timeout: 60_000 }, () => {
    const count = 100_000
    const name = (index: number): string => `n${String(index)}`
    // Listed backwards, so that sorting has to turn it round.
    const nodes = Array.from({ length: count }, (_, index) => ({
      name: name(index),
      expression: index === 0 ? 'w' : `${name(index - 1)} + 1`,
    })).toReversed()
    const definition: GraphDefinition = {
      inputs: [{ name: 'w', role: 'parameter', value: 1 }],
      nodes,
      output: name(count - 1),
      boxes: [name(0), name(count - 1), `d${name(count - 1)}_dw`],
    }
    const { graph: compiled } = compile(definition, { maxNodes: count })
    const { values, gradients, locals } = evaluate(compiled)
    expect(values.get(name(count - 1))).toBe(count)
    expect(gradients.get('w')).toBe(1)
    expect(locals.get(name(count - 1))).toEqual(new Map([[name(count - 2), 1]]))
  })

  test('one node with 5,000 operations, and a fan-out of 1,000', () => {
    const expressions = Object.fromEntries(
      Array.from({ length: 1000 }, (_, i) => [`n${String(i)}`, 'w^2'] as const),
    )
    const sum = Object.keys(expressions).join('+')
    const { gradients, values } = solve(graph({ w: 3 }, { ...expressions, J: sum }))
    expect([values['J'], gradients['w']]).toEqual([9000, 6000])
    expect(solve(graph({ w: 3 }, { J: `w${'+w'.repeat(4999)}` })).gradients['w']).toBe(5000)
  })
})

test.each([
  ['2^2047*0 + w', 5],
  ['10^400/10^399*w', 50],
  ['2^1023*2/2^1024*w', 5],
  ['7^700/7^700*w', 5],
  ['1e400/1e399*w', 50],
])('constants are exact past the range of doubles: %s', (expression, expected) => {
  const { graph: compiled } = compile(graph({ w: 5 }, { J: expression }))
  expect(evaluate(compiled).values.get('J')).toBe(expected)
})
