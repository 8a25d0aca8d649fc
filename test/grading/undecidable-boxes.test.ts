import { describe, expect, test } from 'vitest'
import { compileGraph } from '../../src/engine/graph.js'
import { createStepBudget } from '../../src/engine/faults.js'
import { boxPolicies, publishGraph, type GradedDefinition } from '../../src/grading/published-graph.js'
import { graph } from '../support/engine.js'
import { publish } from '../support/grading.js'
import { BUILT_IN_GRAPHS, LAB_BOXES, LAB_NETWORK_0 } from '../support/lab-graphs.js'

/** `a` has a value within a tenth of w = 100 alone, where hardly a sample falls; `b` has one everywhere. */
const NARROW = graph({ w: 100 }, { a: 'ln(1 - 100*(w - 100)^2)', b: 'w^2', J: 'a + b' })

function asking(definition: GradedDefinition, ...ids: readonly string[]): GradedDefinition {
  return { ...definition, boxes: ['J', ...ids.map(id => ({ id, answer: 'expression' as const }))] }
}

function pointedOut(definition: GradedDefinition): (string | number)[] {
  const { warnings } = publish(definition)
  return warnings.filter(({ code }) => code === 'undecidable-expression').flatMap(({ path }) => path)
}

describe('an expression box that could never be decided is pointed out', () => {
  test('with its place among the boxes', () => {
    expect(pointedOut(asking(NARROW, 'b', 'a'))).toEqual(['boxes', 2])
    // Derivatives are swept with the whole graph, so that one narrow node is enough for all of them.
    expect(pointedOut(asking(NARROW, 'db_dw', 'b'))).toEqual(['boxes', 1])
    expect(publish(asking(NARROW, 'a')).warnings[0]?.message).toContain('"a"')
  })

  test('and no box that asks for a number', () => {
    expect(pointedOut({ ...NARROW, boxes: ['a', { id: 'dJ_dw', answer: 'number' }] })).toEqual([])
  })

  test.each(Object.entries(LAB_BOXES))(
    'no box of %s, were all of them to ask for expressions',
    (key, boxes) => {
      const definition = BUILT_IN_GRAPHS[key as keyof typeof LAB_BOXES]
      const all = boxes.map(([id]) => ({ id, answer: 'expression' as const }))
      expect(publish({ ...definition, boxes: all }).warnings).toEqual([])
    },
  )

  test('in work that never refuses a graph', () => {
    const definition = asking(NARROW, 'a', 'b')
    const whole = createStepBudget(1_000_000)
    compileGraph({ ...definition, boxes: undefined }, { maxNodes: 10, budget: whole })
    const needed = 1_000_000 - whole.remaining
    const budget = createStepBudget(needed + 5)
    expect(publishGraph(definition, { maxNodes: 10, budget })).toMatchObject({ ok: true, warnings: [] })
    expect(budget.remaining).toBe(0)
  })
})

test('what a box asks for is kept with its weight and tolerance; a number by default', () => {
  const { published } = publish(asking(LAB_NETWORK_0, 'dJ_da'))
  const policyOf = boxPolicies(published, {})
  expect(['J', 'dJ_da', 'da_dw'].map(id => policyOf(id).answer)).toEqual(['number', 'expression', 'number'])
})
