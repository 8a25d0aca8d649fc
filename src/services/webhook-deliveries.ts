/** What became of a webhook's deliveries, and sending one again. */
import { z } from 'zod'
import type { DeliveriesQuery, DeliveryState, DeliveryView, EventType } from '../contracts/webhook.js'
import type { DeliveryRepository, PlacedDelivery } from '../database/webhook-deliveries.js'
import { notFound } from '../errors.js'
import { listingFrom, readCursor, type Listing } from './cursors.js'
import type { DeliveryBell } from './delivery-bell.js'
import type { Principal } from './principal.js'
import { findWebhook, type WebhookServices } from './webhooks.js'

export type DeliveryServices = WebhookServices & {
  readonly deliveries: DeliveryRepository
  readonly deliveryBell: DeliveryBell
}

function viewDelivery(stored: PlacedDelivery): DeliveryView {
  return {
    id: stored.id,
    // Checks in the database hold these two to their types.
    type: stored.type as EventType,
    state: stored.state as DeliveryState,
    course: stored.course,
    assignment: stored.assignment,
    learner: stored.learner,
    attempt: stored.attemptId,
    job: stored.jobId,
    tries: stored.tries,
    createdAt: stored.createdAt.toISOString(),
    dueAt: stored.state === 'pending' ? stored.dueAt.toISOString() : null,
    finishedAt: stored.finishedAt?.toISOString() ?? null,
    lastStatus: stored.lastStatus,
    lastError: stored.lastError,
  }
}

/** The deliveries of a webhook in the order of their making; in one state if asked. */
export async function listDeliveries(
  services: DeliveryServices,
  principal: Principal,
  key: string,
  query: DeliveriesQuery,
): Promise<Listing<DeliveryView>> {
  const webhook = await findWebhook(services, principal, key)
  const { state, limit } = query
  const list = ['deliveries', webhook.id, ...(state === undefined ? [] : [state])]
  const after = readCursor(query.cursor, list, 'id')
  const found = await services.deliveries.list(webhook, { state, after, limit: limit + 1 })
  return listingFrom(found, limit, list, { positionOf: ({ id }) => id, view: viewDelivery })
}

/**
 * Lets a delivery be sent at once, with all its tries before it, whatever became of it. One that was dead is sent after what
 * came later and was not kept waiting by it.
 */
export async function resendDelivery(
  services: DeliveryServices,
  principal: Principal,
  path: { readonly webhook: string; readonly id: string },
): Promise<DeliveryView> {
  const { deliveries, deliveryBell } = services
  const webhook = await findWebhook(services, principal, path.webhook)
  if (!z.uuid().safeParse(path.id).success) throw notFound()
  const found = await deliveries.find(webhook, path.id)
  if (found === undefined || !(await deliveries.resend(found))) throw notFound()
  deliveryBell.ring([found.courseId])
  const after = await deliveries.find(webhook, path.id)
  if (after === undefined) throw notFound()
  return viewDelivery(after)
}
