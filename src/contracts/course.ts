/** Courses, members and assignments as they cross the boundary (contract §5 and §6). */
import { z } from 'zod'
import { toleranceSchema } from './graph.js'
import { keySchema, text, timeSchema } from './text.js'

export const courseBodySchema = z
  .strictObject({ title: text(200) })
  .meta({ examples: [{ title: 'Deep learning, spring' }] })

export const courseSchema = z.strictObject({
  key: keySchema,
  title: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
})

export type CourseBody = z.infer<typeof courseBodySchema>
export type CourseView = z.infer<typeof courseSchema>

export const memberBodySchema = z
  .strictObject({ role: z.enum(['learner', 'instructor']), name: text(200).optional() })
  .meta({ examples: [{ role: 'learner', name: 'Ada Lovelace' }] })

export const memberSchema = z.strictObject({
  key: keySchema,
  role: z.enum(['learner', 'instructor']),
  name: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
})

export type MemberBody = z.infer<typeof memberBodySchema>
export type MemberView = z.infer<typeof memberSchema>

const MAX_INT = 2_147_483_647

export const feedbackSchema = z.enum(['full', 'verdicts', 'score', 'none'])
export const revealSchema = z.enum(['never', 'when-correct', 'after-close'])
const variantsSchema = z.enum(['fixed', 'per-learner', 'per-attempt'])

/** An assignment's policy. PUT replaces: what is left out returns to its default, except `graphVersion`. */
export const assignmentBodySchema = z
  .strictObject({
    graph: keySchema,
    graphVersion: z
      .int()
      .min(1)
      .max(MAX_INT)
      .optional()
      .describe('the latest at creation, then pinned until given'),
    title: text(200).optional().describe("the graph's by default"),
    points: z.number().min(0).max(1_000_000).default(10),
    opensAt: timeSchema.nullable().default(null),
    dueAt: timeSchema.nullable().default(null),
    closesAt: timeSchema.nullable().default(null),
    lateCredit: z.number().min(0).max(1).default(1).describe('late work earns credit × lateCredit'),
    maxAttempts: z.int().min(1).max(1_000_000).nullable().default(null),
    keep: z
      .enum(['best', 'last', 'first', 'mean'])
      .default('best')
      .describe('which attempts make the progress credit'),
    tolerance: toleranceSchema.nullable().default(null).describe("the graph's by default"),
    weights: z
      .record(z.string().max(256), z.number().min(0))
      .nullable()
      .default(null)
      .describe("box id → weight; the graph's by default"),
    feedback: feedbackSchema
      .default('full')
      .describe(
        'what the answer to an attempt tells: `full` verdicts and what went wrong, `verdicts` statuses and credits, ' +
          '`score` credit and progress, `none` that it was stored',
      ),
    reveal: revealSchema
      .default('never')
      .describe('when `boxes[].expected` holds the right value; `after-close` needs closesAt'),
    variants: variantsSchema.default('fixed').describe("whose inputs: the graph's own, or drawn"),
    followThrough: z
      .number()
      .min(0)
      .max(0.99)
      .default(0.5)
      .describe("credit of a box that is wrong but follows from the learner's own entries"),
  })
  .meta({ examples: [{ graph: 'lab-network0', points: 10, dueAt: '2026-12-01T12:00:00Z', maxAttempts: 5 }] })

export const assignmentSchema = z.strictObject({
  key: keySchema,
  graph: keySchema,
  graphVersion: z.int(),
  title: z.string(),
  points: z.number(),
  opensAt: z.string().nullable(),
  dueAt: z.string().nullable(),
  closesAt: z.string().nullable(),
  lateCredit: z.number(),
  maxAttempts: z.int().nullable(),
  keep: z.enum(['best', 'last', 'first', 'mean']),
  tolerance: toleranceSchema.nullable(),
  weights: z.record(z.string(), z.number()).nullable(),
  feedback: feedbackSchema,
  reveal: revealSchema,
  variants: variantsSchema,
  followThrough: z.number(),
  warnings: z
    .array(
      z.strictObject({
        code: z.enum(['practisable-answers', 'nothing-to-vary']),
        path: z.string().describe('a JSON pointer into the body'),
        message: z.string(),
      }),
    )
    .describe('what the author may not have meant'),
  revision: z.int().describe('goes up with every change of the policy'),
  createdAt: z.string(),
  updatedAt: z.string(),
})

export type AssignmentBody = z.infer<typeof assignmentBodySchema>
export type AssignmentView = z.infer<typeof assignmentSchema>

/** What holds for one learner in the place of the policy. PUT replaces: what is left out or null is the policy's. */
export const overrideBodySchema = z
  .strictObject({
    dueAt: timeSchema.nullable().default(null).describe("the assignment's by default"),
    closesAt: timeSchema.nullable().default(null).describe("the assignment's by default"),
    extraAttempts: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(0)
      .describe("on top of the assignment's maxAttempts"),
  })
  .meta({ examples: [{ dueAt: '2026-12-08T12:00:00Z', extraAttempts: 1 }] })

export const overrideSchema = z.strictObject({
  learner: keySchema,
  dueAt: z.string().nullable(),
  closesAt: z.string().nullable(),
  extraAttempts: z.int(),
  createdAt: z.string(),
  updatedAt: z.string(),
})

export type OverrideBody = z.infer<typeof overrideBodySchema>
export type OverrideView = z.infer<typeof overrideSchema>
