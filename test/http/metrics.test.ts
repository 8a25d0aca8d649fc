import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildApp } from '../../src/app.js'
import { createMetrics, type Metrics } from '../../src/http/metrics.js'
import { serveMetrics } from '../../src/http/metrics-server.js'
import { createTestService, type TestService } from '../support/service.js'

let service: TestService
let metrics: Metrics
let text: string

/** Found nowhere in what is shown. */
const TELLING = [
  'telltale-tenant',
  'telltale-course',
  'telltale-week',
  'telltale-learner',
  'telltale-nowhere',
]

beforeAll(async () => {
  service = await createTestService()
  const tenant = await service.tenant('telltale-tenant')
  metrics = createMetrics()
  const app = await buildApp(service.services, pino({ level: 'silent' }), {
    metrics,
    rateLimits: { perKey: 0, practice: 1, failedKeys: 0 },
  })
  const send = (method: 'GET' | 'PUT' | 'POST', url: string, body?: unknown) =>
    app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${tenant.key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
  const course = '/v1/courses/telltale-course'
  const assignment = `${course}/assignments/telltale-week`
  const statuses = [
    await send('PUT', course, { title: 'telltale-course' }),
    await send('PUT', assignment, { graph: 'lab-network0' }),
    await send('POST', `${assignment}/attempts`, { learner: 'telltale-learner', answers: { a: '11' } }),
    await send('POST', `${assignment}/attempts`, { learner: 'telltale-learner', answers: { telltale: '1' } }),
    await send('GET', `${course}/learners/telltale-learner/progress`),
    await send('GET', '/telltale-nowhere'),
    await send('POST', '/v1/graphs/lab-network0/grade', { answers: { a: '11' } }),
    await send('POST', '/v1/graphs/lab-network0/grade', { answers: { a: '11' } }),
  ].map(answer => answer.statusCode)
  expect(statuses).toEqual([201, 201, 201, 422, 200, 404, 200, 429])
  metrics.writer.flushed({
    size: 500,
    statements: 7,
    seconds: 0.02,
    waitSeconds: 0.3,
    queuedSeconds: [0.004, 0.004],
    outcome: 'failed',
  })
  metrics.shed('queue')
  text = await metrics.text()
  await app.close()
})
afterAll(() => service.close())

describe('the metrics', () => {
  const attempts = 'method="POST",route="/v1/courses/:course/assignments/:assignment/attempts"'
  test.each([
    [
      'requests by route and status',
      `chainmark_http_request_duration_seconds_count{${attempts},status="2xx"} 1`,
    ],
    ['refusals', `chainmark_http_request_duration_seconds_count{${attempts},status="4xx"} 1`],
    [
      'addresses without a route under one name',
      'chainmark_http_request_duration_seconds_count{method="GET",route="none",status="4xx"} 1',
    ],
    ['requests under way', 'chainmark_http_requests_in_flight '],
    ['requests shed', 'chainmark_http_requests_shed_total{reason="queue"} 1'],
    ['requests limited', 'chainmark_http_requests_limited_total{limit="practice"} 1'],
    ['flushes', 'chainmark_writer_flush_duration_seconds_bucket{le="0.025",outcome="failed"} 1'],
    ['sizes of batches', 'chainmark_writer_batch_size_sum 500'],
    ['statements of a flush', 'chainmark_writer_flush_statements_bucket{le="6"} 0'],
    ['waits for a connection', 'chainmark_writer_connection_wait_seconds_bucket{le="0.25"} 0'],
    ['time in the queue, of each submission', 'chainmark_writer_queue_seconds_bucket{le="0.005"} 2'],
    ['the depth of the queue', 'chainmark_writer_queue_depth 0'],
    ['how deep it may be', 'chainmark_writer_queue_capacity '],
    ['memory of the process', 'process_resident_memory_bytes '],
    ['lateness of the event loop', 'nodejs_eventloop_lag_p99_seconds '],
  ])('show %s', (_name, line) => {
    expect(text).toContain(`\n${line}`)
  })

  test.each(TELLING)('say nothing of %s', name => {
    expect(text).not.toContain(name)
  })

  test('have no labels but those known to be harmless', () => {
    const labels = new Set([...text.matchAll(/[{,](\w+)="/g)].map(([, label]) => label))
    const ours = ['method', 'route', 'status', 'reason', 'limit', 'outcome', 'le']
    const nodes = ['kind', 'space', 'type', 'version', 'major', 'minor', 'patch']
    expect([...labels].filter(label => ![...ours, ...nodes].includes(label!))).toEqual([])
  })

  test('are not routes of the API', async () => {
    expect((await service.call('GET /metrics')).status).toBe(404)
  })
})

describe('their own port', () => {
  test.each([
    ['GET', '/metrics', 200],
    ['POST', '/metrics', 404],
    ['GET', '/', 404],
    ['GET', '/livez', 404],
  ])('%s %s answers %i', async (method, path, status) => {
    const server = await serveMetrics(metrics, { host: '127.0.0.1', port: 0, onError: () => undefined })
    try {
      const answer = await fetch(`http://127.0.0.1:${String(server.port)}${path}`, { method })
      expect(answer.status).toBe(status)
      const body = await answer.text()
      if (status === 200) {
        expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4')
        expect(body).toContain('chainmark_writer_batch_size_sum 500')
      }
    } finally {
      await server.close()
    }
  })

  test('what fails inside is told to us and not to who asked', async () => {
    const told: unknown[] = []
    const broken = { contentType: 'text/plain', text: () => Promise.reject(new Error('broken inside')) }
    const server = await serveMetrics(broken, {
      host: '127.0.0.1',
      port: 0,
      onError: error => told.push(error),
    })
    const answer = await fetch(`http://127.0.0.1:${String(server.port)}/metrics`)
    expect(answer.status).toBe(500)
    expect(await answer.text()).toBe('')
    expect(told).toHaveLength(1)
    await server.close()
  })

  test('a port that is taken is refused', async () => {
    const options = { host: '127.0.0.1', onError: () => undefined }
    const first = await serveMetrics(metrics, { ...options, port: 0 })
    await expect(serveMetrics(metrics, { ...options, port: first.port })).rejects.toThrow(/EADDRINUSE/)
    await first.close()
  })
})
