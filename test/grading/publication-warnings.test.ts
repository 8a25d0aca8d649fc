import { describe, expect, test } from 'vitest'
import { createStepBudget } from '../../src/engine/faults.js'
import {
  publishGraph,
  type GradedDefinition,
  type PublicationWarning,
} from '../../src/grading/published-graph.js'
import { graph } from '../support/engine.js'
import { grade, publish } from '../support/grading.js'
import { BUILT_IN_GRAPHS, LAB_NETWORK_0, LAB_NETWORK_1 } from '../support/lab-graphs.js'

/** Warnings of one code: the names in their messages. */
function named(definition: GradedDefinition, code: PublicationWarning['code']): string[][] {
  return publish(definition)
    .warnings.filter(warning => warning.code === code)
    .map(({ message }) => [...message.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name))
}

function codesOf(definition: GradedDefinition): string[] {
  return publish(definition).warnings.map(({ code }) => code)
}

describe('the built-in graphs are warned of', () => {
  test.each<[keyof typeof BUILT_IN_GRAPHS, string[][], string[][]]>([
    ['lab-network0', [], []],
    ['lab-network1', [['d', 'dJ_dd', 'dJ_da', 'dJ_dc', 'dJ_db']], []],
    [
      'logistic-neuron',
      [
        ['f', 'g'],
        ['h', 'dL_dk', 'di_dh', 'dh_dg', 'df_dd', 'df_de', 'df_db', 'dd_dw0'],
        ['i', 'de_dw1'],
        ['a', 'k'],
        ['L', 'dL_di', 'dL_dh', 'dL_dg'],
        ['dk_da', 'dL_da', 'dg_df'],
        ['da_di', 'dL_df', 'dL_dd', 'dL_de', 'dL_db', 'dL_dw0'],
      ],
      [
        ['dL_dk', 'wrong-point'],
        ['dk_da', 'gave-gradient'],
        ['dL_da', 'forgot-upstream'],
        ['dh_dg', 'wrong-point'],
        ['dL_dg', 'wrong-point'],
      ],
    ],
    ['fan-out', [['u', 'dv_db']], []],
    ['linear-regression', [['dJ_dr', 'dJ_dp', 'dJ_du']], []],
    [
      'two-layer-network',
      [
        ['dL_dz2', 'dL_db2'],
        ['dL_dz1', 'dL_db1'],
      ],
      [],
    ],
  ])('%s', (key, groups, slips) => {
    const definition = BUILT_IN_GRAPHS[key]
    expect(named(definition, 'same-value')).toEqual(groups)
    expect(named(definition, 'misconception-coincides')).toEqual(slips)
    expect(codesOf(definition)).toHaveLength(groups.length + slips.length)
  })
})

describe('boxes that cannot be told apart', () => {
  test('are told in one warning a group, which says whether other inputs would help', () => {
    const [linked] = publish(LAB_NETWORK_1).warnings
    expect(linked).toEqual({
      code: 'same-value',
      path: ['boxes'],
      message:
        'The right values of "d", "dJ_dd", "dJ_da", "dJ_dc" and "dJ_db" are the same whatever the inputs: a mix-up of these boxes cannot be seen.',
    })
    const [chance] = publish(
      graph({ w: 2, v: 4 }, { a: '2*w', J: 'a*v' }, { boxes: ['a', 'dJ_da'] }),
    ).warnings
    expect(chance?.message).toContain('"a" and "dJ_da" are the same at these inputs')
  })

  test('are told so under the tolerance that they have, not another', () => {
    const near = graph({ w: 10.05, v: 10 }, { a: '1*w', b: '1*v', J: 'a*b + 5' }, { boxes: ['a', 'b'] })
    expect(named(near, 'same-value')).toEqual([])
    expect(named({ ...near, tolerance: { relative: 0.01 } }, 'same-value')).toEqual([['a', 'b']])
    expect(named({ ...near, tolerance: { significantDigits: 2 } }, 'same-value')).toEqual([['a', 'b']])
    const boxes = [{ id: 'a', tolerance: { decimals: 0 } }, 'b']
    expect(named({ ...near, boxes }, 'same-value')).toEqual([['a', 'b']])
    expect(grade({ ...near, boxes }, { a: '10', b: '10.05' }).boxes).toMatchObject([
      { status: 'correct' },
      { status: 'incorrect' },
    ])
  })

  test('are not told of where all are constants, which no inputs change', () => {
    const sum = graph(
      { w: 5, v: 7 },
      { a: 'w + v', J: '3*a' },
      { boxes: ['da_dw', 'da_dv', 'dJ_dw', 'dJ_dv'] },
    )
    expect(named(sum, 'same-value')).toEqual([])
    const beside = graph({ w: 5, v: -4 }, { a: 'w + v', J: '3*a' }, { boxes: ['a', 'da_dw', 'da_dv'] })
    expect(named(beside, 'same-value')).toEqual([['a', 'da_dw', 'da_dv']])
  })

  test('are those asked for a number, of one shape', () => {
    const twins = graph({ w: 2 }, { a: '3*w', b: '6 + 0*a', J: 'a*b' }, { boxes: ['a', 'b'] })
    expect(named(twins, 'same-value')).toEqual([['a', 'b']])
    expect(named({ ...twins, boxes: ['a', { id: 'b', answer: 'expression' }] }, 'same-value')).toEqual([])
    const shapes = graph({ v: [3, 4] }, { a: '2*v', s: 'sum(v) - 1', J: 's*sum(a)' }, { boxes: ['a', 's'] })
    expect(named(shapes, 'same-value')).toEqual([])
  })

  test('are named to ten of them', () => {
    const nodes = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`n${String(i)}`, 'w + v']))
    const sum = Object.keys(nodes).join('*')
    const { warnings } = publish(graph({ w: 3, v: 4 }, { ...nodes, J: sum }, { boxes: Object.keys(nodes) }))
    expect(warnings[0]?.message).toContain('"n8", "n9" and 3 more are the same')
  })
})

describe('a slip that leads to the right value', () => {
  test.each<[string, GradedDefinition, string[][]]>([
    [
      'is named where the inputs make it so',
      graph({ w: 1, v: 2 }, { a: 'w^3', J: 'a*v' }, { boxes: ['da_dw'] }),
      [['da_dw', 'power-rule']],
    ],
    ['is not named at other inputs', graph({ w: 5, v: 2 }, { a: 'w^3', J: 'a*v' }, { boxes: ['da_dw'] }), []],
    [
      'is named with others, each once',
      graph({ w: 1, v: 0.5 }, { a: 'w^2', b: 'a*v', J: '2*b' }, { boxes: ['da_dw'] }),
      [['da_dw', 'gave-gradient', 'power-rule']],
    ],
    [
      'is not named where it always does, as 2·u for the square does by another wrong rule',
      graph({ w: 5 }, { a: '3*w', J: 'a^2' }),
      [],
    ],
    [
      'is not named where a factor of 1 is left out for any inputs',
      graph({ w: 5, v: 3 }, { a: 'w*v', b: 'a + v', J: 'b' }, { boxes: ['dJ_db', 'dJ_da', 'db_da'] }),
      [],
    ],
    [
      'is not named where the box asks for an expression',
      graph({ w: 1, v: 2 }, { a: 'w^3', J: 'a*v' }, { boxes: [] }),
      [],
    ],
  ])('%s', (_case, definition, expected) => {
    const boxes =
      definition.boxes?.length === 0 ? [{ id: 'da_dw', answer: 'expression' as const }] : definition.boxes
    expect(named({ ...definition, boxes }, 'misconception-coincides')).toEqual(expected)
  })

  test('is told with the place of its box, where the definition lists boxes', () => {
    const definition = graph({ w: 1, v: 2 }, { a: 'w^3', J: 'a*v' }, { boxes: ['J', 'da_dw'] })
    expect(publish(definition).warnings).toMatchObject([
      { code: 'misconception-coincides', path: ['boxes', 1] },
    ])
  })

  test('is right in that box, whoever made it', () => {
    const definition = graph({ w: 1, v: 2 }, { a: 'w^3', J: 'a*v' }, { boxes: ['da_dw'] })
    // p·u^p in place of p·u^(p − 1).
    expect(grade(definition, { da_dw: '3' }).boxes).toMatchObject([{ status: 'correct' }])
  })
})

describe('a graph whose inputs cannot all be moved', () => {
  test('is looked at by moving its parameters alone', () => {
    const definition = graph(
      { w: -2 },
      { p: 'w^n', q: '2*p', J: 'q*p' },
      { data: { n: 2 }, boxes: ['q', 'dJ_dp'] },
    )
    expect(publish(definition).warnings.map(({ message }) => message)).toEqual([])
    const linked = graph({ w: -2 }, { p: 'w^n', J: 'p^2/2' }, { data: { n: 2 }, boxes: ['p', 'dJ_dp'] })
    expect(publish(linked).warnings[0]?.message).toContain('whatever the inputs')
  })
})

describe('a right value near 0 is held against', () => {
  test.each<[number, GradedDefinition['tolerance'], boolean]>([
    [0.05, { decimals: 2 }, true],
    [-0.05, { decimals: 2 }, true],
    [0.0500001, { decimals: 2 }, false],
    [0.001, { decimals: 2 }, true],
    [0, { decimals: 2 }, false],
    [3, { decimals: 0 }, true],
    [1e-12, { decimals: 15 }, false],
    [1e-12, { significantDigits: 3 }, false],
    [1e-300, { significantDigits: 1 }, false],
    [1e-8, {}, true],
  ])('%d under %j: %s', (value, tolerance, expected) => {
    const definition = { ...graph({ w: value }, { J: 'w' }), boxes: ['J'], tolerance }
    expect(codesOf(definition)).toEqual(expected ? ['near-zero'] : [])
  })

  test('but not where an expression is asked, which no tolerance decides', () => {
    const boxes = [{ id: 'J', answer: 'expression' as const }]
    expect(codesOf({ ...graph({ w: 1e-9 }, { J: 'w' }), boxes })).toEqual([])
  })
})

describe('variants', () => {
  test('are tried where inputs are drawn', () => {
    const [w] = LAB_NETWORK_0.inputs
    const drawn = (sample: { choice: number[] }): GradedDefinition => ({
      ...graph({ w: 3 }, { a: 'relu(w)', J: '7*a' }),
      inputs: [{ name: 'w', role: 'parameter', value: w?.value ?? 0, sample }],
    })
    expect(codesOf(drawn({ choice: [0, -0] }))).toContain('variant-kink')
    expect(codesOf(drawn({ choice: [2, 3] }))).toEqual([])
  })
})

describe('many warnings', () => {
  const nodes = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`n${String(i)}`, 'relu(w)']))
  const J = Object.keys(nodes).slice(0, 100).join(' + ')

  test('of one kind are told to the hundredth, and one says how many there are', () => {
    const { warnings } = publish(graph({ w: 0 }, { ...nodes, J }))
    const kinks = warnings.filter(({ code }) => code === 'kink')
    expect(kinks).toHaveLength(101)
    expect(kinks.at(-1)).toEqual({
      code: 'kink',
      path: [],
      message: 'There are 50 more warnings of this kind.',
    })
    expect(kinks[99]?.message).toContain('"n99"')
    expect(warnings.filter(({ code }) => code === 'unused-node')).toHaveLength(50)
  })

  test('take work within bounds of their own: what nobody reads takes none of the budget', () => {
    const budget = createStepBudget(1e6)
    const result = publishGraph(graph({ w: 0 }, { ...nodes, J }), { maxNodes: 200, budget })
    const left = budget.remaining
    budget.remaining = 0
    expect(result.ok && result.warnings.length).toBeGreaterThan(101)
    expect(left).toBeGreaterThan(0)
  })
})
