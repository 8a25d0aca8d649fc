/** Attempts that are told of as they are stored: each is read once, however many watch its course. */
import { LRUCache } from 'lru-cache'
import type { AttemptRecord } from '../contracts/attempt.js'
import type { StoredAssignment } from '../database/assignments.js'
import { viewRecords } from './attempts.js'
import type { SubmissionServices } from './submit-attempt.js'

/** An attempt with the key of its assignment. */
export type LiveAttempt = { readonly assignment: string; readonly attempt: AttemptRecord }

/** Attempts that are kept for those who are told of them a moment later, and milliseconds for which they are. */
const MOST_KEPT = 500
const KEPT_MILLISECONDS = 3_000

export type LiveAttempts = ReturnType<typeof createLiveAttempts>

/** A reader of attempts that were just stored, shared by all who watch. */
export function createLiveAttempts(
  services: SubmissionServices,
  { mostKept = MOST_KEPT }: { readonly mostKept?: number } = {},
) {
  const known = new LRUCache<string, Promise<LiveAttempt | undefined>>({
    max: mostKept,
    ttl: KEPT_MILLISECONDS,
  })

  /** Attempts of a course as teachers read them, in the order of their ids here; those that are gone again are left out. */
  return async (courseId: string, ids: readonly string[]): Promise<readonly LiveAttempt[]> => {
    // Held here until they are answered: what is kept for others may be let go at any moment.
    const asked = new Map<string, Promise<LiveAttempt | undefined>>()
    for (const id of ids) {
      const one = known.get(id)
      if (one !== undefined) asked.set(id, one)
    }
    const missing = ids.filter(id => !asked.has(id))
    if (missing.length > 0) {
      const reading = readMany(services, courseId, missing)
      for (const id of missing) {
        const one = reading.then(found => found.get(id))
        asked.set(id, one)
        known.set(id, one)
        one.catch(() => {
          // What could not be read is read again by who asks next.
          if (known.peek(id) === one) known.delete(id)
        })
      }
    }
    const found = await Promise.all(ids.flatMap(id => asked.get(id) ?? []))
    return found.flatMap(one => one ?? [])
  }
}

async function readMany(
  services: SubmissionServices,
  courseId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LiveAttempt>> {
  const [attempts, assignments] = await Promise.all([
    services.attempts.findMany(courseId, ids),
    services.assignments.list(courseId, '', null),
  ])
  const assignmentOf = new Map<string, StoredAssignment>(assignments.map(one => [one.id, one]))
  const found = new Map<string, LiveAttempt>()
  for (const stored of attempts) {
    const assignment = assignmentOf.get(stored.assignmentId)
    if (assignment === undefined) continue
    const [attempt] = await viewRecords(services, assignment, [stored])
    if (attempt !== undefined) found.set(stored.id, { assignment: assignment.key, attempt })
  }
  return found
}
