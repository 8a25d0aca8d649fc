/** What is read of learners before it is decided about their attempts. */
import type { Transaction } from './client.js'
import type { OverrideRow } from './overrides.js'
import type { ProgressRow } from './progress.js'
import { hooksOfCourses, type CourseHook } from './webhook-rows.js'

/** Whose attempts on what. */
export type LearnerPlace = {
  readonly courseId: string
  readonly assignmentId: string
  readonly learner: string
}

/** What decides about a learner's next attempt on an assignment. */
export type LearnerState = LearnerPlace & {
  readonly revision: number
  readonly regradeId: string | null
  /** Where nobody is enrolled, the one that they will have. */
  readonly role: string
  readonly isEnrolled: boolean
  /** Undefined before the first attempt. */
  readonly progress: ProgressRow | undefined
  readonly completedAt: Date | null
  readonly firstSeenAt: Date | null
  readonly firstSubmittedAt: Date | null
  readonly override: OverrideRow | undefined
  /** Whether the idempotency key that was asked about has led to an attempt. */
  readonly keyTaken: boolean
  /** The webhooks that are told of the course. */
  readonly hooks: readonly CourseHook[]
}

/**
 * Reads role, policy revision, progress and override of learners, the webhooks of their courses, and whether idempotency keys
 * are taken, given by their hashes in hexadecimal; assignments that are gone are left out.
 *
 * Each row is looked up by its whole primary key, in a subselect of its own: joined with each other, these tables would be
 * read in the planner's order, and of a course that is new it believes that it has three members.
 */
export async function readLearners(
  database: Pick<Transaction, '$queryRaw'>,
  places: readonly LearnerPlace[],
  keyHashes: readonly (string | null)[] = [],
): Promise<LearnerState[]> {
  const courses = [...new Set(places.map(place => place.courseId))]
  const rows = await database.$queryRaw<LearnerRow[]>`
    WITH hooked AS MATERIALIZED (${hooksOfCourses(courses)})
    SELECT a.course_id AS "courseId", a.id AS "assignmentId", given.learner, a.revision, a.regrade_id AS "regradeId", (
        SELECT m.role FROM members m WHERE m.course_id = a.course_id AND m.key = given.learner
      ) AS role, (
        SELECT jsonb_build_object(
          'attempts', p.attempts, 'creditMillionths', p.credit_millionths, 'bestMillionths', p.best_millionths,
          'firstMillionths', p.first_millionths, 'lastMillionths', p.last_millionths,
          'sumMillionths', p.sum_millionths, 'completedAt', p.completed_at, 'firstSeenAt', p.first_seen_at,
          'firstSubmittedAt', p.first_submitted_at)
        FROM progress p
        WHERE p.course_id = a.course_id AND p.assignment_id = a.id AND p.learner = given.learner
      ) AS progress, (
        SELECT jsonb_build_object('extraAttempts', o.extra_attempts, 'dueAt', o.due_at, 'closesAt', o.closes_at)
        FROM overrides o
        WHERE o.course_id = a.course_id AND o.assignment_id = a.id AND o.learner = given.learner
      ) AS override, (
        SELECT true FROM idempotency_keys k
        WHERE k.course_id = a.course_id AND k.key_hash = decode(given.key_hash, 'hex')
      ) AS taken, (
        SELECT h.hooks FROM hooked h WHERE h.course_id = a.course_id
      ) AS hooks
    FROM unnest(
      ${places.map(place => place.courseId)}::uuid[], ${places.map(place => place.assignmentId)}::uuid[],
      ${places.map(place => place.learner)}::text[], ${keyHashes}::text[]
    ) AS given (course_id, assignment_id, learner, key_hash)
    JOIN assignments a ON a.course_id = given.course_id AND a.id = given.assignment_id`
  return rows.map(
    ({ courseId, assignmentId, learner, revision, regradeId, role, progress, override, taken, hooks }) => ({
      courseId,
      assignmentId,
      learner,
      revision,
      regradeId,
      role: role ?? 'learner',
      isEnrolled: role !== null,
      ...progressIn(progress),
      override: overrideIn(override),
      keyTaken: taken === true,
      hooks: hooks ?? [],
    }),
  )
}

/** As it comes from the database: times in JSON are texts. */
type LearnerRow = LearnerPlace & {
  readonly revision: number
  readonly regradeId: string | null
  readonly role: string | null
  readonly progress: (Omit<ProgressRow, 'completed'> & Texts<ProgressTimes>) | null
  readonly override:
    (Pick<OverrideRow, 'extraAttempts'> & Texts<Pick<OverrideRow, 'dueAt' | 'closesAt'>>) | null
  readonly taken: boolean | null
  readonly hooks: readonly CourseHook[] | null
}

type ProgressTimes = Pick<LearnerState, 'completedAt' | 'firstSeenAt' | 'firstSubmittedAt'>

type Texts<Times> = { readonly [Name in keyof Times]: string | null }

function progressIn(stored: LearnerRow['progress']): ProgressTimes & Pick<LearnerState, 'progress'> {
  if (stored === null)
    return { progress: undefined, completedAt: null, firstSeenAt: null, firstSubmittedAt: null }
  const { completedAt, firstSeenAt, firstSubmittedAt, ...progress } = stored
  return {
    progress: { ...progress, completed: completedAt !== null },
    completedAt: timeIn(completedAt),
    firstSeenAt: timeIn(firstSeenAt),
    firstSubmittedAt: timeIn(firstSubmittedAt),
  }
}

function overrideIn(stored: LearnerRow['override']): OverrideRow | undefined {
  if (stored === null) return undefined
  const { extraAttempts, dueAt, closesAt } = stored
  return { extraAttempts, dueAt: timeIn(dueAt), closesAt: timeIn(closesAt) }
}

function timeIn(text: string | null): Date | null {
  return text === null ? null : new Date(text)
}
