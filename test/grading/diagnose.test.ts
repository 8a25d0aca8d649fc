import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Box } from '../../src/engine/boxes.js'
import { createRandomNumbers } from '../../src/engine/random-numbers.js'
import { findTruths } from '../../src/grading/answer-key.js'
import { createDiagnoser } from '../../src/grading/diagnose.js'
import { truthSight, type Sight } from '../../src/grading/sight.js'
import { clinic, sightOf, type Clinic } from '../support/diagnosis.js'
import { compile, evaluate, graph } from '../support/engine.js'
import { number } from '../support/grading.js'
import { BUILT_IN_GRAPHS, FAN_OUT, LAB_NETWORK_0, LOGISTIC_NEURON } from '../support/lab-graphs.js'
import { randomGraph } from '../support/random-graphs.js'
import { randomTensorGraph } from '../support/random-tensor-graphs.js'

const LAB = clinic(LAB_NETWORK_0)

describe("the learner's own numbers", () => {
  test('name what the right ones do not', () => {
    // ∂J/∂a = 20 after a = 10: left out of ∂J/∂w, and squared by the wrong rule.
    const own = sightOf(LAB, { values: { a: 10 }, gradients: { a: 20 }, expected: { dJ_da: 20, dJ_dw: 60 } })
    expect(LAB.codes('dJ_dw', '-60')).toEqual([])
    expect(LAB.codes('dJ_dw', '-60', { own })).toEqual(['sign'])
    // 10 stands in the box of a as well.
    expect(LAB.codes('dJ_da', '10', { own })).toEqual(['power-rule', 'swapped'])
    expect(LAB.codes('dJ_da', '20.1', { own })).toEqual(['finite-difference'])
    expect(LAB.codes('da_dw', '60', { own })).toEqual(['gave-gradient'])
    expect(LAB.codes('dJ_dw', '1/60', { own })).toEqual(['reciprocal'])
  })

  test('come after the right ones, codes not repeated', () => {
    const own = sightOf(LAB, { gradients: { a: 11 }, locals: { 'a/w': 121 } })
    expect(LAB.codes('dJ_da', '11')).toEqual(['power-rule', 'swapped'])
    expect(LAB.codes('dJ_da', '11', { own })).toEqual(['power-rule', 'swapped'])
    expect(LAB.codes('dJ_dw', '121', { own })).toEqual(['swapped', 'forgot-upstream'])
  })

  test('do not name what they make right, in a box that follows neither', () => {
    // Upstream of 1 makes the local derivative and the gradient one number.
    const own = sightOf(LAB, { gradients: { a: 1 }, locals: { 'a/w': 5 }, expected: { dJ_dw: 5 } })
    expect(LAB.codes('dJ_dw', '5', { own })).toEqual([])
    expect(LAB.codes('dJ_dw', '5', { own, truth: false })).toEqual([])
  })

  test('give no candidate that is made of what stands in the box itself', () => {
    // Upstream of 1 carries a wrong local derivative on as it is; what follows from it holds the same, too.
    const patient = clinic(graph({ w: 3, b: 7 }, { c: '2*w*b', J: 'c + w^2' }))
    const own = sightOf(patient, { locals: { 'c/w': 17.3 }, gradients: { w: 17.3, c: 1 } })
    expect(patient.codes('dc_dw', '17.3', { own })).toEqual([])
    const gradients = sightOf(patient, { gradients: { c: 1.7, w: 17.3 }, locals: { 'J/w': 17.3 } })
    expect(patient.codes('dJ_dc', '1.7', { own: gradients })).toEqual([])
    // The last path stands in a box of its own.
    expect(patient.codes('dJ_dw', '17.3', { own: gradients })).toEqual(['overwrote-path', 'swapped'])
  })

  test('carry on what should stand in the box, not what does', () => {
    const own = sightOf(LAB, { locals: { 'a/w': 60 }, gradients: { a: 20, w: 1200 } })
    expect(LAB.codes('da_dw', '60', { own })).toEqual(['gave-gradient'])
    expect(LAB.codes('da_dw', '1200', { own })).toEqual([])
  })

  test('name a number that stands in another box, unless it belongs here by them', () => {
    const own = sightOf(LAB, { values: { a: 13 }, gradients: { a: 26 }, expected: { J: 169, dJ_da: 26 } })
    expect(LAB.codes('J', '13')).toEqual([])
    expect(LAB.codes('J', '13', { own })).toEqual(['swapped'])
    expect(LAB.diagnose('J', '13', { own })[0]?.message).toMatch(/box of a\. /)
    // What stands in J may be made of what stands in a.
    expect(LAB.codes('a', '169', { own: sightOf(LAB, { values: { J: 169 } }) })).toEqual([])
    const same = sightOf(LAB, { values: { a: 13 }, gradients: { a: 13 }, expected: { dJ_da: 13 } })
    expect(LAB.codes('dJ_da', '13', { own: same })).toEqual([])
  })

  test('put another derivative as it stands, and as it would follow', () => {
    const patient = clinic(graph({ w: 2, b: 5 }, { a: 'w*b^2', J: 'sin(a)' }))
    const own = sightOf(patient, { locals: { 'a/b': 33 }, gradients: { a: 0.4 } })
    expect(patient.codes('da_dw', '33', { own })).toEqual(['other-derivative', 'swapped'])
    expect(patient.codes('da_dw', '20', { own })).toEqual(['other-derivative', 'swapped'])
    expect(patient.codes('dJ_dw', '8', { own })).toEqual(['other-derivative'])
  })

  test('slipped on inside, go on from the slope alone, whatever the right product is', () => {
    // What the box is to hold may be rounded, and so much larger that nothing of a slip would be left beside it.
    const patient = clinic(graph({ w: 2, k: 2 }, { a: 'k*exp(w^2)', J: 'sin(a)' }))
    const own = sightOf(patient, { gradients: { a: 4 }, expected: { dJ_dw: 1e20 } })
    expect(patient.codes('dJ_dw', String(4 * 2 * Math.exp(4)), { own })).toContain('forgot-inner')
  })

  test('nudge a gradient: what follows the operand is computed anew, what does not stands as entered', () => {
    const patient = clinic(graph({ w: 2, b: 3 }, { a: 'w^2', c: 'b^2', d: 'a*c', J: 'd^2' }))
    const output = (a: number): number => (a * 10) ** 2
    const own = sightOf(patient, { values: { c: 10, d: 7 }, expected: { dJ_da: 800 } })
    const quotient = (output(4.1) - output(4)) / 0.1
    expect(patient.codes('dJ_da', String(quotient))).toEqual([])
    expect(patient.codes('dJ_da', String(quotient), { own })).toEqual(['finite-difference'])
    // As it was found: the same once more.
    expect(patient.codes('dJ_da', String(quotient), { own })).toEqual(['finite-difference'])
  })

  test('of a box that follows are neither rounded nor a quotient', () => {
    const own = sightOf(LAB, { values: { a: 10.0003 }, expected: { dJ_da: 20.0006 } })
    expect(LAB.codes('dJ_da', '20.00', { own, truth: false })).toEqual([])
  })

  test('of a box whose ingredients were left blank accuse of no quotient and no swap', () => {
    const patient = clinic(graph({ w: 2, b: 3 }, { a: 'w*b', c: 'a^2', J: 'c^2' }))
    const quotient = String(2.001 * 5)
    const seen = sightOf(patient, { values: { a: 5, c: 10.005 } })
    expect(patient.codes('dc_da', '10.01', { own: seen })).toEqual(['finite-difference', 'swapped'])
    const blank = (box: Box) => (box.id === 'dc_da' ? undefined : seen.expected(box))
    expect(patient.codes('dc_da', '10.01', { own: { ...seen, expected: blank } })).toEqual([])
    expect(patient.codes('dc_da', quotient, { own: { ...seen, expected: blank } })).toEqual([])
  })

  test("tell a slope taken at a wrong value of the learner's, where the operand itself is right", () => {
    // b² at b's own operand a: 2a, where a is the learner's.
    const patient = clinic(graph({ w: 2 }, { a: '3*w', b: 'a + 1', c: 'b^2', J: 'sin(c)' }))
    const own = sightOf(patient, { values: { a: 17 } })
    expect(patient.codes('dc_db', '34', { own })).toEqual(['wrong-point'])
    expect(patient.codes('dc_db', '12', { own })).toEqual(['wrong-point'])
  })

  test('that are not there give nothing', () => {
    const none = {
      value: () => undefined,
      local: () => undefined,
      slope: () => undefined,
      gradient: () => undefined,
      passed: () => undefined,
      expected: () => undefined,
      slots: () => LAB.evaluation.sweep.values.map(() => Number.NaN),
      firsts: () => new Float64Array(LAB.keyed.length).fill(Number.NaN),
      memo: {},
    }
    for (const { box } of LAB.keyed) expect(LAB.codes(box.id, '17', { own: none })).toEqual([])
  })

  test('leave the right ones as they were', () => {
    const patient = clinic(FAN_OUT)
    const own = sightOf(patient, { values: { u: 7, v: -5, b: 3 } })
    const first = patient.keyed.map(({ box }) => patient.diagnoser.candidates(box))
    for (const { box } of patient.keyed) patient.codes(box.id, '3.21', { own })
    const fresh = clinic(FAN_OUT)
    for (const { box } of fresh.keyed) fresh.codes(box.id, '3.21', { own })
    expect(fresh.keyed.map(({ box }) => fresh.diagnoser.candidates(box))).toEqual(first)
  })
})

describe('what is right is no misconception', () => {
  test('where a wrong rule gives the right value', () => {
    // Both operands have the derivative 1, which is its own reciprocal.
    const patient = clinic(graph({ w: 2, b: 5 }, { a: 'w + b', J: 'a^2' }))
    expect(patient.codes('da_dw', '1')).toEqual([])
    expect(patient.codes('dJ_dw', '14')).toEqual([])
  })

  test('near the edge of the tolerance', () => {
    // −0.0004 is within 0.001 of 0.0004, so that its sign proves nothing.
    const patient = clinic(graph({ w: 0.0004 }, { a: '3*w', J: 'a/3' }))
    expect(patient.codes('J', '-0.0008', {}, { absolute: 0.001 })).toEqual([])
    expect(patient.codes('J', '-0.0004', {}, { absolute: 0.0001 })).toEqual(['sign'])
  })

  test('inside the range behind a kink', () => {
    // relu at 0: any slope from 0 to 1 is right, so that the central quotient is right, too.
    const patient = clinic(graph({ w: 0, b: 2 }, { a: 'relu(w)*b', J: 'a + w*0.5*b + b' }))
    expect(patient.keyed.find(({ box }) => box.id === 'da_dw')?.ranges?.[0]).toEqual({ low: 0, high: 2 })
    const suspect = patient.suspect('da_dw', '1')
    const inside = patient.diagnose('da_dw', '1')
    const outside = patient.diagnoser.diagnose(
      { ...suspect, keyed: { ...suspect.keyed, ranges: undefined } },
      { truth: true, own: undefined, budget: { steps: 1e6 } },
    )
    expect(inside).toEqual([])
    expect(outside.map(({ code }) => code)).toContain('finite-difference')
  })
})

describe('tolerances', () => {
  test.each([
    ['24.06', { decimals: 1 }, []],
    ['24.04', { decimals: 1 }, ['power-rule']],
    ['24.4', { significantDigits: 2 }, ['power-rule']],
    ['24.6', { significantDigits: 2 }, []],
    ['30', { relative: 0.3 }, ['power-rule']],
    ['24.1', { absolute: 0.1, relative: 0 }, ['power-rule']],
  ] as const)('%s under %j', (typed, tolerance, codes) => {
    const patient = clinic(graph({ w: 2 }, { a: 'w^3', J: 'a + 1/a' }))
    const found = patient.codes('da_dw', typed, {}, tolerance)
    expect(found.filter(code => code === 'power-rule')).toEqual(codes)
  })

  test('a quotient is known by the digits typed only where they tell it from what is right', () => {
    // The quotient 66.9 rounds to 67, and 66.09 to 66.1; but 66.009 to 66 is what is right.
    expect(LAB.codes('dJ_dw', '67')).toEqual(['finite-difference'])
    expect(LAB.codes('dJ_dw', '66.1')).toEqual(['finite-difference'])
    expect(LAB.codes('dJ_dw', '66.01', {}, { decimals: 3 })).toEqual(['finite-difference'])
    expect(LAB.codes('dJ_dw', '66.2')).toEqual([])
  })
})

describe('arrays', () => {
  const patient = clinic(
    graph(
      { w: [1, -2, 3], c: 2 },
      { a: 'square(w)', u: 'sum(a)', J: 'u^2 + sum(w)*c' },
      { boxes: ['a', 'da_dw', 'dJ_da', 'dJ_dw', 'du_da', 'dJ_du'] },
    ),
  )
  const entries = (id: string): readonly number[] =>
    patient.keyed.find(({ box }) => box.id === id)?.truths ?? []

  test('are matched as a whole', () => {
    expect(patient.codes('a', [-1, -4, -9])).toEqual(['sign'])
    expect(patient.codes('a', [-1, -4, 9])).toEqual([])
    expect(patient.codes('dJ_da', [1, 1, 1])).toEqual(['forgot-upstream', 'swapped'])
    expect(patient.codes('du_da', [28, 28, 28])).toEqual(['gave-gradient', 'swapped'])
    expect(patient.codes('dJ_dw', [2, 2, 2])).toEqual(['overwrote-path'])
    expect(
      patient.codes(
        'dJ_dw',
        entries('dJ_dw').map(entry => entry - 2),
      ),
    ).toEqual(['missing-path'])
    expect(patient.codes('da_dw', [3, -3, 7])).toEqual(['finite-difference'])
    expect(patient.codes('dJ_da', [1, 4, 9])).toEqual(['swapped'])
  })

  test('blank entries match anything, and prove nothing', () => {
    expect(patient.codes('a', [null, -4, null])).toEqual(['sign', 'swapped'])
    expect(patient.codes('dJ_da', [null, 4, 9])).toEqual(['swapped'])
    expect(patient.codes('a', [null, null, null])).toEqual([])
    // Of what da_dw has, only the entry that is left blank differs from what is right.
    const same = clinic(graph({ w: [2, 5] }, { a: 'w^2', J: 'sum(a)' }, { boxes: ['a', 'da_dw'] }))
    expect(same.codes('da_dw', [4, null])).toEqual([])
  })

  test('are rounded entry by entry, typed as lists or as text', () => {
    const thirds = clinic(graph({ w: [1, 2] }, { a: 'w/3 + 1', J: 'sum(a)' }))
    expect(thirds.codes('a', ['1.3', '5/3'])).toEqual(['rounded'])
    expect(thirds.codes('a', ['1.3', '1.4'])).toEqual([])
    const text = { ...thirds.suspect('a', ['1.3', '1.7']), typed: '[1.3, 1.7]' }
    expect(
      thirds.diagnoser
        .diagnose(text, { truth: true, own: undefined, budget: { steps: 1000 } })
        .map(({ code }) => code),
    ).toEqual(['rounded'])
  })
})

describe('the budget', () => {
  test('leaves out what it does not suffice for, and never refuses', () => {
    const patient = clinic(LOGISTIC_NEURON)
    const codes = (steps: number): string[] => patient.codes('da_di', '0.25', { budget: { steps } })
    expect(codes(1_000_000)).toEqual(['gave-gradient', 'power-rule', 'sign', 'swapped'])
    expect(codes(0)).toEqual(['sign'])
    expect(codes(155)).toEqual(['gave-gradient', 'sign'])
    expect(codes(500)).toEqual(['gave-gradient', 'power-rule', 'sign'])
  })

  test('is drawn on in the same way whether or not the work was done before', () => {
    const [fresh, warm] = [clinic(FAN_OUT), clinic(FAN_OUT)]
    for (const { box } of warm.keyed) warm.diagnoser.candidates(box)
    const run = (patient: Clinic): unknown[] => {
      const budget = { steps: 2500 }
      return patient.keyed.flatMap(({ box }) => [patient.diagnose(box.id, '5', { budget }), budget.steps])
    }
    expect(run(warm)).toEqual(run(fresh))
    expect(run(warm)).toEqual(run(warm))
  })

  test('bounds what is worked out for an author as well', () => {
    const box = LAB.box('dJ_dw')
    const codes = (steps: number): Set<string> =>
      new Set(LAB.diagnoser.candidates(box, { steps }).map(({ code }) => code))
    expect(codes(0)).toEqual(new Set(['forgot-upstream', 'sign', 'reciprocal']))
    expect(codes(Infinity)).toContain('finite-difference')
  })
})

describe('even work', () => {
  /** The same sight, and how often each question was put to it. */
  const counted = (sight: Sight) => {
    const questions = { asked: 0 }
    const ask =
      <Arguments extends unknown[], Result>(answer: (...given: Arguments) => Result) =>
      (...given: Arguments): Result => {
        questions.asked += 1
        return answer(...given)
      }
    const { value, local, slope, gradient, passed, expected, slots, firsts } = sight
    const own: Sight = {
      value: ask(value),
      local: ask(local),
      slope: ask(slope),
      gradient: ask(gradient),
      passed: ask(passed),
      expected: ask(expected),
      slots: ask(slots),
      firsts: ask(firsts),
      // The one box that holds what was typed, if any, is looked into as well.
      memo: { index: { find: () => undefined } },
    }
    return { own, questions }
  }

  test('asks as much and draws as much, whether what was typed and what it is made of is right or wrong', () => {
    const patient = clinic(graph({ w: 2, k: 3 }, { a: 'w*k', b: 'a^2 + k', c: '3*a', J: 'sin(b)*exp(c/20)' }))
    const right = sightOf(patient, {})
    const wrong = sightOf(patient, { values: { a: 7.3, b: 11 }, gradients: { b: 2.2 }, locals: { 'b/a': 9 } })
    for (const { box, truths } of patient.keyed) {
      const [truth = 0] = truths
      const seen = [truth, -truth, 1 / truth, 17.31].flatMap(typed =>
        [right, wrong].map(sight => {
          const { own, questions } = counted(sight)
          const budget = { steps: 100_000 }
          patient.diagnose(box.id, typed, { own, budget, evenWork: true })
          return `${String(questions.asked)} questions, ${String(budget.steps)} steps left`
        }),
      )
      expect([...new Set(seen)], box.id).toHaveLength(1)
    }
  })

  test('finds the same', () => {
    const patient = clinic(FAN_OUT)
    const own = sightOf(patient, { values: { u: 7, v: -5, b: 3 } })
    for (const { box } of patient.keyed) {
      for (const typed of ['7', '-5', '3', '1', '0.5', '12']) {
        expect(patient.diagnose(box.id, typed, { own, evenWork: true })).toEqual(
          patient.diagnose(box.id, typed, { own }),
        )
      }
    }
  })
})

test('one weight in a thousand nodes is diagnosed without a fault', () => {
  const sums = Array.from(
    { length: 1000 },
    (_, index) => [`n${String(index)}`, `w*${String(index + 1)}`] as const,
  )
  const patient = clinic(
    graph({ w: 1 }, { ...Object.fromEntries(sums), J: sums.map(([name]) => `${name}^2`).join(' + ') }),
  )
  expect(patient.codes('dJ_dw', '2000000', { budget: { steps: 1e8 } })).toContain('overwrote-path')
  expect(patient.codes('dJ_dw', '2000000', { budget: { steps: 0 } })).toEqual([])
})

test.each(Object.entries(BUILT_IN_GRAPHS))(
  '%s: no box is worked out otherwise after another',
  (_key, definition) => {
    const inTurn = clinic(definition)
    for (const { box } of inTurn.keyed.toReversed()) {
      const alone = clinic(definition).diagnoser.candidates(box)
      expect(inTurn.diagnoser.candidates(box)).toEqual(alone)
    }
  },
)

test('a graph that leaves its domain when nudged has no quotient there', () => {
  const patient = clinic(graph({ w: 0.0005 }, { a: 'ln(w)', J: '1/(a + 3)^2' }))
  const quotients = patient.diagnoser
    .candidates(patient.box('da_dw'))
    .filter(({ code }) => code === 'finite-difference')
  expect(quotients).toHaveLength(4)
})

describe('for random graphs', () => {
  const typed = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
    fc.integer({ min: -100, max: 100 }),
    fc.constantFrom('0', '1', '-1', '9/2', '1e3', '.5'),
  )

  test('candidates are finite, diagnosis throws nothing and is the same again', () => {
    fc.assert(
      fc.property(randomGraph, fc.array(typed, { minLength: 3, maxLength: 3 }), ({ definition }, answers) => {
        const { graph: compiled } = compile(definition)
        const evaluation = evaluate(compiled)
        const { boxes } = findTruths(compiled, evaluation)
        const diagnoser = createDiagnoser(compiled, boxes, evaluation)
        const own = { ...truthSight(compiled, evaluation), value: () => [0.7] }
        boxes.forEach((truth, index) => {
          for (const { values } of diagnoser.candidates(truth.box))
            expect(values.every(Number.isFinite) && values.length === 1).toBe(true)
          const answer = answers[index % answers.length]
          const suspect = {
            keyed: { ...truth, weight: 1, tolerance: {}, answer: 'number' as const },
            typed: answer,
            entries: [number(answer)],
          }
          const run = () => diagnoser.diagnose(suspect, { truth: true, own, budget: { steps: 1e5 } })
          const first = run()
          expect(run()).toEqual(first)
          expect(new Set(first.map(({ code }) => code)).size).toBe(first.length)
        })
      }),
      { numRuns: 60 },
    )
  })

  test('on arrays, candidates are finite and of the shape of their box', () => {
    fc.assert(
      fc.property(randomTensorGraph, ({ definition }) => {
        const { graph: compiled } = compile(definition)
        const evaluation = evaluate(compiled)
        const { boxes } = findTruths(compiled, evaluation)
        const diagnoser = createDiagnoser(compiled, boxes, evaluation)
        for (const truth of boxes) {
          for (const { values } of diagnoser.candidates(truth.box)) {
            expect(values.every(Number.isFinite)).toBe(true)
            expect(values).toHaveLength(truth.truths.length)
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})

test('of random wrong values on the built-in graphs, not one in fifty is given any code', () => {
  const random = createRandomNumbers(20_250_101)
  let [all, named] = [0, 0]
  for (const definition of Object.values(BUILT_IN_GRAPHS)) {
    const { keyed, diagnoser } = clinic(definition)
    for (const box of keyed) {
      const [truth = 0] = box.truths
      for (let round = 0; box.shape.length === 0 && round < 100; round += 1) {
        const size = 10 ** (random() * 4 - 2)
        const value = Number((random() < 0.5 ? -size : size).toPrecision(4))
        if (Math.abs(value - truth) <= 1e-3 * Math.abs(truth)) continue
        const suspect = { keyed: box, typed: value, entries: [number(value)] }
        all += 1
        if (diagnoser.diagnose(suspect, { truth: true, own: undefined, budget: { steps: 1e5 } }).length > 0)
          named += 1
      }
    }
  }
  expect(all).toBeGreaterThan(4000)
  expect(named / all).toBeLessThan(0.02)
})
