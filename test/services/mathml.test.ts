import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cascade } from '../../src/engine/cascade.js'
import type { GraphDefinition } from '../../src/engine/definition.js'
import { formulaOf } from '../../src/engine/formula.js'
import { createSymbolics, symbolicForm } from '../../src/engine/symbolic.js'
import { boxLabel } from '../../src/engine/boxes.js'
import { createMathml, setTex } from '../../src/services/mathml.js'
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

describe('every formula of ours can be set', () => {
  test.each(Object.entries(BUILT_IN_GRAPHS))('%s', (_, definition) => {
    const formulas = allTex(definition)
    expect(formulas.length).toBeGreaterThan(20)
    for (const tex of formulas) expectSafe(setTex(tex))
  })

  test.each([
    ['numbers', randomGraph],
    ['arrays', randomTensorGraph],
  ])('random graphs of %s', (_, graphs) => {
    fc.assert(
      fc.property(graphs, ({ definition }) => {
        for (const tex of allTex(definition)) expectSafe(setTex(tex))
      }),
      { numRuns: 30 },
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
    expectSafe(createMathml()({ text: 'plain', tex }))
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
    expect(createMathml()({ text: 'a < b & c', tex })).toBe('<math><mtext>a &lt; b &amp; c</mtext></math>')
  })
})

test('a formula is set at full size in a line of text, and no macro outlives it', () => {
  const mathml = createMathml()
  expect(mathml({ text: '1/2', tex: '\\frac{1}{2}' })).toMatch(/^<math displaystyle="true"><mfrac>/)
  mathml({ text: 'x', tex: '\\gdef\\mine{1} x' })
  expect(setTex('\\mine')).toBeUndefined()
})
