import { expect, test } from 'vitest'
import { differenceQuotients, nudge, nudgeWork } from '../../src/engine/difference-quotients.js'
import { createNodeBench } from '../../src/engine/node-at-point.js'
import { compile, evaluate, graph } from '../support/engine.js'

const { graph: compiled } = compile(
  graph({ w: 2, b: 3 }, { a: 'w*b', J: 'exp(-a/6) + (a - b)^2', K: 'J + ln(a)' }),
)
const evaluation = evaluate(compiled)
const [, J, K] = [0, 1, 2] as const
const slot = (name: string): number => compiled.tape.slotOf.get(name) ?? -1
const at = (values: Readonly<Record<string, number>>) => (name: string) =>
  values[name] === undefined ? undefined : [values[name]]

test('a node is computed at chosen values of its operands, the evaluation staying as it was', () => {
  const bench = createNodeBench(compiled, evaluation)
  const before = evaluation.sweep.values.slice()
  const sweep = bench.place(J, at({ a: 12, b: 5 }))
  expect(sweep?.values[slot('J')]).toBeCloseTo(Math.exp(-2) + 49, 12)
  expect(evaluation.sweep.values).toEqual(before)
})

test('a node that leaves its domain keeps the derivatives that it has there', () => {
  const bench = createNodeBench(compiled, evaluation)
  const outside = bench.place(K, at({ J: 1, a: -4 }))
  expect(outside?.values[slot('K')]).toBeNaN()
  if (outside === undefined) throw new Error('not placed')
  expect(bench.adjoints(K, outside)[slot('a')]).toBe(-1 / 4)
  expect(bench.adjoints(K, outside)[slot('J')]).toBe(1)
})

test('a node is placed only where every operand has a value', () => {
  const bench = createNodeBench(compiled, evaluation)
  expect(bench.place(K, at({ J: 1 }))).toBeUndefined()
  expect(bench.place(K, at({ J: 1, a: 1 }))).toBeDefined()
})

test('adjoints reach the operands, whatever was asked before', () => {
  const bench = createNodeBench(compiled, evaluation)
  for (let round = 0; round < 2; round += 1) {
    const ofJ = bench.adjoints(J, evaluation.sweep)
    expect(ofJ[slot('a')]).toBeCloseTo(-Math.exp(-1) / 6 + 6, 12)
    expect(ofJ[slot('b')]).toBeCloseTo(-6, 12)
    expect(bench.adjoints(K, evaluation.sweep)[slot('a')]).toBeCloseTo(1 / 6, 12)
  }
})

test('tangents of the node are the derivative; parts without the operand are not reached', () => {
  const bench = createNodeBench(compiled, evaluation)
  const { to } = bench.segment(J)
  expect(bench.tangents(J, evaluation.sweep, 'a').values[to - 1]).toBeCloseTo(-Math.exp(-1) / 6 + 6, 12)
  const byB = bench.tangents(J, evaluation.sweep, 'b')
  expect(byB.values[to - 1]).toBeCloseTo(-6, 12)
  const { from } = bench.segment(J)
  // −a, −a/6 and their exponential hold no b.
  expect([...byB.reached.subarray(from, to)].filter(reached => reached === 0).length).toBeGreaterThanOrEqual(
    3,
  )
  expect(byB.reached[to - 1]).toBe(1)
})

test('difference quotients are those of every step, and leave the operand as it was', () => {
  const bench = createNodeBench(compiled, evaluation)
  const scratch = evaluation.sweep.values.slice()
  const work = {
    nudged: slot('a'),
    entries: 1,
    together: false,
    target: slot('K'),
    ranges: [bench.segment(K)],
  }
  const found = differenceQuotients(compiled.tape, scratch, work)
  expect(scratch[slot('a')]).toBe(6)
  const f = (a: number): number => Math.log(a)
  const expected = [1, 0.1, 0.01, 0.001].flatMap(step => [
    (f(6 + step) - f(6)) / step,
    (f(6) - f(6 - step)) / step,
    (f(6 + step) - f(6 - step)) / (2 * step),
  ])
  expect(found).toHaveLength(12)
  found.forEach(([quotient], index) => {
    expect(quotient).toBeCloseTo(expected[index] ?? Number.NaN, 8)
  })
})

test('quotients whose step is lost, or that leave the domain, are left out', () => {
  const near = compile(graph({ w: 0.05 }, { a: 'ln(w)' })).graph
  const huge = compile(graph({ w: 1e17 }, { a: 'w' })).graph
  const count = (of: typeof near): number => {
    const values = evaluate(of).sweep.values.slice()
    const [nudged, target] = [of.tape.slotOf.get('w') ?? 0, of.tape.slotOf.get('a') ?? 0]
    const work = {
      nudged,
      entries: 1,
      together: false,
      target,
      ranges: [{ from: of.tape.inputs, to: of.tape.slots }],
    }
    return differenceQuotients(of.tape, values, work).length
  }
  // Forward with 1 and 0.1, and all three with 0.01 and 0.001.
  expect(count(near)).toBe(8)
  expect(count(huge)).toBe(0)
})

test('what a nudge computes anew is the node alone, or all behind the operand', () => {
  const box = (id: string) => {
    const found = compiled.boxes.get(id)
    if (found === undefined || found.kind === 'forward') throw new Error(`no derivative ${id}`)
    return found
  }
  const { starts } = compiled.tape
  const segment = { from: starts[K], to: starts[K + 1] }
  expect(nudgeWork(compiled, box('local_dK_da')).ranges).toEqual([segment])
  expect(nudgeWork(compiled, box('dK_dJ'), { alone: true }).ranges).toEqual([segment])
  expect(nudgeWork(compiled, box('dK_da')).ranges).toEqual([{ from: slot('a') + 1, to: slot('K') + 1 }])
})

test('a range that is not computed anew stays as it was entered', () => {
  const values = evaluation.sweep.values.slice()
  values[slot('J')] = 100
  const work = { nudged: slot('a'), entries: 1, together: false, target: slot('K') }
  const { from, to } = createNodeBench(compiled, evaluation).segment(K)
  expect(nudge(compiled.tape, values, { ...work, ranges: [{ from, to }] }, 1)).toEqual([100 + Math.log(7)])
})
