/** How far learners have come: one entry for every assignment of the course, begun or not. */
import type { LearnerProgress } from '../contracts/attempt.js'
import type { LearnersQuery } from '../contracts/learners.js'
import type { StoredAssignment } from '../database/assignments.js'
import type { StoredProgress } from '../database/progress.js'
import { notFound } from '../errors.js'
import { effectivePolicy, NO_PROGRESS, viewProgress } from '../grading/attempt-policy.js'
import { roundPoints } from '../grading/credit.js'
import { overrideOf, policyOf, type AssignmentPolicy, type AssignmentServices } from './assignments.js'
import { findCourse } from './courses.js'
import type { Listing } from './cursors.js'
import { learnersOf, type LearnerServices } from './learners.js'
import type { Principal } from './principal.js'

/** Entries that one page holds at most: learners × assignments. */
const MAX_ENTRIES = 20_000

/** Some of the learners of a course, with all their progress. */
export async function readCourseProgress(
  services: LearnerServices,
  principal: Principal,
  courseKey: string,
  query: LearnersQuery,
): Promise<Listing<LearnerProgress>> {
  const course = await findCourse(services, principal, courseKey)
  const assignments = await services.assignments.list(course.id, '', null)
  // However many assignments there are, a page stays of bounded size.
  const limit = Math.max(1, Math.min(query.limit, Math.floor(MAX_ENTRIES / Math.max(1, assignments.length))))
  const listing = await learnersOf(services, course.id, { ...query, limit })
  return { ...listing, items: await progressOf(services, course.id, listing.items, assignments) }
}

/** The progress of one member of a course. */
export async function readLearnerProgress(
  services: AssignmentServices,
  principal: Principal,
  courseKey: string,
  learner: string,
): Promise<LearnerProgress> {
  const course = await findCourse(services, principal, courseKey)
  const member = await services.members.find(course.id, learner)
  if (member === undefined) throw notFound()
  const assignments = await services.assignments.list(course.id, '', null)
  const [row] = await progressOf(services, course.id, [member], assignments)
  if (row === undefined) throw new Error('no progress for a member')
  return row
}

/** Whether the database itself is to be asked, rather than a replica that may lag behind. */
type Reading = { readonly exact?: boolean }

/** The progress of members of a course, in their order, on these assignments, in theirs. */
export async function progressOf(
  services: AssignmentServices,
  courseId: string,
  members: readonly { readonly key: string; readonly name: string | null }[],
  assignments: readonly StoredAssignment[],
  reading: Reading = {},
): Promise<LearnerProgress[]> {
  const keys = members.map(({ key }) => key)
  const progress = await readProgressOf(services, courseId, keys, assignments, reading)
  return members.map(({ key, name }) => ({ learner: key, name, progress: progress.get(key) ?? [] }))
}

/** The entries of these learners for all these assignments, by learner. Two statements, however many there are of either. */
export async function readProgressOf(
  services: Pick<AssignmentServices, 'progress' | 'overrides'>,
  courseId: string,
  keys: readonly string[],
  assignments: readonly StoredAssignment[],
  reading: Reading = {},
): Promise<ReadonlyMap<string, LearnerProgress['progress']>> {
  const places = await readPlaces(services, courseId, keys, assignments, reading)
  return new Map([...places].map(([learner, ofLearner]) => [learner, ofLearner.map(viewEntry)]))
}

/** An assignment, by its key, as it is for one learner: the policy with their override, and how far they are. */
type CoursePlace = {
  readonly assignment: string
  readonly policy: AssignmentPolicy
  /** Undefined: not begun. */
  readonly progress: StoredProgress | undefined
}

/** All these assignments as they are for each of these learners, by learner. Two statements. */
export async function readPlaces(
  services: Pick<AssignmentServices, 'progress' | 'overrides'>,
  courseId: string,
  keys: readonly string[],
  assignments: readonly StoredAssignment[],
  reading: Reading = {},
): Promise<ReadonlyMap<string, readonly CoursePlace[]>> {
  const [begun, overrides] = await Promise.all([
    services.progress.ofLearners(courseId, keys, reading),
    services.overrides.ofLearners(courseId, keys),
  ])
  const progressAt = byPlace(begun)
  const overrideAt = byPlace(overrides)
  const policies = assignments.map(assignment => ({ ...assignment, policy: policyOf(assignment) }))
  return new Map(
    keys.map(learner => [
      learner,
      policies.map(({ id, key, policy }) => ({
        assignment: key,
        policy: effectivePolicy(policy, overrideOf(overrideAt(learner, id))),
        progress: progressAt(learner, id),
      })),
    ]),
  )
}

/** Rows of several learners, to be found by learner and assignment. */
function byPlace<Row extends { readonly learner: string; readonly assignmentId: string }>(
  rows: readonly Row[],
): (learner: string, assignmentId: string) => Row | undefined {
  const found = new Map<string, Map<string, Row>>()
  for (const row of rows) {
    const ofLearner = found.get(row.learner)
    if (ofLearner === undefined) found.set(row.learner, new Map([[row.assignmentId, row]]))
    else ofLearner.set(row.assignmentId, row)
  }
  return (learner, assignmentId) => found.get(learner)?.get(assignmentId)
}

function viewEntry({ assignment, policy, progress }: CoursePlace): LearnerProgress['progress'][number] {
  const { maxAttempts } = policy
  const maxPoints = progress?.maxPoints ?? policy.points
  const submitted = progress?.lastSubmittedAt ?? null
  return {
    assignment,
    ...viewProgress(progress ?? NO_PROGRESS, { points: maxPoints, maxAttempts }),
    maxPoints: roundPoints(maxPoints),
    lastSubmittedAt: submitted === null ? null : new Date(submitted).toISOString(),
  }
}
