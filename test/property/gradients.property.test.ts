import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { usedConsumers } from '../../src/engine/boxes.js'
import { finiteDifferences } from '../../src/engine/differences.js'
import type { CompiledGraph } from '../../src/engine/graph.js'
import type { Evaluation } from '../../src/engine/evaluate.js'
import { findKinks } from '../../src/engine/kinks.js'
import { compile, evaluate, graph, plenty, slope } from '../support/engine.js'
import { randomGraph, type RandomGraph } from '../support/random-graphs.js'

/**
 * f′(x) by arithmetic, or undefined where it cannot be told so: where two steps disagree, near a kink or where f
 * bends too much for either, and where the two sides do, on a kink.
 */
function measured(f: (x: number) => number, x: number): number | undefined {
  const [coarse, fine] = [slope(f, x, 1e-3), slope(f, x, 2.5e-4)]
  // How far apart the slopes on the two sides are: in proportion to the step where f is smooth, and not on a kink.
  const bend = (step: number): number => (f(x + step) - 2 * f(x) + f(x - step)) / step
  const scale = 1 + Math.abs(fine)
  const smooth = Math.abs(bend(1e-6) - bend(1e-5) / 10) <= 1e-7 * (scale + Math.abs(f(x)))
  return smooth && Math.abs(coarse - fine) <= 1e-8 * scale ? fine : undefined
}

/** Compares derivatives with measured ones, and counts. */
function createComparison() {
  const counts = { compared: 0, left: 0 }
  return {
    counts,
    compare: (derivative: number | undefined, f: (x: number) => number, x: number): void => {
      const expected = measured(f, x)
      if (expected === undefined) {
        counts.left += 1
        return
      }
      counts.compared += 1
      expect(Math.abs((derivative ?? Number.NaN) - expected)).toBeLessThanOrEqual(
        1e-6 * (1 + Math.abs(expected)),
      )
    },
  }
}

function solved({ definition }: RandomGraph): { compiled: CompiledGraph; evaluation: Evaluation } {
  const { graph: compiled } = compile(definition)
  return { compiled, evaluation: evaluate(compiled) }
}

function valueIn(evaluation: Evaluation, name: string): number {
  return evaluation.values.get(name) ?? Number.NaN
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
          compare(evaluation.gradients.get(name), outputAt, valueIn(evaluation, name))
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
            compare(evaluation.locals.get(node.name)?.get(operand), nodeAt, valueIn(evaluation, operand))
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
            const local = evaluation.locals.get(consumer)?.get(name) ?? Number.NaN
            const rest = overPaths(consumer)
            total.sum += local * rest.sum
            total.size += Math.abs(local) * rest.size
          }
          return total
        }
        for (const name of random.names) {
          const { sum, size } = overPaths(name)
          expect(Math.abs((evaluation.gradients.get(name) ?? Number.NaN) - sum)).toBeLessThanOrEqual(
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
          expect(
            Math.abs((differences.forward ?? Number.NaN) - (above - middle) / 0.001),
          ).toBeLessThanOrEqual(tolerance)
          expect(Math.abs((differences.central ?? Number.NaN) - (above - below) / 0.002)).toBeLessThanOrEqual(
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
          const gradient = evaluation.gradients.get(name) ?? Number.NaN
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
        const range = kinks?.rangeOf({ id: 'dJ_dw', kind: 'gradient', of: 'J', wrt: 'w' }) ?? {
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
})
