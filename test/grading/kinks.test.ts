import { describe, expect, test } from 'vitest'
import type { GradedDefinition } from '../../src/grading/published-graph.js'
import { graph } from '../support/engine.js'
import { publish, verdicts } from '../support/grading.js'

/** What each of these answers to one box is. */
function verdictsOn(
  definition: GradedDefinition,
  id: string,
  answers: readonly unknown[],
): readonly (string | undefined)[] {
  return answers.map(answer => verdicts(definition, { [id]: answer })[id])
}

describe('at a kink', () => {
  const definition = graph({ w: 0 }, { a: 'relu(w)', J: '6*a' })

  test('publication warns, at the node', () => {
    const kinks = publish(definition).warnings.filter(({ code }) => code === 'kink')
    expect(kinks).toMatchObject([{ path: ['nodes', 0, 'expression'] }])
    expect(publish(graph({ w: 0.5 }, { a: 'relu(w)', J: '6*a' })).warnings).toEqual([])
  })

  test('any subgradient is right, the ends of the range and their tolerance included', () => {
    const right = ['0', '6', '3', '0.001', '5.999', '2/7', '6.006', '-0.000000001']
    expect(verdictsOn(definition, 'dJ_dw', right)).toEqual(right.map(() => 'correct'))
    expect(verdictsOn(definition, 'da_dw', ['0', '1', '1/2'])).toEqual(['correct', 'correct', 'correct'])
  })

  test('what is outside the range is wrong', () => {
    expect(verdictsOn(definition, 'dJ_dw', ['-0.1', '-6', '6.007', '7', '1e300', '-1e300'])).toEqual(
      Array(6).fill('incorrect'),
    )
    expect(verdictsOn(definition, 'da_dw', ['-1', '1.1', '-0.00000001'])).toEqual(Array(3).fill('incorrect'))
  })

  test('boxes that no kink moves take their one value', () => {
    expect(verdictsOn(definition, 'dJ_da', ['6', '5', '0'])).toEqual(['correct', 'incorrect', 'incorrect'])
    expect(verdictsOn(definition, 'a', ['0', '0.5'])).toEqual(['correct', 'incorrect'])
  })

  test.each<[string, GradedDefinition, string, readonly string[], readonly string[]]>([
    ['abs', graph({ w: 0 }, { J: 'abs(w)' }), 'dJ_dw', ['-1', '0', '0.3', '1'], ['-1.1', '1.1']],
    [
      'a tie of max',
      graph({ w: 2, v: 2 }, { J: 'max(w, v)' }),
      'dJ_dw',
      ['0', '1/2', '1'],
      ['-0.1', '1.1', '2'],
    ],
    [
      'a tie of min',
      graph({ w: 2, v: 2 }, { J: '-min(w, v)' }),
      'dJ_dv',
      ['0', '-1/2', '-1'],
      ['0.1', '-1.1'],
    ],
    ['leaky_relu', graph({ w: 0 }, { J: 'leaky_relu(w)' }), 'dJ_dw', ['0.01', '0.5', '1'], ['0', '1.1']],
  ])('%s takes its own range', (_name, kinked, id, right, wrong) => {
    expect(verdictsOn(kinked, id, right)).toEqual(right.map(() => 'correct'))
    expect(verdictsOn(kinked, id, wrong)).toEqual(wrong.map(() => 'incorrect'))
  })

  test('a range whose end is past the largest double still takes and refuses answers', () => {
    const large = graph({ w: 0 }, { J: '1.5e308*max(w, 0) + 1.5e308*max(w, 1 - 1)' })
    expect(verdictsOn(large, 'dJ_dw', ['1.5e308', '0', '1.7e308', '-1', '-1.7e308'])).toEqual([
      'correct',
      'correct',
      'correct',
      'incorrect',
      'incorrect',
    ])
  })
})
