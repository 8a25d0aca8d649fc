/** Answers, attempts and progress as they cross the boundary (contract §4 and §6). */
import { z } from 'zod'
import { boxSchema, valueSchema } from './graph.js'
import { keySchema, pageQuerySchema } from './text.js'

const LAB_ANSWERS = { a: '11', J: 121, dJ_da: '22', da_dw: '3', dJ_dw: '66' }

/** Box id → what was typed. Anything may be typed; what cannot be read is told box by box. */
const answersSchema = z.record(z.string(), z.unknown()).describe('box id → what was typed')

export const attemptBodySchema = z
  .strictObject({
    learner: keySchema,
    answers: answersSchema,
    variant: z
      .string()
      .max(128)
      .optional()
      .describe('the variant answered; not needed while variants are fixed'),
  })
  .meta({ examples: [{ learner: 'student-42', answers: LAB_ANSWERS }] })

export type AttemptBody = z.infer<typeof attemptBodySchema>

export const practiceBodySchema = z
  .strictObject({
    answers: answersSchema,
    inputs: z.record(z.string(), valueSchema).optional().describe('values other than the published ones'),
  })
  .meta({ examples: [{ answers: { a: '11', dJ_dw: '3' } }] })

export type PracticeBody = z.infer<typeof practiceBodySchema>

const statusSchema = z.enum(['correct', 'follows', 'incorrect', 'invalid', 'blank'])

const gradedEntrySchema = z.strictObject({ status: statusSchema, credit: z.number().min(0).max(1) })

const gradedBoxSchema = z.strictObject({
  id: z.string(),
  status: statusSchema,
  credit: z.number().min(0).max(1),
  entries: z
    .union([z.array(gradedEntrySchema), z.array(z.array(gradedEntrySchema))])
    .optional()
    .describe('of an array, its entries in the same nesting; the credit above is their mean'),
  answer: z.unknown().describe('as typed; null where nothing was'),
  feedback: z.array(z.strictObject({ code: z.string(), message: z.string() })),
})

export const practiceSchema = z.strictObject({ credit: z.number(), boxes: z.array(gradedBoxSchema) }).meta({
  examples: [
    {
      credit: 0.5,
      boxes: [
        { id: 'a', status: 'correct', credit: 1, answer: '11', feedback: [] },
        {
          id: 'J',
          status: 'invalid',
          credit: 0,
          answer: '12,1',
          feedback: [
            { code: 'separator', message: 'A comma cannot be read here: write a point before the decimals.' },
          ],
        },
      ],
    },
  ],
})
export type PracticeView = z.infer<typeof practiceSchema>

const progressSchema = z.strictObject({
  attempts: z.int(),
  credit: z.number().describe('what the policy keeps of the earned credits, to six decimals'),
  points: z.number(),
  remaining: z.int().nullable().describe('attempts left; null without a limit'),
  completed: z.boolean().describe('one attempt had every box right'),
})

export const attemptSchema = z
  .strictObject({
    id: z.uuid(),
    learner: keySchema,
    number: z.int().describe('1 for the first attempt of a learner on an assignment'),
    credit: z.number().min(0).max(1).describe('before lateness'),
    points: z.number().describe('after lateness'),
    maxPoints: z.number(),
    submittedAt: z.string(),
    late: z.boolean(),
    boxes: z.array(gradedBoxSchema).describe('every box asked, in order'),
    progress: progressSchema.describe('as it stood right after this attempt'),
  })
  .meta({
    examples: [
      {
        id: '01930f5e-8a5c-7c3e-9d1b-2f6b8f0c1a2b',
        learner: 'student-42',
        number: 1,
        credit: 0.5,
        points: 5,
        maxPoints: 10,
        submittedAt: '2026-11-20T10:00:00.000Z',
        late: false,
        boxes: [
          { id: 'a', status: 'correct', credit: 1, answer: '11', feedback: [] },
          { id: 'J', status: 'blank', credit: 0, answer: null, feedback: [] },
        ],
        progress: { attempts: 1, credit: 0.5, points: 5, remaining: null, completed: false },
      },
    ],
  })

export type AttemptView = z.infer<typeof attemptSchema>

export const attemptsQuerySchema = pageQuerySchema.extend({ learner: keySchema.optional() })

export const variantSchema = z.strictObject({
  variant: z.string(),
  number: z.int().describe('the number that the next attempt will have'),
  graph: keySchema,
  graphVersion: z.int(),
  inputs: z.array(
    z.strictObject({ name: z.string(), role: z.enum(['parameter', 'data']), value: valueSchema }),
  ),
  boxes: z.array(boxSchema),
})

export type VariantView = z.infer<typeof variantSchema>

const assignmentProgressSchema = progressSchema.extend({
  assignment: keySchema,
  maxPoints: z.number(),
  lastSubmittedAt: z.string().nullable(),
})

/** One learner's row of a course's progress: an entry for every assignment, begun or not. */
export const learnerProgressSchema = z.strictObject({
  learner: keySchema,
  name: z.string().nullable(),
  progress: z.array(assignmentProgressSchema),
})

export type LearnerProgress = z.infer<typeof learnerProgressSchema>
