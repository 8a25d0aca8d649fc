import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createWorkQueue, migrateWorkQueue } from '../../src/database/work-queue.js'
import type { Dispatched } from '../../src/services/dispatch-webhooks.js'
import { nextTry, type Post } from '../../src/services/deliver-webhook.js'
import { createWebhookDispatcher } from '../../src/services/webhook-dispatcher.js'
import { createTestService, START, type TestService } from '../support/service.js'
import { createSending, type Sending } from '../support/webhooks.js'

const DAY = 24 * 3_600_000
const ADDRESS = 'https://receiver.test/'

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
  await sending.hook('book', { url: ADDRESS })
})
afterEach(() => {
  expect(sending.errors).toEqual([])
})

type Request = { readonly event: string; readonly answer: (status: number) => void }

/** A network that a test answers by hand. */
function createNetwork() {
  const requests: Request[] = []
  const underWay = new Map<string, number>()
  let most = 0
  let told = (): void => undefined
  const post: Post = async (_url, { body }) => {
    const { assignment, attempt } = (
      JSON.parse(body) as { data: { assignment: string; attempt: { learner: string; number: number } } }
    ).data
    const lane = `${attempt.learner}/${assignment}`
    underWay.set(lane, (underWay.get(lane) ?? 0) + 1)
    most = Math.max(most, ...underWay.values())
    const status = await new Promise<number>(answer => {
      requests.push({ event: `${lane}/${String(attempt.number)}`, answer })
      told()
    })
    underWay.set(lane, (underWay.get(lane) ?? 0) - 1)
    return { status }
  }
  return {
    post,
    requests,
    mostInALane: () => most,
    /** Once so many requests have been made. */
    until: async (count: number): Promise<void> => {
      while (requests.length < count) {
        await new Promise<void>(resolve => {
          told = resolve
        })
      }
    },
  }
}

const expireLease = () =>
  service.database.$executeRaw`
    UPDATE webhook_dispatchers SET lease_until = now() - interval '1 second'
    WHERE course_id = ${sending.courseId}::uuid`

const leases = () =>
  service.database.$queryRaw`SELECT FROM webhook_dispatchers WHERE course_id = ${sending.courseId}::uuid`

/** Whether a dispatch says that something is due already, by the database's clock. */
async function isDue(dispatched: Dispatched): Promise<boolean> {
  const [row] = await service.database.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`
  return dispatched.kind === 'done' && dispatched.next !== undefined && dispatched.next <= row!.now
}

test('of two that would send at once one does, and no lane ever has two requests under way', async () => {
  for (const learner of ['ada', 'bob']) for (let n = 0; n < 3; n += 1) await sending.submit(learner)
  const network = createNetwork()
  const [first, second] = [sending.dispatcher(network.post), sending.dispatcher(network.post)]
  const working = first.dispatch(sending.courseId)
  await network.until(2)
  expect(await second.dispatch(sending.courseId)).toEqual({ kind: 'held' })
  expect((await service.services.deliveries.waitingCourses()).courseIds).not.toContain(sending.courseId)
  // What is stored now is told the one at work.
  await sending.submit('cyd')
  for (let count = 1; count <= 7; count += 1) {
    await network.until(count)
    network.requests[count - 1]?.answer(200)
  }
  expect(await working).toEqual({ kind: 'done', next: undefined })
  expect(network.mostInALane()).toBe(1)
  const events = network.requests.map(({ event }) => event)
  expect(new Set(events).size).toBe(7)
  for (const learner of ['ada', 'bob']) {
    expect(events.filter(event => event.startsWith(learner)).map(event => event.slice(-1))).toEqual([
      '1',
      '2',
      '3',
    ])
  }
  expect(await leases()).toEqual([])
})

test('when one is killed while it sends, another goes on after its lease, and nothing is left out', async () => {
  for (let n = 0; n < 2; n += 1) await sending.submit('ada')
  const [dead, alive] = [createNetwork(), createNetwork()]
  const killed = sending.dispatcher(dead.post).dispatch(sending.courseId)
  await dead.until(1)
  expect((await sending.dispatcher(alive.post).dispatch(sending.courseId)).kind).toBe('held')
  await expireLease()
  // Every server finds that out by looking.
  sending.woken.length = 0
  await sending.dispatcher(alive.post).sweep()
  expect(sending.woken.flatMap(({ courseIds }) => courseIds)).toContain(sending.courseId)
  const working = sending.dispatcher(alive.post).dispatch(sending.courseId)
  for (const count of [1, 2]) {
    await alive.until(count)
    alive.requests[count - 1]?.answer(200)
  }
  expect(await working).toEqual({ kind: 'done', next: undefined })
  expect(alive.requests.map(({ event }) => event)).toEqual(['ada/week-1/1', 'ada/week-1/2'])
  // Should it live after all, what it says of its try changes nothing, and it sends nothing more.
  service.clock.now += 60_000
  dead.requests[0]?.answer(500)
  await killed
  expect(dead.requests).toHaveLength(1)
  expect(await sending.list('book', 'delivered')).toHaveLength(2)
})

test('one whose lease another has taken begins nothing more', async () => {
  await sending.submit('ada')
  await sending.submit('ada')
  const [first, second] = [createNetwork(), createNetwork()]
  const slow = sending.dispatcher(first.post).dispatch(sending.courseId)
  await first.until(1)
  await expireLease()
  const taken = sending.dispatcher(second.post).dispatch(sending.courseId)
  await second.until(1)
  // It has had no sign of its lease for a while, and asks before it sends the next.
  service.clock.now += 6_000
  first.requests[0]?.answer(200)
  await slow
  expect(first.requests).toHaveLength(1)
  second.requests[0]?.answer(200)
  await second.until(2)
  second.requests[1]?.answer(200)
  await taken
  expect(await leases()).toEqual([])
})

test('a stop begins nothing more, and waits for what is under way', async () => {
  await sending.submit('ada')
  await sending.submit('ada')
  const network = createNetwork()
  const dispatcher = sending.dispatcher(network.post)
  const working = dispatcher.dispatch(sending.courseId)
  await network.until(1)
  const stopped = dispatcher.stop()
  network.requests[0]?.answer(200)
  const dispatched = await working
  await stopped
  expect(network.requests).toHaveLength(1)
  // The rest is due at once, for others.
  expect(await isDue(dispatched)).toBe(true)
  // Which are left to find it: the queue is closed by then.
  expect(sending.woken).toEqual([])
  expect(await leases()).toEqual([])
})

test('at most eight requests to a webhook and twelve to a host are under way, and each that ends is followed at once', async () => {
  await sending.hook('other', { url: `${ADDRESS}other` })
  for (let n = 0; n < 10; n += 1) await sending.submit(`learner-${String(n)}`)
  const network = createNetwork()
  const working = sending.dispatcher(network.post).dispatch(sending.courseId)
  await network.until(12)
  for (let count = 1; count <= 20; count += 1) {
    await network.until(Math.min(count + 11, 20))
    expect(network.requests).toHaveLength(Math.min(count + 11, 20))
    network.requests[count - 1]?.answer(200)
  }
  expect(await working).toEqual({ kind: 'done', next: undefined })
})

test('what one of them fails of in the database leaves the others what they came to, and is told', async () => {
  await sending.submit('ada')
  await sending.submit('bob')
  const network = createNetwork()
  const failing: Post = async (url, message) => {
    if (message.body.includes('"ada"')) throw new Error('no such thing')
    return network.post(url, message)
  }
  const working = sending.dispatcher(failing).dispatch(sending.courseId)
  await network.until(1)
  network.requests[0]?.answer(200)
  await expect(working).rejects.toThrow('no such thing')
  expect(await sending.list('book', 'delivered')).toMatchObject([{ learner: 'bob' }])
  expect(await leases()).toEqual([])
})

test('a message that cannot be made is a failed try of its own, and is told', async () => {
  await sending.submit('ada')
  await sending.submit('bob')
  const { attempts } = service.services
  const broken: typeof attempts = {
    ...attempts,
    find: async (courseId, id) => {
      const found = await attempts.find(courseId, id)
      if (found?.learner === 'ada') throw new Error('no such box')
      return found
    },
  }
  const posted: string[] = []
  const post: Post = (_url, { body }) => {
    posted.push(body)
    return Promise.resolve({ status: 200 })
  }
  const dispatched = await sending.dispatcher(post, { attempts: broken }).dispatch(sending.courseId)
  expect(dispatched).toMatchObject({ kind: 'done', next: expect.any(Date) as Date })
  expect(posted).toHaveLength(1)
  expect(sending.errors.splice(0)).toEqual([new Error('no such box')])
  expect(await sending.list('book', 'pending')).toMatchObject([
    { learner: 'ada', tries: 1, lastError: 'The message could not be made: this is a fault of the service.' },
  ])
})

test('what arrived is kept for 7 days and what never did for 30', async () => {
  await sending.submit('ada')
  await sending.submit('bob')
  const post: Post = (_url, { body }) => Promise.resolve({ status: body.includes('"ada"') ? 200 : 410 })
  const dispatcher = sending.dispatcher(post)
  await sending.drive(1, dispatcher)
  const sweepAll = async () => {
    // A sweep looks at some of the courses; there are fewer here than that.
    await sending.dispatcher(post).sweep()
    return (await sending.list('book')).map(({ state }) => state)
  }
  await sending.turn(7 * DAY - 60_000)
  expect(await sweepAll()).toEqual(['delivered', 'dead'])
  await sending.turn(60_000)
  expect(await sweepAll()).toEqual(['dead'])
  await sending.turn(23 * DAY - 60_000)
  expect(await sweepAll()).toEqual(['dead'])
  await sending.turn(60_000)
  expect(await sweepAll()).toEqual([])
})

test('deleting a tenant takes its webhooks and deliveries with it', async () => {
  await sending.submit('ada')
  await service.services.tenants.delete(sending.tenantId)
  const left = await service.database.$queryRaw`
    SELECT (SELECT count(*) FROM webhooks WHERE tenant_id = ${sending.tenantId}::uuid)::int AS webhooks,
      (SELECT count(*) FROM webhook_deliveries WHERE course_id = ${sending.courseId}::uuid)::int AS deliveries`
  expect(left).toEqual([{ webhooks: 0, deliveries: 0 }])
})

test('a commit rings once for all courses in which something is to be told', async () => {
  const rung: (readonly string[])[] = []
  service.services.deliveryBell.onRing(courseIds => rung.push(courseIds))
  await sending.submit('ada')
  expect(rung).toEqual([[sending.courseId]])
  await sending.call('DELETE /v1/webhooks/book')
  await sending.submit('ada')
  expect(rung).toHaveLength(1)
})

test('the queue hands a course to one of those that work on it, when its time has come', async () => {
  await migrateWorkQueue(service.url)
  await migrateWorkQueue(service.url)
  const errors: unknown[] = []
  const queue = createWorkQueue(service.url, { onError: error => errors.push(error) })
  const later = service.services.effects.newId()
  const handed: string[] = []
  let told = (): void => undefined
  const both = new Promise<void>(resolve => {
    told = resolve
  })
  const count = () =>
    service.database.$queryRaw`
      SELECT (payload->>'courseId') AS course, count(*)::int AS jobs FROM graphile_worker._private_jobs GROUP BY 1`
  try {
    await queue.wake([later], new Date(Date.now() + DAY))
    await queue.wake([sending.courseId, sending.courseId])
    await queue.wake([sending.courseId])
    expect(await count()).toHaveLength(2)
    // Asking for a later time takes nothing off; asking for now brings it forward.
    await queue.wake([sending.courseId], new Date(Date.now() + DAY))
    queue.work(courseId => {
      handed.push(courseId)
      if (handed.length === 2) told()
      if (courseId === sending.courseId) return queue.wake([later])
      return Promise.reject(new Error('failed'))
    })
    await both
  } finally {
    await queue.stop()
  }
  expect(handed).toEqual([sending.courseId, later])
  // What failed is told, and not done again by the queue.
  expect(errors).toEqual([new Error('failed')])
  expect(await count()).toEqual([])
})

test('a course that has waited gets its turn though others have more to send than a turn takes', async () => {
  await migrateWorkQueue(service.url)
  const busy = await Promise.all(['b-1', 'b-2', 'b-3', 'b-4', 'b-5'].map(key => sending.course(key)))
  for (const key of ['b-1', 'b-2', 'b-3', 'b-4', 'b-5']) await sending.submit('ada', 'week-1', undefined, key)
  await sending.submit('ada')
  const turns: string[] = []
  let told = (): void => undefined
  const served = new Promise<void>(resolve => {
    told = resolve
  })
  const queue = createWorkQueue(service.url, { onError: error => sending.errors.push(error) })
  // Every look at this clock is a turn later: each turn is over before anything was sent, and all of it is still due.
  let time = 0
  const effects = { ...service.services.effects, monotonic: () => (time += 20_000) }
  const dispatcher = createWebhookDispatcher(
    {
      ...service.services,
      effects,
      post: () => Promise.resolve({ status: 200 }),
      queue: {
        ...queue,
        work: send => {
          queue.work(async courseId => {
            turns.push(courseId)
            await send(courseId)
            if (courseId === sending.courseId) told()
          })
        },
      },
    },
    { onError: error => sending.errors.push(error) },
  )
  try {
    // Long due, all of them, and the one that comes last besides is not the oldest.
    const due = new Date(Date.now() - DAY)
    await queue.wake(busy, due)
    await queue.wake([sending.courseId], new Date(due.getTime() + 1_000))
    dispatcher.start()
    await served
  } finally {
    await dispatcher.stop()
  }
  // At most one turn of each of the others came first, and those that were begun meanwhile.
  expect(turns.indexOf(sending.courseId)).toBeLessThanOrEqual(busy.length)
})

test('a clock that differs from that of the database changes nothing of when something is sent', async () => {
  await sending.submit('ada')
  for (const shift of [-DAY, DAY]) {
    service.clock.now = Date.now() + shift
    const failing = sending.dispatcher(() => Promise.resolve({ status: 500 }))
    await sending.call(`POST /v1/webhooks/book/deliveries/${(await sending.list('book'))[0]!.id}/resend`)
    const dispatched = await failing.dispatch(sending.courseId)
    const next = dispatched.kind === 'done' ? dispatched.next : undefined
    const [row] = await service.database.$queryRaw<{ wait: number }[]>`
      SELECT extract(epoch FROM ${next}::timestamptz - now())::float8 AS wait`
    expect(row!.wait).toBeGreaterThan(1)
    expect(row!.wait).toBeLessThanOrEqual(6)
  }
})

test('a turn in which nothing could be sent is followed by a rest', async () => {
  await sending.submit('ada')
  let time = 0
  const effects = { ...service.services.effects, monotonic: () => (time += 20_000) }
  const post: Post = () => Promise.reject(new Error('never asked'))
  const dispatched = await sending.dispatcher(post, { effects }).dispatch(sending.courseId)
  expect(dispatched.kind).toBe('done')
  expect(await isDue(dispatched)).toBe(false)
})

test('a sweep takes away as much as there is, and of all webhooks that are gone', async () => {
  await sending.submit('ada')
  await service.database.$executeRaw`
    INSERT INTO webhook_deliveries (course_id, id, webhook_id, type, assignment_id, learner, number, state, tries, due_at,
      created_at, finished_at)
    SELECT course_id, gen_random_uuid(), CASE WHEN n <= 1500 THEN gen_random_uuid() ELSE webhook_id END, type,
      assignment_id, learner, number, CASE n % 3 WHEN 0 THEN 'dead' ELSE 'delivered' END, 1, due_at, created_at,
      now() - interval '31 days'
    FROM webhook_deliveries, generate_series(1, 2500) n WHERE course_id = ${sending.courseId}::uuid`
  await service.database.$executeRaw`
    UPDATE webhook_deliveries SET finished_at = now(), webhook_id = ${service.services.effects.newId()}::uuid
    WHERE course_id = ${sending.courseId}::uuid AND state = 'delivered' AND id < 'c0000000-0000-0000-0000-000000000000'`
  await sending.dispatcher(() => Promise.resolve({ status: 200 })).sweep()
  const [row] = await service.database.$queryRaw<{ rows: number }[]>`
    SELECT count(*)::int AS rows FROM webhook_deliveries WHERE course_id = ${sending.courseId}::uuid`
  expect(row).toEqual({ rows: 1 })
})

test('tries come 5 s, 30 s, 2 min, 10 min, 1 h, 6 h and 24 h after each other, a fifth sooner or later', () => {
  const waits = (chance: number) =>
    Array.from({ length: 8 }, (_, index) => nextTry(index + 1, 0, chance)?.getTime())
  const seconds = [5, 30, 120, 600, 3_600, 21_600, 86_400]
  expect(waits(0.5)).toEqual([...seconds.map(wait => wait * 1_000), undefined])
  expect(waits(0)).toEqual([...seconds.map(wait => wait * 800), undefined])
  expect(waits(0.999_999).map(wait => wait !== undefined && wait <= 86_400 * 1_200)).toEqual([
    ...seconds.map(() => true),
    false,
  ])
})
