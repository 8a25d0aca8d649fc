import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createExpressionPool, type Expression } from '../../src/engine/expression.js'
import { sweepValues } from '../../src/engine/kernels.js'
import { OPERATIONS, operationRow } from '../../src/engine/operations.js'
import { rational, ZERO } from '../../src/engine/rational.js'
import {
  createSweep,
  operationAt,
  sweepForward,
  sweepReverse,
  type Sweep,
  type Tape,
} from '../../src/engine/tape.js'
import { buildTape } from '../../src/engine/tape-layout.js'
import { SCALAR } from '../../src/engine/tensor.js'
import { plenty } from '../support/engine.js'
import { DOMAINS } from '../support/operation-domains.js'

/** An operand: an input or node by its place, or a constant. */
type Operand =
  { readonly at: number } | { readonly constant: readonly [numerator: number, denominator: number] }
type Plan = {
  readonly inputs: readonly { readonly value: number; readonly active: boolean }[]
  /** One operation each, over what stands before it. */
  readonly nodes: readonly { readonly code: number; readonly operands: readonly Operand[] }[]
}

function lay({ inputs, nodes }: Plan): { readonly tape: Tape; readonly sweep: Sweep } {
  const pool = createExpressionPool()
  const nameOf = (place: number): string => `v${String(place)}`
  const read = (operand: Operand): Expression => {
    if ('at' in operand) return pool.name(nameOf(operand.at))
    const [numerator, denominator] = operand.constant
    return pool.number(rational(BigInt(numerator), BigInt(denominator)) ?? ZERO)
  }
  const tape = buildTape(
    {
      inputs: inputs.map(({ active }, place) => ({ name: nameOf(place), active, shape: SCALAR })),
      nodes: nodes.map(({ code, operands }, index) => ({
        name: nameOf(inputs.length + index),
        root: pool.apply(code, operands.slice(0, operationRow(code).arity).map(read)),
        shapes: new Map(),
      })),
    },
    plenty(),
  )
  const sweep = createSweep(tape)
  sweep.values.set(inputs.map(({ value }) => value))
  return { tape, sweep }
}

/** The operands of a slot, each with its partial by the row of the table. */
function edgesOf(
  tape: Tape,
  values: Float64Array,
  slot: number,
): { readonly operand: number; readonly partial: number }[] {
  const row = operationAt(tape, slot)
  if (row === undefined) return []
  const [left = -1, right = -1] = [tape.left[slot], tape.right[slot]]
  const [x = Number.NaN, y = Number.NaN, value = Number.NaN] = [values[left], values[right], values[slot]]
  if (row.arity === 1) return [{ operand: left, partial: row.partial(x, value) }]
  const [byLeft, byRight] = row.partials
  return [
    { operand: left, partial: byLeft(x, y, value) },
    { operand: right, partial: byRight(x, y, value) },
  ]
}

function valueOf(tape: Tape, values: Float64Array, slot: number): number {
  const row = operationAt(tape, slot)
  const [x = Number.NaN, y = Number.NaN] = [values[tape.left[slot] ?? -1], values[tape.right[slot] ?? -1]]
  if (row === undefined) return values[slot] ?? Number.NaN
  return row.arity === 1 ? row.value(x) : row.value(x, y)
}

/** What `sweepForward` promises, by the rows of the table one slot at a time. */
function sweepByTable(tape: Tape, values: Float64Array): number {
  for (let slot = tape.inputs; slot < tape.slots; slot += 1) {
    const value = valueOf(tape, values, slot)
    values[slot] = value
    const faulty = edgesOf(tape, values, slot).some(
      ({ operand, partial }) => tape.active[operand] === 1 && !Number.isFinite(partial),
    )
    if (faulty || !Number.isFinite(value)) return slot
  }
  return -1
}

/** What `sweepReverse` promises. */
function passBackByTable(tape: Tape, values: Float64Array, adjoints: Float64Array): void {
  for (let slot = tape.slots - 1; slot >= tape.inputs; slot -= 1) {
    const adjoint = adjoints[slot] ?? Number.NaN
    if (adjoint === 0) continue
    for (const { operand, partial } of edgesOf(tape, values, slot))
      if (tape.variable[operand] === 1)
        adjoints[operand] = (adjoints[operand] ?? Number.NaN) + adjoint * partial
  }
}

/** The partials that mean something: those towards what is no constant. */
function partialsIn(
  tape: Tape,
  { leftPartials, rightPartials }: Sweep,
  slot: number,
): (number | undefined)[] {
  return [
    { operand: tape.left[slot] ?? -1, partial: leftPartials[slot] },
    { operand: tape.right[slot] ?? -1, partial: rightPartials[slot] },
  ]
    .slice(0, operationAt(tape, slot)?.arity ?? 0)
    .filter(({ operand }) => tape.variable[operand] === 1)
    .map(({ partial }) => partial)
}

const value = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -3, max: 3, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, 1, -1, 0.5, -3, 800, 1e-320, 1e200) },
)
const operand = fc.oneof(
  { weight: 4, arbitrary: fc.nat(1000).map(draw => ({ draw })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom([0, 1], [1, 1], [-2, 1], [1, 2], [3, 1])
      .map(([n = 0, d = 1]) => ({ constant: [n, d] as const })),
  },
)
const plan: fc.Arbitrary<Plan> = fc
  .record({
    inputs: fc.array(fc.record({ value, active: fc.boolean() }), { minLength: 2, maxLength: 4 }),
    nodes: fc.array(
      fc.record({ code: fc.nat(OPERATIONS.rows.length - 1), operands: fc.tuple(operand, operand) }),
      { minLength: 1, maxLength: 30 },
    ),
  })
  .map(({ inputs, nodes }) => ({
    inputs,
    nodes: nodes.map(({ code, operands }, index) => ({
      code,
      operands: operands.map(drawn =>
        'draw' in drawn ? { at: drawn.draw % (inputs.length + index) } : drawn,
      ),
    })),
  }))
const CODES = OPERATIONS.rows.map(({ name }, code) => [name, code] as const)

describe('a forward sweep', () => {
  test.each(CODES)('computes %s exactly as its row of the table does', (name, code) => {
    fc.assert(
      fc.property(DOMAINS[name] as fc.Arbitrary<readonly number[]>, ([x = 0, y = 0]) => {
        const inputs = [x, y].map(input => ({ value: input, active: true }))
        const { tape, sweep } = lay({ inputs, nodes: [{ code, operands: [{ at: 0 }, { at: 1 }] }] })
        expect(sweepForward(tape, sweep)).toBe(-1)
        expect(sweep.values[2]).toBe(valueOf(tape, sweep.values, 2))
        expect(partialsIn(tape, sweep, 2)).toEqual(
          edgesOf(tape, sweep.values, 2).map(({ partial }) => partial),
        )
        const values = Float64Array.of(x, y, Number.NaN)
        expect(sweepValues(tape, values, 2, 3)).toBe(-1)
        expect(values).toEqual(sweep.values)
      }),
      { numRuns: 50 },
    )
  })

  test('comes to the numbers of the table, and stops at the same slot, whatever the graph', () => {
    fc.assert(
      fc.property(plan, drawn => {
        const { tape, sweep } = lay(drawn)
        const expected = sweep.values.slice()
        const stopped = sweepByTable(tape, expected)
        expect(sweepForward(tape, sweep)).toBe(stopped)
        const swept = stopped < 0 ? tape.slots : stopped
        expect(sweep.values.subarray(0, swept)).toEqual(expected.subarray(0, swept))
        for (let slot = tape.inputs; slot < swept; slot += 1)
          expect(partialsIn(tape, sweep, slot)).toEqual(
            edgesOf(tape, expected, slot)
              .filter(edge => tape.variable[edge.operand] === 1)
              .map(({ partial }) => partial),
          )
      }),
      { numRuns: 500 },
    )
  })

  test('comes to the same in parts, and leaves the slots outside its range alone', () => {
    fc.assert(
      fc.property(plan, fc.nat(1000), (drawn, draw) => {
        const { tape, sweep } = lay(drawn)
        const inParts = createSweep(tape)
        inParts.values.set(sweep.values)
        fc.pre(sweepForward(tape, sweep) < 0)
        const middle = tape.inputs + (draw % (tape.slots - tape.inputs))
        expect(sweepForward(tape, inParts, tape.inputs, middle)).toBe(-1)
        expect(inParts.values.subarray(middle)).toEqual(tape.constants.subarray(middle))
        expect(sweepForward(tape, inParts, middle)).toBe(-1)
        expect(inParts).toEqual(sweep)
      }),
    )
  })

  const sqrt = OPERATIONS.codeOf('sqrt')
  const atZero = (active: boolean): Plan => ({
    inputs: [{ value: 0, active }],
    nodes: [{ code: sqrt, operands: [{ at: 0 }] }],
  })

  test('stops where a derivative by a parameter is infinite', () => {
    const { tape, sweep } = lay(atZero(true))
    expect(sweepForward(tape, sweep)).toBe(1)
  })

  test('goes on where only a derivative by data is infinite', () => {
    const { tape, sweep } = lay(atZero(false))
    expect(sweepForward(tape, sweep)).toBe(-1)
    expect(sweep.leftPartials[1]).toBe(Infinity)
  })
})

describe('a sweep of values alone', () => {
  test('comes to the values of a forward sweep, and stops where the first is not finite', () => {
    fc.assert(
      fc.property(plan, ({ inputs, nodes }) => {
        // Of data, so that the forward sweep stops at no derivative.
        const { tape, sweep } = lay({ inputs: inputs.map(input => ({ ...input, active: false })), nodes })
        const values = sweep.values.slice()
        const stopped = sweepForward(tape, sweep)
        expect(sweepValues(tape, values, tape.inputs, tape.slots)).toBe(stopped)
        expect(values).toEqual(sweep.values)
      }),
      { numRuns: 300 },
    )
  })
})

describe('a reverse sweep', () => {
  test('passes back what the partials of the table say', () => {
    fc.assert(
      fc.property(plan, drawn => {
        const { tape, sweep } = lay(drawn)
        fc.pre(sweepForward(tape, sweep) < 0)
        const [adjoints, expected] = [new Float64Array(tape.slots), new Float64Array(tape.slots)]
        for (const seeded of [adjoints, expected]) seeded[tape.slots - 1] = 1
        sweepReverse(tape, sweep, adjoints, tape.inputs, tape.slots)
        passBackByTable(tape, sweep.values, expected)
        expected.forEach((adjoint, slot) => {
          if (tape.variable[slot] !== 1) return
          const passed = adjoints[slot] ?? Number.NaN
          if (Number.isFinite(adjoint)) expect(passed).toBe(adjoint)
          else expect(Number.isFinite(passed)).toBe(false)
        })
      }),
      { numRuns: 500 },
    )
  })

  test('passes nothing along an infinite edge from what the output does not depend on', () => {
    const { tape, sweep } = lay({
      inputs: [
        { value: 0, active: false },
        { value: 2, active: true },
      ],
      nodes: [
        { code: OPERATIONS.codeOf('sqrt'), operands: [{ at: 0 }] },
        { code: OPERATIONS.codeOf('square'), operands: [{ at: 1 }] },
      ],
    })
    expect(sweepForward(tape, sweep)).toBe(-1)
    const adjoints = Float64Array.of(0, 0, 0, 1)
    sweepReverse(tape, sweep, adjoints, tape.inputs, tape.slots)
    expect([...adjoints]).toEqual([0, 4, 0, 1])
  })
})
