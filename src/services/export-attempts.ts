/** All attempts on an assignment as a file that can be gone on with: a line an attempt, oldest first. */
import type { AttemptExportQuery } from '../contracts/exports.js'
import type { StoredAssignment } from '../database/assignments.js'
import { findAssignment } from './assignments.js'
import { attemptsAtOnce, viewRecords } from './attempts.js'
import { fileName, type Download } from './download.js'
import type { Principal } from './principal.js'
import type { SubmissionServices } from './submit-attempt.js'

/** Attempts that are read at once, where they have few boxes. */
const CHUNK_ATTEMPTS = 100

/**
 * After so many milliseconds whatever was begun is stored or refused. An attempt gets its id, which tells the time, before it
 * waits to be stored: up to 27 s (as a stop of the server allows it). The rest is for servers whose clocks are apart.
 */
const SETTLED_MILLISECONDS = 120_000

/**
 * The attempts on an assignment in the order of their ids, of one learner if asked, each as a line with what the list of
 * attempts holds of it. It ends at those that may still get company before them: so no attempt is ever missed by who goes
 * on after the last id. With `tail` it ends at what there is.
 */
export async function openAttemptExport(
  services: SubmissionServices,
  principal: Principal,
  path: { readonly course: string; readonly assignment: string },
  query: AttemptExportQuery,
): Promise<Download> {
  const { courseId, assignment } = await findAssignment(services, principal, path.course, path.assignment)
  const now = services.effects.now()
  // Even a tail has an end: attempts may arrive faster than they are taken.
  const end = new Date(query.tail === true ? now + SETTLED_MILLISECONDS : now - SETTLED_MILLISECONDS)
  return {
    fileName: fileName(['attempts', path.course, path.assignment], 'ndjson'),
    pieces: writeLines(services, courseId, assignment, query, end),
  }
}

async function* writeLines(
  services: SubmissionServices,
  courseId: string,
  assignment: StoredAssignment,
  { learner, after: from }: AttemptExportQuery,
  before: Date,
): AsyncGenerator<string> {
  const limit = await attemptsAtOnce(services, assignment, CHUNK_ATTEMPTS)
  let after = from
  for (;;) {
    const found = await services.attempts.listBefore(courseId, assignment.id, {
      learner,
      after,
      before,
      limit,
    })
    const records = await viewRecords(services, assignment, found)
    if (records.length > 0) yield records.map(record => `${JSON.stringify(record)}\n`).join('')
    if (found.length < limit) return
    after = found.at(-1)?.id
  }
}
