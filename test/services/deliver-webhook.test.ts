import { expect, test } from 'vitest'
import type { StoredDelivery, TriedDelivery } from '../../src/database/webhook-deliveries.js'
import type { StoredWebhook } from '../../src/database/webhooks.js'
import { deliver, type DeliverServices, type PostAnswer } from '../../src/services/deliver-webhook.js'
import type { GraphLibrary } from '../../src/services/graph-library.js'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const SECOND = 1_000
const HOUR = 3_600 * SECOND
const DAY = 24 * HOUR
const ID = '01990000-0000-7000-8000-000000000000'

const DELIVERY: StoredDelivery = {
  courseId: ID,
  id: ID,
  webhookId: ID,
  type: 'regrade.finished',
  assignmentId: ID,
  learner: null,
  number: null,
  attemptId: null,
  jobId: ID,
  state: 'pending',
  tries: 0,
  dueAt: new Date(NOW),
  createdAt: new Date(NOW),
  finishedAt: null,
  lastStatus: null,
  lastError: null,
}

const WEBHOOK: StoredWebhook = {
  id: ID,
  tenantId: ID,
  key: 'book',
  url: 'https://receiver.test/',
  events: ['regrade.finished'],
  courseId: null,
  course: null,
  format: 'standard',
  secret: new Uint8Array(32),
  previousSecret: null,
  previousUntil: null,
  createdAt: new Date(NOW),
  updatedAt: new Date(NOW),
}

type Job = Awaited<ReturnType<DeliverServices['jobs']['find']>>

/** What comes of a try to which this is answered, and what is written of it. Chance lies in the middle. */
async function tryOnce(
  answer: PostAnswer | Promise<PostAnswer>,
  {
    tries = 0,
    format = 'standard',
    isPending = true,
  }: { readonly tries?: number; readonly format?: string; readonly isPending?: boolean } = {},
) {
  const written: TriedDelivery[] = []
  const job = {
    id: ID,
    status: 'done',
    createdAt: new Date(NOW),
    finishedAt: new Date(NOW),
    error: null,
  } as unknown as Job // The rest of a job changes nothing here.
  const services: DeliverServices = {
    deliveries: {
      placeOf: () =>
        Promise.resolve({
          tenantId: ID,
          course: 'algebra',
          courseTitle: 'Algebra',
          assignment: 'week-1',
          assignmentTitle: 'Week 1',
          reveal: 'never',
        }),
      isPending: () => Promise.resolve(isPending),
      write: (_courseId, tried, shown) => {
        // The database counts from its own clock what lies between these two.
        expect(shown).toEqual(new Date(NOW))
        written.push(tried)
        return Promise.resolve()
      },
      drop: () => Promise.resolve(),
    },
    attempts: { find: () => Promise.resolve(undefined) },
    jobs: { find: () => Promise.resolve(job) },
    library: {} as GraphLibrary, // Of a regrading no graph is read.
    effects: { now: () => NOW, randomBytes: () => Buffer.from([0x80, 0, 0, 0]) },
    post: () => Promise.resolve(answer),
    isUnavailable: () => false,
    // Whatever is waited for is over at once, after what has been answered already.
    pause: () => new Promise(resolve => setImmediate(resolve)),
  }
  const outcome = await deliver(
    services,
    { ...WEBHOOK, format },
    { ...DELIVERY, tries },
    {
      mayBegin: () => Promise.resolve(true),
      onError: error => {
        throw error
      },
    },
  )
  return { outcome, written }
}

/** After how long it is tried again, in milliseconds. */
async function waitAfter(answer: PostAnswer, tries = 0): Promise<number> {
  const { outcome, written } = await tryOnce(answer, { tries })
  expect(outcome).toBe('failed')
  return (written[0]?.dueAt.getTime() ?? 0) - NOW
}

test('a request that is never over is a failed try', async () => {
  const { outcome, written } = await tryOnce(new Promise(() => undefined))
  expect(outcome).toBe('failed')
  expect(written).toMatchObject([
    { state: 'pending', tries: 1, lastStatus: null, lastError: 'There was no answer.' },
  ])
})

test('a record store that has a statement already was told of it; another receiver that says so was not', async () => {
  expect(await tryOnce({ status: 409 }, { format: 'xapi' })).toMatchObject({
    outcome: 'delivered',
    written: [{ state: 'delivered', lastStatus: 409, lastError: null }],
  })
  expect((await tryOnce({ status: 409 })).outcome).toBe('failed')
})

test.each([429, 503])('with %i a receiver may ask for a longer wait, of a day at most', async status => {
  expect(await waitAfter({ status, retryAfter: '120' })).toBe(120 * SECOND)
  expect(await waitAfter({ status, retryAfter: 'Sun, 01 Mar 2026 13:00:00 GMT' })).toBe(HOUR)
  expect(await waitAfter({ status, retryAfter: '604800' })).toBe(DAY)
  expect(await waitAfter({ status, retryAfter: '9'.repeat(400) })).toBe(DAY)
  expect(await waitAfter({ status, retryAfter: 'Fri, 01 Mar 2126 13:00:00 GMT' })).toBe(DAY)
  // It does not make the tries follow each other faster.
  expect(await waitAfter({ status, retryAfter: '120' }, 5)).toBe(6 * HOUR)
  for (const retryAfter of ['', '0', '1', '-60', '1e9', 'soon', 'Sun, 01 Mar 2026 11:00:00 GMT']) {
    expect(await waitAfter({ status, retryAfter }), retryAfter).toBe(5 * SECOND)
  }
})

test('of any other status no wait is taken, and no wait makes more tries', async () => {
  expect(await waitAfter({ status: 500, retryAfter: '120' })).toBe(5 * SECOND)
  expect((await tryOnce({ status: 503, retryAfter: '120' }, { tries: 7 })).outcome).toBe('dead')
  expect((await tryOnce({ status: 410, retryAfter: '120' })).outcome).toBe('dead')
})

test('what is not to be sent any more, or was sent again on request meanwhile, is neither sent nor counted', async () => {
  expect(await tryOnce({ status: 200 }, { isPending: false })).toEqual({ outcome: undefined, written: [] })
})
