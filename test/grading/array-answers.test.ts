import { describe, expect, test } from 'vitest'
import { entriesOf, type Value } from '../../src/engine/tensor.js'
import { summariseEntries, type GradedEntry, type Verdict } from '../../src/grading/verdicts.js'
import { gradeReadings, readAnswers } from '../../src/grading/grade.js'
import { answerKeyAt, answerKeyOf, type GradedDefinition } from '../../src/grading/published-graph.js'
import { graph, plenty } from '../support/engine.js'
import { grade, publicationFaultsOf, publish } from '../support/grading.js'
import { LINEAR_REGRESSION, TWO_LAYER_NETWORK } from '../support/lab-graphs.js'

/** The right answers in every box of a definition. */
function truthsOf(definition: GradedDefinition): Record<string, Value> {
  const { graph: compiled, evaluation } = publish(definition).published
  return Object.fromEntries(
    compiled.asked.map(({ id, kind, of, wrt }) => {
      const value =
        kind === 'forward'
          ? evaluation.values.get(of)
          : kind === 'local'
            ? evaluation.locals.get(of)?.get(wrt)
            : evaluation.gradients.get(wrt)
      return [id, value ?? Number.NaN]
    }),
  )
}

function boxOf(definition: GradedDefinition, id: string, answer: unknown) {
  const box = grade(definition, { [id]: answer }).boxes.find(candidate => candidate.id === id)
  if (box === undefined) throw new Error(`no box ${id}`)
  return box
}

const right: GradedEntry = { status: 'correct', credit: 1 }
const wrong: GradedEntry = { status: 'incorrect', credit: 0 }
const blank: GradedEntry = { status: 'blank', credit: 0 }

describe('a box that asks for an array', () => {
  test.each([
    ['linear-regression', LINEAR_REGRESSION],
    ['two-layer-network', TWO_LAYER_NETWORK],
  ])('%s: the right arrays are right in every box, given or typed', (_key, definition) => {
    const truths = truthsOf(definition)
    const typed = Object.fromEntries(Object.entries(truths).map(([id, value]) => [id, JSON.stringify(value)]))
    for (const answers of [truths, typed]) {
      const graded = grade(definition, answers)
      expect(graded).toMatchObject({ credit: 1, complete: true })
      expect(new Set(graded.boxes.map(({ status }) => status))).toEqual(new Set(['correct']))
    }
  })

  // r is [1, 1, −2, 2].
  test.each<[unknown, Verdict, number, readonly GradedEntry[] | undefined]>([
    [[1, 1, -2, 2], 'correct', 1, [right, right, right, right]],
    ['[1, 1, -2, 2]', 'correct', 1, [right, right, right, right]],
    [['1', '2/2', '−2', 'sqrt(4)'], 'correct', 1, [right, right, right, right]],
    [[1, 1, -2, 5], 'incorrect', 0.75, [right, right, right, wrong]],
    [[1, 1, 2, 2], 'incorrect', 0.75, [right, right, wrong, right]],
    [[0, 0, 0, 0], 'incorrect', 0, [wrong, wrong, wrong, wrong]],
    [[1, null, '', '  '], 'incorrect', 0.25, [right, blank, blank, blank]],
    ['[1, 1, , ]', 'incorrect', 0.5, [right, right, blank, blank]],
    [[null, 5, null, null], 'incorrect', 0, [blank, wrong, blank, blank]],
    [[null, null, null, null], 'blank', 0, undefined],
    ['', 'blank', 0, undefined],
    [null, 'blank', 0, undefined],
    [[1, 1, -2], 'invalid', 0, undefined],
    [
      [
        [1, 1],
        [-2, 2],
      ],
      'invalid',
      0,
      undefined,
    ],
    [[1, 1, -2, 'nan'], 'invalid', 0, undefined],
    [1, 'invalid', 0, undefined],
  ])('%j is %s, with the mean of its entries as credit', (answer, status, credit, entries) => {
    const box = boxOf(LINEAR_REGRESSION, 'r', answer)
    expect(box).toMatchObject({ status, credit })
    expect(box.entries).toEqual(entries)
    expect(box.feedback.length).toBe(status === 'invalid' ? 1 : 0)
  })

  test('mirrors a matrix row by row', () => {
    const answer = [
      [0.4894569421095954, 0.2447284710547977, 7],
      ['-0.6695', null, 0],
      [0.18, 0.09, '0'],
    ]
    expect(boxOf(TWO_LAYER_NETWORK, 'dL_dW2', answer)).toEqual({
      id: 'dL_dW2',
      status: 'incorrect',
      credit: 7 / 9,
      entries: [
        [right, right, wrong],
        [right, blank, right],
        [right, right, right],
      ],
      feedback: [],
    })
  })

  test('mirrors a vector and a matrix of one entry as what they are', () => {
    const definition = graph({ v: [3], M: [[3]] }, { a: '2*v', b: '2*M', J: 'sum(a) + sum(b)' })
    expect(boxOf(definition, 'a', [6]).entries).toEqual([right])
    expect(boxOf(definition, 'b', [[6]]).entries).toEqual([[right]])
    expect(boxOf(definition, 'b', '[[6]]').status).toBe('correct')
    expect(boxOf(definition, 'a', '6').status).toBe('invalid')
    expect(boxOf(definition, 'b', [6]).status).toBe('invalid')
  })

  test('that has the wrong shape is invalid, and told both shapes', () => {
    const { status, feedback } = boxOf(LINEAR_REGRESSION, 'dJ_dw', [[4.5], [-1]])
    expect(status).toBe('invalid')
    expect(feedback).toEqual([
      {
        code: 'wrong-shape',
        message: 'This box asks for an array of shape (2,); this has the shape (2, 1).',
      },
    ])
  })

  test('says where an entry cannot be read', () => {
    expect(boxOf(TWO_LAYER_NETWORK, 'dL_dW1', '[[1, 2], [1, 1/0], [0, 0]]').feedback).toEqual([
      { code: 'outside-domain', message: 'Row 2, entry 2: This contains a division by zero.' },
    ])
    expect(boxOf(LINEAR_REGRESSION, 'r', ['1', 'u', '1', '1']).feedback).toMatchObject([
      { code: 'graph-name', message: expect.stringMatching(/^Entry 2: .*"u"/) },
    ])
  })

  test('does not take the answers of a number, nor a number those of an array', () => {
    expect(boxOf(LINEAR_REGRESSION, 'J', [2.5])).toMatchObject({
      status: 'invalid',
      feedback: [{ code: 'not-one-number' }],
    })
    expect(boxOf(LINEAR_REGRESSION, 'J', '[2.5]')).toMatchObject({
      status: 'invalid',
      feedback: [{ code: 'not-readable' }],
    })
    expect(boxOf(LINEAR_REGRESSION, 'r', '2.5')).toMatchObject({
      status: 'invalid',
      feedback: [{ code: 'not-an-array' }],
    })
  })
})

describe('the tolerance', () => {
  const vector = graph({ v: [1, 1000, 0] }, { a: 'v*1', J: 'sum(a)' }, { boxes: ['a'] })
  const withTolerance = (tolerance: GradedDefinition['tolerance']): GradedDefinition => ({
    ...vector,
    tolerance,
  })

  test.each<[string, GradedDefinition['tolerance'], unknown, readonly GradedEntry[]]>([
    ['is taken relative to each entry', undefined, [1.001, 1001, 0], [right, right, right]],
    [
      'is taken relative to each entry, and no further',
      undefined,
      [1.0011, 1001.1, 1e-8],
      [wrong, wrong, wrong],
    ],
    ['in decimals holds for each entry', { decimals: 1 }, ['1.05', '1000.06', '0.05'], [right, wrong, right]],
    ['in digits holds for each entry', { significantDigits: 2 }, [1.05, 1050, 0.01], [right, right, wrong]],
    ['may be 0', { absolute: 0, relative: 0 }, ['1', '1000.0000001', '0'], [right, wrong, right]],
  ])('%s', (_what, tolerance, answer, entries) => {
    expect(boxOf(withTolerance(tolerance), 'a', answer).entries).toEqual(entries)
  })

  test('a box may have its own, and publication warns of entries near 0', () => {
    const definition: GradedDefinition = {
      ...vector,
      boxes: [{ id: 'a', tolerance: { absolute: 0.5, relative: 0 } }],
    }
    expect(boxOf(definition, 'a', [1.5, 1000.5, -0.5]).status).toBe('correct')
    const near = graph({ v: [1, 1e-9] }, { J: 'sum(v*v)' }, { boxes: ['dJ_dv'] })
    expect(publish(near).warnings).toMatchObject([{ code: 'near-zero' }])
    expect(publish(graph({ v: [1, 0] }, { J: 'sum(v*v)' })).warnings).toEqual([])
  })
})

describe('on a kink in one entry', () => {
  const definition = graph({ v: [-1, 0, 2] }, { a: 'relu(v)', J: '6*sum(a)' })

  test('any subgradient is right there, and nothing else is elsewhere', () => {
    for (const middle of [0, 3, '2/7', 6])
      expect(boxOf(definition, 'dJ_dv', [0, middle, 6]).status).toBe('correct')
    expect(boxOf(definition, 'dJ_dv', [3, -0.1, 3]).entries).toEqual([wrong, wrong, wrong])
    expect(boxOf(definition, 'dJ_dv', [0, 6.1, 6]).entries).toEqual([right, wrong, right])
    expect(boxOf(definition, 'da_dv', [0, 0.5, 1]).status).toBe('correct')
    expect(boxOf(definition, 'da_dv', [0.5, 0.5, 0.5]).entries).toEqual([wrong, right, wrong])
    expect(boxOf(definition, 'a', [0, 0.5, 2]).entries).toEqual([right, wrong, right])
  })

  test('publication warns once, at the node', () => {
    expect(publish(definition).warnings).toMatchObject([{ code: 'kink', path: ['nodes', 0, 'expression'] }])
  })
})

describe('credit', () => {
  const definition: GradedDefinition = {
    ...LINEAR_REGRESSION,
    boxes: [
      { id: 'r', weight: 3 },
      { id: 'J', weight: 1 },
      { id: 'dJ_dw', weight: 0 },
    ],
  }

  test('of a box is the mean of its entries, weighted like any other', () => {
    expect(grade(definition, { r: [1, 1, 0, 0], J: 2.5 }).credit).toBe((3 * 0.5 + 1) / 4)
    expect(grade(definition, { r: [1, 1, -2, 0], J: 0 }).credit).toBe((3 * 0.75) / 4)
    expect(grade(definition, { r: [1, 1, -2, 2], J: 2.5, dJ_dw: [9, 9] })).toMatchObject({
      credit: 1,
      complete: true,
    })
  })

  test('is 1 only where every entry is right', () => {
    const many = graph({ v: Array<number>(999).fill(1) }, { a: '2*v', J: 'sum(a)' }, { boxes: ['a'] })
    const answer = Array<number>(999).fill(2)
    expect(grade(many, { a: answer })).toMatchObject({ credit: 1, complete: true })
    expect(grade(many, { a: answer.with(500, 3) })).toMatchObject({ credit: 998 / 999, complete: false })
    expect(grade(many, { a: [...answer.slice(1), null] })).toMatchObject({
      credit: 998 / 999,
      complete: false,
    })
  })

  test.each<[readonly GradedEntry[], GradedEntry]>([
    [[right, right], right],
    [[right, { status: 'follows', credit: 0.5 }], { status: 'follows', credit: 0.75 }],
    [[{ status: 'follows', credit: 0.5 }], { status: 'follows', credit: 0.5 }],
    [[{ status: 'follows', credit: 0.5 }, wrong], { status: 'incorrect', credit: 0.25 }],
    [[{ status: 'follows', credit: 0.5 }, blank], { status: 'incorrect', credit: 0.25 }],
    [[right, blank], { status: 'incorrect', credit: 0.5 }],
    [[blank, blank], blank],
    [[blank, wrong], wrong],
    [[right, right, wrong], { status: 'incorrect', credit: 2 / 3 }],
  ])('%j make a box %j', (entries, box) => {
    expect(summariseEntries(entries)).toEqual(box)
  })
})

describe('reading', () => {
  test('an array of blanks answers nothing', () => {
    const key = answerKeyOf(publish(LINEAR_REGRESSION).published)
    const nothing = (answers: Readonly<Record<string, unknown>>): boolean =>
      readAnswers(key, new Map(Object.entries(answers)), plenty()).nothingAnswered
    expect(nothing({ r: [null, '', ' ', null], u: '[,,,]' })).toBe(true)
    expect(nothing({ r: [null, '', '0', null] })).toBe(false)
    expect(nothing({ r: [] })).toBe(false)
  })

  test('refuses by form alone, whatever is right', () => {
    const shifted: GradedDefinition = {
      ...LINEAR_REGRESSION,
      inputs: LINEAR_REGRESSION.inputs.map(input =>
        input.name === 'y' ? { ...input, value: [9, 9, 9, 9] } : input,
      ),
    }
    for (const answer of ['[1, 1, -2]', '[1, x, 1, 1]', [1, 1, 1, true], 5])
      expect(boxOf(shifted, 'r', answer)).toEqual(boxOf(LINEAR_REGRESSION, 'r', answer))
  })
})

test('other inputs have other right arrays', () => {
  const { published } = publish(LINEAR_REGRESSION)
  const inputs = new Map<string, Value>(published.graph.inputs.map(({ name, value }) => [name, value]))
  const at = answerKeyAt(published, inputs.set('y', [0, 0, 0, 0]).set('b', 1))
  if (!at.ok) throw new Error(at.fault.message)
  const answers = new Map<string, unknown>([
    ['r', [0, 3, 0, 5]],
    ['dJ_dw', '[10.5, -2.5]'],
  ])
  const { boxes } = gradeReadings(at.key, readAnswers(at.key, answers, plenty()).readings, answers)
  expect(Object.fromEntries(boxes.map(({ id, status }) => [id, status]))).toMatchObject({
    r: 'correct',
    dJ_dw: 'correct',
  })
})

test('a box that data leaves without a value in one entry cannot be asked', () => {
  const definition = graph({ w: 1 }, { J: 'sum(w*sqrt(x))' }, { data: { x: [4, 0] }, boxes: ['J', 'dJ_dx'] })
  expect(publicationFaultsOf(definition)).toMatchObject([{ code: 'domain-error', path: ['boxes', 1] }])
})

test('the truths of an array are all its entries', () => {
  const { boxes } = answerKeyOf(publish(TWO_LAYER_NETWORK).published)
  for (const { box, shape, truths } of boxes) {
    expect(truths).toHaveLength(shape.reduce((count, length) => count * length, 1))
    expect(truths).toEqual(entriesOf(truthsOf(TWO_LAYER_NETWORK)[box.id] ?? Number.NaN))
  }
})

test('an expression of another shape is wrong, and nothing is made of its entries', () => {
  const definition: GradedDefinition = {
    ...graph({ w: [1, 1] }, { n: 'm/(1 + w^2)', J: 'sum(n)' }, { data: { m: filled(-2) } }),
    boxes: [{ id: 'n', answer: 'expression' }, 'dJ_dw'],
  }
  // Both entries of w, and 1 for all four, are n but for the sign.
  expect(boxOf(definition, 'n', 'w')).toMatchObject({ status: 'incorrect', credit: 0, feedback: [] })
  expect(boxOf(definition, 'n', '1 + 0*m').feedback).toMatchObject([{ code: 'sign' }])
})

function filled(number: number): number[][] {
  return [
    [number, number],
    [number, number],
  ]
}
