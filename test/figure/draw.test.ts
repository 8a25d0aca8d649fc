import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import type { CompiledGraph } from '../../src/engine/graph.js'
import { drawFigure, type Figure, type FigureSource } from '../../src/figure/draw.js'
import { createTypesetter } from '../../src/figure/mathjax.js'
import type { FigureLanguage } from '../../src/figure/figure-words.js'
import type { Theme } from '../../src/figure/palette.js'
import type { Place } from '../../src/figure/places.js'
import type { View } from '../../src/figure/plan.js'
import type { Typesetter } from '../../src/figure/typeset.js'
import type { Given } from '../../src/figure/workshop.js'
import { compile, evaluate, graph } from '../support/engine.js'
import { elementsOf, quickTypesetter, sketch } from '../support/figures.js'
import { BUILT_IN_GRAPHS, FAN_OUT, LAB_NETWORK_0, LAB_NETWORK_1 } from '../support/lab-graphs.js'

const VIEWS: readonly View[] = ['boxes', 'cascade']

/** All that can be read in a figure: formulas as they were set, text, and every attribute that is no measure. */
async function readableIn(source: FigureSource, view: View): Promise<string[]> {
  const { typesetter, texts } = quickTypesetter()
  const { svg } = await drawFigure(source, { theme: 'light', view, typesetter })
  const measures =
    /^(d|x|y|width|height|cx|cy|r|rx|viewBox|transform|stroke-width|stroke-dasharray|font-size|fill|stroke)$/
  const attributes = elementsOf(svg).flatMap(element =>
    Object.entries(element.attributes).flatMap(([name, value]) => (measures.test(name) ? [] : [value])),
  )
  return [...texts, ...attributes, ...elementsOf(svg).map(({ text }) => text)]
}

describe('a figure gives no answer away', () => {
  test('what it is drawn from has no place for a computed value', () => {
    expectTypeOf<FigureSource>().toEqualTypeOf<{
      readonly title: string
      readonly graph: CompiledGraph
      readonly places?: readonly Place[] | undefined
    }>()
    expectTypeOf<CompiledGraph>().not.toHaveProperty('values')
    expectTypeOf(drawFigure).parameters.toEqualTypeOf<
      [
        FigureSource,
        {
          readonly theme: Theme
          readonly view: View
          readonly given?: Given
          readonly language?: FigureLanguage
          readonly typesetter: Typesetter
        },
      ]
    >()
  })

  // Inputs so uneven that no answer is a number that is written in the definition.
  const definition = graph(
    { w: 3.7, b: -8.3 },
    { c: 'w*x', a: 'c + b', d: 'a - y', J: 'd^2/2' },
    { data: { x: 2.9, y: 1.3 } },
  )
  test.each(VIEWS)('no number of the solution can be read in the view %s', async view => {
    const { graph: compiled } = compile(definition)
    const { values, gradients, locals } = evaluate(compiled)
    const given = new Set([3.7, -8.3, 2.9, 1.3, 1, 2, 0])
    const answers = [
      ...values.values(),
      ...gradients.values(),
      ...[...locals.values()].flatMap(of => [...of.values()]),
    ]
      .map(Number)
      .filter(answer => !given.has(answer) && !given.has(-answer))
    expect(answers.length).toBeGreaterThan(5)
    const readable = (await readableIn({ title: 'Uneven', graph: compiled }, view)).join('\n')
    for (const answer of answers) {
      for (const digits of [0, 1, 2, 3, 4]) {
        // Rounded to few digits an answer may look like a number that is given.
        const shown = Math.abs(answer).toFixed(digits)
        if (shown.replace('.', '').length >= 3) expect(readable).not.toContain(shown)
      }
    }
    expect(readable).toContain('3.7')
  })

  test.each([
    ['lab-network0', LAB_NETWORK_0, ['11', '121', '22', '66']],
    ['lab-network1', LAB_NETWORK_1, ['4', '4.5', '6']],
    ['fan-out', FAN_OUT, ['6', '34', '9', '24', '27']],
  ])('%s: none of its answers stands anywhere as a number', async (_, lab, answers) => {
    const { graph: compiled } = compile(lab)
    for (const view of VIEWS) {
      const readable = (await readableIn({ title: lab.title, graph: compiled }, view))
        // Ids of glyphs are checksums.
        .filter(text => !/^#?g[a-z0-9]+$/.test(text))
        .join('\n')
      const numbers = new Set(readable.match(/\d+(\.\d+)?/g))
      for (const answer of answers) expect(numbers, answer).not.toContain(answer)
    }
  })

  test('a figure is the same whatever the answers are, where only what is given above differs', async () => {
    const shape = async (w: number): Promise<string> => {
      const { svg } = await sketch({
        title: 'Same',
        graph: compile(graph({ w }, { a: '2 + 3*w', J: 'a^2' })).graph,
      })
      return svg.replace(/<desc.*<\/desc>/, '')
    }
    expect(await shape(4)).toBe(await shape(3))
  })
})

describe('what a user wrote is text and nothing else', () => {
  const HOSTILE = `</text></svg><script>alert("1")</script>&amp;' onload='x ]]> \\href{x}{y} $\\frac12$ \uFFFE \u202E 世界`

  test.each(VIEWS)('a hostile title stays a title in the view %s', async view => {
    const { typesetter, texts } = quickTypesetter()
    const { svg } = await drawFigure(
      { title: HOSTILE, graph: compile(LAB_NETWORK_0).graph },
      { theme: 'light', view, typesetter },
    )
    const elements = elementsOf(svg)
    const shown = HOSTILE.replace('\uFFFE', '\uFFFD')
    expect(elements.find(({ name }) => name === 'title')?.text).toBe(shown)
    const lines = elements.filter(({ name }) => name === 'text').map(({ text }) => text)
    expect(lines.join(' ').replaceAll(/\s+/g, '')).toBe(shown.replaceAll(/\s+/g, ''))
    expect(texts.join()).not.toContain('href')
    expect(texts.join()).not.toContain('script')
  })

  test.each(Object.entries(BUILT_IN_GRAPHS))(
    '%s: only drawing elements and attributes occur',
    async (_, lab) => {
      const { svg } = await sketch({ title: HOSTILE, graph: compile(lab).graph })
      const names = new Set<string>()
      const attributes = new Set<string>()
      for (const element of elementsOf(svg)) {
        names.add(element.name)
        for (const [name, value] of Object.entries(element.attributes)) {
          attributes.add(name)
          if (name === 'href') expect(value).toMatch(/^#g[a-z0-9]+$/)
          if (name !== 'xmlns') expect(value).not.toContain('//')
        }
      }
      const drawing = 'svg title desc defs path rect circle g use text'.split(' ')
      expect([...names].filter(name => !drawing.includes(name))).toEqual([])
      const looks =
        'xmlns width height viewBox role aria-labelledby aria-describedby id data-box x y rx r cx cy d fill stroke stroke-width stroke-dasharray transform href font-family font-weight font-size'
      expect([...attributes].filter(name => !looks.split(' ').includes(name))).toEqual([])
    },
  )

  test('names with letters of other alphabets become ids and words of the description', async () => {
    const definition = graph({ βήτα: 1.5, é: 2 }, { Ωmega_1: 'βήτα*é', J: 'Ωmega_1^2' })
    const { svg, boxes } = await sketch({ title: 'Greek', graph: compile(definition).graph })
    expect([...boxes.keys()]).toContain('dJ_dΩmega_1')
    const elements = elementsOf(svg)
    expect(elements.some(({ attributes }) => attributes['id'] === 'box-dJ_dΩmega_1')).toBe(true)
    expect(elements.find(({ name }) => name === 'desc')?.text).toContain('Ωmega_1 = βήτα*é')
  })
})

test('a figure is an image with a title and a description in words', async () => {
  const { svg, width, height } = await sketch({
    title: 'A first network',
    graph: compile(LAB_NETWORK_0).graph,
  })
  const [root, title, description] = elementsOf(svg)
  expect(root).toMatchObject({
    name: 'svg',
    attributes: {
      role: 'img',
      'aria-labelledby': 'figure-title',
      'aria-describedby': 'figure-description',
      viewBox: `0 0 ${String(width)} ${String(height)}`,
    },
  })
  expect(title).toMatchObject({ name: 'title', attributes: { id: 'figure-title' }, text: 'A first network' })
  expect(description).toMatchObject({ name: 'desc', attributes: { id: 'figure-description' } })
  expect(description!.text).toBe(
    'A computation graph, drawn from left to right. Given: parameter w = 3. ' +
      'Nodes in order: a = 2 + 3*w, fed by w; J = a^2, fed by a. The output is J. ' +
      'Empty boxes to fill in, in order: value of a; value of J; ∂J/∂a; ∂a/∂w (local); ∂J/∂w.',
  )
})

describe('the figure of a page', () => {
  const onPage = (language: FigureLanguage, given: Given = 'drawn') => {
    const { typesetter, texts } = quickTypesetter()
    const source = { title: 'A simple neural network', graph: compile(LAB_NETWORK_1).graph }
    return drawFigure(source, { theme: 'page', view: 'boxes', given, language, typesetter }).then(figure => ({
      ...figure,
      texts,
    }))
  }

  test('has no title: the page has one', async () => {
    const { svg } = await onPage('en')
    expect(elementsOf(svg).filter(({ name }) => name === 'text')).toEqual([])
  })

  test('leaves room in the row for the gradient of each parameter and node, under its arrow', async () => {
    const { echoes, boxes } = await onPage('en')
    const gradients = echoes.flatMap(({ of, place }) =>
      of.kind === 'gradient' ? [{ box: of.box, place }] : [],
    )
    const asked = [...boxes.keys()].filter(id => id.startsWith('dJ_'))
    expect(gradients.map(({ box }) => box).sort()).toEqual(asked.sort())
    const top = Math.min(
      ...[...boxes].filter(([id]) => id.startsWith('d') && id !== 'd').map(([, { y }]) => y),
    )
    for (const { place } of gradients) expect(place.y + place.height, 'above all columns').toBeLessThan(top)
    const [d, under] = [boxes.get('d')!, gradients.find(({ box }) => box === 'dJ_dd')!.place]
    expect(under.y).toBeGreaterThan(d.y + d.height)
    expect([under.x, under.width]).toEqual([d.x, d.width])
  })

  test('leaves room for what a nudge does, once the factor is found, in numbers and in ε', async () => {
    const { echoes } = await onPage('en')
    const kindsOf = (id: string) =>
      echoes.flatMap(({ of }) => ('box' in of && of.box === id && of.kind !== 'gradient' ? [of.kind] : []))
    for (const id of ['dc_dw', 'da_dc', 'da_db', 'dd_da', 'dJ_dd'])
      expect(kindsOf(id)).toEqual(['thousandth', 'factor'])
    expect(kindsOf('dJ_dw')).toEqual([])
  })

  test('that is to serve learners with other values holds none of its own, but room for each', async () => {
    const { svg, echoes, texts } = await onPage('en', 'open')
    expect(echoes.flatMap(({ of }) => (of.kind === 'input' ? [of.name] : [])).sort()).toEqual([
      'b',
      'w',
      'x',
      'y',
    ])
    expect(texts.filter(tex => /-2|8|=/.test(tex) && tex !== '=')).toEqual([])
    const told = elementsOf(svg).find(({ name }) => name === 'desc')?.text
    expect(told).toMatch(/Given: (?:(?:parameter|data) [wbxy](?:; )?){4}\./)
  })

  test('speaks the language of the page', async () => {
    const { svg, texts } = await onPage('de')
    expect(texts).toEqual(expect.arrayContaining(['\\text{Parameter}', '\\text{Daten}', '\\text{Formeln}']))
    expect(svg).toContain(
      'Ein Berechnungsgraph, von links nach rechts gezeichnet. Gegeben: Parameter w = -2;',
    )
  })
})

describe('what is drawn', () => {
  const drawn = async (definition: Parameters<typeof compile>[0], view: View = 'boxes') => {
    const { typesetter, texts } = quickTypesetter()
    const { graph: compiled } = compile(definition)
    const figure = await drawFigure({ title: 'Test', graph: compiled }, { theme: 'light', view, typesetter })
    return { ...figure, texts, ids: [...figure.boxes.keys()].sort() }
  }

  test('every box that is asked, and no other', async () => {
    const boxes = ['J', 'dc_dx', 'dJ_dw', 'dJ_dx']
    const { ids } = await drawn({ ...LAB_NETWORK_1, boxes })
    expect(ids).toEqual([...boxes].sort())
  })

  test('the boxes of nodes that the output does not depend on, where they are asked', async () => {
    const definition = graph({ w: 2 }, { u: 'w + 1', J: 'w^2' }, { boxes: ['u', 'du_dw', 'J'] })
    expect((await drawn(definition)).ids).toEqual(['J', 'du_dw', 'u'])
  })

  test('data gets no derivative', async () => {
    const { ids } = await drawn(LAB_NETWORK_1)
    expect(ids.filter(id => /_d[xy]$/.test(id))).toEqual([])
  })

  test('with fan-out the gradient stands under the last consumer on the way back, the direct part marked', async () => {
    const { boxes, texts } = await drawn(FAN_OUT)
    const [total, factor, direct] = ['dJ_du', 'dv_du', 'local_dJ_du'].map(id => boxes.get(id)!)
    expect(total!.y).toBeGreaterThan(factor!.y)
    expect(Math.abs(total!.x - factor!.x)).toBeLessThan(Math.abs(total!.x - direct!.x))
    expect(texts.filter(tex => tex.includes('direct'))).toHaveLength(1)
  })

  test('a sum over many paths is cut in the middle', async () => {
    const users = Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [`u${String(i)}`, `w*${String(i + 2)}`]),
    )
    const { texts, ids } = await drawn(graph({ w: 2 }, { ...users, J: Object.keys(users).join(' + ') }))
    expect(texts).toContain('\\cdots')
    expect(ids).toContain('dJ_dw')
  })

  test('in the cascade each node holds its factors, and the output the gradient of what is nudged', async () => {
    expect((await drawn(LAB_NETWORK_0, 'cascade')).ids).toEqual(['dJ_da', 'dJ_dw', 'da_dw'])
    expect((await drawn(LAB_NETWORK_1, 'cascade')).ids).toEqual(
      ['dJ_dd', 'dd_da', 'da_dc', 'da_db', 'dc_dw', 'dJ_dw'].sort(),
    )
    expect((await drawn(graph({ w: 3 }, { J: 'w^2' }), 'cascade')).ids).toEqual(['dJ_dw'])
  })

  test('a graph without a parameter has a cascade in which nothing runs', async () => {
    const { ids, texts } = await drawn(graph({}, { a: 'x^2', J: 'a + 1' }, { data: { x: 3 } }), 'cascade')
    expect(ids).toEqual([])
    expect(texts).not.toContain('\\uparrow')
  })

  test('arrays are written out while they are small, and given by their space beyond', async () => {
    const definition = {
      inputs: [
        {
          name: 'W',
          role: 'parameter' as const,
          value: [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        },
        { name: 'x', role: 'data' as const, value: [0.5, -1] },
        { name: 'V', role: 'parameter' as const, value: Array.from({ length: 4 }, () => [1, 2, 3, 4]) },
      ],
      nodes: [
        { name: 'z', expression: 'matmul(W, x)' },
        { name: 'J', expression: 'sum(z^2) + sum(V)' },
      ],
      output: 'J',
    }
    const { texts, boxes, ids } = await drawn(definition)
    expect(texts).toContain('W=\\begin{pmatrix}1 & 2 \\\\ 3 & 4 \\\\ 5 & 6\\end{pmatrix}')
    expect(texts).toContain('x=\\left(0.5,\\; -1\\right)')
    expect(texts).toContain('V \\in \\mathbb{R}^{4 \\times 4}')
    expect(ids).toEqual(
      compile(definition)
        .graph.asked.map(box => box.id)
        .sort(),
    )
    expect(boxes.get('z')!.height).toBeGreaterThan(boxes.get('J')!.height)
    expect(boxes.get('dJ_dW')!.width).toBeGreaterThan(boxes.get('z')!.width)
  })

  test('an expression beyond measure is hinted at', async () => {
    const { texts, width } = await drawn(
      graph({ w: 1 }, { J: Array.from({ length: 500 }, () => 'w').join(' + ') }),
    )
    expect(texts).toContain('\\cdots')
    expect(width).toBeLessThan(2_000)
  })
})

describe('the pictures of the built-in graphs', () => {
  let typesetter: Typesetter
  beforeAll(async () => {
    typesetter = await createTypesetter()
  })

  const pictures = Object.entries(BUILT_IN_GRAPHS).flatMap(([key, lab]) =>
    VIEWS.map(view => [key, view, lab] as const),
  )
  test.each(pictures)('%s in the view %s has a plausible size and is well-formed', async (_, view, lab) => {
    const { graph: compiled } = compile(lab)
    const figure = await drawFigure(
      { title: lab.title, graph: compiled },
      { theme: 'dark', view, typesetter },
    )
    const nodes = compiled.nodes.length
    expect(figure.width).toBeGreaterThan(200 * nodes)
    expect(figure.width).toBeLessThan(400 * nodes)
    expect(figure.height).toBeGreaterThan(200)
    expect(figure.height).toBeLessThan(900)
    expect(figure.svg.length).toBeLessThan(15_000 * nodes)
    expect(elementsOf(figure.svg).length).toBeGreaterThan(20 * nodes)
    const inside = ([, { x, y, width, height }]: [
      string,
      Figure['boxes'] extends ReadonlyMap<string, infer Box> ? Box : never,
    ]) => x > 0 && y > 0 && x + width < figure.width && y + height < figure.height
    expect([...figure.boxes].every(inside)).toBe(true)
  })

  test('the same graph is drawn the same way twice', async () => {
    const source = { title: 'Twice', graph: compile(FAN_OUT).graph }
    const [first, second] = [1, 2].map(() =>
      drawFigure(source, { theme: 'light', view: 'boxes', typesetter }),
    )
    expect((await first)!.svg).toBe((await second)!.svg)
  })

  test('themes differ in colours alone', async () => {
    const source = { title: 'Themes', graph: compile(FAN_OUT).graph }
    const bare = async (theme: 'light' | 'dark'): Promise<string> =>
      (await drawFigure(source, { theme, view: 'boxes', typesetter })).svg.replaceAll(/#[0-9a-f]{6}/g, '')
    expect(await bare('dark')).toBe(await bare('light'))
    expect((await sketch(source, { theme: 'dark' })).svg).not.toBe((await sketch(source)).svg)
  })
})
