import { expect, test } from 'vitest'
import type { RequestContext } from '../../src/graphql/context.js'
import { subscriptions } from '../../src/graphql/resolvers/subscriptions.js'
import type { CourseFeeds, FeedEvent } from '../../src/services/course-feed.js'

const event = (number: number): FeedEvent => ({
  kind: 'attempt',
  assignmentId: 'a',
  attemptId: String(number),
  learner: 'ada',
  number,
})

/** Watches a course of which so many attempts are told, all of them unreadable, `missed` before. */
async function watch(count: number, missed: number) {
  const logged: unknown[] = []
  const context = {
    principal: {},
    services: { courses: { find: () => Promise.resolve({ id: 'c' }) } },
    request: { log: { error: (one: unknown) => logged.push(one) } },
  } as unknown as RequestContext
  let left = 0
  const feed = (async function* () {
    try {
      await Promise.resolve()
      yield { events: Array.from({ length: count }, (_, index) => event(index)), missed }
    } finally {
      left += 1
    }
  })()
  const cause = new Error('the database is away')
  const table = subscriptions({ watch: () => feed } as unknown as CourseFeeds, () => Promise.reject(cause))
  const { subscribe, resolve } = table.Subscription.attemptGraded
  const batches = await subscribe(undefined, { course: 'c' }, context)
  return {
    batches,
    resolve: (batch: Parameters<typeof resolve>[0]) => resolve(batch, {}, context),
    logged,
    left: () => left,
    cause,
  }
}

test('attempts that cannot be read are counted as missed, and the fault is logged once', async () => {
  const { batches, resolve, logged, cause } = await watch(130, 7)
  const told = []
  for await (const batch of batches) told.push(await resolve(batch))
  expect(told).toEqual([
    { attempts: [], missed: 107 },
    { attempts: [], missed: 30 },
  ])
  expect(logged).toMatchObject([{ fault: { name: cause.name, message: cause.message } }])
  expect(logged).toHaveLength(1)
})

test('who ends a subscription leaves the feed, whatever of it is still to be told', async () => {
  const { batches, left } = await watch(130, 0)
  await batches.next()
  expect(left()).toBe(0)
  await batches.return?.()
  expect(left()).toBe(1)
  expect(await batches.next()).toEqual({ done: true, value: undefined })
})
