import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Box } from '../../src/engine/boxes.js'
import { finiteDifferences } from '../../src/engine/differences.js'
import type { Evaluation } from '../../src/engine/evaluate.js'
import { operandsFirst } from '../../src/engine/expression.js'
import type { CompiledGraph } from '../../src/engine/graph.js'
import { OPERATIONS, signatureOf } from '../../src/engine/operations.js'
import { entriesOf, type Value } from '../../src/engine/tensor.js'
import { TENSOR_ROWS } from '../../src/engine/tensor-operations.js'
import { createComparison } from '../support/comparison.js'
import { compile, evaluate, plenty } from '../support/engine.js'
import { plainShape } from '../support/plain-arrays.js'
import { randomTensorGraph, type RandomTensorGraph } from '../support/random-tensor-graphs.js'

function solved({ definition }: RandomTensorGraph): { compiled: CompiledGraph; evaluation: Evaluation } {
  const { graph: compiled } = compile(definition)
  return { compiled, evaluation: evaluate(compiled) }
}

function valueIn(evaluation: Evaluation, name: string): Value {
  const value = evaluation.values.get(name)
  if (value === undefined) throw new Error(`${name} has no value`)
  return value
}

/** The array with one entry, counted row by row, put in another's place. */
function withEntry(array: Value, entry: number, value: number): Value {
  if (typeof array === 'number') return value
  let at = -1
  const replace = (old: number): number => {
    at += 1
    return at === entry ? value : old
  }
  const result = array.map(row => (typeof row === 'number' ? replace(row) : row.map(replace)))
  return result as Value // Nested as it was.
}

function entryOf(value: Value | undefined, entry: number): number {
  return entriesOf(value ?? Number.NaN)[entry] ?? Number.NaN
}

/** Entry of a name → the entry of a node, all else held. What a derivative box has at that entry is its slope. */
function responseTo(random: RandomTensorGraph, evaluation: Evaluation, box: Box & { wrt: string }) {
  const { of, wrt } = box
  const around = valueIn(evaluation, wrt)
  const others =
    box.kind === 'gradient' ? [] : [...evaluation.values].filter(([name]) => name !== of && name !== wrt)
  return {
    entries: entriesOf(around).map((at, entry) => ({ at, entry })),
    /** The whole node where the entry is x. */
    nodeAt: (entry: number, x: number): Value =>
      random.value(of, new Map([...others, [wrt, withEntry(around, entry, x)]])),
  }
}

function isDerivative(box: Box): box is Box & { kind: 'local' | 'gradient'; wrt: string } {
  return box.kind !== 'forward'
}

describe('on random graphs of numbers, vectors and matrices', () => {
  test('every value is that of plain loops, and every operation is tried', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(randomTensorGraph, random => {
        const { compiled, evaluation } = solved(random)
        for (const name of random.names) {
          const expected = random.value(name, new Map())
          expect(compiled.shapes.get(name)).toEqual(plainShape(expected))
          expect(plainShape(valueIn(evaluation, name))).toEqual(plainShape(expected))
          entriesOf(expected).forEach((entry, index) => {
            const found = entryOf(valueIn(evaluation, name), index)
            expect(Math.abs(found - entry)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(entry)))
          })
        }
        for (const { root, shapes } of compiled.nodes)
          for (const part of operandsFirst(root)) {
            if (part.kind !== 'apply') continue
            const { name } = signatureOf(part.operation)
            const isOnArray = [part, ...part.operands].some(expression => shapes.has(expression))
            if (isOnArray) seen.add(name)
          }
      }),
      { numRuns: 600 },
    )
    const written = [...OPERATIONS.rows, ...TENSOR_ROWS].map(({ name }) => name)
    expect(written.filter(name => !seen.has(name))).toEqual(['copy', 'log_add_exp'])
  })

  test('every entry of every gradient agrees with difference quotients', () => {
    const { counts, compare } = createComparison()
    fc.assert(
      fc.property(randomTensorGraph, random => {
        const { evaluation } = solved(random)
        for (const name of random.names) {
          const box = { id: '', kind: 'gradient', of: 'J', wrt: name } as const
          const { entries, nodeAt } = responseTo(random, evaluation, box)
          expect(plainShape(evaluation.gradients.get(name) ?? Number.NaN)).toEqual(
            plainShape(valueIn(evaluation, name)),
          )
          for (const { at, entry } of entries)
            compare(entryOf(evaluation.gradients.get(name), entry), x => entryOf(nodeAt(entry, x), 0), at)
        }
      }),
      { numRuns: 300 },
    )
    expect(counts.compared).toBeGreaterThan(2000)
    expect(counts.left).toBeLessThan(counts.compared / 5)
  })

  test('local derivatives are there where they have the shape of their operand, and agree entry by entry', () => {
    const { counts, compare } = createComparison()
    let [diagonals, missing] = [0, 0]
    fc.assert(
      fc.property(randomTensorGraph, random => {
        const { compiled, evaluation } = solved(random)
        for (const { name, operands } of compiled.nodes) {
          const locals = evaluation.locals.get(name) ?? new Map<string, Value>()
          expect(new Set(locals.keys())).toEqual(random.derivable.get(name))
          missing += operands.length - locals.size
          for (const [operand, local] of locals) {
            const box = { id: '', kind: 'local', of: name, wrt: operand } as const
            const { entries, nodeAt } = responseTo(random, evaluation, box)
            const isNumber = typeof valueIn(evaluation, name) === 'number'
            if (!isNumber) diagonals += 1
            expect(plainShape(local)).toEqual(plainShape(valueIn(evaluation, operand)))
            for (const { at, entry } of entries)
              compare(entryOf(local, entry), x => entryOf(nodeAt(entry, x), isNumber ? 0 : entry), at)
          }
        }
      }),
      { numRuns: 300 },
    )
    expect(counts.compared).toBeGreaterThan(2000)
    expect(counts.left).toBeLessThan(counts.compared / 5)
    expect(diagonals).toBeGreaterThan(100)
    expect(missing).toBeGreaterThan(100)
  })

  test('an entry of an operand with a local derivative in an array moves its own entry alone', () => {
    let moved = 0
    fc.assert(
      fc.property(randomTensorGraph, random => {
        const { evaluation } = solved(random)
        for (const [name, byOperand] of evaluation.locals) {
          const node = valueIn(evaluation, name)
          if (typeof node === 'number') continue
          for (const operand of byOperand.keys()) {
            const box = { id: '', kind: 'local', of: name, wrt: operand } as const
            const { entries, nodeAt } = responseTo(random, evaluation, box)
            for (const { at, entry } of entries) {
              const [before, after] = [at, at + 0.5].map(x => entriesOf(nodeAt(entry, x)))
              before?.forEach((value, other) => {
                if (other !== entry) expect(after?.[other]).toBe(value)
                else if (after?.[other] !== value) moved += 1
              })
            }
          }
        }
      }),
      { numRuns: 100 },
    )
    expect(moved).toBeGreaterThan(100)
  })

  test('finite differences are those of plain arithmetic, entry by entry', () => {
    let compared = 0
    fc.assert(
      fc.property(randomTensorGraph, random => {
        const { compiled, evaluation } = solved(random)
        for (const box of [...compiled.boxes.values()].filter(isDerivative)) {
          const differences = finiteDifferences(compiled, evaluation, box, plenty())
          expect(differences).not.toHaveProperty('reason')
          const { entries, nodeAt } = responseTo(random, evaluation, box)
          const isNumber = typeof valueIn(evaluation, box.of) === 'number'
          for (const [side, from, to] of [
            ['forward', 0, 0.001],
            ['central', -0.001, 0.001],
          ] as const) {
            expect(plainShape(differences?.[side] ?? Number.NaN)).toEqual(
              plainShape(valueIn(evaluation, box.wrt)),
            )
            for (const { at, entry } of entries) {
              const [low = Number.NaN, high = Number.NaN] = [from, to].map(by =>
                entryOf(nodeAt(entry, at + by), isNumber ? 0 : entry),
              )
              const expected = (high - low) / (to - from)
              const tolerance = 1e-8 * (1 + Math.abs(low) + Math.abs(high))
              expect(Math.abs(entryOf(differences?.[side], entry) - expected)).toBeLessThanOrEqual(tolerance)
              compared += 1
            }
          }
        }
      }),
      { numRuns: 150 },
    )
    expect(compared).toBeGreaterThan(2000)
  })

  test('the order of listing changes no number and no box', () => {
    fc.assert(
      fc.property(
        randomTensorGraph,
        fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 }),
        (random, places) => {
          const { compiled, evaluation } = solved(random)
          const nodes = random.definition.nodes
            .map((node, index) => ({ node, place: places[index] ?? 0 }))
            .sort((a, b) => a.place - b.place)
            .map(({ node }) => node)
          const { graph: turned } = compile({ ...random.definition, nodes })
          const turnedEvaluation = evaluate(turned)
          expect([...turned.boxes.keys()].sort()).toEqual([...compiled.boxes.keys()].sort())
          expect(turned.asked.map(({ id }) => id).sort()).toEqual(compiled.asked.map(({ id }) => id).sort())
          for (const name of random.names) {
            expect(turnedEvaluation.values.get(name)).toEqual(evaluation.values.get(name))
            expect(turnedEvaluation.locals.get(name)).toEqual(evaluation.locals.get(name))
            entriesOf(evaluation.gradients.get(name) ?? Number.NaN).forEach((gradient, entry) => {
              const other = entryOf(turnedEvaluation.gradients.get(name), entry)
              expect(Math.abs(other - gradient)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(gradient)))
            })
          }
        },
      ),
      { numRuns: 150 },
    )
  })
})
