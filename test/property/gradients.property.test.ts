import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { usedConsumers } from '../../src/engine/boxes.js'
import { finiteDifferences } from '../../src/engine/differences.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import type { CompiledGraph } from '../../src/engine/graph.js'
import type { Evaluation } from '../../src/engine/evaluate.js'
import { findKinks } from '../../src/engine/kinks.js'
import { createComparison } from '../support/comparison.js'
import { compile, evaluate, graph, numberOf, plenty, rangeOf } from '../support/engine.js'
import { randomGraph, type RandomGraph } from '../support/random-graphs.js'

function solved({ definition }: RandomGraph): { compiled: CompiledGraph; evaluation: Evaluation } {
  const { graph: compiled } = compile(definition)
  return { compiled, evaluation: evaluate(compiled) }
}

function valueIn(evaluation: Evaluation, name: string): number {
  return numberOf(evaluation.values.get(name))
}

describe('on random graphs with fan-out', () => {
  test('every value is that of plain arithmetic', () => {
    fc.assert(
      fc.property(randomGraph, random => {
        const { evaluation } = solved(random)
        for (const name of random.names) {
          const expected = random.value(name, new Map())
          expect(Math.abs(valueIn(evaluation, name) - expected)).toBeLessThanOrEqual(
            1e-9 * (1 + Math.abs(expected)),
          )
        }
      }),
      { numRuns: 300 },
    )
  })

  test('every gradient agrees with difference quotients', () => {
    const { counts, compare } = createComparison()
    let shared = 0
    fc.assert(
      fc.property(randomGraph, random => {
        const { compiled, evaluation } = solved(random)
        for (const name of random.names) {
          const outputAt = (x: number): number => random.value(compiled.output, new Map([[name, x]]))
          compare(numberOf(evaluation.gradients.get(name)), outputAt, valueIn(evaluation, name))
        }
        shared += [...usedConsumers(compiled).values()].filter(consumers => consumers.length > 1).length
      }),
      { numRuns: 300 },
    )
    expect(counts.compared).toBeGreaterThan(1000)
    expect(counts.left).toBeLessThan(counts.compared / 5)
    expect(shared).toBeGreaterThan(150)
  })

  test('every local derivative agrees with difference quotients', () => {
    const { counts, compare } = createComparison()
    fc.assert(
      fc.property(randomGraph, random => {
        const { compiled, evaluation } = solved(random)
        for (const node of compiled.nodes) {
          const others = new Map(node.operands.map(name => [name, valueIn(evaluation, name)]))
          for (const operand of node.operands) {
            const nodeAt = (x: number): number => random.value(node.name, new Map([...others, [operand, x]]))
            compare(
              numberOf(evaluation.locals.get(node.name)?.get(operand)),
              nodeAt,
              valueIn(evaluation, operand),
            )
          }
        }
      }),
      { numRuns: 300 },
    )
    expect(counts.compared).toBeGreaterThan(1000)
    expect(counts.left).toBeLessThan(counts.compared / 5)
  })

  test('a gradient is the sum over all paths to the output of the products along them', () => {
    fc.assert(
      fc.property(randomGraph, random => {
        const { compiled, evaluation } = solved(random)
        const consumers = usedConsumers(compiled)
        // Path by path, without putting any two together.
        const overPaths = (name: string): { sum: number; size: number } => {
          if (name === compiled.output) return { sum: 1, size: 1 }
          const total = { sum: 0, size: 0 }
          for (const consumer of consumers.get(name) ?? []) {
            const local = numberOf(evaluation.locals.get(consumer)?.get(name))
            const rest = overPaths(consumer)
            total.sum += local * rest.sum
            total.size += Math.abs(local) * rest.size
          }
          return total
        }
        for (const name of random.names) {
          const { sum, size } = overPaths(name)
          expect(Math.abs(numberOf(evaluation.gradients.get(name)) - sum)).toBeLessThanOrEqual(
            1e-12 * (1 + size),
          )
        }
      }),
      { numRuns: 300 },
    )
  })

  test('finite differences are those of plain arithmetic', () => {
    fc.assert(
      fc.property(randomGraph, random => {
        const { compiled, evaluation } = solved(random)
        for (const box of compiled.asked) {
          const differences = finiteDifferences(compiled, evaluation, box, plenty())
          if (differences === undefined || box.wrt === null) continue
          const { of, wrt } = box
          const operands = compiled.nodes.find(node => node.name === of)?.operands ?? []
          const held =
            box.kind === 'local' ? operands.map(name => [name, valueIn(evaluation, name)] as const) : []
          const at = (nudge: number): number =>
            random.value(of, new Map([...held, [wrt, valueIn(evaluation, wrt) + nudge]]))
          const [above, middle, below] = [at(0.001), at(0), at(-0.001)]
          const tolerance = 1e-8 * (1 + Math.abs(above) + Math.abs(below))
          expect(Math.abs(numberOf(differences.forward) - (above - middle) / 0.001)).toBeLessThanOrEqual(
            tolerance,
          )
          expect(Math.abs(numberOf(differences.central) - (above - below) / 0.002)).toBeLessThanOrEqual(
            tolerance,
          )
        }
      }),
      { numRuns: 150 },
    )
  })

  test('the order of listing changes no number', () => {
    fc.assert(
      fc.property(randomGraph, random => {
        const { evaluation } = solved(random)
        const nodes = random.definition.nodes.toReversed()
        const turned = evaluate(compile({ ...random.definition, nodes }).graph)
        for (const name of random.names) {
          expect(turned.values.get(name)).toBe(evaluation.values.get(name))
          const gradient = numberOf(evaluation.gradients.get(name))
          expect(turned.gradients.get(name)).toBeCloseTo(gradient, 9)
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('on kinks', () => {
  const coefficient = fc.integer({ min: -9, max: 9 })

  test('gradients follow the convention, and the range of subgradients holds every one-sided slope', () => {
    fc.assert(
      fc.property(fc.tuple(coefficient, coefficient, coefficient, coefficient), ([r, s, m, n]) => {
        const term = (factor: number, f: string): string => `(${String(factor)})*${f}`
        const definition = graph(
          { w: 0, v: 0 },
          {
            a: term(r, 'relu(w)'),
            b: term(s, 'abs(w)'),
            c: term(m, 'max(w, v)'),
            d: term(n, 'min(v, w)'),
            J: 'a + b + c + d',
          },
        )
        const { graph: compiled } = compile(definition)
        const evaluation = evaluate(compiled)
        expect(evaluation.gradients.get('w')).toBe((m + n) / 2)
        expect(evaluation.gradients.get('v')).toBe((m + n) / 2)
        const kinks = findKinks(compiled, evaluation)
        expect(kinks?.nodes).toEqual(['a', 'b', 'c', 'd'])
        const range = rangeOf(kinks, { id: 'dJ_dw', kind: 'gradient', of: 'J', wrt: 'w' }) ?? {
          low: NaN,
          high: NaN,
        }
        // To the right of 0 w wins every comparison with v; to the left it loses them.
        for (const oneSided of [r + s + m, -s + n, (m + n) / 2]) {
          expect(range.low).toBeLessThanOrEqual(oneSided)
          expect(range.high).toBeGreaterThanOrEqual(oneSided)
        }
        const low = [r, m, n].reduce((sum, factor) => sum + Math.min(factor, 0), -Math.abs(s))
        const high = [r, m, n].reduce((sum, factor) => sum + Math.max(factor, 0), Math.abs(s))
        expect([range.low + 0, range.high + 0]).toEqual([low, high])
      }),
    )
  })

  /** Nodes at w = 0 whose values are all 0, every operation on its kink, and their values at any other w. */
  type Bent = { readonly expressions: Readonly<Record<string, string>>; readonly at: (w: number) => number }
  const BENDS: readonly (readonly [(x: string, y: string) => string, (x: number, y: number) => number])[] = [
    [x => `relu(${x})`, x => Math.max(x, 0)],
    [x => `abs(${x})`, x => Math.abs(x)],
    [(x, y) => `max(${x}, ${y})`, (x, y) => Math.max(x, y)],
    [(x, y) => `min(${x}, -${y})`, (x, y) => Math.min(x, -y)],
    [(x, y) => `2*${x} - ${y}`, (x, y) => 2 * x - y],
    [(x, y) => `${y} - 3*${x}`, (x, y) => y - 3 * x],
  ]
  const bent: fc.Arbitrary<Bent> = fc
    .array(fc.tuple(fc.nat(BENDS.length - 1), fc.nat(99), fc.nat(99)), { minLength: 1, maxLength: 6 })
    .map(draws => {
      const names = ['w']
      const nodes = draws.map(([bend, left, right], index) => {
        const [x, y] = [left % names.length, right % names.length]
        names.push(`n${String(index)}`)
        const [text, value] = BENDS[bend] as (typeof BENDS)[number]
        return { expression: text(names[x] ?? '', names[y] ?? ''), value, x, y }
      })
      return {
        expressions: {
          ...Object.fromEntries(nodes.map(({ expression }, index) => [`n${String(index)}`, expression])),
          J: `${names.at(-1) ?? ''} + w`,
        },
        at: w => {
          const values = [w]
          for (const { value, x, y } of nodes)
            values.push(value(values[x] ?? Number.NaN, values[y] ?? Number.NaN))
          return (values.at(-1) ?? Number.NaN) + w
        },
      }
    })
  const BY_W = { id: 'dJ_dw', kind: 'gradient', of: 'J', wrt: 'w' } as const

  test('the range holds the slope to either side, however the kinks feed each other', () => {
    let kinked = 0
    fc.assert(
      fc.property(bent, ({ expressions, at }) => {
        const { graph: compiled } = compile(graph({ w: 0 }, expressions))
        const evaluation = evaluate(compiled)
        const range = rangeOf(findKinks(compiled, evaluation), BY_W)
        const convention = numberOf(evaluation.gradients.get('w'))
        // Every operation scales with w, so that its value at 1 is the slope to the right of 0.
        for (const slopeThere of [at(1), -at(-1), ...(range === undefined ? [] : [convention])]) {
          expect(slopeThere).toBeGreaterThanOrEqual(range?.low ?? convention)
          expect(slopeThere).toBeLessThanOrEqual(range?.high ?? convention)
        }
        if (range !== undefined && range.low < range.high) kinked += 1
      }),
      { numRuns: 500 },
    )
    expect(kinked).toBeGreaterThan(50)
  })

  test('among many kinks the range is no narrower than among few', () => {
    // Kinks of their own, which have nothing to do with w.
    const others = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`k${String(i)}`, 'relu(z)']))
    fc.assert(
      fc.property(bent, ({ expressions: { J = '', ...expressions } }) => {
        const rangeIn = (definition: GraphDefinition) => {
          const { graph: compiled } = compile(definition)
          const evaluation = evaluate(compiled)
          const point = numberOf(evaluation.gradients.get('w'))
          return rangeOf(findKinks(compiled, evaluation), BY_W) ?? { low: point, high: point }
        }
        const few = rangeIn(graph({ w: 0 }, { ...expressions, J }))
        const sum = [J, ...Object.keys(others)].join(' + ')
        const many = rangeIn(graph({ w: 0, z: 0 }, { ...expressions, ...others, J: sum }))
        expect(many.low).toBeLessThanOrEqual(few.low)
        expect(many.high).toBeGreaterThanOrEqual(few.high)
      }),
      { numRuns: 200 },
    )
  })
})
