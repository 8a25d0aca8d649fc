import { describe, expect, test } from 'vitest'
import { createStepBudget } from '../../src/engine/faults.js'
import { gradeReadings, readAnswers } from '../../src/grading/grade.js'
import type { AnswerKey } from '../../src/grading/answer-key.js'
import { answerKeyOf, type GradedDefinition } from '../../src/grading/published-graph.js'
import { plenty } from '../support/engine.js'
import { grade, publish, verdicts } from '../support/grading.js'
import { createReadingBudget } from '../../src/grading/reading-work.js'
import { LAB_BOXES, LAB_NETWORK_0, LAB_NETWORK_1, LOGISTIC_NEURON } from '../support/lab-graphs.js'

const KEY = answerKeyOf(publish(LAB_NETWORK_0).published)

function read(answers: Readonly<Record<string, unknown>>) {
  return readAnswers(KEY, new Map(Object.entries(answers)), plenty())
}

describe('verdicts', () => {
  test.each(Object.entries(LAB_BOXES))("%s: the lab's truth is right in every box", (key, boxes) => {
    const definition = key === 'lab-network0' ? LAB_NETWORK_0 : LAB_NETWORK_1
    for (const typedAs of [(value: number) => value, String]) {
      const answers = new Map<string, unknown>(boxes.map(([id, value]) => [id, typedAs(value)]))
      const graded = grade(definition, Object.fromEntries(answers))
      expect(graded.boxes.map(box => [box.id, box.status, box.credit])).toEqual(
        boxes.map(([id]) => [id, 'correct', 1]),
      )
      expect(graded).toMatchObject({ credit: 1, complete: true })
    }
  })

  test('every box asked has one, in order, whatever was sent and in whichever order', () => {
    const graded = grade(LAB_NETWORK_0, { dJ_dw: '70.5', J: 121, a: ' 11 ', dJ_da: 'twenty-two' })
    expect(graded).toEqual({
      credit: 2 / 5,
      complete: false,
      boxes: [
        { id: 'a', status: 'correct', credit: 1, feedback: [] },
        { id: 'J', status: 'correct', credit: 1, feedback: [] },
        {
          id: 'dJ_da',
          status: 'invalid',
          credit: 0,
          feedback: [{ code: 'unknown-name', message: expect.any(String) }],
        },
        { id: 'da_dw', status: 'blank', credit: 0, feedback: [] },
        { id: 'dJ_dw', status: 'incorrect', credit: 0, feedback: [] },
      ],
      undecidable: [],
    })
  })

  test.each([
    ['.5', 'correct'],
    ['1/2', 'correct'],
    ['−1/2', 'incorrect'],
    ['', 'blank'],
    [null, 'blank'],
    ['11abc', 'invalid'],
    ['1e999', 'invalid'],
    [true, 'invalid'],
    [['0.5'], 'invalid'],
  ])('%j in a box whose truth is 0.5 is %s', (typed, expected) => {
    expect(verdicts(LOGISTIC_NEURON, { a: typed })['a']).toBe(expected)
  })

  test('a name of the graph proves nothing, even where it would be right', () => {
    expect(verdicts(LAB_NETWORK_0, { J: 'J', a: 'a', dJ_da: '2*a' })).toMatchObject({
      J: 'invalid',
      a: 'invalid',
      dJ_da: 'invalid',
    })
    // The logistic neuron has a node e, so that e is no constant there.
    expect(verdicts(LOGISTIC_NEURON, { d: 'e - e - 2' })['d']).toBe('invalid')
  })

  test('a box whose truth is 0 is not right by being near it', () => {
    expect(verdicts(LOGISTIC_NEURON, { f: '0', g: '0.001' })).toMatchObject({ f: 'correct', g: 'incorrect' })
  })
})

describe('reading a submission', () => {
  test('reads every answer before any is compared', () => {
    const { readings, unknown, nothingAnswered } = read({ a: '11', J: '1/0', dJ_da: null })
    expect([...readings].map(([id, reading]) => [id, reading.kind])).toEqual([
      ['a', 'number'],
      ['J', 'unreadable'],
      ['dJ_da', 'blank'],
      ['da_dw', 'blank'],
      ['dJ_dw', 'blank'],
    ])
    expect(unknown).toEqual([])
    expect(nothingAnswered).toBe(false)
  })

  test('says the same of what is readable, whatever is right', () => {
    const other = answerKeyOf(
      publish({ ...LAB_NETWORK_0, inputs: [{ name: 'w', role: 'parameter', value: -7 }] }).published,
    )
    const plain = (key: AnswerKey, typed: string) => {
      const { readings, ...rest } = readAnswers(key, new Map([['a', typed]]), plenty())
      const reading = readings.get('a')
      return {
        ...rest,
        reading: reading?.kind === 'number' ? { ...reading, exact: reading.exact() } : reading,
      }
    }
    for (const typed of ['11', '-1.50', '1/3', 'x', '1,5', '9^9^9^9', '', 'w', '0x1'])
      expect(plain(KEY, typed)).toEqual(plain(other, typed))
  })

  test('names the answers to boxes that are not asked', () => {
    const { unknown } = read({ a: '11', q: '1', dJ_dx: '', __proto__x: '2', constructor: '3' })
    expect(unknown).toEqual(['q', 'dJ_dx', '__proto__x', 'constructor'])
  })

  test.each([
    [{}, true],
    [{ a: null, J: '', dJ_da: '  ' }, true],
    [{ q: '11' }, true],
    [{ a: '0' }, false],
    [{ a: 0 }, false],
    [{ a: 'not readable' }, false],
    [{ a: false }, false],
    [{ a: [] }, false],
  ])('%j holds nothing: %s', (answers, expected) => {
    expect(read(answers).nothingAnswered).toBe(expected)
  })

  test('draws on one budget for all answers', () => {
    const answers = new Map([
      ['a', '1+1+1'],
      ['J', '2+2+2'],
      ['dJ_dw', ''],
    ])
    const codes = (steps: number) =>
      [...readAnswers(KEY, answers, plenty(), createStepBudget(steps)).readings].map(([id, read]) =>
        read.kind === 'unreadable' ? `${id} ${read.code}` : `${id} ${read.kind}`,
      )
    const blank = ['dJ_da blank', 'da_dw blank', 'dJ_dw blank']
    expect(codes(3000)).toEqual(['a number', 'J number', ...blank])
    expect(codes(2000)).toEqual(['a number', 'J answer-too-complex', ...blank])
    expect(codes(10)).toEqual(['a answer-too-complex', 'J answer-too-complex', ...blank])
  })

  describe('within a budget that every request has', () => {
    const COSTLY = '2^2047/3^1200+7^700/11^590'
    const kinds = (
      definition: GradedDefinition,
      typed: (index: number) => unknown,
      steps?: number,
    ): readonly string[] => {
      const key = answerKeyOf(publish(definition).published)
      const answers = new Map(key.boxes.map(({ box }, index) => [box.id, typed(index)]))
      const read = () =>
        [...readAnswers(key, answers, plenty(), createReadingBudget(steps)).readings.values()].map(reading =>
          reading.kind === 'unreadable' ? reading.code : reading.kind,
        )
      // Counted and not timed: the same answers are read the same way.
      expect(read()).toEqual(read())
      return read()
    }
    const chain: GradedDefinition = {
      inputs: [{ name: 'w', role: 'parameter', value: 1 }],
      nodes: Array.from({ length: 200 }, (_, i) => ({
        name: `n${String(i)}`,
        expression: i === 0 ? 'w + 1' : `n${String(i - 1)} + 1`,
      })),
      output: 'n199',
    }

    test.each([
      ['decimals', (index: number) => `-${String(index)}.50`],
      ['fractions', (index: number) => `${String(index)}/7`],
      ['small calculations', (index: number) => `2*${String(index)} + 1`],
    ])('each of some hundred boxes may hold %s', (_name, typed) => {
      expect(new Set(kinds(chain, typed))).toEqual(new Set(['number']))
    })

    test('a learner may compute with large numbers in every box of a drawn graph', () => {
      expect(new Set(kinds(LAB_NETWORK_1, () => COSTLY))).toEqual(new Set(['number']))
    })

    test('what computes beyond it is unreadable, whichever boxes come later', () => {
      const read = kinds(chain, () => COSTLY, 1_000_000)
      const last = read.lastIndexOf('number')
      expect(last).toBeLessThan(40)
      expect(read.slice(last + 1).every(kind => kind === 'answer-too-complex')).toBe(true)
    })

    test('but numbers and fractions, which draw nothing, are read all the same', () => {
      const read = kinds(chain, index => (index < 100 ? COSTLY : index % 2 === 0 ? '-1.5' : '9/2'), 1_000_000)
      expect(read.slice(0, 100)).toContain('answer-too-complex')
      expect(new Set(read.slice(100))).toEqual(new Set(['number']))
    })

    test('and so is what takes its time to be parsed', () => {
      const read = kinds(chain, () => `1${'+1'.repeat(60)}`, 1_000_000)
      expect(read.filter(kind => kind === 'number').length).toBeLessThan(250)
      expect(read.at(-1)).toBe('answer-too-complex')
    })
  })

  test('a box without a reading is blank', () => {
    expect(gradeReadings(KEY, new Map(), new Map()).boxes.map(box => box.status)).toEqual(
      Array(5).fill('blank'),
    )
  })
})

describe('credit', () => {
  test('is the mean over the boxes by their weights', () => {
    const boxes = ['a', { id: 'J', weight: 3 }, { id: 'dJ_dw', weight: 0 }, 'dJ_da']
    expect(grade({ ...LAB_NETWORK_0, boxes }, { a: '11', J: '121' }).credit).toBe(0.8)
    expect(grade({ ...LAB_NETWORK_0, boxes }, { a: '11' }).credit).toBe(0.2)
    expect(grade({ ...LAB_NETWORK_0, boxes }, { dJ_dw: '66' }).credit).toBe(0)
  })

  test('is 1 without the boxes that weigh nothing, and complete', () => {
    const boxes = ['a', { id: 'J', weight: 0 }]
    expect(grade({ ...LAB_NETWORK_0, boxes }, { a: '11', J: 'wrong' })).toMatchObject({
      credit: 1,
      complete: true,
    })
    expect(grade({ ...LAB_NETWORK_0, boxes }, { a: '12', J: '121' })).toMatchObject({
      credit: 0,
      complete: false,
    })
  })

  test("is counted by the assignment's weights where it sets them, and the graph's elsewhere", () => {
    const boxes = [
      { id: 'a', weight: 2 },
      { id: 'J', weight: 2 },
    ]
    const weights = new Map([['a', 6]])
    expect(grade({ ...LAB_NETWORK_0, boxes }, { a: '11' }, { weights }).credit).toBe(0.75)
  })
})
