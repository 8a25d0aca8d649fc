import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { buildApp } from '../../src/app.js'
import { pageGraphSchema, practiceGraphSchema } from '../../src/contracts/practice.js'
import { elementsOf, type Element } from '../support/figures.js'
import { BUILT_IN_GRAPHS } from '../support/lab-graphs.js'
import { temporaryFolder } from '../support/server.js'
import { createTestService, type Answer, type TestService } from '../support/service.js'

/** A title that ends whatever element, attribute or text it is put into. */
const HOSTILE = '</title></script><script>alert(1)</script>"\'><img src=x onerror=alert(1)> & \u2028 {{7*7}}'

const SQUARE = {
  title: 'Square',
  public: true,
  inputs: [{ name: 'w', role: 'parameter', value: 3 }],
  nodes: [{ name: 'J', expression: 'w^2' }],
  output: 'J',
}

const MANIFEST = {
  '_shared-A1.js': { file: 'assets/shared-A1.js', name: 'shared', imports: ['_deep-A2.js'] },
  '_deep-A2.js': { file: 'assets/deep-A2.js', name: 'deep' },
  'practice.tsx': {
    file: 'assets/practice-B2.js',
    name: 'practice',
    src: 'practice.tsx',
    isEntry: true,
    imports: ['_shared-A1.js'],
  },
  'learn.tsx': { file: 'assets/learn-C3.js', name: 'learn', src: 'learn.tsx', isEntry: true },
  'style.css': { file: 'assets/style-D4.css', src: 'style.css' },
}

let service: TestService
let built: FastifyInstance
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let plain: FastifyInstance

beforeAll(async () => {
  service = await createTestService()
  const { key } = await service.tenant('owner')
  await service.call('PUT /v1/graphs/open', { key, body: SQUARE })
  await service.call('PUT /v1/graphs/closed', { key, body: { ...SQUARE, public: false } })
  await service.call('PUT /v1/graphs/hostile', {
    key,
    body: { ...SQUARE, title: HOSTILE, description: HOSTILE },
  })
  const nodes = Array.from({ length: 151 }, (_, i) => ({
    name: `n${String(i)}`,
    expression: i === 0 ? 'w + 1' : `n${String(i - 1)} + 1`,
  }))
  await service.call('PUT /v1/graphs/large', { key, body: { ...SQUARE, nodes, output: 'n150' } })
  folder = await temporaryFolder()
  await mkdir(path.join(folder.path, '.vite'))
  await mkdir(path.join(folder.path, 'assets'))
  await writeFile(path.join(folder.path, '.vite', 'manifest.json'), JSON.stringify(MANIFEST))
  for (const { file } of Object.values(MANIFEST)) {
    const text = `/* ${file} */`
    await writeFile(path.join(folder.path, file), text)
    await writeFile(path.join(folder.path, `${file}.br`), brotliCompressSync(text))
    await writeFile(path.join(folder.path, `${file}.gz`), gzipSync(text))
  }
  await writeFile(path.join(folder.path, 'assets', 'secret.txt'), 'secret')
  const quiet = pino({ level: 'silent' })
  built = await buildApp(service.services, quiet, { webFolder: pathToFileURL(`${folder.path}/`) })
  plain = await buildApp(service.services, quiet, { webFolder: pathToFileURL(`${folder.path}/nowhere/`) })
})
afterAll(async () => {
  await built.close()
  await plain.close()
  await folder.remove()
  await service.close()
})

async function open(
  url: string,
  { app = built, headers = {} }: { app?: FastifyInstance; headers?: Record<string, string> } = {},
): Promise<Pick<Answer, 'status' | 'text' | 'headers'>> {
  const { statusCode: status, body: text, headers: answered } = await app.inject({ url, headers })
  return { status, text, headers: answered }
}

/** The elements of a page, which is written so that a strict parser reads it. */
function read(page: string): Element[] {
  expect(page.startsWith('<!doctype html>\n')).toBe(true)
  return elementsOf(page.slice(page.indexOf('\n') + 1))
}

const named = (elements: readonly Element[], name: string): Element[] =>
  elements.filter(element => element.name === name)

const pageDataSchema = z.strictObject({
  graph: pageGraphSchema,
  tenant: z.string().nullable(),
  language: z.string(),
})

function dataOf(page: string): z.infer<typeof pageDataSchema> {
  const block = read(page).find(({ attributes }) => attributes['id'] === 'page-data')
  return pageDataSchema.parse(JSON.parse(block!.text))
}

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

const PAGES = [
  ['/', 200],
  ['/?tenant=owner', 200],
  ['/graphs/lab-network0', 200],
  ['/graphs/hostile?tenant=owner', 200],
  ['/graphs/large?tenant=owner', 200],
  ['/graphs/unknown', 404],
  ['/learn', 200],
] as const

describe.each(PAGES)('%s', (url, status) => {
  test('stands under a policy that runs nothing but files of ours, and says so little as can be to others', async () => {
    const answer = await open(url)
    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy':
        url === '/learn' || status === 404 ? 'no-referrer' : 'strict-origin-when-cross-origin',
      'cache-control': url === '/learn' || status === 404 ? 'no-store' : 'no-cache',
      vary: url === '/learn' || status === 404 ? 'accept-language' : 'accept-encoding, accept-language',
    })
    expect(answer.headers['permissions-policy']).toContain('camera=()')
  })

  test.each(['en', 'de'])('is well-formed in %s, with nothing that its policy would refuse', async lang => {
    const { text } = await open(`${url}${url.includes('?') ? '&' : '?'}lang=${lang}`)
    const elements = read(text)
    expect(elements[0]).toMatchObject({ name: 'html', attributes: { lang } })
    for (const { name, attributes, text: inside } of elements) {
      for (const attribute of Object.keys(attributes)) expect(attribute).not.toMatch(/^(on|style$)/)
      expect(name).not.toMatch(/^(style|iframe|object|embed|base|form)$/)
      if (name === 'script') {
        expect(attributes['type']).toMatch(/^(module|application\/json)$/)
        if (attributes['type'] === 'module') expect(inside).toBe('')
      }
      for (const linked of ['src', 'href']) {
        expect(attributes[linked] ?? '/').toMatch(/^(\/(?!\/)|#|data:image\/svg)/)
      }
    }
    expect(named(elements, 'h1')).toHaveLength(1)
    expect(named(elements, 'main')).toHaveLength(1)
    expect(named(elements, 'title')).toHaveLength(named(elements, 'svg').length + 1)
    const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? [])
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('names files of the build alone, and those are there', async () => {
    const elements = read((await open(url)).text)
    const files = elements.flatMap(({ attributes }) =>
      [attributes['src'], attributes['href']].filter(file => file?.startsWith('/assets/') === true),
    )
    expect(files).toContain('/assets/style-D4.css')
    for (const file of files) expect((await open(file!)).status).toBe(200)
  })
})

describe('the first page', () => {
  test('says what this is, lists what is built in, and leads to the documentation', async () => {
    const elements = read((await open('/')).text)
    const links = named(elements, 'a').map(({ attributes }) => attributes['href'])
    for (const key of Object.keys(BUILT_IN_GRAPHS)) expect(links).toContain(`/graphs/${key}`)
    expect(links).toContain('/docs')
    const said = elements.map(({ text }) => text).join('\n')
    expect(said).toContain('Practise back-propagation on computation graphs')
    expect(said).toContain('13 boxes')
    for (const { title } of Object.values(BUILT_IN_GRAPHS)) expect(said).toContain(title)
    expect(named(elements, 'script')).toEqual([])
  })

  test("lists a tenant's public graphs, and of a tenant that is not there says the same as of one without any", async () => {
    const links = named(read((await open('/?tenant=owner')).text), 'a').map(
      ({ attributes }) => attributes['href'],
    )
    expect(links).toContain('/graphs/open?tenant=owner')
    expect(links.join()).not.toContain('closed')
    await service.tenant('empty')
    const [empty, nobody] = await Promise.all([open('/?tenant=empty'), open('/?tenant=nobody')])
    expect(empty.text.replaceAll('empty', 'nobody')).toBe(nobody.text)
  })
})

describe('the page of a graph', () => {
  test.each(Object.keys(BUILT_IN_GRAPHS))(
    '%s: holds its figure and just what its routes say of it',
    async key => {
      const { text } = await open(`/graphs/${key}`)
      const { graph, svg } = practiceGraphSchema.parse(
        (await service.call(`GET /practice/graphs/${key}`)).body,
      )
      expect(text).toContain(svg)
      expect(dataOf(text)).toEqual({ graph, tenant: null, language: 'en' })
      const elements = read(text)
      expect(named(elements, 'h1')[0]?.text).toBe(graph.title)
      expect(elements.find(({ attributes }) => attributes['id'] === 'app')).toMatchObject({
        name: 'main',
        attributes: { 'data-page': 'practice' },
      })
      expect(named(elements, 'noscript')).toHaveLength(1)
      const scripts = named(elements, 'script').flatMap(({ attributes }) => attributes['src'] ?? [])
      expect(scripts).toEqual(['/assets/practice-B2.js'])
      expect(
        named(elements, 'link')
          .filter(({ attributes }) => attributes['rel'] === 'modulepreload')
          .map(({ attributes }) => attributes['href']),
      ).toEqual(['/assets/shared-A1.js', '/assets/deep-A2.js'])
    },
  )

  test('too large to be drawn lists its boxes', async () => {
    const { text } = await open('/graphs/large?tenant=owner')
    expect(text).not.toContain('<svg')
    expect(dataOf(text)).toMatchObject({ tenant: 'owner', graph: { figure: null } })
    expect(named(read(text), 'li').some(element => element.text === 'n150')).toBe(true)
  })

  test('shows hostile texts as text', async () => {
    const { text } = await open('/graphs/hostile?tenant=owner')
    const elements = read(text)
    expect(named(elements, 'h1')[0]?.text).toBe(HOSTILE)
    expect(named(elements, 'title')[0]?.text).toBe(`${HOSTILE} – Chainmark`)
    expect(named(elements, 'meta').some(({ attributes }) => attributes['content'] === HOSTILE)).toBe(true)
    expect(named(elements, 'img')).toEqual([])
    expect(named(elements, 'script').map(({ attributes }) => attributes['type'])).toEqual([
      'module',
      'application/json',
    ])
    expect(dataOf(text).graph.title).toBe(HOSTILE)
    const index = read((await open('/?tenant=owner')).text)
    expect(named(index, 'a').some(element => element.text === HOSTILE)).toBe(true)
  })

  test('is not sent again to a client that has it', async () => {
    const { headers } = await open('/graphs/lab-network0')
    const etag = headers['etag'] as string
    const again = await open('/graphs/lab-network0', { headers: { 'if-none-match': `W/${etag}` } })
    expect(again).toMatchObject({
      status: 304,
      text: '',
      headers: { etag, 'content-security-policy': POLICY },
    })
    const other = await open('/graphs/lab-network0?lang=de', { headers: { 'if-none-match': etag } })
    expect(other.status).toBe(200)
  })

  test('does not mind what others add to an address', async () => {
    expect((await open('/graphs/lab-network0?utm_source=mail&fbclid=1')).status).toBe(200)
  })

  test.each([
    'unknown',
    'open',
    'closed?tenant=owner',
    'open?tenant=nobody',
    'open?tenant=owner&version=2',
    'lab-network0?tenant=owner',
    'lab-network0?version=0',
    'lab-network0?version=latest',
    'lab-network0?tenant=a%20b',
    'lab-network0?tenant=a&tenant=b',
    'a%20b',
    'x'.repeat(129),
  ])('%s: what is not public is not there, and people read so', async address => {
    const missing = await open('/graphs/nothing-of-that-key')
    const answer = await open(`/graphs/${address}`)
    expect(answer).toMatchObject({ status: 404, text: missing.text })
    expect(named(read(answer.text), 'h1')[0]?.text).toBe('There is nothing here')
  })
})

test('the page of an assignment is alike for everybody, and asks nobody else', async () => {
  const { text } = await open('/learn')
  const elements = read(text)
  // All that its script needs to know of it is the language.
  expect(elements.find(({ attributes }) => attributes['id'] === 'page-data')).toBeUndefined()
  expect(named(elements, 'html')[0]?.attributes['lang']).toBe('en')
  expect(elements.find(({ attributes }) => attributes['id'] === 'app')?.attributes['data-page']).toBe('learn')
  expect(named(elements, 'script').flatMap(({ attributes }) => attributes['src'] ?? [])).toEqual([
    '/assets/learn-C3.js',
  ])
  expect((await open('/learn?token=cl_x')).text).toBe(text)
})

describe('the language', () => {
  test.each([
    [undefined, 'en'],
    ['de', 'de'],
    ['de-CH, en;q=0.8', 'de'],
    ['en-GB, de;q=0.9', 'en'],
    ['en;q=0.4, de;q=0.5', 'de'],
    ['fr, de;q=0.1', 'de'],
    ['fr', 'en'],
    ['de;q=0', 'en'],
    ['de;q=x', 'en'],
    ['dentist', 'en'],
    [',;;q=,', 'en'],
  ])('of a browser that asks for %s is %s', async (header, language) => {
    const headers: Record<string, string> = header === undefined ? {} : { 'accept-language': header }
    expect(read((await open('/', { headers })).text)[0]?.attributes['lang']).toBe(language)
  })

  test('that the address chooses is kept in links; one that we have not is not chosen', async () => {
    const chosen = read((await open('/?lang=de', { headers: { 'accept-language': 'en' } })).text)
    expect(chosen[0]?.attributes['lang']).toBe('de')
    const links = named(chosen, 'a').map(({ attributes }) => attributes['href'])
    expect(links).toContain('/graphs/lab-network0?lang=de')
    expect(links).toContain('/?lang=en')
    const other = await open('/?lang=tlh', { headers: { 'accept-language': 'de' } })
    expect(read(other.text)[0]?.attributes['lang']).toBe('de')
  })
})

describe('files of the pages', () => {
  test('are kept for ever, and typed', async () => {
    for (const [file, type] of [
      ['practice-B2.js', 'application/javascript; charset=utf-8'],
      ['style-D4.css', 'text/css; charset=utf-8'],
    ]) {
      const { status, headers, text } = await open(`/assets/${file!}`)
      expect(status).toBe(200)
      expect(text).toBe(`/* assets/${file!} */`)
      expect(headers).toMatchObject({
        'content-type': type,
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
      })
    }
  })

  test.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const)('are sent as %s to who can read it', async (coding, decode) => {
    const headers = { 'accept-encoding': `identity;q=0.5, ${coding}` }
    const answer = await built.inject({ url: '/assets/practice-B2.js', headers })
    expect(answer.headers).toMatchObject({
      'content-encoding': coding,
      'content-type': 'application/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    })
    expect(decode(answer.rawPayload).toString()).toBe('/* assets/practice-B2.js */')
    const plain = await open('/assets/practice-B2.js')
    expect([plain.headers['content-encoding'], plain.headers['vary']]).toEqual([undefined, 'accept-encoding'])
    expect(plain.headers['etag']).not.toBe(answer.headers['etag'])
  })

  test.each([
    'practice-B2.js.br',
    'practice-B2.js.gz',
    'style-D4.css.br',
    'secret.txt',
    'practice.js',
    '',
    '../.vite/manifest.json',
    '..%2f.vite%2fmanifest.json',
    '%2e%2e/.vite/manifest.json',
    '.vite/manifest.json',
    'practice-B2.js%00',
    '..\\secret.txt',
  ])('%s is none', async file => {
    const { status, headers, text } = await open(`/assets/${file}`)
    expect([400, 403, 404]).toContain(status)
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(text).not.toContain('secret')
  })
})

describe('where the pages were not built', () => {
  test('a graph is shown, and that its script is missing', async () => {
    const { status, text } = await open('/graphs/lab-network0', { app: plain })
    expect(status).toBe(200)
    const elements = read(text)
    expect(named(elements, 'svg')).toHaveLength(1)
    expect(text).toContain('The script of this page is missing on this server')
    expect(named(elements, 'script').map(({ attributes }) => attributes['type'])).toEqual([
      'application/json',
    ])
    expect((await open('/assets/practice-B2.js', { app: plain })).status).toBe(404)
  })

  test('an assignment says so, and the first page is as ever', async () => {
    expect((await open('/learn', { app: plain })).text).toContain('The script of this page is missing')
    expect((await open('/', { app: plain })).status).toBe(200)
  })
})

test('who may show the pages in a frame is as configured', async () => {
  const app = await buildApp(service.services, pino({ level: 'silent' }), {
    frameAncestors: ["'self'", 'https://lms.example'],
  })
  const { headers } = await open('/learn', { app })
  expect(headers['content-security-policy']).toBe(`${POLICY} https://lms.example`)
  await app.close()
})

test.each([
  ['/nothing', 404, 'application/problem+json; charset=utf-8'],
  ['/graphs', 404, 'application/problem+json; charset=utf-8'],
  ['/v1/graphs', 401, 'application/problem+json; charset=utf-8'],
  ['/graphql', 401, 'application/json; charset=utf-8'],
  ['/learn/session', 401, 'application/problem+json; charset=utf-8'],
  ['/livez', 200, 'application/json; charset=utf-8'],
  ['/docs', 200, 'text/html; charset=utf-8'],
  ['/openapi.json', 200, 'application/json; charset=utf-8'],
])('%s is what it was before there were pages', async (url, status, type) => {
  const answer = await open(url)
  expect(answer).toMatchObject({ status, headers: { 'content-type': type } })
  expect(answer.headers['content-security-policy']).not.toBe(POLICY)
})
