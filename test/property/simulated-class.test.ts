/** The simulated class: its own numbers are right, it is what it says, and grading tells what its learners did. */
import { beforeAll, describe, expect, test } from 'vitest'
import { createRandomNumbers } from '../../src/engine/random-numbers.js'
import { compile, slope } from '../support/engine.js'
import { BUILT_IN_GRAPHS, LAB_BOXES } from '../support/lab-graphs.js'
import { simulateClass } from '../support/simulated-class.js'
import { drawInputs } from '../support/simulated-desk.js'
import { classGraphs } from '../support/simulated-graphs.js'
import { markClass, type Marks, type Miss } from '../support/simulated-marks.js'
import { CODES } from '../support/simulated-mistakes.js'
import { classGraph, nudged, rightEntries, sightOf, type ClassGraph } from '../support/simulated-sight.js'
import { forgottenInners, slopeOf, valueOf, wrongPowers } from '../support/simulated-terms.js'

const STEPS = { 'forgot-inner': forgottenInners, 'power-rule': wrongPowers }

const CLASS = { learners: 300, seed: 7 }

function inputsOf(definition: {
  readonly inputs: readonly { readonly name: string; readonly value: unknown }[]
}) {
  return new Map(definition.inputs.map(({ name, value }) => [name, Number(value)]))
}

describe('the class walks the chain rule by itself, and rightly', () => {
  test.each(['lab-network0', 'lab-network1'] as const)('%s has the answers of the lab', name => {
    const definition = BUILT_IN_GRAPHS[name]
    const right = rightEntries(classGraph(compile(definition).graph), inputsOf(definition))
    expect([...right]).toEqual(LAB_BOXES[name].map(([id, value]) => [id, value]))
  })

  test.each([...classGraphs()])('%s: every derivative is the slope of a curve', (_, definition) => {
    const graph = classGraph(compile(definition).graph)
    const random = createRandomNumbers(5)
    for (let draws = 0; draws < 5; draws += 1) {
      const inputs = drawInputs(definition, graph, random)
      const right = rightEntries(graph, inputs)
      const sight = sightOf(graph, inputs, right)
      for (const box of graph.boxes) {
        if (box.kind === 'forward') continue
        const { of, wrt } = box
        const curve = (by: number): number =>
          box.kind === 'gradient'
            ? nudged(graph, sight, wrt, by)
            : nodeAt(graph, of, name => sight.value(name) + (name === wrt ? by : 0))
        const own = right.get(box.id) ?? Number.NaN
        // In the scale of the value, so that no step comes near a kink or a pole.
        const step = 1e-5 * Math.min(1, Math.abs(sight.value(wrt)))
        const scale = Math.max(1, Math.abs(own), Math.abs(curve(0)))
        expect(Math.abs(slope(curve, 0, step) - own), box.id).toBeLessThan(1e-6 * scale)
        expect(sight.expectedByValue(box), box.id).toBeCloseTo(own, 9)
      }
    }
  })

  test.each([
    ['exp(2*x)', 'x', [Math.exp(6)]],
    ['(2*x + 1)^3', 'x', [3 * 49]],
    ['4/(x^2)', 'x', [-4 / 81]],
    ['x^3', 'x', []],
    ['-(2*x)', 'x', []],
  ] as const)('the inner derivative of %s can be forgotten in one way or none', (expression, x, results) => {
    expect(wrongSlopes(expression, x, 'forgot-inner')).toEqual(results)
  })

  test.each([
    ['x^3', [9, 81, 18, 9]],
    ['sqrt(x)', [3 ** -0.5, 0.5 * 3 ** 0.5, -0.5 * 3 ** -0.5, 1.5]],
    ['5/x', [5 / 9, -5 / 3, -10 / 9, -15]],
  ] as const)('the power rule of %s goes wrong in four ways', (expression, results) => {
    const found = wrongSlopes(expression, 'x', 'power-rule')
    expect(found).toHaveLength(4)
    found.forEach((value, index) => {
      expect(value).toBeCloseTo(results[index] ?? Number.NaN, 9)
    })
  })
})

describe('the class is what it says', () => {
  test('the same seed makes the same class, another seed another', () => {
    const few = { learners: 40, seed: 3 }
    expect(simulateClass(few)).toEqual(simulateClass(few))
    expect(simulateClass(few)).not.toEqual(simulateClass({ ...few, seed: 4 }))
  })

  test('every code, every kind of box and every kind of work is in it', () => {
    const boxes = simulateClass(CLASS).flatMap(learner => learner.boxes)
    const labels = boxes.map(({ label }) => label)
    const slips = labels.flatMap(label => (label.kind === 'slip' && label.distinct ? [label.code] : []))
    expect(new Set(slips)).toEqual(new Set(CODES))
    for (const kind of ['right', 'consistent', 'random'] as const) {
      expect(labels.filter(label => label.kind === kind).length).toBeGreaterThan(50)
    }
  })

  test('no slip and no random value is near the right one, and all right work is to be marked so', () => {
    for (const { boxes, tolerance } of simulateClass(CLASS)) {
      for (const { label, typed, truth, allowed } of boxes) {
        const isNear = Math.abs(Number(typed) - truth) <= tolerance.relative * Math.abs(truth)
        if (label.kind === 'slip' || label.kind === 'random') {
          expect(isNear).toBe(false)
          expect(allowed).toEqual(['incorrect'])
        }
        if (label.kind === 'right') expect(allowed).toContain('correct')
      }
    }
  })
})

describe('grading tells what the class did', () => {
  let marks: Marks
  beforeAll(() => {
    marks = markClass(simulateClass(CLASS))
  })
  const slipsNotNamed = (): readonly string[] => marks.codes.flatMap(({ missed }) => missed.slice(0, 1))
  const examples = (miss: Miss): readonly string[] => marks.examples.get(miss)?.slice(0, 3) ?? []

  test.each([
    'wrong marked correct',
    'right not marked',
    'wrong marked follows',
    'consistent not marked',
    'blank not left blank',
  ] as const)('never: %s', miss => {
    expect(examples(miss)).toEqual([])
  })

  test('at least 95% of the slips with a distinct value are named, and named first', () => {
    const { count, of } = marks.recall
    expect(count / of, slipsNotNamed().join('\n')).toBeGreaterThanOrEqual(0.95)
  })

  test('at most 2% of random wrong values are given any code', () => {
    const { count, of } = marks.random
    expect(count / of, examples('random given a code').join('\n')).toBeLessThanOrEqual(0.02)
  })
})

/** A node's value where names stand for these numbers. */
function nodeAt(graph: ClassGraph, name: string, values: (name: string) => number): number {
  const node = graph.node(name)
  return node === undefined ? Number.NaN : valueOf(node.term, values)
}

/** What wrong steps of one kind make of the derivative of an expression at x = 3. */
function wrongSlopes(expression: string, x: string, kind: keyof typeof STEPS): number[] {
  const definition = {
    inputs: [{ name: 'x', role: 'parameter' as const, value: 3 }],
    nodes: [{ name: 'J', expression }],
    output: 'J',
  }
  const term = classGraph(compile(definition).graph).node('J')?.term
  if (term === undefined) throw new Error('no node')
  return STEPS[kind](term, x).map(step => slopeOf(term, x, () => 3, step))
}
