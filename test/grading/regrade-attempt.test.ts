import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createStepBudget } from '../../src/engine/faults.js'
import type { Value } from '../../src/engine/tensor.js'
import type { AttemptPolicy } from '../../src/grading/attempt-policy.js'
import type { GradedBox } from '../../src/grading/verdicts.js'
import { answerKeyAt, answerKeyOf } from '../../src/grading/published-graph.js'
import { countOtherVerdicts, inputsInVersion, regradeAttempt } from '../../src/grading/regrade-attempt.js'
import { graph, plenty } from '../support/engine.js'
import { publish } from '../support/grading.js'

const POLICY: AttemptPolicy = {
  points: 10,
  opensAt: null,
  dueAt: 1_000,
  closesAt: null,
  lateCredit: 0.5,
  maxAttempts: null,
  keep: 'best',
}

const { published } = publish(graph({ w: 3 }, { a: '2 + 3*w', J: 'a^2' }))

function regrade(answers: Readonly<Record<string, unknown>>, submittedAt = 0, policy = POLICY) {
  const attempt = { answers: new Map(Object.entries(answers)), submittedAt }
  return regradeAttempt(answerKeyOf(published), policy, attempt, plenty())
}

describe('an attempt that was taken once is graded, whatever it holds', () => {
  test('what cannot be read is marked, and what no box asks is passed over', () => {
    const result = regrade({ a: '11', J: '1,000', dJ_da: '22', gone: 'x', __proto: 1 })
    expect(result).toMatchObject({ credit: 0.4, maxPoints: 10 })
    expect(result?.boxes.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'a correct',
      'J invalid',
      'dJ_da correct',
      'da_dw blank',
      'dJ_dw blank',
    ])
  })

  test('nothing that the graph asks earns nothing', () => {
    expect(regrade({ gone: '1' })).toMatchObject({ credit: 0, points: 0, earnedMillionths: 0 })
  })

  test('work beyond the budget is not decided', () => {
    const { published: asking } = publish({
      ...graph({ w: 3 }, { a: '2 + 3*w', J: 'a^2' }),
      boxes: [{ id: 'dJ_da', answer: 'expression' }],
    })
    const attempt = { answers: new Map([['dJ_da', 'a + a']]), submittedAt: 0 }
    const regradeWithin = (steps: number) =>
      regradeAttempt(answerKeyOf(asking), POLICY, attempt, createStepBudget(steps))
    expect(regradeWithin(1)).toBeUndefined()
    expect(regradeWithin(1_000_000)).toMatchObject({ credit: 1 })
  })

  test('what takes more work to read than a request may ask for by now is read: it was taken once', () => {
    const costly = `2^2047*2^-2047${'*2^2047*2^-2047'.repeat(12)}`
    const long = `[${Array.from({ length: 400 }, () => costly).join(', ')}]`
    const regraded = regrade({ a: long, J: costly, dJ_da: costly, da_dw: '3', dJ_dw: costly })
    expect(regraded?.boxes.find(({ id }) => id === 'da_dw')?.status).toBe('correct')
    expect(regraded?.boxes.filter(({ id, status }) => id !== 'a' && status === 'invalid')).toEqual([])
  })
})

describe('lateness', () => {
  test.each([
    [1_000, false, 4, 400_000],
    [1_001, true, 2, 200_000],
  ])('at %i ms of 1000', (submittedAt, late, points, earnedMillionths) => {
    expect(regrade({ a: '11', J: 121 }, submittedAt)).toMatchObject({
      credit: 0.4,
      late,
      points,
      earnedMillionths,
    })
  })

  test('without a due date nothing is late', () => {
    expect(regrade({ a: '11' }, 9_999, { ...POLICY, dueAt: null })).toMatchObject({ late: false, points: 2 })
  })
})

describe('the inputs of a variant in another version', () => {
  const version = publish(
    graph({ w: 3, v: [1, 2] }, { a: 'w*x', J: 'a + sum(v)' }, { data: { x: 5 } }),
  ).published
  const inputs = (stored: Record<string, Value>) =>
    Object.fromEntries(inputsInVersion(version.graph, new Map(Object.entries(stored))))

  test.each<[string, Record<string, Value>, Record<string, Value>]>([
    ['those it has stay', { w: 7, v: [3, 4], x: 6 }, { w: 7, v: [3, 4], x: 6 }],
    ['a new one has its own value', { w: 7, v: [3, 4] }, { w: 7, v: [3, 4], x: 5 }],
    ['one that is gone is left out', { w: 7, v: [3, 4], x: 6, old: 1 }, { w: 7, v: [3, 4], x: 6 }],
    ['a number that became an array has its own value', { w: 7, v: 3, x: 6 }, { w: 7, v: [1, 2], x: 6 }],
    ['an array of another length too', { w: 7, v: [1, 1, 1], x: 6 }, { w: 7, v: [1, 2], x: 6 }],
    ['an array that became a number too', { w: [7], v: [3, 4], x: 6 }, { w: 3, v: [3, 4], x: 6 }],
    [
      'a name of the language is no input',
      JSON.parse('{"__proto__": 4}') as Record<string, Value>,
      { w: 3, v: [1, 2], x: 5 },
    ],
  ])('%s', (_name, stored, expected) => {
    expect(inputs(stored)).toEqual(expected)
  })

  test('property: whatever was stored, there is a key or a reason why there is none', () => {
    const value = fc.oneof(
      fc.double(),
      fc.array(fc.double(), { maxLength: 3 }),
      fc.array(fc.array(fc.double())),
    )
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('w', 'v', 'x', 'y'), value), stored => {
        const at = inputsInVersion(version.graph, new Map(Object.entries(stored)))
        expect([...at.keys()]).toEqual(['w', 'v', 'x'])
        const made = answerKeyAt(version, at)
        expect(made.ok ? 'key' in made : 'fault' in made).toBe(true)
      }),
    )
  })
})

describe('boxes with another verdict are counted', () => {
  const box = (id: string, status: GradedBox['status'], credit: number): GradedBox => ({
    id,
    status,
    credit,
    feedback: [],
  })
  test.each([
    [
      'none',
      [box('a', 'correct', 1)],
      [{ ...box('a', 'correct', 1), feedback: [{ code: 'x', message: 'y' }] }],
      0,
    ],
    ['another status', [box('a', 'invalid', 0)], [box('a', 'incorrect', 0)], 1],
    ['another credit', [box('a', 'follows', 0.5)], [box('a', 'follows', 0.9)], 1],
    ['one that is new', [box('a', 'correct', 1)], [box('a', 'correct', 1), box('b', 'blank', 0)], 1],
    ['one that is gone', [box('a', 'correct', 1), box('b', 'blank', 0)], [box('b', 'blank', 0)], 1],
    [
      'another order',
      [box('a', 'correct', 1), box('b', 'blank', 0)],
      [box('b', 'blank', 0), box('a', 'correct', 1)],
      0,
    ],
  ])('%s', (_name, before, after, count) => {
    expect(countOtherVerdicts(before, after)).toBe(count)
  })
})
