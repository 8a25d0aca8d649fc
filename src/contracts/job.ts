/** Jobs as they cross the boundary (contract §5, regrading, and §6). */
import { z } from 'zod'
import { keySchema } from './text.js'

/** A request without a body has null for it. */
export const regradeBodySchema = z
  .strictObject({
    dryRun: z.boolean().default(false).describe('only list what would change; no result becomes another'),
  })
  .nullable()
  .meta({ examples: [{ dryRun: true }] })

export type RegradeBody = NonNullable<z.infer<typeof regradeBodySchema>>

export const jobSchema = z
  .strictObject({
    id: z.uuid(),
    kind: z.literal('regrade'),
    course: keySchema,
    assignment: keySchema,
    dryRun: z.boolean(),
    status: z
      .enum(['queued', 'running', 'done', 'failed'])
      .describe('until it is done, and if it fails, the old results stand'),
    done: z.int().describe('attempts that were looked at'),
    total: z.int().describe('attempts to look at; grows with those that arrive meanwhile'),
    changed: z.int().describe('attempts whose result is another than before'),
    skipped: z.int().describe('attempts that keep their result, since they cannot be graded again'),
    policyRevision: z.int().describe('the revision of the policy that is applied'),
    createdAt: z.string(),
    finishedAt: z.string().nullable(),
    error: z.string().optional().describe('of a job that failed, what to do'),
  })
  .meta({
    examples: [
      {
        id: '01930f5e-8a5c-7c3e-9d1b-2f6b8f0c1a2b',
        kind: 'regrade',
        course: 'deep-learning',
        assignment: 'week-1',
        dryRun: false,
        status: 'running',
        done: 500,
        total: 1200,
        changed: 37,
        skipped: 0,
        policyRevision: 2,
        createdAt: '2026-11-20T10:00:00.000Z',
        finishedAt: null,
      },
    ],
  })

export type JobView = z.infer<typeof jobSchema>

const resultSchema = z.strictObject({
  credit: z.number().min(0).max(1).describe('before lateness'),
  points: z.number().describe('after lateness'),
  maxPoints: z.number(),
  late: z.boolean(),
})

/** One attempt whose result a regrading changes, or would change. */
export const changeSchema = z.strictObject({
  attempt: z.uuid(),
  learner: keySchema,
  number: z.int(),
  before: resultSchema.describe('as it stood when the job looked'),
  after: resultSchema,
  boxesChanged: z.int().describe('boxes that have another status or credit'),
})

export type ChangeView = z.infer<typeof changeSchema>
