/** What the routes share: path schemas, and refusals for the documentation. */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { keySchema } from '../../contracts/text.js'
import { problemSchema } from '../problems.js'

/** An application whose routes are typed by their zod schemas. */
export type ZodApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

export const graphPath = z.strictObject({ graph: keySchema })
export const coursePath = z.strictObject({ course: keySchema })
export const memberPath = coursePath.extend({ member: keySchema })
export const assignmentPath = coursePath.extend({ assignment: keySchema })
export const variantPath = assignmentPath.extend({ learner: keySchema })
export const attemptPath = assignmentPath.extend({ id: z.uuid() })
export const learnerPath = coursePath.extend({ learner: keySchema })

/** The refusals that any route with a key may answer. */
export const refusals = {
  '4xx': problemSchema.describe('a refusal; `code` says which'),
  '5xx': problemSchema.describe('a fault of the service, or 503 with Retry-After'),
} as const

/** Bodies of definitions may be this large. */
export const DEFINITION_BYTES = 2 * 1024 * 1024
