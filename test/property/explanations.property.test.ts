import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cascade } from '../../src/engine/cascade.js'
import { boxValue, type Evaluation } from '../../src/engine/evaluate.js'
import type { Step } from '../../src/engine/explain.js'
import type { CompiledGraph } from '../../src/engine/graph.js'
import { entriesOf } from '../../src/engine/tensor.js'
import { compile, evaluate } from '../support/engine.js'
import { createExplainer } from '../support/explained.js'
import { BUILT_IN_GRAPHS } from '../support/lab-graphs.js'
import { randomGraph } from '../support/random-graphs.js'

/** The numbers behind the last sign of equality of a step. */
function stated({ text }: Step): number[] {
  const side = text.split(/ [=≈] /).at(-1) ?? ''
  return side
    .replaceAll('−', '-')
    .split(/[[\], ]+/)
    .filter(part => part !== '')
    .map(Number)
}

/** Whether every bracket, \left and \begin of a piece of TeX is closed by its like, in order. */
function isBalanced(tex: string): boolean {
  const open: string[] = []
  const closes = new Map([
    ['}', '{'],
    ['\\right', '\\left'],
    ['\\end', '\\begin'],
  ])
  for (const [sign] of tex.matchAll(/\\(?:left|right|begin|end)(?![a-z])|\\.|[{}]/g)) {
    const opening = closes.get(sign)
    if (opening !== undefined && open.pop() !== opening) return false
    if (['{', '\\left', '\\begin'].includes(sign)) open.push(sign)
  }
  return open.length === 0
}

function checkSteps(compiled: CompiledGraph, evaluation: Evaluation): number {
  const explain = createExplainer(compiled, evaluation)
  for (const box of compiled.boxes.values()) {
    const value = boxValue(evaluation, box)
    const steps = explain(box)
    const last = steps.at(-1)
    if (last === undefined || value === undefined) throw new Error(`nothing is said of ${box.id}`)
    const right = entriesOf(value)
    const said = stated(last)
    expect(said.some(number => Object.is(number, -0))).toBe(false)
    expect(said).toHaveLength(right.length)
    right.forEach((number, index) => {
      expect(Math.abs((said[index] ?? Number.NaN) - number)).toBeLessThanOrEqual(1e-12 * Math.abs(number))
    })
    for (const { text, tex } of steps) {
      expect(text.length).toBeLessThan(1000)
      expect(text + tex).not.toMatch(/NaN|Infinity|undefined|\[object/)
      expect(text).not.toContain('\\')
      expect(isBalanced(tex)).toBe(true)
    }
  }
  return compiled.boxes.size
}

describe('the explanation of every box', () => {
  test('ends with its value, is bounded, and is well-formed, on random graphs', () => {
    let boxes = 0
    fc.assert(
      fc.property(randomGraph, ({ definition }) => {
        const { graph } = compile(definition)
        boxes += checkSteps(graph, evaluate(graph))
      }),
      { numRuns: 50 },
    )
    expect(boxes).toBeGreaterThan(1000)
  })

  test.each(Object.entries(BUILT_IN_GRAPHS))('ends with its value, on %s', (_key, definition) => {
    const { graph } = compile(definition)
    expect(checkSteps(graph, evaluate(graph))).toBeGreaterThan(0)
  })
})

test('a cascade ends with the gradient of where it began, on random graphs', () => {
  fc.assert(
    fc.property(randomGraph, ({ definition, names }) => {
      const { graph } = compile(definition)
      const evaluation = evaluate(graph)
      for (const from of names) {
        const view = cascade(graph, evaluation, from)
        if (view === undefined) throw new Error(`no cascade from ${from}`)
        // How large the parts of the sum are, whatever their signs: rounding is measured by that.
        const sizes = new Map([[from, 1]])
        for (const edge of view.edges) {
          const part = (sizes.get(edge.from) ?? Number.NaN) * Math.abs(edge.local)
          sizes.set(edge.to, (sizes.get(edge.to) ?? 0) + part)
          expect(evaluation.locals.get(edge.to)?.get(edge.from)).toBe(edge.local)
        }
        const gradient = evaluation.gradients.get(from)
        const end = view.nodes.find(node => node.name === graph.output)?.multiplier
        if (typeof gradient !== 'number') throw new Error('a random graph has numbers alone')
        expect(Math.abs((end ?? 0) - gradient)).toBeLessThanOrEqual(1e-12 * (sizes.get(graph.output) ?? 0))
        expect(view.lines).toHaveLength(view.nodes.length)
      }
    }),
    { numRuns: 200 },
  )
})
