import { afterAll, beforeAll, expect, test } from 'vitest'
import { ENTRIES, PROBLEMS } from '../../src/errors.js'
import { RIGHTS } from '../../src/http/rights.js'
import { createTestService, type TestService } from '../support/service.js'

type Operation = {
  summary?: string
  security?: unknown[]
  requestBody?: { content: Record<string, { example?: unknown }> }
  responses: Record<string, { content?: Record<string, unknown> }>
}
type Document = {
  openapi: string
  info: { description: string }
  paths: Record<string, Record<string, Operation>>
}

let service: TestService
let document: Document

beforeAll(async () => {
  service = await createTestService()
  document = (await service.call('GET /openapi.json')).body as Document
})
afterAll(() => service.close())

const guarded = [...RIGHTS].filter(([, right]) => right !== 'open' && right !== 'any-key')

test.each(guarded)('%s is documented with its scope %s and its refusals', (route, scope) => {
  const [method, url] = route.split(' ') as [string, string]
  const operation = document.paths[url.replaceAll(/:(\w+)/g, '{$1}')]![method.toLowerCase()]!
  expect(operation.summary).toBeTruthy()
  expect(JSON.stringify(operation)).toContain(scope)
  expect(operation.security).toEqual([scope === 'session' ? { session: [] } : { key: [] }])
  for (const status of ['4XX', '5XX']) {
    expect(Object.keys(operation.responses[status]!.content!)).toEqual(['application/problem+json'])
  }
})

test('every body is documented with an example that the service takes for what it is', async () => {
  const { key } = await service.tenant('reader')
  await service.call('PUT /v1/courses/course', { key, body: { title: 'Course' } })
  await service.call('PUT /v1/courses/course/assignments/assignment', {
    key,
    body: { graph: 'lab-network0' },
  })
  const opened = await service.call('POST /v1/courses/course/assignments/assignment/sessions', {
    key,
    body: { learner: 'student-42' },
  })
  const { token } = opened.body as { token: string }
  let tried = 0
  for (const [url, operations] of Object.entries(document.paths)) {
    for (const [method, { requestBody }] of Object.entries(operations)) {
      if (requestBody === undefined) continue
      const { example } = requestBody.content['application/json']!
      expect(example, `${method} ${url}`).toBeDefined()
      const path = url
        .replace('{graph}', url.endsWith('grade') ? 'lab-network0' : 'graph')
        .replaceAll(/[{}]/g, '')
      const right = RIGHTS.get(`${method.toUpperCase()} ${url}`) === 'session' ? token : key
      const answer = await service.call(`${method.toUpperCase()} ${path}`, { key: right, body: example })
      expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300)
      tried += 1
    }
  }
  expect(tried).toBeGreaterThan(6)
})

test('the document lists every code of the registry', () => {
  for (const code of [...Object.keys(PROBLEMS), ...Object.keys(ENTRIES)]) {
    expect(document.info.description).toContain(`\`${code}\``)
  }
})

test('the page at /docs loads nothing from elsewhere', async () => {
  const page = await service.call('GET /docs')
  expect(page.status).toBe(200)
  const linked = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!)
  expect(linked.length).toBeGreaterThan(2)
  for (const url of linked) {
    expect(url).toMatch(/^\.?\/(?!\/)/)
    expect((await service.call(`GET ${new URL(url, 'http://localhost/docs').pathname}`)).status).toBe(200)
  }
  expect(page.headers['content-security-policy']).toContain("default-src 'self'")
})
