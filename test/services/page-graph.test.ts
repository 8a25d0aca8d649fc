import { expect, test } from 'vitest'
import { pageGraphSchema } from '../../src/contracts/practice.js'
import { Refusal, type ProblemCode } from '../../src/errors.js'
import type { DrawnFigure, FigureStore } from '../../src/services/draw-figure.js'
import { pageGraphOf } from '../../src/services/page-graph.js'
import { LAB_NETWORK_0 } from '../support/lab-graphs.js'
import { publish } from '../support/grading.js'

const GRAPH = {
  graphId: '0',
  key: 'lab-network0',
  version: 1,
  builtIn: true,
  definition: LAB_NETWORK_0,
  published: publish(LAB_NETWORK_0).published,
}

const FIGURE: DrawnFigure = {
  svg: '<svg/>',
  width: 300,
  height: 200,
  boxes: new Map([['a', { x: 1, y: 2, width: 3, height: 4 }]]),
  echoes: [{ of: { kind: 'gradient', box: 'dJ_da' }, place: { x: 5, y: 6, width: 7, height: 8 } }],
  tag: '',
}

test('what is given is as in the inputs, and one figure without values serves all who have others', async () => {
  const asked: Parameters<FigureStore['get']>[] = []
  const inputs = new Map([['w', 7]])
  const figures: Pick<FigureStore, 'get'> = {
    get: (...question) => {
      asked.push(question)
      return Promise.resolve(FIGURE)
    },
  }
  const { graph, svg } = await pageGraphOf({ figures }, GRAPH, { language: 'de', inputs })
  expect(pageGraphSchema.parse(graph).inputs).toEqual([{ name: 'w', role: 'parameter', value: 7 }])
  expect(svg).toBe('<svg/>')
  expect(graph.figure).toEqual({ width: 300, height: 200 })
  expect(graph.boxes.map(({ id, place }) => [id, place])).toEqual([
    ['a', { x: 1, y: 2, width: 3, height: 4 }],
    ...['J', 'dJ_da', 'da_dw', 'dJ_dw'].map(id => [id, null]),
  ])
  expect(graph.echoes).toEqual([
    { kind: 'gradient', of: 'dJ_da', place: { x: 5, y: 6, width: 7, height: 8 } },
  ])
  expect(graph.valuesApart).toBe(true)
  expect(asked).toEqual([[GRAPH, { theme: 'page', view: 'boxes', given: 'open', language: 'de' }]])
  const own = await pageGraphOf({ figures }, GRAPH, { language: 'en' })
  expect(own.graph.inputs[0]?.value).toBe(3)
  expect(own.graph.valuesApart).toBe(false)
})

test.each<ProblemCode>(['figure-too-large', 'figure-not-drawn'])(
  'where a figure is refused as %s the boxes are a list',
  async code => {
    const figures = { get: () => Promise.reject(new Refusal(code, 'no')) }
    const { graph, svg } = await pageGraphOf({ figures }, GRAPH, { language: 'en' })
    expect(svg).toBeNull()
    expect(pageGraphSchema.parse(graph).figure).toBeNull()
    expect(graph.valuesApart).toBe(true)
    expect(graph.boxes.map(({ place }) => place)).toEqual([null, null, null, null, null])
  },
)

test('a figure that is only late is not said to be missing: the question is to be asked again', async () => {
  const refusal = new Refusal('unavailable', 'no', [], 5)
  const figures = { get: () => Promise.reject(refusal) }
  await expect(pageGraphOf({ figures }, GRAPH, { language: 'en' })).rejects.toBe(refusal)
})

test('what is no refusal to draw is not kept quiet', async () => {
  const figures = { get: () => Promise.reject(new Error('a bug')) }
  await expect(pageGraphOf({ figures }, GRAPH, { language: 'en' })).rejects.toThrow('a bug')
})
