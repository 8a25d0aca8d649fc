/**
 * Sends what is due of one course. Whoever does has the course's lease, and takes it anew before a request that could outlast
 * it: so nobody else sends anything of the course meanwhile, and of each lane (database/webhook-lanes.ts) one delivery at
 * most is under way. When a process is killed its lease runs out, and another goes on; what was under way is sent twice then.
 */
import type { WebhookRepository } from '../database/webhooks.js'
import type { DeliveryRepository } from '../database/webhook-deliveries.js'
import type { DeliveryOutcome } from './deliver-webhook.js'
import type { Effects } from './effects.js'
import { sendDeliveries, type SendServices } from './send-deliveries.js'
import { createLease } from './webhook-lease.js'

export type DispatchServices = Omit<SendServices, 'deliveries' | 'effects' | 'webhooks'> & {
  readonly deliveries: DeliveryRepository
  readonly webhooks: WebhookRepository
  readonly effects: Effects
}

export type DispatchOptions = {
  /** Told what became of every try. */
  readonly onOutcome?: ((outcome: DeliveryOutcome) => void) | undefined
  /** Told of courses in which something has become due. */
  readonly onDue: (courseIds: readonly string[]) => void
  /** Told of faults of ours. */
  readonly onError: (error: unknown) => void
  /** Once aborted, nothing is begun any more. */
  readonly stopping: AbortSignal
}

/** Somebody else is at it; or when something is due next by the database's clock, which may be now already. */
export type Dispatched =
  { readonly kind: 'held' } | { readonly kind: 'done'; readonly next: Date | undefined }

/** After so many milliseconds other courses have their turn. */
const TURN_MILLISECONDS = 15_000

/** How soon the next turn comes, in milliseconds, after one in which nothing could be sent. */
const IDLE_MILLISECONDS = 1_000

/** Sends what is due of a course, for a while. Throws what the database throws; then it can be done again at any time. */
export async function dispatchCourse(
  services: DispatchServices,
  courseId: string,
  { stopping, ...options }: DispatchOptions,
): Promise<Dispatched> {
  const { deliveries, effects } = services
  // Not the process's: two dispatches of one process are two as well.
  const owner = effects.newId()
  const lease = createLease(deliveries, effects, { courseId, owner })
  if (!(await lease.take())) return { kind: 'held' }
  const end = effects.monotonic() + TURN_MILLISECONDS
  let sent = 0
  try {
    sent = await sendDeliveries(services, courseId, {
      ...options,
      isOver: () => stopping.aborted || lease.isLost() || effects.monotonic() >= end,
      mayBegin: async () => !stopping.aborted && (await lease.keep()),
    })
  } finally {
    if (!lease.isLost()) await deliveries.releaseLease(courseId, owner)
  }
  // Looked up after the lease was let go: who stored something before that and was told "held" relies on us.
  return { kind: 'done', next: await nextDue(services, courseId, sent === 0 ? IDLE_MILLISECONDS : 0) }
}

/** When something of a course may be sent next, and not before so many milliseconds from now. */
async function nextDue(
  { deliveries, webhooks }: Pick<DispatchServices, 'deliveries' | 'webhooks'>,
  courseId: string,
  milliseconds: number,
): Promise<Date | undefined> {
  let next: Date | undefined
  for (const { id, calling, probeAt } of await webhooks.ofCourse(courseId)) {
    const place = { courseId, webhookId: id }
    const due =
      calling !== 'later'
        ? await deliveries.nextDue(place, milliseconds)
        : probeAt !== null && (await deliveries.isAnyPending(place))
          ? probeAt
          : undefined
    if (due !== undefined && (next === undefined || due < next)) next = due
  }
  return next
}
