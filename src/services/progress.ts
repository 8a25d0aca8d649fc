/** How far learners have come: one entry for every assignment of the course, begun or not. */
import type { LearnerProgress } from '../contracts/attempt.js'
import type { LearnersQuery } from '../contracts/learners.js'
import type { StoredAssignment } from '../database/assignments.js'
import type { StoredOverride } from '../database/overrides.js'
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

/** The progress of members of a course, in their order, on these assignments, in theirs. */
export async function progressOf(
  services: AssignmentServices,
  courseId: string,
  members: readonly { readonly key: string; readonly name: string | null }[],
  assignments: readonly StoredAssignment[],
): Promise<LearnerProgress[]> {
  const keys = members.map(({ key }) => key)
  const progress = await readProgressOf(services, courseId, keys, assignments)
  return members.map(({ key, name }) => ({ learner: key, name, progress: progress.get(key) ?? [] }))
}

/** The entries of these learners for all these assignments, by learner. Two statements, however many there are of either. */
export async function readProgressOf(
  services: Pick<AssignmentServices, 'progress' | 'overrides'>,
  courseId: string,
  keys: readonly string[],
  assignments: readonly StoredAssignment[],
): Promise<ReadonlyMap<string, LearnerProgress['progress']>> {
  const [begun, overrides] = await Promise.all([
    services.progress.ofLearners(courseId, keys),
    services.overrides.ofLearners(courseId, keys),
  ])
  const rowOf = byPlace(begun)
  const overrideAt = byPlace(overrides)
  const places = assignments.map(assignment => ({ ...assignment, policy: policyOf(assignment) }))
  return new Map(
    keys.map(learner => [
      learner,
      places.map(place => viewEntry(place, rowOf(learner, place.id), overrideAt(learner, place.id))),
    ]),
  )
}

/** Rows of several learners, to be found by learner and assignment. */
function byPlace<Row extends { readonly learner: string; readonly assignmentId: string }>(
  rows: readonly Row[],
): (learner: string, assignmentId: string) => Row | undefined {
  const found = new Map(rows.map(row => [`${row.assignmentId}/${row.learner}`, row]))
  return (learner, assignmentId) => found.get(`${assignmentId}/${learner}`)
}

function viewEntry(
  { key, policy }: { readonly key: string; readonly policy: AssignmentPolicy },
  row: StoredProgress | undefined,
  override: StoredOverride | undefined,
): LearnerProgress['progress'][number] {
  const maxPoints = row?.maxPoints ?? policy.points
  const { maxAttempts } = effectivePolicy(policy, overrideOf(override))
  const state = row ?? NO_PROGRESS
  const submitted = row?.lastSubmittedAt ?? null
  return {
    assignment: key,
    ...viewProgress(state, { points: maxPoints, maxAttempts }),
    maxPoints: roundPoints(maxPoints),
    lastSubmittedAt: submitted === null ? null : new Date(submitted).toISOString(),
  }
}
