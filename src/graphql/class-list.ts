/** The class of a course as a connection. */
import { z } from 'zod'
import { MOST_SEARCHED, type LearnerOrder, type LearnersQuery } from '../contracts/learners.js'
import { keySchema, text, timeSchema } from '../contracts/text.js'
import { checkArguments } from './arguments.js'
import { connectionOf, pageQuery, type PageArguments } from './connections.js'
import type { RequestContext } from './context.js'
import type { LearnerFilter } from './generated.js'
import type { LearnersNode } from './nodes.js'

const credit = z.number().min(0).max(1)

/** As in the query of REST, where numbers are texts. */
const filterSchema = z.strictObject({
  assignment: keySchema.optional(),
  notStarted: z.boolean().optional(),
  completed: z.boolean().optional(),
  struggling: z.boolean().optional(),
  minAttempts: z.int().min(0).optional(),
  maxCredit: credit.optional(),
  minCredit: credit.optional(),
  inactiveSince: timeSchema.optional(),
  search: text(MOST_SEARCHED).optional(),
})

export type ClassArguments = PageArguments & {
  readonly orderBy?: LearnerOrder | null
  readonly filter?: LearnerFilter | null
}

/** A page of a class; on one assignment where it is given. */
export async function classList(
  { reads }: RequestContext,
  course: string,
  given: ClassArguments,
  assignment?: string,
): Promise<LearnersNode> {
  const page = pageQuery(given)
  // A filter that is null is none.
  const filters = Object.entries(given.filter ?? {}).filter(([, value]) => value !== null)
  const filter = checkArguments(filterSchema, Object.fromEntries(filters), ['filter'])
  const query: LearnersQuery = {
    ...filter,
    ...(assignment === undefined ? {} : { assignment }),
    ...page,
    orderBy: given.orderBy ?? 'KEY_ASC',
  }
  const listing = await reads().learnersOf(course, query)
  return { ...connectionOf(listing, page, learner => ({ ...learner, course })), course, query }
}

/** How many learners the filters of a class list let through. */
export function classSize({ reads }: RequestContext, { course, query }: LearnersNode): Promise<number> {
  return reads().classSizeOf(course, query)
}
