import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boxValue, type Evaluation } from '../../src/engine/evaluate.js'
import type { CompiledGraph } from '../../src/engine/graph.js'
import { createToldBoxes } from '../../src/engine/told-boxes.js'
import { compile, evaluate } from '../support/engine.js'
import { createExplainer } from '../support/explained.js'
import { BUILT_IN_GRAPHS, FAN_OUT, LAB_NETWORK_0, LAB_NETWORK_1 } from '../support/lab-graphs.js'
import { randomGraph } from '../support/random-graphs.js'

type Definition = Parameters<typeof compile>[0]

function toldIn(definition: Definition, id: string): readonly string[] {
  const { graph } = compile(definition)
  return createToldBoxes(graph)(graph.boxes.get(id)!)
}

test.each<[string, Definition, string, string[]]>([
  ['a value of inputs tells nothing else', LAB_NETWORK_0, 'a', []],
  ['a value, those of its operands', LAB_NETWORK_1, 'a', ['c']],
  ['a local derivative, those of its node and operands', LAB_NETWORK_1, 'dd_da', ['d', 'a']],
  ['a gradient that is a local derivative, the same', LAB_NETWORK_0, 'dJ_da', ['J', 'a']],
  ['a gradient, the slopes that it is made of', LAB_NETWORK_0, 'dJ_dw', ['J', 'da_dw', 'dJ_da']],
  [
    'a gradient of several paths, those of each',
    FAN_OUT,
    'dJ_du',
    ['J', 'u', 'v', 'dv_du', 'dJ_dv', 'local_dJ_du'],
  ],
])('%s', (_what, definition, id, told) => {
  expect(toldIn(definition, id).toSorted()).toEqual(told.toSorted())
})

/** Enough digits to be known by. */
const digitsOf = (value: number, digits = 6): string => Math.abs(value).toPrecision(digits)

/** The right values of boxes that are like no other number of their graph; short numbers may be anything. */
function unmistakable(graph: CompiledGraph, evaluation: Evaluation): ReadonlyMap<string, string> {
  const values = graph.asked.flatMap(box => {
    const value = boxValue(evaluation, box)
    return typeof value === 'number' ? [{ id: box.id, value }] : []
  })
  const inputs = graph.inputs.flatMap(({ value }) => (typeof value === 'number' ? [value] : []))
  const counts = new Map<string, number>()
  for (const value of [...values.map(box => box.value), ...inputs]) {
    const digits = digitsOf(value, 3)
    counts.set(digits, (counts.get(digits) ?? 0) + 1)
  }
  const isLong = (value: number) => Number(digitsOf(value)) !== Math.abs(value)
  return new Map(
    values.flatMap(({ id, value }) =>
      isLong(value) && counts.get(digitsOf(value, 3)) === 1 ? [[id, digitsOf(value)] as const] : [],
    ),
  )
}

/** Which values of other boxes the steps of boxes hold: where that is known beforehand, and where it is not. */
function toldBy(definition: Definition): { readonly known: string[]; readonly unknown: string[] } {
  const { graph } = compile(definition)
  const evaluation = evaluate(graph)
  const explain = createExplainer(graph, evaluation)
  const knownBy = createToldBoxes(graph)
  const values = unmistakable(graph, evaluation)
  const told = graph.asked.flatMap(box => {
    const text = explain(box)
      .map(step => step.text)
      .join(' ')
    const said = new Set(
      (text.match(/\d+(?:\.\d+)?(?:e[-+]?\d+)?/g) ?? []).map(number => digitsOf(Number(number))),
    )
    const expected = new Set(knownBy(box))
    return [...values].flatMap(([id, digits]) =>
      id !== box.id && said.has(digits)
        ? [{ words: `${box.id} tells ${id}`, isKnown: expected.has(id) }]
        : [],
    )
  })
  const wordsOf = (isKnown: boolean) => told.flatMap(one => (one.isKnown === isKnown ? [one.words] : []))
  return { known: wordsOf(true), unknown: wordsOf(false) }
}

test.each(Object.entries(BUILT_IN_GRAPHS))(
  'no steps of %s tell the value of any other box',
  (_key, definition) => {
    expect(toldBy(definition).unknown).toEqual([])
  },
)

test('nor do those of random graphs', () => {
  let all = 0
  fc.assert(
    fc.property(randomGraph, ({ definition }) => {
      const { known, unknown } = toldBy(definition)
      all += known.length
      expect(unknown).toEqual([])
    }),
    // Numbers may be alike by chance: the same graphs each time.
    { numRuns: 60, seed: 7 },
  )
  expect(all).toBeGreaterThan(500)
})
