import { describe, expect, test } from 'vitest'
import { cascade, type Cascade } from '../../src/engine/cascade.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { compile, evaluate, graph } from '../support/engine.js'
import { FAN_OUT, LAB_NETWORK_0, LAB_NETWORK_1, LINEAR_REGRESSION } from '../support/lab-graphs.js'

function cascadeOf(definition: GraphDefinition, from: string): Cascade | undefined {
  const { graph: compiled } = compile(definition)
  return cascade(compiled, evaluate(compiled), from)
}

function linesOf(definition: GraphDefinition, from: string): readonly string[] | undefined {
  return cascadeOf(definition, from)?.lines.map(line => line.text)
}

describe('a cascade', () => {
  test("is the lab's other view", () => {
    expect(cascadeOf(LAB_NETWORK_0, 'w')).toEqual({
      from: 'w',
      nodes: [
        { name: 'w', multiplier: 1 },
        { name: 'a', multiplier: 3 },
        { name: 'J', multiplier: 66 },
      ],
      edges: [
        { from: 'w', to: 'a', local: 3 },
        { from: 'a', to: 'J', local: 22 },
      ],
      lines: [
        { text: 'w ↑ ε', tex: 'w \\uparrow \\varepsilon' },
        { text: 'a ↑ 3ε', tex: 'a \\uparrow 3 \\varepsilon' },
        { text: 'J ↑ 66ε', tex: 'J \\uparrow 66 \\varepsilon' },
      ],
    })
  })

  test('begins at any input or node', () => {
    expect(linesOf(LAB_NETWORK_1, 'w')).toEqual(['w ↑ ε', 'c ↑ 2ε', 'a ↑ 2ε', 'd ↑ 2ε', 'J ↑ 6ε'])
    expect(linesOf(LAB_NETWORK_1, 'b')).toEqual(['b ↑ ε', 'a ↑ ε', 'd ↑ ε', 'J ↑ 3ε'])
    expect(linesOf(LAB_NETWORK_1, 'd')).toEqual(['d ↑ ε', 'J ↑ 3ε'])
    expect(linesOf(LAB_NETWORK_1, 'J')).toEqual(['J ↑ ε'])
  })

  test('runs from data as well, and downwards where a value shrinks', () => {
    expect(linesOf(LAB_NETWORK_1, 'y')).toEqual(['y ↑ ε', 'd ↓ ε', 'J ↓ 3ε'])
  })

  test('adds up where ways meet, and gives each edge its own multiplier', () => {
    expect(cascadeOf(FAN_OUT, 'w')).toMatchObject({
      nodes: [
        { name: 'w', multiplier: 1 },
        { name: 'u', multiplier: 3 },
        { name: 'v', multiplier: -3 },
        { name: 'J', multiplier: 27 },
      ],
      edges: [
        { from: 'w', to: 'u', local: 3 },
        { from: 'u', to: 'v', local: -1 },
        { from: 'v', to: 'J', local: -4 },
        { from: 'u', to: 'J', local: 5 },
      ],
    })
  })

  test('keeps a node that the nudge reaches and does not move', () => {
    expect(linesOf(graph({ w: 3 }, { a: 'w - w', J: 'a + 1' }), 'w')).toEqual(['w ↑ ε', 'a ↑ 0', 'J ↑ 0'])
  })

  test('leaves out nodes without a way to the output, and what the nudge does not reach', () => {
    const definition = graph({ w: 3, v: 1 }, { a: '2*w', spare: 'w^2', b: 'v^2', J: 'a + b' })
    expect(linesOf(definition, 'w')).toEqual(['w ↑ ε', 'a ↑ 2ε', 'J ↑ 2ε'])
  })

  test('shows multipliers with as many digits as are readable', () => {
    expect(linesOf(graph({ w: 3 }, { J: 'w/3 + 0*w' }), 'w')).toEqual(['w ↑ ε', 'J ↑ 0.33333333ε'])
    expect(linesOf(graph({ w: 3 }, { J: 'w*1e-9' }), 'w')).toEqual(['w ↑ ε', 'J ↑ 1e−9·ε'])
  })

  test('does not exist for a name that the graph has not', () => {
    expect(cascadeOf(LAB_NETWORK_0, 'z')).toBeUndefined()
  })

  test('does not exist where a derivative by data does not', () => {
    const definition = graph({ w: 3 }, { a: 'sqrt(x)*w', J: 'a^2' }, { data: { x: 0 } })
    expect(cascadeOf(definition, 'x')).toBeUndefined()
    expect(linesOf(definition, 'w')).toEqual(['w ↑ ε', 'a ↑ 0', 'J ↑ 0'])
  })

  test('does not exist where a multiplier overflows, though the gradient is finite', () => {
    const definition = graph({ w: 1e-200 }, { a: '1e200*w', b: '1e200*(a - 1)', J: '0*b' })
    expect(cascadeOf(definition, 'w')).toBeUndefined()
  })

  test('does not exist across arrays', () => {
    expect(cascadeOf(LINEAR_REGRESSION, 'b')).toBeUndefined()
    expect(cascadeOf(LINEAR_REGRESSION, 'w')).toBeUndefined()
  })
})
