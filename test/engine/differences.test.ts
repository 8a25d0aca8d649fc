import { describe, expect, test } from 'vitest'
import { EPSILON, finiteDifferences, type FiniteDifferences } from '../../src/engine/differences.js'
import { createStepBudget } from '../../src/engine/faults.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { entriesOf } from '../../src/engine/tensor.js'
import { compile, evaluate, graph, numberOf, plenty } from '../support/engine.js'
import { BUILT_IN_GRAPHS, FAN_OUT, LAB_NETWORK_0, LAB_NETWORK_1 } from '../support/lab-graphs.js'

function differencesOf(definition: GraphDefinition, id: string): FiniteDifferences | undefined {
  const { graph: compiled } = compile(definition)
  const box = compiled.boxes.get(id)
  if (box === undefined) throw new Error(`no box ${id}`)
  return finiteDifferences(compiled, evaluate(compiled), box, plenty())
}

describe('finite differences', () => {
  test('nudge by a thousandth, as the lab does', () => {
    expect(EPSILON).toBe(0.001)
    expect(differencesOf(LAB_NETWORK_0, 'dJ_da')?.epsilon).toBe(0.001)
  })

  test.each<[string, GraphDefinition, string, number]>([
    ['lab-network0', LAB_NETWORK_0, 'dJ_da', 22.000999999988835],
    ['lab-network0', LAB_NETWORK_0, 'da_dw', 3.0000000000001137],
    ['lab-network0', LAB_NETWORK_0, 'dJ_dw', 66.0090000000082],
    ['lab-network1', LAB_NETWORK_1, 'dJ_dd', 3.0004999999997395],
    ['lab-network1', LAB_NETWORK_1, 'dd_da', 1.000000000000334],
    ['lab-network1', LAB_NETWORK_1, 'dJ_da', 3.0005000000006277],
    ['lab-network1', LAB_NETWORK_1, 'dJ_dw', 6.001999999999619],
  ])("%s: the lab's forward quotient", (_key, definition, id, expected) => {
    const { forward } = differencesOf(definition, id) ?? {}
    expect(Math.abs(numberOf(forward) - expected)).toBeLessThan(1e-9)
  })

  test.each(Object.entries(BUILT_IN_GRAPHS))(
    '%s: every central quotient is near the right value',
    (_key, definition) => {
      const { graph: compiled } = compile(definition)
      const evaluation = evaluate(compiled)
      let compared = 0
      for (const box of compiled.asked) {
        const differences = finiteDifferences(compiled, evaluation, box, plenty())
        if (box.kind === 'forward') {
          expect(differences).toBeUndefined()
          continue
        }
        const right =
          box.kind === 'local'
            ? evaluation.locals.get(box.of)?.get(box.wrt)
            : evaluation.gradients.get(box.wrt)
        expect(differences).not.toHaveProperty('reason')
        const [quotients, truths] = [differences?.central, right].map(value => entriesOf(value ?? Number.NaN))
        expect(quotients).toHaveLength(truths?.length ?? 0)
        truths?.forEach((truth, entry) => {
          expect(Math.abs((quotients?.[entry] ?? Number.NaN) - truth)).toBeLessThan(1e-4)
        })
        compared += 1
      }
      expect(compared).toBeGreaterThan(0)
    },
  )

  test('of a local derivative recompute the node alone, of a gradient all that follows', () => {
    // J = v² + 5u with v = 4 − u: by u directly 5, over v as well 9.
    expect(differencesOf(FAN_OUT, 'local_dJ_du')?.forward).toBeCloseTo(5, 9)
    expect(differencesOf(FAN_OUT, 'dJ_du')?.central).toBeCloseTo(9, 9)
    expect(differencesOf(FAN_OUT, 'dv_du')?.central).toBeCloseTo(-1, 9)
  })

  test('of one box leave the numbers of another alone', () => {
    const { graph: compiled } = compile(LAB_NETWORK_0)
    const evaluation = evaluate(compiled)
    const first = compiled.asked.map(box => finiteDifferences(compiled, evaluation, box, plenty()))
    expect(compiled.asked.map(box => finiteDifferences(compiled, evaluation, box, plenty()))).toEqual(first)
    expect(evaluation.values.get('J')).toBe(121)
  })

  describe('that leave the domain are left out, and say so', () => {
    test('below', () => {
      const differences = differencesOf(graph({ w: 0.0005 }, { J: 'sqrt(w)' }), 'dJ_dw')
      expect(differences).toEqual({
        epsilon: 0.001,
        forward: (Math.sqrt(0.0015) - Math.sqrt(0.0005)) / 0.001,
        reason: { kind: 'domain', nudged: 'w − 0.001' },
      })
    })

    test('above', () => {
      const definition = graph({ w: 0.9995 }, { a: 'asin(w)', J: '2*a' })
      for (const id of ['da_dw', 'dJ_dw']) {
        expect(differencesOf(definition, id)).toEqual({
          epsilon: 0.001,
          reason: { kind: 'domain', nudged: 'w + 0.001' },
        })
      }
    })

    test('on both sides', () => {
      const definition = graph({ w: 0 }, { J: 'sqrt(0.0000001 - w^2)' })
      expect(differencesOf(definition, 'dJ_dw')).toEqual({
        epsilon: 0.001,
        reason: { kind: 'domain', nudged: 'w ± 0.001' },
      })
    })

    test('in a node further on, for a gradient and not for the local derivative before it', () => {
      const definition = graph({ w: 1 }, { a: '2*w', J: 'ln(a - 1.9995)' })
      expect(differencesOf(definition, 'da_dw')).toMatchObject({
        forward: expect.closeTo(2, 9),
        central: expect.closeTo(2, 9),
      })
      expect(differencesOf(definition, 'dJ_dw')).toMatchObject({
        reason: { kind: 'domain', nudged: 'w − 0.001' },
      })
    })

    test('by a value past the largest double', () => {
      expect(differencesOf(graph({ w: 709.7825 }, { J: 'exp(w)/1e300' }), 'dJ_dw')).toEqual({
        epsilon: 0.001,
        reason: { kind: 'domain', nudged: 'w + 0.001' },
      })
    })

    test('by a quotient past the largest double', () => {
      expect(differencesOf(graph({ w: 0 }, { J: '1e308*relu(1000*w)' }), 'dJ_dw')).toEqual({
        epsilon: 0.001,
        reason: { kind: 'overflow', nudged: 'w ± 0.001' },
      })
    })
  })

  test('are left out where the nudge is lost in the rounding of so large a number', () => {
    expect(differencesOf(graph({ w: 1e150 }, { J: 'w^2' }), 'dJ_dw')).toEqual({
      epsilon: 0.001,
      reason: { kind: 'rounding', name: 'w' },
    })
  })

  test('that would take too much work leave the budget to those that do not', () => {
    const { graph: compiled } = compile(
      graph({ w: 1, v: 2 }, { a: 'sin(w)', b: 'cos(a)', c: 'b + v', J: 'c^2' }),
    )
    const evaluation = evaluate(compiled)
    const budget = createStepBudget(7)
    const of = (id: string) => finiteDifferences(compiled, evaluation, compiled.boxes.get(id)!, budget)
    expect(of('dJ_dw')).toEqual({ epsilon: 0.001, reason: { kind: 'work' } })
    expect(of('da_dw')).toHaveProperty('central')
  })

  test('of a graph so large that they would take too long are left out, and say so', () => {
    const { graph: compiled } = compile(LAB_NETWORK_0)
    const evaluation = evaluate(compiled)
    const budget = createStepBudget(3 * compiled.tape.slots)
    const reasons = compiled.asked.map(box => finiteDifferences(compiled, evaluation, box, budget)?.reason)
    expect(reasons.slice(0, 3)).toEqual([undefined, undefined, undefined])
    expect(reasons.at(-1)).toEqual({ kind: 'work' })
  })
})
