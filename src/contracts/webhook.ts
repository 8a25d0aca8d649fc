/** Webhooks and their deliveries as they cross the boundary: where a tenant is told of events, and what became of it. */
import { z } from 'zod'
import { keySchema, pageQuerySchema, wholeNumber } from './text.js'

/** What a webhook can be told of. */
export const EVENTS = ['attempt.graded', 'assignment.completed', 'regrade.finished'] as const

const eventSchema = z.enum(EVENTS)
export type EventType = z.infer<typeof eventSchema>

/** The most webhooks of a tenant. */
export const MOST_WEBHOOKS = 20

const formatSchema = z
  .enum(['standard', 'xapi'])
  .describe('`standard`: { type, timestamp, data }; `xapi`: an xAPI 1.0.3 statement')
export type WebhookFormat = z.infer<typeof formatSchema>

export const webhookBodySchema = z
  .strictObject({
    url: z.string().min(1).max(2_000).describe('an https URL without user and password'),
    events: z
      .array(eventSchema)
      .min(1)
      .max(EVENTS.length)
      .refine(events => new Set(events).size === events.length, { message: 'an event is named twice' }),
    course: keySchema.optional().describe('only of this course; without it, of every course of the tenant'),
    format: formatSchema.default('standard'),
  })
  .meta({ examples: [{ url: 'https://example.com/chainmark', events: ['attempt.graded'] }] })

export type WebhookBody = z.infer<typeof webhookBodySchema>

export const webhookSchema = z.strictObject({
  key: keySchema,
  url: z.string(),
  events: z.array(eventSchema),
  course: keySchema.nullable().describe('null: every course of the tenant'),
  format: formatSchema,
  previousSecretUntil: z
    .string()
    .nullable()
    .describe('until then deliveries are signed with the secret before this one as well'),
  createdAt: z.string(),
  updatedAt: z.string(),
})

export type WebhookView = z.infer<typeof webhookSchema>

/** A webhook whose secret was just made; nothing else ever shows it. */
export const webhookWithSecretSchema = webhookSchema.extend({
  secret: z
    .string()
    .regex(/^whsec_/)
    .describe('shown this once: `whsec_` and 32 bytes in base64'),
})

export type WebhookWithSecret = z.infer<typeof webhookWithSecretSchema>

const DAY_SECONDS = 24 * 60 * 60

/** A request without a body has null for it. */
export const rotateBodySchema = z
  .strictObject({
    previousSeconds: z
      .int()
      .min(0)
      .max(7 * DAY_SECONDS)
      .default(DAY_SECONDS)
      .describe('how long deliveries are signed with the secret before as well; 0: with the new one alone'),
  })
  .nullable()
  .meta({ examples: [{ previousSeconds: 3600 }] })

export type RotateBody = NonNullable<z.infer<typeof rotateBodySchema>>

export const DEFAULT_ROTATION: RotateBody = { previousSeconds: DAY_SECONDS }

const stateSchema = z.enum(['pending', 'delivered', 'dead'])
export type DeliveryState = z.infer<typeof stateSchema>

export const deliveriesQuerySchema = pageQuerySchema.extend({
  state: stateSchema.optional(),
  // As in every list; named here for the documentation of what is in a page.
  limit: wholeNumber(1, 200).default(50).describe('the most deliveries of a page'),
})

export type DeliveriesQuery = z.infer<typeof deliveriesQuerySchema>

export const deliverySchema = z.strictObject({
  id: z.uuid().describe('the webhook-id of its requests'),
  type: eventSchema,
  course: keySchema,
  assignment: keySchema,
  learner: keySchema.nullable(),
  attempt: z.uuid().nullable(),
  job: z.uuid().nullable(),
  state: stateSchema.describe('`dead` after the last try failed; it can be sent again'),
  tries: z.int(),
  createdAt: z.string(),
  dueAt: z.string().nullable().describe('when it is tried next; null unless it is pending'),
  finishedAt: z.string().nullable(),
  lastStatus: z.int().nullable().describe('what the receiver answered last'),
  lastError: z.string().nullable().describe('why the last try failed'),
})

export type DeliveryView = z.infer<typeof deliverySchema>
