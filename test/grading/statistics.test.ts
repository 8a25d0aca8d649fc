import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSummary } from '../../src/grading/attempt-summary-read.js'
import {
  countAttempt,
  countProgress,
  createSummaryChange,
  storedChange,
  type CountedAttempt,
} from '../../src/grading/attempt-summary.js'
import { pointBiserial, statisticsOf } from '../../src/grading/statistics.js'
import type { GradedBox, Verdict } from '../../src/grading/verdicts.js'

function box(id: string, status: Verdict, more: Partial<GradedBox> = {}): GradedBox {
  const credit = status === 'correct' ? 1 : status === 'follows' ? 0.5 : 0
  return { id, status, credit, feedback: [], ...more }
}

type Sheet = Pick<CountedAttempt, 'boxes'> & { readonly number?: number; readonly answers?: object }

/** The statistics of a class whose learners' progress has these credits, in millionths. */
function statistics(sheets: readonly Sheet[], asked: readonly string[], credits: readonly number[] = []) {
  const change = createSummaryChange()
  for (const { boxes, number = 1, answers = {} } of sheets) {
    countAttempt(change, { number, boxes, answers: answers as CountedAttempt['answers'] }, 1)
  }
  for (const creditMillionths of credits) {
    countProgress(change, undefined, { creditMillionths, completed: creditMillionths === 1_000_000 })
  }
  return statisticsOf(readSummary(undefined, [JSON.parse(JSON.stringify(storedChange(change)))]), asked)
}

describe('before any attempt', () => {
  test('every asked box is there, counts are 0, and a share of nothing is null', () => {
    const of = statistics([], ['J', 'a'])
    expect(of).toMatchObject({
      learners: 0,
      completed: 0,
      attempts: 0,
      meanCredit: null,
      firstWrongBox: null,
    })
    expect(of.histogram.map(({ learners }) => learners)).toEqual(new Array(20).fill(0))
    const NOTHING = {
      firstAttempts: 0,
      firstCorrect: 0,
      attempts: 0,
      correct: 0,
      follows: 0,
      difficulty: null,
      finalDifficulty: null,
      followsShare: null,
      discrimination: null,
      firstWrong: 0,
      misconceptions: [],
      wrongValues: [],
    }
    expect(of.boxes).toEqual([
      { id: 'J', ...NOTHING },
      { id: 'a', ...NOTHING },
    ])
  })
})

describe('a class', () => {
  const SHEETS: readonly Sheet[] = [
    { boxes: [box('a', 'correct'), box('J', 'correct'), box('old', 'correct')] },
    {
      boxes: [box('a', 'blank'), box('J', 'incorrect', { misconceptions: ['swapped', 'sign'] })],
      answers: { J: '-121' },
    },
    { boxes: [box('a', 'invalid'), box('J', 'follows')], answers: { a: 'x', J: '7' } },
    {
      number: 2,
      boxes: [box('a', 'correct'), box('J', 'incorrect', { misconceptions: ['sign'] })],
      answers: { J: -121 },
    },
  ]
  const of = statistics(SHEETS, ['a', 'J'], [1_000_000, 400_000, 0])
  const [a, J, old] = of.boxes

  test('boxes that are asked come in their order, and then those that only earlier versions asked', () => {
    expect(of.boxes.map(({ id }) => id)).toEqual(['a', 'J', 'old'])
    expect(old).toMatchObject({ firstAttempts: 1, attempts: 1, correct: 1, difficulty: 1 })
  })

  test('credit is the mean of the progress, and each learner is in one bin', () => {
    expect(of).toMatchObject({ learners: 3, completed: 1, attempts: 4 })
    expect(of.meanCredit).toBeCloseTo(1.4 / 3, 15)
    expect(of.histogram.filter(({ learners }) => learners > 0)).toEqual([
      { from: 0, to: 0.05, learners: 1 },
      { from: 0.4, to: 0.45, learners: 1 },
      { from: 0.95, to: 1, learners: 1 },
    ])
  })

  test('a blank and what cannot be read are first attempts that are not right', () => {
    expect(a).toMatchObject({ firstAttempts: 3, firstCorrect: 1, attempts: 4, correct: 2, follows: 0 })
    expect(a?.difficulty).toBe(1 / 3)
    expect(a?.finalDifficulty).toBe(1 / 2)
    expect(a?.followsShare).toBe(0)
  })

  test('what follows from a slip is counted apart, and is no right answer', () => {
    expect(J).toMatchObject({ firstAttempts: 3, firstCorrect: 1, attempts: 4, correct: 1, follows: 1 })
    expect(J?.followsShare).toBe(1 / 4)
  })

  test('slips and wrong values come by how common they are, equal ones by name', () => {
    expect(J?.misconceptions).toEqual([
      { code: 'sign', count: 2 },
      { code: 'swapped', count: 1 },
    ])
    expect(J?.wrongValues).toEqual([
      { value: '-121', count: 2, error: 0 },
      { value: '7', count: 1, error: 0 },
    ])
    expect(a?.misconceptions).toEqual([])
  })

  test('the class stumbles where most first attempts have their first wrong answer, a blank being none', () => {
    // One has its first wrong answer in a, one in J: of equal ones, what is asked first.
    expect([a?.firstWrong, J?.firstWrong, of.firstWrongBox]).toEqual([1, 1, 'a'])
    const more = { boxes: [box('a', 'correct'), box('J', 'incorrect')] }
    expect(statistics([...SHEETS, more], ['a', 'J']).firstWrongBox).toBe('J')
    expect(statistics([SHEETS[0]!], ['a', 'J']).firstWrongBox).toBeNull()
  })
})

describe('discrimination', () => {
  /** Ten learners: who has the box right, and how many of two other boxes of equal weight. */
  const PAIRS: readonly (readonly [boolean, 0 | 1 | 2])[] = [
    ...([2, 2, 2, 1, 0] as const).map(others => [true, others] as const),
    ...([2, 1, 0, 0, 0] as const).map(others => [false, others] as const),
  ]
  const sheet = ([right, others]: (typeof PAIRS)[number]): Sheet => ({
    boxes: [
      box('x', right ? 'correct' : 'incorrect'),
      box('y', others > 0 ? 'correct' : 'incorrect'),
      box('z', others > 1 ? 'correct' : 'incorrect'),
    ],
  })
  const ofX = (sheets: readonly Sheet[]) => statistics(sheets, ['x']).boxes[0]!.discrimination

  test('is what it comes to by hand', () => {
    // x: five of ten; y in halves: 2,2,2,1,0 and 2,1,0,0,0, so Σy = 10, Σy² = 18, Σxy = 7.
    // (10·7 − 5·10) / √((10·5 − 25)(10·18 − 100)) = 20 / √(25·80) = 1/√5.
    expect(ofX(PAIRS.map(sheet))).toBeCloseTo(1 / Math.sqrt(5), 12)
  })

  test('is not told under ten learners, nor where everybody has the same', () => {
    expect(ofX(PAIRS.slice(1).map(sheet))).toBeNull()
    expect(ofX(PAIRS.map(([, others]) => sheet([true, others])))).toBeNull()
    expect(ofX(PAIRS.map(([right]) => sheet([right, 1])))).toBeNull()
    expect(ofX(PAIRS.map(([right]) => ({ boxes: [box('x', right ? 'correct' : 'blank')] })))).toBeNull()
  })

  test('is of first attempts alone: later ones change nothing', () => {
    const first = PAIRS.map(sheet)
    const later = PAIRS.map(([right]) => ({ ...sheet([!right, 1]), number: 2 }))
    expect(ofX([...first, ...later])).toBe(ofX(first))
    expect(ofX(later)).toBeNull()
  })

  test('is exact where credits hardly differ: nothing cancels', () => {
    // Two of a billion learners differ by a millionth; in doubles Σy² and n·Σy would swallow that.
    const n = 1_000_000_000
    const y = 999_999n
    const sums = {
      n,
      sumX: 1,
      sumY: y * BigInt(n) + 1n,
      sumXY: y + 1n,
      sumYY: y * y * BigInt(n - 1) + (y + 1n) ** 2n,
    }
    expect(pointBiserial(sums)).toBeCloseTo(1, 12)
  })

  const grades = fc.array(fc.record({ x: fc.boolean(), y: fc.nat(1_000_000) }), { maxLength: 60 })
  const sumsOf = (class_: readonly { x: boolean; y: number }[]) => {
    const sum = (term: (one: { x: boolean; y: bigint }) => bigint) =>
      class_.reduce((all, { x, y }) => all + term({ x, y: BigInt(y) }), 0n)
    return {
      n: class_.length,
      sumX: class_.filter(({ x }) => x).length,
      sumY: sum(({ y }) => y),
      sumXY: sum(({ x, y }) => (x ? y : 0n)),
      sumYY: sum(({ y }) => y * y),
    }
  }
  /** In two passes: means first. */
  const naive = (class_: readonly { x: boolean; y: number }[]) => {
    const mean = (values: readonly number[]) => values.reduce((all, one) => all + one, 0) / values.length
    const [xs, ys] = [class_.map(({ x }) => Number(x)), class_.map(({ y }) => y)]
    const [mx, my] = [mean(xs), mean(ys)]
    const product = (one: readonly number[], m1: number, other: readonly number[], m2: number) =>
      one.reduce((all, value, index) => all + (value - m1) * (other[index]! - m2), 0)
    return product(xs, mx, ys, my) / Math.sqrt(product(xs, mx, xs, mx) * product(ys, my, ys, my))
  }

  test('is null or what a naive correlation is, between −1 and 1, whatever the class', () => {
    fc.assert(
      fc.property(grades, class_ => {
        const found = pointBiserial(sumsOf(class_))
        const varies =
          new Set(class_.map(({ x }) => x)).size > 1 && new Set(class_.map(({ y }) => y)).size > 1
        expect(found === null).toBe(class_.length < 10 || !varies)
        if (found === null) return
        expect(Math.abs(found)).toBeLessThanOrEqual(1)
        expect(found).toBeCloseTo(naive(class_), 8)
      }),
    )
  })

  test('turns its sign where right and wrong change places', () => {
    fc.assert(
      fc.property(grades, class_ => {
        const found = pointBiserial(sumsOf(class_))
        const turned = pointBiserial(sumsOf(class_.map(({ x, y }) => ({ x: !x, y }))))
        if (found === null || turned === null) expect(turned).toBe(found)
        else expect(turned + found).toBe(0)
      }),
    )
  })
})

const VERDICTS = ['correct', 'follows', 'incorrect', 'invalid', 'blank'] as const
const sheets = fc.array(
  fc.record({
    number: fc.integer({ min: 1, max: 3 }),
    boxes: fc
      .tuple(fc.constantFrom(...VERDICTS), fc.constantFrom(...VERDICTS), fc.constantFrom(0, 1, 5))
      .map(([one, other, weight]) => [box('a', one, { weight }), box('b', other)]),
  }),
  { maxLength: 40 },
)

test('shares lie between 0 and 1, and parts add up to no more than the whole, whatever the class', () => {
  fc.assert(
    fc.property(sheets, class_ => {
      for (const of of statistics(class_, ['b', 'a', 'c']).boxes) {
        for (const share of [of.difficulty, of.finalDifficulty, of.followsShare]) {
          if (share !== null) expect(share >= 0 && share <= 1).toBe(true)
        }
        expect(of.correct + of.follows).toBeLessThanOrEqual(of.attempts)
        expect(of.firstCorrect).toBeLessThanOrEqual(of.firstAttempts)
        expect(of.firstAttempts).toBeLessThanOrEqual(of.attempts)
        if (of.discrimination !== null) expect(Math.abs(of.discrimination)).toBeLessThanOrEqual(1)
        if (of.firstAttempts < 10) expect(of.discrimination).toBeNull()
      }
    }),
  )
})
