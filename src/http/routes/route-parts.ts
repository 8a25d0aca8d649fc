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

const keyLike = (example: string) => keySchema.meta({ example })

export const graphPath = z.strictObject({ graph: keyLike('lab-network0') })
export const coursePath = z.strictObject({ course: keyLike('deep-learning') })
export const memberPath = coursePath.extend({ member: keyLike('student-42') })
export const assignmentPath = coursePath.extend({ assignment: keyLike('week-1') })
/** A learner under an assignment: of a variant, of an override. */
export const assignedPath = assignmentPath.extend({ learner: keyLike('student-42') })
/** What is no id of an attempt names none: that is 404, like an id that nobody has. */
export const attemptPath = assignmentPath.extend({ id: z.string().meta({ format: 'uuid' }) })
export const learnerPath = coursePath.extend({ learner: keyLike('student-42') })

/** The refusals that any route with a key may answer. */
export const refusals = {
  429: problemSchema.describe('`too-many-requests`: a limit was reached; Retry-After says when to try again'),
  503: problemSchema.describe(
    '`unavailable`: overloaded, stopping, or without its database; Retry-After says when to try again',
  ),
  '4xx': problemSchema.describe('a refusal; `code` says which'),
  '5xx': problemSchema.describe('a fault of the service'),
} as const
