import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareSummaries, readSummary } from '../../src/grading/attempt-summary-read.js'
import {
  changeTotals,
  countAttempt,
  countProgress,
  createSummaryChange,
  foldChanges,
  isEmptyChange,
  storedChange,
  type CountedAttempt,
} from '../../src/grading/attempt-summary.js'
import { mergeValues, type ValueSketch } from '../../src/grading/attempt-summary-values.js'
import type { GradedBox } from '../../src/grading/verdicts.js'
import { grade } from '../support/grading.js'
import { LAB_NETWORK_0 } from '../support/lab-graphs.js'

function box(id: string, status: GradedBox['status'], more: Partial<GradedBox> = {}): GradedBox {
  const credit = status === 'correct' ? 1 : status === 'follows' ? 0.5 : 0
  return { id, status, credit, feedback: [], ...more }
}

function summaryOf(...attempts: readonly CountedAttempt[]) {
  const change = createSummaryChange()
  for (const attempt of attempts) countAttempt(change, attempt, 1)
  return readSummary(undefined, [JSON.parse(JSON.stringify(storedChange(change)))])
}

const FIRST: CountedAttempt = {
  number: 1,
  boxes: [
    box('a', 'correct'),
    box('J', 'incorrect', { misconceptions: ['sign', 'swapped'] }),
    box('dJ_da', 'follows', { misconceptions: ['rounded'] }),
    box('dJ_dw', 'blank'),
  ],
  answers: { a: '11', J: '-121', dJ_da: ' 20 ' },
}
const SECOND: CountedAttempt = {
  number: 2,
  boxes: [
    box('a', 'invalid'),
    box('J', 'incorrect', { misconceptions: ['sign'] }),
    box('dJ_da', 'correct'),
    box('dJ_dw', 'correct'),
  ],
  answers: { a: '1x', J: -121, dJ_da: '22', dJ_dw: '66' },
}
const NO_VERDICTS = { correct: 0, follows: 0, incorrect: 0, invalid: 0, blank: 0 }

test('verdicts and slips are counted on first attempts and on all', () => {
  const { attempts, boxes } = summaryOf(FIRST, SECOND)
  expect(attempts).toBe(2)
  expect([...boxes.keys()]).toEqual(['a', 'J', 'dJ_da', 'dJ_dw'])
  const J = boxes.get('J')
  expect(J?.first).toEqual({ ...NO_VERDICTS, incorrect: 1 })
  expect(J?.all).toEqual({ ...NO_VERDICTS, incorrect: 2 })
  expect([...(J?.firstMisconceptions ?? [])]).toEqual([
    ['sign', 1],
    ['swapped', 1],
  ])
  expect([...(J?.misconceptions ?? [])]).toEqual([
    ['sign', 2],
    ['swapped', 1],
  ])
  expect([...(boxes.get('dJ_da')?.misconceptions ?? [])]).toEqual([['rounded', 1]])
  expect(boxes.get('a')?.all).toEqual({ ...NO_VERDICTS, correct: 1, invalid: 1 })
})

test('the first wrong box is the first incorrect or invalid one of a first attempt', () => {
  const invalid = { ...SECOND, number: 1 }
  const { boxes } = summaryOf(FIRST, SECOND, invalid, { ...FIRST, boxes: [box('a', 'blank')] })
  expect([...boxes].map(([id, { firstWrong }]) => [id, firstWrong])).toEqual([
    ['a', 1],
    ['J', 1],
    ['dJ_da', 0],
    ['dJ_dw', 0],
  ])
})

describe('pairs are a box of a first attempt and the weighted credit of the others', () => {
  test('in millionths', () => {
    const { boxes } = summaryOf(FIRST, SECOND)
    // The others of a: 0, ½ and 0 of 3.
    expect(boxes.get('a')?.pairs).toEqual({
      n: 1,
      sumX: 1,
      sumY: 166_667n,
      sumXY: 166_667n,
      sumYY: 166_667n ** 2n,
    })
    expect(boxes.get('J')?.pairs).toEqual({ n: 1, sumX: 0, sumY: 500_000n, sumXY: 0n, sumYY: 500_000n ** 2n })
  })

  test.each<[string, readonly [number, number, number], readonly [bigint, bigint, bigint]]>([
    ['weights count', [1, 2, 3], [400_000n, 250_000n, 1_000_000n]],
    ['weights of any size', [1e308, 1e308, 1e308], [500_000n, 500_000n, 1_000_000n]],
    ['where one weighs nearly all', [1e30, 1, 3], [250_000n, 1_000_000n, 1_000_000n]],
    ['others that weigh nothing have no credit', [5, 0, 0], [0n, 1_000_000n, 1_000_000n]],
    ['nothing weighs anything', [0, 0, 0], [0n, 0n, 0n]],
  ])('%s', (_name, weights, expected) => {
    const verdicts = ['correct', 'correct', 'blank'] as const
    const boxes = verdicts.map((status, index) =>
      box(`b${String(index)}`, status, { weight: weights[index] ?? 1 }),
    )
    const summary = summaryOf({ number: 1, boxes, answers: {} })
    expect([...summary.boxes.values()].map(({ pairs }) => pairs.sumY)).toEqual(expected)
  })
})

test('a graded box knows its weight, where that is not 1', () => {
  const boxes = ['a', { id: 'J', weight: 3 }, { id: 'dJ_dw', weight: 0 }]
  const weights = new Map([['dJ_dw', 1]])
  const weightsOf = (...how: Parameters<typeof grade>) => grade(...how).boxes.map(({ weight }) => weight)
  expect(weightsOf({ ...LAB_NETWORK_0, boxes }, { a: '1' })).toEqual([undefined, 3, 0])
  expect(weightsOf({ ...LAB_NETWORK_0, boxes }, { J: '121', dJ_dw: '2' }, { weights })).toEqual([
    undefined,
    3,
    undefined,
  ])
})

test('a learner is counted once, in the bin of the credit that progress has now', () => {
  const change = createSummaryChange()
  countProgress(change, undefined, { creditMillionths: 0, completed: false })
  countProgress(
    change,
    { creditMillionths: 0, completed: false },
    { creditMillionths: 49_999, completed: false },
  )
  countProgress(
    change,
    { creditMillionths: 49_999, completed: false },
    { creditMillionths: 50_000, completed: false },
  )
  countProgress(change, undefined, { creditMillionths: 999_999, completed: false })
  countProgress(change, undefined, { creditMillionths: 1_000_000, completed: true })
  const summary = readSummary(undefined, [storedChange(change)])
  expect(summary).toMatchObject({ learners: 3, completed: 1, creditSum: 2_049_999n })
  expect(summary.histogram).toEqual([0, 1, ...new Array<number>(17).fill(0), 2])
  countProgress(change, { creditMillionths: 1_000_000, completed: true }, undefined)
  expect(readSummary(undefined, [storedChange(change)])).toMatchObject({ learners: 2, completed: 0 })
})

describe('wrong values are one text for all ways of writing a number', () => {
  test.each<[unknown, string | undefined]>([
    [10, '10'],
    ['10', '10'],
    [' 10.0', '10'],
    ['+1e1', '10'],
    ['−4', '-4'],
    ['- 4.50', '-4.5'],
    [-0, '0'],
    ['-0.0', '0'],
    ['.5', '0.5'],
    ['1e-400', '0'],
    ['1e400', '1e400'],
    [' 9/2 ', '9/2'],
    ['2*w + 1', '2*w + 1'],
    ['__proto__', '__proto__'],
    ['x'.repeat(100), 'x'.repeat(64)],
    [`${'x'.repeat(63)}😀`, 'x'.repeat(63)],
    [[1, ' 2.0', null], '[1,2,null]'],
    [
      [
        ['9/2', '3'],
        [4, 5],
      ],
      '[["9/2",3],[4,5]]',
    ],
    [new Array(100).fill('1.0'), `[${'1,'.repeat(64)}`.slice(0, 64)],
    [['x'.repeat(100)], `["${'x'.repeat(62)}`],
    ['  ', undefined],
    [null, undefined],
    [undefined, undefined],
    [true, undefined],
  ])('%j is %j', (typed, expected) => {
    const summary = summaryOf({ number: 1, boxes: [box('J', 'incorrect')], answers: { J: typed } })
    const values = summary.boxes.get('J')?.wrongValues.map(({ value }) => value)
    expect(values).toEqual(expected === undefined ? [] : [expected])
  })

  test('of boxes that are incorrect or follow, on all attempts', () => {
    const { boxes } = summaryOf(FIRST, SECOND)
    expect(boxes.get('J')?.wrongValues).toEqual([{ value: '-121', count: 2, error: 0 }])
    expect(boxes.get('dJ_da')?.wrongValues).toEqual([{ value: '20', count: 1, error: 0 }])
    expect(boxes.get('a')?.wrongValues).toEqual([])
  })
})

test('what a learner sends is no property of anything', () => {
  const names = ['__proto__', 'constructor', 'toString']
  const boxes = names.map(name => box(name, 'incorrect'))
  const answers = JSON.parse('{ "__proto__": "constructor", "constructor": "__proto__" }') as Record<
    string,
    unknown
  >
  const summary = summaryOf({ number: 1, boxes, answers })
  expect(
    [...summary.boxes].map(([id, { wrongValues }]) => [id, wrongValues.map(({ value }) => value)]),
  ).toEqual([
    ['__proto__', ['constructor']],
    ['constructor', ['__proto__']],
    ['toString', []],
  ])
})

describe('what somebody typed alone is gone once it is taken away', () => {
  test('and what others typed stays', () => {
    const added = createSummaryChange()
    countAttempt(added, FIRST, 1)
    countAttempt(added, { ...FIRST, answers: { J: '-11' } }, 1)
    const totals = foldChanges(undefined, [storedChange(added)])
    const less = changeTotals(totals, tally => {
      countAttempt(tally, FIRST, -1)
    })
    const left = readSummary(less, [])
    expect(left.boxes.get('J')?.wrongValues).toEqual([{ value: '-11', count: 1, error: 0 }])
    expect(left.boxes.get('dJ_da')?.wrongValues).toEqual([])
    const nothing = changeTotals(less, tally => {
      countAttempt(tally, { ...FIRST, answers: {} }, -1)
    })
    expect(JSON.stringify(nothing)).toBe('{}')
  })

  test('from whatever it was folded into, forgotten in between or counted too high', () => {
    const typed = (value: number): CountedAttempt => ({
      number: 2,
      boxes: [box('J', 'incorrect')],
      answers: { J: value },
    })
    const wrongValue = fc.nat({ max: 60 })
    // Attempts of the one who is taken away (values below 100, which nobody else types) and of others, change by change.
    const changes = fc.array(
      fc.array(
        fc.oneof(
          wrongValue,
          wrongValue.map(value => value + 100),
        ),
      ),
      {
        maxLength: 12,
      },
    )
    fc.assert(
      fc.property(changes, fc.nat({ max: 12 }), (given, folded) => {
        const stored = given.map(values => {
          const change = createSummaryChange()
          for (const value of values) countAttempt(change, typed(value), 1)
          return storedChange(change)
        })
        let totals: unknown = undefined
        for (const change of stored.slice(0, folded)) totals = foldChanges(totals, [change])
        totals = foldChanges(totals, stored.slice(folded))
        const own = given.flat().filter(value => value < 100)
        const left = readSummary(
          changeTotals(totals, tally => {
            for (const value of own) countAttempt(tally, typed(value), -1)
          }),
          [],
        )
        const others = given.flat().filter(value => value >= 100)
        expect(left.attempts).toBe(others.length)
        for (const { value, count, error } of left.boxes.get('J')?.wrongValues ?? []) {
          const seen = others.filter(other => String(other) === value).length
          expect(seen, value).toBeGreaterThan(0)
          expect(seen, value).toBeLessThanOrEqual(count)
          expect(seen, value).toBeGreaterThanOrEqual(count - error)
        }
      }),
    )
  })
})

test('sums are exact beyond what a double can hold', () => {
  const change = createSummaryChange()
  const allRight: CountedAttempt = {
    number: 1,
    boxes: [box('a', 'correct'), box('J', 'correct')],
    answers: {},
  }
  const almost: CountedAttempt = {
    number: 1,
    boxes: [box('a', 'correct'), box('J', 'correct', { credit: 0.999_999 })],
    answers: {},
  }
  for (let times = 0; times < 20_000; times += 1) countAttempt(change, allRight, 1)
  countAttempt(change, almost, 1)
  const stored: unknown = JSON.parse(JSON.stringify(storedChange(change)))
  const exact = 20_000n * 10n ** 12n + 999_999n ** 2n
  expect(readSummary(undefined, [stored]).boxes.get('a')?.pairs.sumYY).toBe(exact)
  const folded: unknown = JSON.parse(JSON.stringify(foldChanges(undefined, [stored, stored, stored])))
  expect(readSummary(folded, []).boxes.get('a')?.pairs.sumYY).toBe(3n * exact)
  expect(readSummary(folded, [stored]).boxes.get('a')?.pairs.sumYY).toBe(4n * exact)
})

test('a change of nothing is stored as nothing', () => {
  const change = createSummaryChange()
  expect(isEmptyChange(change)).toBe(true)
  countAttempt(change, FIRST, 1)
  expect(isEmptyChange(change)).toBe(false)
  countAttempt(change, FIRST, -1)
  expect(isEmptyChange(change)).toBe(true)
  expect(JSON.stringify(storedChange(change))).toBe('{}')
})

test('a change holds 64 wrong values of a box, and totals 20', () => {
  const change = createSummaryChange()
  for (let value = 0; value < 1_000; value += 1) {
    countAttempt(change, { number: 2, boxes: [box('J', 'incorrect')], answers: { J: value } }, 1)
  }
  const valuesIn = (stored: unknown): number =>
    (stored as { boxes: [string, { values: unknown[] }][] }).boxes[0]?.[1].values.length ?? 0
  const stored = storedChange(change)
  expect(valuesIn(stored)).toBe(64)
  expect(valuesIn(foldChanges(undefined, [stored]))).toBe(20)
})

test('what two sketches say of a value is added up, and what one does not count is taken to be as much as it may be', () => {
  const into: ValueSketch = {
    floor: 5,
    counts: new Map([
      ['a', { count: 10, error: 0 }],
      ['c', { count: 6, error: 2 }],
    ]),
  }
  const from: ValueSketch = {
    floor: 3,
    counts: new Map([
      ['a', { count: 4, error: 1 }],
      ['b', { count: 7, error: 0 }],
    ]),
  }
  mergeValues(into, from)
  expect(into).toEqual({
    floor: 8,
    counts: new Map([
      ['a', { count: 14, error: 1 }],
      ['c', { count: 9, error: 5 }],
      ['b', { count: 12, error: 5 }],
    ]),
  })
})

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'x'],
  ['other fields', { attempts: 'x', boxes: [1, ['a'], ['b', 3], [4, {}]], histogram: {}, credit: '1e3' }],
])('totals that are %s count as none', (_name, totals) => {
  expect(foldChanges(totals, [])).toEqual({})
})

test('two summaries are compared in every place but the wrong values', () => {
  const one = summaryOf(FIRST, SECOND)
  expect(compareSummaries(one, summaryOf(SECOND, FIRST))).toEqual([])
  const other = summaryOf(FIRST, {
    ...SECOND,
    answers: {},
    boxes: [box('a', 'correct'), ...SECOND.boxes.slice(1)],
  })
  expect(compareSummaries(one, other)).toEqual([
    'box a: correct is 1, and 2 when counted again',
    'box a: invalid is 1, and 0 when counted again',
  ])
  expect(compareSummaries(summaryOf(), one).length).toBeGreaterThan(10)
})
