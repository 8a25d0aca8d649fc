/** Answers, attempts and progress as they cross the boundary (contract §4 and §6). */
import { z } from 'zod'
import { gradedBoxSchema, judgedBoxSchema, revealed } from './graded-box.js'
import { boxSchema, evaluateQuerySchema, valueSchema } from './graph.js'
import { keySchema, pageQuerySchema, wholeNumber } from './text.js'

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

/** What a request that may be sent again is known by. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7E]{1,255}$/, { message: 'an Idempotency-Key is 1 to 255 visible ASCII characters' })
  .describe('the same key with the same request answers the attempt it stored; unique in the course')

/** The most attempts of one batch. */
export const MAX_BATCH_ITEMS = 1_000

/** An attempt of a batch: a line of NDJSON, or one of the `items` of a JSON body. */
export const batchItemSchema = attemptBodySchema
  .extend({ idempotencyKey: idempotencyKeySchema.optional() })
  .meta({
    examples: [{ learner: 'student-42', answers: LAB_ANSWERS, idempotencyKey: 'quiz-7/student-42/1' }],
  })

/** Items are checked one by one: one that is not well-formed fails alone. */
export const batchBodySchema = z
  .strictObject({
    items: z.array(z.unknown()).min(1).max(MAX_BATCH_ITEMS).describe('attempts, each with a key of its own'),
  })
  .meta({
    examples: [
      { items: [{ learner: 'student-42', answers: LAB_ANSWERS, idempotencyKey: 'quiz-7/student-42/1' }] },
    ],
  })

export const practiceBodySchema = z
  .strictObject({
    answers: answersSchema,
    inputs: z.record(z.string(), valueSchema).optional().describe('values other than the published ones'),
  })
  .meta({ examples: [{ answers: { a: '11', dJ_dw: '3' } }] })

export type PracticeBody = z.infer<typeof practiceBodySchema>

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

const identity = {
  id: z.uuid(),
  number: z.int().describe('1 for the first attempt of a learner on an assignment'),
  submittedAt: z.string(),
  late: z.boolean(),
}

/** With the feedback `none`: that the attempt was stored. */
const receivedSchema = z
  .strictObject({ ...identity, attempts: z.int(), remaining: progressSchema.shape.remaining })
  .meta({ title: 'feedback: none' })

/** With the feedback `score`: what it earned. */
const scoredSchema = z
  .strictObject({
    ...identity,
    learner: keySchema,
    credit: z.number().min(0).max(1).describe('before lateness'),
    points: z.number().describe('after lateness'),
    maxPoints: z.number(),
    progress: progressSchema.describe('as it stood right after this attempt'),
  })
  .meta({ title: 'feedback: score' })

/** With the feedback `verdicts`: which boxes are right. */
const judgedSchema = scoredSchema
  .extend({ boxes: z.array(judgedBoxSchema.extend(revealed)).describe('every box asked, in order') })
  .meta({ title: 'feedback: verdicts' })

/** With the feedback `full`: what went wrong as well. */
export const attemptSchema = scoredSchema
  .extend({ boxes: z.array(gradedBoxSchema.extend(revealed)).describe('every box asked, in order') })
  .meta({
    title: 'feedback: full',
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

/** What an attempt is answered with: as much as the assignment's `feedback` lets the learner's system see. */
export const attemptAnswerSchema = z.union([attemptSchema, judgedSchema, scoredSchema, receivedSchema])

export type AttemptAnswer = z.infer<typeof attemptAnswerSchema>

/** An attempt as teachers read it, whatever the learner may see. */
export const attemptRecordSchema = scoredSchema.extend({
  boxes: z
    .array(
      gradedBoxSchema.extend({
        ...revealed,
        misconceptions: z
          .array(z.string())
          .optional()
          .describe('codes of the mistakes that the answer fits; of boxes marked `follows` too'),
      }),
    )
    .describe('every box asked, in order; `expected` unless the assignment never reveals'),
})

export type AttemptRecord = z.infer<typeof attemptRecordSchema>

export const assignmentSolutionQuerySchema = evaluateQuerySchema.extend({
  learner: keySchema.optional().describe('whose variant; needed unless variants are fixed'),
  number: wholeNumber(1, 2_147_483_647)
    .optional()
    .describe('of which attempt; one that was made is solved as it is graded; by default the next'),
})

export type AssignmentSolutionQuery = z.infer<typeof assignmentSolutionQuerySchema>

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
