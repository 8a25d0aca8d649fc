/** Lists of a class: which learners, in which order (contract §6). */
import { z } from 'zod'
import { flagSchema, keySchema, pageQuerySchema, text, timeSchema, wholeNumber } from './text.js'

/** What a class may be ordered by, each with the key after it. */
const learnerOrderSchema = z.enum([
  'KEY_ASC',
  'KEY_DESC',
  'NAME_ASC',
  'NAME_DESC',
  'CREDIT_ASC',
  'CREDIT_DESC',
  'ATTEMPTS_ASC',
  'ATTEMPTS_DESC',
  'LAST_SUBMITTED_ASC',
  'LAST_SUBMITTED_DESC',
])

export type LearnerOrder = z.infer<typeof learnerOrderSchema>

/** The most characters of a search. */
export const MOST_SEARCHED = 64

/** A credit as it stands in a query. */
const credit = z
  .string()
  .regex(/^(0|1|0?\.[0-9]{1,12}|1\.0{1,12})$/, { message: 'must be a number from 0 to 1' })
  .transform(Number)

/** Which page of a class. */
export const learnersQuerySchema = pageQuerySchema.extend({
  orderBy: learnerOrderSchema
    .default('KEY_ASC')
    .describe(
      'names in capitals or not, and by key where there is none; who never submitted comes before who did; ' +
        'the same by key',
    ),
  assignment: keySchema
    .optional()
    .describe('filter and order by this one assignment; by all of the course if not given'),
  notStarted: flagSchema.optional().describe('whether they have no attempt'),
  completed: flagSchema.optional().describe('whether they have completed all of it'),
  struggling: flagSchema
    .optional()
    .describe(
      'whether they try much and earn little: on what they have begun a mean of at least `minAttempts` attempts (3 if not ' +
        'given) and of a credit of at most `maxCredit` (0.5), and not all of it completed',
    ),
  minAttempts: wholeNumber(0, 2_147_483_647).optional().describe('so many attempts at least'),
  minCredit: credit.optional().describe('a mean credit of so much at least; what is not begun counts 0'),
  maxCredit: credit.optional().describe('a mean credit of so much at most; what is not begun counts 0'),
  inactiveSince: timeSchema.optional().describe('who has begun, and last submitted before then'),
  search: text(MOST_SEARCHED).optional().describe('a part of the key or of the name, in capitals or not'),
})

/** Which learners of a class, in which order, and which page of them. */
export type LearnersQuery = z.infer<typeof learnersQuerySchema>
