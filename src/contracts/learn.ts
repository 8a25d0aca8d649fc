/** A learner's session: an assignment opened for one learner by a token that ends soon. */
import { z } from 'zod'
import { attemptBodySchema, learnerProgressSchema } from './attempt.js'
import { assignmentSchema } from './course.js'
import { pageGraphSchema, pageSvgSchema } from './practice.js'
import { keySchema } from './text.js'

const DEFAULT_TTL_SECONDS = 7_200
const MAX_TTL_SECONDS = 86_400

export const sessionBodySchema = z
  .strictObject({
    learner: keySchema,
    ttlSeconds: z.int().min(60).max(MAX_TTL_SECONDS).default(DEFAULT_TTL_SECONDS),
  })
  .meta({ examples: [{ learner: 'student-42' }] })

export type SessionBody = z.infer<typeof sessionBodySchema>

export const createdSessionSchema = z.strictObject({
  token: z.string().describe('shown once; whoever has it is the learner, on this assignment, until it ends'),
  url: z.url().describe('the page; the token is its fragment, which no browser sends to a server'),
  expiresAt: z.string(),
})

export type CreatedSession = z.infer<typeof createdSessionSchema>

export const SESSION_STATES = ['open', 'not-open', 'closed', 'no-attempts-left'] as const

/** What a learner sees of an assignment. Never an answer. */
export const sessionSchema = z.strictObject({
  /** Alike for all sessions of this learner on this assignment at this variant: what drafts are kept under. */
  subject: z.string(),
  expiresAt: z.string(),
  course: z.strictObject({ title: z.string() }),
  assignment: assignmentSchema.pick({
    key: true,
    title: true,
    points: true,
    opensAt: true,
    dueAt: true,
    closesAt: true,
    maxAttempts: true,
    feedback: true,
  }),
  learner: z.strictObject({ key: keySchema, name: z.string().nullable() }),
  state: z.enum(SESSION_STATES),
  variant: z.string(),
  number: z.int().describe('the number that the next attempt will have'),
  progress: learnerProgressSchema.shape.progress.element.nullable().describe('null before the first attempt'),
  graph: pageGraphSchema,
  svg: pageSvgSchema.nullable(),
})

export type SessionView = z.infer<typeof sessionSchema>

export const learnAttemptBodySchema = attemptBodySchema
  .omit({ learner: true })
  .meta({ examples: [{ answers: { a: '11', J: 121, dJ_da: '22' } }] })
