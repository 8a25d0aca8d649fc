import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareSummaries, readSummary } from '../../src/grading/attempt-summary-read.js'
import {
  changeTotals,
  countAttempt,
  countProgress,
  createSummaryChange,
  foldChanges,
  storedChange,
  type CountedAttempt,
  type CountedProgress,
  type SummaryChange,
} from '../../src/grading/attempt-summary.js'
import { VERDICTS } from '../../src/grading/attempt-summary-tally.js'
import type { GradedBox } from '../../src/grading/verdicts.js'

const boxes: fc.Arbitrary<GradedBox> = fc.record(
  {
    id: fc.constant(''),
    status: fc.constantFrom(...VERDICTS),
    credit: fc.constantFrom(0, 0.5, 1, 1 / 3),
    feedback: fc.constant([]),
    misconceptions: fc.subarray(['sign', 'swapped', 'rounded'] as const),
    weight: fc.constantFrom(0, 1, 2.5, 1e300),
  },
  { requiredKeys: ['id', 'status', 'credit', 'feedback'] },
)

const attempts: fc.Arbitrary<CountedAttempt> = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.array(boxes, { minLength: 1, maxLength: 4 }), fc.nat(30))
  .map(([number, list, value]) => {
    const named = list.map((box, index) => ({ ...box, id: `b${String(index)}` }))
    const answers = Object.fromEntries(named.map(({ id }, index) => [id, value * (index + 1)]))
    return { number, boxes: named, answers }
  })

const progress: fc.Arbitrary<CountedProgress | undefined> = fc.option(
  fc.record({ creditMillionths: fc.integer({ min: 0, max: 1_000_000 }), completed: fc.boolean() }),
  { nil: undefined },
)

type Step =
  | { readonly kind: 'attempt'; readonly attempt: CountedAttempt; readonly sign: 1 | -1 }
  | {
      readonly kind: 'progress'
      readonly before: CountedProgress | undefined
      readonly after: CountedProgress | undefined
    }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('attempt' as const),
      attempt: attempts,
      sign: fc.constantFrom(1 as const, -1 as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('progress' as const), before: progress, after: progress }),
  },
)
const steps = fc.array(step, { maxLength: 40 })

function apply(change: SummaryChange, one: Step): void {
  if (one.kind === 'attempt') countAttempt(change, one.attempt, one.sign)
  else countProgress(change, one.before, one.after)
}

function changeOf(list: readonly Step[]): unknown {
  const change = createSummaryChange()
  for (const one of list) apply(change, one)
  return JSON.parse(JSON.stringify(storedChange(change)))
}

/** Cut at these places, each part a change of its own. */
function split(list: readonly Step[], cuts: readonly number[]): unknown[] {
  const ends = [...cuts.map(cut => cut % (list.length + 1)), list.length].sort((one, other) => one - other)
  return ends.map((end, index) => changeOf(list.slice(ends[index - 1] ?? 0, end)))
}

function inverse(one: Step): Step {
  return one.kind === 'attempt'
    ? { ...one, sign: one.sign === 1 ? -1 : 1 }
    : { ...one, before: one.after, after: one.before }
}

test('property: in however many changes attempts are stored and folded, they come to the same', () => {
  fc.assert(
    fc.property(steps, fc.array(fc.nat(100), { maxLength: 6 }), fc.nat(6), (list, cuts, folded) => {
      const whole = readSummary(undefined, [changeOf(list)])
      const parts = split(list, cuts)
      const totals: unknown = JSON.parse(JSON.stringify(foldChanges(undefined, parts.slice(0, folded))))
      expect(compareSummaries(readSummary(totals, parts.slice(folded)), whole)).toEqual([])
      expect(compareSummaries(readSummary(undefined, parts.toReversed()), whole)).toEqual([])
    }),
  )
})

test('property: what is added, in however many changes, and taken away from the totals leaves nothing', () => {
  fc.assert(
    fc.property(steps, fc.array(fc.nat(100), { maxLength: 6 }), (list, cuts) => {
      const added = list.map(one => (one.kind === 'attempt' ? { ...one, sign: 1 as const } : one))
      const totals = foldChanges(undefined, split(added, cuts))
      const left = changeTotals(totals, tally => {
        for (const one of added) apply(tally, inverse(one))
      })
      expect(JSON.parse(JSON.stringify(left))).toEqual({})
    }),
  )
})

test('property: counts and sums are those of a plain recount', () => {
  fc.assert(
    fc.property(fc.array(attempts, { maxLength: 30 }), list => {
      const summary = readSummary(undefined, [
        changeOf(list.map(attempt => ({ kind: 'attempt', attempt, sign: 1 }))),
      ])
      expect(summary.attempts).toBe(list.length)
      for (const id of ['b0', 'b1', 'b2', 'b3']) {
        const having = list.flatMap(({ number, boxes: all }) => {
          const box = all.find(one => one.id === id)
          return box === undefined ? [] : [{ number, box, all }]
        })
        const first = having.filter(({ number }) => number === 1)
        const counted = summary.boxes.get(id)
        expect(counted?.pairs.n ?? 0).toBe(first.length)
        for (const verdict of VERDICTS) {
          const among = (ones: typeof having) => ones.filter(({ box }) => box.status === verdict).length
          expect([counted?.first[verdict] ?? 0, counted?.all[verdict] ?? 0]).toEqual([
            among(first),
            among(having),
          ])
        }
        const signs = having.filter(({ box }) => box.misconceptions?.includes('sign') === true).length
        expect(counted?.misconceptions.get('sign') ?? 0).toBe(signs)
        const pairs = first.map(({ box, all }) => ({
          x: box.status === 'correct' ? 1n : 0n,
          y: BigInt(Math.round(1e6 * meanCredit(all.filter(other => other !== box)))),
        }))
        const sum = (of: (pair: { x: bigint; y: bigint }) => bigint) =>
          pairs.reduce((total, pair) => total + of(pair), 0n)
        expect(Number(sum(({ x }) => x))).toBe(counted?.pairs.sumX ?? 0)
        // A mean may lie on a half: then it is rounded by the last bit of a double.
        const near = (one: bigint, other: bigint) =>
          (one > other ? one - other : other - one) <= BigInt(pairs.length)
        expect(
          near(
            sum(({ y }) => y),
            counted?.pairs.sumY ?? 0n,
          ),
        ).toBe(true)
        expect(
          near(
            sum(({ x, y }) => x * y),
            counted?.pairs.sumXY ?? 0n,
          ),
        ).toBe(true)
        const wrongFirst = list.filter(
          ({ number, boxes: all }) =>
            number === 1 &&
            all.find(({ status }) => status === 'incorrect' || status === 'invalid')?.id === id,
        )
        expect(counted?.firstWrong ?? 0).toBe(wrongFirst.length)
      }
    }),
  )
})

function meanCredit(list: readonly GradedBox[]): number {
  const largest = Math.max(...list.map(({ weight = 1 }) => weight))
  if (list.length === 0 || largest === 0) return 0
  const total = list.reduce((sum, { weight = 1 }) => sum + weight / largest, 0)
  return list.reduce((sum, { weight = 1, credit }) => sum + (weight / largest) * credit, 0) / total
}

test('property: the sketch of wrong values is never further off than it says, nor than a 21st of all', () => {
  // Values from few, some common and many rare, so that some are dropped.
  const value = fc.oneof(fc.nat(3), fc.nat(60), fc.nat(60), fc.nat(3_000))
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 1_000, size: 'max' }),
      fc.array(fc.nat(2_000), { maxLength: 8 }),
      fc.nat(8),
      (values, cuts, folded) => {
        const list = values.map((typed): Step => {
          const box: GradedBox = { id: 'J', status: 'incorrect', credit: 0, feedback: [] }
          return { kind: 'attempt', attempt: { number: 2, boxes: [box], answers: { J: typed } }, sign: 1 }
        })
        const parts = split(list, cuts)
        const totals = foldChanges(undefined, parts.slice(0, folded))
        const sketch = readSummary(totals, parts.slice(folded)).boxes.get('J')?.wrongValues ?? []
        const exact = new Map<string, number>()
        for (const one of values) exact.set(String(one), (exact.get(String(one)) ?? 0) + 1)
        expect(sketch.length).toBe(Math.min(20, exact.size))
        const bound = values.length / 21
        for (const { value: text, count, error } of sketch) {
          const times = exact.get(text) ?? 0
          expect(times).toBeLessThanOrEqual(count)
          expect(times).toBeGreaterThanOrEqual(count - error)
          expect(error).toBeLessThanOrEqual(bound)
        }
        const named = new Set(sketch.map(({ value: text }) => text))
        for (const [text, times] of exact) if (!named.has(text)) expect(times).toBeLessThanOrEqual(bound)
      },
    ),
    { numRuns: 30 },
  )
})
