/**
 * Sends the deliveries of a course, several at once: what is due of each of its webhooks, and whatever becomes due meanwhile,
 * until nothing is left or it is to end. A webhook whose receiver fails is soon left alone (database/webhook-breaker.ts), and
 * the others do not wait for it.
 */
import type { DeliveryRepository, StoredDelivery } from '../database/webhook-deliveries.js'
import type { CalledWebhook, WebhookRepository } from '../database/webhooks.js'
import { deliver, type DeliverServices, type DeliveryOutcome } from './deliver-webhook.js'
import type { Effects } from './effects.js'
import { pauseFor } from './live-clock.js'

export type SendServices = Omit<DeliverServices, 'deliveries' | 'effects'> & {
  readonly deliveries: Pick<
    DeliveryRepository,
    'placeOf' | 'isPending' | 'write' | 'drop' | 'dueHeads' | 'headOf' | 'bringForward' | 'giveUp'
  >
  readonly webhooks: Pick<
    WebhookRepository,
    'ofCourse' | 'coursesOf' | 'claimProbe' | 'tellFailure' | 'tellSuccess'
  >
  readonly effects: Pick<Effects, 'now' | 'monotonic' | 'randomBytes'>
}

type SendOptions = {
  /** Whether nothing is to be begun any more. */
  readonly isOver: () => boolean
  /** Asked last of all before a request. */
  readonly mayBegin: () => Promise<boolean>
  readonly onOutcome?: ((outcome: DeliveryOutcome) => void) | undefined
  /** Told of courses in which something has become due. */
  readonly onDue: (courseIds: readonly string[]) => void
  /** Told of faults of ours. */
  readonly onError: (error: unknown) => void
}

/** Requests of a course that are under way at once; of these, to one host and to one webhook. */
const AT_ONCE = 24
const AT_ONCE_TO_HOST = 12
const AT_ONCE_TO_WEBHOOK = 8

/** Deliveries of a webhook that are read at once. */
const BATCH = 1_000

/** Milliseconds between two looks at the webhooks, and for what became due while others are under way. */
const LOOK_MILLISECONDS = 1_000

/** Who answers this is there, and wants one delivery no more. */
const WANTED_NO_MORE = 410

/** A webhook, and what is to be sent to it. */
type Desk = {
  hook: CalledWebhook
  readonly waiting: StoredDelivery[]
  underWay: number
  /** Whether all that was due when it was last looked at was read. */
  isWhole: boolean
  lookedAt: number
}

/** Sends what is due of a course; answers how many tries that were. Throws what the database throws, once all is over. */
export async function sendDeliveries(
  services: SendServices,
  courseId: string,
  options: SendOptions,
): Promise<number> {
  const { deliveries, webhooks, effects } = services
  const desks = new Map<string, Desk>()
  /** What waits at a desk or is under way. */
  const known = new Set<string>()
  const underWay = new Map<Promise<void>, string>()
  let failure: { readonly error: unknown } | undefined
  let sent = 0
  let hooksReadAt = -Infinity
  const isOver = (): boolean => failure !== undefined || options.isOver()

  const clear = ({ waiting }: Desk): void => {
    for (const { id } of waiting.splice(0)) known.delete(id)
  }
  const readHooks = async (): Promise<void> => {
    hooksReadAt = effects.monotonic()
    const hooks = new Map((await webhooks.ofCourse(courseId)).map(hook => [hook.id, hook]))
    for (const [id, desk] of desks) {
      const hook = hooks.get(id)
      if (hook === undefined || hook.calling === 'later') clear(desk)
      if (hook === undefined) desks.delete(id)
      else desk.hook = hook
    }
    for (const hook of hooks.values()) {
      if (!desks.has(hook.id)) {
        desks.set(hook.id, { hook, waiting: [], underWay: 0, isWhole: true, lookedAt: -Infinity })
      }
    }
  }
  const read = async (desk: Desk): Promise<void> => {
    const { id: webhookId, calling, isLost } = desk.hook
    desk.lookedAt = effects.monotonic()
    if (isLost) while (!isOver() && (await deliveries.giveUp(courseId, webhookId, BATCH)) === BATCH);
    const limit = calling === 'once' ? 1 : BATCH
    const heads = await deliveries.dueHeads({ courseId, webhookId }, limit)
    desk.isWhole = heads.length < limit
    for (const head of heads) if (!known.has(head.id)) add(desk, head)
  }
  const add = (desk: Desk, head: StoredDelivery): void => {
    known.add(head.id)
    desk.waiting.push(head)
  }
  const isOld = (time: number): boolean => effects.monotonic() - time >= LOOK_MILLISECONDS
  const look = async (): Promise<void> => {
    const isIdle = underWay.size === 0
    const isEmpty = [...desks.values()].every(({ waiting }) => waiting.length === 0)
    if (isOld(hooksReadAt) || (isIdle && isEmpty)) await readHooks()
    const wanting = [...desks.values()].filter(
      ({ hook, waiting, lookedAt }) =>
        waiting.length === 0 && hook.calling !== 'later' && (isIdle || isOld(lookedAt)),
    )
    await Promise.all(wanting.map(read))
  }

  const mayBegin = ({ hook, waiting, underWay: count }: Desk): boolean => {
    const most = { freely: AT_ONCE_TO_WEBHOOK, once: 1, later: 0 }[hook.calling]
    if (waiting.length === 0 || count >= most || underWay.size >= AT_ONCE) return false
    const host = hostOf(hook)
    return [...underWay.values()].filter(other => other === host).length < AT_ONCE_TO_HOST
  }
  const begin = (desk: Desk, head: StoredDelivery): void => {
    desk.underWay += 1
    const sending: Promise<void> = send(desk, head)
      .catch((error: unknown) => {
        failure ??= { error }
      })
      .finally(() => {
        underWay.delete(sending)
        desk.underWay -= 1
      })
    underWay.set(sending, hostOf(desk.hook))
  }
  /** Of each webhook in turn, as long as there is room. */
  const fill = (): void => {
    for (let before = -1; before !== underWay.size;) {
      before = underWay.size
      for (const desk of desks.values()) {
        const head = mayBegin(desk) ? desk.waiting.shift() : undefined
        if (head !== undefined) begin(desk, head)
      }
    }
  }

  const send = async (desk: Desk, head: StoredDelivery): Promise<void> => {
    const { hook } = desk
    const isProbe = hook.calling === 'once'
    if (isProbe && !(await webhooks.claimProbe(hook.id))) {
      known.delete(head.id)
      leaveAlone(desk)
      return
    }
    const tried = await tryOnce(services, hook, head, options)
    known.delete(head.id)
    if (tried === undefined) return
    sent += 1
    options.onOutcome?.(tried.outcome)
    if (tried.kind === 'taken' && (isProbe || desk.hook.isFailing)) await recover(desk)
    if (tried.kind === 'missed') {
      desk.hook = { ...desk.hook, isFailing: true }
      if (await webhooks.tellFailure(hook.id, head.id, isProbe)) leaveAlone(desk)
    }
    // What follows in the lane, unless others have waited longer.
    if (tried.outcome === 'failed' || !desk.isWhole || desk.hook.calling === 'later') return
    const next = await deliveries.headOf(head)
    if (next !== undefined && !known.has(next.id)) add(desk, next)
  }
  const leaveAlone = (desk: Desk): void => {
    desk.hook = { ...desk.hook, calling: 'later' }
    clear(desk)
  }
  const recover = async (desk: Desk): Promise<void> => {
    desk.hook = { ...desk.hook, calling: 'freely', isFailing: false, isLost: false }
    const webhookId = desk.hook.id
    if (!(await webhooks.tellSuccess(webhookId))) return
    const courseIds = await webhooks.coursesOf(webhookId)
    for (const id of courseIds) await deliveries.bringForward({ courseId: id, webhookId })
    options.onDue(courseIds.filter(id => id !== courseId))
  }

  for (;;) {
    if (!isOver()) {
      await look().catch((error: unknown) => {
        failure ??= { error }
      })
    }
    if (!isOver()) fill()
    if (underWay.size === 0) break
    await firstOf([...underWay.keys()], LOOK_MILLISECONDS)
  }
  if (failure !== undefined) throw failure.error
  return sent
}

/**
 * One try: whether the receiver took it, or did not, or that says nothing about the receiver; undefined where nothing was
 * tried.
 */
async function tryOnce(
  services: SendServices,
  hook: CalledWebhook,
  head: StoredDelivery,
  { mayBegin, onError }: SendOptions,
): Promise<{ readonly outcome: DeliveryOutcome; readonly kind: 'taken' | 'missed' | 'neither' } | undefined> {
  const { deliveries, effects, post } = services
  const seen = { isPosted: false, isGone: false }
  const outcome = await deliver(
    {
      ...services,
      post: async (...message) => {
        seen.isPosted = true
        return post(...message)
      },
      deliveries: {
        ...deliveries,
        write: async (courseId, tried) => {
          seen.isGone = tried.lastStatus === WANTED_NO_MORE
          await deliveries.write(courseId, tried, new Date(effects.now()))
        },
      },
    },
    hook,
    head,
    { mayBegin, onError },
  )
  if (outcome === undefined) return undefined
  if (outcome === 'delivered') return { outcome, kind: 'taken' }
  return { outcome, kind: outcome !== 'gone' && seen.isPosted && !seen.isGone ? 'missed' : 'neither' }
}

function hostOf({ url }: CalledWebhook): string {
  return new URL(url).host
}

/** Resolves when one of them is over, and after so many milliseconds at the latest. */
async function firstOf(promises: readonly Promise<void>[], milliseconds: number): Promise<void> {
  const over = new AbortController()
  try {
    await Promise.race([...promises, pauseFor(milliseconds, over.signal)])
  } finally {
    over.abort()
  }
}
