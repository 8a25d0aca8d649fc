import { describe, expect, it } from 'vitest'
import { createStepBudget } from '../../src/engine/faults.js'
import { checkVariants } from '../../src/grading/check-variants.js'
import { graph, plenty } from '../support/engine.js'
import { LAB_NETWORK_1, LOGISTIC_NEURON } from '../support/lab-graphs.js'
import { prepare, type Samples } from '../support/variants.js'

const integer = [-5, 5] as const

function warnings(
  definition: Parameters<typeof prepare>[0],
  samples: Samples,
): ReturnType<typeof checkVariants> {
  return checkVariants(prepare(definition, samples), plenty())
}

describe("publication's look at variants", () => {
  it('says nothing where nothing is drawn', () => {
    expect(warnings(LAB_NETWORK_1, {})).toEqual([])
    expect(warnings(graph({ w: 0 }, { r: 'relu(w)', J: 'r/7' }), {})).toEqual([])
  })

  it('says nothing where drawing again always helps', () => {
    const sample = { integer, exclude: [0] }
    expect(warnings(LAB_NETWORK_1, { w: sample, x: sample, b: sample, y: sample })).toEqual([])
    const narrow = { integer: [-3, 3], exclude: [0] } as const
    expect(warnings(LOGISTIC_NEURON, { x0: narrow, x1: narrow, w0: narrow, w1: narrow, b: sample })).toEqual(
      [],
    )
  })

  it('names the nodes that are on a kink in every draw', () => {
    const definition = graph({ w: 3, b: 2 }, { a: 'b + 1', r: 'relu(w) + a', J: '3*r' }, { boxes: ['r'] })
    const found = warnings(definition, { w: { choice: [0] }, b: { integer } })
    expect(found).toContainEqual({
      code: 'variant-kink',
      path: ['nodes', 1, 'expression'],
      message:
        'In 20 of 20 variants drawn to try, values sit on a kink, so that any slope between its two sides is accepted: "r".',
    })
  })

  it('names the boxes that coincide though they need not', () => {
    const definition = graph({ w: 3 }, { a: 'w + 1', b: '2*w', J: 'a*b' }, { boxes: ['a', 'b', 'J'] })
    expect(warnings(definition, { w: { choice: [1] } })).toEqual([
      {
        code: 'variant-coincidence',
        path: ['inputs'],
        message:
          'In 20 of 20 variants drawn to try, boxes that could differ hold the same value and cannot be told apart: "a", "b".',
      },
    ])
  })

  it('names the boxes whose numbers are long, at most five', () => {
    const definition = (...boxes: readonly string[]): Parameters<typeof prepare>[0] =>
      graph(
        { w: 3 },
        { a: 'w/7', b: '2*a', c: '3*a', d: '4*a', f: '5*a', J: '6*a + b + c + d + f' },
        { boxes },
      )
    const message = (...names: readonly string[]): string =>
      `In 20 of 20 variants drawn to try, boxes have more than 6 digits, or a size below 0.0001 or from 1000000 on: ${names.join(', ')}.`
    const samples = { w: { integer: [1, 6] } } as const
    expect(warnings(definition('a', 'b'), samples)).toEqual([
      { code: 'variant-digits', path: ['inputs'], message: message('"a"', '"b"') },
    ])
    expect(warnings(definition('a', 'b', 'c', 'd', 'f', 'J'), samples)).toEqual([
      {
        code: 'variant-digits',
        path: ['inputs'],
        message: message('"a"', '"b"', '"c"', '"d"', '"f"', '…'),
      },
    ])
  })

  it('names a node that has no value in any draw', () => {
    expect(warnings(graph({ w: 3 }, { a: 'w + 1', J: 'ln(a)' }), { w: { integer: [-5, -2] } })).toEqual([
      {
        code: 'variant-domain',
        path: ['inputs'],
        message:
          'In 20 of 20 variants drawn to try, no inputs were found at which every box has a value; there is none at: "J".',
      },
    ])
  })

  it('tells of how many variants it is true', () => {
    // A fault in some draws only, and another in the others: what is drawn last decides, within bounds.
    const definition = graph({ w: 3 }, { a: 'w/7', J: 'a + 2/w' }, { boxes: ['a', 'J'] })
    const [warning] = warnings(definition, { w: { choice: [1, 7] } })
    expect(warning?.message).toMatch(/^In 20 of 20 variants .*: "J"\.$/)
  })

  it('takes from the budget what it uses, and stops when there is no more', () => {
    const prepared = prepare(graph({ w: 3 }, { J: 'w/7' }), { w: { integer: [1, 6] } })
    const { slots } = prepared.graph.tape
    const none = createStepBudget(10)
    expect(checkVariants(prepared, none)).toEqual([])
    expect(none.remaining).toBe(10)

    const some = createStepBudget(prepared.draws * slots + 2 * slots)
    expect(checkVariants(prepared, some)[0]?.message).toMatch(/^In 3 of 3 variants/)
    expect(some.remaining).toBe(prepared.draws * slots - slots)
  })
})
