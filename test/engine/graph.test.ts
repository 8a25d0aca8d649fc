import { describe, expect, test } from 'vitest'
import { createStepBudget } from '../../src/engine/faults.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { compile, faultsOf, graph, refusalOf } from '../support/engine.js'
import { BUILT_IN_GRAPHS } from '../support/lab-graphs.js'

describe('a definition is refused with every fault and its place', () => {
  const W = [{ name: 'w', role: 'parameter' as const, value: 1 }]
  const node = (name: string, expression: string) => ({ name, expression })

  test.each<[string, GraphDefinition, readonly object[]]>([
    [
      'a name that is none',
      graph({ '2w': 1 }, { J: '2' }),
      [{ code: 'invalid-name', path: ['inputs', 0, 'name'] }],
    ],
    [
      'an empty name',
      graph({ w: 1 }, { '': '2', J: 'w' }, { output: 'J' }),
      [{ code: 'invalid-name', path: ['nodes', 0, 'name'] }],
    ],
    [
      'a name too long',
      graph({}, { ['a'.repeat(33)]: '2', J: '1' }),
      [{ code: 'invalid-name', path: ['nodes', 0, 'name'] }],
    ],
    [
      'a reserved name',
      graph({ constructor: 1 }, { J: '2' }),
      [{ code: 'reserved-name', path: ['inputs', 0, 'name'] }],
    ],
    [
      '__proto__',
      { inputs: [], nodes: [node('__proto__', '1'), node('J', '1')], output: 'J' },
      [{ code: 'reserved-name', path: ['nodes', 0, 'name'] }],
    ],
    [
      'an input twice',
      { inputs: [...W, ...W], nodes: [node('J', 'w')], output: 'J' },
      [{ code: 'duplicate-name', path: ['inputs', 1, 'name'] }],
    ],
    [
      'a node that is an input',
      { inputs: W, nodes: [node('w', '2'), node('J', 'w')], output: 'J' },
      [{ code: 'duplicate-name', path: ['nodes', 0, 'name'] }],
    ],
    [
      'a value that is none',
      graph({ w: Number.NaN, b: Infinity }, { J: 'w + b' }),
      [
        { code: 'not-finite', path: ['inputs', 0, 'value'] },
        { code: 'not-finite', path: ['inputs', 1, 'value'] },
      ],
    ],
    [
      'a syntax error',
      graph({ w: 1 }, { a: 'w + ', J: 'a' }),
      [{ code: 'syntax', path: ['nodes', 0, 'expression'], position: 4 }],
    ],
    [
      'an unknown name',
      graph({ w: 1 }, { J: '2*q' }),
      [{ code: 'unknown-name', path: ['nodes', 0, 'expression'], position: 2 }],
    ],
    [
      'two numbers',
      graph({ w: 1 }, { J: 'w 3' }),
      [{ code: 'two-numbers', path: ['nodes', 0, 'expression'], position: 2 }],
    ],
    [
      '**',
      graph({ w: 1 }, { J: 'w**3' }),
      [{ code: 'double-star', path: ['nodes', 0, 'expression'], position: 1 }],
    ],
    [
      'a call',
      graph({ w: 1 }, { J: '1 + max(w)' }),
      [{ code: 'wrong-argument-count', path: ['nodes', 0, 'expression'], position: 4 }],
    ],
    [
      'a literal',
      graph({ w: 1 }, { J: `w + 1e999` }),
      [{ code: 'exponent-too-large', path: ['nodes', 0, 'expression'], position: 4 }],
    ],
    [
      'a long literal',
      graph({ w: 1 }, { J: `w + ${'1'.repeat(41)}` }),
      [{ code: 'literal-too-long', path: ['nodes', 0, 'expression'], position: 4 }],
    ],
    [
      'a long expression',
      graph({ w: 1 }, { J: ' '.repeat(10_001) }),
      [{ code: 'expression-too-long', path: ['nodes', 0, 'expression'], position: 10_000 }],
    ],
    [
      'a deep expression',
      graph({ w: 1 }, { J: '('.repeat(300) }),
      [{ code: 'expression-too-deep', path: ['nodes', 0, 'expression'], position: 257 }],
    ],
    [
      'no such output',
      graph({ w: 1 }, { a: 'w' }, { output: 'J' }),
      [{ code: 'unknown-output', path: ['output'] }],
    ],
    [
      'an input as the output',
      graph({ w: 1 }, { a: 'w' }, { output: 'w' }),
      [{ code: 'unknown-output', path: ['output'] }],
    ],
    ['no nodes', graph({ w: 1 }, {}, { output: 'J' }), [{ code: 'unknown-output', path: ['output'] }]],
    [
      'an output that feeds a node',
      graph({ w: 1 }, { a: 'w', b: '2*a' }, { output: 'a' }),
      [{ code: 'output-feeds-node', path: ['output'] }],
    ],
    [
      'a cycle',
      graph({ w: 1 }, { x: 'w', a: 'b + x', b: 'c', c: 'a', J: 'a' }),
      [{ code: 'cycle', path: ['nodes', 1, 'expression'] }],
    ],
  ])('%s', (_case, definition, expected) => {
    const faults = faultsOf(definition)
    expect(faults).toMatchObject(expected)
    expect(faults).toHaveLength(expected.length)
    for (const fault of faults) expect(fault.message).not.toBe('')
  })

  test('a cycle is named along its nodes, from wherever it is reached', () => {
    const [fault] = faultsOf(
      graph({ w: 1 }, { J: 'z', z: 'a', a: '2*b', b: 'w + c', c: 'a' }, { output: 'J' }),
    )
    expect(fault?.message).toContain('a → b → c → a')
    expect(fault?.path).toEqual(['nodes', 2, 'expression'])
    expect(faultsOf(graph({ w: 1 }, { a: 'a + w', J: 'a' }))[0]?.message).toContain('a → a')
  })

  test('all of them at once, whatever their kinds', () => {
    const faults = faultsOf({
      inputs: [
        { name: 'w', role: 'parameter', value: Infinity },
        { name: '2', role: 'data', value: 1 },
      ],
      nodes: [
        node('a', 'w +'),
        node('b', 'c'),
        node('c', 'b'),
        node('w', '1'),
        node('d', '$'),
        node('f', 'unknown'),
      ],
      output: 'J',
    })
    expect(faults.map(({ code, path }) => [code, ...path])).toEqual([
      ['invalid-name', 'inputs', 1, 'name'],
      ['duplicate-name', 'nodes', 3, 'name'],
      ['not-finite', 'inputs', 0, 'value'],
      ['syntax', 'nodes', 0, 'expression'],
      ['syntax', 'nodes', 4, 'expression'],
      ['unknown-name', 'nodes', 5, 'expression'],
      ['unknown-output', 'output'],
      ['cycle', 'nodes', 1, 'expression'],
    ])
  })

  test('a node that cannot be read makes no fault of those that use it', () => {
    const faults = faultsOf(graph({ w: 1 }, { a: 'w +', J: 'a^2' }))
    expect(faults.map(fault => fault.code)).toEqual(['syntax'])
  })

  test('too many nodes, before any is read', () => {
    const definition = graph({ w: 1 }, { a: '((', b: '))', J: 'w' })
    expect(faultsOf(definition, { maxNodes: 2 })).toMatchObject([{ code: 'too-many-nodes', path: ['nodes'] }])
    expect(faultsOf(definition, { maxNodes: 3 }).map(fault => fault.code)).toEqual(['syntax', 'syntax'])
  })
})

describe('edges', () => {
  test('are at most ten a node that a graph may have', () => {
    const operands = (count: number): string =>
      Array.from({ length: count }, (_, i) => `w${String(i)}`).join('+')
    const inputs = Array.from({ length: 21 }, (_, i) => ({
      name: `w${String(i)}`,
      role: 'data' as const,
      value: 1,
    }))
    const definition = (count: number): GraphDefinition => ({
      inputs,
      nodes: [{ name: 'J', expression: operands(count) }],
      output: 'J',
    })
    expect(compile(definition(20), { maxNodes: 2 }).graph.nodes).toHaveLength(1)
    expect(faultsOf(definition(21), { maxNodes: 2 })).toMatchObject([
      { code: 'too-many-edges', path: ['nodes'] },
    ])
  })
})

describe('the work of compiling is bounded by the budget', () => {
  test('reading draws on it', () => {
    const definition = graph({ w: 1 }, { a: 'w + w + w', J: 'a' })
    expect(refusalOf(() => compile(definition, { budget: createStepBudget(49) })).code).toBe('too-complex')
    expect(compile(definition, { budget: createStepBudget(50) }).graph.output).toBe('J')
  })

  test('exact arithmetic on large constants draws on it by their size', () => {
    const definition = graph({ w: 1 }, { J: `7^700/3^1280${' + 1/7'.repeat(1000)} + w` })
    expect(refusalOf(() => compile(definition, { budget: createStepBudget(1_000_000) })).code).toBe(
      'too-complex',
    )
    const small = graph({ w: 1 }, { J: `1/3${' + 1/7'.repeat(1000)} + w` })
    expect(compile(small, { budget: createStepBudget(1_000_000) }).graph.output).toBe('J')
  })
})

describe('what an author may not have meant is pointed out', () => {
  test('a node that the output does not depend on', () => {
    const { warnings } = compile(graph({ w: 1 }, { u: 'w', v: 'u', a: '2*w', J: 'a' }, { output: 'J' }))
    expect(warnings).toMatchObject([
      { code: 'unused-node', path: ['nodes', 0, 'name'] },
      { code: 'unused-node', path: ['nodes', 1, 'name'] },
    ])
  })

  test('a product without a sign after a division', () => {
    const { warnings } = compile(graph({ w: 1 }, { a: '2*w', J: '1/2a + 1/3w' }))
    expect(warnings).toMatchObject([
      { code: 'ambiguous-multiplication', path: ['nodes', 1, 'expression'], position: 3 },
      { code: 'ambiguous-multiplication', path: ['nodes', 1, 'expression'], position: 10 },
    ])
  })

  test('and nothing in the built-in graphs', () => {
    for (const definition of Object.values(BUILT_IN_GRAPHS)) expect(compile(definition).warnings).toEqual([])
  })
})
