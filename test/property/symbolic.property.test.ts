import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { GraphDefinition } from '../../src/engine/definition.js'
import type { Evaluation } from '../../src/engine/evaluate.js'
import { createExpressionPool, type Expression } from '../../src/engine/expression.js'
import { createStepBudget, type StepBudget } from '../../src/engine/faults.js'
import { formulaOf } from '../../src/engine/formula.js'
import type { CompiledGraph } from '../../src/engine/graph.js'
import { printExpression } from '../../src/engine/print.js'
import { createSymbolics, symbolicForm, type Symbolics } from '../../src/engine/symbolic.js'
import type { Value } from '../../src/engine/tensor.js'
import { compile, evaluate, plenty, read } from '../support/engine.js'
import { entryPairs, formValue } from '../support/forms.js'
import { randomGraph } from '../support/random-graphs.js'
import { randomTensorGraph } from '../support/random-tensor-graphs.js'

type Solved = {
  readonly compiled: CompiledGraph
  readonly evaluation: Evaluation
  readonly symbolics: Symbolics
}

function solved(definition: GraphDefinition, budget: StepBudget = plenty()): Solved {
  const { graph: compiled } = compile(definition)
  return { compiled, evaluation: evaluate(compiled), symbolics: createSymbolics(compiled, budget) }
}

/** The value of a name, or of the gradient whose box it names. */
function lookUp({ compiled, evaluation }: Solved, name: string): Value | undefined {
  const gradient = compiled.boxes.get(name)
  if (evaluation.values.has(name) || gradient?.kind !== 'gradient') return evaluation.values.get(name)
  return evaluation.gradients.get(gradient.wrt)
}

/** How many forms were compared, and how many there were none of. */
type Counts = Record<'local' | 'chain' | 'full' | 'noLocal' | 'noChain' | 'noFull', number>

/** Holds every local derivative and gradient, in every form there is, against the numbers of the sweeps. */
function compareForms(solution: Solved, counts: Counts): void {
  const { compiled, evaluation, symbolics } = solution
  const compare = (kind: 'local' | 'chain' | 'full', form: Expression | undefined, expected: Value): void => {
    if (form === undefined) {
      counts[({ local: 'noLocal', chain: 'noChain', full: 'noFull' } as const)[kind]] += 1
      return
    }
    const pairs = entryPairs(
      formValue(form, name => lookUp(solution, name)),
      expected,
    )
    for (const [value, right] of pairs)
      expect(Math.abs(value - right)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(right)))
    counts[kind] += 1
  }
  for (const [node, byOperand] of evaluation.locals)
    for (const [operand, value] of byOperand) compare('local', symbolics.local(node, operand), value)
  for (const box of compiled.boxes.values()) {
    const gradient = evaluation.gradients.get(box.wrt ?? '')
    if (box.kind !== 'gradient' || gradient === undefined) continue
    compare('chain', symbolics.chain(box.wrt), gradient)
    compare('full', symbolics.full(box.wrt), gradient)
  }
}

const nothing = (): Counts => ({ local: 0, chain: 0, full: 0, noLocal: 0, noChain: 0, noFull: 0 })

describe('symbolic derivatives have the values of the sweeps', () => {
  test('on graphs of numbers, where every one of them can be written', () => {
    const counts = nothing()
    fc.assert(
      fc.property(randomGraph, ({ definition }) => {
        compareForms(solved(definition), counts)
      }),
      { numRuns: 300 },
    )
    expect(counts.local).toBeGreaterThan(3000)
    expect(counts.chain).toBeGreaterThan(3000)
    expect(counts.full).toBeGreaterThan(1000)
    expect([counts.noLocal, counts.noChain]).toEqual([0, 0])
  })

  test('on graphs of arrays, where most of them can be', () => {
    const counts = nothing()
    fc.assert(
      fc.property(randomTensorGraph, ({ definition }) => {
        compareForms(solved(definition), counts)
      }),
      { numRuns: 400 },
    )
    expect(counts.local).toBeGreaterThan(800)
    expect(counts.chain).toBeGreaterThan(800)
    expect(counts.full).toBeGreaterThan(300)
  })

  test.each([0, 5, 40, 300])('with %d steps to simplify by', steps => {
    const counts = nothing()
    fc.assert(
      fc.property(fc.oneof(randomGraph, randomTensorGraph), ({ definition }) => {
        compareForms(solved(definition, createStepBudget(steps)), counts)
      }),
      { numRuns: 60 },
    )
    expect(counts.local).toBeGreaterThan(100)
  })
})

describe('a derivative as text', () => {
  test('is read back as the same', () => {
    let locals = 0
    fc.assert(
      fc.property(fc.oneof(randomGraph, randomTensorGraph), ({ definition, names }) => {
        const { compiled, symbolics } = solved(definition)
        for (const box of compiled.boxes.values()) {
          if (box.kind === 'forward') continue
          const pool = createExpressionPool()
          const forms =
            box.kind === 'local'
              ? [symbolics.local(box.of, box.wrt)]
              : [symbolics.chain(box.wrt), symbolics.full(box.wrt)]
          for (const form of forms) {
            if (form === undefined) continue
            const ids = [...compiled.boxes.keys()]
            const { text } = formulaOf(form, symbolics)
            const { root } = read(text, [...names, ...ids], { pool })
            expect(printExpression(root)).toBe(text)
            locals += 1
          }
          const shown = symbolicForm(compiled, symbolics, box)
          if (shown !== undefined)
            expect(() => read(shown.text, [...names, ...compiled.boxes.keys()])).not.toThrow()
        }
      }),
      { numRuns: 150 },
    )
    expect(locals).toBeGreaterThan(1000)
  })
})
