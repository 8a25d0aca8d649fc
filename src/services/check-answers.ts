/** Whether answers can be read, while they are still being typed. Nothing is compared with what is right, and nothing stored. */
import type { AnswerCheck, AnswerCheckBody } from '../contracts/learn.js'
import { refuseAttempt } from '../grading/attempt-policy.js'
import { answerKeyOf } from '../grading/published-graph.js'
import { findAssignment, learnerPolicy } from './assignments.js'
import { answersBudget } from './budget.js'
import type { LearnerSession } from './learner-sessions.js'
import { readOrRefuse, unreadableIn } from './read-answers.js'
import { refusalOf, type SubmissionServices } from './submit-attempt.js'

/**
 * What a submission of these answers would be told that cannot be read. Refused, as it would be, where no answers are taken
 * at this time (in milliseconds since 1970), and where none is given or one names a box that is not asked.
 */
export async function checkAnswers(
  services: SubmissionServices,
  { principal, course, assignment: key, learner }: LearnerSession,
  { answers }: AnswerCheckBody,
  time: number,
): Promise<AnswerCheck> {
  const { courseId, assignment } = await findAssignment(services, principal, course.key, key)
  const policy = await learnerPolicy(services, courseId, assignment, learner.key)
  // Who has no attempt left learns nothing by this either.
  const refusal = refuseAttempt(policy, time, 0)
  if (refusal !== undefined) throw refusalOf(refusal)
  const { published } = await services.library.pinned(assignment.graphId, assignment.graphVersion)
  await services.turn()
  // How an answer is read depends on its box and on the names of the graph: on no input, so on no variant.
  const asked = answerKeyOf(published, policy)
  return { errors: unreadableIn(readOrRefuse(asked, new Map(Object.entries(answers)), answersBudget())) }
}
