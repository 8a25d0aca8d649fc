/** Reading stored attempts, as teachers do. */
import { z } from 'zod'
import type { AttemptRecord } from '../contracts/attempt.js'
import type { PageQuery } from '../contracts/text.js'
import type { StoredAssignment } from '../database/assignments.js'
import type { StoredAttempt } from '../database/attempts.js'
import { notFound } from '../errors.js'
import { findAssignment } from './assignments.js'
import { listingFrom, readCursor, type Listing } from './cursors.js'
import { createExpectedValues } from './expected-values.js'
import { nothingExpected, viewRecord } from './feedback-view.js'
import type { Principal } from './principal.js'
import type { SubmissionServices } from './submit-attempt.js'

/** Boxes that one page of attempts holds, about; of an array each entry counts like one. */
const MAX_ENTRIES = 20_000

/** The attempts on an assignment in the order of their making, of one learner if asked. */
export async function listAttempts(
  services: SubmissionServices,
  principal: Principal,
  path: { readonly course: string; readonly assignment: string },
  query: PageQuery & { readonly learner?: string | undefined },
): Promise<Listing<AttemptRecord>> {
  const { courseId, assignment } = await findAssignment(services, principal, path.course, path.assignment)
  const { learner } = query
  const limit = await attemptsAtOnce(services, assignment, query.limit)
  const list = ['attempts', courseId, assignment.id, ...(learner === undefined ? [] : [learner])]
  const after = readCursor(query.cursor, list, 'id')
  const found = await services.attempts.list(courseId, assignment.id, { learner, after, limit: limit + 1 })
  const listing = listingFrom(found, limit, list, {
    positionOf: attempt => attempt.id,
    view: attempt => attempt,
  })
  return { ...listing, items: await viewRecords(services, assignment, listing.items) }
}

/** How many attempts are read at once: no more than wanted, and so few that they hold a bounded number of entries. */
export async function attemptsAtOnce(
  { library }: Pick<SubmissionServices, 'library'>,
  { graphId, graphVersion }: StoredAssignment,
  wanted: number,
): Promise<number> {
  const { published } = await library.pinned(graphId, graphVersion)
  // However many boxes there are, and entries in them, a page stays of bounded size.
  const entries = published.truths.reduce((count, { truths }) => count + truths.length, 0)
  return Math.max(1, Math.min(wanted, Math.floor(MAX_ENTRIES / entries)))
}

/** One attempt on an assignment. */
export async function readAttempt(
  services: SubmissionServices,
  principal: Principal,
  path: { readonly course: string; readonly assignment: string; readonly id: string },
): Promise<AttemptRecord> {
  const { courseId, assignment } = await findAssignment(services, principal, path.course, path.assignment)
  const stored = z.uuid().safeParse(path.id).success
    ? await services.attempts.find(courseId, path.id)
    : undefined
  if (stored?.assignmentId !== assignment.id) throw notFound()
  const [record] = await viewRecords(services, assignment, [stored])
  if (record === undefined) throw new Error('no view of an attempt')
  return record
}

/** Attempts as teachers read them: with the right values, unless the assignment is one that never shows them. */
export async function viewRecords(
  { library }: Pick<SubmissionServices, 'library'>,
  { reveal }: StoredAssignment,
  attempts: readonly StoredAttempt[],
): Promise<AttemptRecord[]> {
  const expectedOf = createExpectedValues(library)
  const records: AttemptRecord[] = []
  for (const attempt of attempts) {
    const expected = reveal === 'never' ? nothingExpected : await expectedOf(attempt)
    records.push(viewRecord(attempt, expected))
  }
  return records
}
