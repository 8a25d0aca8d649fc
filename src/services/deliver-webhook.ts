/** One try of a delivery: composing, signing and sending it, and what comes of the answer. */
import { Webhook } from 'standardwebhooks'
import type { DeliveryRepository, StoredDelivery, TriedDelivery } from '../database/webhook-deliveries.js'
import type { StoredWebhook } from '../database/webhooks.js'
import type { Effects } from './effects.js'
import { pauseFor, type Pause } from './live-clock.js'
import { composeMessage, type Message, type MessageServices } from './webhook-message.js'

/** What a receiver answered, or why there was no answer, in words that may be shown. */
export type PostAnswer =
  | {
      readonly status: number
      /** When it wants to be asked again, as it says that. */
      readonly retryAfter?: string
    }
  | { readonly error: string }

/** Sends a message to a URL, within a bounded time. Never throws. */
export type Post = (url: string, message: Message) => Promise<PostAnswer>

export type DeliverServices = MessageServices & {
  readonly deliveries: Pick<DeliveryRepository, 'placeOf' | 'isPending' | 'write' | 'drop'>
  readonly effects: Pick<Effects, 'now' | 'randomBytes'>
  readonly post: Post
  readonly pause?: Pause
  /** Whether an error says that the database could not be reached. */
  readonly isUnavailable: (error: unknown) => boolean
}

/** `gone`: there was nothing left to tell. */
export type DeliveryOutcome = 'delivered' | 'failed' | 'dead' | 'gone'

/** Seconds after the first failure, the second and so on until the next try; one more failure is the last. */
const WAITS_SECONDS = [5, 30, 2 * 60, 10 * 60, 60 * 60, 6 * 60 * 60, 24 * 60 * 60]

/** By so much of it a wait is longer or shorter, so that what failed together does not come back together. */
const JITTER = 0.2

/** What its receiver means by it: this is not to be sent again. */
const GONE = 410

/** What a record store of xAPI means by it: it has a statement of that id, maybe as it was before a regrading. */
const CONFLICT = 409

/** Statuses whose receivers may say when they want to be asked again, and the longest that is waited for that. */
const BUSY: ReadonlySet<number> = new Set([429, 503])
const LONGEST_WAIT_MILLISECONDS = 24 * 60 * 60 * 1_000

/** Longer than any request takes by itself, and shorter than the lease of a course. */
const GUARD_MILLISECONDS = 12_000

/** When a delivery that has failed so often is tried again; undefined: never. `chance` lies in [0, 1). */
export function nextTry(tries: number, now: number, chance: number): Date | undefined {
  const seconds = WAITS_SECONDS[tries - 1]
  if (seconds === undefined) return undefined
  return new Date(now + Math.round(seconds * 1_000 * (1 + JITTER * (2 * chance - 1))))
}

/** When a receiver that is busy wants to be asked again; undefined where it does not say. Bounded. */
function askedTime(answer: PostAnswer, now: number): Date | undefined {
  if ('error' in answer || !BUSY.has(answer.status) || answer.retryAfter === undefined) return undefined
  const text = answer.retryAfter
  const time = /^\d+$/.test(text)
    ? now + Number(text) * 1_000
    : text.endsWith(' GMT')
      ? Date.parse(text)
      : Number.NaN
  return Number.isNaN(time) ? undefined : new Date(Math.min(time, now + LONGEST_WAIT_MILLISECONDS))
}

export type TryOptions = {
  readonly mayBegin: () => Promise<boolean>
  /** Told of a fault of ours, which counts as a failed try. */
  readonly onError: (error: unknown) => void
}

/**
 * Tries a delivery that is due once, and writes what came of it. What was erased, or taken away with its webhook, is not
 * sent, even if that happened just now. `mayBegin` is asked last of all. The answer is undefined where nothing was sent or
 * written: `mayBegin` said no, or the delivery is no longer as it was read. Throws what the database throws.
 */
export async function deliver(
  services: DeliverServices,
  webhook: StoredWebhook,
  delivery: StoredDelivery,
  { mayBegin, onError }: TryOptions,
): Promise<DeliveryOutcome | undefined> {
  const { deliveries, effects } = services
  const message = await messageOr(services, webhook, delivery, onError)
  if (message === undefined) {
    await deliveries.drop(delivery)
    return 'gone'
  }
  if (!(await deliveries.isPending(delivery)) || !(await mayBegin())) return undefined
  const answer =
    'error' in message
      ? message
      : await answerTo(services, webhook.url, signed(message, webhook, delivery.id, effects.now()))
  const arrived = 'status' in answer && isHeard(answer.status, webhook.format)
  const now = effects.now()
  const tried = afterTry(delivery, answer, { now, chance: chanceOf(effects), arrived })
  await deliveries.write(delivery.courseId, tried, new Date(now))
  if (tried.state === 'pending') return 'failed'
  return arrived ? 'delivered' : 'dead'
}

/** What comes of a request. A post that is never over would keep its course's lease, and its place among the others, for ever. */
async function answerTo(
  { post, pause = pauseFor }: DeliverServices,
  url: string,
  message: Message,
): Promise<PostAnswer> {
  const over = new AbortController()
  const given = pause(GUARD_MILLISECONDS, over.signal).then(() => ({ error: 'There was no answer.' }))
  try {
    return await Promise.race([post(url, message), given])
  } finally {
    over.abort()
  }
}

function isHeard(status: number, format: string): boolean {
  return (status >= 200 && status < 300) || (format === 'xapi' && status === CONFLICT)
}

/** A message that cannot be made is a fault of ours. It counts as a failure, or it would stand in the way for ever. */
async function messageOr(
  services: DeliverServices,
  webhook: StoredWebhook,
  delivery: StoredDelivery,
  onError: (error: unknown) => void,
): Promise<Message | { readonly error: string } | undefined> {
  try {
    return await composeMessage(services, delivery, webhook.format)
  } catch (error) {
    if (services.isUnavailable(error)) throw error
    onError(error)
    return { error: 'The message could not be made: this is a fault of the service.' }
  }
}

function afterTry(
  { id, tries: before, dueAt }: StoredDelivery,
  answer: PostAnswer,
  { now, chance, arrived }: { readonly now: number; readonly chance: number; readonly arrived: boolean },
): TriedDelivery {
  const tries = before + 1
  const time = new Date(now)
  const lastStatus = 'status' in answer ? answer.status : null
  if (arrived) {
    return { id, state: 'delivered', tries, dueAt, finishedAt: time, lastStatus, lastError: null }
  }
  const lastError = 'status' in answer ? describeStatus(answer.status) : answer.error
  const next = lastStatus === GONE ? undefined : nextTry(tries, now, chance)
  return next === undefined
    ? { id, state: 'dead', tries, dueAt, finishedAt: time, lastStatus, lastError }
    : {
        id,
        state: 'pending',
        tries,
        dueAt: latest(next, askedTime(answer, now)),
        finishedAt: null,
        lastStatus,
        lastError,
      }
}

function latest(time: Date, other: Date | undefined): Date {
  return other !== undefined && other > time ? other : time
}

function describeStatus(status: number): string {
  const text = `The receiver answered ${String(status)}`
  if (status >= 300 && status < 400) return `${text}: redirects are not followed.`
  return status === GONE ? `${text}: it wants this no more.` : `${text}.`
}

/** With the headers of Standard Webhooks; while the secret is being changed, with the signatures of both. */
function signed({ headers, body }: Message, webhook: StoredWebhook, id: string, now: number): Message {
  const { secret, previousSecret, previousUntil } = webhook
  const isKept = previousSecret !== null && previousUntil !== null && previousUntil.getTime() > now
  const secrets = isKept ? [secret, previousSecret] : [secret]
  const time = new Date(now)
  return {
    headers: {
      'content-type': 'application/json',
      ...headers,
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now / 1_000)),
      'webhook-signature': secrets
        .map(bytes => new Webhook(Buffer.from(bytes).toString('base64')).sign(id, time, body))
        .join(' '),
    },
    body,
  }
}

/** A number in [0, 1). */
function chanceOf({ randomBytes }: Pick<Effects, 'randomBytes'>): number {
  return Buffer.from(randomBytes(4)).readUInt32BE() / 2 ** 32
}
