/** A learner's session: an assignment opened for one learner by a token that ends soon. */
import { z } from 'zod'
import { attemptAnswerSchema, attemptBodySchema, learnerProgressSchema } from './attempt.js'
import { assignmentSchema } from './course.js'
import { languageQuerySchema, pageGraphSchema, pageSvgSchema, stepsQuerySchema } from './practice.js'
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

/** The attempt that the learner made last, as it may be seen again. */
const lastAttemptSchema = z.strictObject({
  number: z.int(),
  submittedAt: z.string(),
  late: z.boolean(),
  isOfShown: z
    .boolean()
    .describe('it was made on what is shown: the same version of the graph, at the same inputs'),
  answers: z.record(z.string(), z.unknown()).describe('box id → what was typed, of the boxes that are shown'),
  result: attemptAnswerSchema.describe(
    'as the same attempt sent again is answered, with the result that stands',
  ),
})

/** What a learner sees of an assignment. No answer before the policy shows it. */
export const sessionSchema = z.strictObject({
  /** Alike for all sessions of this learner on this assignment at this variant: what drafts are kept under. */
  subject: z.string(),
  /** Alike whatever the variant: what an attempt on its way is kept under until it is answered. */
  attemptsSubject: z.string(),
  now: z.string().describe('the clock that opensAt, dueAt and closesAt go by'),
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
  last: lastAttemptSchema
    .nullable()
    .describe('null before the first attempt, and before the assignment opens'),
  revealed: z
    .array(z.string())
    .describe(
      'ids of the boxes whose steps may be asked for: the policy shows what is right in them, and in the boxes whose values ' +
        'their steps tell',
    ),
})

export type SessionView = z.infer<typeof sessionSchema>

export const learnAttemptBodySchema = attemptBodySchema
  .omit({ learner: true })
  .meta({ examples: [{ answers: { a: '11', J: 121, dJ_da: '22' } }] })

export const sessionStepsQuerySchema = languageQuerySchema.extend({ box: stepsQuerySchema.shape.box })

export const answerCheckBodySchema = attemptBodySchema
  .pick({ answers: true })
  .meta({ examples: [{ answers: { a: '11', J: '12,1' } }] })

export type AnswerCheckBody = z.infer<typeof answerCheckBodySchema>

/** What cannot be read of some answers. Nothing is said of those that can. */
export const answerCheckSchema = z.strictObject({
  errors: z
    .array(
      z.strictObject({
        path: z.string().describe('a JSON pointer into the body'),
        code: z.string(),
        message: z.string(),
        position: z.int().optional().describe('where reading stopped in what was typed'),
      }),
    )
    .describe('as a submission of them would list: those of the code `unreadable-answer`'),
})

export type AnswerCheck = z.infer<typeof answerCheckSchema>
