import { z } from 'zod'
import { keySchema, pageOf, pageQuerySchema } from '../../contracts/text.js'
import {
  DEFAULT_ROTATION,
  deliveriesQuerySchema,
  deliverySchema,
  rotateBodySchema,
  webhookBodySchema,
  webhookSchema,
  webhookWithSecretSchema,
} from '../../contracts/webhook.js'
import { asPage } from '../../services/cursors.js'
import { listDeliveries, resendDelivery, type DeliveryServices } from '../../services/webhook-deliveries.js'
import {
  deleteWebhook,
  listWebhooks,
  putWebhook,
  readWebhook,
  rotateSecret,
} from '../../services/webhooks.js'
import { principalOf } from '../authentication.js'
import { refusals, type ZodApp } from './route-parts.js'

const webhookPath = z.strictObject({ webhook: keySchema.meta({ example: 'grade-book' }) })
/** What is no id of a delivery names none: that is 404, like an id that nobody has. */
const deliveryPath = webhookPath.extend({ id: z.string().meta({ format: 'uuid' }) })

const tags = ['webhooks']

/** The routes of webhooks: who is told of events, and what became of telling them. */
export function registerWebhookRoutes(app: ZodApp, services: DeliveryServices): void {
  app.get(
    '/v1/webhooks',
    {
      schema: {
        tags,
        summary: 'List webhooks',
        querystring: pageQuerySchema,
        response: { 200: pageOf(webhookSchema), ...refusals },
      },
    },
    async request => asPage(await listWebhooks(services, principalOf(request), request.query)),
  )

  app.get(
    '/v1/webhooks/:webhook',
    {
      schema: {
        tags,
        summary: 'One webhook, without its secret',
        params: webhookPath,
        response: { 200: webhookSchema, ...refusals },
      },
    },
    request => readWebhook(services, principalOf(request), request.params.webhook),
  )

  app.put(
    '/v1/webhooks/:webhook',
    {
      schema: {
        tags,
        summary: 'Make or replace a webhook',
        description:
          'Events are sent as Standard Webhooks (standardwebhooks.com): signed, at least once, and in order for each ' +
          'learner and assignment. A status of 2xx says that one arrived; with 429 or 503 a Retry-After of at most a day ' +
          'is kept; with 410 it is given up at once. A record store of xAPI has a statement where it answers 409. The ' +
          'secret is answered once, by the request that makes the webhook (201); replacing keeps it. A tenant has at ' +
          'most 20.',
        params: webhookPath,
        body: webhookBodySchema,
        response: { 200: webhookSchema, 201: webhookWithSecretSchema, ...refusals },
      },
    },
    async (request, reply) => {
      const { created, view } = await putWebhook(
        services,
        principalOf(request),
        request.params.webhook,
        request.body,
      )
      return reply.code(created ? 201 : 200).send(view)
    },
  )

  app.delete(
    '/v1/webhooks/:webhook',
    {
      schema: {
        tags,
        summary: 'Take a webhook away, with its deliveries',
        params: webhookPath,
        response: { 204: z.undefined().describe('taken away'), ...refusals },
      },
    },
    async (request, reply) => {
      await deleteWebhook(services, principalOf(request), request.params.webhook)
      return reply.code(204).send()
    },
  )

  app.post(
    '/v1/webhooks/:webhook/rotate',
    {
      schema: {
        tags,
        summary: 'Give a webhook a new secret',
        description:
          'Answers the new secret, this once. For `previousSeconds` deliveries carry two signatures, separated by a ' +
          'space: of the new secret and of the one before. Where there are two already, the older one stays and the ' +
          'newer is replaced, so that this can be asked for again when the answer was lost; `previousSeconds: 0` ends both.',
        params: webhookPath,
        body: rotateBodySchema,
        response: { 200: webhookWithSecretSchema, ...refusals },
      },
    },
    request =>
      rotateSecret(services, principalOf(request), request.params.webhook, request.body ?? DEFAULT_ROTATION),
  )

  registerDeliveryRoutes(app, services)
}

function registerDeliveryRoutes(app: ZodApp, services: DeliveryServices): void {
  app.get(
    '/v1/webhooks/:webhook/deliveries',
    {
      schema: {
        tags,
        summary: 'What became of the deliveries of a webhook',
        description:
          'In the order of the events. Those that arrived are kept for 7 days, dead ones for 30: with `state=dead` the ' +
          'list is what was given up. Of a webhook that was moved to another course, none of the course before.',
        params: webhookPath,
        querystring: deliveriesQuerySchema,
        response: { 200: pageOf(deliverySchema), ...refusals },
      },
    },
    async request =>
      asPage(await listDeliveries(services, principalOf(request), request.params.webhook, request.query)),
  )

  app.post(
    '/v1/webhooks/:webhook/deliveries/:id/resend',
    {
      schema: {
        tags,
        summary: 'Send a delivery again',
        description:
          'At once, and with as many tries as a new one. A dead delivery no longer keeps later ones waiting, so that it ' +
          'may arrive after them: go by the number of the attempt.',
        params: deliveryPath,
        response: { 202: deliverySchema, ...refusals },
      },
    },
    async (request, reply) => {
      const view = await resendDelivery(services, principalOf(request), request.params)
      return reply.code(202).send(view)
    },
  )
}
