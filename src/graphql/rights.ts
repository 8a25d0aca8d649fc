/**
 * What each field that reads or writes asks of a key: the one table of rights. A field of Query, Mutation or Subscription,
 * or any other with a resolver of its own, that is not in it keeps the schema from being built.
 */
import type { Scope } from '../contracts/scopes.js'

export type FieldRight = {
  /** A scope that the key must have; `parent`: nothing that its parent has not asked for already. */
  readonly needs: Scope | 'parent'
  /** The argument that names a course: a key may be restricted to others. */
  readonly course?: string
}

export const FIELD_RIGHTS: ReadonlyMap<string, FieldRight> = new Map<string, FieldRight>([
  ['Query.graph', { needs: 'graphs:read' }],
  ['Query.graphs', { needs: 'graphs:read' }],
  ['Query.course', { needs: 'courses:read', course: 'key' }],
  ['Query.courses', { needs: 'courses:read' }],
  ['Query.assignment', { needs: 'courses:read', course: 'course' }],
  ['Query.assignments', { needs: 'courses:read', course: 'course' }],
  ['Query.learner', { needs: 'progress:read', course: 'course' }],
  ['Query.attempt', { needs: 'progress:read', course: 'course' }],
  ['Query.attempts', { needs: 'progress:read', course: 'course' }],
  // Its course is checked with the job.
  ['Query.job', { needs: 'courses:write' }],

  ['Course.assignment', { needs: 'courses:read' }],
  ['Course.assignments', { needs: 'courses:read' }],
  ['Course.members', { needs: 'courses:read' }],
  ['Course.learner', { needs: 'progress:read' }],
  ['Course.learners', { needs: 'progress:read' }],
  ['Course.progress', { needs: 'progress:read' }],
  ['CourseProgress.overview', { needs: 'progress:read' }],
  ['CourseProgress.matrix', { needs: 'progress:read' }],
  ['LearnerConnection.totalCount', { needs: 'progress:read' }],
  ['Learner.progress', { needs: 'progress:read' }],
  ['Assignment.graph', { needs: 'graphs:read' }],
  ['Assignment.statistics', { needs: 'progress:read' }],
  ['Assignment.learners', { needs: 'progress:read' }],
  ['Assignment.attempts', { needs: 'progress:read' }],
  ['Box.answer', { needs: 'parent' }],
  ['SubmittedAttempt.attempts', { needs: 'parent' }],
  ['SubmittedAttempt.remaining', { needs: 'parent' }],

  ['Mutation.publishGraph', { needs: 'graphs:write' }],
  ['Mutation.putCourse', { needs: 'courses:write', course: 'key' }],
  ['Mutation.putAssignment', { needs: 'courses:write', course: 'course' }],
  ['Mutation.putMember', { needs: 'courses:write', course: 'course' }],
  ['Mutation.deleteMember', { needs: 'courses:write', course: 'course' }],
  ['Mutation.putOverride', { needs: 'courses:write', course: 'course' }],
  ['Mutation.deleteOverride', { needs: 'courses:write', course: 'course' }],
  ['Mutation.submitAttempt', { needs: 'attempts:write', course: 'course' }],
  ['Mutation.requestRegrade', { needs: 'courses:write', course: 'course' }],

  ['Subscription.attemptGraded', { needs: 'progress:read', course: 'course' }],
  ['Subscription.progressChanged', { needs: 'progress:read', course: 'course' }],
])
