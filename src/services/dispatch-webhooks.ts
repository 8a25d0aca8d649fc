/**
 * Sends what is due of one course. Whoever does has the course's lease, and takes it anew before a request that could outlast
 * it: so nobody else sends anything of the course meanwhile, and of each lane (database/webhook-deliveries.ts) one delivery at
 * most is under way. When a process is killed its lease runs out, and another goes on; what was under way is sent twice then.
 */
import type { DeliveryRepository, StoredDelivery } from '../database/webhook-deliveries.js'
import type { StoredWebhook, WebhookRepository } from '../database/webhooks.js'
import { deliver, type DeliverServices, type DeliveryOutcome } from './deliver-webhook.js'
import type { Effects } from './effects.js'
import { createSlots, type Slots } from './slots.js'

export type DispatchServices = Omit<DeliverServices, 'deliveries' | 'effects'> & {
  readonly deliveries: DeliveryRepository
  readonly webhooks: Pick<WebhookRepository, 'ofCourse'>
  readonly effects: Effects
}

export type DispatchOptions = {
  /** Told what became of every try. */
  readonly onOutcome?: ((outcome: DeliveryOutcome) => void) | undefined
  /** Told of faults of ours. */
  readonly onError: (error: unknown) => void
  /** Once aborted, nothing is begun any more. */
  readonly stopping: AbortSignal
}

/** Somebody else is at it; or when something is due next, which may be now already. */
export type Dispatched =
  { readonly kind: 'held' } | { readonly kind: 'done'; readonly next: Date | undefined }

/** Requests of a course that are under way at once, and of these to one host. */
const AT_ONCE = 16
const AT_ONCE_TO_HOST = 4

/** Deliveries to one host that are looked for at once. */
const BATCH = 16

/** After so many milliseconds other courses have their turn. */
const TURN_MILLISECONDS = 15_000

/** How much of a lease may be over when a request begins, which may take a third of one. */
const FRESH_PART = 1 / 6

/** What a dispatch goes by. */
type Dispatch = {
  readonly courseId: string
  readonly mayBegin: () => Promise<boolean>
  readonly isOver: () => boolean
  readonly slots: Slots
}

/** Sends what is due of a course, for a while. Throws what the database throws; then it can be done again at any time. */
export async function dispatchCourse(
  services: DispatchServices,
  courseId: string,
  options: DispatchOptions,
): Promise<Dispatched> {
  const { deliveries, webhooks, effects } = services
  // Not the process's: two dispatches of one process are two as well.
  const owner = effects.newId()
  const lease = createLease(services, courseId, owner)
  if (!(await lease.take())) return { kind: 'held' }
  const end = effects.monotonic() + TURN_MILLISECONDS
  const isOver = (): boolean => options.stopping.aborted || lease.isLost() || effects.monotonic() >= end
  const mayBegin = async (): Promise<boolean> => !options.stopping.aborted && (await lease.keep())
  const dispatch: Dispatch = { courseId, mayBegin, isOver, slots: createSlots(AT_ONCE) }
  try {
    while (!isOver()) {
      const hooks = await webhooks.ofCourse(courseId)
      const hosts = [...new Set(hooks.map(hostOf))]
      const sent = await allSettled(hosts.map(host => sendToHost(services, dispatch, host, options)))
      if (sent.some(count => count > 0) || isOver()) continue
      const ids = hooks.map(({ id }) => id)
      const gone = await deliveries.dueElsewhere(courseId, ids, new Date(effects.now()))
      if (gone === undefined) break
      // Left by an attempt that was stored while the webhook was taken away, or given to another course.
      await deliveries.dropOf(courseId, gone)
    }
  } finally {
    if (!lease.isLost()) await deliveries.releaseLease(courseId, owner)
  }
  // Looked up after the lease was let go: who stored something before that and was told "held" relies on us.
  return { kind: 'done', next: await deliveries.nextDue(courseId) }
}

/** Sends what is due to one host, batch after batch; answers how many tries that were. */
async function sendToHost(
  services: DispatchServices,
  { courseId, mayBegin, isOver, slots }: Dispatch,
  host: string,
  { onOutcome, onError }: DispatchOptions,
): Promise<number> {
  const { deliveries, webhooks, effects } = services
  const hostSlots = createSlots(AT_ONCE_TO_HOST)
  let sent = 0
  while (!isOver()) {
    // Each time anew: a webhook may have been taken away or changed.
    const hooks = new Map(
      (await webhooks.ofCourse(courseId)).filter(hook => hostOf(hook) === host).map(hook => [hook.id, hook]),
    )
    const heads = await deliveries.dueHeads(courseId, [...hooks.keys()], new Date(effects.now()), BATCH)
    if (heads.length === 0) {
      await deliveries.holdBack(courseId, new Date(effects.now()))
      break
    }
    const send = async (head: StoredDelivery): Promise<void> => {
      const hook = hooks.get(head.webhookId)
      if (hook === undefined || isOver()) return
      const outcome = await deliver(services, hook, head, { mayBegin, onError })
      if (outcome === undefined) return
      sent += 1
      onOutcome?.(outcome)
    }
    await allSettled(heads.map(head => hostSlots(() => slots(() => send(head)))))
  }
  return sent
}

function hostOf({ url }: StoredWebhook): string {
  return new URL(url).host
}

/** Waits for all of them, and then throws what the first has failed of, if any has. */
async function allSettled<Result>(promises: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}

/** A course's lease, as its holder sees it. */
function createLease(
  { deliveries, effects }: Pick<DispatchServices, 'deliveries' | 'effects'>,
  courseId: string,
  owner: string,
) {
  const fresh = FRESH_PART * deliveries.leaseMilliseconds
  let takenAt = effects.monotonic()
  let lost = false
  let renewing: Promise<boolean> | undefined
  const take = async (): Promise<boolean> => {
    // From before it was asked for: it may have been granted at once and answered late.
    const asked = effects.monotonic()
    lost = !(await deliveries.takeLease(courseId, owner))
    takenAt = asked
    return !lost
  }
  return {
    take,

    /** Whether it is ours, for long enough to send something. */
    keep: async (): Promise<boolean> => {
      if (lost) return false
      if (effects.monotonic() - takenAt < fresh) return true
      renewing ??= take().finally(() => {
        renewing = undefined
      })
      return renewing
    },

    isLost: (): boolean => lost,
  }
}
