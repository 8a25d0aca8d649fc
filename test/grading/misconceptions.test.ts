import { describe, expect, test } from 'vitest'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { MISCONCEPTIONS, type MisconceptionCode } from '../../src/grading/misconceptions.js'
import { clinic } from '../support/diagnosis.js'
import { graph } from '../support/engine.js'
import { FAN_OUT, LAB_NETWORK_0, LAB_NETWORK_1, LOGISTIC_NEURON } from '../support/lab-graphs.js'

/** u = 4, a = sigmoid(1) = 0.7310586, J = (a − 2)²; ∂a/∂u = 2·0.1966119, ∂J/∂a = −2.5378828. */
const NEURON = graph({ w: 1.5, b: -0.5 }, { u: '3*w + b', a: 'sigmoid(2*u - 7)', J: '(a - 2)^2' })
/** a = 8, J = 3; ∂a/∂w = 12, ∂J/∂a = 1/6. */
const CUBE = graph({ w: 2 }, { a: 'w^3', J: 'sqrt(a + 1)' })
/** p = 6, q = 4, r = 11; the paths bring x 12, 24 and 110. */
const THREE_PATHS = graph({ x: 2 }, { p: '3*x', q: 'x^2', r: '5*x + 1', J: 'p*q + r^2' })
/** a = 4, b = 14; the paths bring w 60 and 28. */
const TWO_PATHS = graph({ w: 2 }, { a: 'w^2', b: '7*w', J: 'a*b + a' })
/** The paths bring w 40, 130.836 and 221.672. */
const TANGLE = graph({ w: 2 }, { a: 'w^2', b: '5*w', c: 'exp(w)', J: 'a*b + 3*c*b' })
const NESTED = graph({ w: 0.5 }, { a: 'exp(3*w)', b: 'ln(2*a + 1)', J: 'b^2' })
const QUOTIENT = graph({ w: 3, b: 2 }, { a: 'w*b', s: '12/(a^2 - 32)', J: 's^3' })

/** u = 2w = 2, m = 3, so that q = 3/4, r = 8 and s = 9. */
const NAMED = graph({ w: 1, v: 3 }, { m: 'v + 0', q: 'm/(2*w)^2', r: '(2*w)^m', s: 'm^(2*w)', J: 'q + r*s' })

type Case = readonly [definition: GraphDefinition, box: string, typed: string | number]

/** What is named first, and where the same rule must not be named: its result is right there, or was not typed. */
const CASES: Readonly<
  Record<MisconceptionCode, { readonly named: readonly Case[]; readonly notNamed: readonly Case[] }>
> = {
  rounded: {
    named: [
      [NEURON, 'a', '0.7'],
      [NEURON, 'a', 0.73],
      [NEURON, 'dJ_da', '-2.5'],
      [NEURON, 'da_du', '.39'],
      [NESTED, 'a', '4.5'],
      [graph({ w: 1234 }, { J: 'w' }), 'J', '1200'],
      [graph({ w: 1234 }, { J: 'w' }), 'J', '1.2e3'],
    ],
    notNamed: [
      [NEURON, 'a', '0.75'],
      [NEURON, 'a', '7/10'],
      [CUBE, 'dJ_da', '0.2'],
      [graph({ w: 1234 }, { J: 'w' }), 'J', '1200.0'],
    ],
  },
  'finite-difference': {
    named: [
      [LAB_NETWORK_0, 'dJ_dw', '66.9'],
      [LAB_NETWORK_0, 'dJ_da', '23'],
      [LAB_NETWORK_0, 'dJ_da', '21.9'],
      [LAB_NETWORK_1, 'dJ_dw', '6.02'],
      [CUBE, 'da_dw', '12.61'],
      [CUBE, 'da_dw', '19'],
    ],
    notNamed: [
      [LAB_NETWORK_1, 'dc_dw', '2.1'],
      [LAB_NETWORK_0, 'da_dw', '3.1'],
      [LAB_NETWORK_0, 'dJ_da', '24'],
    ],
  },
  'forgot-upstream': {
    named: [
      [LAB_NETWORK_0, 'dJ_dw', 3],
      [LAB_NETWORK_1, 'dJ_dw', '2'],
      [LOGISTIC_NEURON, 'dL_dw1', '2'],
      [FAN_OUT, 'dJ_db', '6'],
      [FAN_OUT, 'dJ_du', '4'],
      [THREE_PATHS, 'dJ_dx', '12'],
    ],
    notNamed: [
      [LAB_NETWORK_0, 'dJ_da', '3'],
      [LAB_NETWORK_0, 'dJ_dw', '6'],
      [FAN_OUT, 'dJ_du', '-1'],
    ],
  },
  'gave-gradient': {
    named: [
      [LAB_NETWORK_0, 'da_dw', '66'],
      [LAB_NETWORK_1, 'dc_dw', '6'],
      [FAN_OUT, 'dv_du', '4'],
      [FAN_OUT, 'dv_du', '9'],
      [FAN_OUT, 'dv_db', '-24'],
    ],
    notNamed: [
      [LAB_NETWORK_0, 'da_dw', '22'],
      [LAB_NETWORK_0, 'dJ_dw', '3'],
    ],
  },
  'overwrote-path': {
    named: [
      [FAN_OUT, 'dJ_du', '5'],
      [THREE_PATHS, 'dJ_dx', '110'],
      [TWO_PATHS, 'dJ_dw', '28'],
    ],
    notNamed: [
      [FAN_OUT, 'dJ_dv', '5'],
      [LAB_NETWORK_0, 'dJ_dw', '22'],
      [THREE_PATHS, 'dJ_dx', '24'],
    ],
  },
  'missing-path': {
    named: [
      [TWO_PATHS, 'dJ_dw', '60'],
      [THREE_PATHS, 'dJ_dx', '134'],
      [THREE_PATHS, 'dJ_dx', '122'],
      [THREE_PATHS, 'dJ_dx', '36'],
      [TANGLE, 'dJ_dw', '352.5'],
    ],
    notNamed: [
      // The last path alone is the case before.
      [FAN_OUT, 'dJ_du', '5'],
      [THREE_PATHS, 'dJ_dx', '110'],
      [LAB_NETWORK_0, 'dJ_dw', '0'],
    ],
  },
  'forgot-inner': {
    named: [
      [NEURON, 'da_du', '0.196612'],
      [NESTED, 'da_dw', '4.4817'],
      [NESTED, 'db_da', '0.10036'],
      // As a part of a gradient: without the 3 inside exp.
      [NESTED, 'dJ_dw', '4.1394'],
      [QUOTIENT, 'ds_da', '-0.75'],
      // What does not contain w is a constant, with a name or without: n/u, u^n and n^u.
      [NAMED, 'dq_dw', '-0.75'],
      [NAMED, 'dr_dw', '12'],
      [NAMED, 'ds_dw', String(9 * Math.log(3))],
    ],
    notNamed: [
      [LAB_NETWORK_0, 'da_dw', '1'],
      [CUBE, 'da_dw', '1'],
      [LOGISTIC_NEURON, 'dh_dg', '2'],
    ],
  },
  'power-rule': {
    named: [
      [LAB_NETWORK_0, 'dJ_da', '11'],
      [LAB_NETWORK_1, 'dJ_dd', '9'],
      [CUBE, 'da_dw', '4'],
      [CUBE, 'da_dw', '24'],
      [CUBE, 'da_dw', '8'],
      [CUBE, 'da_dw', '6'],
      [CUBE, 'dJ_da', '1/3'],
      [CUBE, 'dJ_da', '1.5'],
      // Of 12/u: 12·(−1)·u^−1.
      [QUOTIENT, 'ds_da', '-36'],
      [NAMED, 'dq_dw', '-6'],
      [NAMED, 'dr_dw', '48'],
    ],
    notNamed: [
      // p·u is right for a square.
      [LAB_NETWORK_0, 'dJ_da', '22'],
      [LAB_NETWORK_0, 'dJ_da', '33'],
      [LAB_NETWORK_0, 'da_dw', '9'],
    ],
  },
  'wrong-point': {
    named: [
      [LAB_NETWORK_0, 'dJ_da', '6'],
      [LAB_NETWORK_1, 'dJ_dd', '4'],
      [FAN_OUT, 'dJ_dv', '12'],
      [CUBE, 'dJ_da', '0.288675'],
      [NESTED, 'db_da', '1'],
      // ln has a slope at −3, where it has no value.
      [graph({ w: -3, b: 5 }, { p: 'w + b', J: 'ln(p)*b' }), 'dJ_dp', '-5/3'],
    ],
    notNamed: [
      [LAB_NETWORK_0, 'da_dw', '11'],
      [LAB_NETWORK_1, 'dc_dw', '-2'],
      [CUBE, 'da_dw', '3'],
    ],
  },
  sign: {
    named: [
      [LAB_NETWORK_0, 'a', '-11'],
      [LAB_NETWORK_0, 'dJ_dw', '−66'],
      [CUBE, 'da_dw', '-12'],
      [FAN_OUT, 'dJ_du', '-9'],
    ],
    notNamed: [
      // −0 is 0.
      [LOGISTIC_NEURON, 'f', '-1'],
      [LAB_NETWORK_0, 'a', '-12'],
    ],
  },
  'other-derivative': {
    named: [
      [FAN_OUT, 'dv_du', '6'],
      [graph({ w: 2, b: 5 }, { a: 'w*b^2', J: 'sin(a)' }), 'da_dw', '20'],
      [LOGISTIC_NEURON, 'de_dw1', '3'],
      [TWO_PATHS, 'dJ_db', '15'],
    ],
    notNamed: [
      // Both operands have the same derivative.
      [LAB_NETWORK_1, 'da_dc', '2'],
      [LAB_NETWORK_0, 'dJ_dw', '22'],
    ],
  },
  reciprocal: {
    named: [
      [LAB_NETWORK_0, 'a', '1/11'],
      [FAN_OUT, 'dJ_db', '-.0416667'],
      [LAB_NETWORK_0, 'da_dw', '0.3333'],
      [CUBE, 'J', '1/3'],
    ],
    notNamed: [
      [LOGISTIC_NEURON, 'f', '0.5'],
      [LOGISTIC_NEURON, 'h', '2'],
    ],
  },
  swapped: {
    named: [
      [LAB_NETWORK_0, 'a', '121'],
      [LAB_NETWORK_0, 'J', '11'],
      [LAB_NETWORK_1, 'd', '4'],
      [LAB_NETWORK_0, 'dJ_dw', '121'],
      [CUBE, 'J', '8'],
    ],
    notNamed: [
      [LAB_NETWORK_0, 'a', '12'],
      // No box holds it.
      [CUBE, 'J', '5'],
    ],
  },
}

describe.each(Object.entries(CASES))('%s', (code, { named, notNamed }) => {
  test.each(named.map(([definition, box, typed]) => ({ definition, box, typed })))(
    'is named first for $typed in $box',
    ({ definition, box, typed }) => {
      expect(clinic(definition).codes(box, typed)[0]).toBe(code)
    },
  )

  test.each(notNamed.map(([definition, box, typed]) => ({ definition, box, typed })))(
    'is not named for $typed in $box',
    ({ definition, box, typed }) => {
      expect(clinic(definition).codes(box, typed)).not.toContain(code)
    },
  )

  test('has at least three graphs where it is named', () => {
    expect(new Set(named.map(([definition]) => definition)).size).toBeGreaterThanOrEqual(3)
  })
})

test("the table stands in the contract's order", () => {
  expect(MISCONCEPTIONS.map(({ code }) => code)).toEqual(Object.keys(CASES))
})

describe('all that match are named, in order', () => {
  test.each<[...Case, codes: readonly MisconceptionCode[]]>([
    [FAN_OUT, 'dJ_du', '5', ['overwrote-path', 'swapped']],
    [LAB_NETWORK_0, 'dJ_dw', '3', ['forgot-upstream', 'swapped']],
    [FAN_OUT, 'local_dJ_du', '9', ['gave-gradient', 'swapped']],
    [LOGISTIC_NEURON, 'dk_da', '1', ['sign', 'other-derivative', 'swapped']],
    [LOGISTIC_NEURON, 'da_di', '0.25', ['gave-gradient', 'power-rule', 'sign', 'swapped']],
    [NEURON, 'dJ_db', '1', ['forgot-upstream', 'swapped']],
    [LAB_NETWORK_0, 'dJ_dw', '71', []],
  ])('%#', (definition, box, typed, codes) => {
    expect(clinic(definition).codes(box, typed)).toEqual(codes)
  })
})

describe('messages', () => {
  test('tell the direct derivative of the output from that over all paths', () => {
    const patient = clinic(FAN_OUT)
    const first = (box: string, typed: string): string => patient.diagnose(box, typed)[0]?.message ?? ''
    expect(first('local_dJ_du', '9')).toBe(
      'This looks like the whole ∂J/∂u, over all paths. Here only the direct ∂J/∂u (along its edge to J alone) is asked.',
    )
    expect(first('local_dJ_du', '-5')).toBe(
      'Check the sign of the direct ∂J/∂u (along its edge to J alone): a minus seems to be lost, or there is one too many.',
    )
    expect(first('dJ_du', '-9')).toMatch(/^Check the sign of ∂J\/∂u: /)
    expect(patient.diagnose('dJ_du', '5')[1]?.message).toBe(
      'This looks meant for the box of the direct ∂J/∂u (along its edge to J alone). Check that you filled in the right one: here ∂J/∂u is asked.',
    )
  })

  test('name the boxes involved', () => {
    const message = (definition: GraphDefinition, box: string, typed: string): string =>
      clinic(definition).diagnose(box, typed)[0]?.message ?? ''
    expect(message(LAB_NETWORK_0, 'dJ_dw', '3')).toBe(
      'This looks like ∂a/∂w, the local derivative. The change also has to be carried on from a to J: multiply by ∂J/∂a.',
    )
    expect(message(THREE_PATHS, 'dJ_dx', '12')).toMatch(/∂p\/∂x, ∂q\/∂x and ∂r\/∂x\./)
    expect(message(THREE_PATHS, 'dJ_dx', '134')).toMatch(/over p /)
    expect(message(FAN_OUT, 'dJ_du', '5')).toMatch(/over the direct edge to J alone/)
    expect(message(NEURON, 'da_du', '0.196612')).toMatch(/∂a\/∂u: sigmoid in a /)
    expect(message(LAB_NETWORK_1, 'dJ_dd', '4')).toMatch(/∂J\/∂d.*value of a\. .*value of d\./)
    expect(message(FAN_OUT, 'dv_du', '6')).toMatch(/∂v\/∂b/)
    expect(message(LAB_NETWORK_0, 'a', '121')).toMatch(/box of J\. /)
  })

  test('hold no number: digits stand in names alone', () => {
    const logarithms = graph({ w: 3 }, { a: 'log10(2*w)', b: 'log2(3*a + 4)', J: 'b^3 + 1/(2*b)' })
    let seen = 0
    for (const definition of [LAB_NETWORK_0, LAB_NETWORK_1, FAN_OUT, NESTED, CUBE, THREE_PATHS, logarithms]) {
      const { diagnoser, keyed, ...patient } = clinic(definition)
      for (const { box } of keyed) {
        for (const { values } of diagnoser.candidates(box)) {
          for (const { message } of patient.diagnose(box.id, values[0])) {
            expect(message).not.toMatch(/\d/)
            seen += 1
          }
        }
      }
    }
    expect(seen).toBeGreaterThan(100)
  })
})
