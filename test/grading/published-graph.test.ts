import { describe, expect, test } from 'vitest'
import { createStepBudget } from '../../src/engine/faults.js'
import {
  answerKeyOf,
  boxPolicies,
  publishGraph,
  type GradedDefinition,
} from '../../src/grading/published-graph.js'
import { graph, refusalOf } from '../support/engine.js'
import { publicationFaultsOf, publish, verdicts } from '../support/grading.js'
import { BUILT_IN_GRAPHS, LAB_BOXES, LAB_NETWORK_0, LAB_NETWORK_1 } from '../support/lab-graphs.js'

/** One parameter, and a cost of that value: `J` has it as its truth. */
function costing(value: number, more: Partial<GradedDefinition> = {}): GradedDefinition {
  return { ...graph({ w: value }, { J: 'w' }), boxes: ['J'], ...more }
}

describe('publication', () => {
  test.each(Object.entries(LAB_BOXES))("%s has the lab's boxes and truths for its key", (key, boxes) => {
    const { published } = publish(BUILT_IN_GRAPHS[key as keyof typeof LAB_BOXES])
    expect(answerKeyOf(published).boxes.map(({ box, truths }) => [box.id, ...truths])).toEqual(boxes)
  })

  test('refuses a definition with all faults of the graph, their paths in the definition', () => {
    const faults = publicationFaultsOf({
      ...LAB_NETWORK_1,
      boxes: ['a', { id: 'q', weight: 2 }, { id: 'a' }],
    })
    expect(faults.map(({ code, path }) => [code, ...path])).toEqual([
      ['unknown-box', 'boxes', 1],
      ['duplicate-box', 'boxes', 2],
    ])
  })

  test('refuses values at which a number does not exist', () => {
    expect(publicationFaultsOf(graph({ w: 0 }, { a: 'w', J: '1/a' }))).toMatchObject([
      { code: 'domain-error', path: ['nodes', 1, 'expression'] },
    ])
  })

  test('refuses to ask for a derivative by data that does not exist', () => {
    const definition = graph(
      { w: -2 },
      { p: 'w^n', J: '3*p' },
      { data: { n: 2 }, boxes: ['J', 'dp_dn', 'dJ_dn'] },
    )
    expect(publicationFaultsOf(definition).map(({ code, path }) => [code, ...path])).toEqual([
      ['domain-error', 'boxes', 1],
      ['domain-error', 'boxes', 2],
    ])
    expect(publish({ ...definition, boxes: ['J', 'dJ_dp'] }).warnings).toEqual([])
  })

  test('refuses boxes that all weigh nothing', () => {
    const boxes = [
      { id: 'a', weight: 0 },
      { id: 'J', weight: 0 },
    ]
    expect(publicationFaultsOf({ ...LAB_NETWORK_0, boxes })).toMatchObject([
      { code: 'no-weight', path: ['boxes'] },
    ])
    expect(publish({ ...LAB_NETWORK_0, boxes: [...boxes, 'dJ_dw'] }).warnings).toEqual([])
  })

  test('throws nothing but too-complex, when the budget is spent', () => {
    const options = { maxNodes: 10, budget: createStepBudget(5) }
    expect(refusalOf(() => publishGraph(LAB_NETWORK_0, options)).code).toBe('too-complex')
  })

  test('passes on what the engine points out', () => {
    const { warnings } = publish(graph({ w: 3 }, { u: 'w', J: '1/2w' }))
    expect(warnings.map(warning => warning.code)).toEqual(['ambiguous-multiplication', 'unused-node'])
  })
})

describe('a truth near 0 is pointed out', () => {
  test.each<[number, Partial<GradedDefinition>, boolean]>([
    [1e-8, {}, true],
    [-1e-8, {}, true],
    [1.0000001e-8, {}, false],
    [1e-300, {}, true],
    [0, {}, false],
    [5, { tolerance: { absolute: 0.5 } }, true],
    [5.000001, { tolerance: { absolute: 0.5 } }, false],
    [1e-9, { tolerance: { absolute: 0 } }, false],
    [1e-9, { tolerance: { relative: 0.1 } }, true],
    [1e-3, { boxes: [{ id: 'J', tolerance: { absolute: 1e-3 } }] }, true],
    [1e-9, { tolerance: {}, boxes: [{ id: 'J', tolerance: { absolute: 1e-12 } }] }, false],
  ])('%d under %j: %s', (value, more, expected) => {
    const { warnings } = publish(costing(value, more))
    expect(warnings.map(warning => warning.code)).toEqual(expected ? ['near-zero'] : [])
    if (expected) expect(warnings[0]?.message).toContain('"J"')
  })

  test('for boxes that are asked alone', () => {
    const definition = graph({ w: 1e-9 }, { a: 'w', J: 'a + 1' })
    expect(publish(definition).warnings.map(warning => warning.code)).toEqual(['near-zero'])
    expect(publish({ ...definition, boxes: ['J', 'dJ_dw'] }).warnings).toEqual([])
  })
})

describe('kinks are pointed out', () => {
  test('at each node that sits on one', () => {
    const { warnings } = publish(
      graph({ w: 0 }, { J: 'b + abs(w)', b: '2*a', a: 'relu(w)' }, { output: 'J' }),
    )
    expect(warnings.filter(({ code }) => code === 'kink').map(({ path }) => path[1])).toEqual([2, 0])
  })
})

describe('how close an answer must be is said by', () => {
  const loose = { absolute: 2, relative: 0 }
  const looser = { absolute: 20, relative: 0 }
  const strict = { absolute: 0, relative: 0 }
  test.each<[string, GradedDefinition, { tolerance?: typeof loose | null }, readonly [string, string]]>([
    // What 11.5 and 12.5 are in a box whose truth is 11.
    ['the default', LAB_NETWORK_0, {}, ['incorrect', 'incorrect']],
    ['the graph', { ...LAB_NETWORK_0, tolerance: loose }, {}, ['correct', 'correct']],
    [
      'the assignment over the graph',
      { ...LAB_NETWORK_0, tolerance: looser },
      { tolerance: strict },
      ['incorrect', 'incorrect'],
    ],
    ['the assignment over the default', LAB_NETWORK_0, { tolerance: loose }, ['correct', 'correct']],
    [
      'the graph where the assignment says nothing',
      { ...LAB_NETWORK_0, tolerance: loose },
      { tolerance: null },
      ['correct', 'correct'],
    ],
    [
      'the box over both',
      { ...LAB_NETWORK_0, tolerance: strict, boxes: [{ id: 'a', tolerance: { absolute: 1, relative: 0 } }] },
      { tolerance: looser },
      ['correct', 'incorrect'],
    ],
  ])('%s', (_case, definition, overrides, expected) => {
    const statuses = ['11.5', '12.5'].map(typed => verdicts(definition, { a: typed }, overrides)['a'])
    expect(statuses).toEqual(expected)
  })

  test('each box for itself', () => {
    const boxes = [
      'a',
      { id: 'J', tolerance: { significantDigits: 1 } },
      { id: 'dJ_dw', tolerance: { decimals: 0 } },
    ]
    const answers = { a: '11.2', J: '150', dJ_dw: '66.5' }
    expect(verdicts({ ...LAB_NETWORK_0, boxes }, answers)).toEqual({
      a: 'incorrect',
      J: 'correct',
      dJ_dw: 'correct',
    })
  })
})

test('how much a box weighs is said by the assignment over the box over 1', () => {
  const boxes = ['a', { id: 'J', weight: 3 }, { id: 'dJ_dw', weight: 0 }]
  const { published } = publish({ ...LAB_NETWORK_0, boxes })
  const weights = (overrides: ReadonlyMap<string, number> | undefined) => {
    const policyOf = boxPolicies(published, { weights: overrides })
    return ['a', 'J', 'dJ_dw'].map(id => policyOf(id).weight)
  }
  expect(weights(undefined)).toEqual([1, 3, 0])
  expect(
    weights(
      new Map([
        ['a', 0],
        ['dJ_dw', 5],
      ]),
    ),
  ).toEqual([0, 3, 5])
})

test('an answer key knows the names that no answer may use', () => {
  expect([...answerKeyOf(publish(LAB_NETWORK_1).published).names].sort()).toEqual([
    'J',
    'a',
    'b',
    'c',
    'd',
    'w',
    'x',
    'y',
  ])
})
