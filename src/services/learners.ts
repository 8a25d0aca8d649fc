/** The class list: learners of a course, filtered and ordered by how far they are in all of it or in one assignment. */
import { z } from 'zod'
import { MOST_SEARCHED, type LearnerOrder, type LearnersQuery } from '../contracts/learners.js'
import { keySchema, timeSchema } from '../contracts/text.js'
import type {
  CourseFilters,
  LearnerFilters,
  LearnerPosition,
  LearnerRepository,
  LearnerValue,
  ListedLearner,
} from '../database/learners.js'
import { notFound, Refusal } from '../errors.js'
import { STRUGGLING_ATTEMPTS, STRUGGLING_MILLIONTHS } from '../grading/need-help.js'
import type { AssignmentServices } from './assignments.js'
import { findCourse } from './courses.js'
import { listingFrom, readCursor, type Listing } from './cursors.js'
import type { Principal } from './principal.js'

export type LearnerServices = AssignmentServices & { readonly learners: LearnerRepository }

/** How far a learner is: in all assignments of the course, or in the one that was asked for. */
export type ClassLearner = {
  readonly key: string
  readonly name: string | null
  /** Mean of the progress credits, from 0 to 1, rounded to six decimals; an assignment that is not begun counts 0. */
  readonly credit: number
  readonly attempts: number
  /** Assignments with an attempt, and those that are completed. */
  readonly begun: number
  readonly completed: number
  readonly lastSubmittedAt: string | null
}

/** A part of the class of a course. Throws `not-found`, `invalid-request` and `invalid-cursor`. */
export async function listLearners(
  services: LearnerServices,
  principal: Principal,
  courseKey: string,
  query: LearnersQuery,
): Promise<Listing<ClassLearner>> {
  const course = await findCourse(services, principal, courseKey)
  return learnersOf(services, course.id, query)
}

/** The same of a course that was found. */
export async function learnersOf(
  services: Pick<LearnerServices, 'learners' | 'assignments'>,
  courseId: string,
  query: LearnersQuery,
): Promise<Listing<ClassLearner>> {
  const { by, descending } = ORDERS[query.orderBy]
  const list = identityOf(courseId, query)
  const after = readPosition(query.cursor, list, by)
  const filters = await filtersOf(services, courseId, query)
  const ordering = { by, descending, after, limit: query.limit + 1 }
  const found = await services.learners.list(courseId, filters, ordering)
  return listingFrom(found, query.limit, list, {
    positionOf: row => writePosition(row, by),
    view: viewLearner,
  })
}

/** Everybody. */
const NO_FILTERS: CourseFilters = {
  notStarted: undefined,
  completed: undefined,
  struggling: undefined,
  minAttempts: undefined,
  minCredit: undefined,
  maxCredit: undefined,
  inactiveSince: undefined,
  search: undefined,
}

/** Of those who need help most likely, half are who struggle, and a quarter who have stopped. */
const STRUGGLING_SHARE = 1 / 2
const INACTIVE_SHARE = 1 / 4

/**
 * At most so many learners of a course, by credit, who need help most likely: who struggle in all and who have not completed all
 * and submitted nothing since a time, however many have less credit, and then those with the least. One statement.
 */
export async function learnersToHelp(
  { learners }: Pick<LearnerServices, 'learners'>,
  courseId: string,
  { most, inactiveSince }: { readonly most: number; readonly inactiveSince: Date },
): Promise<ClassLearner[]> {
  const struggling = {
    minAttempts: STRUGGLING_ATTEMPTS,
    maxCredit: STRUGGLING_MILLIONTHS,
    is: true,
  }
  const lists = [
    { filters: { ...NO_FILTERS, struggling }, limit: Math.floor(most * STRUGGLING_SHARE) },
    {
      filters: { ...NO_FILTERS, completed: false, inactiveSince },
      limit: Math.floor(most * INACTIVE_SHARE),
    },
    { filters: NO_FILTERS, limit: most },
  ]
  return (await learners.listLeast(courseId, lists, most)).map(viewLearner)
}

/** How many learners of a course are of the kind that a query asks for, whatever page of them. */
export async function countLearners(
  services: Pick<LearnerServices, 'learners' | 'assignments'>,
  courseId: string,
  query: Omit<LearnersQuery, 'limit' | 'cursor' | 'orderBy'>,
): Promise<number> {
  return services.learners.count(courseId, await filtersOf(services, courseId, query))
}

function viewLearner(learner: ListedLearner): ClassLearner {
  const { key, name, creditMillionths, attempts, begun, completed, lastSubmittedAt } = learner
  return {
    key,
    name,
    credit: creditMillionths / 1e6,
    attempts,
    begun,
    completed,
    lastSubmittedAt: lastSubmittedAt?.toISOString() ?? null,
  }
}

const ORDERS: Readonly<Record<LearnerOrder, { readonly by: LearnerValue; readonly descending: boolean }>> = {
  KEY_ASC: { by: 'key', descending: false },
  KEY_DESC: { by: 'key', descending: true },
  NAME_ASC: { by: 'name', descending: false },
  NAME_DESC: { by: 'name', descending: true },
  CREDIT_ASC: { by: 'credit', descending: false },
  CREDIT_DESC: { by: 'credit', descending: true },
  ATTEMPTS_ASC: { by: 'attempts', descending: false },
  ATTEMPTS_DESC: { by: 'attempts', descending: true },
  LAST_SUBMITTED_ASC: { by: 'lastSubmitted', descending: false },
  LAST_SUBMITTED_DESC: { by: 'lastSubmitted', descending: true },
}

async function filtersOf(
  { assignments }: Pick<LearnerServices, 'assignments'>,
  courseId: string,
  query: Omit<LearnersQuery, 'limit' | 'cursor' | 'orderBy'>,
): Promise<LearnerFilters> {
  const { assignment, notStarted, completed, struggling, minAttempts, minCredit, maxCredit } = query
  const { inactiveSince, search } = query
  // What REST takes has been checked by then; what comes by other ways is bounded here.
  if (search !== undefined && search.length > MOST_SEARCHED) {
    throw new Refusal('invalid-request', `A search has at most ${String(MOST_SEARCHED)} characters.`)
  }
  const found = assignment === undefined ? undefined : await assignments.find(courseId, assignment)
  if (assignment !== undefined && found === undefined) throw notFound()
  const isDefinition = struggling !== undefined
  return {
    assignmentId: found?.id,
    notStarted,
    completed,
    struggling: isDefinition
      ? {
          minAttempts: minAttempts ?? STRUGGLING_ATTEMPTS,
          maxCredit: maxCredit === undefined ? STRUGGLING_MILLIONTHS : millionths(maxCredit),
          is: struggling,
        }
      : undefined,
    // Beside `struggling` they say what that means.
    minAttempts: isDefinition ? undefined : minAttempts,
    maxCredit: isDefinition || maxCredit === undefined ? undefined : millionths(maxCredit),
    minCredit: minCredit === undefined ? undefined : millionths(minCredit),
    inactiveSince: inactiveSince === undefined ? undefined : new Date(inactiveSince),
    search,
  }
}

function millionths(credit: number): number {
  return Math.round(credit * 1e6)
}

const FILTERS = [
  'assignment',
  'notStarted',
  'completed',
  'struggling',
  'minAttempts',
  'minCredit',
  'maxCredit',
  'inactiveSince',
  'search',
] as const satisfies readonly Exclude<keyof LearnersQuery, 'cursor' | 'limit' | 'orderBy'>[]

/** All that decides what is in a list and in which order. The plain list by key is what it was before there were others. */
function identityOf(courseId: string, query: LearnersQuery): string[] {
  const asked = FILTERS.flatMap(name => (query[name] === undefined ? [] : [name, String(query[name])]))
  if (query.orderBy === 'KEY_ASC' && asked.length === 0) return ['progress', courseId]
  return ['progress', courseId, query.orderBy, ...asked]
}

const MAX_INT = 2_147_483_647

/** What a cursor may hold of each value: nothing that the database could not compare. */
const VALUES = {
  name: z.string().refine(name => name.isWellFormed() && !name.includes('\0')),
  credit: z.int().min(0),
  attempts: z.int().min(0).max(MAX_INT),
  lastSubmitted: timeSchema.nullable(),
} as const

function writePosition({ key, position }: ListedLearner, by: LearnerValue): string {
  return by === 'key' ? key : JSON.stringify([position, key])
}

/** The position that a cursor holds; undefined without a cursor. Throws `invalid-cursor`. */
function readPosition(
  cursor: string | undefined,
  list: readonly string[],
  by: LearnerValue,
): LearnerPosition | undefined {
  const position = readCursor(cursor, list, by === 'key' ? 'key' : 'sorted')
  if (position === undefined) return undefined
  if (by === 'key') return { value: null, key: position }
  const read = z.tuple([VALUES[by], keySchema]).safeParse(parsed(position))
  if (read.success) return { value: read.data[0], key: read.data[1] }
  throw new Refusal('invalid-cursor', 'The cursor holds no place of this list.')
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
