import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cascade } from '../../src/engine/cascade.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { formulaOf } from '../../src/engine/formula.js'
import { createSymbolics, symbolicForm } from '../../src/engine/symbolic.js'
import { boxLabel } from '../../src/engine/boxes.js'
import { createFormulaHtml, setTex } from '../../src/services/mathml.js'
import { compile, evaluate, plenty } from '../support/engine.js'
import { createExplainer } from '../support/explained.js'
import { elementsOf } from '../support/figures.js'
import { BUILT_IN_GRAPHS } from '../support/lab-graphs.js'
import { randomGraph } from '../support/random-graphs.js'
import { randomTensorGraph } from '../support/random-tensor-graphs.js'

/** All TeX that the service makes of a graph. */
function allTex(definition: GraphDefinition): string[] {
  const { graph } = compile(definition)
  const evaluation = evaluate(graph)
  const explain = createExplainer(graph, evaluation)
  const symbolics = createSymbolics(graph, plenty())
  return [
    ...graph.nodes.map(node => formulaOf(node.root, { names: graph.shapes })),
    ...graph.asked.flatMap(box => [
      boxLabel(box),
      ...explain(box),
      ...[symbolicForm(graph, symbolics, box)].filter(form => form !== undefined),
    ]),
    ...graph.inputs.flatMap(({ name }) => [...(cascade(graph, evaluation, name)?.lines ?? [])]),
  ].map(({ tex }) => tex)
}

/** What a page may take: mathematics, and nothing that loads, runs or styles. */
function expectSafe(mathml: string | undefined): void {
  if (mathml === undefined) throw new Error('it was not set')
  const elements = elementsOf(mathml)
  expect(elements[0]?.name).toBe('math')
  for (const { name, attributes } of elements) {
    expect(name).toMatch(/^m[a-z]+$/)
    for (const attribute of Object.keys(attributes))
      expect(attribute).not.toMatch(/^(on|style|class|href|src)/)
  }
}

/** The same of words with mathematics between them. */
function expectSafeHtml(html: string): void {
  expect(html).not.toContain('not set')
  for (const [math] of html.matchAll(/<math.*?<\/math>/gs)) expectSafe(math)
  expect(html.replaceAll(/<math.*?<\/math>/gs, '')).not.toMatch(/[<>]/)
}

describe('every formula of ours can be set', () => {
  test.each(Object.entries(BUILT_IN_GRAPHS))('%s', (_, definition) => {
    const formulas = allTex(definition)
    expect(formulas.length).toBeGreaterThan(20)
    for (const tex of formulas) expectSafe(setTex(tex))
    for (const tex of formulas) expectSafeHtml(createFormulaHtml()({ text: 'not set', tex }))
  })

  test.each([
    ['numbers', randomGraph],
    ['arrays', randomTensorGraph],
  ])('random graphs of %s', (_, graphs) => {
    fc.assert(
      fc.property(graphs, ({ definition }) => {
        for (const tex of allTex(definition)) {
          expectSafe(setTex(tex))
          expectSafeHtml(createFormulaHtml()({ text: 'not set', tex }))
        }
      }),
      { numRuns: 12 },
    )
  })
})

describe('nothing but mathematics comes out', () => {
  test.each([
    '\\text{<script>alert(1)</script>}',
    '\\text{" onclick="alert(1)}',
    '\\color{red}{x}',
    '\\textcolor{red}{x}',
    '\\begin{matrix}1&2\\\\3&4\\end{matrix}',
    '\\underbrace{a}_{\\text{b}}',
    '\\boxed{x}',
    '\\cancel{x}',
  ])('%s', tex => {
    expectSafeHtml(createFormulaHtml()({ text: 'plain', tex }))
  })

  test.each([
    '\\href{javascript:alert(1)}{x}',
    '\\url{https://example.com}',
    '\\includegraphics{https://example.com/x.png}',
    '\\class{a" onclick="x}{b}',
    '\\htmlData{a=b}{c}',
    '\\unknown{x}',
    '\\frac{1}',
    '}',
  ])('%s is written as text', tex => {
    expect(setTex(tex)).toBeUndefined()
    expect(createFormulaHtml()({ text: 'a < b & c', tex })).toBe('a &lt; b &amp; c')
  })
})

test('the words of a sentence stand between its formulas, so that it breaks into lines', () => {
  const html = createFormulaHtml()
  const tex = '\\text{When }w_{1}\\text{ < }\\frac{1}{2}\\text{ a\\_b changes}'
  expect(html({ text: '', tex })).toMatch(
    /^When <math><msub>.*<\/msub><\/math> &lt; <math><mfrac>.*<\/mfrac><\/math> a_b changes$/s,
  )
  // Words inside a group belong to the formula.
  expect(html({ text: '', tex: '\\left.a\\right|_{\\text{direct}}' })).toMatch(
    /^<math displaystyle="true">.*<mtext>/s,
  )
  expect(html({ text: '', tex: '\\left(a\\text{ and }b\\right)' })).toMatch(
    /^<math displaystyle="true">[^]*<\/math>$/,
  )
})

test('a formula is set at full size in a line of text, and no macro outlives it', () => {
  const mathml = createFormulaHtml()
  expect(mathml({ text: '1/2', tex: '\\frac{1}{2}' })).toMatch(/^<math displaystyle="true"><mfrac>/)
  mathml({ text: 'x', tex: '\\gdef\\mine{1} x' })
  expect(setTex('\\mine')).toBeUndefined()
})
