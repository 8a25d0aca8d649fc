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
  revision: z.int().describe('goes up with every change of the policy'),
  createdAt: z.string(),
  updatedAt: z.string(),
})

export type AssignmentBody = z.infer<typeof assignmentBodySchema>
export type AssignmentView = z.infer<typeof assignmentSchema>
