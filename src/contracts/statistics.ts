/** What a class's attempts come to, as it crosses the boundary (contract §6). */
import { z } from 'zod'
import { keySchema } from './text.js'

const count = z.int().min(0)
const shareSchema = z.number().min(0).max(1).nullable()

const boxStatisticsSchema = z.strictObject({
  id: z.string(),
  firstAttempts: count.describe("learners' first attempts at which the box was asked, left blank or not"),
  firstCorrect: count.describe('those of them that have it right'),
  attempts: count.describe('all attempts at which the box was asked'),
  correct: count.describe('those of them that have it right'),
  follows: count.describe('those of them that are wrong, but right given an earlier slip'),
  difficulty: shareSchema.describe(
    'firstCorrect / firstAttempts: an easy box has much of it; null before any attempt',
  ),
  finalDifficulty: shareSchema.describe(
    'correct / attempts, over all attempts, so that it shows what learners come to by trying again',
  ),
  followsShare: shareSchema.describe('follows / attempts'),
  discrimination: z
    .number()
    .min(-1)
    .max(1)
    .nullable()
    .describe(
      'point-biserial: over first attempts, the correlation of the box being right with the weighted credit of the ' +
        'other boxes; null under 10 learners, and where either is the same for all',
    ),
  firstWrong: count.describe('learners whose first attempt has its first wrong answer here'),
  misconceptions: z
    .array(z.strictObject({ code: z.string(), count }))
    .describe('named wrong rules that answers fit, over all attempts, the most common first'),
  wrongValues: z
    .array(z.strictObject({ value: z.string(), count, error: count }))
    .describe(
      'the most common wrong values, at most 20, by a sketch of bounded size: each was seen at most `count` and at least ' +
        '`count − error` times',
    ),
})

const secondsSchema = z.number().min(0).nullable().describe('seconds; null where nobody has completed it')

/** The statistics of an assignment. Instructors' attempts are in none of it. */
export const assignmentStatisticsSchema = z
  .strictObject({
    learners: count.describe('learners who have an attempt'),
    completed: count.describe('those who have one with every box right'),
    attempts: count,
    meanCredit: shareSchema.describe("the mean of the learners' progress credit; null before any attempt"),
    medianCredit: shareSchema.describe('the median of the same'),
    histogram: z
      .array(z.strictObject({ from: z.number(), to: z.number(), learners: count }))
      .describe(
        'learners by their progress credit, in 20 bins: at least `from` and below `to`, in the last bin up to it',
      ),
    timeToCompletion: z
      .strictObject({
        learners: count.describe('who have completed it and whose first sight of it is known'),
        median: secondsSchema,
        lowerQuartile: secondsSchema,
        upperQuartile: secondsSchema,
      })
      .describe(
        'from first sight to the attempt that completed it; where it is not known when a learner first saw what is asked, ' +
          'from the first attempt',
      ),
    firstWrongBox: z
      .string()
      .nullable()
      .describe(
        'where the class stumbles: the box with the highest firstWrong; null where no answer was wrong',
      ),
    boxes: z
      .array(boxStatisticsSchema)
      .describe(
        'every box that is asked, in order, then those that only attempts at earlier versions of the graph were asked',
      ),
  })
  .meta({
    examples: [
      {
        learners: 120,
        completed: 84,
        attempts: 311,
        meanCredit: 0.83,
        medianCredit: 1,
        histogram: [{ from: 0.95, to: 1, learners: 84 }],
        timeToCompletion: { learners: 84, median: 1260.5, lowerQuartile: 610, upperQuartile: 4300.25 },
        firstWrongBox: 'dJ_dw',
        boxes: [
          {
            id: 'dJ_dw',
            firstAttempts: 120,
            firstCorrect: 42,
            attempts: 311,
            correct: 201,
            follows: 12,
            difficulty: 0.35,
            finalDifficulty: 0.646,
            followsShare: 0.039,
            discrimination: 0.52,
            firstWrong: 61,
            misconceptions: [{ code: 'forgot-upstream', count: 48 }],
            wrongValues: [{ value: '3', count: 50, error: 0 }],
          },
        ],
      },
    ],
  })

export type AssignmentStatistics = z.infer<typeof assignmentStatisticsSchema>

const assignmentOverviewSchema = z.strictObject({
  key: keySchema,
  title: z.string(),
  points: z.number(),
  learners: count.describe('learners who have an attempt'),
  completed: count.describe('those who have one with every box right'),
  notStarted: count.describe('learners of the course who have none'),
  attempts: count,
  meanCredit: shareSchema.describe('the mean of the progress credit of those who have an attempt'),
  stumblingBox: z
    .string()
    .nullable()
    .describe('the box at which most first attempts have their first wrong answer'),
})

const helpReasonSchema = z.strictObject({
  code: z
    .enum(['struggling', 'not-started', 'inactive'])
    .describe(
      '`struggling`: at least 3 attempts and at most half of the credit on an assignment that is open and not completed; ' +
        '`not-started`: nothing submitted to an open assignment that is due within 3 days or was due; ' +
        '`inactive`: nothing submitted for 7 days, after something was, while an open assignment is not completed',
    ),
  assignment: keySchema.nullable().describe('of what; null for `inactive`, which is of the course'),
  attempts: count.describe('on that assignment; for `inactive` on all'),
  credit: z
    .number()
    .min(0)
    .max(1)
    .describe('on that assignment; for `inactive` the mean over all assignments of the course'),
  lastSubmittedAt: z.string().nullable(),
})

/** A course at a glance: its assignments, and who needs help and why. */
export const courseOverviewSchema = z
  .strictObject({
    learners: count.describe('learners of the course, begun or not'),
    assignments: z.array(assignmentOverviewSchema).describe('by key'),
    needHelp: z
      .array(
        z.strictObject({
          learner: keySchema,
          name: z.string().nullable(),
          reasons: z.array(helpReasonSchema).describe('the most pressing first, at most 20'),
        }),
      )
      .describe('the most pressing first, at most 50'),
    considered: count.describe(
      'how many learners were looked at for `needHelp`: who struggle, who have stopped, and those with the least credit; every one in a class of 500 ' +
        'with at most 40 assignments',
    ),
  })
  .meta({
    examples: [
      {
        learners: 121,
        assignments: [
          {
            key: 'week-1',
            title: 'A first network',
            points: 10,
            learners: 120,
            completed: 84,
            notStarted: 1,
            attempts: 311,
            meanCredit: 0.83,
            stumblingBox: 'dJ_dw',
          },
        ],
        needHelp: [
          {
            learner: 'student-42',
            name: 'Ada Lovelace',
            reasons: [
              {
                code: 'struggling',
                assignment: 'week-1',
                attempts: 4,
                credit: 0.2,
                lastSubmittedAt: '2026-11-20T10:00:00.000Z',
              },
            ],
          },
        ],
        considered: 121,
      },
    ],
  })

export type CourseOverview = z.infer<typeof courseOverviewSchema>
