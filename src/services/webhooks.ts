/**
 * Webhooks: where a tenant is told of events. A key that is restricted to courses sees and changes the webhooks of those
 * courses alone; one of every course is none of its business.
 */
import {
  MOST_WEBHOOKS,
  type EventType,
  type RotateBody,
  type WebhookBody,
  type WebhookFormat,
  type WebhookView,
  type WebhookWithSecret,
} from '../contracts/webhook.js'
import type { PageQuery } from '../contracts/text.js'
import type { CourseRepository } from '../database/courses.js'
import type { StoredWebhook, WebhookRepository } from '../database/webhooks.js'
import { notFound, Refusal } from '../errors.js'
import { listingFrom, readCursor, type Listing } from './cursors.js'
import type { Effects } from './effects.js'
import type { Principal } from './principal.js'
import { urlFault, type UrlRules } from './webhook-url.js'

export type WebhookServices = {
  readonly webhooks: WebhookRepository
  readonly courses: CourseRepository
  readonly effects: Effects
  readonly webhookUrls: UrlRules
}

const SECRET_BYTES = 32
const SECRET_PREFIX = 'whsec_'

/** A secret as it is shown, and as the libraries of Standard Webhooks take it. */
export function secretText(secret: Uint8Array): string {
  return SECRET_PREFIX + Buffer.from(secret).toString('base64')
}

function viewWebhook(stored: StoredWebhook, now: number): WebhookView {
  const { key, url, events, course, format, previousUntil } = stored
  return {
    key,
    url,
    // Checks hold what is stored to these; an event of a later version is told as it is.
    events: events as EventType[],
    course,
    format: format as WebhookFormat,
    previousSecretUntil:
      previousUntil !== null && previousUntil.getTime() > now ? previousUntil.toISOString() : null,
    createdAt: stored.createdAt.toISOString(),
    updatedAt: stored.updatedAt.toISOString(),
  }
}

function mayTouch({ courses }: Principal, course: string | null | undefined): boolean {
  return courses.length === 0 || (typeof course === 'string' && courses.includes(course))
}

/** The webhook of a key; `not-found` for one that is missing, another tenant's, or out of this key's courses. */
export async function findWebhook(
  { webhooks }: Pick<WebhookServices, 'webhooks'>,
  principal: Principal,
  key: string,
): Promise<StoredWebhook> {
  const found = await webhooks.find(principal.tenantId, key)
  if (found === undefined || !mayTouch(principal, found.course)) throw notFound()
  return found
}

/**
 * Makes a webhook, and then answers its secret, this once; or replaces all but the secret of the one that is there. Refused:
 * `invalid-webhook` for the URL or the course, `too-many-webhooks`, `course-not-allowed` for a course that is not this key's,
 * and `not-found` where the webhook that is there is one of those that this key does not see.
 */
export async function putWebhook(
  services: WebhookServices,
  principal: Principal,
  key: string,
  body: WebhookBody,
): Promise<{ readonly created: boolean; readonly view: WebhookView | WebhookWithSecret }> {
  const { webhooks, courses, effects, webhookUrls } = services
  const { tenantId } = principal
  if (!mayTouch(principal, body.course)) {
    throw new Refusal('course-not-allowed', 'This key is restricted to other courses: name one of its own.')
  }
  const fault = urlFault(body.url, webhookUrls)
  if (fault !== undefined) {
    throw new Refusal('invalid-webhook', fault, [{ path: '/url', code: 'url-not-allowed', message: fault }])
  }
  const course = body.course === undefined ? undefined : await courses.find(tenantId, body.course)
  if (body.course !== undefined && course === undefined) {
    const message = 'There is no course of that key.'
    throw new Refusal('invalid-webhook', message, [{ path: '/course', code: 'unknown-course', message }])
  }
  // The courses that a restricted key may touch are known by key, stored webhooks by the id of theirs.
  const before = await webhooks.find(tenantId, key)
  const secret = effects.randomBytes(SECRET_BYTES)
  const row = {
    id: effects.newId(),
    tenantId,
    key,
    secret,
    url: body.url,
    events: body.events,
    courseId: course?.id ?? null,
    format: body.format,
  }
  const time = new Date(effects.now())
  const outcome = await webhooks.put(row, {
    most: MOST_WEBHOOKS,
    mayReplace: courseId =>
      principal.courses.length === 0 ||
      // One that was made just now of the course that is asked for is within reach as well.
      (courseId !== null &&
        (courseId === course?.id || (courseId === before?.courseId && mayTouch(principal, before.course)))),
    time,
  })
  if (outcome === 'out-of-reach') throw notFound()
  if (outcome === 'too-many') {
    const most = String(MOST_WEBHOOKS)
    throw new Refusal('too-many-webhooks', `A tenant has at most ${most} webhooks: delete one first.`)
  }
  const view = viewWebhook(await findWebhook(services, principal, key), effects.now())
  const created = outcome === 'created'
  return { created, view: created ? { ...view, secret: secretText(secret) } : view }
}

/** One webhook, without its secret. */
export async function readWebhook(
  services: WebhookServices,
  principal: Principal,
  key: string,
): Promise<WebhookView> {
  return viewWebhook(await findWebhook(services, principal, key), services.effects.now())
}

/** The webhooks that a key may touch, by key. */
export async function listWebhooks(
  { webhooks, effects }: WebhookServices,
  { tenantId, courses }: Principal,
  query: PageQuery,
): Promise<Listing<WebhookView>> {
  const list = ['webhooks', tenantId, ...courses]
  const after = readCursor(query.cursor, list, 'key') ?? ''
  const found = await webhooks.list(tenantId, courses, after, query.limit + 1)
  const now = effects.now()
  return listingFrom(found, query.limit, list, {
    positionOf: ({ key }) => key,
    view: stored => viewWebhook(stored, now),
  })
}

/** Takes a webhook away, with all that it was to be told and was. */
export async function deleteWebhook(
  services: WebhookServices,
  principal: Principal,
  key: string,
): Promise<void> {
  const found = await findWebhook(services, principal, key)
  if (!(await services.webhooks.delete(found))) throw notFound()
}

/**
 * Gives a webhook a new secret and answers it, this once. For so many seconds deliveries carry a signature of the secret
 * before as well. While one before that is still on its way out, that one stays instead: the answer with the present secret
 * may have been lost, so that the receiver only knows the other. Without any seconds none stays.
 */
export async function rotateSecret(
  services: WebhookServices,
  principal: Principal,
  key: string,
  { previousSeconds }: RotateBody,
): Promise<WebhookWithSecret> {
  const { webhooks, effects } = services
  const found = await findWebhook(services, principal, key)
  const secret = effects.randomBytes(SECRET_BYTES)
  const now = effects.now()
  const previousUntil = new Date(now + previousSeconds * 1_000)
  if (!(await webhooks.rotate(found.id, secret, { previousUntil, time: new Date(now) }))) throw notFound()
  const rotated = await findWebhook(services, principal, key)
  return { ...viewWebhook(rotated, now), secret: secretText(secret) }
}
