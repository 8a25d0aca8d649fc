import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createJobRunner } from '../../src/services/job-runner.js'
import { answering, createReceiver, type Received, type Receiver } from '../support/receiver.js'
import { createTestService, START, type TestService } from '../support/service.js'
import { createSending, eventOf, told, verified, type Sending } from '../support/webhooks.js'

let service: TestService
let receiver: Receiver
let sending: Sending
let tenants = 0

beforeAll(async () => {
  service = await createTestService()
})
afterAll(() => service.close())
beforeEach(async () => {
  service.clock.now = START
  receiver = await createReceiver()
  tenants += 1
  sending = await createSending(service, `tenant-${String(tenants)}`)
})
afterEach(async () => {
  vi.useRealTimers()
  await receiver.close()
  expect(sending.errors).toEqual([])
})

test('an attempt is told once, signed, as teachers read it', async () => {
  const secret = await sending.hook('book', { url: receiver.url })
  const id = await sending.submit('ada')
  expect(await sending.drive()).toBe(1)
  const [request] = receiver.received as [Received]
  expect(receiver.received).toHaveLength(1)
  const attempt = await sending.call(`GET /v1/courses/algebra/assignments/week-1/attempts/${id}`)
  expect(verified(secret, request)).toEqual({
    type: 'attempt.graded',
    timestamp: new Date(START).toISOString(),
    data: { course: 'algebra', assignment: 'week-1', attempt },
  })
  expect(request.headers['content-type']).toBe('application/json')
  const [delivery] = await sending.list('book')
  expect(delivery).toMatchObject({
    id: request.headers['webhook-id'],
    type: 'attempt.graded',
    course: 'algebra',
    assignment: 'week-1',
    learner: 'ada',
    attempt: id,
    state: 'delivered',
    tries: 1,
    dueAt: null,
    lastStatus: 200,
    lastError: null,
  })
  expect(() => verified('whsec_AAAA', request)).toThrow('No matching signature')
})

test('each event goes to the webhooks that want it: of this tenant, and of this course', async () => {
  const other = await createSending(service, `other-${String(tenants)}`)
  await other.hook('theirs', { url: `${receiver.url}/theirs` })
  const geometry = await sending.course('geometry')
  await sending.hook('all', { url: `${receiver.url}/all` })
  await sending.hook('geometry', { url: `${receiver.url}/geometry`, course: 'geometry' })
  await sending.hook('completed', { url: `${receiver.url}/completed`, events: ['assignment.completed'] })
  await sending.submit('ada', 'week-1', { a: '11' })
  await sending.submit('ada')
  await sending.submit('bob', 'week-1', { a: '12' }, 'geometry')
  await sending.drive()
  await sending.dispatcher().dispatch(geometry)
  await other.drive()
  const paths = receiver.received.map(
    ({ path, body }) => `${path} ${(JSON.parse(body) as { type: string }).type}`,
  )
  expect(paths.sort()).toEqual([
    '/all attempt.graded',
    '/all attempt.graded',
    '/all attempt.graded',
    '/completed assignment.completed',
    '/geometry attempt.graded',
  ])
  const completed = receiver.received.find(({ path }) => path === '/completed')
  expect(completed && told(completed).data.attempt).toMatchObject({ learner: 'ada', number: 2, credit: 1 })
})

/** How a receiver may misbehave; the last of these has heard what it was told and does not say so. */
const FAILURES: readonly Receiver['behave'][] = [
  answering(500),
  () => undefined,
  answering(302, { location: 'http://127.0.0.1:1/' }),
  (_received, response) => response.writeHead(503).end(Buffer.alloc(1_000_000)),
  (_received, response) => response.destroy(),
]

test('through a receiver that fails, hangs, redirects, floods and comes back, every event arrives, in order in its lane', async () => {
  await sending.hook('book', { url: receiver.url })
  const expected: string[] = []
  for (const number of [1, 2, 3]) {
    for (const learner of ['ada', 'bob', 'cyd']) {
      for (const assignment of ['week-1', 'week-2']) {
        await sending.submit(learner, assignment, number === 3 ? undefined : { a: '12' })
        expected.push(`${learner}/${assignment}/${String(number)}`)
      }
    }
  }
  const arrived: string[] = []
  const counts = { requests: 0, refused: 0, accepted: 0 }
  receiver.behave = (received, response) => {
    const failure = counts.requests < 24 ? FAILURES[counts.requests % FAILURES.length] : undefined
    counts.requests += 1
    if (failure !== undefined) {
      counts.refused += 1
      failure(received, response)
      return
    }
    counts.accepted += 1
    arrived.push(eventOf(received))
    // Much more than is read of it.
    response.writeHead(200).end(Buffer.alloc(1_000_000))
  }
  await sending.drive()
  expect(counts).toEqual({ requests: 42, refused: 24, accepted: 18 })
  expect(Object.fromEntries(sending.outcomes)).toEqual({ failed: 24, delivered: 18 })
  expect([...arrived].sort()).toEqual([...expected].sort())
  // Whatever was tried, nothing was begun in a lane before what comes first had arrived.
  const done = new Set<string>()
  for (const [index, request] of receiver.received.entries()) {
    const event = eventOf(request)
    const [lane, number] = [event.slice(0, -1), Number(event.slice(-1))]
    for (let before = 1; before < number; before += 1) expect(done).toContain(lane + String(before))
    if (index >= counts.refused) done.add(event)
  }
  expect((await sending.list('book', 'delivered')).length).toBe(18)
  expect(await sending.list('book', 'pending')).toEqual([])
})

test('what never arrives is dead after eight tries, keeps nothing waiting any more, and is sent again on request', async () => {
  await sending.hook('book', { url: receiver.url })
  await sending.submit('ada', 'week-1', { a: '12' })
  await sending.submit('ada')
  let refuses = true
  const arrived: string[] = []
  receiver.behave = (received, response) => {
    const event = eventOf(received)
    const bad = refuses && event === 'ada/week-1/1'
    if (!bad) arrived.push(event)
    answering(bad ? 500 : 200)(received, response)
  }
  await sending.drive()
  expect(arrived).toEqual(['ada/week-1/2'])
  const [dead, ...others] = await sending.list('book', 'dead')
  expect(others).toEqual([])
  expect(dead).toMatchObject({
    tries: 8,
    lastStatus: 500,
    lastError: 'The receiver answered 500.',
    dueAt: null,
  })
  // Of 31 hours in all.
  expect((service.clock.now - START) / 3_600_000).toBeGreaterThan(24)

  refuses = false
  const resent = await sending.call(`POST /v1/webhooks/book/deliveries/${dead?.id ?? ''}/resend`)
  expect(resent).toMatchObject({ state: 'pending', tries: 0, finishedAt: null })
  await sending.submit('ada')
  await sending.drive()
  expect(arrived[0]).toBe('ada/week-1/2')
  expect([...arrived].sort()).toEqual(['ada/week-1/1', 'ada/week-1/2', 'ada/week-1/3'])
  expect(await sending.list('book', 'dead')).toEqual([])
  // Under the id that it had before: a receiver can tell.
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(3)
})

test('what is resent waits for nothing, and nothing for it; what waited behind it in a lane follows at once', async () => {
  await sending.hook('book', { url: receiver.url })
  await sending.submit('ada', 'week-1', { a: '12' })
  await sending.submit('ada')
  receiver.behave = answering(500)
  await sending.drive(1)
  const [head] = await sending.list('book', 'pending')
  const resend = () => sending.call(`POST /v1/webhooks/book/deliveries/${head?.id ?? ''}/resend`)
  await resend()
  receiver.behave = answering(200)
  receiver.received.length = 0
  // Neither waits for what was the time of the next try.
  expect(await sending.drive(1)).toBe(1)
  expect(receiver.received.map(eventOf)).toEqual(['ada/week-1/1', 'ada/week-1/2'])

  // One that arrived and is refused this time: it is tried again in its own time, and keeps nothing waiting.
  await resend()
  await sending.submit('ada')
  receiver.received.length = 0
  receiver.behave = (received, response) => {
    answering(eventOf(received) === 'ada/week-1/1' ? 500 : 200)(received, response)
  }
  await sending.drive(1)
  expect(receiver.received.map(eventOf).sort()).toEqual(['ada/week-1/1', 'ada/week-1/3'])
  expect(await sending.list('book', 'pending')).toMatchObject([{ id: head?.id, tries: 1 }])
  expect(await sending.list('book')).toHaveLength(3)
})

test('a receiver that says it is gone is not asked again', async () => {
  await sending.hook('book', { url: receiver.url })
  receiver.behave = answering(410)
  await sending.submit('ada')
  expect(await sending.drive()).toBe(1)
  expect(await sending.list('book')).toMatchObject([{ state: 'dead', tries: 1 }])
})

test('a lane that waits keeps no other waiting, and is not looked at before its time', async () => {
  await sending.hook('book', { url: receiver.url })
  await sending.submit('ada')
  receiver.behave = answering(500)
  await sending.drive(1)
  receiver.behave = answering(200)
  await sending.submit('ada')
  await sending.submit('bob')
  receiver.received.length = 0
  const dispatched = await sending.dispatcher().dispatch(sending.courseId)
  expect(receiver.received.map(eventOf)).toEqual(['bob/week-1/1'])
  const at = dispatched.kind === 'done' ? dispatched.next : undefined
  const [row] = await service.database.$queryRaw<{ wait: number }[]>`
    SELECT extract(epoch FROM ${at}::timestamptz - now())::float8 AS wait`
  expect(row!.wait).toBeGreaterThan(1)
  expect(row!.wait).toBeLessThanOrEqual(6)
  // That is when the course is on the queue for.
  expect(sending.woken.at(-1)).toEqual({ courseIds: [sending.courseId], at })
  await sending.drive()
  expect(receiver.received.map(eventOf)).toEqual(['bob/week-1/1', 'ada/week-1/1', 'ada/week-1/2'])
})

test('while the secret is being changed both verify, and then the new one alone', async () => {
  const before = await sending.hook('book', { url: receiver.url })
  const { secret } = (await sending.call('POST /v1/webhooks/book/rotate')) as { secret: string }
  expect(secret).not.toBe(before)
  await sending.submit('ada')
  await sending.drive()
  const [both] = receiver.received as [Received]
  expect(both.headers['webhook-signature']?.split(' ')).toHaveLength(2)
  expect(verified(before, both)).toEqual(verified(secret, both))

  service.clock.now += 24 * 3_600_000
  await sending.submit('ada')
  await sending.drive()
  const one = receiver.received[1]!
  expect(verified(secret, one)).toMatchObject({ type: 'attempt.graded' })
  expect(() => verified(before, one)).toThrow('No matching signature')
})

test('someone who is erased is told of no more', async () => {
  await sending.hook('book', { url: receiver.url })
  await sending.submit('ada')
  await sending.submit('ada', 'week-2')
  await sending.submit('bob')
  await sending.call('DELETE /v1/courses/algebra/members/ada')
  await sending.drive()
  expect(receiver.received.map(eventOf)).toEqual(['bob/week-1/1'])
  expect(await sending.list('book')).toHaveLength(1)
})

test('someone who is erased while something of theirs waits for its turn is told of no more', async () => {
  await sending.hook('book', { url: receiver.url })
  await sending.submit('ada')
  await sending.submit('ada')
  receiver.behave = (received, response) => {
    void sending.call('DELETE /v1/courses/algebra/members/ada').then(() => {
      answering(200)(received, response)
    })
  }
  await sending.drive()
  expect(receiver.received).toHaveLength(1)
  expect(await sending.list('book')).toEqual([])
})

test('a webhook that is taken away is told nothing more, not even what was stored meanwhile', async () => {
  await sending.hook('book', { url: receiver.url })
  await sending.submit('ada')
  await sending.hook('other', { url: receiver.url })
  const rows = () =>
    service.database.$queryRaw`SELECT FROM webhook_deliveries WHERE course_id = ${sending.courseId}::uuid`
  await sending.call('DELETE /v1/webhooks/book')
  // As an attempt leaves it that had read the webhooks before.
  await sending.submit('ada')
  await service.database.$executeRaw`
    UPDATE webhook_deliveries SET webhook_id = ${service.services.effects.newId()}::uuid WHERE course_id = ${sending.courseId}::uuid`
  await sending.drive()
  expect(receiver.received).toEqual([])
  await sending.dispatcher().sweep()
  expect(await rows()).toEqual([])
})

test('a regrading is told once its results stand, and a dry run is not', async () => {
  await sending.hook('book', { url: receiver.url, events: ['regrade.finished'] })
  await sending.submit('ada')
  const runner = createJobRunner(service.services, {
    ownerId: service.services.effects.newId(),
    onError: error => {
      throw error
    },
  })
  await sending.call('POST /v1/courses/algebra/assignments/week-1/regrade', { dryRun: true })
  await runner.runUntilIdle()
  const job = (await sending.call('POST /v1/courses/algebra/assignments/week-1/regrade')) as { id: string }
  const rung: (readonly string[])[] = []
  service.services.deliveryBell.onRing(courseIds => rung.push(courseIds))
  await runner.runUntilIdle()
  expect(rung).toEqual([[sending.courseId]])
  await sending.drive()
  expect(receiver.received).toHaveLength(1)
  expect(told(receiver.received[0]!)).toMatchObject({
    type: 'regrade.finished',
    data: { course: 'algebra', assignment: 'week-1', job: { id: job.id, status: 'done', total: 1 } },
  })
})

test('as xAPI an attempt is a statement, whose id stays the same', async () => {
  await sending.hook('store', {
    url: receiver.url,
    format: 'xapi',
    events: ['attempt.graded', 'assignment.completed'],
  })
  await sending.submit('ada', 'week-1', { a: '11', J: '100' })
  await sending.submit('ada')
  receiver.behave = answering(500)
  await sending.drive(1)
  receiver.behave = answering(204)
  await sending.drive()
  expect(receiver.received.every(({ headers }) => headers['x-experience-api-version'] === '1.0.3')).toBe(true)
  type Statement = { id: string; verb: { id: string }; result: object; actor: object; timestamp: string }
  const statements = receiver.received.map(({ body }) => JSON.parse(body) as Statement)
  expect(statements.map(({ verb }) => verb.id.split('/').at(-1))).toEqual([
    'answered',
    'answered',
    'answered',
    'completed',
  ])
  expect(statements[1]).toEqual(statements[0])
  expect(new Set(statements.map(({ id }) => id)).size).toBe(3)
  const actor = { objectType: 'Agent', account: { homePage: `urn:uuid:${sending.tenantId}`, name: 'ada' } }
  expect(statements[0]).toMatchObject({
    actor,
    result: { score: { scaled: 0.2, raw: 2, min: 0, max: 10 }, success: false, completion: false },
    object: { objectType: 'Activity', definition: { name: { en: expect.any(String) as string } } },
    timestamp: new Date(START).toISOString(),
  })
  expect(statements[3]).toMatchObject({
    actor,
    result: { score: { scaled: 1 }, success: true, completion: true },
  })
})
