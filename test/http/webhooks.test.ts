import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { SCOPES } from '../../src/contracts/scopes.js'
import { webhookSchema, webhookWithSecretSchema } from '../../src/contracts/webhook.js'
import { createTestService, START, type Answer, type TestService } from '../support/service.js'

const BODY = { url: 'https://example.com/hook', events: ['attempt.graded'] }

let service: TestService
let tenant: { id: string; key: string }
let tenants = 0

beforeAll(async () => {
  service = await createTestService()
})
afterAll(() => service.close())
beforeEach(async () => {
  service.clock.now = START
  tenants += 1
  tenant = await service.tenant(`tenant-${String(tenants)}`)
  for (const course of ['algebra', 'geometry']) {
    await service.call(`PUT /v1/courses/${course}`, { key: tenant.key, body: { title: course } })
  }
})

const call = (route: string, body?: unknown, key = tenant.key): Promise<Answer> =>
  service.call(route, { key, ...(body === undefined ? {} : { body }) })

/** An attempt with everything right, on an assignment of a course. */
async function submit(course: string, learner = 'ada'): Promise<void> {
  await call(`PUT /v1/courses/${course}/assignments/week-1`, { graph: 'lab-network0' })
  const answers = { a: '11', J: 121, dJ_da: '22', da_dw: '3', dJ_dw: '66' }
  const answer = await call(`POST /v1/courses/${course}/assignments/week-1/attempts`, { learner, answers })
  expect(answer.status).toBe(201)
}

/** The deliveries of a webhook that a key is shown. */
async function deliveries(name: string, key = tenant.key): Promise<{ id: string; course: string }[]> {
  const { body } = await call(`GET /v1/webhooks/${name}/deliveries`, undefined, key)
  return (body as { items: { id: string; course: string }[] }).items
}

test('a webhook is made with a secret that is shown once, and replaced without another', async () => {
  const made = await call('PUT /v1/webhooks/book', BODY)
  expect(made.status).toBe(201)
  const { secret, ...view } = webhookWithSecretSchema.parse(made.body)
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(view).toEqual({
    key: 'book',
    ...BODY,
    course: null,
    format: 'standard',
    previousSecretUntil: null,
    createdAt: '2026-03-01T12:00:00.000Z',
    updatedAt: '2026-03-01T12:00:00.000Z',
  })

  service.clock.now += 1_000
  expect(await call('PUT /v1/webhooks/book', BODY)).toMatchObject({ status: 200, body: view })
  expect((await call('GET /v1/webhooks/book')).body).toEqual(view)

  const changed = {
    url: 'https://example.com/other',
    events: ['regrade.finished'],
    course: 'algebra',
    format: 'xapi',
  }
  const replaced = await call('PUT /v1/webhooks/book', changed)
  expect(replaced.status).toBe(200)
  expect(webhookSchema.parse(replaced.body)).toEqual({
    ...view,
    ...changed,
    updatedAt: '2026-03-01T12:00:01.000Z',
  })
  expect((await call('PUT /v1/webhooks/book', { ...changed, course: 'geometry' })).body).toMatchObject({
    course: 'geometry',
  })
  // What is left out is as if it had never been said.
  expect((await call('PUT /v1/webhooks/book', BODY)).body).toMatchObject({ course: null, format: 'standard' })
  expect(replaced.text + (await call('GET /v1/webhooks')).text).not.toContain('whsec_')
  const [stored] = await service.database.$queryRaw<{ secret: Uint8Array }[]>`
    SELECT secret FROM webhooks WHERE tenant_id = ${tenant.id}::uuid`
  expect(`whsec_${Buffer.from(stored!.secret).toString('base64')}`).toBe(secret)
})

test('a secret is changed for another, and both hold for as long as was asked', async () => {
  const { secret } = webhookWithSecretSchema.parse((await call('PUT /v1/webhooks/book', BODY)).body)
  const rotated = await call('POST /v1/webhooks/book/rotate', { previousSeconds: 60 })
  expect(rotated.status).toBe(200)
  const after = webhookWithSecretSchema.parse(rotated.body)
  expect(after.secret).not.toBe(secret)
  expect(after.previousSecretUntil).toBe('2026-03-01T12:01:00.000Z')
  service.clock.now += 60_000
  expect((await call('GET /v1/webhooks/book')).body).toMatchObject({ previousSecretUntil: null })
  const again = await call('POST /v1/webhooks/book/rotate')
  expect(again.body).toMatchObject({ previousSecretUntil: '2026-03-02T12:01:00.000Z' })
  const at = (previousSeconds: unknown) => call('POST /v1/webhooks/book/rotate', { previousSeconds })
  expect((await at(0)).body).toMatchObject({ previousSecretUntil: null })
  for (const wrong of [-1, 1.5, 604_801, '60']) expect((await at(wrong)).status).toBe(422)
})

test('a second change of the secret keeps the one that the receiver has, should the answer to the first be lost', async () => {
  const first = webhookWithSecretSchema.parse((await call('PUT /v1/webhooks/book', BODY)).body).secret
  const rotate = async (previousSeconds: number) => {
    const { body } = await call('POST /v1/webhooks/book/rotate', { previousSeconds })
    return webhookWithSecretSchema.parse(body)
  }
  const kept = async () => {
    const [stored] = await service.database.$queryRaw<{ previous: Uint8Array }[]>`
      SELECT previous_secret AS previous FROM webhooks WHERE tenant_id = ${tenant.id}::uuid`
    return `whsec_${Buffer.from(stored!.previous).toString('base64')}`
  }
  await rotate(60)
  service.clock.now += 59_999
  const { secret, previousSecretUntil } = await rotate(60)
  expect(previousSecretUntil).toBe('2026-03-01T12:01:59.999Z')
  expect(await kept()).toBe(first)
  // Once that is over, the secret that is replaced is kept.
  service.clock.now += 60_000
  const { secret: third } = await rotate(60)
  expect(await kept()).toBe(secret)
  // Without any time for it, none is.
  expect(await rotate(0)).toMatchObject({ previousSecretUntil: null })
  await rotate(60)
  expect(await kept()).not.toBe(secret)
  expect(await kept()).not.toBe(third)
})

test.each([
  ['http', { url: 'http://example.com/' }, 'invalid-webhook', '/url', 'url-not-allowed'],
  ['this machine', { url: 'https://127.0.0.1/' }, 'invalid-webhook', '/url', 'url-not-allowed'],
  ['metadata', { url: 'https://169.254.169.254/' }, 'invalid-webhook', '/url', 'url-not-allowed'],
  ['a password', { url: 'https://a:b@example.com/' }, 'invalid-webhook', '/url', 'url-not-allowed'],
  ['no course', { course: 'nowhere' }, 'invalid-webhook', '/course', 'unknown-course'],
  ['no URL', { url: undefined }, 'invalid-request', '/url', 'missing-field'],
  [
    'a long URL',
    { url: `https://example.com/${'a'.repeat(2_000)}` },
    'invalid-request',
    '/url',
    'out-of-range',
  ],
  ['no event', { events: [] }, 'invalid-request', '/events', 'out-of-range'],
  [
    'an event twice',
    { events: ['attempt.graded', 'attempt.graded'] },
    'invalid-request',
    '/events',
    'invalid',
  ],
  ['an unknown event', { events: ['attempt.erased'] }, 'invalid-request', '/events/0', 'unknown-value'],
  ['an unknown format', { format: 'xml' }, 'invalid-request', '/format', 'unknown-value'],
  ['a secret of its own', { secret: 'whsec_AAAA' }, 'invalid-request', '/secret', 'unknown-field'],
])('%s is refused', async (_name, change, code, path, entry) => {
  const answer = await call('PUT /v1/webhooks/book', { ...BODY, ...change })
  expect(answer).toMatchObject({ status: 422, body: { code, errors: [{ path, code: entry }] } })
  expect((await call('GET /v1/webhooks')).body).toEqual({ items: [], nextCursor: null })
})

test('a tenant has at most 20 webhooks, and may replace and delete them', async () => {
  const answers = await Promise.all(
    Array.from({ length: 24 }, (_, index) => call(`PUT /v1/webhooks/hook-${String(index)}`, BODY)),
  )
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(20)
  const refused = answers.filter(({ status }) => status !== 201)
  for (const answer of refused) {
    expect(answer).toMatchObject({ status: 409, body: { code: 'too-many-webhooks' } })
  }
  const { items } = (await call('GET /v1/webhooks')).body as { items: { key: string }[] }
  expect(items).toHaveLength(20)
  const [first] = items as [{ key: string }]
  expect((await call(`PUT /v1/webhooks/${first.key}`, { ...BODY, format: 'xapi' })).status).toBe(200)
  expect((await call('PUT /v1/webhooks/one-more', BODY)).status).toBe(409)
  expect((await call(`DELETE /v1/webhooks/${first.key}`)).status).toBe(204)
  expect((await call(`DELETE /v1/webhooks/${first.key}`)).status).toBe(404)
  expect((await call('PUT /v1/webhooks/one-more', BODY)).status).toBe(201)
})

test('a key that is restricted to courses touches the webhooks of those courses alone', async () => {
  const { key } = await service.key(tenant.id, SCOPES, ['algebra'])
  const hooks = {
    everywhere: BODY,
    there: { ...BODY, course: 'geometry' },
    here: { ...BODY, course: 'algebra' },
  }
  for (const [name, body] of Object.entries(hooks)) await call(`PUT /v1/webhooks/${name}`, body)
  const { items } = (await call('GET /v1/webhooks', undefined, key)).body as { items: { key: string }[] }
  expect(items.map(item => item.key)).toEqual(['here'])
  const refused = { status: 403, body: { code: 'course-not-allowed' } }
  await submit('geometry')
  for (const name of ['everywhere', 'there']) {
    const [delivery] = await deliveries(name)
    const resend = `POST /deliveries/${delivery?.id ?? ''}/resend`
    for (const route of ['GET', 'DELETE', 'POST /rotate', 'GET /deliveries', resend, 'PUT']) {
      const [method, rest = ''] = route.split(' ') as [string, string?]
      const body = method === 'PUT' ? hooks.here : undefined
      const answer = await call(`${method} /v1/webhooks/${name}${rest}`, body, key)
      expect(answer, `${route} ${name}`).toMatchObject({ status: 404, body: { code: 'not-found' } })
    }
  }
  expect(await call('PUT /v1/webhooks/new', hooks.everywhere, key)).toMatchObject(refused)
  expect(await call('PUT /v1/webhooks/here', hooks.there, key)).toMatchObject(refused)
  expect((await call('PUT /v1/webhooks/here', hooks.here, key)).status).toBe(200)
  expect((await call('PUT /v1/webhooks/new', hooks.here, key)).status).toBe(201)
  expect((await call('DELETE /v1/webhooks/here', undefined, key)).status).toBe(204)
  // Nothing of the others became another.
  expect((await call('GET /v1/webhooks/everywhere')).body).toMatchObject({ course: null })
  expect((await call('GET /v1/webhooks/there')).body).toMatchObject({ course: 'geometry' })
})

test('a webhook that was moved to another course shows and resends nothing of the course before', async () => {
  const { key } = await service.key(tenant.id, SCOPES, ['geometry'])
  await call('PUT /v1/webhooks/book', { ...BODY, course: 'algebra' })
  await submit('algebra')
  const [before] = await deliveries('book')
  await call('PUT /v1/webhooks/book', { ...BODY, course: 'geometry' })
  await submit('geometry')
  const resend = (id: string, as: string) => call(`POST /v1/webhooks/book/deliveries/${id}/resend`, {}, as)
  for (const as of [key, tenant.key]) {
    const shown = await deliveries('book', as)
    expect(shown).toMatchObject([{ course: 'geometry' }])
    expect((await resend(shown[0]!.id, as)).status).toBe(202)
    expect(await resend(before!.id, as)).toMatchObject({ status: 404, body: { code: 'not-found' } })
  }
  // A webhook of the whole tenant shows what it was told, of whatever course.
  await call('PUT /v1/webhooks/book', BODY)
  expect(await deliveries('book')).toMatchObject([{ course: 'algebra' }, { course: 'geometry' }])
})

test('deliveries are listed page by page, in one state or all, and what is no delivery of it is not found', async () => {
  await call('PUT /v1/webhooks/book', { ...BODY, events: ['attempt.graded', 'assignment.completed'] })
  await call('PUT /v1/webhooks/other', { ...BODY, events: ['regrade.finished'] })
  for (const learner of ['ada', 'bob']) await submit('algebra', learner)
  type Page = { items: { id: string; type: string; learner: string }[]; nextCursor: string | null }
  const page = async (query: string) => (await call(`GET /v1/webhooks/book/deliveries?${query}`)).body as Page
  const first = await page('limit=3&state=pending')
  const rest = await page(`limit=3&state=pending&cursor=${first.nextCursor ?? ''}`)
  const items = [...first.items, ...rest.items]
  expect(items.map(({ learner, type }) => `${learner} ${type}`)).toEqual([
    'ada attempt.graded',
    'ada assignment.completed',
    'bob attempt.graded',
    'bob assignment.completed',
  ])
  expect(rest.nextCursor).toBeNull()
  expect((await page('state=dead')).items).toEqual([])
  const wrong = [
    `state=dead&cursor=${first.nextCursor ?? ''}`,
    `cursor=${first.nextCursor ?? ''}`,
    'cursor=nonsense',
  ]
  for (const query of wrong) {
    const answer = await call(`GET /v1/webhooks/book/deliveries?${query}`)
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-cursor' } })
  }
  expect((await call('GET /v1/webhooks/book/deliveries?state=lost')).status).toBe(422)
  const { id } = items[0]!
  const stranger = await service.tenant(`stranger-${String(tenants)}`)
  await call('PUT /v1/webhooks/book', BODY, stranger.key)
  for (const [route, key] of [
    [`POST /v1/webhooks/other/deliveries/${id}/resend`, tenant.key],
    ['POST /v1/webhooks/book/deliveries/nonsense/resend', tenant.key],
    [`POST /v1/webhooks/book/deliveries/${id}/resend`, stranger.key],
  ] as const) {
    expect(await call(route, undefined, key), route).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    })
  }
  expect((await call('GET /v1/webhooks/book/deliveries', undefined, stranger.key)).body).toEqual({
    items: [],
    nextCursor: null,
  })
  expect(await call(`POST /v1/webhooks/book/deliveries/${id}/resend`)).toMatchObject({
    status: 202,
    body: { id },
  })
})
