/** What is asked for with whole downloads: the gradebook and all attempts on an assignment. */
import { z } from 'zod'
import { flagSchema, keySchema } from './text.js'

export const gradebookQuerySchema = z.strictObject({
  value: z
    .enum(['points', 'credit', 'attempts'])
    .default('points')
    .describe('what the column of an assignment holds'),
  bom: flagSchema
    .optional()
    .describe('whether the file begins with a byte order mark, by which Excel knows that it is UTF-8'),
})

export type GradebookQuery = z.infer<typeof gradebookQuerySchema>

export const attemptExportQuerySchema = z.strictObject({
  learner: keySchema.optional(),
  after: z
    .uuid()
    .optional()
    .describe('the `id` of an attempt, there still or erased: only those that follow it are sent'),
  tail: flagSchema.optional().describe('whether attempts of the last two minutes are sent as well'),
})

export type AttemptExportQuery = z.infer<typeof attemptExportQuerySchema>
