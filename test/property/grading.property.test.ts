import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Box } from '../../src/engine/boxes.js'
import { compileGraph } from '../../src/engine/graph.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { entryCount, SCALAR } from '../../src/engine/tensor.js'
import type { Grade } from '../../src/grading/grade.js'
import {
  answerKeyOf,
  publishGraph,
  type DefinedBox,
  type PublishedGraph,
} from '../../src/grading/published-graph.js'
import { gradeReadings, readAnswers, type GradingOptions } from '../../src/grading/grade.js'
import { plenty } from '../support/engine.js'
import { randomGraphOf } from '../support/random-graphs.js'
import { randomTensorGraph } from '../support/random-tensor-graphs.js'

/** A random graph, with weights, and some boxes that ask for expressions. Graphs without values are left out. */
function publishedOf(definition: GraphDefinition, marks: readonly number[]): PublishedGraph | undefined {
  const options = { maxNodes: 100, budget: plenty() }
  const compiled = compileGraph(definition, options)
  if (!compiled.ok) return undefined
  const boxes = compiled.graph.asked.map(({ id }, index): DefinedBox => {
    const mark = marks[index % marks.length] ?? 0
    return { id, weight: mark % 4, ...(mark % 5 === 0 ? { answer: 'expression' as const } : {}) }
  })
  const result = publishGraph({ ...definition, boxes }, options)
  return result.ok ? result.published : undefined
}

const WORDS = [
  '',
  ' ',
  '0',
  '1',
  '-1',
  '3',
  '1/2',
  '.5',
  '2*a',
  'w0',
  'n0 + 1',
  'sin(w0)',
  '1e999',
  'x',
  '[1, 2]',
  '[[1, 2], [3, ]]',
  '−4',
  '2,5',
]

const typedEntry: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...WORDS, null, undefined, true, {}, [], [1], [[1]], 0, -0, 1, 1e308, Number.NaN),
  fc.double(),
  fc.string({ maxLength: 12 }),
  fc.array(fc.oneof(fc.double({ min: -9, max: 9, noNaN: true }), fc.constant('')), { maxLength: 4 }),
)

/** What is typed in a box: anything, or the right value with more or less noise. */
type Plan =
  | { readonly kind: 'any'; readonly typed: unknown }
  | { readonly kind: 'truth'; readonly factor: number; readonly digits: number }
const plan: fc.Arbitrary<Plan> = fc.oneof(
  typedEntry.map(typed => ({ kind: 'any' as const, typed })),
  fc.record({
    kind: fc.constant('truth' as const),
    factor: fc.constantFrom(1, 1, 1, -1, 0.5, 2, 1.0005, 0),
    digits: fc.integer({ min: 2, max: 12 }),
  }),
)

function typedBy(published: PublishedGraph, plans: readonly Plan[]): Map<string, unknown> {
  return new Map(
    published.truths.map(({ box, truths, shape }, index) => {
      const made = plans[index % plans.length]
      if (made === undefined || made.kind === 'any') return [box.id, made?.typed]
      const numbers = truths.map(truth => (truth * made.factor).toPrecision(made.digits))
      return [box.id, shape.length === 0 ? numbers[0] : nest(shape, numbers)]
    }),
  )
}

function nest([rows = 0, columns]: readonly number[], cells: readonly string[]): unknown {
  if (columns === undefined) return cells
  return Array.from({ length: rows }, (_, row) => cells.slice(row * columns, (row + 1) * columns))
}

function gradeAll(
  published: PublishedGraph,
  answers: ReadonlyMap<string, unknown>,
  options?: GradingOptions,
): Grade {
  const key = answerKeyOf(published)
  return gradeReadings(key, readAnswers(key, answers, plenty()).readings, answers, options)
}

const marks = fc.array(fc.nat({ max: 20 }), { minLength: 3, maxLength: 7 })
const plans = fc.array(plan, { minLength: 1, maxLength: 9 })
const definitions: readonly (readonly [string, fc.Arbitrary<GraphDefinition>, number])[] = [
  ['numbers', randomGraphOf(7).map(({ definition }) => definition), 150],
  ['arrays', randomTensorGraph.map(({ definition }) => definition), 60],
]

describe.each(definitions)('of random graphs of %s', (_name, definition, numRuns) => {
  test('grading never throws, says the same every time, and gives credit in [0, 1] that is 1 exactly for complete work', () => {
    const statuses = new Set<string>()
    fc.assert(
      fc.property(definition, marks, plans, (source, marked, planned) => {
        const published = publishedOf(source, marked)
        if (published === undefined) return
        const answers = typedBy(published, planned)
        const grade = gradeAll(published, answers)
        expect(gradeAll(published, answers)).toEqual(grade)
        expect(grade.credit).toBeGreaterThanOrEqual(0)
        expect(grade.credit).toBeLessThanOrEqual(1)
        const weights = answerKeyOf(published).boxes.map(({ weight }) => weight)
        const complete = grade.boxes.every(
          ({ status }, index) => weights[index] === 0 || status === 'correct',
        )
        expect(grade.complete).toBe(complete)
        expect(grade.credit === 1).toBe(complete)
        for (const { status, credit, feedback } of grade.boxes) {
          statuses.add(status)
          expect(credit).toBeGreaterThanOrEqual(0)
          expect(credit === 1).toBe(status === 'correct')
          for (const { message } of feedback) expect(message.isWellFormed()).toBe(true)
        }
      }),
      { numRuns },
    )
    expect([...statuses].sort()).toEqual(['blank', 'correct', 'follows', 'incorrect', 'invalid'])
  })

  test('what is looked at evenly is graded the same', () => {
    fc.assert(
      fc.property(definition, marks, plans, (source, marked, planned) => {
        const published = publishedOf(source, marked)
        if (published === undefined) return
        const answers = typedBy(published, planned)
        expect(gradeAll(published, answers, { evenWork: true })).toEqual(gradeAll(published, answers))
      }),
      { numRuns: numRuns / 3 },
    )
  })

  test('one number in every box earns nothing by follow-through', () => {
    const number = fc.oneof(fc.constantFrom(0, 1, -1, 2, 0.5), fc.double({ min: -20, max: 20, noNaN: true }))
    fc.assert(
      fc.property(definition, number, (source, typed) => {
        const published = publishedOf(source, [1])
        if (published === undefined) return
        const key = answerKeyOf(published)
        const everywhere = new Map(
          published.graph.asked.map((box): [string, unknown] => [box.id, filled(published, box, typed)]),
        )
        const alone = published.truths.map(({ truths }, index) =>
          truths.every(truth => isRightAlone(published, index, truth, typed)),
        )
        const { boxes } = gradeReadings(key, readAnswers(key, everywhere, plenty()).readings, everywhere)
        boxes.forEach(({ status }, index) => {
          expect(status).not.toBe('follows')
          if (alone[index] === false) expect(status).not.toBe('correct')
        })
      }),
      { numRuns },
    )
  })

  test('nor do 0, 1 and −1 in any mixture', () => {
    fc.assert(
      fc.property(
        definition,
        fc.array(fc.constantFrom(0, 1, -1), { minLength: 2, maxLength: 9 }),
        (source, cycle) => {
          const published = publishedOf(source, [1])
          if (published === undefined) return
          const answers = new Map(
            published.graph.asked.map((box, index): [string, unknown] => [
              box.id,
              filled(published, box, cycle[index % cycle.length] ?? 0),
            ]),
          )
          for (const { status } of gradeAll(published, answers).boxes) expect(status).not.toBe('follows')
        },
      ),
      { numRuns },
    )
  })
})

function filled({ graph }: PublishedGraph, box: Box, number: number): unknown {
  const shape = graph.shapes.get(box.wrt ?? box.of) ?? SCALAR
  const cells = Array.from({ length: entryCount(shape) }, () => String(number))
  return shape.length === 0 ? number : nest(shape, cells)
}

/** Whether a number is right in an entry by itself, at the default tolerance or as a slope at a kink. */
function isRightAlone({ truths }: PublishedGraph, index: number, truth: number, typed: number): boolean {
  if (truths[index]?.ranges !== undefined) return true // Judged elsewhere.
  return Math.abs(typed - truth) <= Math.max(1e-9, 1e-3 * Math.abs(truth)) * (1 + 1e-9)
}
