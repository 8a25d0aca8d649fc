/** A course whose events go to receivers on this machine, sent step by step by a clock that the test sets. */
import { vi } from 'vitest'
import { Webhook } from 'standardwebhooks'
import { SCOPES } from '../../src/contracts/scopes.js'
import { webhookBodySchema } from '../../src/contracts/webhook.js'
import { createPost } from '../../src/outbound/post.js'
import type { DeliveryOutcome, Post } from '../../src/services/deliver-webhook.js'
import { createWebhookDispatcher } from '../../src/services/webhook-dispatcher.js'
import { putWebhook } from '../../src/services/webhooks.js'
import type { Received } from './receiver.js'
import type { TestService } from './service.js'

export const RIGHT = { a: '11', J: 121, dJ_da: '22', da_dw: '3', dJ_dw: '66' }

/** Long enough for a receiver on this machine, and short for one that hangs. */
const DEADLINE = 300

export type Told = {
  readonly type: string
  readonly timestamp: string
  readonly data: {
    readonly course: string
    readonly assignment: string
    readonly attempt: {
      readonly id: string
      readonly learner: string
      readonly number: number
      readonly credit: number
      readonly boxes: readonly object[]
      readonly progress: object
    }
    readonly job: { readonly id: string; readonly status: string }
  }
}

export const told = ({ body }: Received): Told => JSON.parse(body) as Told

/** Which delivery of which lane: `learner/assignment/number`. */
export const eventOf = (received: Received): string => {
  const { assignment, attempt } = told(received).data
  return `${attempt.learner}/${assignment}/${String(attempt.number)}`
}

/** What a receiver with this secret makes of a request, at the time that it carries. Throws where it is not signed so. */
export function verified(secret: string, { headers, body }: Received): unknown {
  vi.setSystemTime(Number(headers['webhook-timestamp']) * 1_000)
  try {
    return new Webhook(secret).verify(body, headers)
  } finally {
    vi.useRealTimers()
  }
}

/** A tenant with a course `algebra` of the assignments `week-1` and `week-2`, and how its events are sent. */
export async function createSending(service: TestService, name: string) {
  const { id: tenantId, key } = await service.tenant(name)
  const call = async (route: string, body?: object) => {
    const answer = await service.call(route, { key, ...(body === undefined ? {} : { body }) })
    if (answer.status >= 300) throw new Error(`${route}: ${answer.text}`)
    return answer.body
  }
  const course = async (courseKey: string): Promise<string> => {
    await call(`PUT /v1/courses/${courseKey}`, { title: courseKey })
    for (const assignment of ['week-1', 'week-2']) {
      await call(`PUT /v1/courses/${courseKey}/assignments/${assignment}`, { graph: 'lab-network0' })
    }
    const stored = await service.services.courses.find(tenantId, courseKey)
    if (stored === undefined) throw new Error('no course')
    return stored.id
  }
  const courseId = await course('algebra')
  const woken: { readonly courseIds: readonly string[]; readonly at: Date | undefined }[] = []
  const errors: unknown[] = []
  const outcomes = new Map<DeliveryOutcome, number>()

  /** A server's dispatcher. What it puts on the queue is only noted. */
  const dispatcher = (
    post: Post = createPost({ allowPrivate: true, deadlineMilliseconds: DEADLINE }),
    instead: Partial<TestService['services']> = {},
  ) =>
    createWebhookDispatcher(
      {
        ...service.services,
        ...instead,
        post,
        queue: {
          wake: (courseIds, at) => {
            if (courseIds.length > 0) woken.push({ courseIds, at })
            return Promise.resolve()
          },
          work: () => undefined,
          stop: () => Promise.resolve(),
        },
      },
      {
        onError: error => errors.push(error),
        onOutcome: outcome => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1),
      },
    )

  /** Turns both clocks on by so many milliseconds: the test's, and the database's as deliveries and webhooks see it. */
  const turn = async (milliseconds: number): Promise<void> => {
    service.clock.now += milliseconds
    const { webhook, webhookDelivery } = service.database
    const earlier = (time: Date | null) => time && new Date(time.getTime() - milliseconds)
    // Row by row: a cluster reckons with no column and a span of time in one statement.
    for (const { id, dueAt, finishedAt } of await webhookDelivery.findMany({ where: { courseId } })) {
      await webhookDelivery.updateMany({
        where: { courseId, id },
        data: { dueAt: earlier(dueAt)!, finishedAt: earlier(finishedAt) },
      })
    }
    for (const { id, probeAt, failingSince } of await webhook.findMany({ where: { tenantId } })) {
      await webhook.update({
        where: { id },
        data: { probeAt: earlier(probeAt), failingSince: earlier(failingSince) },
      })
    }
  }
  const principal = { keyId: '', tenantId, scopes: new Set(SCOPES), courses: [] }
  return {
    tenantId,
    key,
    call,
    course,
    courseId,
    dispatcher,
    woken,
    errors,
    outcomes,

    /** Makes a webhook, wherever it points; answers its secret. */
    hook: async (hookKey: string, body: object): Promise<string> => {
      const services = { ...service.services, webhookUrls: { allowPrivate: true } }
      const given = webhookBodySchema.parse({ events: ['attempt.graded'], ...body })
      const { view } = await putWebhook(services, principal, hookKey, given)
      return 'secret' in view ? view.secret : ''
    },

    /** Submits an attempt; answers its id. */
    submit: async (
      learner: string,
      assignment = 'week-1',
      answers: object = RIGHT,
      of = 'algebra',
    ): Promise<string> => {
      const url = `/v1/courses/${of}/assignments/${assignment}/attempts`
      return ((await call(`POST ${url}`, { learner, answers })) as { id: string }).id
    },

    /** The deliveries of a webhook. */
    list: async (hookKey: string, state?: string) => {
      const query = state === undefined ? '' : `?state=${state}`
      const page = await call(`GET /v1/webhooks/${hookKey}/deliveries${query}`)
      return (page as { items: { id: string; state: string; tries: number; lastError: string | null }[] })
        .items
    },

    turn,

    /** Sends all there is, turning the clocks to when the next is due; at most so many times. */
    drive: async (times = 1_000, by = dispatcher()): Promise<number> => {
      for (let turns = 1; ; turns += 1) {
        const dispatched = await by.dispatch(courseId)
        if (dispatched.kind === 'held') throw new Error('somebody else is at it')
        if (dispatched.next === undefined || turns === times) return turns
        const [database] = await service.database.$queryRaw<{ now: Date }[]>`SELECT now()`
        const wait = dispatched.next.getTime() - (database?.now.getTime() ?? 0)
        if (wait > 0) await turn(wait)
      }
    },
  }
}

export type Sending = Awaited<ReturnType<typeof createSending>>
