import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Refusal } from '../../src/errors.js'
import { createFigureStore } from '../../src/services/draw-figure.js'
import type { FigurePool } from '../../src/services/figure-pool.js'
import type { FigureJob } from '../../src/services/figure-worker.js'
import { findGraph } from '../../src/services/graph-library.js'
import { elementsOf } from '../support/figures.js'
import { createTestService, type Answer, type TestService } from '../support/service.js'

let service: TestService
let tenantId: string
let key: string

beforeAll(async () => {
  service = await createTestService()
  const tenant = await service.tenant('owner')
  tenantId = tenant.id
  key = tenant.key
})
afterAll(() => service.close())

function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return service.call(`GET /v1/graphs/${path}`, { key, headers })
}

const SQUARE = {
  title: 'Square',
  inputs: [{ name: 'w', role: 'parameter', value: 3 }],
  nodes: [{ name: 'J', expression: 'w^2' }],
  output: 'J',
}

describe('a figure', () => {
  test('is an SVG document with every asked box, under a policy that lets it load and run nothing', async () => {
    const { status, headers, text } = await get('lab-network1/figure.svg')
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'image/svg+xml; charset=utf-8',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
    })
    const { body } = await get('lab-network1')
    const asked = (body as { boxes: { id: string }[] }).boxes.map(box => box.id)
    const drawn = elementsOf(text).flatMap(({ attributes }) => attributes['data-box'] ?? [])
    expect(drawn.sort()).toEqual(asked.sort())
  })

  test('looks different in each theme and view', async () => {
    const looks = await Promise.all(
      [
        'theme=light&view=boxes',
        'theme=dark&view=boxes',
        'theme=light&view=cascade',
        'theme=dark&view=cascade',
      ].map(query => get(`fan-out/figure.svg?${query}`)),
    )
    expect(looks.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(new Set(looks.map(({ text }) => text)).size).toBe(4)
    expect((await get('fan-out/figure.svg')).text).toBe(looks[0]!.text)
  })

  test.each(['fan-out', 'lab-network0', 'logistic-neuron', 'linear-regression', 'two-layer-network'])(
    '%s is drawn',
    async graph => {
      const { status, text } = await get(`${graph}/figure.svg`)
      expect(status).toBe(200)
      expect(elementsOf(text)[0]).toMatchObject({ name: 'svg', attributes: { role: 'img' } })
    },
  )

  test('is of the latest version unless another is asked for', async () => {
    await service.call('PUT /v1/graphs/versions', { key, body: SQUARE })
    await service.call('PUT /v1/graphs/versions', { key, body: { ...SQUARE, title: 'Squared' } })
    expect((await get('versions/figure.svg')).text).toContain('<title id="figure-title">Squared</title>')
    expect((await get('versions/figure.svg?version=1')).text).toContain(
      '<title id="figure-title">Square</title>',
    )
    expect(await get('versions/figure.svg?version=3')).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    })
  })

  test('is not sent again to a client that has it', async () => {
    const first = await get('lab-network0/figure.svg')
    const etag = first.headers['etag'] as string
    expect(etag).toMatch(/^"[\w-]{43}"$/)
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await get('lab-network0/figure.svg', { 'if-none-match': known })
      expect(again).toMatchObject({ status: 304, text: '', headers: { etag } })
    }
    expect((await get('lab-network0/figure.svg', { 'if-none-match': '"other"' })).status).toBe(200)
    expect((await get('lab-network0/figure.svg?theme=dark', { 'if-none-match': etag })).status).toBe(200)
  })

  test.each([
    ['theme=pink', { path: '/query/theme', code: 'unknown-value' }],
    ['view=', { path: '/query/view', code: 'unknown-value' }],
    ['version=latest', { path: '/query/version', code: 'wrong-format' }],
    ['colour=red', { path: '/query/colour', code: 'unknown-field' }],
  ])('%s is refused', async (query, error) => {
    expect(await get(`lab-network0/figure.svg?${query}`)).toMatchObject({
      status: 422,
      body: { code: 'invalid-request', errors: [error] },
    })
  })

  test("of another tenant's graph is not there, like one that nobody has", async () => {
    await service.call('PUT /v1/graphs/mine', { key, body: SQUARE })
    const stranger = await service.tenant('stranger')
    const [hidden, missing] = await Promise.all(
      ['mine', 'nobodys'].map(graph =>
        service.call(`GET /v1/graphs/${graph}/figure.svg`, { key: stranger.key }),
      ),
    )
    expect(hidden).toMatchObject({ status: 404, body: { code: 'not-found' } })
    expect(hidden!.body).toEqual(missing!.body)
  })

  test('of more than 150 nodes is refused', async () => {
    const chain = (count: number) => ({
      ...SQUARE,
      nodes: Array.from({ length: count }, (_, i) => ({
        name: `n${String(i)}`,
        expression: i === 0 ? 'w^2' : `n${String(i - 1)} + 1`,
      })),
      output: `n${String(count - 1)}`,
      boxes: ['n0'],
    })
    await service.call('PUT /v1/graphs/large', { key, body: chain(151) })
    expect(await get('large/figure.svg')).toMatchObject({
      status: 422,
      body: {
        code: 'figure-too-large',
        detail: 'Graphs of up to 150 nodes are drawn; this one has 151.',
      },
    })
    await service.call('PUT /v1/graphs/largest', { key, body: chain(150) })
    expect((await get('largest/figure.svg')).status).toBe(200)
  })

  test('shows a hostile title as text', async () => {
    const title = '</title><script>alert(1)</script>'
    await service.call('PUT /v1/graphs/hostile', { key, body: { ...SQUARE, title } })
    const { text } = await get('hostile/figure.svg')
    expect(elementsOf(text).filter(({ name }) => name === 'script')).toEqual([])
    expect(elementsOf(text).find(({ name }) => name === 'title')?.text).toBe(title)
  })
})

describe('places of an author', () => {
  const body = {
    ...SQUARE,
    nodes: [
      { name: 'a', expression: '2*w' },
      { name: 'J', expression: 'a^2' },
    ],
  }
  const put = (places: unknown) =>
    service.call('PUT /v1/graphs/placed', { key, body: { ...body, figure: { places } } })

  test('are published, read back and drawn', async () => {
    const places = [
      { name: 'a', column: 0, row: 0 },
      { name: 'J', column: 1, row: 1 },
    ]
    expect(await put(places)).toMatchObject({ status: 201, body: { figure: { places } } })
    expect((await get('placed')).body).toMatchObject({ figure: { places } })
    const boxes = elementsOf((await get('placed/figure.svg')).text)
    const top = (id: string) =>
      Number(boxes.find(({ attributes }) => attributes['data-box'] === id)!.attributes['y'])
    expect(top('J')).toBeGreaterThan(top('a') + 100)
  })

  test.each([
    [[{ name: 'q', column: 0, row: 0 }], { path: '/figure/places/0/name', code: 'unplaceable-name' }],
    [
      [
        { name: 'a', column: 1, row: 0 },
        { name: 'J', column: 1, row: 0 },
      ],
      { path: '/figure/places/1', code: 'place-taken' },
    ],
    [
      [
        { name: 'a', column: 1, row: 0 },
        { name: 'J', column: 0, row: 0 },
      ],
      { path: '/figure/places/1/column', code: 'place-not-right' },
    ],
  ])('%j cannot be published', async (places, error) => {
    expect(await put(places)).toMatchObject({ status: 422, body: { code: 'invalid-graph', errors: [error] } })
  })

  test.each([
    [[{ name: 'a', column: -1, row: 0 }], { path: '/figure/places/0/column', code: 'out-of-range' }],
    [[{ name: 'a', column: 1000, row: 0 }], { path: '/figure/places/0/column', code: 'out-of-range' }],
    [[{ name: 'a', column: 0.5, row: 0 }], { path: '/figure/places/0/column' }],
    [[{ name: 'a', column: 0 }], { path: '/figure/places/0/row', code: 'missing-field' }],
    [[{ name: 'a', column: 0, row: 0, x: 1 }], { path: '/figure/places/0/x', code: 'unknown-field' }],
    [{ a: 1 }, { path: '/figure/places', code: 'wrong-type' }],
  ])('%j does not have the form', async (places, error) => {
    expect(await put(places)).toMatchObject({
      status: 422,
      body: { code: 'invalid-request', errors: [error] },
    })
  })
})

describe('the store of figures', () => {
  const look = { theme: 'light', view: 'boxes' } as const
  const figure = { svg: '<svg/>', width: 1, height: 1, boxes: new Map<string, never>(), echoes: [] }

  function storeOver(draw: FigurePool['draw']) {
    let count = 0
    const store = createFigureStore({
      draw: job => {
        count += 1
        return draw(job)
      },
      close: () => Promise.resolve(),
    })
    return { store, drawn: () => count }
  }
  const find = (graph: string) => findGraph(service.services.library, tenantId, graph)

  test('draws a figure once for all that ask at once or later', async () => {
    const { store, drawn } = storeOver(() => new Promise(resolve => setImmediate(resolve, figure)))
    const graph = await find('lab-network0')
    const answers = await Promise.all([1, 2, 3, 4].map(() => store.get(graph, look)))
    expect(new Set(answers.map(answer => answer.tag)).size).toBe(1)
    await store.get(graph, look)
    expect(drawn()).toBe(1)
    await store.get(graph, { ...look, theme: 'dark' })
    await store.get(await find('fan-out'), look)
    expect(drawn()).toBe(3)
  })

  test('draws a version without values once, whoever is to fill it in', async () => {
    const asked: FigureJob[] = []
    const { store, drawn } = storeOver(job => {
      asked.push(job)
      return Promise.resolve(figure)
    })
    const graph = await find('lab-network1')
    for (let round = 0; round < 3; round += 1) {
      await store.get(graph, look)
      await store.get(graph, { ...look, given: 'open' })
    }
    expect(drawn()).toBe(2)
    expect(asked.map(({ given }) => given)).toEqual([undefined, 'open'])
  })

  test('does not try again at once what took too much', async () => {
    const { store, drawn } = storeOver(() =>
      Promise.reject(new Refusal('figure-not-drawn', 'too slow', [], 30)),
    )
    const graph = await find('lab-network0')
    for (let round = 0; round < 3; round += 1) {
      await expect(store.get(graph, look)).rejects.toMatchObject({ code: 'figure-not-drawn', retryAfter: 30 })
    }
    expect(drawn()).toBe(1)
  })

  test('tries again what failed for another reason', async () => {
    const { store, drawn } = storeOver(() => Promise.reject(new Refusal('unavailable', 'busy')))
    const graph = await find('lab-network0')
    for (let round = 0; round < 2; round += 1) {
      await expect(store.get(graph, look)).rejects.toMatchObject({ code: 'unavailable' })
    }
    expect(drawn()).toBe(2)
  })
})
