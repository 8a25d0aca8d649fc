/** Graded boxes as they cross the boundary (contract §4 and §5). */
import { z } from 'zod'
import { valueSchema } from './graph.js'

const statusSchema = z.enum(['correct', 'follows', 'incorrect', 'invalid', 'blank'])

const gradedEntrySchema = z.strictObject({ status: statusSchema, credit: z.number().min(0).max(1) })

/** A box with its verdict alone. */
export const judgedBoxSchema = z.strictObject({
  id: z.string(),
  status: statusSchema,
  credit: z.number().min(0).max(1),
  entries: z
    .union([z.array(gradedEntrySchema), z.array(z.array(gradedEntrySchema))])
    .optional()
    .describe('of an array, its entries in the same nesting; the credit above is their mean'),
  answer: z.unknown().describe('as typed; null where nothing was'),
})

/** With what is said of it. */
export const gradedBoxSchema = judgedBoxSchema.extend({
  feedback: z.array(z.strictObject({ code: z.string(), message: z.string() })),
})

/** The right value of a box, where the policy shows it. */
export const revealed = {
  expected: z
    .union([valueSchema, z.string()])
    .optional()
    .describe('what is right, where the policy reveals it: a value, or an expression as text'),
}
