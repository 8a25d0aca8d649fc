import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  advanceProgress,
  disclosureUnder,
  effectivePolicy,
  hidesVerdicts,
  isClosed,
  isLate,
  NO_PROGRESS,
  refuseAttempt,
  variantNumber,
  viewProgress,
  type AttemptPolicy,
  type FeedbackLevel,
  type Keep,
  type ProgressState,
  type Reveal,
} from '../../src/grading/attempt-policy.js'
import { earnedMillionths } from '../../src/grading/credit.js'

const OPEN: AttemptPolicy = {
  points: 10,
  opensAt: null,
  dueAt: null,
  closesAt: null,
  lateCredit: 1,
  maxAttempts: null,
  keep: 'best',
}

function policy(changes: Partial<AttemptPolicy>): AttemptPolicy {
  return { ...OPEN, ...changes }
}

/** The progress after attempts that earned these millionths. */
function after(earned: readonly number[], keep: Keep): ProgressState {
  return earned.reduce(
    (state, earnedNow) =>
      advanceProgress(state, keep, { earnedMillionths: earnedNow, complete: earnedNow === 1_000_000 }),
    NO_PROGRESS,
  )
}

describe('an assignment takes an attempt while opensAt ≤ t < closesAt', () => {
  test.each([
    [999, 'assignment-not-open'],
    [1000, undefined],
    [1999, undefined],
    [2000, 'assignment-closed'],
    [2001, 'assignment-closed'],
  ])('at %i of an assignment open from 1000 to 2000: %s', (time, expected) => {
    expect(refuseAttempt(policy({ opensAt: 1000, closesAt: 2000 }), time, 0)).toBe(expected)
  })

  test('without a date there is no bound on that side', () => {
    expect(refuseAttempt(OPEN, -1e15, 1e9)).toBeUndefined()
    expect(refuseAttempt(policy({ opensAt: 1000 }), 1e15, 0)).toBeUndefined()
    expect(refuseAttempt(policy({ closesAt: 1000 }), -1e15, 0)).toBeUndefined()
  })

  test('the due date closes nothing', () => {
    expect(refuseAttempt(policy({ dueAt: 1000 }), 5000, 0)).toBeUndefined()
  })
})

describe('an attempt is late after dueAt', () => {
  test.each([
    [999, false],
    [1000, false],
    [1001, true],
  ])('at %i, due at 1000: %s', (time, expected) => {
    expect(isLate(policy({ dueAt: 1000 }), time)).toBe(expected)
  })

  test('never where nothing is due', () => {
    expect(isLate(OPEN, Number.MAX_SAFE_INTEGER)).toBe(false)
  })
})

describe('attempts are taken as long as some are left', () => {
  test.each([
    [3, 0, undefined],
    [3, 2, undefined],
    [3, 3, 'no-attempts-left'],
    [3, 4, 'no-attempts-left'],
    [1, 0, undefined],
    [1, 1, 'no-attempts-left'],
    [null, 1_000_000, undefined],
  ])('of %j, after %i: %s', (maxAttempts, attempts, expected) => {
    expect(refuseAttempt(policy({ maxAttempts }), 0, attempts)).toBe(expected)
  })

  test('a closed assignment is closed, whether or not attempts are left', () => {
    expect(refuseAttempt(policy({ closesAt: 10, maxAttempts: 1 }), 10, 1)).toBe('assignment-closed')
  })
})

describe('progress keeps', () => {
  const EARNED = [400_000, 900_000, 100_001]
  test.each<[Keep, readonly number[], number]>([
    ['best', EARNED, 900_000],
    ['first', EARNED, 400_000],
    ['last', EARNED, 100_001],
    ['mean', EARNED, 466_667],
    ['best', [0], 0],
    ['first', [0, 1_000_000], 0],
    ['last', [1_000_000, 0], 0],
    ['mean', [0, 249], 125],
    ['mean', [1_000_000, 1_000_000], 1_000_000],
    ['mean', [1_000_000, 1_000_000, 999_999], 999_999],
  ])('the %s of %j: %i', (keep, earned, expected) => {
    expect(after(earned, keep).creditMillionths).toBe(expected)
  })

  test('all that a change of policy would need, whatever it keeps now', () => {
    for (const keep of ['best', 'last', 'first', 'mean'] as const) {
      expect(after(EARNED, keep)).toMatchObject({
        attempts: 3,
        bestMillionths: 900_000,
        firstMillionths: 400_000,
        lastMillionths: 100_001,
        sumMillionths: 1_400_001,
        completed: false,
      })
    }
  })

  test('completion for ever, and by complete work alone, though late', () => {
    const late = advanceProgress(NO_PROGRESS, 'last', { earnedMillionths: 500_000, complete: true })
    expect(late.completed).toBe(true)
    expect(advanceProgress(late, 'last', { earnedMillionths: 0, complete: false }).completed).toBe(true)
    expect(
      advanceProgress(NO_PROGRESS, 'best', { earnedMillionths: 999_999, complete: false }).completed,
    ).toBe(false)
  })

  test('what a recount over all attempts gives', () => {
    const earned = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(earned, list => {
        const sum = list.reduce((total, one) => total + one, 0)
        const mean = Math.floor((2 * sum + list.length) / (2 * list.length))
        const expected = {
          best: Math.max(...list),
          first: list[0],
          last: list.at(-1),
          mean: sum === list.length * 1_000_000 ? 1_000_000 : Math.min(mean, 999_999),
        }
        for (const keep of ['best', 'first', 'last', 'mean'] as const) {
          const state = after(list, keep)
          expect([keep, state.creditMillionths]).toEqual([keep, expected[keep]])
          expect([state.attempts, state.sumMillionths]).toEqual([list.length, sum])
        }
      }),
    )
  })

  test('never all of the credit without a complete attempt on time', () => {
    const attempt = fc.record({
      credit: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      factor: fc.constantFrom(1, 0.5, 0.999999999),
    })
    fc.assert(
      fc.property(
        fc.array(attempt, { minLength: 1 }),
        fc.constantFrom<Keep>('best', 'last', 'first', 'mean'),
        (list, keep) => {
          const earned = list.map(({ credit, factor }) => earnedMillionths(credit, factor))
          expect(after(earned, keep).creditMillionths).toBeLessThan(1_000_000)
        },
      ),
    )
  })
})

describe('progress as it is shown', () => {
  test('before any attempt', () => {
    expect(viewProgress(NO_PROGRESS, policy({ maxAttempts: 3 }))).toEqual({
      attempts: 0,
      credit: 0,
      points: 0,
      remaining: 3,
      completed: false,
    })
  })

  test.each([
    [null, 5, null],
    [5, 3, 2],
    [5, 5, 0],
    [5, 7, 0],
  ])('of %j attempts after %i remain %j', (maxAttempts, attempts, remaining) => {
    const state = { attempts, creditMillionths: 0, completed: false }
    expect(viewProgress(state, policy({ maxAttempts })).remaining).toBe(remaining)
  })

  test.each([
    [600_000, 10, 0.6, 6],
    [333_333, 10, 0.333333, 3.3333],
    [1_000_000, 7.5, 1, 7.5],
    [999_999, 1, 0.999999, 1],
    [500_000, 0, 0.5, 0],
  ])(
    '%i millionths of %d points are a credit of %d and %d points',
    (creditMillionths, points, credit, shown) => {
      const state = { attempts: 1, creditMillionths, completed: false }
      expect(viewProgress(state, policy({ points }))).toMatchObject({ credit, points: shown })
    },
  )
})

describe('an override', () => {
  const dated = policy({ opensAt: 10, dueAt: 100, closesAt: 200, maxAttempts: 3 })

  test('changes nothing where it says nothing', () => {
    expect(effectivePolicy(dated, undefined)).toEqual(dated)
    expect(effectivePolicy(dated, { dueAt: null, closesAt: null, extraAttempts: 0 })).toEqual(dated)
  })

  test.each([
    ['a later date', { dueAt: 150 }, { dueAt: 150 }],
    ['an earlier date', { dueAt: 50 }, { dueAt: 50 }],
    ['another close', { closesAt: 150 }, { closesAt: 150 }],
    ['the first instant of all', { closesAt: 0 }, { closesAt: 0 }],
    ['more attempts', { extraAttempts: 2 }, { maxAttempts: 5 }],
  ])('wins with %s, and with nothing else', (_, override, changed) => {
    const whole = { dueAt: null, closesAt: null, extraAttempts: 0, ...override }
    expect(effectivePolicy(dated, whole)).toEqual({ ...dated, ...changed })
  })

  test('gives dates where the policy has none, and no limit', () => {
    const whole = { dueAt: 5, closesAt: 7, extraAttempts: 2 }
    expect(effectivePolicy(OPEN, whole)).toEqual({ ...OPEN, dueAt: 5, closesAt: 7 })
  })
})

test('an assignment is closed from closesAt on', () => {
  expect([199, 200, 201].map(time => isClosed({ closesAt: 200 }, time))).toEqual([false, true, true])
  expect(isClosed({ closesAt: null }, Number.MAX_SAFE_INTEGER)).toBe(false)
})

test.each([
  ['fixed', undefined, undefined],
  ['per-learner', 0, 0],
  ['per-attempt', 1, 6],
] as const)(
  'variants that are %s have the number %s at first and %s after 5 attempts',
  (variants, first, sixth) => {
    expect([variantNumber(variants, 0), variantNumber(variants, 5)]).toEqual([first, sixth])
  },
)

describe('what may be seen', () => {
  const LEVELS: readonly FeedbackLevel[] = ['full', 'verdicts', 'score', 'none']
  const REVEALS: readonly Reveal[] = ['never', 'when-correct', 'after-close']
  const level = fc.record({ feedback: fc.constantFrom(...LEVELS), reveal: fc.constantFrom(...REVEALS) })

  test.each([
    ['never', false, [false, false]],
    ['never', true, [false, false]],
    ['when-correct', false, [true, false]],
    ['when-correct', true, [true, false]],
    ['after-close', false, [false, false]],
    ['after-close', true, [true, true]],
  ] as const)('%s, closed: %s, reveals of a right and of a wrong box: %j', (reveal, closed, shown) => {
    for (const feedback of LEVELS) {
      const { reveals } = disclosureUnder([{ feedback, reveal }], closed)
      const nothing = hidesVerdicts(feedback)
      expect([reveals(true), reveals(false)]).toEqual(nothing ? [false, false] : shown)
    }
  })

  test('under two policies is what each of them shows', () => {
    fc.assert(
      fc.property(level, level, fc.boolean(), fc.boolean(), (one, two, closed, correct) => {
        const [both, first, second] = [[one, two], [one], [two]].map(list => disclosureUnder(list, closed))
        const strictest = Math.max(LEVELS.indexOf(one.feedback), LEVELS.indexOf(two.feedback))
        expect(both?.feedback).toBe(LEVELS[strictest])
        expect(both?.reveals(correct)).toBe(
          first?.reveals(correct) === true && second?.reveals(correct) === true,
        )
      }),
    )
  })
})
