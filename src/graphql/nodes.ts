/** What stands behind the types of the schema: what services answer, with the keys by which more is asked. */
import type { AttemptAnswer, AttemptRecord, LearnerProgress } from '../contracts/attempt.js'
import type { CourseView, AssignmentView } from '../contracts/course.js'
import type { GraphView, PublishedView } from '../contracts/graph.js'
import type { LearnersQuery } from '../contracts/learners.js'
import type { ClassLearner } from '../services/learners.js'
import type { Connection } from './connections.js'

export type BoxNode = GraphView['boxes'][number]

/** Of a definition, or of an assignment. */
export type WarningNode = PublishedView['warnings'][number] | AssignmentView['warnings'][number]

export type CourseNode = CourseView

export type AssignmentNode = Omit<AssignmentView, 'graph'> & {
  /** The course's key. */
  readonly course: string
  readonly graphKey: string
}

export type LearnerNode = ClassLearner & {
  /** The course's key. */
  readonly course: string
  /** Where it was read already. */
  readonly progress?: LearnerProgress['progress']
}

export type LearnersNode = Connection<LearnerNode> & {
  /** The course's key. */
  readonly course: string
  readonly query: LearnersQuery
}

export type AttemptNode = AttemptRecord

/** A box of any of the views of an attempt: what a view leaves out is null. */
export type GradedBoxNode =
  AttemptRecord['boxes'][number] | Extract<AttemptAnswer, { readonly boxes: unknown }>['boxes'][number]
