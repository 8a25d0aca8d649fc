import { describe, expect, test } from 'vitest'
import type { Definition } from '../../src/contracts/graph.js'
import type { GradedDefinition } from '../../src/grading/published-graph.js'
import { graph } from '../support/engine.js'
import { grade, verdicts } from '../support/grading.js'
import {
  FAN_OUT,
  LAB_BOXES,
  LAB_NETWORK_0,
  LAB_NETWORK_1,
  LINEAR_REGRESSION,
  LOGISTIC_NEURON,
  TWO_LAYER_NETWORK,
} from '../support/lab-graphs.js'

type Typed = Readonly<Record<string, unknown>>

/** The right entries of a lab graph with some replaced. */
function labWith(key: keyof typeof LAB_BOXES, changes: Typed): Typed {
  return { ...Object.fromEntries(LAB_BOXES[key]), ...changes }
}

/** The ids of the boxes with this verdict, in order. */
function marked(definition: GradedDefinition, typed: Typed, verdict: string): string[] {
  return Object.entries(verdicts(definition, typed))
    .filter(([, status]) => status === verdict)
    .map(([id]) => id)
}

const SIGMOID: GradedDefinition = graph({ z: 0.4 }, { a: 'sigmoid(z)', J: '(a - 2)^2' })
const SHARED: GradedDefinition = graph({ w: 2 }, { a: '2*w', b: 'a^2', c: '3*a', J: 'b + c' })

describe('what follows from an earlier slip counts', () => {
  const rows: readonly (readonly [
    string,
    GradedDefinition | Definition,
    Typed,
    readonly string[],
    readonly string[],
  ])[] = [
    [
      'a slip in the first forward box, all the way to the parameter',
      LAB_NETWORK_0,
      { a: 10, J: 100, dJ_da: 20, da_dw: 3, dJ_dw: 60 },
      ['J', 'dJ_da', 'dJ_dw'],
      ['a'],
    ],
    [
      'a slip in a local derivative',
      LAB_NETWORK_0,
      labWith('lab-network0', { da_dw: 5, dJ_dw: 110 }),
      ['dJ_dw'],
      ['da_dw'],
    ],
    [
      'a slip in a gradient, through every gradient behind it',
      LAB_NETWORK_1,
      labWith('lab-network1', { dJ_dd: 4.5, dJ_da: 4.5, dJ_dc: 4.5, dJ_db: 4.5, dJ_dw: 9 }),
      ['dJ_da', 'dJ_dc', 'dJ_db', 'dJ_dw'],
      ['dJ_dd'],
    ],
    [
      'two slips in a row, the second made of the first',
      LAB_NETWORK_1,
      labWith('lab-network1', {
        c: 4,
        a: 12,
        d: 13,
        J: 84.5,
        dJ_dd: 13,
        dJ_da: 13,
        dJ_dc: 13,
        dJ_db: 13,
        dJ_dw: 26,
      }),
      ['a', 'J', 'dJ_dd', 'dJ_da', 'dJ_dc', 'dJ_db', 'dJ_dw'],
      ['c', 'd'],
    ],
    [
      'a slip on one of two paths, and the sum over both',
      SHARED,
      { a: 4, b: 16, c: 12, J: 28, dJ_db: 1, dJ_dc: 1, dc_da: 5, db_da: 8, dJ_da: 13, da_dw: 2, dJ_dw: 26 },
      ['dJ_da', 'dJ_dw'],
      ['dc_da'],
    ],
    [
      'a value that feeds two nodes',
      FAN_OUT,
      {
        u: 5,
        v: -1,
        J: 26,
        dJ_dv: -2,
        dv_du: -1,
        local_dJ_du: 5,
        dJ_du: 7,
        dv_db: 5,
        dJ_db: -10,
        du_dw: 3,
        dJ_dw: 21,
      },
      ['v', 'J', 'dJ_dv', 'dJ_du', 'dv_db', 'dJ_db', 'dJ_dw'],
      ['u'],
    ],
    [
      "a slope by the node's own wrong value: a(1 − a)",
      SIGMOID,
      { a: 0.7, J: 1.69, dJ_da: -2.6, da_dz: 0.21, dJ_dz: -0.546 },
      ['J', 'dJ_da', 'da_dz', 'dJ_dz'],
      ['a'],
    ],
    [
      'and by its operand alone where that is what was done',
      SIGMOID,
      { a: 0.7, J: 1.69, dJ_da: -2.6, da_dz: 0.24026, dJ_dz: -0.62468 },
      ['J', 'dJ_da', 'dJ_dz'],
      ['a'],
    ],
    [
      'boxes that are not asked are worked out by the same rule',
      { ...LAB_NETWORK_1, boxes: ['c', 'J', 'dJ_dw'] },
      { c: -3, J: 8, dJ_dw: 8 },
      ['J', 'dJ_dw'],
      ['c'],
    ],
  ]
  test.each(rows)('%s', (_name, definition, typed, follows, incorrect) => {
    expect(marked(definition, typed, 'follows')).toEqual(follows)
    expect(marked(definition, typed, 'incorrect')).toEqual(incorrect)
  })

  test('in arrays, entry by entry', () => {
    // u is [-1, 2, -1, 4]; its second entry is wrong, and what follows is worked on with it.
    const typed = { u: [-1, 3, -1, 4], p: [1, 5, 1, 6], r: [1, 2, -2, 9], J: 22.5, dJ_dr: [0.5, 1, -1, 4.5] }
    const { boxes } = grade(LINEAR_REGRESSION, typed)
    const byId = new Map(boxes.map(box => [box.id, box]))
    expect(byId.get('u')).toMatchObject({ status: 'incorrect', credit: 0.75 })
    expect(byId.get('p')).toMatchObject({
      status: 'follows',
      credit: 0.875,
      entries: [
        { status: 'correct', credit: 1 },
        { status: 'follows', credit: 0.5 },
        { status: 'correct', credit: 1 },
        { status: 'correct', credit: 1 },
      ],
    })
    // The last entry of r is a slip of its own.
    expect(byId.get('r')).toMatchObject({ status: 'incorrect', credit: (1 + 0.5 + 1 + 0) / 4 })
    expect(byId.get('dJ_dr')?.entries).toMatchObject([
      { status: 'correct' },
      { status: 'follows' },
      { status: 'correct' },
      { status: 'follows' },
    ])
  })

  test('by the product of arrays, where an operand has no local derivative of its shape', () => {
    // ∂L/∂W1 is the outer product of ∂L/∂z1 and x; ∂L/∂z1 is wrong.
    const { boxes } = grade(TWO_LAYER_NETWORK, {
      dL_dz1: [3, 5, 2],
      dL_dW1: [
        [3, 6],
        [5, 10],
        [2, 4],
      ],
    })
    const statuses = Object.fromEntries(boxes.map(({ id, status }) => [id, status]))
    expect(statuses['dL_dz1']).toBe('incorrect')
    expect(statuses['dL_dW1']).toBe('follows')
  })
})

describe('what is right by rounded entries is right', () => {
  // 1/i with i = 3.002 is 0.3331; typed 0.333 it is right, and 1000·0.333 = 333 is no longer within 0.1% of 333.1.
  const definition = {
    ...graph({ i: 3.002 }, { a: '1/i', J: '(3000*a - 999)^2' }),
    tolerance: { relative: 1e-3 },
  }
  test('a box outside its tolerance that follows from right entries alone gets full credit', () => {
    const { boxes, complete } = grade(definition, {
      a: '0.3331',
      J: '0.09',
      dJ_da: '1800',
      da_di: '-0.11096',
      dJ_di: '-199.73',
    })
    expect(boxes.map(({ status, credit }) => [status, credit])).toEqual([
      ['correct', 1],
      ['correct', 1],
      ['correct', 1],
      ['correct', 1],
      ['correct', 1],
    ])
    expect(complete).toBe(true)
    // Without that entry it is wrong.
    expect(verdicts(definition, { J: '0.09' })['J']).toBe('incorrect')
  })
})

describe('cheap answers earn nothing', () => {
  test.each([0, 1, -1, 2, 11, 0.5])('%f in every box', number => {
    for (const definition of [LAB_NETWORK_0, LAB_NETWORK_1, LOGISTIC_NEURON, FAN_OUT, SHARED]) {
      const ids = Object.keys(verdicts(definition, {}))
      const typed = Object.fromEntries(ids.map(id => [id, number]))
      expect(marked(definition, typed, 'follows')).toEqual([])
    }
  })

  test('a stock answer that follows from stock answers', () => {
    // a = 1 is wrong, J = a² = 1 follows from it; a = −1 makes the same J.
    expect(verdicts(LAB_NETWORK_0, { a: 1, J: 1, dJ_da: 22 })['J']).toBe('incorrect')
    expect(verdicts(LAB_NETWORK_0, { a: -1, J: 1, dJ_da: 22 })['J']).toBe('incorrect')
    expect(verdicts(LAB_NETWORK_0, { a: 0, J: 0, dJ_da: 22 })['J']).toBe('incorrect')
  })

  test('but not where one of the two is no stock answer', () => {
    expect(verdicts(LAB_NETWORK_0, { a: 1, J: 1, dJ_da: 2 })['dJ_da']).toBe('follows')
    expect(verdicts(LAB_NETWORK_1, { c: 9, a: 4, d: 0, J: 0 })['J']).toBe('incorrect')
    expect(verdicts(LAB_NETWORK_1, { a: 2, d: 1 })['d']).toBe('follows')
  })

  test('nor where the other entry is no part of the derivative', () => {
    // ∂J/∂d is d, whatever stands in J; and ∂c/∂w is x.
    const zeros = Object.fromEntries(LAB_BOXES['lab-network1'].map(([id]) => [id, 0]))
    expect(marked(LAB_NETWORK_1, { ...zeros, J: 5 }, 'follows')).toEqual([])
    expect(marked(LAB_NETWORK_1, { ...zeros, c: 5 }, 'follows')).toEqual([])
    // exp'(a) is 1 by a = 0, and 5 by the node's own value: of the first, 5 is no part.
    const grown = graph({ w: 2 }, { a: '3*w', b: 'exp(a)', J: 'b^2' })
    expect(verdicts(grown, { a: 0, b: 5, db_da: 1 })['db_da']).toBe('incorrect')
    expect(verdicts(grown, { a: 0.5, b: 5, db_da: 1.6487 })['db_da']).toBe('follows')
    expect(verdicts(grown, { a: 0, b: 5, db_da: 5 })['db_da']).toBe('follows')
  })

  test('a stock answer that follows from right entries alone, outside its tolerance', () => {
    const rounded = (shift: string) => graph({ p: 2.0015 }, { a: '1*p', c: `a - ${shift}`, J: 'c^2' })
    expect(verdicts(rounded('1.2'), { a: 2, c: 0.8 })).toMatchObject({ a: 'correct', c: 'correct' })
    expect(verdicts(rounded('1'), { a: 2, c: 1 })).toMatchObject({ a: 'correct', c: 'incorrect' })
  })

  test.each(['0', '1 - 1', '0*a'])('a stock answer that follows from the expression %s', expression => {
    const boxes = ['a', 'J', { id: 'dJ_da', answer: 'expression' as const }, 'da_dw', 'dJ_dw']
    const asked = { ...LAB_NETWORK_0, boxes }
    expect(verdicts(asked, { a: 11, dJ_da: expression, da_dw: 3, dJ_dw: 0 })['dJ_dw']).toBe('incorrect')
    expect(verdicts(asked, { a: 11, dJ_da: '2', da_dw: 3, dJ_dw: 6 })['dJ_dw']).toBe('follows')
  })

  test('nothing follows from a box that is blank or unreadable', () => {
    expect(verdicts(LAB_NETWORK_0, { J: 100, dJ_dw: 60, da_dw: 3 })).toMatchObject({
      J: 'incorrect',
      dJ_dw: 'incorrect',
    })
    expect(verdicts(LAB_NETWORK_0, { a: 'ten', J: 100 })).toMatchObject({ a: 'invalid', J: 'incorrect' })
    // relu(blank) is not 0, and blank^0 not 1.
    const folded = graph({ w: 2 }, { a: '3*w', b: 'relu(a) + a^0', J: 'b^2' })
    expect(verdicts(folded, { b: 1, J: 1 })).toMatchObject({ b: 'incorrect', J: 'incorrect' })
  })

  test('nothing follows where working it out leaves the domain', () => {
    const definition = graph({ w: 3 }, { a: 'w + 1', J: 'ln(a)' })
    expect(verdicts(definition, { a: -4, J: 1.386 })).toMatchObject({ a: 'incorrect', J: 'correct' })
    expect(verdicts(definition, { a: -4, J: 7 })).toMatchObject({ a: 'incorrect', J: 'incorrect' })
    expect(verdicts(definition, { a: 0, J: 7, dJ_da: 0.5 })).toMatchObject({ dJ_da: 'incorrect' })
  })
})

describe('credit', () => {
  const typed = { a: 10, J: 100, dJ_da: 20, da_dw: 3, dJ_dw: 60 }
  test.each([
    [undefined, (3 * 0.5 + 1) / 5],
    [0, 1 / 5],
    [0.99, (3 * 0.99 + 1) / 5],
  ])('of what follows is %s', (followThrough, expected) => {
    const graded = grade(LAB_NETWORK_0, typed, followThrough === undefined ? {} : { followThrough })
    expect(graded.credit).toBeCloseTo(expected, 12)
    expect(graded.complete).toBe(false)
  })
})

describe('feedback', () => {
  test('says which earlier box the slip lies in, however far back', () => {
    const { boxes } = grade(LAB_NETWORK_1, labWith('lab-network1', { c: 4, a: 12, d: 11, J: 60.5 }))
    for (const id of ['a', 'd', 'J']) {
      const box = boxes.find(found => found.id === id)
      expect(box?.feedback).toEqual([
        { code: 'follows', message: expect.stringMatching(/^This follows from what you have in c,/) },
      ])
    }
  })

  test('holds no number', () => {
    const { boxes } = grade(LAB_NETWORK_0, { a: 10, J: 100, dJ_da: 20, da_dw: 3, dJ_dw: 60 })
    for (const { feedback } of boxes) for (const { message } of feedback) expect(message).not.toMatch(/\d/)
  })
})

describe('expressions as ingredients', () => {
  const boxes = ['a', 'J', { id: 'dJ_da', answer: 'expression' as const }, 'da_dw', 'dJ_dw']
  const definition = { ...LAB_NETWORK_0, boxes }
  test("stand for their value at the learner's own values", () => {
    const graded = verdicts(definition, { a: 10, J: 100, dJ_da: '2*a', da_dw: 3, dJ_dw: 60 })
    expect(graded).toEqual({
      a: 'incorrect',
      J: 'follows',
      dJ_da: 'correct',
      da_dw: 'correct',
      dJ_dw: 'follows',
    })
  })
  test('and a wrong one is a slip like any other', () => {
    const { boxes: graded } = grade(definition, { a: 11, J: 121, dJ_da: '3*a', da_dw: 3, dJ_dw: 99 })
    expect(graded.map(({ status }) => status)).toEqual([
      'correct',
      'correct',
      'incorrect',
      'correct',
      'follows',
    ])
    expect(graded[4]?.feedback[0]?.message).toContain('∂J/∂a')
  })
})
