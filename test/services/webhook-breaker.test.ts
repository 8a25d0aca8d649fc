import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Post } from '../../src/services/deliver-webhook.js'
import { createTestService, START, type TestService } from '../support/service.js'
import { createSending, type Sending } from '../support/webhooks.js'

const DAY = 24 * 3_600_000

let service: TestService
let sending: Sending
let tenants = 0

beforeAll(async () => {
  service = await createTestService()
})
afterAll(() => service.close())
beforeEach(async () => {
  service.clock.now = START
  tenants += 1
  sending = await createSending(service, `tenant-${String(tenants)}`)
})
afterEach(() => {
  expect(sending.errors).toEqual([])
})

/** A network whose hosts answer as they are told, and what was asked of it: `host learner`. */
function createNetwork(statusOf: (host: string, learner: string) => number) {
  const requests: string[] = []
  const post: Post = (url, { body }) => {
    const { learner } = (JSON.parse(body) as { data: { attempt: { learner: string } } }).data.attempt
    const { hostname } = new URL(url)
    requests.push(`${hostname} ${learner}`)
    return Promise.resolve({ status: statusOf(hostname, learner) })
  }
  return { post, requests }
}

const learners = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `learner-${String(index)}`)

async function health() {
  const [row] = await service.database.$queryRaw<{ failures: number; wait: number | null }[]>`
    SELECT failures, extract(epoch FROM probe_at - now())::float8 AS wait FROM webhooks
    WHERE tenant_id = ${sending.tenantId}::uuid AND key = 'bad'`
  return row!
}

test('a webhook that fails is soon left alone but for one try at a time, the others are not, and what waited comes at once when it is back', async () => {
  await sending.hook('bad', { url: 'https://bad.test/' })
  await sending.hook('good', { url: 'https://good.test/' })
  for (const learner of learners(40)) await sending.submit(learner)
  let isBack = false
  const network = createNetwork(host => (host === 'good.test' || isBack ? 200 : 500))
  const asked = () => network.requests.splice(0).filter(request => request.startsWith('bad'))
  const by = sending.dispatcher(network.post)
  await sending.drive(1, by)
  expect(await sending.list('good', 'delivered')).toHaveLength(40)
  // Eight are under way at once, and others took the place of four of these before the fifth had failed.
  expect(asked().length).toBeLessThanOrEqual(12)
  const doublings: number[] = []
  for (let count = 0; count < 12; count += 1) {
    await sending.turn((await health()).wait! * 1_000 + 1_000)
    await by.dispatch(sending.courseId)
    expect(asked()).toHaveLength(1)
    doublings.push(Math.round(Math.log2((await health()).wait! / 5)))
    // Not before its time.
    expect((await by.dispatch(sending.courseId)).kind).toBe('done')
    expect(asked()).toEqual([])
  }
  // From 10 s, the second wait, to an hour.
  expect(doublings).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9])

  isBack = true
  await sending.turn(3_601_000)
  await by.dispatch(sending.courseId)
  expect(await sending.list('bad', 'delivered')).toHaveLength(40)
  expect(await health()).toEqual({ failures: 0, wait: null })
})

test('one delivery that fails again and again keeps no other from being sent', async () => {
  await sending.hook('bad', { url: 'https://bad.test/' })
  await sending.submit('ada')
  const network = createNetwork((_host, learner) => (learner === 'ada' ? 500 : 200))
  const by = sending.dispatcher(network.post)
  await sending.drive(7, by)
  expect(network.requests).toHaveLength(7)
  expect(await health()).toEqual({ failures: 1, wait: null })
  await sending.submit('bob')
  await by.dispatch(sending.courseId)
  expect(network.requests.at(-1)).toBe('bad.test bob')
  expect(await health()).toEqual({ failures: 0, wait: null })
})

test('what a webhook has not taken for five days is dead', async () => {
  await sending.hook('bad', { url: 'https://bad.test/' })
  for (const learner of learners(6)) await sending.submit(learner)
  const network = createNetwork(() => 500)
  const by = sending.dispatcher(network.post)
  await by.dispatch(sending.courseId)
  await sending.turn(5 * DAY)
  service.clock.now = Date.now()
  await sending.submit('late')
  await by.dispatch(sending.courseId)
  expect(await sending.list('bad', 'dead')).toHaveLength(6)
  expect(await sending.list('bad', 'pending')).toMatchObject([{ learner: 'late' }])
  // A course that has something for such a webhook alone is not looked at in vain.
  expect((await service.services.deliveries.waitingCourses()).courseIds).not.toContain(sending.courseId)
})

test('a webhook that is changed, or for which something is resent, is tried at once', async () => {
  await sending.hook('bad', { url: 'https://bad.test/' })
  for (const learner of learners(6)) await sending.submit(learner)
  const network = createNetwork(host => (host === 'good.test' ? 200 : 500))
  const by = sending.dispatcher(network.post)
  await by.dispatch(sending.courseId)
  const [first] = await sending.list('bad', 'pending')
  await sending.call(`POST /v1/webhooks/bad/deliveries/${first?.id ?? ''}/resend`)
  network.requests.length = 0
  await by.dispatch(sending.courseId)
  expect(network.requests).toHaveLength(1)
  await sending.hook('bad', { url: 'https://good.test/' })
  expect(await health()).toEqual({ failures: 0, wait: null })
})
