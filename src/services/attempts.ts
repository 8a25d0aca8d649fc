/** Reading stored attempts, as teachers do. */
import { z } from 'zod'
import type { AttemptRecord } from '../contracts/attempt.js'
import type { PageQuery } from '../contracts/text.js'
import type { StoredAssignment } from '../database/assignments.js'
import type { StoredAttempt } from '../database/attempts.js'
import { notFound } from '../errors.js'
import { findAssignment } from './assignments.js'
import { pageFrom, readCursor, type Page } from './cursors.js'
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
): Promise<Page<AttemptRecord>> {
  const { courseId, assignment } = await findAssignment(services, principal, path.course, path.assignment)
  const { published } = await services.library.pinned(assignment.graphId, assignment.graphVersion)
  const { learner } = query
  // However many boxes there are, and entries in them, a page stays of bounded size.
  const entries = published.truths.reduce((count, { truths }) => count + truths.length, 0)
  const limit = Math.max(1, Math.min(query.limit, Math.floor(MAX_ENTRIES / entries)))
  const list = ['attempts', courseId, assignment.id, ...(learner === undefined ? [] : [learner])]
  const after = readCursor(query.cursor, list, 'id')
  const found = await services.attempts.list(courseId, assignment.id, { learner, after, limit: limit + 1 })
  const { items, nextCursor } = pageFrom(found, limit, list, {
    positionOf: attempt => attempt.id,
    view: attempt => attempt,
  })
  return { items: await viewRecords(services, assignment, items), nextCursor }
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

/** With the right values, unless the assignment is one that never shows them. */
async function viewRecords(
  { library }: SubmissionServices,
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
