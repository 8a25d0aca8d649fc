import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { sortNodes } from '../../src/engine/sort.js'
import { compile, graph } from '../support/engine.js'

function order(definition: GraphDefinition): string[] {
  return compile(definition).graph.nodes.map(node => node.name)
}

describe('nodes are sorted by taking the first listed one whose operands are all taken', () => {
  test.each([
    ['listed in order', { a: 'w', b: 'a', J: 'b' }, ['a', 'b', 'J']],
    ['listed backwards', { J: 'b', b: 'a', a: 'w' }, ['a', 'b', 'J']],
    ['independent nodes stay as listed', { b: 'w', a: 'w', J: 'a + b' }, ['b', 'a', 'J']],
    [
      'an early one waits and then goes first',
      { c: 'b', a: 'w', b: 'w', d: 'w', J: 'a+b+c+d' },
      ['a', 'b', 'c', 'd', 'J'],
    ],
    ['a late one does not overtake', { J: 'x + y', z: 'w', y: 'z', x: 'w' }, ['z', 'y', 'x', 'J']],
  ])('%s', (_case, expressions, expected) => {
    expect(order(graph({ w: 1 }, expressions, { output: 'J' }))).toEqual(expected)
  })

  test('for any graph', () => {
    const nodes = fc
      .array(fc.array(fc.nat(30), { maxLength: 4 }), { minLength: 1, maxLength: 25 })
      .map(lists =>
        lists.map((list, index) => ({
          name: `n${String(index)}`,
          operands: [...new Set(list)].map(i => `n${String(i)}`),
        })),
      )
    let [sorted, cyclic] = [0, 0]
    fc.assert(
      fc.property(nodes, list => {
        // Word for word what the contract says; names past the list are inputs.
        const taken = new Set(Array.from({ length: 31 }, (_, i) => `n${String(i)}`).slice(list.length))
        const expected: number[] = []
        for (;;) {
          const next = list.findIndex(
            node => !taken.has(node.name) && node.operands.every(name => taken.has(name)),
          )
          if (next < 0) break
          expected.push(next)
          taken.add(`n${String(next)}`)
        }
        const result = sortNodes(list)
        if (expected.length === list.length) {
          sorted += 1
          expect(result).toEqual({ kind: 'sorted', order: expected })
          return
        }
        cyclic += 1
        if (result.kind !== 'cyclic') throw new Error('a cycle was not found')
        expect(result.cycles.length).toBeGreaterThan(0)
        for (const names of result.cycles) {
          expect(names.length).toBeGreaterThan(1)
          expect(names.at(-1)).toBe(names[0])
          expect(new Set(names).size).toBe(names.length - 1)
          names.slice(1).forEach((name, index) => {
            expect(list.find(node => node.name === names[index])?.operands).toContain(name)
          })
        }
        // No node lies on two of the cycles found.
        const all = result.cycles.flatMap(names => names.slice(1))
        expect(new Set(all).size).toBe(all.length)
      }),
      { numRuns: 500 },
    )
    expect(sorted).toBeGreaterThan(20)
    expect(cyclic).toBeGreaterThan(20)
  })

  test('cycles that have nothing to do with each other are all found', () => {
    const node = (name: string, ...operands: string[]) => ({ name, operands })
    const nodes = [
      node('a', 'b'),
      node('b', 'a'),
      node('J', 'a', 'c'),
      node('c', 'd'),
      node('d', 'c'),
      node('e', 'e'),
    ]
    expect(sortNodes(nodes)).toEqual({
      kind: 'cyclic',
      cycles: [
        ['a', 'b', 'a'],
        ['c', 'd', 'c'],
        ['e', 'e'],
      ],
    })
  })

  test('100,000 nodes listed backwards are sorted', () => {
    const count = 100_000
    const nodes = Array.from({ length: count }, (_, index) => ({
      name: `n${String(index)}`,
      operands: index + 1 < count ? [`n${String(index + 1)}`] : [],
    }))
    const result = sortNodes(nodes)
    expect(result.kind === 'sorted' && result.order[0]).toBe(count - 1)
  })
})
